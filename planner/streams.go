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

// appliedStream returns the stream that a flow reads, false for another source.
func appliedStream(n *node, e *env) (resource.Stream, bool) {
	for _, need := range n.entry.Needs {
		if entry, ok := e.lock.Get(need.To); ok && need.To.Kind == resource.Source {
			return resource.StreamOf(parse(entry.Applied))
		}
	}
	return resource.Stream{}, false
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
		if s, _ := appliedStream(n, e); s.Reader != "" {
			holders[s.Reader] = append(holders[s.Reader], n)
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
		for _, holder := range holders[s.Reader] {
			if holder != n {
				n.readersOf = append(n.readersOf, holder)
			}
		}
	}
}

// freesFirst reports whether the old object of a replacement is gone before the new one
// is created.
func (n *node) freesFirst() bool { return slices.Contains(n.readersOf, n) }
