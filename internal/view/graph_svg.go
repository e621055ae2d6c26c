package view

import (
	"fmt"
	"html"
	"io"
	"strings"
)

const (
	layerGap  = 56.0
	margin    = 12.0
	charWidth = 7.4 // of the monospaced font at 12 px, with a little room
)

// svgStyle colours the drawing on light and on dark ground; the names are
// prefixed because an SVG within a page shares the page's styles.
const svgStyle = `.ag-e{fill:none;stroke:#8c959f;stroke-width:1.3}.ag-b{fill:#fff;stroke-width:1.6}.ag-t{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1f2328}` +
	`@media(prefers-color-scheme:dark){.ag-b{fill:#161b22}.ag-t{fill:#e6edf3}.ag-e{stroke:#6e7681}}`

// GraphSVG draws the picture as one SVG image without anything from outside.
func GraphSVG(w io.Writer, p Picture) error {
	_, err := io.WriteString(w, svg(p)+"\n")
	return err
}

func svg(p Picture) string {
	l := place(p)
	wide := make([]float64, len(l.layers)) // of the boxes of each layer
	for _, v := range l.vertices {
		if v.node >= 0 {
			wide[v.layer] = max(wide[v.layer], boxWidth(p.Nodes[v.node]))
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
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-label="graph of %s">`,
		width, height, width, height, count(len(p.Nodes), "resource"))
	b.WriteString("\n<style>" + svgStyle + "</style>\n")
	for _, r := range l.routes {
		from := l.vertices[r.path[0]]
		px := left[from.layer] + boxWidth(p.Nodes[from.node])
		py := from.y + margin
		fmt.Fprintf(&b, `<path class="ag-e" d="M%.1f %.1f`, px, py)
		for _, i := range r.path[1:] {
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
		n := p.Nodes[v.node]
		bx, by := left[v.layer], v.y+margin-boxHeight/2
		name := html.EscapeString(visible(n.Address.String()))
		fmt.Fprintf(&b, `<g><title>%s</title><rect class="ag-b" x="%.1f" y="%.1f" width="%.1f" height="%.0f" rx="6" stroke="%s"/>`,
			titleOf(n, name), bx, by, boxWidth(n), boxHeight, colorOf(n.Action))
		fmt.Fprintf(&b, `<text class="ag-t" x="%.1f" y="%.1f">%s</text></g>`+"\n", bx+12, by+boxHeight/2+4, html.EscapeString(nodeLabel(n)))
	}
	b.WriteString("</svg>")
	return b.String()
}

func titleOf(n PictureNode, name string) string {
	if !n.Action.Changes() {
		return name
	}
	return name + ": " + n.Action.String()
}

func nodeLabel(n PictureNode) string {
	label := visible(n.Address.String())
	if n.Action.Changes() {
		label = n.Action.Symbol() + " " + label
	}
	return label
}

func boxWidth(n PictureNode) float64 { return float64(widthOf(nodeLabel(n)))*charWidth + 24 }
