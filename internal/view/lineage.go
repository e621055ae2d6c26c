package view

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/aepflow/aepflow/internal/drawing"
	"github.com/aepflow/aepflow/internal/lineage"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/words"
)

// arrow leads from a field to what is written there.
const arrow = "←"

// LineageText writes the mappings of each dataflow: the field, and the column, expression, or constant that it gets.
func LineageText(w io.Writer, flows []lineage.Dataflow, o Options) error {
	c := newCanvas(o)
	for i, d := range flows {
		if i > 0 {
			c.line("")
		}
		c.line(c.paint(bold, d.Name), "  ", c.paint(plain, d.Via), c.paint(plain, spaced(d.Data)), c.paint(dim, " → "),
			c.paint(plain, d.Dataset), c.paint(dim, spaced(d.Schema)))
		width := 0
		for _, f := range d.Fields {
			width = max(width, output.Width(f.Path))
		}
		for _, f := range d.Fields {
			st, reads := plain, ""
			switch f.Kind {
			case lineage.Constant:
				st, reads = dim, "  constant"
			case lineage.Expression:
				st, reads = cyan, "  reads "+cmp.Or(strings.Join(f.Columns, ", "), "nothing")
			}
			c.line("  ", c.paint(plain, f.Path), pad(f.Path, width), c.paint(dim, " "+arrow+" "), c.paint(st, f.Source),
				c.paint(dim, reads))
		}
		switch {
		case d.Shared != "":
			c.line("  ", c.paint(dim, "mapped by the shared mapping set "+d.Shared))
		case len(d.Fields) == 0:
			c.line("  ", c.paint(dim, "no mappings: the records are written as they come"))
		case len(d.Unmapped) > 0:
			c.wrapped(dim, "  not mapped: ", strings.Join(d.Unmapped, ", "))
		}
	}
	return flush(w, c)
}

func spaced(text string) string {
	if text == "" {
		return ""
	}
	return " " + text
}

// lineageNodes are the boxes of a drawing: tables, columns, expressions, fields, and datasets. What several dataflows
// read or write is one box.
func lineageNodes(flows []lineage.Dataflow) []drawing.Node {
	var nodes []drawing.Node
	index := map[string]int{}
	node := func(key, label, title, color string, from ...int) int {
		i, ok := index[key]
		if !ok {
			i = len(nodes)
			index[key] = i
			nodes = append(nodes, drawing.Node{Label: label, Title: title, Color: color})
		}
		for _, f := range from {
			have := false
			for _, known := range nodes[i].From {
				have = have || known == f
			}
			if !have {
				nodes[i].From = append(nodes[i].From, f)
			}
		}
		return i
	}
	for _, d := range flows {
		source := strings.TrimSpace(d.Via + spaced(d.Data))
		table := node("s"+source, source, "source of "+d.Name, "#8c959f")
		var fields []int
		for n, f := range d.Fields {
			from := []int{}
			for _, column := range f.Columns {
				key := "c" + source + "\x00" + column
				from = append(from, node(key, column, "column "+column+" of "+source, "#218bff", table))
			}
			if f.Kind != lineage.Column {
				key := fmt.Sprintf("e%s\x00%d", d.Name, n)
				from = []int{node(key, clipText(f.Source, 60), string(f.Kind)+" in "+d.Name+": "+f.Source,
					"#bf8700", from...)}
			}
			key := "f" + d.Dataset + "\x00" + f.Path
			fields = append(fields, node(key, f.Path, "field of "+d.Dataset, "#2da44e", from...))
		}
		if len(fields) == 0 {
			fields = []int{table}
		}
		node("d"+d.Dataset, d.Dataset, "dataset, written by "+d.Name, "#8c959f", fields...)
	}
	return nodes
}

// LineageSVG draws the lineage as one SVG image that loads nothing.
func LineageSVG(w io.Writer, flows []lineage.Dataflow) error {
	_, err := io.WriteString(w, drawing.SVG(lineageNodes(flows), "lineage of "+words.Count(len(flows), "dataflow"))+"\n")
	return err
}

// LineageMermaid writes the lineage for Mermaid.
func LineageMermaid(w io.Writer, flows []lineage.Dataflow) error {
	var b strings.Builder
	b.WriteString("graph LR\n")
	nodes := lineageNodes(flows)
	for i, n := range nodes {
		fmt.Fprintf(&b, "  n%d[\"%s\"]\n", i, mermaidText(n.Label))
	}
	for i, n := range nodes {
		for _, from := range n.From {
			fmt.Fprintf(&b, "  n%d --> n%d\n", from, i)
		}
	}
	for i, n := range nodes {
		fmt.Fprintf(&b, "  style n%d stroke:%s\n", i, n.Color)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// LineageDOT writes the lineage for Graphviz.
func LineageDOT(w io.Writer, flows []lineage.Dataflow) error {
	var b strings.Builder
	b.WriteString("digraph lineage {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n")
	nodes := lineageNodes(flows)
	for i, n := range nodes {
		fmt.Fprintf(&b, "  n%d [label=%s, tooltip=%s, color=%q];\n", i, dotString(n.Label), dotString(n.Title), n.Color)
	}
	for i, n := range nodes {
		for _, from := range n.From {
			fmt.Fprintf(&b, "  n%d -> n%d;\n", from, i)
		}
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}
