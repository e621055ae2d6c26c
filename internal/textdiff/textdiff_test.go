package textdiff

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/linear"
)

// marked prints chunks as word diffs are usually printed.
func marked(chunks []Chunk) string {
	var b strings.Builder
	for _, c := range chunks {
		fmt.Fprintf(&b, [...]string{"%s", "[-%s-]", "{+%s+}"}[c.Op], c.Text)
	}
	return b.String()
}

func sides(chunks []Chunk) (from, to string) {
	for _, c := range chunks {
		if c.Op != Insert {
			from += c.Text
		}
		if c.Op != Delete {
			to += c.Text
		}
	}
	return from, to
}

func TestWords(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"same", "a b", "a b", "a b"},
		{"both empty", "", "", ""},
		{"added", "", "new words", "{+new words+}"},
		{"removed", "old words", "", "[-old words-]"},
		{"one word", "collect every hour", "collect every minute", "collect every [-hour-]{+minute+}"},
		{"whole words, never letters", "minute", "hour", "[-minute-]{+hour+}"},
		{"wrapped in a call", `concat(first, " ", last)`, `concat(first, " ", upper(last))`, `concat(first, " ", [-last-]{+upper(last)+})`},
		{"not latin", "東京 の 顧客", "大阪 の 顧客", "[-東京-]{+大阪+} の 顧客"},
		{"numbers", "amount*1", "amount*1.2", "amount*1{+.2+}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := marked(Words(c.from, c.to)); got != c.want {
				t.Errorf("Words(%q, %q)\n got %s\nwant %s", c.from, c.to, got, c.want)
			}
		})
	}
}

func TestLines(t *testing.T) {
	var from []string
	for i := 1; i <= 30; i++ {
		from = append(from, fmt.Sprintf("line %d", i))
	}
	to := slices.Clone(from)
	to[4] = "line five"
	to = slices.Insert(to, 20, "between")
	to = slices.Delete(to, 29, 30)

	var b strings.Builder
	for _, h := range Lines(strings.Join(from, "\n"), strings.Join(to, "\n"), 1) {
		fmt.Fprintf(&b, "@ %d %d\n", h.From, h.To)
		for _, l := range h.Lines {
			fmt.Fprintf(&b, "%c%s\n", " -+"[l.Op], l.Text)
		}
	}
	want := `@ 4 4
 line 4
-line 5
+line five
 line 6
@ 20 20
 line 20
+between
 line 21
@ 28 29
 line 28
-line 29
 line 30
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestLinesJoinsNearChanges(t *testing.T) {
	got := Lines("a\nb\nc\nd\ne\n", "A\nb\nc\nd\nE\n", 2)
	if len(got) != 1 || len(got[0].Lines) != 7 {
		t.Errorf("got %d hunks %v, want one of seven lines", len(got), got)
	}
	if got := Lines("same\n", "same\n", 3); got != nil {
		t.Errorf("equal texts gave %v", got)
	}
}

// A difference beyond the bound is one replacement, with what both
// sides share at either end kept.
func TestWordsBounded(t *testing.T) {
	var from, to strings.Builder
	for i := range 6000 {
		fmt.Fprintf(&from, "a%d ", i)
		fmt.Fprintf(&to, "b%d ", i)
	}
	chunks := Words("head "+from.String()+"tail", "head "+to.String()+"tail")
	if len(chunks) != 4 || chunks[0].Text != "head " || !strings.HasSuffix(chunks[3].Text, "tail") {
		t.Fatalf("got %d chunks", len(chunks))
	}
}

// A long text with small changes in many places is shown as those, on both sides of
// the bound.
func TestLongTextsWithFewChanges(t *testing.T) {
	for _, n := range []int{maxTokens/2 - 8, maxTokens/2 + 8, 5 * maxTokens} {
		var from, to strings.Builder
		for i := range n {
			fmt.Fprintf(&from, "line %d\n", i)
			switch i % (n / 4) {
			case 10:
				fmt.Fprintf(&to, "line %d, changed\n", i)
			case 30:
			case 50:
				fmt.Fprintf(&to, "new\nline %d\n", i)
			default:
				fmt.Fprintf(&to, "line %d\n", i)
			}
		}
		changed := 0
		hunks := Lines(from.String(), to.String(), 0)
		for _, h := range hunks {
			changed += len(h.Lines)
		}
		if len(hunks) != 12 || changed != 16 {
			t.Errorf("%d lines: %d hunks of %d lines, want 12 of 16", n, len(hunks), changed)
		}
	}
}

// Of two parts that change places, the larger one is kept.
func TestLongTextsWithMovedParts(t *testing.T) {
	a := strings.ReplaceAll(numbers(0, 3*maxTokens), " ", "\n")
	b := strings.ReplaceAll(numbers(3*maxTokens, 4*maxTokens), " ", "\n")
	want := []Chunk{{Insert, b}, {Equal, a}, {Delete, b}}
	if chunks := compare(lines(a+b), lines(b+a), false); !slices.Equal(chunks, want) {
		t.Errorf("got %d chunks", len(chunks))
	}
}

// The time grows with the texts: no token in common, the opposite order, every other
// token changed, and few different tokens.
func TestTimeIsLinear(t *testing.T) {
	text := func(n int, line func(i int) int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "line %d\n", line(i))
		}
		return b.String()
	}
	for name, other := range map[string]func(n, i int) int{
		"all other":   func(n, i int) int { return n + i },
		"opposite":    func(n, i int) int { return n - i },
		"every other": func(n, i int) int { return i + n*(i%2) },
		"few":         func(_, i int) int { return i % 7 },
	} {
		t.Run(name, func(t *testing.T) {
			linear.Check(t, func(k int) func() {
				n := linear.Size(40_000) * k
				from, to := text(n, func(i int) int { return i }), text(n, func(i int) int { return other(n, i) })
				return func() { Lines(from, to, 3) }
			})
		})
	}
}

func numbers(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "%d ", i)
	}
	return b.String()
}

func FuzzWords(f *testing.F) {
	f.Add(numbers(0, 2*maxTokens), numbers(maxTokens, 3*maxTokens))
	f.Add(numbers(0, maxTokens)+numbers(5, maxTokens), numbers(5, maxTokens)+numbers(0, maxTokens))
	for _, s := range []string{"", "a", "concat(a, b)", "a\nb\n", "\xff\xfe", "日本 語", "🙂 ok", "aaaa aaaa aaaa"} {
		f.Add(s, s+" x")
		f.Add("y "+s, s)
	}
	f.Fuzz(func(t *testing.T, from, to string) {
		chunks := Words(from, to)
		if a, b := sides(chunks); a != from || b != to {
			t.Errorf("Words(%q, %q) joined is %q, %q", from, to, a, b)
		}
		for i := 1; i < len(chunks); i++ {
			if chunks[i].Op == chunks[i-1].Op || chunks[i].Text == "" {
				t.Errorf("Words(%q, %q) is not compact: %v", from, to, chunks)
			}
		}
	})
}

// With context larger than the text, the one hunk holds both texts whole.
func FuzzLines(f *testing.F) {
	f.Add("a\nb\nc", "a\nc\nd")
	f.Add("", "a\n")
	f.Add("\n\n", "\n")
	f.Fuzz(func(t *testing.T, from, to string) {
		hs := Lines(from, to, 1<<20)
		if len(hs) > 1 {
			t.Fatalf("%d hunks with unlimited context", len(hs))
		}
		for _, h := range hs {
			var a, b []string
			for _, l := range h.Lines {
				if l.Op != Insert {
					a = append(a, l.Text)
				}
				if l.Op != Delete {
					b = append(b, l.Text)
				}
			}
			if strings.Join(a, "\n") != strings.TrimSuffix(from, "\n") || strings.Join(b, "\n") != strings.TrimSuffix(to, "\n") {
				t.Errorf("Lines(%q, %q) gave %v", from, to, h.Lines)
			}
		}
	})
}
