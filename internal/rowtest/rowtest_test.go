package rowtest

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/dataprep/eval"
	"github.com/aepflow/aepflow/internal/record"
	"github.com/aepflow/aepflow/internal/xdm"
)

// mappings fill an object, a list, and a list of objects.
func mappings(t testing.TB) *record.Set {
	t.Helper()
	schema, _ := xdm.NewSchema("", nil, nil, "")
	set, err := record.Compile(schema, nil, []record.Mapping{
		{Destination: "id", Source: "id"},
		{Destination: "a.b", Source: "b"},
		{Destination: "a.c", Source: "c"},
		{Destination: "tags", Source: "tags"},
		{Destination: "lines[*].sku", Source: "lines[*].sku"},
		{Destination: "n", Form: record.Expression, Source: "to_integer(n)"},
	}, eval.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// given returns rows of JSON.
func given(rows ...string) func(*record.Machine) (bool, error) {
	return func(m *record.Machine) (bool, error) {
		if len(rows) == 0 {
			return false, nil
		}
		row := rows[0]
		rows = rows[1:]
		return true, m.JSON([]byte(row))
	}
}

const full = `{"id":"7","b":1,"c":"x","tags":["p","q"],"lines":[{"sku":"s"},{"sku":"t"}],"n":"5"}`

func TestRun(t *testing.T) {
	set := mappings(t)
	for _, c := range []struct{ expect, want string }{
		// Nested, dotted, and with an index; numbers as numbers; parts.
		{`{"id":"7","a":{"b":1.0},"a.c":"x","tags[1]":"q","lines":[{"sku":"s"},{"sku":"t"}],"n":5}`, ""},
		{`{"a":{"b":"1"}}`, `different a.b "1" 1`},
		{`{"id":7}`, `different id 7 "7"`},
		{`{"a":{"d":null},"lines[2].sku":null,"e":null}`, ""},
		{`{"a":{"c":null},"tags":null}`, `unexpected a.c - "x"; unexpected tags - ["p","q"]`},
		{`{"lines[2].sku":"u"}`, `missing lines[2].sku "u" -`},
		{`{"lines.sku":"t"}`, `different lines[0].sku "t" "s"`},
		// A list is expected as a whole, its objects in parts.
		{`{"tags":["p"]}`, `different tags ["p"] ["p","q"]`},
		{`{"lines":[{},{"sku":"x"}]}`, `different lines[1].sku "x" "t"`},
		{`{"tags":{"x":1}}`, `different tags {"x":1} ["p","q"]`},
		{`{"a":"x"}`, `different a "x" {"b":1,"c":"x"}`},
		{`{}`, ""},
		{`[{"id":"7"}]`, ""},
		{`[{"id":"8"}]`, `different id "8" "7"`},
		{`[]`, `row-count  0 1`},
		{`[{},{}]`, `row-count  2 1`},
	} {
		if got := run1(set, Test{Next: given(full), Expect: []byte(c.expect)}); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.expect, got, c.want)
		}
	}
}

func TestExactly(t *testing.T) {
	set := mappings(t)
	for _, c := range []struct{ row, expect, want string }{
		{full, `{"id":"7","a":{"b":1,"c":"x"},"tags":["p","q"],"lines":[{"sku":"s"},{"sku":"t"}],"n":5}`, ""},
		{full, `{"id":"7","a":{"b":1},"tags[0]":"p","lines[1].sku":"t","n":5}`,
			`unexpected tags[1] - "q"; unexpected a.c - "x"; unexpected lines[0].sku - "s"`},
		{`{"id":"7"}`, `{"id":"7"}`, ""},
		{`{"b":{"x":1}}`, `{"a":{"b":{}}}`, `different a.b {} {"x":1}`},
		{`{"id":"7"}`, `{}`, `unexpected id - "7"`},
		{`{}`, `{}`, ""},
	} {
		if got := run1(set, Test{Next: given(c.row), Expect: []byte(c.expect), Exactly: true}); got != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", c.row, c.expect, got, c.want)
		}
	}
}

func TestExpectError(t *testing.T) {
	set := mappings(t)
	for _, c := range []struct{ rows, path, expect, want string }{
		{`{"n":"x"}`, "n", "", ""},
		{`{"n":"x","id":"7"}`, "n", `{"id":"7"}`, ""},
		{`{"n":"x","id":"7"}`, "n", `{"id":"8"}`, `different id "8" "7"`},
		{`{"n":"5"}`, "n", "", "no-failure n - 5"},
		{`{"n":"5","id":"7"}`, "id", "", `no-failure id - "7"`},
		{`{"n":"x"} {"n":"6"}`, "n", "", "no-failure n - 6"},
		{`{"n":"x"}`, "", `{"n":6}`, "missing n 6 -: cannot read \"x\""},
	} {
		test := Test{Next: given(strings.Split(c.rows, " ")...), ExpectError: c.path}
		if c.expect != "" {
			test.Expect = []byte(c.expect)
		}
		if got := run1(set, test); !strings.HasPrefix(got, strings.Split(c.want, ":")[0]) || (got == "") != (c.want == "") {
			t.Errorf("%v\n got %s\nwant %s", c, got, c.want)
		}
	}
}

// A test that has no rows, or rows that cannot be read, says nothing.
func TestBroken(t *testing.T) {
	set := mappings(t)
	for rows, want := range map[string]string{"": "there are no rows", "[]": "expected an object of JSON"} {
		test := Test{Next: given(strings.Fields(rows)...), Expect: []byte("{}")}
		if got := runTest(set, test); got.Broken != want || got.Passed() {
			t.Errorf("rows %q: %+v, expected %q", rows, got, want)
		}
	}
}

func TestMostDifferences(t *testing.T) {
	rows := strings.Fields(strings.Repeat("{} ", most+1))
	got := runTest(mappings(t), Test{Next: given(rows...), Expect: []byte(`{"id":"7"}`)})
	if len(got.Differences) != most || got.More != 1 || got.Rows != most+1 {
		t.Errorf("%d differences and %d more of %d rows", len(got.Differences), got.More, got.Rows)
	}
}

func TestTouched(t *testing.T) {
	set := mappings(t)
	for _, c := range []struct {
		test Test
		want string
	}{
		{Test{Expect: []byte(`{"id":"7"}`)}, "id"},
		{Test{Expect: []byte(`{"a":{"b":1}}`)}, "a.b"},
		{Test{Expect: []byte(`{"a":1}`)}, "a.b a.c"},
		{Test{Expect: []byte(`[{"id":1},{"lines[3].sku":null}]`)}, "id lines[*].sku"},
		{Test{ExpectError: "n"}, "n"},
		{Test{Expect: []byte(`{}`)}, ""},
		{Test{Expect: []byte(`{}`), Exactly: true}, "id a.b a.c tags lines[*].sku n"},
	} {
		c.test.Next = given("{}")
		var got []string
		for i, is := range runTest(set, c.test).Touched {
			if is {
				got = append(got, set.Mappings()[i].Destination)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s %s: %v, expected %s", c.test.Expect, c.test.ExpectError, got, c.want)
		}
	}
}

// runTest runs a test without a bound.
func runTest(set *record.Set, t Test) Result {
	t.Most = math.MaxInt64
	r, err := Run(context.Background(), set, t)
	if err != nil {
		panic(err)
	}
	return r
}

func run1(set *record.Set, t Test) string {
	r := runTest(set, t)
	if r.Broken != "" {
		return "broken: " + r.Broken
	}
	var out []string
	for _, d := range r.Differences {
		dash := func(s string) string {
			if s == "" {
				return "-"
			}
			return s
		}
		out = append(out, fmt.Sprintf("%s %s %s %s", d.Code, d.Path, dash(d.Want), dash(d.Got)))
	}
	return strings.Join(out, "; ")
}

// Whatever is expected of whatever row, a test ends; every record is itself.
func FuzzRun(f *testing.F) {
	f.Add(full, `{"a":{"b":1}}`, "a.b", true)
	f.Add(`{"lines":[{"sku":[]}]}`, `[{"lines[0].sku":{}}]`, "lines[*]", false)
	set := mappings(f)
	f.Fuzz(func(t *testing.T, row, expect, path string, exactly bool) {
		if len(row)+len(expect) > 1<<12 || !json.Valid([]byte(expect)) {
			return
		}
		runTest(set, Test{Next: given(row), Expect: []byte(expect), ExpectError: path, Exactly: exactly})
		m := record.NewMachine(set)
		if m.JSON([]byte(row)) != nil {
			return
		}
		itself := m.AppendJSON(nil)
		if got := run1(set, Test{Next: given(row), Expect: itself, Exactly: true}); got != "" {
			t.Errorf("the record %s is not itself: %s", itself, got)
		}
	})
}

// TestMost: a test has a bound of work. Below it, the work is that without one; above it, the test ends early.
func TestMost(t *testing.T) {
	test := func(most int64) Result {
		rows := strings.Fields(strings.Repeat(full+" ", 10))
		r, err := Run(context.Background(), mappings(t), Test{Next: given(rows...), Expect: []byte(`{"id":"7"}`), Most: most})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	work := test(math.MaxInt64).Work
	if r := test(work); r.Work != work || r.Rows != 10 || !r.Passed() {
		t.Errorf("with just enough: %+v", r)
	}
	if r := test(work - 1); r.Work <= work-1 {
		t.Errorf("with one less: %+v", r)
	}
	if r := test(work / 2); r.Work <= work/2 || r.Work >= work || r.Rows == 10 {
		t.Errorf("with half of it: %+v, the work without a bound is %d", r, work)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, mappings(t), Test{Next: given(full), Most: work}); err == nil {
		t.Error("a canceled test runs")
	}
}

// TestRelated: one path is another, or lies below or above it, whatever their indexes.
func TestRelated(t *testing.T) {
	for _, c := range []struct {
		list, path string
		want       bool
	}{
		{"a.b", "a.b", true}, {"a.b", "a", true}, {"a.b", "a.b.c", true}, {"a.b", "a.c", false}, {"a.b", "b", false},
		{"a[1].b", "a.b[*]", true}, {"x a.b", "a.b.c", true}, {"x a.b", "y", false}, {`a\.b`, "a.b", false}, {"", "a", false},
		{"a..b", "a", false}, {"a", "a..b", false}, {"ab", "a", false},
	} {
		if got := pathsOf(strings.Split(c.list, " ")...).related(c.path); got != c.want {
			t.Errorf("%q, %q: %v", c.list, c.path, got)
		}
	}
}

// TestManyPaths: what a test expects and what the mappings fill are not compared each with each.
func TestManyPaths(t *testing.T) {
	const many = 20_000
	var all []record.Mapping
	expect, row := []string{}, []string{}
	for i := range many {
		name := fmt.Sprintf("f%d", i)
		all = append(all, record.Mapping{Destination: "a." + name, Source: name})
		expect = append(expect, fmt.Sprintf(`"a.%s":%d`, name, i))
		row = append(row, fmt.Sprintf(`"%s":%d`, name, i))
	}
	schema, _ := xdm.NewSchema("", nil, nil, "")
	set, err := record.Compile(schema, nil, all, eval.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	object := func(members []string) string { return "{" + strings.Join(members, ",") + "}" }
	test := Test{Next: given(object(row)), Expect: []byte(object(expect)), Exactly: true}
	if got := run1(set, test); got != "" {
		t.Errorf("%.200s", got)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}
