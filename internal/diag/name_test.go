package diag_test

import (
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
)

func TestNearest(t *testing.T) {
	keys := []string{"name", "title", "description", "database", "table", "columns", "target", "mappings", "delta", "schedule", "options", "state", "startTime"}
	types := []string{"string", "boolean", "integer", "long", "double", "date", "date-time"}
	for _, c := range []struct {
		name string
		from []string
		want string // "" for none
	}{
		{"tilte", keys, "title"},
		{"nmae", keys, "name"},
		{"desc", keys, "description"},
		{"colums", keys, "columns"},
		{"shedule", keys, "schedule"},
		{"start_time", keys, "startTime"},
		{"StartTime", keys, "startTime"},
		{"maping", keys, "mappings"},
		{"x", keys, ""},
		{"interval", keys, ""},
		{"frequency", keys, ""},
		{"", keys, ""},
		{"doublee", types, "double"},
		{"datetime", types, "date-time"},
		{"bool", types, "boolean"},
		{"int", types, "integer"},
		{"text", types, ""},
		{"名前", []string{"名", "前名"}, "前名"},
	} {
		got, ok := diag.Nearest(c.name, c.from)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("Nearest(%q) = %q, %v; want %q", c.name, got, ok, c.want)
		}
	}
	if got := diag.NearestAll("bat", []string{"cat", "bar", "hat", "cat"}); len(got) != 3 || got[0] != "bar" {
		t.Errorf("equally near: %q", got)
	}
}
