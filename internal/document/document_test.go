package document

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/golden"
	"github.com/aepflow/aepflow/internal/source"
)

// outline prints a tree: kind, text and the source of every value.
func outline(docs []*Document) string {
	var b strings.Builder
	for i, d := range docs {
		if i > 0 {
			b.WriteString("---\n")
		}
		outlineNode(&b, d.Root, "")
	}
	return b.String()
}

func outlineNode(b *strings.Builder, n *Node, indent string) {
	fmt.Fprintf(b, "%s%s %q", indent, n.Kind, n.Span.Text())
	if n.Kind.IsScalar() && n.Text != n.Span.Text() {
		fmt.Fprintf(b, " = %q", n.Text)
	}
	if n.Anchor() != "" {
		fmt.Fprintf(b, " &%s", n.Anchor())
	}
	if !n.Alias().IsZero() {
		fmt.Fprintf(b, " through %s", n.Alias().Text())
	}
	b.WriteByte('\n')
	for _, p := range n.Pairs {
		merged := ""
		if p.Merged {
			merged = " merged"
		}
		fmt.Fprintf(b, "%s  %q:%s\n", indent, p.Key.Text, merged)
		outlineNode(b, p.Value, indent+"    ")
	}
	for _, item := range n.Items {
		outlineNode(b, item, indent+"  ")
	}
}

func TestDocumentGoldens(t *testing.T) {
	golden.Cases(t, "testdata/tree/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		f := source.NewFile("in.yaml", ar.Files[0].Data)
		docs, r := Parse(f)
		if r.Len() > 0 {
			t.Errorf("unexpected:\n%s", diagnose("in.yaml", ar.Files[0].Data))
		}
		checkLaw(t, f, docs, r)
		golden.Set(ar, "want.tree", outline(docs))
	})
}

// checkLaw checks what holds for every text: spans inside the file, children
// inside their parents unless through an alias, and that the text under a span
// is the value's.
func checkLaw(t *testing.T, f *source.File, docs []*Document, r *diag.Report) {
	t.Helper()
	inFile := func(s source.Span, what string) {
		if s.IsZero() {
			return
		}
		if s.File != f || s.Start < 0 || s.End < s.Start || s.End > len(f.Text) {
			t.Errorf("%s: span %d to %d outside of %d bytes", what, s.Start, s.End, len(f.Text))
		}
	}
	var walk func(n, parent *Node, free bool)
	walk = func(n, parent *Node, free bool) {
		what := fmt.Sprintf("%s %q", n.Kind, n.Text)
		inFile(n.Span, what)
		inFile(n.Alias(), what+" alias")
		if parent != nil && !free && n.Alias().IsZero() && (n.Span.Start < parent.Span.Start || n.Span.End > parent.Span.End) {
			t.Errorf("%s at %d to %d outside of its parent at %d to %d", what, n.Span.Start, n.Span.End, parent.Span.Start, parent.Span.End)
		}
		if n.Alias().IsZero() && n.Kind.IsScalar() {
			checkText(t, n)
		}
		if n.Style == Flow && n.Span.Start < n.Span.End {
			if text := n.Span.Text(); (text[0] == '[') != (text[len(text)-1] == ']') || (text[0] == '{') != (text[len(text)-1] == '}') {
				if n.Kind != MapKind || len(n.Pairs) > 1 { // one pair inside brackets has none of its own
					t.Errorf("brackets of %q do not match", text)
				}
			}
		}
		for _, p := range n.Pairs {
			walk(p.Key, n, p.Merged)
			walk(p.Value, n, p.Merged)
		}
		for _, item := range n.Items {
			walk(item, n, false)
		}
	}
	for _, d := range docs {
		walk(d.Root, nil, false)
		for _, ig := range d.Ignores {
			inFile(ig.Span, "ignore")
		}
	}
	for _, d := range r.Sorted() {
		if d.Message == "" || d.Code == "" || strings.Contains(d.Message, "yaml: ") {
			t.Errorf("poor message %q [%s]", d.Message, d.Code)
		}
		if d.Primary().IsZero() {
			t.Errorf("%s has no place", d.Code)
		}
		for _, l := range d.Labels {
			inFile(l.Span, string(d.Code))
		}
		if d.Fix != nil {
			for _, e := range d.Fix.Edits {
				inFile(e.Span, string(d.Code)+" fix")
			}
		}
	}
	if err := diag.Text(&bytes.Buffer{}, r, diag.TextOptions{}); err != nil {
		t.Error(err)
	}
}

// checkText compares a scalar with the source under its span.
func checkText(t *testing.T, n *Node) {
	t.Helper()
	text := n.Span.Text()
	for at := 0; at < len(n.Text); {
		if size := blankLenString(n.Text, at); size > 0 {
			at += size
			continue
		}
		end := at
		for end < len(n.Text) && blankLenString(n.Text, end) == 0 {
			end++
		}
		checkPart(t, n, at, end)
		at = end
	}
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
	switch n.Style {
	case Plain:
		if squeeze(text) != squeeze(n.Text) {
			t.Errorf("plain %q has the source %q", n.Text, text)
		}
	case SingleQuoted, DoubleQuoted:
		quote := map[Style]string{SingleQuoted: "'", DoubleQuoted: `"`}[n.Style]
		if len(text) < 2 || !strings.HasPrefix(text, quote) || !strings.HasSuffix(text, quote) {
			t.Errorf("quoted %q has the source %q", n.Text, text)
		}
	case Literal, Folded:
		if text == "" || text[0] != '|' && text[0] != '>' {
			t.Errorf("block scalar %q has the source %q", n.Text, text)
		}
		if want := squeeze(n.Text); !strings.HasSuffix(squeeze(text), want) {
			t.Errorf("block scalar %q has the source %q", n.Text, text)
		}
	}
}

// checkPart checks the place of a word inside a scalar.
func checkPart(t *testing.T, n *Node, from, to int) {
	t.Helper()
	part := n.Part(from, to)
	if part.Start < n.Span.Start || part.End > n.Span.End {
		t.Errorf("part %d to %d of %q lies outside of it", from, to, n.Span.Text())
	}
	got := part.Text()
	switch n.Style {
	case SingleQuoted:
		got = strings.ReplaceAll(got, "''", "'")
	case DoubleQuoted:
		if strings.Contains(n.Span.Text(), `\`) {
			return
		}
	}
	if got != n.Text[from:to] {
		t.Errorf("part %q of %q is %q", n.Text[from:to], n.Span.Text(), got)
	}
}

func FuzzParse(f *testing.F) {
	for _, glob := range []string{"testdata/syntax/*.txtar", "testdata/tree/*.txtar"} {
		paths, _ := filepath.Glob(glob)
		for _, path := range paths {
			ar, err := txtar.ParseFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(bytes.ReplaceAll(ar.Files[0].Data, []byte("∎\n"), nil))
		}
	}
	for _, text := range []string{
		"\uFEFFa: \u2028b\n",
		"a: \"x\\\r\n  y\"\r\n",
		"a\x85b: c",
		// Each of these once had a span in the wrong place.
		"---\n{ a: [b, c, { d: [e, f] }:  ] }",
		"[\nfoo: ]\n",
		"[\n<<: ]\n",
		"{\n\"a\":!\n}\n",
		"!!map {\n  k: !!seq\n  [ a, !!str &b]\n}\n",
		"{k: [ a, !!s\t\n&a ]}",
		"!!map [\n  k: ]!seq[\n  [ a, !!str b]\n}\n",
		"k: [b, !c, {\n   d:\n\t\n [e, f]\n  }]\n",
		"k\n - ba#r\n\n - baz\n \u2028invalid\n",
		"--- \"a-\n...x\n%YAML 1.2\nb\"\n",
		"key: &an:chor value\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file := source.NewFile("in.yaml", text)
		docs, r := Parse(file)
		checkLaw(t, file, docs, r)
		if len(docs) == 0 && !r.HasErrors() {
			t.Error("nothing returned and nothing said")
		}
		if !utf8.Valid(text) && !r.HasErrors() {
			t.Error("accepted a text that is not UTF-8")
		}
	})
}
