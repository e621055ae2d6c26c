package lineage

import (
	"slices"
	"testing"

	"github.com/aepflow/aepflow/internal/resource"
)

func TestColumnsOf(t *testing.T) {
	for text, want := range map[string][]string{
		`concat(first, " ", last, first)`:  {"first", "last"},
		`iif(a.b == 1, items[0].sku, a.b)`: {"a.b", "items[0].sku"},
		`${odd name}`:                      {"odd name"},
		`now()`:                            nil,
		`"text"`:                           nil,
		`concat(`:                          nil,
	} {
		if got := columnsOf(text); !slices.Equal(got, want) {
			t.Errorf("%s: %q, expected %q", text, got, want)
		}
	}
}

func TestUnread(t *testing.T) {
	column := func(name string) resource.Value { return resource.Object(resource.F("name", resource.String(name))) }
	columns := []resource.Value{column("id"), column("First Name"), column("a.b"), column("address"), column("spare"),
		column("fixed")}
	d := Dataflow{Fields: []Field{
		{Kind: Column, Source: "First Name"}, {Kind: Column, Source: "address.city"}, {Kind: Constant, Source: "fixed"},
		{Kind: Expression, Source: `concat(id, ${a\.b})`},
	}}
	if got := d.unread(columns); !slices.Equal(got, []string{"spare", "fixed"}) {
		t.Errorf("%q", got)
	}
	if got := (Dataflow{}).unread(columns); got != nil {
		t.Errorf("without mappings: %q", got)
	}
}
