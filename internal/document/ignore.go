package document

import (
	"bytes"
	"cmp"
	"slices"
	"sort"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

const ignoreMark = "aepflow:ignore"

// addIgnores finds the comments `# aepflow:ignore CODE reason` of a file and
// hands each to its document. A comment on a line of its own silences the next
// line that has text, one after a value, its own line.
func addIgnores(f *source.File, docs []*Document) {
	if len(docs) == 0 || !bytes.Contains(f.Text, []byte(ignoreMark)) {
		return
	}
	next, scalars := nextTexts(f), scalarSpans(docs)
	for line := 1; line <= f.Lines(); line++ {
		text := f.Line(line)
		hash := ignoreComment(text)
		if hash < 0 {
			continue
		}
		start, end := f.LineBounds(line)
		span := f.Span(start+hash, end)
		doc := documentAt(docs, span.Start)
		if inside(scalars, span.Start) {
			continue
		}
		words := strings.Fields(text[hash+strings.Index(text[hash:], ignoreMark)+len(ignoreMark):])
		if len(words) == 0 {
			continue
		}
		target := line
		if strings.TrimSpace(text[:hash]) == "" {
			target = next[line]
		}
		doc.Ignores = append(doc.Ignores, Ignore{
			Code: diag.Code(words[0]), Reason: strings.Join(words[1:], " "), Line: target, Span: span,
		})
	}
}

// ignoreComment returns where on a line the comment starts, -1 for none.
func ignoreComment(line string) int {
	mark := strings.Index(line, ignoreMark)
	if mark < 0 {
		return -1
	}
	head := strings.TrimRight(line[:mark], " \t")
	if !strings.HasSuffix(head, "#") {
		return -1
	}
	hash := len(head) - 1
	if hash > 0 && head[hash-1] != ' ' && head[hash-1] != '\t' {
		return -1 // part of a plain scalar
	}
	return hash
}

// documentAt returns the document that a comment at an offset belongs to: the
// one that contains it, else the next one, else the last.
func documentAt(docs []*Document, offset int) *Document {
	i := sort.Search(len(docs), func(i int) bool { return offset < docs[i].Root.Span.End })
	return docs[min(i, len(docs)-1)]
}

// nextTexts returns for each line, from 1, the next one that has text and not only
// a comment, the line itself when there is none.
func nextTexts(f *source.File) []int {
	next := make([]int, f.Lines()+1)
	found := 0
	for line := f.Lines(); line > 0; line-- {
		if next[line] = found; found == 0 {
			next[line] = line
		}
		if text := strings.TrimSpace(f.Line(line)); text != "" && text[0] != '#' {
			found = line
		}
	}
	return next
}

// scalarSpans are the spans of the scalars in documents, in order. A #
// in one of them starts no comment.
func scalarSpans(docs []*Document) []source.Span {
	var out []source.Span
	var walk func(n *Node)
	walk = func(n *Node) {
		if !n.Alias().IsZero() {
			return
		}
		if n.Kind.IsScalar() {
			out = append(out, n.Span)
		}
		for _, item := range n.Items {
			walk(item)
		}
		for _, p := range n.Pairs {
			walk(p.Key)
			walk(p.Value)
		}
	}
	for _, d := range docs {
		walk(d.Root)
	}
	slices.SortFunc(out, func(a, b source.Span) int { return cmp.Compare(a.Start, b.Start) })
	return out
}

// inside reports whether an offset lies in one of the spans, which do not overlap.
func inside(spans []source.Span, offset int) bool {
	i := sort.Search(len(spans), func(i int) bool { return offset < spans[i].End })
	return i < len(spans) && spans[i].Start <= offset
}
