package document

import (
	"testing"

	"github.com/aepflow/aepflow/internal/source"
)

func TestPathString(t *testing.T) {
	for want, p := range map[string]Path{
		"":     nil,
		"name": At("name"),
		"mappings['person.name.fullName'].source": At("mappings", "person.name.fullName", "source"),
		"columns[3].type":                         At("columns").Index(3).Field("type"),
		"_id":                                     At("_id"),
		"a['1b']":                                 At("a", "1b"),
		"a['']":                                   At("a", ""),
		`a['it\'s \\ here\n']`:                    At("a", "it's \\ here\n"),
		"['日本']":                                  At("日本"),
		"x-y.$ref":                                At("x-y", "$ref"),
	} {
		if got := p.String(); got != want {
			t.Errorf("%#v prints as %s, want %s", p, got, want)
		}
	}
}

func TestPathsAreValues(t *testing.T) {
	base := At("a")
	x, y := base.Field("x"), base.Field("y")
	if x.String() != "a.x" || y.String() != "a.y" || base.String() != "a" {
		t.Errorf("%s, %s, %s", base, x, y)
	}
	if p := x.Parent(); p.String() != "a" || p.Field("z").String() != "a.z" || x.String() != "a.x" {
		t.Errorf("%s, %s", p, x)
	}
	if p := Path(nil).Parent(); len(p) != 0 {
		t.Errorf("the parent of the root is %s", p)
	}
}

func TestFind(t *testing.T) {
	text := "name: a\ncolumns:\n  - id: string\n  - x\nempty:\nmap: {}\nbase: &b {k: v}\nuse: *b\n"
	docs, r := Parse(source.NewFile("in.yaml", []byte(text)))
	if r.Len() > 0 {
		t.Fatal(diagnose("in.yaml", []byte(text)))
	}
	d := docs[0]
	for _, c := range []struct {
		path Path
		span string // text of the place to point to
		here bool   // it exists
	}{
		{At("name"), "a", true},
		{At("columns").Index(1), "x", true},
		{At("columns").Index(0).Field("id"), "string", true},
		{At("columns").Index(7), "columns", false},
		{At("columns").Index(0).Field("type"), "id", false},
		{At("columns", "id"), "columns", false},
		{At("name", "x", "y"), "name", false},
		{At("empty"), "empty", true},
		{At("empty", "x"), "empty", false},
		{At("map", "x"), "map", false},
		{At("missing"), "name", false},
		{At("use", "k"), "v", true},
		{nil, d.Root.Span.Text(), true},
	} {
		found := d.Find(c.path)
		if found.Here != c.here {
			t.Errorf("%s: exists is %t, want %t", c.path, found.Here, c.here)
		}
		if got := d.Span(c.path).Text(); got != c.span {
			t.Errorf("%s points to %q, want %q", c.path, got, c.span)
		}
	}
	if n := d.Find(At("use", "k")).Node; n.Alias().Text() != "*b" || n.Where("x")[1].Span.Text() != "*b" {
		t.Error("a value through an alias does not know it")
	}
	if d.Root.Get("name").Text != "a" || d.Root.Get("nope") != nil || d.Root.KeySpan("map").Text() != "map" || !d.Root.KeySpan("nope").IsZero() {
		t.Error("look-ups of keys are wrong")
	}
}
