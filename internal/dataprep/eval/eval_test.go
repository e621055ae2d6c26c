package eval

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/javaregex"
	"github.com/aepflow/aepflow/internal/specs"
)

// show is the outcome of an expression in one dialect, for tables.
func show(expr, row string, d Dialect) string {
	r := request{Expr: expr}
	if row == "" {
		row = "{}"
	}
	decoder := json.NewDecoder(strings.NewReader(row))
	decoder.UseNumber()
	if err := decoder.Decode(&r.Row); err != nil {
		panic(err)
	}
	v, err := evaluate(r, d)
	if err != nil {
		return string(err.Code)
	}
	return string(AppendJSON(nil, v.Value))
}

// TestDialects has the outcomes in which the versions and modes of the engine differ.
func TestDialects(t *testing.T) {
	const row = `{"x": null, "list": [1], "n": null}`
	for _, tt := range []struct{ expr, oldLenient, old, lenient, strict string }{
		{"null ?? 1", "1", "1", "1", "1"},
		{"1 << 3", "8", "8", "8", "8"},
		{"1e3", "1000.0", "1000.0", "1000.0", "1000.0"},
		{"+3", "3", "3", "3", "3"},
		{"-5 % 2", "1", "1", "-1", "-1"},
		{"'a' == 1", "arithmetic", "arithmetic", "false", "false"},
		{"'a' < 1", "arithmetic", "arithmetic", "false", "false"},
		{"'1.0' == 1", "arithmetic", "arithmetic", "true", "true"},
		{"1/0", "0.0", "arithmetic", "0.0", "arithmetic"},
		{"1.0/0", "0.0", "arithmetic", "0.0", "arithmetic"},
		{"1%0", "0.0", "arithmetic", "0.0", "arithmetic"},
		{"'2' + 1", "3", `"21"`, "3", `"21"`},
		{"1 + '2'", "3", `"12"`, "3", `"12"`},
		{"null + 1", "1", "null-operand", "1", "null-operand"},
		{"null * 2", "0", "null-operand", "0", "null-operand"},
		{"!null", "true", "null-operand", "true", "null-operand"},
		{"null && true", "false", "null-operand", "false", "null-operand"},
		{"null < 1", "false", "false", "false", "null-operand"},
		{"missing == null", "true", "missing-attribute", "true", "missing-attribute"},
		{"missing.b", "null", "missing-attribute", "null", "null"},
		{"x.equals('a')", "null", "missing-attribute", "null", "null"},
		{"list[99]", "null", "no-property", "null", "no-property"},
		{"list[-1]", "null", "no-property", "null", "no-property"},
		{"[1] =~ [1,2]", "false", "false", "true", "true"},
		{"x == null", "true", "true", "true", "true"},
		{"(x + 1) ?: 5", "1", "null-operand", "1", "missing-attribute"},
		{"(null + 1) ?: 5", "1", "null-operand", "1", "5"},
		{"missing ? 1 : 2", "2", "2", "2", "2"},
		{"empty(missing)", "true", "true", "true", "true"},
		{"empty(10 > 'a')", "arithmetic", "arithmetic", "false", "false"},
		{"join(',', 3 .. 1)", `"1,2,3"`, `"1,2,3"`, `"1,2,3"`, `"1,2,3"`},
		{"[3 .. 1]", "[[3,2,1]]", "[[3,2,1]]", "[[3,2,1]]", "[[3,2,1]]"},
		{"2 =~ 1 .. 3", "[0,1,2,3]", "[0,1,2,3]", "[0,1,2,3]", "[0,1,2,3]"},
		{"2.9 =~ (1 .. 2)", "true", "true", "true", "true"},
		{"3 =~ (1 .. 2)", "false", "false", "false", "false"},
		{"4294967298 =~ (3 .. 1)", "true", "true", "true", "true"},
		{"'2' =~ (1 .. 2)", "false", "false", "false", "false"},
		{"empty(-'a')", "true", "true", "true", "true"},
		{"empty(filterArray(['a'], e -> 10 > e))", "true", "true", "true", "true"},
		{"size(5)", "null", "null", "0", "0"},
	} {
		for d, want := range map[Dialect]string{
			OldLenient: tt.oldLenient, Old: tt.old, Lenient: tt.lenient, Default: tt.strict,
		} {
			if got := show(tt.expr, row, d); got != want {
				t.Errorf("dialect %d: %s gives %s, want %s", d, tt.expr, got, want)
			}
		}
	}
}

// TestDefault has what a reader of the table of operators would ask.
func TestDefault(t *testing.T) {
	for expr, want := range map[string]string{
		"5/2": "2", "5/2.0": "2.5", "-5/2": "-2", "0.1 + 0.2": "0.30000000000000004", "1.0 * 3": "3.0",
		"100000 * 100000": "10000000000", "9223372036854775807 + 1": "9223372036854775808", "010": "8",
		"1.10b + 2": "3.10", "10b / 4": "2.5", "10 % 0.5b": "0",
		"7.25b % 2": "1.25", "0 % 2.5b": "0", "1b/3": "0.3333333333333333333333333333333333",
		"true == 'yes'": "true", "true == 1": "true", "false == ''": "true", "!'FALSE'": "false", "![]": "false",
		"[1] == [1]": "false", "{'a':1} == {'a':1}": "true", "'b' > 'a'": "true", "1 =~ (1..3)": "true",
		"'abc' =~ 'a.*'": "true", "'abc' !~ 'b'": "true", "'abc' =^ 'ab'": "true", "'abc' !$ 'c'": "false",
		"5 & 3": "1", "5 | 3": "7", "5 ^ 3": "6", "~0": "-1", "-1 >>> 60": "15", "1..3": "[1,2,3]", "3..1": "[3,2,1]",
		"-2147483648": "-2147483648", "'😀'.length()": "2", `substr("a😀b", 0, 2)`: "\"a\uFFFD\"",
		"empty ''": "true", "empty 0": "true", "empty ' '": "false", "size 'abc'": "3",
		"concat('a', null, 1, 2.0)": `"a12.0"`, `lower("ΑΣ")`: `"ας"`, `upper("ß")`: `"SS"`,
		"iif(true, 1, date('x'))": "bad-argument", "decode(1, '1', 'a', 'b')": `"b"`,
		"explode('a,b,,', ',')": `["a","b","",""]`, "split('a,b,,', ',')": `["a","b"]`,
		"transformArray([1,2], x -> x * 2)": "[2,4]", "filterArray([1,2,3], x -> x > 1)": "[2,3]",
		"transformArray([1], x -> transformArray([2], y -> x + y))": "[[3]]",
		`date("2024-05-05T20:39")`:                                  "bad-argument",
		`date("2024-05-05 20:39")`:                                  `"2024-05-05T20:39:00Z"`,
		`hash("crc32",
		"my text")`: `"8df92e80"`, "ua_os_name('x')": "cannot-evaluate", "now()": "cannot-evaluate",
		"'a'.codePoints()": "cannot-evaluate", "to_integer('12.7')": "bad-argument", "min(1, 2.0)": "bad-argument",
	} {
		if got := show(expr, "", Default); got != want {
			t.Errorf("%s gives %s, want %s", expr, got, want)
		}
	}
}

// TestPositions: an error lies where the fault is.
func TestPositions(t *testing.T) {
	for _, tt := range []struct{ expr, row, at, message string }{
		{"concat(a, gone)", `{"a":1}`, "gone", "the row has no attribute `gone`"},
		{"1 + (2 / 0)", "", "(2 / 0)", "division by zero"},
		{"upper(date(s, 'yyyy'))", `{"s":"x"}`, "date(s, 'yyyy')", `text "x" is not a date of the form`},
		{"transformArray([1], x -> to_integer('a'))", "", "to_integer('a')", "expected a whole number of 32 bits"},
		{"a + 1", `{"a":null}`, "a", "`a` is null"},
		{"first(l)[3]", `{"l":[[1]]}`, "first(l)[3]", "a list of 1 has no element 3"},
		{"lower(1, 2)", "", "lower(1, 2)", "expected 1 argument of lower, found 2"},
	} {
		r := request{Expr: tt.expr, Row: map[string]any{}}
		if tt.row != "" {
			if err := json.Unmarshal([]byte(tt.row), &r.Row); err != nil {
				t.Fatal(err)
			}
		}
		_, err := evaluate(r, Default)
		if err == nil || tt.expr[err.Start:err.End] != tt.at || !strings.HasPrefix(err.Message, tt.message) {
			t.Errorf("%s: %+v", tt.expr, err)
		}
	}
}

// TestSamples runs every published example.
func TestSamples(t *testing.T) {
	clock := func() time.Time { return time.Date(2021, 10, 26, 10, 10, 24, 0, time.UTC) }
	inputs := Inputs{Now: clock, Random: strings.NewReader(strings.Repeat("\x7c", 64))}
	differ := map[string]string{
		"make_date_time": "the sample lost its nanoseconds and its zone", "zone_date_to_utc": "no expression",
		"set_date_part": "the sample lost its milliseconds", "map_get_values": "see the choice map_get_values",
		"object_to_map": "an unquoted name is an attribute", "to_bigint": "see the choice to_bigint",
		"timestamp": "another clock", "uuid": "another source", "fpid_to_ecid": "not published",
		"zone_date_to_zone": "another clock",
	}
	agreed, seen := 0, map[string]bool{}
	for _, f := range specs.Functions() {
		for _, example := range f.Examples {
			got, want := sample(example, inputs)
			if got == want {
				agreed++
				continue
			}
			if strings.HasPrefix(f.Name, "ua_") && got == string(CannotEvaluate) {
				continue
			}
			seen[f.Name] = true
			if differ[f.Name] == "" {
				t.Errorf("%s on %v: %s, published %s", example.Expr, example.Given, got, want)
			}
		}
	}
	for name, why := range differ {
		if !seen[name] {
			t.Errorf("%s agrees, although %s", name, why)
		}
	}
	t.Logf("%d published examples agree", agreed)
}

func sample(e specs.FunctionExample, inputs Inputs) (got, want string) {
	want = string(asJSON(e.Result))
	tree, problems := dataprep.Parse(e.Expr)
	if tree == nil {
		return "parse: " + problems[0].Message, want
	}
	set := NewSet(Default, inputs)
	p, err := set.Compile(tree)
	if err != nil {
		return string(err.Code), want
	}
	row, fault := ParseJSON(string(asJSON(e.Given)))
	if fault != nil || row.Kind() != Object { // a sample does not say what it runs on
		row, _ = ParseJSON(`{"evars": {"evar": {"field1": "x"}}}`)
	}
	m := NewMachine(set)
	m.SetObject(row.Object())
	v, err := m.Run(p)
	if err != nil {
		return string(err.Code), want
	}
	var one, other any
	if json.Unmarshal(AppendJSON(nil, v), &one) == nil && json.Unmarshal([]byte(want), &other) == nil &&
		reflect.DeepEqual(one, other) {
		return want, want
	}
	return string(AppendJSON(nil, v)), want
}

// TestAllFunctions: every published function and alias is known.
func TestAllFunctions(t *testing.T) {
	for _, f := range specs.Functions() {
		names := []string{f.Name}
		for _, a := range f.Aliases {
			names = append(names, a.Name)
		}
		for _, name := range names {
			if _, ok := functions[name]; !ok && !f.Method {
				t.Errorf("%s is missing", name)
			}
		}
	}
	for _, name := range FunctionNames() {
		if _, ok := specs.FunctionByName(name); !ok {
			t.Errorf("%s is not published", name)
		}
	}
}

// TestWork: what would run for very long or need very much memory ends.
func TestWork(t *testing.T) {
	many := "0..1000"
	row := `{"t": "` + strings.Repeat("é", 100_000) + `"}`
	for _, expr := range []string{
		"lpad('a', 2147483647, 'b')", "0..2147483647", "0..9223372036854775807L",
		"transformArray(" + many + ", a -> transformArray(" + many + ", b -> transformArray(" + many + ", c -> 1)))",
		"replacestr(lpad('', 100000, 'a'), 'a', lpad('', 100000, 'b'))",
		"matches_regex(lpad('', 100000, 'a'), '(.{0,999})(.{0,999})(.{0,999})')",
		"transformArray(" + many + ", a -> matches_regex('x', concat(a, '" + strings.Repeat("(.{0,999})", 9) + "')))",
		"transformArray(0..100000, a -> size(lpad('', 100000, 'b')))",
		"transformArray(0..100000, a -> t.length())", "transformArray(0..100000, a -> size_of(t))",
		"transformArray(0..100000, a -> t == concat(t, 'x'))", "transformArray(0..100000, a -> t < concat(t, 'x'))",
	} {
		start := time.Now()
		if got := show(expr, row, Default); got != string(TooMuchWork) {
			t.Errorf("%s gives %.40s", expr, got)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s took %v", expr, took)
		}
	}
	// Both sides of the limit.
	for n, want := range map[int]bool{MaxWork - 10: true, MaxWork + 1: false} {
		if got := show(fmt.Sprintf("size(1..%d)", n), "", Default); (got != string(TooMuchWork)) != want && want {
			t.Errorf("a range of %d: %s", n, got)
		}
	}
	if got := show("empty("+"0..2147483647"+")", "", Default); got != string(TooMuchWork) {
		t.Errorf("empty excuses too much work: %s", got)
	}
}

// TestWorkOfSearches: a search that backtracks for long counts as work; others count the same each time.
func TestWorkOfSearches(t *testing.T) {
	work := func(expr string) int64 {
		set := NewSet(Default, Inputs{})
		tree, _ := dataprep.Parse(expr)
		p, err := set.Compile(tree)
		if err != nil {
			t.Fatal(err)
		}
		m := NewMachine(set)
		_, _ = m.Run(p)
		return m.Work()
	}
	const least = workPerSecond / 1000
	if n := work(`matches_regex(lpad("", 26, "a"), "(?=a)(a|aa)*b")`); n < least {
		t.Errorf("a slow search is %d, want at least %d", n, least)
	}
	const quick = `matches_regex("a12", "(?=a).*")`
	if n := work(quick); n > 1000 || n != work(quick) {
		t.Errorf("a quick search is %d, then %d", n, work(quick))
	}
}

func TestVariables(t *testing.T) {
	set := NewSet(Default, Inputs{Variables: map[string]string{"CRM_ORG_ID": "00D"}})
	tree, _ := dataprep.Parse(`concat("a@${CRM_ORG_ID}.x", "${OTHER}")`)
	p, err := set.Compile(tree)
	if err != nil {
		t.Fatal(err)
	}
	v, err := NewMachine(set).Run(p)
	if err != nil || v.Str() != "a@00D.x${OTHER}" {
		t.Errorf("%v, %v", v, err)
	}
}

func TestJSON(t *testing.T) {
	const text = `{"a":1,"b":[true,null,"x\n\u0001\"😀"],"c":10000000000,"d":1.5,"e":99999999999999999999}`
	v, err := ParseJSON(text)
	if err != nil || string(AppendJSON(nil, v)) != text {
		t.Errorf("%s, %v", AppendJSON(nil, v), err)
	}
	for _, bad := range []string{"", "{", "[1", "1x", "truex", "]", strings.Repeat("[", maxJSONDepth+1)} {
		if v, err := ParseJSON(bad); !errors.Is(err, errJSON) {
			t.Errorf("%.20q is %v, %v", bad, v, err)
		}
	}
	deep := strings.Repeat("[", maxJSONDepth) + strings.Repeat("]", maxJSONDepth)
	if _, err := ParseJSON(deep); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(appendText(nil, "a\xffb"), []byte("\"a\uFFFDb\"")) {
		t.Errorf("%q", appendText(nil, "a\xffb"))
	}
}

// TestRegexWork: a large pattern on a long text, and many short searches that are slow, end soon.
func TestRegexWork(t *testing.T) {
	run := func(expr string, row map[string]any) (string, time.Duration) {
		tree, problems := dataprep.Parse(expr)
		if tree == nil {
			t.Fatal(problems)
		}
		given, err := ParseJSON(string(asJSON(row)))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		return outcomeOf(tree, given.Object(), Default), time.Since(start)
	}
	long, many := strings.Repeat("ab", 1<<19), strings.Repeat("(a|b)?", 600)+"x"
	texts := make([]string, 500)
	for i := range texts {
		texts[i] = strings.Repeat("a", 20)
	}
	for _, tt := range []struct {
		expr string
		row  map[string]any
		want []string
	}{
		{"matches_regex(s, '[ab]+')", map[string]any{"s": long}, []string{"true"}},
		{"size_of(explode(s, 'ba'))", map[string]any{"s": long[:1<<10]}, []string{"512"}},
		{"matches_regex(s, p)", map[string]any{"s": long, "p": many}, []string{string(TooMuchWork)}},
		{"extract_regex(s, p)", map[string]any{"s": long, "p": many}, []string{string(TooMuchWork)}},
		{"explode(s, p)", map[string]any{"s": long, "p": many}, []string{string(TooMuchWork)}},
		{"s =~ p", map[string]any{"s": long, "p": many}, []string{string(TooMuchWork)}},
		{"transformArray(l, x -> matches_regex(x, '(?=a)(a+)+b'))[0]", map[string]any{"l": texts},
			[]string{string(RegexTooSlow), "false"}},
	} {
		got, took := run(tt.expr, tt.row)
		if !slices.Contains(tt.want, got) || took > 10*javaregex.MaxTime {
			t.Errorf("%s: %.40s after %v, expected %s", tt.expr, got, took, tt.want)
		}
	}
}

func FuzzEval(f *testing.F) {
	for _, fn := range specs.Functions() {
		for _, e := range fn.Examples {
			f.Add(e.Expr, string(asJSON(e.Given)))
		}
	}
	f.Add("a.b[0] + x ?: 1 / 0", `{"a":{"b":[1]},"x":null}`)
	f.Add("transformArray(l, x -> concat(x, x))", `{"l":["a",1,null]}`)
	f.Fuzz(func(t *testing.T, expr, row string) {
		tree, _ := dataprep.Parse(expr)
		given, err := ParseJSON(row)
		if tree == nil || err != nil || given.Kind() != Object {
			return
		}
		for d := Default; d <= LastDialect; d++ {
			first, again := outcomeOf(tree, given.Object(), d), outcomeOf(tree, given.Object(), d)
			if slow := string(RegexTooSlow); first == slow || again == slow {
				return
			}
			if first != again {
				t.Errorf("%s and then %s", first, again)
			}
		}
	})
}

func outcomeOf(tree dataprep.Expr, row *Map, d Dialect) string {
	set := NewSet(d, Inputs{})
	p, err := set.Compile(tree)
	if err != nil {
		return string(err.Code)
	}
	m := NewMachine(set)
	m.SetObject(row)
	v, err := m.Run(p)
	if err != nil {
		return string(err.Code)
	}
	return string(AppendJSON(nil, v))
}
