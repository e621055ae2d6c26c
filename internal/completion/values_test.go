package completion

import (
	"fmt"
	"strings"
	"testing"
)

// TestHeadings: documents are found without being parsed, and names that no valid document has are left out.
func TestHeadings(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"name: orders", "Dataflow orders"},
		{"kind: Schema\nname: 'people' # ours\r\n", "Schema people"},
		{"name: a\n---\nkind: Class\nname: \"b\"\n--- # c\nname: c", "Dataflow a, Class b, Dataflow c"},
		{"title: x\nschema:\n  name: inner\n", ""},
		{"name:\n", ""},
		{"name: ../up", ""}, {"name: $(id)", ""}, {"name: \x1b[2J", ""}, {"name: \u202ea", ""}, {"name: -rf", ""},
		{"", ""}, {"\xff\x00---\n---", ""},
	} {
		var got []string
		for _, h := range Headings([]byte(c.text)) {
			got = append(got, fmt.Sprintf("%s %s", h.Kind, h.Name))
		}
		if text := strings.Join(got, ", "); text != c.want {
			t.Errorf("%q: %q, want %q", c.text, text, c.want)
		}
	}
}

// TestKeys: a path is completed by a level at a time, the first by every kind of document.
func TestKeys(t *testing.T) {
	for _, c := range []struct{ typed, want string }{
		{"", "class connection dataflow dataset datatype fieldgroup namespace project schema"},
		{"dataflow.schedule.in", "dataflow.schedule.frequency dataflow.schedule.interval dataflow.schedule.startTime " +
			"dataflow.schedule.backfill"},
		{"dataflow.nope.", ""}, {"..", ""},
	} {
		var got []string
		for _, w := range Keys(c.typed) {
			got = append(got, w.Text)
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%q: %q", c.typed, text)
		}
	}
}
