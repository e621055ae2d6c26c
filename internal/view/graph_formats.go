package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/aepflow/aepflow/internal/drawing"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// colorOf is the border color of a node, visible on light and dark.
func colorOf(a planner.Action) string {
	switch a {
	case planner.Create:
		return "#2da44e"
	case planner.Update:
		return "#bf8700"
	case planner.Replace:
		return "#a475f9"
	case planner.Delete:
		return "#cf222e"
	case planner.NoOp:
		return "#8c959f"
	default:
		return "#218bff"
	}
}

// GraphDOT writes the picture for Graphviz. Edges lead to the dependents, the way of the
// data.
func GraphDOT(w io.Writer, p Picture) error {
	var b strings.Builder
	b.WriteString("digraph aepflow {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n")
	for _, n := range p.Nodes {
		fmt.Fprintf(&b, "  %s", dotString(n.Address.String()))
		switch {
		case len(n.Parts) > 0:
			fmt.Fprintf(&b, " [label=%s, color=%q, penwidth=2, tooltip=%s]",
				dotString(n.label()), colorOf(n.Action), dotString(n.title()))
		case n.Action.Changes():
			fmt.Fprintf(&b, " [color=%q, penwidth=2, tooltip=%q]", colorOf(n.Action), n.Action)
		}
		b.WriteString(";\n")
	}
	if actions := p.actions(); len(actions) > 0 {
		b.WriteString("  subgraph cluster_legend {\n    label=legend; style=dotted;\n")
		for _, a := range actions {
			fmt.Fprintf(&b, "    %s [color=%q, penwidth=2];\n", dotString(legendText(a)), colorOf(a))
		}
		b.WriteString("  }\n")
	}
	for _, n := range p.Nodes {
		for _, e := range n.Needs {
			from, to := dotString(e.To.String()), dotString(n.Address.String())
			fmt.Fprintf(&b, "  %s -> %s [tooltip=%s];\n", from, to, dotString(e.Via))
		}
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// dotString is a string of DOT, whose only escape is that of the quote.
func dotString(s string) string { return `"` + strings.ReplaceAll(output.Line(s), `"`, `\"`) + `"` }

// GraphMermaid writes the picture for Mermaid, which Git hosts draw.
func GraphMermaid(w io.Writer, p Picture) error {
	var b strings.Builder
	b.WriteString("graph LR\n")
	index := p.index()
	classes := map[planner.Action][]string{}
	for i, n := range p.Nodes {
		fmt.Fprintf(&b, "  n%d[\"%s\"]\n", i, mermaidText(n.label()))
		if n.Action.Changes() {
			classes[n.Action] = append(classes[n.Action], fmt.Sprintf("n%d", i))
		}
	}
	for i, n := range p.Nodes {
		for _, e := range n.Needs {
			fmt.Fprintf(&b, "  n%d --> n%d\n", index[e.To], i)
		}
	}
	if actions := p.actions(); len(actions) > 0 {
		b.WriteString("  subgraph legend\n")
		for _, a := range actions {
			fmt.Fprintf(&b, "    l%d[\"%s\"]\n", a, mermaidText(legendText(a)))
			classes[a] = append(classes[a], fmt.Sprintf("l%d", a))
		}
		b.WriteString("  end\n")
	}
	for a := planner.NoOp; a <= planner.Delete; a++ {
		if nodes := classes[a]; len(nodes) > 0 {
			fmt.Fprintf(&b, "  classDef %sd stroke:%s,stroke-width:3px\n", a, colorOf(a))
			fmt.Fprintf(&b, "  class %s %sd\n", strings.Join(nodes, ","), a)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// mermaidText escapes a label.
func mermaidText(s string) string {
	return mermaidEscapes.Replace(output.Line(s))
}

var mermaidEscapes = strings.NewReplacer(`"`, "#quot;", "<", "#lt;", ">", "#gt;", "#", "#35;")

// GraphSVG draws the picture as one SVG image that loads nothing.
func GraphSVG(w io.Writer, p Picture) error {
	_, err := io.WriteString(w, svg(p)+"\n")
	return err
}

func svg(p Picture) string {
	index := p.index()
	nodes := make([]drawing.Node, len(p.Nodes))
	for i, n := range p.Nodes {
		d := drawing.Node{Label: n.label(), Title: n.title(), Color: colorOf(n.Action)}
		if n.Action.Changes() {
			d.Label = n.Action.Symbol() + " " + d.Label
		}
		for _, e := range n.Needs {
			d.From = append(d.From, index[e.To])
		}
		nodes[i] = d
	}
	var legend []drawing.Entry
	for _, a := range p.actions() {
		legend = append(legend, drawing.Entry{Label: legendText(a), Color: colorOf(a)})
	}
	return drawing.SVG(nodes, "graph of "+words.Count(p.resources(), "resource"), legend...)
}
