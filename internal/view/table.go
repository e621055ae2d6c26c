package view

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
)

// table is rows of columns, each as wide as its widest cell. On a terminal, if a row is too wide, the columns of folds
// break their cells into lines; a table without such columns shortens the cells of its first one.
type table struct {
	c     *canvas
	head  []string
	rows  []tableRow
	folds []int
}

type tableRow struct {
	style style // of the second cell
	cells []string
	below []string // lines below the row, indented
}

func newTable(c *canvas, head ...string) *table { return &table{c: c, head: head} }

func (t *table) row(st style, cells []string, below ...string) {
	t.rows = append(t.rows, tableRow{st, cells, below})
}

// gap is how many columns are between two cells.
const gap = 2

// How narrow a column may get.
const (
	least      = 12
	leastFolds = 20
)

func (t *table) widths() []int {
	widths := make([]int, len(t.head))
	for i, h := range t.head {
		widths[i] = output.Width(h)
	}
	for _, r := range t.rows {
		for i, cell := range r.cells {
			widths[i] = max(widths[i], output.Width(cell))
		}
	}
	total := gap * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	over := total - t.c.width
	switch {
	case !t.c.terminal || over <= 0:
	case t.folds == nil:
		widths[0] = max(widths[0]-over, least)
	default:
		for range over {
			widest := slices.MaxFunc(t.folds, func(i, j int) int { return widths[i] - widths[j] })
			widths[widest] = max(widths[widest]-1, min(leastFolds, widths[widest]))
		}
	}
	return widths
}

// hasRoom reports whether no line of the table is longer than the terminal is wide.
func (t *table) hasRoom() bool {
	total := gap * (len(t.head) - 1)
	for _, w := range t.widths() {
		total += w
	}
	return !t.c.terminal || total <= t.c.width
}

func (t *table) write() {
	widths := t.widths()
	line := func(cells []string, styles func(i int) style) {
		var parts []string
		for i, cell := range cells {
			if output.Width(cell) > widths[i] {
				cell = clipText(cell, widths[i])
			}
			parts = append(parts, t.c.paint(styles(i), cell), pad(cell, widths[i]+gap))
		}
		t.c.line(parts...)
	}
	line(t.head, func(int) style { return dim })
	for _, r := range t.rows {
		styles := func(i int) style {
			switch i {
			case 0:
				return bold
			case 1:
				return r.style
			}
			return plain
		}
		for _, cells := range t.folded(r.cells, widths) {
			line(cells, styles)
		}
		for _, text := range r.below {
			t.c.wrapped(dim, strings.Repeat(" ", 4), text)
		}
	}
}

// folded are the cells of each line of a row.
func (t *table) folded(cells []string, widths []int) [][]string {
	lines := [][]string{slices.Clone(cells)}
	for _, column := range t.folds {
		for i, text := range foldCell(cells[column], widths[column]) {
			if i == len(lines) {
				lines = append(lines, make([]string, len(cells)))
			}
			lines[i][column] = text
		}
	}
	return lines
}

// foldCell breaks a text into lines of a width: between words, and a word that is too long anywhere.
func foldCell(text string, width int) []string {
	if output.Width(text) <= width {
		return []string{text}
	}
	var words []string
	for _, word := range strings.Split(output.Line(text), " ") {
		for output.Width(word) > width {
			part := beginning(word, width)
			words, word = append(words, part), word[len(part):]
		}
		words = append(words, word)
	}
	return output.Wrap(words, width)
}

// beginning is as much of a text as fits into a width, at least one character.
func beginning(text string, width int) string {
	used := 0
	for at, r := range text {
		if used += output.Width(string(r)); used > width && at > 0 {
			return text[:at]
		}
	}
	return text
}
