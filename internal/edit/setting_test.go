package edit_test

import (
	"errors"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/source"
)

// A setting changes the bytes of one value, and leaves quotes, comments, and anchors as they are.
func TestSetting(t *testing.T) {
	set := func(text string, keys ...string) edit.Setting { return edit.Setting{Keys: keys, Text: text} }
	number := func(text string, keys ...string) edit.Setting {
		return edit.Setting{Keys: keys, Text: text, Bare: true}
	}
	without := func(keys ...string) edit.Setting { return edit.Setting{Keys: keys, Remove: true, Has: true} }
	for name, c := range map[string]struct {
		text, want, elsewhere string
		setting               edit.Setting
		shared                bool // with another target
	}{
		"plain":           {"a: one # why\n", "a: two # why\n", "", set("two", "a"), false},
		"needs quotes":    {"a: one\n", "a: \"two: three\"\n", "", set("two: three", "a"), false},
		"single quotes":   {"a: 'one'\n", "a: 'two'\n", "", set("two", "a"), false},
		"double quotes":   {"a: \"one\"\n", "a: \"two\"\n", "", set("two", "a"), false},
		"a quote in them": {"a: 'one'\n", "a: 'it''s'\n", "", set("it's", "a"), false},
		"anchor":          {"a: &x one\n", "a: &x two\n", "", set("two", "a"), false},
		"in braces":       {"a: {b: 1, c: 2} # d\n", "a: {b: 1, c: 3} # d\n", "", number("3", "a", "c"), false},
		"text in braces":  {"a: {b: x}\n", "a: {b: \"f(x, y)\"}\n", "", set("f(x, y)", "a", "b"), false},
		"new":             {"a: 1\n# end\n", "a: 1\nb: {c: 2}\n# end\n", "", number("2", "b", "c"), false},
		"new title":       {"name: n\na: 1\n", "name: n\ntitle: T\na: 1\n", "", set("T", "title"), false},
		"no value":        {"a:\nb: 1\n", "a: x\nb: 1\n", "", set("x", "a"), false},
		"removed line":    {"a: 1\nb: 2 # why\nc: 3\n", "a: 1\nc: 3\n", "", without("b"), false},
		"removed first":   {"a: {b: 1, c: 2}\n", "a: {c: 2}\n", "", without("a", "b"), false},
		"removed last":    {"a: {b: 1, c: 2}\n", "a: {b: 1}\n", "", without("a", "c"), false},
		"short form":      {"d: x\n", "d: y\n", "", edit.Setting{Keys: []string{"d", "c"}, Text: "y", Short: true}, false},
		"overlay": {
			"a: 1\ntargets:\n  here: {a: 2}\n", "a: 1\ntargets:\n  here: {a: 3}\n", "", number("3", "a"), true,
		},
		"new overlay":     {"a: {b: 1}\n", "a: {b: 1}\ntargets:\n  here: {a: {b: 2}}\n", "", number("2", "a", "b"), true},
		"removed overlay": {"a: {b: 1}\n", "a: {b: 1}\ntargets:\n  here: {a: {b: null}}\n", "", without("a", "b"), true},
		"variable":        {"a: ${var.x}\n", "", "a variable", set("two", "a"), false},
		"shared variable": {"a: ${var.x}\n", "", "a variable", set("two", "a"), true},
		"alias":           {"b: &x one\na: *x\n", "", "an alias", set("two", "a"), false},
		"merge key":       {"b: &x {c: 1}\na: {<<: *x}\n", "", "a merge key", number("2", "a", "c"), false},
		"absent":          {"a: 1\n", "", "another place than this document", without("b"), false},
		"several lines":   {"a:\n  b: 1\n  c: 2\n", "", "a map over several lines", set("x", "a"), false},
		"only key":        {"a:\n  b: 1\n", "", "the only key of its map", without("a", "b"), false},
	} {
		t.Run(name, func(t *testing.T) {
			f := source.NewFile("x.yaml", []byte(c.text))
			docs, _ := document.Parse(f)
			e, err := c.setting.Edit(f, docs[0].Root, "here", !c.shared)
			var elsewhere *edit.Elsewhere
			if errors.As(err, &elsewhere); err != nil {
				if elsewhere == nil || elsewhere.Why != c.elsewhere {
					t.Fatalf("error %v, want %q", err, c.elsewhere)
				}
				return
			}
			got, err := edit.Apply(f.Text, []diag.Edit{e})
			if err != nil || string(got) != c.want || c.elsewhere != "" {
				t.Fatalf("got\n%s(%v)\nwant\n%s%s", got, err, c.want, c.elsewhere)
			}
		})
	}
}
