package rowfilter

import (
	"fmt"
	"strings"
	"testing"
)

// show prints a tree with parentheses around every junction.
func show(n Node) string {
	switch n := n.(type) {
	case *Junction:
		var terms []string
		for _, t := range n.Terms {
			terms = append(terms, show(t))
		}
		return "(" + strings.Join(terms, " "+n.Op+" ") + ")"
	case *NullTest:
		if n.Not {
			return "isNotNull " + n.Column.Text
		}
		return "isNull " + n.Column.Text
	case *Comparison:
		out := n.Column.Text + " " + n.Op
		if n.Not {
			out = "NOT " + out
		}
		for _, l := range n.Literals {
			out += fmt.Sprintf(" %d:%s", l.Kind, l.Text)
		}
		return out
	}
	return "?"
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		`city == "Lund"`: "city == 0:Lund",
		`city == "Lund" and amount > 10 and not isNull(email)`: "(city == 0:Lund and amount > 1:10 and isNotNull email)",
		`a == 1 or b == 2 and c == 3`:                          "(a == 1:1 or (b == 1:2 and c == 1:3))",
		`(a == 1 or b == 2) and c == 3`:                        "((a == 1:1 or b == 1:2) and c == 1:3)",
		`not (a == 1 or b < 2 and not c >= 3)`:                 "(a != 1:1 and (b >= 1:2 or c >= 1:3))",
		`not not a <= 1`:                                       "a <= 1:1",
		`not a like "L%"`:                                      "NOT a like 0:L%",
		`not (a in [1, 2] and b like 'x')`:                     "(NOT a in 1:1 1:2 or NOT b like 0:x)",
		"`First Name` != 'O\\'Hara'":                           "First Name != 0:O'Hara",
		`when >= @2026-01-01T00:00:00Z`:                        "when >= 3:2026-01-01T00:00:00Z",
		`a.b == true and größe != false`:                       "(a.b == 2:true and größe != 2:false)",
		`n > -0.5e-3`:                                          "n > 1:-0.5e-3",
		`isNotNull(a)`:                                         "isNotNull a",
		`not isNotNull(a)`:                                     "isNull a",
		"a==1\nor\tb==2":                                       "(a == 1:1 or b == 1:2)",
	} {
		n, fault := Parse(text)
		if fault != nil {
			t.Errorf("%s: %v", text, fault)
		} else if got := show(n); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		``:                  "0-0 expected a column, found the end",
		`city = "Lund"`:     "5-6 expected an operator such as `==`, `like`, or `in`, found `=` (write `==`)",
		`a == 1 AND b == 2`: "7-10 expected `and`, `or`, or the end, found `AND` (write `and`)",
		`a == 1 && b == 2`:  "7-9 expected `and`, `or`, or the end, found `&&` (write `and`)",
		`a is null`:         "2-4 expected an operator such as `==`, `like`, or `in`, found `is` (write isNull(COLUMN))",
		`a == null`:         "5-9 expected a literal, found `null` (write isNull(COLUMN))",
		`a <> 1`:            "2-4 expected an operator such as `==`, `like`, or `in`, found `<>` (write `!=`)",
		`city == Lund`:      `8-12 expected a literal, found a name (put text in quotes: "Lund")`,
		`city not like "x"`: "5-8 expected an operator such as `==`, `like`, or `in`, found `not` " +
			"(write `not` before the column: not city like \"L%\")",
		`"Lund" == city`:   "0-6 expected a column, found `\"Lund\"`",
		`a == "x`:          `5-7 unclosed text (end it with ")`,
		"`` == 1":          "0-2 empty name",
		`a in [1`:          "7-7 expected `]`, found the end",
		`a in []`:          "6-7 expected a literal, found `]`",
		`a in (1, 2)`:      "5-6 expected `[`, found `(`",
		`a == 007`:         "5-8 invalid number `007` (write digits, such as 12, -3, or 0.5)",
		`a == 1.`:          "5-7 invalid number `1.` (write digits, such as 12, -3, or 0.5)",
		`a == @2026-01-01`: "5-16 invalid time `@2026-01-01` (write the date, time, and zone: @2026-01-01T00:00:00Z)",
		`(a == 1`:          "7-7 expected `)`, found the end",
		`a == 1)`:          "6-7 expected `and`, `or`, or the end, found `)`",
		`a == 1 b == 2`:    "7-8 expected `and`, `or`, or the end, found `b`",
		`a - 1 == 2`: "2-3 unexpected character `-` " +
			"(write a column with other characters in backquotes: `First Name`)",
		`a between 1 and 2`: "2-9 expected an operator such as `==`, `like`, or `in`, found `between` " +
			"(write two comparisons and `and`)",
		`and == 1`: "0-3 expected a column, found `and`",
		`isNull a`: "7-8 expected `(`, found `a`",
		"a == \xff": "5-6 unexpected character `\xff` " +
			"(write a column with other characters in backquotes: `First Name`)",
	} {
		n, fault := Parse(text)
		if fault == nil {
			t.Errorf("%s: %s", text, show(n))
			continue
		}
		got := fmt.Sprintf("%d-%d %s", fault.Start, fault.End, fault.Message)
		if fault.Help != "" {
			got += " (" + fault.Help + ")"
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", text, got, want)
		}
	}
}

// Conditions nest to a fixed depth.
func TestDepth(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("not (", n/2) + "a == 1" + strings.Repeat(")", n/2) }
	if _, fault := Parse(nested(maxDepth)); fault != nil {
		t.Errorf("at the limit: %v", fault)
	}
	if _, fault := Parse(nested(maxDepth + 2)); fault == nil || !strings.Contains(fault.Message, "nest") {
		t.Errorf("beyond the limit: %v", fault)
	}
}

// Parse never panics, and a fault lies in the text.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`city == "Lund" and not (a in [1, 2] or isNull(b))`, "`a` like '%'", `a >= @2026-01-01T00:00:00Z`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, fault := Parse(text)
		if (n == nil) != (fault != nil) {
			t.Fatalf("node %v, fault %v", n, fault)
		}
		if fault != nil && (fault.Start < 0 || fault.Start > fault.End || fault.End > len(text)) {
			t.Errorf("fault at %d-%d of %d bytes", fault.Start, fault.End, len(text))
		}
		if n != nil {
			columnsOf(n, func(c Name) {
				if c.Start < 0 || c.End > len(text) || c.Text == "" {
					t.Errorf("column %+v", c)
				}
			})
		}
	})
}

// columnsOf calls f for every column of a filter, in the order of the text.
func columnsOf(n Node, f func(Name)) {
	switch n := n.(type) {
	case *Junction:
		for _, t := range n.Terms {
			columnsOf(t, f)
		}
	case *Comparison:
		f(n.Column)
	case *NullTest:
		f(n.Column)
	}
}
