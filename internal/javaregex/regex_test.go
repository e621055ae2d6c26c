package javaregex

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// sample is what Java says about a pattern and a text. Why explains a difference.
type sample struct {
	Pattern, Text string
	Error         bool // the pattern is refused
	Match         bool
	Find          []*string
	Split         []string
	Why           string
}

func samples(t testing.TB) []sample {
	f, err := os.Open("testdata/java.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []sample
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var s sample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// TestJava compares with what Java 17 answered.
func TestJava(t *testing.T) {
	for _, s := range samples(t) {
		re, err := Compile(s.Pattern)
		if (err != nil) != s.Error {
			t.Errorf("%q: Java refuses it: %v; here: %v", s.Pattern, s.Error, err)
		}
		if err != nil {
			continue
		}
		same := agrees(t, re, s)
		if same != (s.Why == "") {
			t.Errorf("%q on %q: agrees %v, reason %q", s.Pattern, s.Text, same, s.Why)
		}
	}
}

func agrees(t *testing.T, re *Regexp, s sample) bool {
	match, err1 := re.Match(s.Text)
	found, err2 := re.Find(s.Text)
	split, err3 := re.Split(s.Text)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Errorf("%q on %q: %v", s.Pattern, s.Text, err)
	}
	var groups []string
	var want []string
	const none = "\x00none"
	for i := 0; i < len(found); i += 2 {
		if found[i] < 0 {
			groups = append(groups, none)
		} else {
			groups = append(groups, s.Text[found[i]:found[i+1]])
		}
	}
	for _, g := range s.Find {
		if g == nil {
			want = append(want, none)
		} else {
			want = append(want, *g)
		}
	}
	return match == s.Match && slices.Equal(groups, want) && slices.Equal(split, s.Split)
}

// TestEngines says which patterns run in linear time.
func TestEngines(t *testing.T) {
	for pattern, linear := range map[string]bool{
		`\w+@\w+`: true, `(?i)abc`: true, `[a-z&&[^x]]`: true, `\bx`: true, `^a\z`: true, `x{1000}`: true,
		`a$`: false, `\Z`: false, `(?m)^a`: false, `(?m)a$`: false,
		strings.Repeat("x{999}", 5): true, strings.Repeat("x{999}", 6): false, `(?:(?:x{10}){10}){100}`: false,
		`x{1001}`: false, `(?=a)`: false, `(?<!a)`: false, `(a)\1`: false, `a++`: false, `(?>a)`: false,
		`\R+`: true, `\R+\w`: true, `(?:\R)*|x`: true, `\R{2,}`: false, `\R+\s`: false, `(\R?)x`: true, `(?U)\b`: false,
	} {
		re, err := Compile(pattern)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
		} else if re.Linear() != linear {
			t.Errorf("%s: linear %v", pattern, re.Linear())
		}
	}
}

// TestLastLineBreak: `$` needs the slow engine only where the two differ.
func TestLastLineBreak(t *testing.T) {
	re, err := Compile(`a$`)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("a", MaxBacktrack+1)
	if m, err := re.Find(long); err != nil || m[0] != MaxBacktrack {
		t.Errorf("without a line break: %v, %v", m, err)
	}
	if _, err := re.Find(long + "\n"); !errors.Is(err, ErrLong) {
		t.Errorf("with a line break: %v", err)
	}
}

func TestLimits(t *testing.T) {
	if _, err := Compile(strings.Repeat("a", MaxPattern)); err != nil {
		t.Error(err)
	}
	if _, err := Compile(strings.Repeat("a", MaxPattern+1)); err == nil {
		t.Error("a pattern that is too long is accepted")
	}
	nested := func(n int) string { return strings.Repeat("(", n) + strings.Repeat(")", n) }
	if _, err := Compile(nested(maxDepth - 1)); err != nil {
		t.Error(err)
	}
	if _, err := Compile(nested(maxDepth)); err == nil {
		t.Error("a pattern that is too deep is accepted")
	}
	if _, err := Compile(strings.Repeat(`\p{L}`, 10)); err != nil {
		t.Error(err)
	}
	if _, err := Compile(strings.Repeat(`\p{L}`, 100)); err == nil {
		t.Error("a pattern that is too long with its classes written out is accepted")
	}
	re, err := Compile(`(?=x)x|y`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := re.Match(strings.Repeat("y", MaxBacktrack)); err != nil {
		t.Error(err)
	}
	if _, err := re.Match(strings.Repeat("y", MaxBacktrack+1)); !errors.Is(err, ErrLong) {
		t.Errorf("%d bytes: %v", MaxBacktrack+1, err)
	}
}

// TestUnsupported: what Java knows and docs/mappings.md says is an error here.
func TestUnsupported(t *testing.T) {
	for _, pattern := range []string{`\G`, `\X`, `\N{DIGIT ONE}`, `\b{g}`, `\p{InRunic}`, `\p{IsLatn}`, `\p{sc=Latn}`} {
		if _, err := Compile(pattern); err == nil {
			t.Errorf("%s is accepted", pattern)
		}
	}
}

// TestLarge: a class of some bytes can be thousands of ranges, for either engine.
func TestLarge(t *testing.T) {
	for _, one := range []string{`\p{L}`, `(?=\p{L})`, `(?U)\b`} {
		n, _, err := parse(one)
		if err != nil {
			t.Fatal(err)
		}
		w := writer{slow: one != `\p{L}`}
		w.node(n)
		most := maxWritten / w.Len()
		if _, err := Compile(strings.Repeat(one, most)); err != nil {
			t.Errorf("%d times %s: %v", most, one, err)
		}
		if _, err := Compile(strings.Repeat(one, most+1)); !errors.Is(err, errLarge) {
			t.Errorf("%d times %s: %v", most+1, one, err)
		}
	}
}

// TestSteps: work grows with the text, the pattern, its repetitions, and its groups.
func TestSteps(t *testing.T) {
	steps := func(pattern string, n int) int {
		re, err := Compile(pattern)
		if err != nil {
			t.Fatal(err)
		}
		return re.Steps(n)
	}
	const n = 1 << 20
	for _, tt := range []struct{ less, more int }{
		{steps("a", 1<<10), steps("a", n)},
		{steps("a", n), steps("abcdef", n)},
		{steps("(?:ab){2}", n), steps("(?:ab){200}", n)},
		{steps(strings.Repeat("(?:(?:a))", 100), n), steps(strings.Repeat("(a)", 100), n)},
		{0, steps("((a{1000}){1000}){1000}", 1<<40)},
	} {
		if tt.less >= tt.more {
			t.Errorf("%d is not less than %d", tt.less, tt.more)
		}
	}
}

// TestSlow: a pattern that would run for years ends.
func TestSlow(t *testing.T) {
	re, err := Compile(`(?=a)(a+)+b`)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_, err = re.Match(strings.Repeat("a", 200))
	if took := time.Since(start); !errors.Is(err, ErrSlow) || took > 10*MaxTime {
		t.Errorf("%v after %v", err, took)
	}
	linear, err := Compile(`(a+)+b`)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := linear.Match(strings.Repeat("a", 50_000)); ok || err != nil {
		t.Error(ok, err)
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(s.Pattern, s.Text)
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		re, err := Compile(pattern)
		if err != nil {
			return
		}
		first, err1 := re.Find(text)
		again, err2 := re.Find(text)
		if err1 == nil && err2 == nil && !slices.Equal(first, again) {
			t.Errorf("%v and then %v", first, again)
		}
		whole, err3 := re.Match(text)
		if err1 == nil && err3 == nil && whole && first == nil {
			t.Error("the whole text matches, but nothing is found in it")
		}
		parts, err := re.Split(text)
		if err == nil && len(strings.Join(parts, "")) > len(text) {
			t.Errorf("parts %q", parts)
		}
	})
}

// TestSplitEnds: a pattern that reads to the end of the text at each match takes no longer than one that backtracks.
func TestSplitEnds(t *testing.T) {
	re, err := Compile("a.*b|a")
	if err != nil || !re.Linear() {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := re.Split(strings.Repeat("a", 1<<20)); !errors.Is(err, ErrSlow) {
		t.Errorf("%v after %v", err, time.Since(began))
	}
	if parts, err := re.Split(strings.Repeat("a", 1000)); err != nil || len(parts) != 1001 {
		t.Errorf("%d parts, %v", len(parts), err)
	}
}
