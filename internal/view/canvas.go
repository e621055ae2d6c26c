package view

import (
	"bytes"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
)

type style = output.Style

const (
	plain     = output.Plain
	bold      = output.Bold
	dim       = output.Dim
	green     = output.Green
	yellow    = output.Yellow
	red       = output.Red
	magenta   = output.Magenta
	cyan      = output.Cyan
	greenMark = output.Added
	redMark   = output.Removed
)

// canvas collects painted text.
type canvas struct {
	buf      bytes.Buffer
	color    bool
	width    int
	terminal bool // the width is that of a terminal
}

func newCanvas(o Options) *canvas {
	return &canvas{color: o.Color, width: output.Room(o.Width), terminal: o.Width > 0}
}

// paint returns s in a style, as text of one line.
func (c *canvas) paint(st style, s string) string {
	if !c.color {
		st = plain
	}
	return output.Paint(st, s)
}

// line writes a line of painted parts.
func (c *canvas) line(parts ...string) {
	c.buf.WriteString(output.Painted(strings.TrimRight(strings.Join(parts, ""), " ")))
	c.buf.WriteByte('\n')
}

// wrapped writes a text after a head. On a terminal, it breaks long lines between words and indents the rest by the width
// of the head.
func (c *canvas) wrapped(st style, head, text string) {
	for _, l := range c.lines(text, output.Width(head)) {
		c.line(c.paint(st, head+l))
		head = strings.Repeat(" ", output.Width(head))
	}
}

// lines breaks a text between words into lines that fit right of an indent, on a terminal.
func (c *canvas) lines(text string, indent int) []string {
	if !c.terminal {
		return []string{text}
	}
	return output.Wrap(strings.Split(output.Line(text), " "), c.width-indent)
}

// cut shortens a text to what fits right of an indent, on a terminal.
func (c *canvas) cut(text string, indent int) string {
	if !c.terminal {
		return text
	}
	return clipText(text, max(c.width-indent, 20))
}

// dotted writes painted parts with a dot between each two, on as many lines as they need.
func (c *canvas) dotted(indent string, parts []string) {
	line := ""
	for _, p := range parts {
		switch {
		case line == "":
			line = p
		case output.Width(indent)+output.Width(line)+3+output.Width(p) <= c.width:
			line += c.paint(dim, " · ") + p
		default:
			c.line(indent, line)
			line = p
		}
	}
	if line != "" {
		c.line(indent, line)
	}
}

// pad returns the spaces that fill s up to n cells.
func pad(s string, n int) string { return strings.Repeat(" ", max(0, n-output.Width(s))) }
