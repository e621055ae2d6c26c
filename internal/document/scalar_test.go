package document

import (
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/source"
)

func TestResolveScalar(t *testing.T) {
	for kind, texts := range map[Kind]string{
		NullKind:   "~ null Null NULL",
		BoolKind:   "true True TRUE false False FALSE",
		IntKind:    "0 -0 +1 017 08 0o17 0xFf 123456789012345678901234567890 -9223372036854775809",
		FloatKind:  "0.5 .5 1. -1.5 +.5 1e3 1E-3 1.5e+10 .inf -.Inf +.INF .nan .NaN .NAN",
		StringKind: "yes no on off Yes NO y n nUll tRUE - + . .. 1_000 0b1 0o 0o8 0x 0xG 1e 1e+ 1.2.3 12:30:45 2027-02-03 2027-02-03T00:01:06Z -.nan .infinity ++1 1- e3 <<  = ! -inf NaN Infinity 1,5",
	} {
		for _, text := range strings.Fields(texts) {
			if got := ResolveScalar(text); got != kind {
				t.Errorf("%q is %s, want %s", text, got, kind)
			}
		}
	}
	if got := ResolveScalar(""); got != NullKind {
		t.Errorf("no text is %s", got)
	}
}

func TestPart(t *testing.T) {
	const word = "bad"
	for name, text := range map[string]string{
		"plain":             "a: one bad two",
		"plain over lines":  "a: one\n  two\n\n  bad three",
		"single":            "a: 'it''s bad'",
		"single over lines": "a: 'it''s\n  very\n\n  bad '",
		"double":            `a: "\"é\u00e9\x41\t bad\n"`,
		"double over lines": "a: \"one\\\n   \\  two\n  three\n\n\n  bad\"",
		"literal":           "a: |\n  one\n    two\n\n  three bad\n",
		"literal, header":   "a: |2- # note\n    one bad\n",
		"folded":            "a: >\n  one\n  two\n\n  bad\n",
		"cjk":               "a: 名前 bad",
		"crlf":              "a: |\r\n  one\r\n  bad\r\n",
	} {
		docs, r := Parse(source.NewFile("in.yaml", []byte(text)))
		if r.Len() > 0 {
			t.Fatalf("%s: %s", name, diagnose("in.yaml", []byte(text)))
		}
		n := docs[0].Root.Get("a")
		at := strings.Index(n.Text, word)
		if got := n.Part(at, at+len(word)); got.Text() != word || got.Start != strings.Index(text, word) {
			t.Errorf("%s: in %q found %q at %d", name, n.Text, got.Text(), got.Start)
		}
	}
}

// Quoted text is read back as the same text, as a key and as a value.
func TestQuotedTextReadsBack(t *testing.T) {
	for _, text := range []string{
		"", "a", "a b", "a: b", "a:", "a #b", "#a", "- a", "-", "?", "<<", "...", "---", "true", "null", "1", "1e3", "0x1", "~",
		"'", `"`, `\`, "a\nb", "a\tb", " a", "a ", "é", "日本", "\u202e", "\U0001F600", "\x7f", "@a", "`a", "%a", "*a", "&a", "!a", "|", ">",
		"{a}", "[a]", "a,b", "https://example.com/a", "${env.A}", "::error::", "\ufeff",
	} {
		f := source.NewFile("a.yaml", []byte(QuoteKey(text)+": "+QuoteValue(text)+"\n"))
		docs, report := Parse(f)
		if report.HasErrors() || len(docs) != 1 || len(docs[0].Root.Pairs) != 1 {
			t.Errorf("%q is written as %s", text, f.Text)
			continue
		}
		pair := docs[0].Root.Pairs[0]
		if pair.Key.Text != text || pair.Value.Text != text || pair.Value.Kind != StringKind {
			t.Errorf("%q is written as %s, which reads %q: %q", text, f.Text, pair.Key.Text, pair.Value.Text)
		}
	}
}
