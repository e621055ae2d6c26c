package view

import (
	"strings"

	"github.com/aepflow/aepflow/internal/output"
)

// table is rows of columns, each as wide as its widest cell. On a terminal, the first column gives way if a row
// is too wide.
type table struct {
	c    *canvas
	head []string
	rows []tableRow
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

// least is how narrow the first column may get.
const least = 12

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
	if over := total - t.c.width; t.c.terminal && over > 0 {
		widths[0] = max(widths[0]-over, least)
	}
	return widths
}

func (t *table) write() {
	widths := t.widths()
	line := func(cells []string, styles func(i int) style) {
		var parts []string
		for i, cell := range cells {
			if i == 0 && output.Width(cell) > widths[0] {
				cell = clipText(cell, widths[0])
			}
			parts = append(parts, t.c.paint(styles(i), cell), pad(cell, widths[i]+gap))
		}
		t.c.line(parts...)
	}
	line(t.head, func(int) style { return dim })
	for _, r := range t.rows {
		line(r.cells, func(i int) style {
			switch i {
			case 0:
				return bold
			case 1:
				return r.style
			}
			return plain
		})
		for _, text := range r.below {
			t.c.wrapped(dim, strings.Repeat(" ", 4), text)
		}
	}
}
