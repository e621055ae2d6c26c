package compiler

import (
	"bytes"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

const ignoreMark = "aepflow:ignore"

// addIgnores finds the comments `# aepflow:ignore CODE reason` of a file and
// hands each to its document. A comment on a line of its own silences the next
// line that has text, one behind a value the line it stands on.
func addIgnores(f *source.File, docs []*Document) {
	if len(docs) == 0 || !bytes.Contains(f.Text, []byte(ignoreMark)) {
		return
	}
	for line := 1; line <= f.Lines(); line++ {
		text := f.Line(line)
		hash := ignoreComment(text)
		if hash < 0 {
			continue
		}
		start, end := f.LineBounds(line)
		span := f.Span(start+hash, end)
		doc := documentAt(docs, span.Start)
		if doc == nil || insideScalar(doc.Root, span.Start) {
			continue
		}
		words := strings.Fields(text[hash+strings.Index(text[hash:], ignoreMark)+len(ignoreMark):])
		if len(words) == 0 {
			continue
		}
		target := line
		if strings.TrimSpace(text[:hash]) == "" {
			target = nextText(f, line)
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
// one that it stands in, else the next one, else the last.
func documentAt(docs []*Document, offset int) *Document {
	for _, d := range docs {
		if offset < d.Root.Span.End {
			return d
		}
	}
	return docs[len(docs)-1]
}

func nextText(f *source.File, line int) int {
	for next := line + 1; next <= f.Lines(); next++ {
		if text := strings.TrimSpace(f.Line(next)); text != "" && text[0] != '#' {
			return next
		}
	}
	return line
}

// insideScalar reports whether an offset lies in the text of a scalar, where a
// # starts no comment.
func insideScalar(n *Node, offset int) bool {
	if n == nil || !n.Alias.IsZero() || offset < n.Span.Start || n.Span.End <= offset {
		return false
	}
	if n.Kind.IsScalar() {
		return true
	}
	for _, item := range n.Items {
		if insideScalar(item, offset) {
			return true
		}
	}
	for _, p := range n.Pairs {
		if insideScalar(p.Key, offset) || insideScalar(p.Value, offset) {
			return true
		}
	}
	return false
}
