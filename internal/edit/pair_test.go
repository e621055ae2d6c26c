package edit

import (
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
)

func TestAddPair(t *testing.T) {
	for _, tt := range []struct{ text, in, key, value, want string }{
		{"a: 1\n", "", "b", "2", "a: 1\nb: 2\n"},
		{"a: 1", "", "b", "2", "a: 1\nb: 2"},
		{"a: 1 # why\n\n# end\n", "", "b", "2", "a: 1 # why\nb: 2\n\n# end\n"},
		{"m:\n  a: 1\nz: 9\n", "m", "b: c", "2", "m:\n  a: 1\n  \"b: c\": 2\nz: 9\n"},
		{"m: {a: 1}\n", "m", "b", "2", "m: {a: 1, b: 2}\n"},
		{"m: {}\n", "m", "b", "2", "m: {b: 2}\n"},
		{"m: {}\n", "m", "a[0]", "2", "m: {\"a[0]\": 2}\n"},
		{"m: { a: 1 }\n", "m", "b", "2", "m: { a: 1, b: 2 }\n"},
		{"m: {a: 1,}\n", "m", "b", "2", "m: {a: 1,b: 2}\n"},
		{"m:\n    t: |\n        x\n        y\n", "m", "b", "2", "m:\n    t: |\n        x\n        y\n    b: 2\n"},
		{"a: 1\n", "", "m", "\n  x: 1\n  y: 2", "a: 1\nm:\n  x: 1\n  y: 2\n"},
		{"a: &x 1\nb: *x\n", "", "c", "2", "a: &x 1\nb: *x\nc: 2\n"},
		{"a: 1\r\n", "", "b", "2", "a: 1\r\nb: 2\n"},
	} {
		f := source.NewFile("a.yaml", []byte(tt.text))
		docs, report := document.Parse(f)
		if report.HasErrors() {
			t.Fatal(tt.text)
		}
		m := docs[0].Root
		if tt.in != "" {
			m = m.Get(tt.in)
		}
		got, err := Apply(f.Text, []diag.Edit{AddPair(f, m, tt.key, tt.value)})
		if err != nil || string(got) != tt.want {
			t.Errorf("%q: %q, %v; want %q", tt.text, got, err, tt.want)
		}
	}
	f := source.NewFile("a.yaml", []byte("a: 1\nb:\n  c: 2\nd: 3\n"))
	docs, _ := document.Parse(f)
	got, err := Apply(f.Text, []diag.Edit{AddPairAfter(f, docs[0].Root, "b", "x", "4")})
	if err != nil || string(got) != "a: 1\nb:\n  c: 2\nx: 4\nd: 3\n" {
		t.Errorf("%q, %v", got, err)
	}
}
