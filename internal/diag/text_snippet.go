package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
)

// A span of several lines has a bar at the left. Of more than fullLines lines, the first
// headLines and the last are shown.
const (
	fullLines = 6
	headLines = 3
)

// excerpt prints the lines of one file with their marks.
func (t *textPrinter) excerpt(g fileLabels, first bool, sev Severity) {
	arrow := "--> "
	if !first {
		arrow = "::: "
	}
	main := g.labels[0].Span.Pos()
	t.line(piece{gutterStyle, strings.Repeat(" ", t.gutter) + arrow},
		piece{plain, fmt.Sprintf("%s:%d:%d", visible(g.file.Path), main.Line, main.Column)})
	t.bar()

	s := snippet{textPrinter: t, fileLabels: g, mark: sev.style()}
	for i := range g.labels {
		if g.labels[i].first != g.labels[i].last {
			s.spans = append(s.spans, &g.labels[i])
		}
	}
	last := 0
	for _, l := range s.lines() {
		switch {
		case last > 0 && l == last+2:
			s.source(last + 1)
		case last > 0 && l > last+1:
			t.line(piece{gutterStyle, "..."}, piece{plain, strings.Repeat(" ", t.gutter)}, s.bars(last+1, 0))
		}
		s.source(l)
		last = l
	}
}

func (t *textPrinter) bar() {
	t.line(piece{gutterStyle, strings.Repeat(" ", t.gutter+1) + "|"})
}

type snippet struct {
	*textPrinter
	fileLabels
	mark  output.Style
	spans []*placed // labels of several lines; each has a bar
}

// lines returns the lines to show.
func (s *snippet) lines() []int {
	var out []int
	for _, l := range s.labels {
		if l.last-l.first < fullLines {
			for n := l.first; n <= l.last; n++ {
				out = append(out, n)
			}
			continue
		}
		for n := l.first; n < l.first+headLines; n++ {
			out = append(out, n)
		}
		out = append(out, l.last)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (s *snippet) style(l *placed) (output.Style, string) {
	if l.primary {
		return s.mark, "^"
	}
	return secondStyle, "-"
}

// lineText returns a line without secrets, and its offset in the file.
func (s *snippet) lineText(line int) (string, int) {
	return s.texts.line(s.file, line)
}

// source prints a line and its marks.
func (s *snippet) source(line int) {
	text, base := s.lineText(line)
	var here []*placed
	from, to := 0, 0
	for i := range s.labels {
		l := &s.labels[i]
		if l.first == line && l.last == line {
			here = append(here, l)
			if len(here) == 1 || l.primary {
				from, to = l.Span.Start-base, l.Span.End-base
			}
		}
	}
	c := layLine(text, from, to, s.opt.Width-s.gutter-len(" | ")-s.margin())
	s.line(piece{gutterStyle, fmt.Sprintf("%*d | ", s.gutter, line)}, s.bars(line, 0), piece{plain, c.text})
	s.opened(line, text, base, c)
	s.marks(line, base, here, c)
	s.closed(line, base, c)
}

func (s *snippet) margin() int {
	if len(s.spans) == 0 {
		return 0
	}
	return len(s.spans) + 1
}

// inline reports whether the bar alone shows the start of a span, because only spaces
// are before it.
func (s *snippet) inline(l *placed) bool {
	text, base := s.lineText(l.first)
	return strings.TrimSpace(text[:min(max(l.Span.Start-base, 0), len(text))]) == ""
}

// bars returns the left margin with the open bars of a source line, or with phase 1 of a
// row below it.
func (s *snippet) bars(line, phase int) piece {
	if len(s.spans) == 0 {
		return piece{}
	}
	var b strings.Builder
	look := secondStyle
	for _, l := range s.spans {
		c := byte(' ')
		switch {
		case line == l.first && phase == 0 && s.inline(l):
			c = '/'
		case l.first < line && line <= l.last, line == l.first && phase == 1 && s.inline(l):
			c = '|'
		}
		if c != ' ' && l.primary {
			look = s.mark
		}
		b.WriteByte(c)
	}
	b.WriteByte(' ')
	return piece{look, b.String()}
}

// opened draws the start of spans that begin in a line: " ____^".
func (s *snippet) opened(line int, text string, base int, c columns) {
	for i, l := range s.spans {
		if l.first != line || s.inline(l) {
			continue
		}
		look, mark := s.style(l)
		at := c.cell(l.Span.Start - base)
		row := s.bars(line, 0)
		row.style = look
		row.text = row.text[:i+1] + strings.Repeat("_", len(row.text)-i-1+at) + mark
		s.line(s.edge(), row)
	}
}

// closed draws the end of spans that end on a line: "|____^ text".
func (s *snippet) closed(line, base int, c columns) {
	for i, l := range s.spans {
		if l.last != line {
			continue
		}
		look, mark := s.style(l)
		at := max(c.endCell(l.Span.End-base)-1, 0)
		row := s.bars(line, 1)
		row.style = look
		row.text = row.text[:i+1] + strings.Repeat("_", len(row.text)-i-1+at) + mark
		l.last = line - 1 // its bar ends here, also for more rows of this line
		s.labelled([]piece{s.edge(), row}, at, look, oneLine(l.Text))
	}
}

func (s *snippet) edge() piece {
	return piece{gutterStyle, strings.Repeat(" ", s.gutter+1) + "| "}
}

// marks draws the underlines of a line, the text of the rightmost label after them, and
// the other texts on their own rows.
func (s *snippet) marks(line, base int, here []*placed, c columns) {
	if len(here) == 0 {
		return
	}
	type mark struct {
		*placed
		from, to int
	}
	marks := make([]mark, len(here))
	for i, l := range here {
		from, to := c.cell(l.Span.Start-base), c.endCell(l.Span.End-base)
		marks[i] = mark{l, from, max(to, from+1)}
	}
	slices.SortStableFunc(marks, func(a, b mark) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})

	r := row{}
	for _, wantPrimary := range []bool{false, true} { // the primary covers the others
		for _, m := range marks {
			if m.primary == wantPrimary {
				look, char := s.style(m.placed)
				r.fill(m.from, m.to, char[0], look)
			}
		}
	}
	last := marks[len(marks)-1]
	pieces := r.pieces()
	prefix := []piece{s.edge(), s.bars(line, 1)}
	if slices.ContainsFunc(marks, func(m mark) bool { return m.to > last.to }) {
		s.line(append(slices.Clone(prefix), pieces...)...)
	} else {
		look, _ := s.style(last.placed)
		s.labelled(append(slices.Clone(prefix), pieces...), s.margin()+last.from, look, oneLine(last.Text))
		marks = marks[:len(marks)-1]
	}

	marks = slices.DeleteFunc(marks, func(m mark) bool { return m.Text == "" })
	for i := len(marks); i > 0; i-- {
		r := row{}
		for _, m := range marks[:i] {
			look, _ := s.style(m.placed)
			r.fill(m.from, m.from+1, '|', look)
		}
		if i == len(marks) {
			s.line(append(slices.Clone(prefix), r.pieces()...)...)
		}
		m := marks[i-1]
		look, _ := s.style(m.placed)
		r.cut(m.from)
		text := oneLine(m.Text)
		at := min(m.from, max(0, s.room()-s.margin()-output.Width(text)))
		if !s.wraps || i > 1 {
			at = m.from
		}
		r.cut(at)
		for _, l := range s.wrapped(text, s.opt.Width-s.room()+s.margin()+at) {
			s.line(append(append(slices.Clone(prefix), r.pieces()...), piece{look, l})...)
			r.cut(at)
		}
	}
}

// room is how many cells are right of the edge.
func (s *snippet) room() int { return s.opt.Width - s.gutter - len(" | ") }

// narrowest is the fewest cells into which a text beside its mark is wrapped.
const narrowest = 24

// labelled prints a row of marks and the text of the last one, which begins at the cell from: beside it,
// or in the rows below it if too little room is left there.
func (s *snippet) labelled(marks []piece, from int, look output.Style, text string) {
	if text == "" {
		s.line(marks...)
		return
	}
	at := 1 - output.Width(marks[0].text) // in cells after the edge, with a space
	for _, m := range marks {
		at += output.Width(m.text)
	}
	rest := []piece{s.edge()}
	space := " "
	if fits := at+output.Width(text) <= s.room(); s.wraps && !fits && s.room()-at < narrowest {
		s.line(marks...)
		at = max(0, min(from, s.room()-output.Width(text)))
		marks, space = rest, strings.Repeat(" ", at)
	}
	for _, l := range s.wrapped(text, s.opt.Width-s.room()+at) {
		s.line(append(slices.Clone(marks), piece{look, space + l})...)
		marks, space = rest, strings.Repeat(" ", at)
	}
}

// row is a line of marks, a byte per cell.
type row struct {
	chars []byte
	looks []output.Style
}

func (r *row) fill(from, to int, char byte, look output.Style) {
	for len(r.chars) < to {
		r.chars = append(r.chars, ' ')
		r.looks = append(r.looks, plain)
	}
	for i := from; i < to; i++ {
		r.chars[i], r.looks[i] = char, look
	}
}

func (r *row) cut(to int) {
	r.fill(to, to, ' ', plain)
	r.chars, r.looks = r.chars[:to], r.looks[:to]
}

func (r *row) pieces() []piece {
	var out []piece
	for i := 0; i < len(r.chars); {
		end := i
		for end < len(r.chars) && r.looks[end] == r.looks[i] {
			end++
		}
		out = append(out, piece{r.looks[i], string(r.chars[i:end])})
		i = end
	}
	return out
}
