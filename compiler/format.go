package compiler

import (
	"bytes"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// Format returns the text of a file in its canonical form: keys in the order of
// the file format, one blank after a colon, no blanks at line ends, no two empty
// lines in a row, one line break at the end. It moves and cuts bytes and prints
// nothing anew, so comments, quotes, anchors and the space between sections stay.
//
// Laws: formatting twice changes nothing more; the documents mean the same before
// and after. A file that does not parse is returned as it is, with its report.
func Format(f *source.File) ([]byte, *diag.Report) {
	docs, report := ParseDocuments(f)
	if report.HasErrors() {
		return f.Text, report
	}
	text := f.Text
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(slices.Clone(text), '\n') // else the last entry could not be moved
	}
	for range maxMoves {
		next, moved := reorderOnce(source.NewFile(f.Path, text))
		if !moved {
			break
		}
		text = next
	}
	text = respace(source.NewFile(f.Path, text))
	again, problems := ParseDocuments(source.NewFile(f.Path, text))
	if problems.HasErrors() || !sameDocuments(docs, again) {
		return f.Text, report // safety before beauty: the law above holds by this line
	}
	return text, report
}

// maxMoves bounds the maps that are put in order, one at a time.
const maxMoves = 1000

// reorderOnce puts the first map in order whose keys are not.
func reorderOnce(f *source.File) ([]byte, bool) {
	docs, report := ParseDocuments(f)
	if report.HasErrors() {
		return nil, false
	}
	for _, d := range docs {
		kind, ok := KindOf(d)
		if !ok || hasAnchors(d.Root) {
			continue // an anchor has to stand before its aliases
		}
		if text, moved := reorderMap(f, kind, nil, d.Root); moved {
			return text, true
		}
	}
	return nil, false
}

func hasAnchors(n *Node) bool {
	if n.Anchor != "" || !n.Alias.IsZero() {
		return true
	}
	for _, p := range n.Pairs {
		if p.Merged || hasAnchors(p.Value) {
			return true
		}
	}
	return slices.ContainsFunc(n.Items, hasAnchors)
}

// reorderMap puts the keys of a block map, or of the first map below it that
// needs it, in the order of the file format.
func reorderMap(f *source.File, kind string, path Path, n *Node) ([]byte, bool) {
	if n.Kind != MapKind {
		return nil, false
	}
	if n.Style == Block && len(n.Pairs) > 1 {
		if order := keyOrder(kind, path); len(order) > 0 {
			if text, moved := reorderPairs(f, n, order); moved {
				return text, true
			}
		}
	}
	for _, p := range n.Pairs {
		if text, moved := reorderMap(f, kind, path.Field(p.Key.Text), p.Value); moved {
			return text, true
		}
	}
	return nil, false
}

// reorderPairs moves whole entries: a key with its lines and the comments right
// above it. Keys that the format does not know go last, in their own order.
func reorderPairs(f *source.File, n *Node, order []string) ([]byte, bool) {
	rank := func(p Pair) int {
		if i := slices.Index(order, p.Key.Text); i >= 0 {
			return i
		}
		return len(order)
	}
	if slices.IsSortedFunc(n.Pairs, func(a, b Pair) int { return rank(a) - rank(b) }) {
		return nil, false
	}
	starts := make([]int, len(n.Pairs))
	for i, p := range n.Pairs {
		start, ok := entryStart(f, p.Key.Span.Start, i == 0)
		if !ok || i > 0 && start <= starts[i-1] {
			return nil, false // two keys on a line, or something before the first
		}
		starts[i] = start
	}
	return joinEntries(f, n, starts, lineEnd(f, n.Span.End), rank), true
}

func joinEntries(f *source.File, n *Node, starts []int, end int, rank func(Pair) int) []byte {
	type entry struct {
		rank int
		text []byte
	}
	entries := make([]entry, len(n.Pairs))
	for i, p := range n.Pairs {
		stop := end
		if i+1 < len(starts) {
			stop = starts[i+1]
		}
		entries[i] = entry{rank(p), f.Text[starts[i]:stop]}
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return a.rank - b.rank })
	out := slices.Clone(f.Text[:starts[0]])
	for _, e := range entries {
		out = append(out, e.text...)
	}
	return append(out, f.Text[end:]...)
}

// entryStart returns where the entry of a key begins: at the start of its line,
// or of the comment and blank lines right above. Comments above the first key
// stay where they are: they are about the whole map. False when something else
// stands before the key on its line.
func entryStart(f *source.File, key int, first bool) (int, bool) {
	line := f.Position(key).Line
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

// lineEnd returns the offset just behind the line break at or after an offset.
func lineEnd(f *source.File, at int) int {
	if at > 0 && at <= len(f.Text) && f.Text[at-1] == '\n' {
		return at
	}
	if i := bytes.IndexByte(f.Text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(f.Text)
}

// respace cuts blanks and empty lines outside of texts that span lines.
func respace(f *source.File) []byte {
	docs, report := ParseDocuments(f)
	if report.HasErrors() {
		return f.Text
	}
	inside := make([]bool, f.Lines()+2) // lines that belong to a text from before
	var edits []diag.Edit
	for _, d := range docs {
		mark(d.Root, inside, &edits)
	}
	var out []byte
	empty := 0
	for line := 1; line <= f.Lines(); line++ {
		start, end := f.LineBounds(line)
		text := spliceLine(f, start, end, edits)
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

// mark notes the lines inside texts that span several, and the gaps behind
// colons that are wider or narrower than one blank.
func mark(n *Node, inside []bool, edits *[]diag.Edit) {
	if n.Alias.IsZero() && n.Kind.IsScalar() && n.Span.File != nil {
		first, last := n.Span.Pos().Line, n.Span.EndPos().Line
		for line := first + 1; line <= last; line++ {
			inside[line] = true
		}
	}
	for _, p := range n.Pairs {
		if p.Merged {
			continue
		}
		gap := p.Key.Span.File.Span(p.Key.Span.End, p.Value.Span.Start)
		if text := gap.Text(); p.Value.Alias.IsZero() && p.Value.Kind.IsScalar() && p.Value.Span.Start > p.Key.Span.End &&
			p.Value.Span.Start < p.Value.Span.End && strings.HasPrefix(text, ":") && strings.Trim(text[1:], " ") == "" && text != ": " {
			*edits = append(*edits, diag.Edit{Span: gap, Text: ": "})
		}
		mark(p.Value, inside, edits)
	}
	for _, item := range n.Items {
		mark(item, inside, edits)
	}
}

// spliceLine returns a line with the edits that lie in it.
func spliceLine(f *source.File, start, end int, edits []diag.Edit) []byte {
	var out []byte
	at := start
	for _, e := range edits {
		if e.Span.Start >= at && e.Span.End <= end {
			out = append(append(out, f.Text[at:e.Span.Start]...), e.Text...)
			at = e.Span.End
		}
	}
	return append(out, f.Text[at:end]...)
}

// sameDocuments compares what documents mean, without regard to the order of
// keys where the format has one of its own.
func sameDocuments(a, b []*Document) bool {
	return slices.EqualFunc(a, b, func(x, y *Document) bool {
		kind, _ := KindOf(x)
		return sameNode(kind, nil, x.Root, y.Root)
	})
}

func sameNode(kind string, path Path, a, b *Node) bool {
	if a.Kind != b.Kind || a.Text != b.Text || len(a.Pairs) != len(b.Pairs) || len(a.Items) != len(b.Items) {
		return false
	}
	ordered := len(keyOrder(kind, path)) == 0
	for i, p := range a.Pairs {
		q := b.pair(p.Key.Text)
		if q == nil || ordered && b.Pairs[i].Key.Text != p.Key.Text || !sameNode(kind, path.Field(p.Key.Text), p.Value, q.Value) {
			return false
		}
	}
	for i := range a.Items {
		if !sameNode(kind, path.Index(i), a.Items[i], b.Items[i]) {
			return false
		}
	}
	return true
}

// keyOrder returns the keys of the map at a path in the order of the file format;
// none where the keys are the user's own.
func keyOrder(kind string, path Path) []string {
	x := explainer{schemaValue()}
	v := x.resolve(x.definition(kind))
	for _, step := range path {
		v = x.resolve(v)
		properties, fixed := v.Get("properties")
		child, ok := properties.Get(step.Key)
		if !ok {
			if child, ok = v.Get("additionalProperties"); fixed || !ok {
				return nil
			}
		}
		v = child
	}
	v = x.resolve(v)
	properties, _ := v.Get("properties")
	var out []string
	for _, p := range properties.Fields {
		out = append(out, p.Name)
	}
	return out
}
