package dataprep

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/servetest"
)

// maxExpression is how many characters an expression may have.
const maxExpression = 4096

const schemaID = "https://ns.adobe.com/acme/schemas/s"

func open(sw core.Switches) *servetest.Service { return bound(sw, Rows{}) }

// bound opens the service with rows of bound data that a flow with any mapping set reads.
func bound(sw core.Switches, rows Rows) *servetest.Service {
	s := servetest.New(core.DataPrep, Routes(func(*core.Space, string, int) (Rows, error) { return rows, nil }), sw)
	s.Put(core.KindSchema, schemaID, `{"$id":"`+schemaID+`","title":"S","meta:resourceType":"schemas","properties":{
		"_acme":{"type":"object","properties":{
		"n":{"type":"integer"},"s":{"type":"string"},"e":{"type":"string","enum":["x","y"]},
		"d":{"type":"string","format":"date","meta:xdmType":"date"},
		"m":{"type":"object","meta:xdmType":"map","additionalProperties":{"type":"string"}},
		"l":{"type":"array","items":{"type":"object","properties":{"x":{"type":"string"}}}}}}}}`)
	return s
}

func set(mappings string) string {
	return `{"outputSchema":{"schemaRef":{"id":"` + schemaID +
		`","contentType":"application/vnd.adobe.xed+json;version=1"}},"mappings":[` + mappings + `]}`
}

const column = `{"sourceType":"ATTRIBUTE","source":"a.b","destination":"_acme.s"}`

// Each PUT makes a version; every version stays.
func TestVersions(t *testing.T) {
	open(core.Switches{}).Run(t,
		servetest.Step{Call: "POST /mappingSets", Body: set(column), Status: 200, Save: "id=id", Want: `{"version":0}`},
		servetest.Step{Call: "PUT /mappingSets/{id}", Body: set(strings.Replace(column, "a.b", "c", 1)), Status: 200,
			Want: `{"version":1}`},
		servetest.Step{Call: "GET /mappingSets/{id}", Status: 200, Want: `{"version":1,"mappings":[{"source":"c"}]}`},
		servetest.Step{Call: "GET /mappingSets/{id}?version=0", Status: 200,
			Want: `{"version":0,"mappings":[{"source":"a.b","sourceType":"text/x.schema-path"}]}`},
		servetest.Step{Call: "GET /mappingSets/{id}?version=2", Status: 404},
		servetest.Step{Call: "GET /mappingSets/{id}/mappings", Status: 200, Want: `[{"source":"c"}]`},
		servetest.Step{Call: "DELETE /mappingSets/{id}", Status: 204},
		servetest.Step{Call: "GET /mappingSets/{id}", Status: 404},
	)
}

func TestRefusedMappings(t *testing.T) {
	s := open(core.Switches{})
	for _, c := range []struct{ mappings, why string }{
		{`{"source":"a"}`, "destination is missing"},
		{`{"destination":"_acme.s"}`, "source is missing"},
		{`{"source":"a","destination":"_acme.s","sourceType":"COLUMN"}`, "is not ATTRIBUTE, EXPRESSION or STATIC"},
		{`{"source":"upper(","destination":"_acme.s","sourceType":"EXPRESSION"}`, "expected a value, found the end"},
		{`{"source":"` + strings.Repeat("a", maxExpression+1) + `","destination":"_acme.s","sourceType":"EXPRESSION"}`,
			"at most 4096 characters"},
		{column + "," + column, "destination _acme.s is mapped twice"},
	} {
		s.Run(t, servetest.Step{Call: "POST /mappingSets", Body: set(c.mappings), Status: 400, Has: c.why})
	}
	s.Run(t,
		servetest.Step{Call: "POST /mappingSets", Body: set(`{"source":"` + strings.Repeat("a", maxExpression) +
			`","destination":"_acme.s","sourceType":"EXPRESSION"}`), Status: 200},
		servetest.Step{Call: "POST /mappingSets?validate=true",
			Body: set(strings.Replace(column, "_acme.s", "_acme.none", 1)), Status: 400, Has: "is not in the schema"},
		servetest.Step{Call: "POST /mappingSets/validate",
			Body: set(column + "," + strings.Replace(column, "_acme.s", "none", 1)), Status: 200,
			Want: `{"validationResponse":[{"status":"SUCCESS"},{"status":"FAILED"}]}`},
	)
}

func TestListedSets(t *testing.T) {
	s := open(core.Switches{})
	for i := range 3 {
		s.Put(core.KindMappingSet, fmt.Sprint(i), fmt.Sprintf(`{"id":"%d","name":"n%d","modifiedDate":%d}`, i, i%2, -i))
	}
	s.Run(t,
		servetest.Step{Call: "GET /mappingSets?start=0&limit=2", Status: 200,
			Want: `{"data":[{"id":"0"},{"id":"1"}],"_links":{"next":{"href":"/mappingSets?limit=2&start=2"}}}`},
		servetest.Step{Call: "GET /mappingSets?start=2&limit=2", Status: 200, Want: `{"data":[{"id":"2"}],"_links":{}}`},
		servetest.Step{Call: "GET /mappingSets?start=0&limit=9&name=n0&orderBy=-createdDate", Status: 200,
			Want: `{"data":[{"id":"2"},{"id":"0"}]}`},
		servetest.Step{Call: "GET /mappingSets?start=0&limit=9&orderBy=modifiedDate", Status: 200,
			Want: `{"data":[{"id":"2"},{"id":"1"},{"id":"0"}]}`},
		servetest.Step{Call: "GET /mappingSets?start=0&limit=0", Status: 400},
		servetest.Step{Call: "GET /mappingSets?start=0&limit=1001", Status: 400},
		servetest.Step{Call: "GET /mappingSets?start=0&limit=9&orderBy=size", Status: 400},
	)
}

func TestExpressions(t *testing.T) {
	for src, want := range map[string]string{
		"a + b": "a b", "concat(a.b, 'x')": "a", "${a\\.b} == 1 ? c : null": "a.b c", "to_array(true, x)": "x", "l[0].x": "l",
		"empty(a)": "a", "size a": "a", "size(a) + 1h": "a", "filterArray(a, (x) -> x > b)": "a b", "_errors": "!",
		"a < b < c": "!",
		"a ||":      "!expected a value, found the end", "nofunction(1)": "!unknown function `nofunction`",
		"'x": "!missing closing quote `'`", "if (a)": "!expected an expression, found the statement `if`",
		"a b": "!expected an operator or the end, found `b`",
	} {
		got := strings.Join(expressionAttributes(src), " ")
		if err := checkExpression(src); err != nil {
			got = "!" + err.Error()
		}
		if got != want && (want != "!" || !strings.HasPrefix(got, "!")) {
			t.Errorf("%s: got %s, want %s", src, got, want)
		}
	}
}

func TestPreviews(t *testing.T) {
	body := func(mappings string) string {
		return `{"data":[{"a":{"b":"x"}}],"mappingSet":` + set(mappings) + `}`
	}
	constant := `{"sourceType":"STATIC","source":"k","destination":"_acme.l[0].x"}`
	open(core.Switches{}).Run(t,
		servetest.Step{Call: "POST /mappingSets/preview", Body: body(column + "," + constant), Status: 200,
			Want: `[{"data":{"_acme":{"s":"x","l":[{"x":"k"}]}},"errors":null}]`},
		servetest.Step{Call: "POST /mappingSets/preview", Body: body(strings.Replace(column, "a.b", "c", 1)), Status: 200,
			Want: "[{\"errors\":[{\"exception\":\"the row has no `c`\"}]}]"},
		servetest.Step{Call: "POST /mappingSets/preview", Body: `{"data":1}`, Status: 400},
	)
	open(core.Switches{Preview: "object"}).Run(t,
		servetest.Step{Call: "POST /mappingSets/preview", Body: body(column), Status: 200,
			Want: `{"data":{"_acme":{"s":"x"}},"errors":null}`},
	)
}

// A preview has the types of the fields; what does not fit is left out and said so.
func TestPreviewConverts(t *testing.T) {
	body := func(source, destination string) string {
		return `{"data":{"n":"1234","x":"many","d":12.5,"z":"007"},"mappingSet":` + set(`{"source":"`+source+`","destination":"`+destination+`"}`) + `}`
	}
	open(core.Switches{}).Run(t,
		servetest.Step{Call: "POST /mappingSets/preview", Body: body("n", "_acme.n"), Status: 200, Exact: `[{"data":{"_acme":{"n":1234}},"errors":null}]`},
		servetest.Step{Call: "POST /mappingSets/preview", Body: body("z", "_acme.n"), Status: 200, Exact: `[{"data":{"_acme":{"n":7}},"errors":null}]`},
		servetest.Step{Call: "POST /mappingSets/preview", Body: body("d", "_acme.s"), Status: 200, Exact: `[{"data":{"_acme":{"s":"12.5"}},"errors":null}]`},
		servetest.Step{Call: "POST /mappingSets/preview", Body: body("x", "_acme.n"), Status: 200,
			Want: `[{"data":{},"errors":[{"exception":"expected a whole number, found \"many\""}]}]`},
	)
}

// A new set is a draft, and each write of one of its mappings makes a version.
func TestWrittenMappings(t *testing.T) {
	other := strings.Replace(column, "_acme.s", "_acme.n", 1)
	open(core.Switches{}).Run(t,
		servetest.Step{Call: "POST /mappingSets", Body: set(column), Status: 200, Save: "id=id"},
		servetest.Step{Call: "GET /mappingSets/{id}", Status: 200, Want: `{"status":"DRAFT"}`},
		servetest.Step{Call: "POST /mappingSets/{id}/mappings", Body: other, Status: 200, Want: `{"destination":"_acme.n"}`, Save: "mapping=id"},
		servetest.Step{Call: "POST /mappingSets/{id}/mappings", Body: other, Status: 400, Has: "is mapped twice"},
		servetest.Step{Call: "PUT /mappingSets/{id}/mappings/{mapping}", Body: strings.Replace(other, "a.b", "c", 1), Status: 200, Want: `{"source":"c","version":2}`, Save: "mapping=id"},
		servetest.Step{Call: "GET /mappingSets/{id}", Status: 200, Want: `{"version":2,"mappings":[{"source":"a.b"},{"source":"c"}]}`, Save: "first=mappings.0.id"},
		servetest.Step{Call: "DELETE /mappingSets/{id}/mappings/{first}", Status: 204},
		servetest.Step{Call: "GET /mappingSets/{id}", Status: 200, Want: `{"version":3,"mappings":[{"source":"c"}]}`},
		servetest.Step{Call: "GET /mappingSets/{id}?version=1", Status: 200, Want: `{"mappings":[{},{"source":"a.b"}]}`},
		servetest.Step{Call: "PUT /mappingSets/{id}/mappings/none", Body: other, Status: 404},
	)
}

func TestListsWithoutStart(t *testing.T) {
	open(core.Switches{}).Run(t,
		servetest.Step{Call: "GET /mappingSets?limit=9", Status: 200, Want: `{"data":[]}`},
		servetest.Step{Call: "GET /mappingSets?start=0", Status: 400},
	)
	open(core.Switches{MappingStart: "required"}).Run(t,
		servetest.Step{Call: "GET /mappingSets?limit=9", Status: 400, Has: "query parameter start"},
		servetest.Step{Call: "GET /mappingSets?limit=9&start=0", Status: 200},
	)
}

// Mappings have their kind in the words of the guides and in those of the answers.
func TestSpellingsOfKinds(t *testing.T) {
	for kind, shown := range map[string]string{
		"": "text/x.schema-path", "ATTRIBUTE": "text/x.schema-path", "text/x.schema-path": "text/x.schema-path",
		"STATIC": "STATIC", "text/plain": "STATIC", "EXPRESSION": "EXPRESSION", "text/x.aep-xl": "EXPRESSION",
	} {
		open(core.Switches{}).Run(t,
			servetest.Step{Call: "POST /mappingSets", Body: set(`{"sourceType":"` + kind + `","source":"a","destination":"_acme.s"}`), Status: 200, Save: "id=id"},
			servetest.Step{Call: "GET /mappingSets/{id}", Status: 200, Want: `{"mappings":[{"sourceType":"` + shown + `"}]}`},
		)
	}
}

// A set, and a list of sets, has the fields of the output schema when it is asked for them.
func TestExpandedSchema(t *testing.T) {
	const with = `{"schemaRef":{"id":"` + schemaID + `"},
		"jsonSchema":{"title":"S","properties":{"_acme":{"type":"object"}}}}`
	s := open(core.Switches{})
	for range 2 {
		s.Run(t, servetest.Step{Call: "POST /mappingSets", Body: set(column), Status: 200, Save: "id=id"})
	}
	s.Run(t,
		servetest.Step{Call: "GET /mappingSets/{id}?expandSchema=true", Status: 200, Want: `{"outputSchema":` + with + `}`},
		servetest.Step{Call: "GET /mappingSets/{id}?version=0&expandSchema=true", Status: 200,
			Want: `{"outputSchema":` + with + `}`},
		servetest.Step{Call: "GET /mappingSets?start=0&limit=1&expandSchema=true", Status: 200,
			Want: `{"data":[{"outputSchema":` + with + `}],"_links":{"next":{
				"href":"/mappingSets?expandSchema=true&limit=1&start=1"}}}`},
		servetest.Step{Call: "GET /mappingSets?start=0&limit=101&expandSchema=true", Status: 200,
			Want: `{"_page":{"limit":100}}`},
		servetest.Step{Call: "GET /mappingSets?start=0&limit=101", Status: 200, Want: `{"_page":{"limit":101}}`},
		servetest.Step{Call: "GET /mappingSets/{id}", Status: 200, Want: `{"outputSchema":{"jsonSchema":null}}`},
		servetest.Step{Call: "GET /mappingSets?start=1&limit=1", Status: 200,
			Want: `{"data":[{"outputSchema":{"jsonSchema":null}}]}`},
	)
}

// Every function has the members of the platform's listing, with parameters counted from 1.
func TestListedFunctions(t *testing.T) {
	a, err := listFunctions(open(core.Switches{}).Call())
	if err != nil {
		t.Fatal(err)
	}
	list, err := core.DecodeJSON(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list.([]any) {
		for _, name := range []string{"category", "function", "description", "syntax", "returns", "returnType"} {
			if core.Text(f, name) == "" {
				t.Errorf("%s has no %s", core.ToJSON(f), name)
			}
		}
		for i, p := range core.List(f, "params") {
			if at, _ := core.AsInt(core.At(p, "position")); at != int64(i+1) || core.Text(p, "name") == "" {
				t.Errorf("parameter %d of %s is %s", i+1, core.Text(f, "function"), core.ToJSON(p))
			}
		}
	}
	open(core.Switches{}).Run(t, servetest.Step{Call: "GET /languages/el/operators", Status: 200,
		Has: `{"description":"add","example":"x + y","methodName":"add","numberOfOperands":2,"operatorSymbol":"+"}`})
}
