package edit

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
)

// Order returns the keys of the map at a path of a document in the order of the
// file format; none where the keys are the user's own.
type Order func(d *document.Document, path document.Path) []string

// Format returns the text of a file in its canonical form: keys in the order of
// the file format, one space after a colon, no trailing spaces, no two empty
// lines in a row, one line break at the end. It moves and cuts bytes and prints
// nothing anew, so comments, quotes, anchors and the space between sections stay.
//
// Laws: formatting twice changes nothing more; the documents mean the same before
// and after. A file that does not parse is returned as it is, with its report.
func Format(f *source.File, order Order) ([]byte, *diag.Report) {
	docs, report := document.Parse(f)
	if report.HasErrors() {
		return f.Text, report
	}
	text := f.Text
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(slices.Clone(text), '\n') // else the last entry could not be moved
	}
	text = reordered(source.NewFile(f.Path, text), order)
	text = respace(source.NewFile(f.Path, text))
	again, problems := document.Parse(source.NewFile(f.Path, text))
	if problems.HasErrors() || !sameDocuments(docs, again, order) {
		return f.Text, report // safety before beauty: the law above holds by this line
	}
	return text, report
}

// reordered puts the maps of a file in order whose keys are not.
func reordered(f *source.File, order Order) []byte {
	docs, report := document.Parse(f)
	if report.HasErrors() {
		return f.Text
	}
	var moves []move
	for _, d := range docs {
		if !hasAnchors(d.Root) { // an anchor has to come before its aliases
			moves = appendMoves(moves, d, order, nil, d.Root)
		}
	}
	if len(moves) == 0 {
		return f.Text
	}
	m := mover{text: f.Text, moves: moves}
	return m.copy(make([]byte, 0, len(f.Text)), 0, len(f.Text))
}

func hasAnchors(n *document.Node) bool {
	if n.Anchor() != "" || !n.Alias().IsZero() {
		return true
	}
	for _, p := range n.Pairs {
		if p.Merged || hasAnchors(p.Value) {
			return true
		}
	}
	return slices.ContainsFunc(n.Items, hasAnchors)
}

// move is a map whose entries change places. An entry is a key with its lines and
// the comments right above it.
type move struct {
	start, end int // of all entries
	entries    []entry
}

// An item of a list begins with a key right after its dash: the entry that gets this place is cut there, and the one
// that had it is indented.
type entry struct{ rank, start, end, indent int }

// appendMoves finds the block maps below n, and n itself, whose keys are not in
// the order of the file format: in the order of the text, outer ones first.
func appendMoves(moves []move, d *document.Document, order Order, path document.Path, n *document.Node) []move {
	for i, item := range n.Items {
		moves = appendMoves(moves, d, order, path.Index(i), item)
	}
	if n.Kind == document.MapKind && n.Style == document.Block && len(n.Pairs) > 1 {
		if keys := order(d, path); len(keys) > 0 {
			if m, ok := newMove(d.File, n, keys); ok {
				moves = append(moves, m)
			}
		}
	}
	for _, p := range n.Pairs {
		moves = appendMoves(moves, d, order, path.Field(p.Key.Text), p.Value)
	}
	return moves
}

// newMove puts the entries of a map in order; false when they are, or cannot be.
// Keys that the format does not know go last, in their own order.
func newMove(f *source.File, n *document.Node, order []string) (move, bool) {
	rank := func(p document.Pair) int {
		if i := slices.Index(order, p.Key.Text); i >= 0 {
			return i
		}
		return len(order)
	}
	if slices.IsSortedFunc(n.Pairs, func(a, b document.Pair) int { return rank(a) - rank(b) }) {
		return move{}, false
	}
	m := move{end: lineEnd(f, n.Span.End), entries: make([]entry, len(n.Pairs))}
	dashed := false
	for i, p := range n.Pairs {
		start, ok := entryStart(f, p.Key.Span.Start, i == 0)
		if i == 0 && !ok && afterDash(f, p.Key.Span.Start) {
			start, ok, dashed = p.Key.Span.Start, true, true
		}
		if !ok || i > 0 && start <= m.entries[i-1].start {
			return move{}, false // two keys on a line, or something before the first
		}
		m.entries[i] = entry{rank: rank(p), start: start, end: m.end}
		if i > 0 {
			m.entries[i-1].end = start
		}
	}
	m.start = m.entries[0].start
	slices.SortStableFunc(m.entries, func(a, b entry) int { return a.rank - b.rank })
	if dashed {
		return m, m.afterDash(f)
	}
	return m, true
}

// afterDash reports whether a key is the first one of an item of a list, on the line of its dash.
func afterDash(f *source.File, key int) bool {
	start, _ := f.LineBounds(f.LineOf(key))
	return strings.Trim(string(f.Text[start:key]), " ") == "-"
}

// afterDash puts the first entry right after the dash, and the one that was there on a line of its own. False for an
// entry with comments above it, which would lose their place.
func (m *move) afterDash(f *source.File) bool {
	first := &m.entries[0]
	if first.start == m.start {
		return true
	}
	dash, _ := f.LineBounds(f.LineOf(m.start))
	indent := m.start - dash
	if strings.TrimLeft(string(f.Text[first.start:first.start+indent]), " ") != "" || f.Text[first.start+indent] == '#' {
		return false
	}
	first.start += indent
	for i := range m.entries {
		if m.entries[i].start == m.start {
			m.entries[i].indent = indent
		}
	}
	return true
}

// mover writes a text with its moves made.
type mover struct {
	text  []byte
	moves []move // by start, outer ones first
}

// copy appends the text of a range, in which all moves lie that begin in it.
func (m *mover) copy(out []byte, from, to int) []byte {
	i, _ := slices.BinarySearchFunc(m.moves, from, func(x move, from int) int { return cmp.Compare(x.start, from) })
	return m.from(out, i, from, to)
}

// from is copy with the number of the first move that may lie in the range.
func (m *mover) from(out []byte, i, from, to int) []byte {
	for ; i < len(m.moves) && m.moves[i].start < to; i++ {
		x := m.moves[i]
		if x.start < from || x.end > to {
			continue // inside what is copied already
		}
		out = append(out, m.text[from:x.start]...)
		for _, e := range x.entries {
			out = append(out, strings.Repeat(" ", e.indent)...)
			out = m.entry(out, i, e)
		}
		from = x.end
	}
	return append(out, m.text[from:to]...)
}

// entry appends an entry of the i-th move with the moves inside of it.
func (m *mover) entry(out []byte, i int, e entry) []byte {
	inner, _ := slices.BinarySearchFunc(m.moves[i+1:], e.start,
		func(x move, from int) int { return cmp.Compare(x.start, from) })
	return m.from(out, i+1+inner, e.start, e.end)
}

// entryStart returns where the entry of a key begins: at the start of its line,
// or of the comment and blank lines right above. Comments above the first key
// stay where they are: they are about the whole map. False when something else
// precedes the key on its line.
func entryStart(f *source.File, key int, first bool) (int, bool) {
	line := f.LineOf(key)
	start, _ := f.LineBounds(line)
	if strings.TrimSpace(string(f.Text[start:key])) != "" {
		return 0, false
	}
	for !first && line > 1 {
		above := strings.TrimSpace(f.Line(line - 1))
		if above != "" && !strings.HasPrefix(above, "#") {
			break
		}
		line--
		start, _ = f.LineBounds(line)
	}
	return start, true
}

// lineEnd returns the offset just after the line break at or after an offset.
func lineEnd(f *source.File, at int) int {
	if at > 0 && at <= len(f.Text) && f.Text[at-1] == '\n' {
		return at
	}
	if i := bytes.IndexByte(f.Text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(f.Text)
}

// respace removes spaces and empty lines outside of texts that span lines.
func respace(f *source.File) []byte {
	docs, report := document.Parse(f)
	if report.HasErrors() {
		return f.Text
	}
	inside := make([]bool, f.Lines()+2) // lines that belong to a text from before
	var edits []diag.Edit
	for _, d := range docs {
		mark(d.Root, inside, &edits)
	}
	slices.SortStableFunc(edits, func(a, b diag.Edit) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	var out []byte
	empty := 0
	for line := 1; line <= f.Lines(); line++ {
		start, end := f.LineBounds(line)
		var text []byte
		text, edits = spliceLine(f, start, end, edits)
		if !inside[line] {
			if !inside[line+1] {
				text = bytes.TrimRight(text, " \t\r") // a lone CR would become the half of a CRLF
			}
			if len(bytes.TrimSpace(text)) == 0 {
				empty++
				if empty > 1 || len(out) == 0 || line == f.Lines() {
					continue
				}
			} else {
				empty = 0
			}
		} else {
			empty = 0
		}
		out = append(append(out, text...), '\n')
	}
	if !inside[f.Lines()] {
		out = append(bytes.TrimRight(out, "\n"), '\n')
	}
	return out
}

// mark notes the lines inside texts that span several, and the gaps after
// colons that are wider or narrower than one space.
func mark(n *document.Node, inside []bool, edits *[]diag.Edit) {
	if n.Alias().IsZero() && n.Kind.IsScalar() && n.Span.File != nil {
		first, last := n.Span.File.LineOf(n.Span.Start), n.Span.File.LineOf(n.Span.End)
		for line := first + 1; line <= last; line++ {
			inside[line] = true
		}
	}
	for _, p := range n.Pairs {
		if p.Merged {
			continue
		}
		gap := p.Key.Span.File.Span(p.Key.Span.End, p.Value.Span.Start)
		if text := gap.Text(); p.Value.Alias().IsZero() && p.Value.Kind.IsScalar() &&
			p.Value.Span.Start > p.Key.Span.End &&
			p.Value.Span.Start < p.Value.Span.End && strings.HasPrefix(text, ":") &&
			strings.Trim(text[1:], " ") == "" && text != ": " {
			*edits = append(*edits, diag.Edit{Span: gap, Text: ": "})
		}
		mark(p.Value, inside, edits)
	}
	for _, item := range n.Items {
		mark(item, inside, edits)
	}
}

// spliceLine returns a line with the edits that lie in it, and the later edits.
func spliceLine(f *source.File, start, end int, edits []diag.Edit) ([]byte, []diag.Edit) {
	var out []byte
	at := start
	for ; len(edits) > 0 && edits[0].Span.Start < end; edits = edits[1:] {
		if e := edits[0]; e.Span.Start >= at && e.Span.End <= end {
			out = append(append(out, f.Text[at:e.Span.Start]...), e.Text...)
			at = e.Span.End
		}
	}
	return append(out, f.Text[at:end]...), edits
}

// sameDocuments compares what documents mean, without regard to the order of
// keys where the format has one of its own.
func sameDocuments(a, b []*document.Document, order Order) bool {
	return slices.EqualFunc(a, b, func(x, y *document.Document) bool {
		keys := func(path document.Path) []string { return order(x, path) }
		return sameNode(keys, nil, x.Root, y.Root)
	})
}

func sameNode(order func(document.Path) []string, path document.Path, a, b *document.Node) bool {
	if a.Kind != b.Kind || a.Text != b.Text || len(a.Pairs) != len(b.Pairs) || len(a.Items) != len(b.Items) {
		return false
	}
	ordered := len(a.Pairs) > 1 && len(order(path)) == 0
	for i, p := range a.Pairs {
		q := b.Pair(p.Key.Text)
		if q == nil || ordered && b.Pairs[i].Key.Text != p.Key.Text ||
			!sameNode(order, path.Field(p.Key.Text), p.Value, q.Value) {
			return false
		}
	}
	for i := range a.Items {
		if !sameNode(order, path.Index(i), a.Items[i], b.Items[i]) {
			return false
		}
	}
	return true
}
