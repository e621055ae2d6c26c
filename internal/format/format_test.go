package format

import (
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/schemas"
)

// TestExplain: a path finds its key with or without the names that the user chooses, and a wrong one the nearest.
func TestExplain(t *testing.T) {
	for _, c := range []struct{ path, typ, near string }{
		{"dataflow", "a map of keys and values", ""},
		{"dataflow.schedule.interval", "an integer", ""},
		{"dataflow.columns", "a map of your own names to text or a map of keys and values", ""},
		{"dataflow.columns.originalType", "text", ""},
		{"dataflow.mappings.expression", "text", ""},
		{"dataflow.tests.given", "any value", ""},
		{"project.targets.org", "text", ""},
		{"dataflw", "", "dataflow"},
		{"dataflow.shedule.interval", "", "dataflow.schedule"},
		{"dataflow.schedule.intervall", "", "dataflow.schedule.interval"},
		{"dataflow.schedule.zzz", "", "dataflow.schedule"},
		{"dataflow.name.x", "", "dataflow.name"},
		{"", "", ""}, {".", "", ""}, {"dataflow.", "", "dataflow"}, {"Dataflow", "", "dataflow"},
		{"dataflow.\x1b[31m", "", "dataflow"},
		{strings.Repeat("dataflow.", 10_000), "", "dataflow"},
	} {
		e, near, ok := Explain(c.path)
		if ok != (c.typ != "") || e.Type != c.typ || near != c.near {
			t.Errorf("%.60q: %q, near %q", c.path, e.Type, near)
		}
	}
}

// TestExplainOf: an explanation has the limits, values, and keys of its place, in the order of the format.
func TestExplainOf(t *testing.T) {
	e, _, _ := Explain("dataflow.schedule")
	var keys []string
	for _, k := range e.Keys {
		keys = append(keys, strings.TrimPrefix(k.Path, "dataflow.schedule."))
	}
	if got := strings.Join(keys, " "); got != "frequency interval startTime backfill" {
		t.Errorf("keys %s", got)
	}
	frequency, interval := e.Keys[0], e.Keys[1]
	if !frequency.Required || interval.Required || !slices.Contains(frequency.Values, "minute") {
		t.Errorf("%+v", e.Keys)
	}
	if got := strings.Join(interval.Rules, ", "); got != "at least 1, at most 1000000" {
		t.Errorf("rules %s", got)
	}
	delta, _, _ := Explain("dataflow.delta.timezone")
	if delta.Default != "UTC" || !slices.Contains(delta.Rules, "not empty") {
		t.Errorf("%+v", delta)
	}
}

// TestPlaces: what the format says about places of a dataflow. Names that the user chooses are not part of a topic.
func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		path        document.Path
		has         bool
		keys        string
		text, other bool // what a scalar there may be
		topic       string
	}{
		{document.At("schedule"), true, "backfill frequency interval startTime", true, false, "dataflow.schedule"},
		{document.At("schedule", "interval"), true, "", false, true, "dataflow.schedule.interval"},
		{document.At("schedule", "startTime"), true, "", true, true, "dataflow.schedule.startTime"},
		{document.At("columns", "id"), true, "originalType type", true, false, "dataflow.columns"},
		{document.At("columns", "id", "type"), true, "", true, false, "dataflow.columns.type"},
		{document.At("mappings", "a", "value"), true, "", true, true, "dataflow.mappings.value"},
		{document.At("tests").Index(1).Field("name"), true, "", true, false, "dataflow.tests.name"},
		{document.At("name").Index(0), false, "", true, false, "dataflow.name"},
		{document.At("shedule", "interval"), false, "", true, false, "dataflow"},
	} {
		text, other := Scalars(schemas.KindDataflow, c.path)
		keys := strings.Join(Keys(schemas.KindDataflow, c.path), " ")
		if has := Has(schemas.KindDataflow, c.path); has != c.has || keys != c.keys || text != c.text || other != c.other {
			t.Errorf("%s: %t, keys %q, text %t, other %t", c.path, has, keys, text, other)
		}
		if topic := Topic(schemas.KindDataflow, c.path); topic != c.topic {
			t.Errorf("%s: topic %s", c.path, topic)
		}
	}
}

// TestKindOf: a misspelled key of a kind counts, a value that is not one does not.
func TestKindOf(t *testing.T) {
	for _, c := range []struct {
		text, kind string
		ok         bool
	}{
		{"name: a", "Dataflow", true}, {"kind: Schema", "Schema", true}, {"knid: Schema", "Schema", true},
		{"kind: Shema", "", false}, {"kind: [Schema]", "", false}, {"kind: Project", "", false},
		{"knid: x", "Dataflow", true}, {"title: Schema", "Dataflow", true},
		{"- a", "Dataflow", true}, {`kind: "Schema\0"`, "", false},
	} {
		docs, _ := document.Parse(source.NewFile("a.yaml", []byte(c.text)))
		if kind, ok := KindOf(docs[0]); kind != c.kind || ok != c.ok {
			t.Errorf("%s: %q, %t", c.text, kind, ok)
		}
		if order := KeyOrder(docs[0], nil); (len(order) > 0) != c.ok {
			t.Errorf("%s: order %q", c.text, order)
		}
	}
}

// TestInWords: every type of a JSON Schema has words.
func TestInWords(t *testing.T) {
	types := []string{"string", "integer", "number", "boolean", "object", "array", "null"}
	const want = "text, an integer, a number, true or false, a map of keys and values, a list or nothing"
	if got := InWords(types); got != want {
		t.Errorf("got %q", got)
	}
}
