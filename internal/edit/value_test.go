package edit

import (
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
)

func TestReplaceValue(t *testing.T) {
	for _, tt := range []struct{ text, value, want string }{
		{"a: x # why\n", `"y"`, "a: y # why\n"},
		{"a: 'x'\n", `"y z"`, "a: 'y z'\n"},
		{"a: \"x\"\n", `"it's \u001b"`, "a: \"it's \\u001b\"\n"},
		{"a: x\n", `"7"`, "a: \"7\"\n"},
		{"a: x\n", `7.5`, "a: 7.5\n"},
		{"a: x\n", `null`, "a: null\n"},
		{"a:\nb: 1\n", `true`, "a: true\nb: 1\n"},
		{"a:\n  - x\n  - y # z\nb: 1\n", `["p,q",{"c[0]":[1,false]}]`, "a:\n  [\"p,q\", {\"c[0]\": [1, false]}] # z\nb: 1\n"},
		{"a: {x: 1}\n", `{}`, "a: {}\n"},
		{"a: |\n  x\n  y\n", `"p\nq"`, "a: \"p\\nq\"\n"},
	} {
		f := source.NewFile("a.yaml", []byte(tt.text))
		docs, report := document.Parse(f)
		if report.HasErrors() {
			t.Fatal(tt.text)
		}
		e, err := ReplaceValue(f, docs[0].Root.Get("a"), []byte(tt.value))
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		got, err := Apply(f.Text, []diag.Edit{e})
		if err != nil || string(got) != tt.want {
			t.Errorf("%q: %q, %v; want %q", tt.text, got, err, tt.want)
		}
		if _, report := document.Parse(source.NewFile("a.yaml", got)); report.HasErrors() {
			t.Errorf("%q is not YAML", got)
		}
	}
	f := source.NewFile("a.yaml", []byte("x: &x 1\na: *x\n"))
	docs, _ := document.Parse(f)
	if _, err := ReplaceValue(f, docs[0].Root.Get("a"), []byte("2")); err == nil {
		t.Error("the value of an alias is replaced")
	}
}
