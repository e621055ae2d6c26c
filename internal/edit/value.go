package edit

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
)

// ReplaceValue returns the edit that writes a value of JSON instead of a value of a document: a text with the quotes
// that were there, a list or an object in brackets. The error is an *Elsewhere.
func ReplaceValue(f *source.File, n *document.Node, value []byte) (diag.Edit, error) {
	if alias := n.Alias(); !alias.IsZero() {
		return diag.Edit{}, &Elsewhere{alias, "an alias"}
	}
	text, scalar := "", ""
	if json.Unmarshal(value, &scalar) == nil && value[0] == '"' {
		text = Setting{Text: scalar}.quoted(true)
		if n.Style.IsQuoted() {
			text = inQuotes(n.Style, scalar)
		}
	} else {
		text = Flow(value)
	}
	if n.Span.Start == n.Span.End {
		text = " " + text // after the colon of a key without a value
	}
	return diag.Edit{Span: n.Span, Text: text}, nil
}

// Flow returns a value of JSON as YAML on one line.
func Flow(value []byte) string {
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	var b strings.Builder
	writeFlow(&b, d)
	return b.String()
}

// writeFlow writes the next value of a decoder.
func writeFlow(b *strings.Builder, d *json.Decoder) {
	t, err := d.Token()
	if err != nil {
		return // not JSON
	}
	switch t := t.(type) {
	case json.Delim:
		b.WriteString(t.String())
		for i := 0; d.More(); i++ {
			if i > 0 {
				b.WriteString(", ")
			}
			if t == '{' {
				key, _ := d.Token()
				name, _ := key.(string)
				b.WriteString(keyInFlow(name) + ": ")
			}
			writeFlow(b, d)
		}
		if end, err := d.Token(); err == nil {
			b.WriteString(end.(json.Delim).String())
		}
	case string:
		b.WriteString(Setting{Text: t}.quoted(true))
	case json.Number:
		b.WriteString(t.String())
	case bool:
		if t {
			b.WriteString("true")
			return
		}
		b.WriteString("false")
	default:
		b.WriteString("null")
	}
}
