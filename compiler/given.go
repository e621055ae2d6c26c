package compiler

import (
	"cmp"
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// How says in which way a value came into a document.
type How string

// The ways.
const (
	ByOverlay  How = "overlay"  // the document's own, for the target
	ByDefault  How = "default"  // of aepflow.yaml
	ByVariable How = "variable" // ${var.NAME}
	Escaped    How = "escape"   // $${ stands for ${
)

// Given is one way in which a value came into a document other than by
// standing there.
type Given struct {
	How  How
	Name string      // of the target or the variable
	From string      // who gives a variable that no file has, "--var" for example
	At   source.Span // overlay: what it takes the place of; variable: where it is defined
}

// isComputed reports whether the text of a scalar is not what its source says.
func (n *Node) isComputed() bool {
	return slices.ContainsFunc(n.Given, func(g Given) bool { return g.How == ByVariable || g.How == Escaped })
}

// with returns a copy of n that says how it was given.
func (n *Node) with(g Given) *Node {
	c := *n
	c.Given = append(n.Given[:len(n.Given):len(n.Given)], g)
	return &c
}

// givenIndex finds the values that were given, by place, and what overlays have
// taken out of documents.
type givenIndex struct {
	nodes   map[*source.File][]givenNode
	removed map[*source.File][]*Document
	paths   map[*Document]map[string][]removal // of removed
}

// givenNode is a value that was given. around is the number of the smallest given
// value that the place of this one lies in, -1 for none.
type givenNode struct {
	*Node
	around int
}

// newGivenIndex indexes documents, those of a file in its order.
func newGivenIndex(docs ...*Document) givenIndex {
	x := givenIndex{map[*source.File][]givenNode{}, map[*source.File][]*Document{}, map[*Document]map[string][]removal{}}
	for _, d := range docs {
		x.node(d.Root)
		if len(d.removed) == 0 {
			continue
		}
		paths := map[string][]removal{}
		for _, r := range d.removed {
			paths[r.path] = append(paths[r.path], r)
		}
		x.removed[d.File], x.paths[d] = append(x.removed[d.File], d), paths
	}
	for f, nodes := range x.nodes {
		x.nodes[f] = nested(nodes)
	}
	return x
}

func (x givenIndex) node(n *Node) {
	if len(n.Given) > 0 {
		x.nodes[n.Span.File] = append(x.nodes[n.Span.File], givenNode{Node: n})
	}
	for _, p := range n.Pairs {
		x.node(p.Key)
		x.node(p.Value)
	}
	for _, item := range n.Items {
		x.node(item)
	}
}

// nested sorts values by place, outer ones before what lies in them, and says of
// each what is around it. Of several at one place the first stays. Places of one
// file never overlap otherwise: they are those of a tree.
func nested(nodes []givenNode) []givenNode {
	slices.SortStableFunc(nodes, func(a, b givenNode) int {
		return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), -cmp.Compare(a.Span.End, b.Span.End))
	})
	nodes = slices.CompactFunc(nodes, func(a, b givenNode) bool { return a.Span == b.Span })
	open := -1
	for i := range nodes {
		for open >= 0 && nodes[open].Span.End < nodes[i].Span.End {
			open = nodes[open].around
		}
		nodes[i].around = open
		open = i
	}
	return nodes
}

// at returns the smallest given value around a place, nil for none.
func (x givenIndex) at(s source.Span) *Node {
	nodes := x.nodes[s.File]
	i, found := slices.BinarySearchFunc(nodes, s, func(n givenNode, s source.Span) int {
		return cmp.Or(cmp.Compare(n.Span.Start, s.Start), -cmp.Compare(n.Span.End, s.End))
	})
	if !found {
		i--
	}
	for i >= 0 && nodes[i].Span.End < s.End {
		i = nodes[i].around
	}
	if i < 0 {
		return nil
	}
	return nodes[i].Node
}

// removedAt returns what overlays have taken out at a path of the document that a
// place lies in.
func (x givenIndex) removedAt(s source.Span, path string) []removal {
	docs := x.removed[s.File]
	i, _ := slices.BinarySearchFunc(docs, s, func(d *Document, s source.Span) int { return cmp.Compare(d.Root.Span.End, s.End) })
	if i == len(docs) || s.Start < docs[i].Root.Span.Start {
		return nil
	}
	return x.paths[docs[i]][path]
}

// explain adds to a diagnostic how the value that it is about came to be. A
// repair of what a variable has put in is taken back: the text is not there.
func (x givenIndex) explain(d diag.Diagnostic) diag.Diagnostic {
	if len(x.nodes)+len(x.removed) == 0 || d.Primary().IsZero() {
		return d
	}
	for _, r := range x.removedAt(d.Primary(), d.Path) {
		d.Labels = append(slices.Clone(d.Labels), diag.Label{Span: r.span, Text: "the overlay for the target " + r.target + " removes it"})
	}
	for i := range d.Labels {
		n := x.at(d.Labels[i].Span)
		if n == nil {
			continue
		}
		for _, g := range n.Given {
			if g.How != Escaped {
				d = addGiven(d, g)
			}
		}
		if i == 0 && n.isComputed() {
			d.Fix = nil
		}
	}
	return d
}

func addGiven(d diag.Diagnostic, g Given) diag.Diagnostic {
	note, label := "", ""
	switch g.How {
	case ByOverlay:
		label = "in place of this, for the target " + g.Name
		note = "the overlay for the target " + g.Name + " adds it"
	case ByDefault:
		note = "the defaults of the project give it to every dataflow that does not say otherwise"
	case ByVariable:
		label = "the variable " + g.Name
		note = "the variable " + g.Name + " comes from " + g.From
	}
	if g.At.IsZero() || label == "" {
		if !slices.Contains(d.Notes, note) {
			d.Notes = append(slices.Clone(d.Notes), note)
		}
		return d
	}
	if !slices.ContainsFunc(d.Labels, func(l diag.Label) bool { return l.Span == g.At }) {
		d.Labels = append(slices.Clone(d.Labels), diag.Label{Span: g.At, Text: label})
	}
	return d
}
