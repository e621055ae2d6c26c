package decode

import (
	"cmp"
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
)

// How says in which way a value came into a document.
type How string

// The ways.
const (
	ByOverlay  How = "overlay"  // the document's own, for the target
	ByDefault  How = "default"  // of aepflow.yaml
	ByVariable How = "variable" // ${var.NAME}
	Escaped    How = "escape"   // $${ is a literal ${
)

// Origin is one way in which a value came into a document other than by being
// written there.
type Origin struct {
	How  How
	Name string      // of the target or the variable
	From string      // source of a variable that no file has, such as "--var"
	At   source.Span // overlay: what it replaces; variable: where it is defined
}

// computed reports whether a value's text is not what its source says.
func computed(origins []Origin) bool {
	return slices.ContainsFunc(origins, func(o Origin) bool { return o.How == ByVariable || o.How == Escaped })
}

// Provenance holds the origins of values and keys in the order of the overlay, a
// default, and variables. What it does not hold is as written.
type Provenance map[*document.Node][]Origin

// with returns a copy of a node with one more origin.
func (p Provenance) with(n *document.Node, o Origin) *document.Node {
	c := *n
	p[&c] = append(slices.Clip(p[n]), o)
	return &c
}

// CopyOf returns a copy of a node with the same origins.
func (p Provenance) CopyOf(n *document.Node) *document.Node {
	c := *n
	if origins := p[n]; origins != nil {
		p[&c] = origins
	}
	return &c
}

// Origins finds the origins of values by place, and what overlays have
// removed from documents.
type Origins struct {
	nodes   map[*source.File][]originNode
	removed map[*source.File][]*Variant
	paths   map[*Variant]map[string][]removal // of removed
}

// originNode is a value with origins. around is the number of the smallest such
// value around this one, -1 for none.
type originNode struct {
	source.Span
	origins []Origin
	around  int
}

// NewOrigins indexes documents, those of a file in its order.
func NewOrigins(docs ...*Variant) Origins {
	x := Origins{map[*source.File][]originNode{}, map[*source.File][]*Variant{},
		map[*Variant]map[string][]removal{}}
	for _, d := range docs {
		if len(d.Provenance) > 0 {
			x.node(d.Provenance, d.Root)
		}
		if len(d.Removed) == 0 {
			continue
		}
		paths := map[string][]removal{}
		for _, r := range d.Removed {
			paths[r.Path] = append(paths[r.Path], r)
		}
		x.removed[d.File], x.paths[d] = append(x.removed[d.File], d), paths
	}
	for f, nodes := range x.nodes {
		x.nodes[f] = nested(nodes)
	}
	return x
}

func (x Origins) node(p Provenance, n *document.Node) {
	if origins := p[n]; len(origins) > 0 {
		x.nodes[n.Span.File] = append(x.nodes[n.Span.File], originNode{Span: n.Span, origins: origins})
	}
	for _, pair := range n.Pairs {
		x.node(p, pair.Key)
		x.node(p, pair.Value)
	}
	for _, item := range n.Items {
		x.node(p, item)
	}
}

// nested sorts values by place, outer ones before what lies in them, and says of
// each what is around it. Of several at one place the first stays. Places of one
// file never overlap otherwise: they are those of a tree.
func nested(nodes []originNode) []originNode {
	slices.SortStableFunc(nodes, func(a, b originNode) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), -cmp.Compare(a.End, b.End))
	})
	nodes = slices.CompactFunc(nodes, func(a, b originNode) bool { return a.Span == b.Span })
	open := -1
	for i := range nodes {
		for open >= 0 && nodes[open].End < nodes[i].End {
			open = nodes[open].around
		}
		nodes[i].around = open
		open = i
	}
	return nodes
}

// at returns the origins of the smallest value around a place that has some.
func (x Origins) at(s source.Span) []Origin {
	nodes := x.nodes[s.File]
	i, found := slices.BinarySearchFunc(nodes, s, func(n originNode, s source.Span) int {
		return cmp.Or(cmp.Compare(n.Start, s.Start), -cmp.Compare(n.End, s.End))
	})
	if !found {
		i--
	}
	for i >= 0 && nodes[i].End < s.End {
		i = nodes[i].around
	}
	if i < 0 {
		return nil
	}
	return nodes[i].origins
}

// removedAt returns what overlays have removed at a path of the document that a
// place lies in.
func (x Origins) removedAt(s source.Span, path string) []removal {
	docs := x.removed[s.File]
	i, _ := slices.BinarySearchFunc(docs, s, func(d *Variant,
		s source.Span) int {
		return cmp.Compare(d.Root.Span.End, s.End)
	})
	if i == len(docs) || s.Start < docs[i].Root.Span.Start {
		return nil
	}
	return x.paths[docs[i]][path]
}

// Explain adds the provenance of the value to a diagnostic. A
// repair of what a variable has put in is taken back: the text is not there.
func (x Origins) Explain(d diag.Diagnostic) diag.Diagnostic {
	if len(x.nodes)+len(x.removed) == 0 || d.Primary().IsZero() {
		return d
	}
	for _, r := range x.removedAt(d.Primary(), d.Path) {
		d.Labels = append(slices.Clone(d.Labels),
			diag.Label{Span: r.Span, Text: "removed by the overlay for target " + r.target})
	}
	for i := range d.Labels {
		origins := x.at(d.Labels[i].Span)
		for _, o := range origins {
			if o.How != Escaped {
				d = addOrigin(d, o)
			}
		}
		if i == 0 && computed(origins) {
			d.Fix = nil
		}
	}
	return d
}

func addOrigin(d diag.Diagnostic, o Origin) diag.Diagnostic {
	note, label := "", ""
	switch o.How {
	case ByOverlay:
		label = "overridden for target " + o.Name
		note = "added by the overlay for target " + o.Name
	case ByDefault:
		note = "set by the project's defaults for every dataflow that does not override it"
	case ByVariable:
		label = "the variable " + o.Name
		note = "the variable " + o.Name + " is set by " + o.From
	}
	if o.At.IsZero() || label == "" {
		if !slices.Contains(d.Notes, note) {
			d.Notes = append(slices.Clone(d.Notes), note)
		}
		return d
	}
	if !slices.ContainsFunc(d.Labels, func(l diag.Label) bool { return l.Span == o.At }) {
		d.Labels = append(slices.Clone(d.Labels), diag.Label{Span: o.At, Text: label})
	}
	return d
}
