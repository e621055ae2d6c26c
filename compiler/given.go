package compiler

import (
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
	nodes   map[*source.File][]*Node
	removed map[*source.File][]*Document
}

func newGivenIndex() givenIndex {
	return givenIndex{map[*source.File][]*Node{}, map[*source.File][]*Document{}}
}

func (x givenIndex) add(d *Document) {
	x.node(d.Root)
	if len(d.removed) > 0 {
		x.removed[d.File] = append(x.removed[d.File], d)
	}
}

func (x givenIndex) node(n *Node) {
	if len(n.Given) > 0 {
		x.nodes[n.Span.File] = append(x.nodes[n.Span.File], n)
	}
	for _, p := range n.Pairs {
		x.node(p.Key)
		x.node(p.Value)
	}
	for _, item := range n.Items {
		x.node(item)
	}
}

// at returns the smallest given value around a place, nil for none.
func (x givenIndex) at(s source.Span) *Node {
	var found *Node
	for _, n := range x.nodes[s.File] {
		if n.Span.Start <= s.Start && s.End <= n.Span.End && (found == nil || n.Span.End-n.Span.Start < found.Span.End-found.Span.Start) {
			found = n
		}
	}
	return found
}

// explain adds to a diagnostic how the value that it is about came to be. A
// repair of what a variable has put in is taken back: the text is not there.
func (x givenIndex) explain(d diag.Diagnostic) diag.Diagnostic {
	if len(x.nodes)+len(x.removed) == 0 || d.Primary().IsZero() {
		return d
	}
	s := d.Primary()
	for _, doc := range x.removed[s.File] {
		for _, r := range doc.removed {
			if r.path == d.Path && doc.Root.Span.Start <= s.Start && s.End <= doc.Root.Span.End {
				d.Labels = append(slices.Clone(d.Labels), diag.Label{Span: r.span, Text: "the overlay for the target " + r.target + " removes it"})
			}
		}
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
