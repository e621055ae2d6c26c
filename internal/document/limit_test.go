package document

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document/syntax"
	"github.com/aepflow/aepflow/internal/source"
)

// Texts that no golden can hold, by hazard, and the code of what is said first.
func TestHostileTexts(t *testing.T) {
	const many = 100_000
	for name, c := range map[string]struct {
		text string
		want diag.Code // "" when the text is fine
	}{
		"utf-16 little endian":   {"\xFF\xFEa\x00:\x00", diag.YAMLEncoding},
		"utf-16 big endian":      {"\xFE\xFF\x00a\x00:", diag.YAMLEncoding},
		"utf-16 without mark":    {"a\x00:\x00 \x00b\x00", diag.NotYAML},
		"latin-1":                {"title: K\xF6ln\n", diag.YAMLEncoding},
		"cut in a character":     {"title: K\xC3", diag.YAMLEncoding},
		"zip":                    {"PK\x03\x04\x14\x00\x00\x00", diag.NotYAML},
		"gzip":                   {"\x1F\x8B\x08\x00\x00", diag.NotYAML},
		"nul at the end":         {"a: b\n\x00", diag.NotYAML},
		"bell":                   {"a: " + strings.Repeat("b", 100) + "\a", diag.YAMLControl},
		"delete":                 {"a: " + strings.Repeat("b", 100) + "\x7F", diag.YAMLControl},
		"c1":                     {"a: \u0081", diag.YAMLControl},
		"mark alone":             {"\uFEFF", diag.EmptyFile},
		"blanks":                 {" \t\r\n\t", diag.EmptyFile},
		"old mac line breaks":    {"a: 1\rb: 2\r", ""},
		"brackets":               {strings.Repeat("[", many), diag.YAMLDepth},
		"balanced brackets":      {strings.Repeat("[", many) + strings.Repeat("]", many), diag.YAMLDepth},
		"braces":                 {strings.Repeat("{a: ", many), diag.YAMLDepth},
		"dashes":                 {strings.Repeat("- ", many), diag.YAMLDepth},
		"questions":              {strings.Repeat("? ", many), diag.YAMLDepth},
		"a hundred levels":       {"a: " + strings.Repeat("[", syntax.MaxDepth-1) + strings.Repeat("]", syntax.MaxDepth-1), ""},
		"a level more":           {"a: " + strings.Repeat("[", syntax.MaxDepth) + strings.Repeat("]", syntax.MaxDepth), diag.YAMLDepth},
		"anchors":                {strings.Repeat("&a ", many), diag.YAMLSyntax},
		"aliases":                {"a: &a x\nb: [" + strings.Repeat("*a, ", many) + "]", diag.YAMLAliasLimit},
		"one key over and over":  {strings.Repeat("a:\n", 2000), diag.DuplicateKey},
		"one very long line":     {"a: " + strings.Repeat("x", 1<<20), ""},
		"many different keys":    {manyKeysText(5000), ""},
		"colons without a blank": {"auth:\n  x: " + strings.Repeat(":", many), diag.YAMLColon},
	} {
		t.Run(name, func(t *testing.T) {
			f := source.NewFile("in.yaml", []byte(c.text))
			docs, r := Parse(f)
			checkLaw(t, f, docs, r)
			got := diag.Code("")
			if list := r.Sorted(); len(list) > 0 {
				got = list[0].Code
			}
			if got != c.want {
				t.Errorf("said %q first, want %q", got, c.want)
			}
			if r.Len() > maxProblems+1 {
				t.Errorf("said %d things", r.Len())
			}
		})
	}
}

// What aliases may repeat is in proportion to the size of their file.
func TestAliasLimits(t *testing.T) {
	const head = "a: &a [x]\nb: [" // each alias of it repeats two values
	text := func(aliases, filler int) string {
		return head + strings.Repeat("*a, ", aliases) + "]\n#" + strings.Repeat("x", filler)
	}
	const many = maxAliased / 2
	for name, c := range map[string]struct {
		text string
		want string // part of the message, "" when the text is fine
	}{
		"document":      {text(many, 0), ""},
		"document more": {text(many+1, 0), "of the document repeat more than 50000 values"},
		"file":          {bombOf(10, 10, 9), ""},
		"file more":     {bombOf(10, 10, 10), "of the file repeat more than"},
		"large file":    {bombOf(10, 10, 10) + "#" + strings.Repeat("x", 60), ""},
		"two documents": {bombOf(10, 10, 6) + "---\n" + bombOf(10, 10, 8), "of the file repeat more than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, r := Parse(source.NewFile("in.yaml", []byte(c.text)))
			got := ""
			for _, d := range r.Sorted() {
				got += d.Message
			}
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("%d bytes: said %q, want %q", len(c.text), got, c.want)
			}
		})
	}
}

func TestDocumentLimits(t *testing.T) {
	for text, want := range map[string]string{
		strings.Repeat("--- 1\n", maxDocuments):               "",
		strings.Repeat("--- 1\n", maxDocuments+1):             "10001:1: the file has more than 10000 documents",
		strings.Repeat("---\n", maxDocuments) + "---\na: 1\n": "10001:1: the file has more than 10000 documents",
		"a: [\n" + strings.Repeat("--- 1\n", maxDocuments):    "1:4",
		"a: [\n" + strings.Repeat("--- 1\n", maxDocuments+2):  "10002:1: the file has more than 10000 documents",
	} {
		docs, r := Parse(source.NewFile("in.yaml", []byte(text)))
		got := ""
		for _, d := range r.Sorted() {
			got = fmt.Sprintf("%d:%d: %s", d.Primary().Pos().Line, d.Primary().Pos().Column, d.Message)
		}
		if (got == "") != (want == "") || !strings.HasPrefix(got, want) {
			t.Errorf("%.20q… of %d bytes: said %q, want %q", text, len(text), got, want)
		}
		if strings.Contains(want, "more than") && (r.Len() != 1 || docs != nil) {
			t.Errorf("%.20q… of %d bytes: said %d things, and made %d documents", text, len(text), r.Len(), len(docs))
		}
	}
}

// bombOf repeats a list of x values y times, and that z times.
func bombOf(x, y, z int) string {
	return "a: &a [" + strings.Repeat("1, ", x) + "]\nb: &b [" + strings.Repeat("*a, ", y) + "]\nc: [" + strings.Repeat("*b, ", z) + "]\n"
}

func manyKeysText(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat("k", 1+i%7))
		for ; i > 0; i /= 10 {
			b.WriteByte(byte('0' + i%10))
		}
		b.WriteString("x: 1\n")
	}
	return b.String()
}
