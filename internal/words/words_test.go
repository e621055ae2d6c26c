package words

import (
	"strings"
	"testing"
)

func TestCount(t *testing.T) {
	for _, tt := range []struct {
		n             int
		noun          string
		want, spelled string
	}{
		{0, "row", "0 rows", "0 rows"}, {1, "row", "1 row", "one row"}, {2, "row", "2 rows", "2 rows"},
		{1, "class", "1 class", "one class"}, {2, "class", "2 classes", "2 classes"},
		{2, "entry", "2 entries", "2 entries"}, {2, "day", "2 days", "2 days"}, {2, "key", "2 keys", "2 keys"},
	} {
		if got := Count(tt.n, tt.noun); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
		if got := Spelled(tt.n, tt.noun); got != tt.spelled {
			t.Errorf("got %q, want %q", got, tt.spelled)
		}
	}
}

// TestList: a list of twelve is whole, a longer one is cut; a few are three.
func TestList(t *testing.T) {
	for _, tt := range []struct{ names, list, few string }{
		{"", "", ""}, {"a", "a", "a"}, {"a b", "a or b", "a, b"}, {"a b c", "a, b or c", "a, b, c"},
		{"a b c d", "a, b, c or d", "a, b, c, and 1 more"},
		{"1 2 3 4 5 6 7 8 9 10 11 12", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 or 12", "1, 2, 3, and 9 more"},
		{"1 2 3 4 5 6 7 8 9 10 11 12 13", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 …", "1, 2, 3, and 10 more"},
	} {
		names := strings.Fields(tt.names)
		if got := List(names, "or"); got != tt.list {
			t.Errorf("got %q, want %q", got, tt.list)
		}
		if got := Few(names); got != tt.few {
			t.Errorf("got %q, want %q", got, tt.few)
		}
	}
	if got := Quoted([]string{"a", "b"}, "and"); got != "`a` and `b`" {
		t.Errorf("got %q", got)
	}
}
