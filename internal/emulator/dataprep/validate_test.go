package dataprep

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/servetest"
	"github.com/aepflow/aepflow/internal/record"
)

const (
	validate = "POST /mappingSets/validate"
	preview  = "POST /mappingSets/preview"
	language = "POST /languages/el/validate"
)

// m is a mapping; kind is its first letter.
func m(kind, source, destination string) string {
	kind = map[string]string{"A": "ATTRIBUTE", "E": "EXPRESSION", "S": "STATIC"}[kind]
	return fmt.Sprintf(`{"sourceType":%q,"source":%q,"destination":%q}`, kind, source, destination)
}

// verdicts is the answer for mappings with these faults; "" is none.
func verdicts(faults ...string) string {
	var out []string
	for _, fault := range faults {
		if fault == "" {
			out = append(out, `{"status":"SUCCESS","errors":null}`)
			continue
		}
		out = append(out, fmt.Sprintf(`{"status":"FAILED","errors":[{"exception":%q,"columnName":""}]}`, fault))
	}
	return `{"validationResponse":[` + strings.Join(out, ",") + `]}`
}

// Each mapping is validated by itself, in the order of the call: its form, its destination, its source, and, if it has
// the same value for each row, that value.
func TestValidation(t *testing.T) {
	for _, tt := range []struct {
		mappings []string
		faults   []string
	}{
		{[]string{column, m("A", "x", "_acme.n"), m("E", "upper(x)", "_acme.e")}, []string{"", "", ""}},
		{[]string{m("S", "7", "_acme.n"), m("S", "y", "_acme.e"), m("S", "2027-01-31", "_acme.d")}, []string{"", "", ""}},
		{[]string{m("S", "many", "_acme.n"), column}, []string{`expected a whole number, found "many"`, ""}},
		{[]string{m("S", "z", "_acme.e")}, []string{`"z" is not one of the values of the field`}},
		{[]string{m("S", "soon", "_acme.d")}, []string{`expected a date, found "soon"`}},
		{[]string{m("E", "concat('a', 'b')", "_acme.n")}, []string{`expected a whole number, found "ab"`}},
		{[]string{m("E", "1 + 1", "_acme.n"), m("E", "nullify()", "_acme.s")}, []string{"", ""}},
		{[]string{m("E", "fpid_to_ecid('a')", "_acme.s")}, []string{""}}, // not published
		{[]string{column, column}, []string{"", "destination _acme.s is mapped twice"}},
		{[]string{m("A", "a", "none"), m("A", "a", "_acme.m.any.key"), m("A", "a", "_acme.l.x")},
			[]string{"destination path none is not in the schema", "", ""}},
		{[]string{`7`, `{"source":"a"}`, column}, []string{"destination is missing", "destination is missing", ""}},
		{[]string{m("E", "nofunction(1)", "_acme.s")},
			[]string{"the expression is wrong: unknown function `nofunction`"}},
		{[]string{m("E", strings.Repeat("a", maxExpression+1), "_acme.s")},
			[]string{"the expression is wrong: expected at most 4096 characters, found 4097"}},
		{[]string{m("E", strings.Repeat("a", maxExpression), "_acme.s")}, []string{""}},
		{[]string{m("A", "a..b", "_acme.s")}, []string{`_acme.s: "a..b" is not a path`}},
		{[]string{m("A", "a", "_acme.l[10000].x")}, []string{"_acme.l[10000].x: index 10000: at most 9999"}},
		{nil, nil},
	} {
		open(core.Switches{}).Run(t, servetest.Step{Call: validate, Status: 200,
			Body: set(strings.Join(tt.mappings, ",")), Want: verdicts(tt.faults...)})
	}
	open(core.Switches{}).Run(t,
		servetest.Step{Call: validate, Body: set(m("S", "many", "_acme.n")), Status: 200,
			Exact: `{"validationResponse":[{"errors":[{"columnName":"","destination":"_acme.n",` +
				`"exception":"expected a whole number, found \"many\"","source":"many","sourceType":"STATIC"}],` +
				`"status":"FAILED"}]}`},
		servetest.Step{Call: validate, Body: `{"mappings":[]}`, Status: 400, Has: "the target schema is missing"},
		servetest.Step{Call: validate, Body: strings.Replace(set(""), `"mappings":[]`, `"mappings":{}`, 1),
			Status: 400, Has: "mappings is missing"},
		servetest.Step{Call: "POST /mappingSets?validate=true", Body: set(column + "," + m("S", "many", "_acme.n")),
			Status: 400,
			Has:    "mapping 1: expected a whole number"},
		servetest.Step{Call: "POST /mappingSets", Body: set(m("S", "many", "_acme.n")), Status: 200},
	)
}

// With an input schema, the sources must be in it.
func TestInputSchema(t *testing.T) {
	const input = `{"jsonSchema":{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}}},
		"x.y":{"type":"string"},"any":{},
		"l":{"type":"array","items":{"type":"object","properties":{"k":{"type":"string"}}}}}}}`
	absent := func(path string) string { return "source path " + path + " is not in the input schema" }
	for _, tt := range []struct{ mapping, fault string }{
		{m("A", "a.b", "_acme.s"), ""}, {m("A", "a.c", "_acme.s"), absent("a.c")}, {m("A", "c", "_acme.s"), absent("c")},
		{m("A", `x\.y`, "_acme.s"), ""}, {m("A", `${x\.y}`, "_acme.s"), ""}, {m("A", "x.y", "_acme.s"), absent("x.y")},
		{m("A", "l[0].k", "_acme.s"), ""}, {m("A", "l[*].k", "_acme.l[*].x"), ""},
		{m("A", "l[0].j", "_acme.s"), absent("l[0].j")},
		{m("A", "any.thing", "_acme.s"), ""}, {m("S", "c", "_acme.s"), ""},
		{m("E", "upper(a.b)", "_acme.s"), ""}, {m("E", "upper(c)", "_acme.s"), absent("c")},
	} {
		body := strings.Replace(set(tt.mapping), "{", `{"inputSchema":`+input+",", 1)
		open(core.Switches{}).Run(t, servetest.Step{Call: validate, Body: body, Status: 200,
			Want: verdicts(tt.fault)})
	}
}

var boundRows = Rows{
	Columns: []record.Column{{Name: "a", Type: "integer"}}, Header: []string{"a", "b"},
	Rows: []record.Row{{Fields: []string{"7", "x"}}, {Fields: []string{"", "z"}}},
}

// The mappings of a stored set are validated and previewed on the bound data that a flow reads with it.
func TestBoundRows(t *testing.T) {
	s := bound(core.Switches{}, boundRows)
	mappings := m("A", "a", "_acme.n") + "," + m("A", "b", "_acme.e") + "," + m("E", "a.foo", "_acme.s")
	with := func(id string) string { return strings.Replace(set(mappings), "{", `{"id":"`+id+`",`, 1) }
	s.Run(t,
		servetest.Step{Call: "POST /mappingSets", Body: set(mappings), Status: 200, Save: "id=id"},
		servetest.Step{Call: validate, Body: with("{id}"), Status: 200,
			Want: `{"validationResponse":[{"status":"SUCCESS"},{"status":"FAILED","errors":[{"source":"b",
				"exception":"row 2: \"z\" is not one of the values of the field"}]},{"status":"FAILED"}]}`, Has: "row 1: "},
		servetest.Step{Call: validate, Body: with("none"), Status: 200, Want: verdicts("", "", "")},
		servetest.Step{Call: preview, Body: `{"mappingSet":` + with("{id}") + `}`, Status: 200,
			Want: `[{"data":{"_acme":{"n":7,"e":"x"}},"errors":[{"source":"a.foo"}]},
				{"data":{"_acme":{"e":"z"}},"errors":[{"source":"b"}]}]`},
		servetest.Step{Call: preview, Body: `{"mappingSet":` + with("none") + `}`, Status: 400, Has: "data must be"},
		servetest.Step{Call: preview, Body: `{"data":[],"mappingSet":` + with("{id}") + `}`, Status: 200, Exact: `[]`},
		servetest.Step{Call: language, Body: `{"expression":"a + 1","mappingSetId":"{id}"}`, Status: 200, Has: "failed"},
		servetest.Step{Call: language, Body: `{"expression":"upper(b)","mappingSetId":"{id}"}`,
			Status: 200, Has: "succeeded"},
		servetest.Step{Call: language, Body: `{"expression":"b","mappingSetId":"none"}`, Status: 404},
	)
}

func TestExpressionValidation(t *testing.T) {
	for _, tt := range []struct{ body, fault string }{
		{`{"expression":"upper(a)"}`, ""},
		{`{"expression":{"expression":"upper(a)"}}`, ""},
		{`{"expression":"1 + 1"}`, ""},
		{`{"expression":"to_integer('many')"}`, "many"},
		{`{"expression":"a +"}`, "expected a value, found the end"},
		{`{"expression":"` + strings.Repeat("a", maxExpression+1) + `"}`, "at most 4096 characters"},
		{`{"expression":"upper(a)","sampleData":"{\"a\":\"x\"}","sampleDataType":"JSON"}`, ""},
		{`{"expression":"upper(b)","sampleData":"{\"a\":\"x\"}"}`, "the row has no"},
		{`{"expression":"a + 1","sampleData":"[{\"a\":1},{\"a\":null}]"}`, "null"},
		{`{"expression":"fpid_to_ecid(a)","sampleData":"{\"a\":\"x\"}"}`, ""},
	} {
		want := `{"validationStatus":"succeeded","error":"none"}`
		if tt.fault != "" {
			want = `{"validationStatus":"failed","error":"*"}`
		}
		open(core.Switches{}).Run(t, servetest.Step{Call: language, Body: tt.body, Status: 200, Want: want, Has: tt.fault})
		open(core.Switches{ExpressionCheck: "boolean"}).Run(t, servetest.Step{Call: language, Body: tt.body,
			Status: 200, Exact: fmt.Sprint(tt.fault == "")})
	}
	for body, why := range map[string]string{
		`{"expression":""}`:                                           "expression is missing",
		`{"expression":"a","sampleData":"{"}`:                         "sampleData is not JSON",
		`{"expression":"a","sampleData":"7"}`:                         "sampleData must be a row or up to 100 rows",
		`{"expression":"a","sampleData":"[7]"}`:                       "row 1: expected an object of JSON",
		`{"expression":"a","sampleData":"{}","sampleDataType":"CSV"}`: "expected JSON",
	} {
		open(core.Switches{}).Run(t, servetest.Step{Call: language, Body: body, Status: 400, Has: why})
	}
}

// Hostile calls are refused, or answered, in a time that does not grow with what they ask for.
func TestHostileSizes(t *testing.T) {
	times := func(n int, one string, sep string) string { return strings.Repeat(one+sep, n-1) + one }
	many := func(n int, kind, source string) string {
		var out []string
		for i := range n {
			out = append(out, m(kind, source, fmt.Sprintf("_acme.m.k%d", i)))
		}
		return set(strings.Join(out, ","))
	}
	on := func(rows, set string) string { return `{"data":[` + rows + `],"mappingSet":` + set + `}` }
	slow := "transformArray(split(lpad('', 1000000, 'a,'), ','), x -> upper(x))"
	for name, step := range map[string]servetest.Step{
		"101 rows": {Call: preview, Body: on(times(101, "{}", ","), set(column)), Status: 400, Has: "up to 100 rows"},
		"100 rows": {Call: preview, Body: on(times(100, `{"a":{"b":"x"}}`, ","), set(column)), Status: 200},
		"a row that is not an object": {Call: preview, Body: on("{},7", set(column)), Status: 400,
			Has: "row 2: expected an object of JSON"},
		"20,000 mappings":      {Call: validate, Body: many(20_000, "A", "a"), Status: 200},
		"20,000 wrong sources": {Call: validate, Body: many(20_000, "E", "upper("), Status: 200},
		"too much work": {Call: preview, Body: on(times(100, "{}", ","), many(200, "E", slow)), Status: 400,
			Has: "need more than 10000000 steps"},
		"too much work to validate": {Call: validate, Body: many(200, "E", slow), Status: 400,
			Has: "need more than 10000000 steps"},
		"too many copies of a text": {Call: preview,
			Body: on(`{"a":"`+strings.Repeat("x", 1<<20)+`"}`, many(100, "A", "a")), Status: 400, Has: "32 MiB"},
		"too many copies of a list": {Call: preview,
			Body:   on(`{"a":[`+times(200_000, `{"b":1}`, ",")+`]}`, many(1000, "A", "a[*].c")),
			Status: 400, Has: "10000000 steps"},
		"deep rows": {Call: preview,
			Body: on(`{"a":`+strings.Repeat("[", 5000)+strings.Repeat("]", 5000)+`}`, set(column)), Status: 400},
	} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			open(core.Switches{}).Run(t, step)
			if took := time.Since(begun); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}
