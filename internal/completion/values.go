package completion

import (
	"bytes"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// Names makes words of names: sorted, each once.
func Names(names []string) []Word {
	slices.Sort(names)
	var out []Word
	for _, name := range slices.Compact(names) {
		out = append(out, Word{Text: name})
	}
	return out
}

// Connectors are the connectors of sources.
func Connectors() []Word {
	var out []Word
	for _, c := range specs.Connectors() {
		if c.IsSource() {
			out = append(out, Word{Text: c.Slug, Help: c.Name})
		}
	}
	return out
}

// Codes are the codes of diagnostics.
func Codes() []Word {
	var out []Word
	for _, e := range diag.Codes() {
		out = append(out, Word{Text: string(e.Code), Help: e.Title})
	}
	return out
}

// Keys are the keys of the file format one level below the path that was typed.
func Keys(typed string) []Word {
	i := strings.LastIndexByte(typed, '.')
	if i < 0 {
		return Names(format.Topics())
	}
	e, _, _ := format.Explain(typed[:i])
	var out []Word
	for _, k := range e.Keys {
		out = append(out, Word{Text: k.Path, Help: k.Description})
	}
	return out
}

// Heading is the kind and the name of a document.
type Heading struct{ Kind, Name string }

// Headings returns those of the documents in a file, found without parsing it: keys at the beginning of a line.
func Headings(text []byte) []Heading {
	var out []Heading
	now := Heading{Kind: schemas.KindDataflow}
	end := func() {
		if resource.IsName(now.Name) {
			out = append(out, now)
		}
		now = Heading{Kind: schemas.KindDataflow}
	}
	for line := range bytes.Lines(text) {
		key, rest, isKey := bytes.Cut(line, []byte(":"))
		switch string(key) {
		case "kind":
			now.Kind = scalar(rest)
		case "name":
			now.Name = scalar(rest)
		default:
			if !isKey && bytes.HasPrefix(line, []byte("---")) {
				end()
			}
		}
	}
	end()
	return out
}

// scalar is a value of one word, without its quotes and a comment after it.
func scalar(text []byte) string {
	words := bytes.Fields(text)
	if len(words) == 0 {
		return ""
	}
	return string(bytes.Trim(words[0], `"'`))
}
