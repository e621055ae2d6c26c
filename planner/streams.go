package planner

import (
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
)

// desiredStream returns the stream that a flow is to read, false for another source.
func desiredStream(n *node, e *env) (resource.Stream, bool) {
	for _, dep := range n.change.DependsOn {
		if r, ok := e.graph.Get(dep.To); ok && dep.To.Kind == resource.Source {
			return resource.StreamOf(decode(r.Body))
		}
	}
	return resource.Stream{}, false
}

// anyReader stands for what a flow reads alone when that is not known.
const anyReader = "\x00"

// readerHeld returns what an applied flow alone can read, "" for nothing. A crash in the middle of a
// replacement leaves a flow whose source connection has been replaced: what the old one reads is no longer
// known.
func readerHeld(n *node, e *env) string {
	for _, need := range n.entry.Needs {
		if need.To.Kind != resource.Source {
			continue
		}
		entry, ok := e.lock.Get(need.To)
		if !ok || entry.ID != need.ID {
			if resource.MayHaveReader(parse(n.entry.Applied)) {
				return anyReader
			}
			return ""
		}
		s, _ := resource.StreamOf(parse(entry.Applied))
		return s.Reader
	}
	return ""
}

// followReaders notes which changes free what a flow is to read alone, such as the
// consumer group of an event hub: the replacement or removal of the flow that reads it. A
// flow that is replaced frees its own.
func followReaders(list []*node, e *env) {
	holders := map[string][]*node{}
	for _, n := range list {
		if !n.spec().Stops || !n.change.Action.Destroys() || n.change.Deposed != "" {
			continue
		}
		if reader := readerHeld(n, e); reader != "" {
			holders[reader] = append(holders[reader], n)
			if n.change.Action == Replace {
				n.readersOf = []*node{n}
			}
		}
	}
	if len(holders) == 0 {
		return
	}
	for _, n := range list {
		if !n.spec().Stops || n.change.Action != Create && n.change.Action != Replace {
			continue
		}
		s, _ := desiredStream(n, e)
		if s.Reader == "" {
			continue
		}
		for _, holder := range slices.Concat(holders[s.Reader], holders[anyReader]) {
			if holder != n {
				n.readersOf = append(n.readersOf, holder)
			}
		}
	}
}

// freesFirst reports whether the old object of a replacement is gone before the new one
// is created.
func (n *node) freesFirst() bool { return slices.Contains(n.readersOf, n) }
