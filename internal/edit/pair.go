package edit

import (
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
)

// AddPair returns the edit that adds a key with a value to a map, after its last one and in its style. Value is YAML
// that fits there: for a map in block style, lines after the first get the indentation of the keys.
func AddPair(f *source.File, m *document.Node, key, value string) diag.Edit {
	name := document.QuoteKey(key)
	if isFlow(f, m) {
		name = keyInFlow(key)
	}
	pair := name + ":" + value
	if !strings.HasPrefix(value, "\n") {
		pair = name + ": " + value
	}
	if isFlow(f, m) {
		at := m.Span.End - 1
		for at > m.Span.Start+1 && strings.ContainsRune(" \t\r\n", rune(f.Text[at-1])) {
			at--
		}
		if len(m.Pairs) > 0 && f.Text[at-1] != ',' {
			pair = ", " + pair
		}
		return diag.Edit{Span: f.Span(at, at), Text: pair}
	}
	start, _ := f.LineBounds(f.LineOf(m.Span.Start))
	indent := strings.Repeat(" ", m.Span.Start-start)
	text := indent + strings.ReplaceAll(pair, "\n", "\n"+indent) + "\n"
	at := lineEnd(f, m.Span.End)
	if at > 0 && f.Text[at-1] != '\n' {
		text = "\n" + strings.TrimSuffix(text, "\n")
	}
	return diag.Edit{Span: f.Span(at, at), Text: text}
}

// AddPairAfter is AddPair for a map in block style, with the new key after another one.
func AddPairAfter(f *source.File, m *document.Node, after, key, value string) diag.Edit {
	for _, p := range m.Pairs {
		if p.Key.Text == after && p.Value.Alias().IsZero() && p.Value.Span.End >= p.Key.Span.End {
			part := *m
			part.Span = f.Span(m.Span.Start, p.Value.Span.End)
			return AddPair(f, &part, key, value)
		}
	}
	return AddPair(f, m, key, value)
}
