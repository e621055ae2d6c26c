package edit_test

import (
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/source"
)

func TestApply(t *testing.T) {
	f := source.NewFile("a.yaml", []byte("a: b\r\nc: dé\n"))
	change := func(start, end int, text string) diag.Edit {
		return diag.Edit{Span: source.Span{File: f, Start: start, End: end}, Text: text}
	}
	for name, c := range map[string]struct {
		edits []diag.Edit
		want  string // "" for an error
	}{
		"nothing":         {nil, "a: b\r\nc: dé\n"},
		"any order":       {[]diag.Edit{change(9, 12, "x"), change(0, 1, "long")}, "long: b\r\nc: x\n"},
		"insert":          {[]diag.Edit{change(3, 3, "1"), change(3, 3, "2")}, "a: 12b\r\nc: dé\n"},
		"insert at edge":  {[]diag.Edit{change(3, 4, "x"), change(3, 3, "y")}, "a: yx\r\nc: dé\n"},
		"neighbors":       {[]diag.Edit{change(0, 1, "x"), change(1, 2, "=")}, "x= b\r\nc: dé\n"},
		"at the end":      {[]diag.Edit{change(13, 13, "e: f\n")}, "a: b\r\nc: dé\ne: f\n"},
		"delete":          {[]diag.Edit{change(0, 6, "")}, "c: dé\n"},
		"overlap":         {[]diag.Edit{change(0, 3, "x"), change(2, 4, "y")}, ""},
		"outside":         {[]diag.Edit{change(12, 99, "x")}, ""},
		"the wrong way":   {[]diag.Edit{change(4, 3, "x")}, ""},
		"before the file": {[]diag.Edit{change(-1, 0, "x")}, ""},
	} {
		got, err := edit.Apply(f.Text, c.edits)
		if (err != nil) != (c.want == "") || err == nil && string(got) != c.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
	if string(f.Text) != "a: b\r\nc: dé\n" {
		t.Error("the argument was changed")
	}
}

func TestFixesLeaveOutWhatOverlaps(t *testing.T) {
	a, b := source.NewFile("a", []byte("one two")), source.NewFile("b", []byte("three"))
	fix := func(title string, spans ...source.Span) diag.Diagnostic {
		d := diag.Diagnostic{Message: title, Fix: &diag.Fix{Title: title}}
		for _, s := range spans {
			d.Fix.Edits = append(d.Fix.Edits, diag.Edit{Span: s, Text: title})
		}
		return d
	}
	got := edit.Fixes([]diag.Diagnostic{
		fix("1", a.Span(0, 3)),
		{Message: "no fix"},
		fix("2", a.Span(2, 5)),
		fix("3", b.Span(0, 5), a.Span(1, 2)),
		fix("4", b.Span(0, 5), a.Span(4, 7)),
	})
	want := map[string]string{"a": "1 4", "b": "4"}
	if len(got) != len(want) {
		t.Fatalf("%d files changed, want %d", len(got), len(want))
	}
	for _, f := range got {
		text, err := edit.Apply(f.File.Text, f.Edits)
		if err != nil || string(text) != want[f.File.Path] {
			t.Errorf("%s: %q, %v; want %q", f.File.Path, text, err, want[f.File.Path])
		}
	}
}
