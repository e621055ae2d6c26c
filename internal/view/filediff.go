package view

import (
	"fmt"
	"io"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/textdiff"
)

// FileDiff writes how a file changed, in the form that patch reads.
func FileDiff(w io.Writer, path, from, to string, o Options) error {
	c := newCanvas(o)
	c.line(c.paint(bold, "--- "+output.Line(path)))
	c.line(c.paint(bold, "+++ "+output.Line(path)))
	for _, h := range textdiff.Lines(from, to, 3) {
		before, after := 0, 0
		for _, l := range h.Lines {
			if l.Op != textdiff.Insert {
				before++
			}
			if l.Op != textdiff.Delete {
				after++
			}
		}
		c.line(c.paint(cyan, fmt.Sprintf("@@ -%d,%d +%d,%d @@", h.From, before, h.To, after)))
		for _, l := range h.Lines {
			switch l.Op {
			case textdiff.Delete:
				c.line(c.paint(red, "-"+output.Line(l.Text)))
			case textdiff.Insert:
				c.line(c.paint(green, "+"+output.Line(l.Text)))
			default:
				c.line(" " + output.Line(l.Text))
			}
		}
	}
	return flush(w, c)
}
