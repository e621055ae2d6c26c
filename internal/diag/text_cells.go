package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"github.com/aepflow/aepflow/internal/output"
)

const tabStop = 4

// glyph is a unit of text on the terminal: a character with its combining marks, an
// expanded tab, or the escape of a hidden character.
type glyph struct {
	text  string
	width int // cells
	start int // offset of its first byte in the line
	size  int // bytes of the line
}

// glyphs splits a line of source.
func glyphs(line string) []glyph {
	out := make([]glyph, 0, len(line))
	col := 0
	add := func(text string, width, start, size int) {
		out = append(out, glyph{text, width, start, size})
		col += width
	}
	for i := 0; i < len(line); {
		c := line[i]
		next := byte(0)
		if i+1 < len(line) {
			next = line[i+1]
		}
		switch {
		case c == '\t':
			w := tabStop - col%tabStop
			add(strings.Repeat(" ", w), w, i, 1)
			i++
		case ' ' <= c && c < 0x7F && c != '#' && next < utf8.RuneSelf:
			add(line[i:i+1], 1, i, 1)
			i++
		default:
			if text, size := standIn(line[i:]); size > 0 {
				add(text, output.Width(text), i, size)
				i += size
				continue
			}
			cluster := firstCluster(line[i:])
			add(cluster, output.Width(cluster), i, len(cluster))
			i += len(cluster)
		}
	}
	return out
}

// firstCluster returns the first grapheme cluster of s, up to the first character in it
// that is escaped.
func firstCluster(s string) string {
	it := graphemes.FromString(s)
	it.Next()
	cluster := it.Value()
	for i := range cluster {
		if _, size := standIn(s[i:]); i > 0 && size > 0 {
			return cluster[:i]
		}
	}
	return cluster
}

// standIn returns the escape of the first character of s and its size, if it is hidden or
// an unusual space, which is a frequent cause of errors; otherwise 0.
func standIn(s string) (string, int) {
	if text, size := output.Escape(s); size > 0 {
		return text, size
	}
	r, size := utf8.DecodeRuneInString(s)
	if r != ' ' && r != 0x3000 && unicode.Is(unicode.Zs, r) {
		return fmt.Sprintf("<U+%04X>", r), size
	}
	return "", 0
}

// visible returns a text with its glyphs as they are printed.
func visible(s string) string {
	safe := true
	for i := 0; i < len(s) && safe; i++ {
		safe = ' ' <= s[i] && s[i] < 0x7F && s[i] != '#'
	}
	if safe {
		return s
	}
	var b strings.Builder
	for _, g := range glyphs(s) {
		b.WriteString(g.text)
	}
	return b.String()
}

// columns is the layout of a line of source in a window.
type columns struct {
	text   string
	glyphs []glyph
	offset []int // cells before each glyph, and the whole width last
	base   int   // offset of the first byte that is laid out
	cutAt  int   // cells cut off at the left
	width  int   // cells shown
}

// nearBytes is how much of a very long line is laid out on each side of the caret.
const nearBytes = 600

// layLine lays out a line so that width cells show the bytes from start to end.
func layLine(line string, start, end, width int) columns {
	c := columns{}
	if len(line) > 2*nearBytes+width*4 {
		from := max(0, start-nearBytes)
		for from > 0 && !utf8.RuneStart(line[from]) {
			from--
		}
		to := min(len(line), start+nearBytes+width*4)
		for to < len(line) && !utf8.RuneStart(line[to]) {
			to++
		}
		c.base = from
		line = line[from:to]
	}
	c.glyphs = glyphs(line)
	c.offset = make([]int, len(c.glyphs)+1)
	for i, g := range c.glyphs {
		c.offset[i+1] = c.offset[i] + g.width
	}
	total := c.offset[len(c.glyphs)]
	c.width = total
	if total > width || c.base > 0 {
		s, e := c.raw(start), c.raw(end)
		c.cutAt = 0
		if c.base > 0 || e+2 > width {
			// A third of the window shows what is before the caret; less for a long span.
			c.cutAt = max(0, s-width/3)
			if room := e - s; room > width/2 {
				c.cutAt = max(0, s-4)
			}
			c.cutAt = min(c.cutAt, max(0, total-width))
		}
		c.width = min(width, total-c.cutAt)
	}
	var b strings.Builder
	for i, g := range c.glyphs {
		from, to := c.offset[i]-c.cutAt, c.offset[i+1]-c.cutAt
		switch {
		case to <= 0 && !(g.width == 0 && from >= 0), from >= c.width:
		case from < 0, (c.cutAt > 0 || c.base > 0) && from == 0:
			b.WriteString("…" + strings.Repeat(" ", max(0, to-1)))
		case to > c.width, to == c.width && total-c.cutAt > c.width:
			b.WriteString("…")
		default:
			b.WriteString(g.text)
		}
	}
	c.text = b.String()
	return c
}

// raw returns the cells before a byte of the whole line.
func (c *columns) raw(at int) int {
	at -= c.base
	for i, g := range c.glyphs {
		if at < g.start+g.size {
			return c.offset[i]
		}
	}
	return c.offset[len(c.glyphs)]
}

// cell returns the cell of a byte, clamped to the window.
func (c *columns) cell(at int) int {
	return min(max(c.raw(at)-c.cutAt, 0), max(c.width, 0))
}

// endCell is cell for the end of a span, which covers a character that it ends in.
func (c *columns) endCell(at int) int {
	rel := at - c.base
	for i, g := range c.glyphs {
		if g.start < rel && rel < g.start+g.size {
			return min(max(c.offset[i+1]-c.cutAt, 0), c.width)
		}
	}
	return c.cell(at)
}
