package diag_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/golden"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/source"
)

// found lets a test add a diagnostic as it stands.
type found diag.Diagnostic

func (f found) Diagnose() diag.Diagnostic { return diag.Diagnostic(f) }

// in returns the place of the nth occurrence (from 1) of text in f.
func in(t *testing.T, f *source.File, text string, nth int) source.Span {
	t.Helper()
	at := -1
	for range nth {
		next := bytes.Index(f.Text[at+1:], []byte(text))
		if next < 0 {
			t.Fatalf("%q does not stand %d times in %s", text, nth, f.Path)
		}
		at += 1 + next
	}
	return f.Span(at, at+len(text))
}

func file(path string, lines ...string) *source.File {
	return source.NewFile(path, []byte(strings.Join(lines, "\n")))
}

// hazards are reports whose rendering is easy to get wrong, by the hazard.
var hazards = []struct {
	name  string
	width int
	fill  func(t *testing.T, r *diag.Report)
}{
	{"plain", 0, func(t *testing.T, r *diag.Report) {
		f := file("dataflow.yaml", "", "", "", "", "", "", "", "", "", "", "", "columns:", "  amount:", "    type: doublee", "")
		s := in(t, f, "doublee", 1)
		r.Add(found{Code: diag.InvalidValue, Severity: diag.Error, Message: "column `amount` has unknown type `doublee`",
			Path: "columns.amount.type", Help: "did you mean `double`?",
			Labels: []diag.Label{{Span: s, Text: "expected string, integer, double or date"}},
			Fix:    &diag.Fix{Title: "replace by `double`", Edits: []diag.Edit{{Span: s, Text: "double"}}}})
	}},
	{"severities", 0, func(t *testing.T, r *diag.Report) {
		f := file("a.yaml", "name: A", "timezone: CET", "state: draft")
		r.Add(found{Code: diag.DeltaTimezone, Severity: diag.Warning, Message: "the time zone is not UTC",
			Labels: []diag.Label{{Span: in(t, f, "CET", 1)}}, Notes: []string{"the platform stores UTC", "two\nlines"}, Help: "write UTC"})
		r.Add(found{Code: diag.InvalidName, Severity: diag.Error, Message: "name `A` has upper-case letters",
			Labels: []diag.Label{{Span: in(t, f, "A", 1), Text: "expected lower case"}}})
		r.Add(found{Code: diag.UnknownKey, Severity: diag.Note, Message: "not checked", Labels: []diag.Label{{Span: in(t, f, "draft", 1)}}})
		r.Add(found{Code: diag.InvalidName, Severity: diag.Error, Message: "name `A` has upper-case letters",
			Labels: []diag.Label{{Span: in(t, f, "A", 1), Text: "a repeat of the one above"}}})
	}},
	{"no-place", 0, func(t *testing.T, r *diag.Report) {
		r.Add(found{Code: diag.FileTooLarge, Severity: diag.Error, Message: "big.yaml is larger than 4 MiB", Help: "split it"})
	}},
	{"cjk-column", 0, func(t *testing.T, r *diag.Report) {
		f := file("流.yaml", "タイトル: 顧客データ  # 説明", "名前: {値: 間違い, é́: x}", "👩‍👩‍👧: 🇩🇪 oops")
		r.Add(found{Code: diag.InvalidValue, Severity: diag.Error, Message: "wide characters before and in the caret",
			Labels: []diag.Label{{Span: in(t, f, "間違い", 1), Text: "six cells"}, {Span: in(t, f, "é́", 1), Text: "one cell"}, {Span: in(t, f, "oops", 1), Text: "after emoji"}}})
	}},
	{"tab", 0, func(t *testing.T, r *diag.Report) {
		f := file("a.yaml", "columns:", "\tname: string", "  a\tb:\tc")
		r.Add(found{Code: diag.YAMLTab, Severity: diag.Error, Message: "tab in indentation",
			Labels: []diag.Label{{Span: in(t, f, "\t", 1), Text: "a tab"}}})
		r.Add(found{Code: diag.YAMLTab, Severity: diag.Error, Message: "text after tabs",
			Labels: []diag.Label{{Span: in(t, f, "c", 2), Text: "here"}, {Span: in(t, f, "b", 1), Text: "and here"}}})
	}},
	{"crlf", 0, func(t *testing.T, r *diag.Report) {
		f := source.NewFile("a.yaml", []byte("name: a\r\nname: b\r\nlist:\r\n  - x\r\n  - y\r\nend: 1\r\n"))
		r.Add(found{Code: diag.DuplicateKey, Severity: diag.Error, Message: "duplicate key `name`",
			Labels: []diag.Label{{Span: in(t, f, "name", 2), Text: "second time"}, {Span: in(t, f, "name", 1), Text: "first time"}}})
		r.Add(found{Code: diag.WrongType, Severity: diag.Error, Message: "a span that ends with a line break",
			Labels: []diag.Label{{Span: in(t, f, "- x\r\n  - y\r\n", 1), Text: "two lines"}}})
	}},
	{"bom", 0, func(t *testing.T, r *diag.Report) {
		f := source.NewFile("a.yaml", []byte("\uFEFFname: A\n"))
		r.Add(found{Code: diag.InvalidName, Severity: diag.Error, Message: "the mark is not a column",
			Labels: []diag.Label{{Span: in(t, f, "name", 1), Text: "column 1"}}})
	}},
	{"same-line", 0, func(t *testing.T, r *diag.Report) {
		f := file("a.yaml", "a: {x: 1, y: 2, x: 3}")
		r.Add(found{Code: diag.DuplicateKey, Severity: diag.Error, Message: "three labels on one line",
			Labels: []diag.Label{{Span: in(t, f, "x", 2), Text: "second time"}, {Span: in(t, f, "x", 1), Text: "first time"}, {Span: in(t, f, "2", 1), Text: "between"}}})
		r.Add(found{Code: diag.WrongType, Severity: diag.Error, Message: "one inside the other",
			Labels: []diag.Label{{Span: in(t, f, "y", 1), Text: "the key"}, {Span: in(t, f, "{x: 1, y: 2, x: 3}", 1), Text: "of this map"}}})
	}},
	{"multi-file", 0, func(t *testing.T, r *diag.Report) {
		a := file("flows/orders.dataflow.yaml", "kind: Dataflow", "name: orders")
		b := file("flows/old/orders.dataflow.yaml", "# moved", "", "", "", "", "", "", "", "", "name: orders")
		r.Add(found{Code: diag.DuplicateName, Severity: diag.Error, Message: "two dataflows are named `orders`",
			Labels: []diag.Label{{Span: in(t, b, "orders", 1), Text: "second one"}, {Span: in(t, a, "orders", 1), Text: "first one"}}, Help: "rename one"})
	}},
	{"multi-line", 0, func(t *testing.T, r *diag.Report) {
		f := file("a.yaml", "name: a", "columns:", "  id: string", "  name: string", "target: [", "  a,", "  b ]", "end: 1")
		r.Add(found{Code: diag.WrongType, Severity: diag.Error, Message: "whole lines",
			Labels: []diag.Label{{Span: in(t, f, "columns:\n  id: string\n  name: string", 1), Text: "expected a list"}, {Span: in(t, f, "a", 1), Text: "of this"}}})
		r.Add(found{Code: diag.WrongType, Severity: diag.Error, Message: "from within a line",
			Labels: []diag.Label{{Span: in(t, f, "[\n  a,\n  b ]", 1), Text: "expected a map"}, {Span: in(t, f, "b ", 1), Text: "last item"}}})
	}},
	{"long-span", 0, func(t *testing.T, r *diag.Report) {
		f := file("a.yaml", "text: |", " 1", " 2", " 3", " 4", " 5", " 6", " 7", " 8", " 9", "end: x")
		r.Add(found{Code: diag.WrongType, Severity: diag.Error, Message: "ten lines",
			Labels: []diag.Label{{Span: in(t, f, "|\n 1\n 2\n 3\n 4\n 5\n 6\n 7\n 8\n 9", 1), Text: "ends here"}, {Span: in(t, f, "x", 2), Text: "after it"}}})
	}},
	{"eof", 0, func(t *testing.T, r *diag.Report) {
		f := file("a.yaml", "name: \"a", "title: b", "")
		r.Add(found{Code: diag.YAMLUnclosedQuote, Severity: diag.Error, Message: "a quote is never closed",
			Labels: []diag.Label{{Span: in(t, f, "\"", 1), Text: "opened here"}, {Span: f.Span(len(f.Text), len(f.Text)), Text: "the file ends here"}}})
	}},
	{"empty-file", 0, func(t *testing.T, r *diag.Report) {
		f := file("a.yaml")
		r.Add(found{Code: diag.EmptyFile, Severity: diag.Error, Message: "the file is empty", Labels: []diag.Label{{Span: f.Span(0, 0), Text: "expected `name:`"}}})
	}},
	{"long-line", 60, func(t *testing.T, r *diag.Report) {
		words := strings.Repeat("word ", 40)
		f := file("a.yaml", "title: "+words+"here "+words+"there", "x: "+strings.Repeat("長い", 60)+"!", strings.Repeat("y", 20000)+"z"+strings.Repeat("y", 20000), "head: "+words)
		r.Add(found{Code: diag.InvalidValue, Severity: diag.Error, Message: "in the middle",
			Labels: []diag.Label{{Span: in(t, f, "here", 1), Text: "found it"}, {Span: in(t, f, "there", 1), Text: "outside the window"}}})
		r.Add(found{Code: diag.InvalidValue, Severity: diag.Error, Message: "at the end of wide characters",
			Labels: []diag.Label{{Span: in(t, f, "!", 1), Text: "last"}}})
		r.Add(found{Code: diag.InvalidValue, Severity: diag.Error, Message: "in a line without spaces",
			Labels: []diag.Label{{Span: in(t, f, "z", 1), Text: "one of forty thousand"}}})
		r.Add(found{Code: diag.InvalidValue, Severity: diag.Error, Message: "near the start",
			Labels: []diag.Label{{Span: in(t, f, "head", 1), Text: "cut on the right only"}}})
	}},
	{"zero-width", 0, func(t *testing.T, r *diag.Report) {
		f := file("a.yaml", "name:", "ti\u200Btle: a\u202Eb", "bell: \a")
		r.Add(found{Code: diag.MissingKey, Severity: diag.Error, Message: "a span without width",
			Labels: []diag.Label{{Span: f.Span(5, 5), Text: "expected a name"}}})
		r.Add(found{Code: diag.UnknownKey, Severity: diag.Error, Message: "unknown key `ti\u200Btle`",
			Labels: []diag.Label{{Span: in(t, f, "\u200B", 1), Text: "an invisible character"}, {Span: in(t, f, "\u202E", 1), Text: "changes the direction"}, {Span: in(t, f, "\a", 1), Text: "a control character"}}})
	}},
	{"not-utf8", 0, func(t *testing.T, r *diag.Report) {
		f := file("a.yaml", "title: K\xF6ln", "x: 1")
		r.Add(found{Code: diag.YAMLEncoding, Severity: diag.Error, Message: "byte 0xF6 is not UTF-8", Labels: []diag.Label{{Span: in(t, f, "\xF6", 1), Text: "not a character"}}})
	}},
	{"secrets", 0, func(t *testing.T, r *diag.Report) {
		f := file("a.yaml", "kind: Connection", "auth:", "  type: basic", "  params:", "    host: db.example", "    password: hunter2: x", "    clientSecret: \"hunter2\" # why", "    keyFileContent: |", "      hunter2 line", "    refreshToken: ${env.TOKEN}", "  more: {apiToken: hunter2, port: 1}", "name: hunter2key", "x: marked")
		f.Hide(in(t, f, "marked", 1))
		r.Add(found{Code: diag.YAMLColon, Severity: diag.Error, Message: "unexpected `:` in hunter2: x",
			Labels: []diag.Label{{Span: in(t, f, ": x", 1), Text: "in \"hunter2: x\""}, {Span: in(t, f, "marked", 1), Text: "marked"}},
			Help:   "write 'hunter2: x'", Notes: []string{"hunter2: x"},
			Fix: &diag.Fix{Title: "quote", Edits: []diag.Edit{{Span: in(t, f, "hunter2: x", 1), Text: "'hunter2: x'"}}}})
		r.Add(found{Code: diag.WrongType, Severity: diag.Error, Message: "the whole map",
			Labels: []diag.Label{{Span: f.Span(bytes.Index(f.Text, []byte("type")), bytes.Index(f.Text, []byte("name:"))-1), Text: "all of it"}}})
		r.Add(found{Code: diag.WrongType, Severity: diag.Error, Message: "lines of a secret",
			Labels: []diag.Label{{Span: in(t, f, "|\n      hunter2 line", 1)}, {Span: in(t, f, "port", 1)}}})
	}},
	{"escapes", 0, func(t *testing.T, r *diag.Report) {
		f := file("C:\\flows\\50%, a:b.yaml", "a: b")
		r.Add(found{Code: diag.InvalidValue, Severity: diag.Error, Message: "100% of\nlines: a, b <c> & \"d\" \x1b[31m", Labels: []diag.Label{{Span: in(t, f, "b", 1), Text: "x\ny"}}})
	}},
}

// ruleText finds the explanations of codes, which are free to change.
var ruleText = regexp.MustCompile(`("(?:shortDescription|fullDescription|help)": \{\s+"text": )"(?:[^"\\]|\\.)*"`)

func TestRenderings(t *testing.T) {
	for _, h := range hazards {
		t.Run(h.name, func(t *testing.T) {
			r := &diag.Report{}
			h.fill(t, r)
			got := &txtar.Archive{Files: []txtar.File{
				{Name: "text", Data: render(t, func(b *bytes.Buffer) error { return diag.Text(b, r, diag.TextOptions{Width: h.width}) })},
				{Name: "color", Data: tags(render(t, func(b *bytes.Buffer) error {
					return diag.Text(b, r, diag.TextOptions{Width: h.width, Color: true})
				}))},
				{Name: "github", Data: render(t, func(b *bytes.Buffer) error { return diag.GitHub(b, r) })},
				{Name: "azure", Data: render(t, func(b *bytes.Buffer) error { return diag.Azure(b, r) })},
				{Name: "gitlab", Data: render(t, func(b *bytes.Buffer) error { return diag.GitLab(b, r) })},
				{Name: "json", Data: render(t, func(b *bytes.Buffer) error { return diag.JSON(b, r) })},
				{Name: "sarif", Data: ruleText.ReplaceAll(render(t, func(b *bytes.Buffer) error { return diag.SARIF(b, r, "1.2.3") }), []byte(`$1"…"`))},
			}}
			golden.Check(t, filepath.Join("testdata", h.name+".txtar"), txtar.Format(got))
		})
	}
}

func render(t *testing.T, f func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tags writes terminal sequences so that a golden can be read.
func tags(b []byte) []byte {
	var shown bytes.Buffer
	w := output.New(&shown)
	w.Color(true)
	_, _ = w.Write(b) // a buffer takes everything
	return []byte(strings.NewReplacer("\x1b[0m", "</>", "\x1b[1;31m", "<red>", "\x1b[1;33m", "<yellow>",
		"\x1b[1;34m", "<blue>", "\x1b[1;36m", "<cyan>", "\x1b[1m", "<bold>").Replace(shown.String()))
}

// A secret appears in no rendering.
func TestSecretsAreConcealed(t *testing.T) {
	ar, err := txtar.ParseFile(filepath.Join("testdata", "secrets.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range ar.Files {
		text := strings.ReplaceAll(string(f.Data), "hunter2key", "")
		for _, secret := range []string{"hunter2", "marked"} {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%s shows a secret: %q", f.Name, text[max(0, at-60):min(len(text), at+60)])
			}
		}
	}
}

// A snippet's offsets must cut the highlighted text out of its code.
func TestSnippetHighlightsTheSpan(t *testing.T) {
	for _, h := range hazards {
		r := &diag.Report{}
		h.fill(t, r)
		var res diag.Result
		if err := json.Unmarshal(render(t, func(b *bytes.Buffer) error { return diag.JSON(b, r) }), &res); err != nil {
			t.Fatal(err)
		}
		for i, d := range r.Sorted() {
			s := res.Diagnostics[i].Snippet
			if s == nil {
				continue
			}
			want := strings.ToValidUTF8(strings.TrimRight(d.Primary().Text(), " \t\r\n"), "?")
			got := s.Code[s.HighlightStartOffset:s.HighlightEndOffset]
			if h.name != "secrets" && got != want && got != d.Primary().Text() {
				t.Errorf("%s: highlighted %q, want %q", h.name, got, want)
			}
		}
	}
}

// No control character of a user's text reaches the terminal.
func TestTextPrintsNoControlCharacters(t *testing.T) {
	for _, h := range hazards {
		r := &diag.Report{}
		h.fill(t, r)
		for i, c := range render(t, func(b *bytes.Buffer) error { return diag.Text(b, r, diag.TextOptions{}) }) {
			if c < ' ' && c != '\n' || c == 0x7F {
				t.Errorf("%s: byte %#x at %d", h.name, c, i)
			}
		}
	}
}
