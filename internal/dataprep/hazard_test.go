package dataprep

import (
	"strings"
	"testing"
)

// What is nested or chained is not looked at again on every level: were one of
// these exponential, this test would not end.
func TestHostileExpressionsEnd(t *testing.T) {
	repeat := func(head, part, tail string, n int) string { return head + strings.Repeat(part, n) + tail }
	nest := func(head, inner, tail string, n int) string {
		return strings.Repeat(head, n) + inner + strings.Repeat(tail, n)
	}
	for _, text := range []string{
		repeat("a", "-a", "", 2000),
		repeat("1", "+1", "", 2000),
		repeat("'x'", "||'x'", "", 800),
		repeat("a", ".a", "", 2000),
		repeat("a", "[0]", "", 1300),
		nest("first(", "a", ")", 150),
		nest("coalesce(1,", "a", ")", 150),
		nest("iif(true,1,", "a", ")", 150),
		nest("add_to_array(", "a", ",1)", 150),
		nest("a[", "0", "]", 150),
		nest("f(x->", "x", ")", 90),
		repeat("true", "?1:true", "?1:2", 150),
		nest("[", "1", "]", 150),
	} {
		e, problems := Parse(text)
		if problems != nil {
			t.Errorf("%.20s…: %v", text, problems)
			continue
		}
		checkTree(t, text, e)
	}
}
