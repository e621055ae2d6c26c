// Package drawing draws directed graphs as SVG.
//
// In: nodes with their predecessors. Out: one image that loads nothing. Laws: all edges
// of an acyclic graph lead right; no two boxes overlap; the same nodes give the same
// bytes; every text is escaped.
package drawing

import (
	"fmt"
	"html"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
)

// Node is a box of a drawing.
type Node struct {
	Label string // in the box
	Title string // shown on hover
	Color string // of the border, in CSS
	From  []int  // the nodes that have an edge to this one
}

const (
	layerGap  = 56.0
	margin    = 12.0
	charWidth = 7.4 // of the monospaced font at 12 px, with a little room
)

// Style is the style sheet of a drawing, for light and dark. Its names are prefixed,
// because an SVG in a page shares the page's styles.
const Style = `.ag-e{fill:none;stroke:#8c959f;stroke-width:1.3}.ag-b{fill:#fff;stroke-width:1.6}` +
	`.ag-t{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1f2328}` +
	`@media(prefers-color-scheme:dark){.ag-b{fill:#161b22}.ag-t{fill:#e6edf3}.ag-e{stroke:#6e7681}}`

// Entry is a line of a legend: what the color of a border means.
type Entry struct{ Label, Color string }

const (
	legendRow    = 20.0
	legendSwatch = 14.0
)

// SVG draws nodes as an image with a label for screen readers, with a legend below.
func SVG(nodes []Node, label string, legend ...Entry) string {
	l := layOut(nodes)
	wide := make([]float64, len(l.layers)) // of the boxes of each layer
	for _, v := range l.vertices {
		if v.node >= 0 {
			wide[v.layer] = max(wide[v.layer], nodes[v.node].width())
		}
	}
	left := make([]float64, len(l.layers))
	x := margin
	for i := range l.layers {
		left[i] = x
		x += wide[i] + layerGap
	}
	width := max(x-layerGap+margin, 2*margin)
	height := 2 * margin
	for _, v := range l.vertices {
		height = max(height, v.y+v.height/2+2*margin)
	}
	below := height
	height += legendRow * float64(len(legend))
	for _, e := range legend {
		width = max(width, 2*margin+legendSwatch+8+textWidth(e.Label))
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f"`,
		width, height, width, height)
	fmt.Fprintf(&b, ` role="img" aria-label="%s">`, escape(label))
	b.WriteString("\n<style>" + Style + "</style>\n")
	for _, r := range l.routes {
		from := l.vertices[r[0]]
		px := left[from.layer] + nodes[from.node].width()
		py := from.y + margin
		fmt.Fprintf(&b, `<path class="ag-e" d="M%.1f %.1f`, px, py)
		for _, i := range r[1:] {
			v := l.vertices[i]
			qx, qy := left[v.layer], v.y+margin
			fmt.Fprintf(&b, " C%.1f %.1f %.1f %.1f %.1f %.1f", (px+qx)/2, py, (px+qx)/2, qy, qx, qy)
			px, py = qx, qy
			if v.node < 0 { // straight through the layer, clear of its boxes
				px = left[v.layer] + wide[v.layer]
				fmt.Fprintf(&b, " H%.1f", px)
			}
		}
		b.WriteString("\"/>\n")
		fmt.Fprintf(&b, `<path class="ag-e" d="M%.1f %.1fl-6 -3.5m6 3.5l-6 3.5"/>`+"\n", px, py)
	}
	for _, v := range l.vertices {
		if v.node < 0 {
			continue
		}
		n := nodes[v.node]
		bx, by := left[v.layer], v.y+margin-boxHeight/2
		fmt.Fprintf(&b, `<g><title>%s</title>`, escape(n.Title))
		fmt.Fprintf(&b, `<rect class="ag-b" x="%.1f" y="%.1f" width="%.1f" height="%.0f" rx="6" stroke="%s"/>`,
			bx, by, n.width(), boxHeight, escape(n.Color))
		fmt.Fprintf(&b, `<text class="ag-t" x="%.1f" y="%.1f">%s</text></g>`+"\n", bx+12, by+boxHeight/2+4, escape(n.Label))
	}
	for i, e := range legend {
		y := below + legendRow*float64(i)
		fmt.Fprintf(&b, `<rect class="ag-b" x="%.1f" y="%.1f" width="%.0f" height="10" rx="3" stroke="%s"/>`,
			margin, y, legendSwatch, escape(e.Color))
		fmt.Fprintf(&b, `<text class="ag-t" x="%.1f" y="%.1f">%s</text>`+"\n", margin+legendSwatch+8, y+9, escape(e.Label))
	}
	b.WriteString("</svg>")
	return b.String()
}

func (n Node) width() float64 { return textWidth(n.Label) + 24 }

func textWidth(s string) float64 { return float64(output.Width(output.Line(s))) * charWidth }

func escape(s string) string { return html.EscapeString(output.Line(s)) }
