package emulator

import (
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Validation answers 200 and judges each mapping by itself.
func TestValidateMappings(t *testing.T) {
	a := open(t, Options{})
	one := func(kind, source, destination string) any {
		return object{"sourceType": kind, "source": source, "destination": destination}
	}
	body := with(mappingBody(), "mappings", []any{
		one("ATTRIBUTE", "TestID", "_id"), one("ATTRIBUTE", "Name", "person.name.nickName"),
		one("EXPRESSION", "upper(Name)", "person.name.fullName"),
		one("EXPRESSION", "iif(a == null, nullify(), lower(a))", "person.nationality"), one("STATIC", "x", "no.where"),
		one("text/x.schema-path", "B", "person.birthDate"),
	})
	r := a.post(prepBase+"/mappingSets/validate", body).want(200)
	var got []string
	for _, v := range core.List(r.v, "validationResponse") {
		got = append(got, core.Text(v, "status"))
	}
	if want := []string{"SUCCESS", "FAILED", "SUCCESS", "SUCCESS", "FAILED", "SUCCESS"}; !slices.Equal(got, want) {
		t.Errorf("judged %q, want %q", got, want)
	}
	fault := core.List(core.List(r.v, "validationResponse")[1], "errors")[0]
	if core.Text(fault, "destination") != "person.name.nickName" || core.Text(fault, "source") != "Name" ||
		!strings.Contains(core.Text(fault, "exception"), "not in the schema") {
		t.Errorf("fault %s", core.ToJSON(fault))
	}
	// POST takes what it is not asked to compare, and refuses it when it is.
	a.post(prepBase+"/mappingSets", body).want(200)
	a.post(prepBase+"/mappingSets?validate=true", body).refused(400, "BadRequestError")
	open(t, Options{Switches: Switches{CheckMappings: true}}).post(prepBase+"/mappingSets", body).refused(400,
		"BadRequestError")
	a.post(prepBase+"/mappingSets", with(body, "mappings.1.destination", "_id")).refused(400, "BadRequestError")
}

// Preview evaluates mappings, and says what failed and what breaks the schema.
func TestPreview(t *testing.T) {
	a := open(t, Options{})
	set := with(mappingBody(), "mappings", []any{
		object{"sourceType": "ATTRIBUTE", "source": "First Name", "destination": "person.name.firstName"},
		object{"sourceType": "ATTRIBUTE", "source": "${b.c}", "destination": "_id"},
		object{"sourceType": "STATIC", "source": "SE", "destination": "person.nationality"},
		object{"sourceType": "EXPRESSION", "source": "upper(a)", "destination": "person.name.lastName"},
	})
	r := a.post(prepBase+"/mappingSets/preview",
		object{"data": []any{object{"First Name": "Ann", "b.c": "7", "a": "x"}, object{"b.c": "8"}},
			"mappingSet": set}).want(200)
	rows := r.v.([]any)
	if len(rows) != 2 || string(core.ToJSON(core.At(rows[0],
		"data"))) != `{"_id":"7","person":{"name":{"firstName":"Ann","lastName":"X"},"nationality":"SE"}}` {
		t.Fatalf("rows %s", r.raw)
	}
	if n, m := len(core.List(rows[0], "errors")), len(core.List(rows[1], "errors")); n != 0 || m != 2 {
		t.Errorf("%d and %d errors, want 0 and 2: %s", n, m, r.raw)
	}
	broken := with(set, "mappings.2.source", "Sweden")
	r = a.post(prepBase+"/mappingSets/preview", object{"data": object{"First Name": "Ann", "b.c": "7", "a": "x"},
		"mappingSet": broken}).want(200)
	if why := core.Text(core.List(r.v.([]any)[0], "errors")[0], "exception"); !strings.Contains(why, "does not match") {
		t.Errorf("a value that breaks the schema: %s", r.raw)
	}
	a.post(prepBase+"/mappingSets/preview", object{"data": "x", "mappingSet": set}).refused(400, "BadRequestError")
	a.post(prepBase+"/mappingSets/preview", object{"data": object{}}).refused(400, "BadRequestError")
}

// Adobe's own expressions are taken; others are not.
func TestLanguage(t *testing.T) {
	a := open(t, Options{})
	check := func(expression string) string {
		return a.post(prepBase+"/languages/el/validate", object{"expression": expression}).want(200).text("validationStatus")
	}
	for _, good := range []string{`concat("a", "b")`, `iif(total > 5, "a", 'b')`, `decode(t,"Contact",a,"")`,
		`iif(${web\.ecid} != null, to_object('ECID', x), null)`, `lower(map_get_values(m, 'k'))`} {
		if got := check(good); got != "succeeded" {
			t.Errorf("%s: %s", good, got)
		}
	}
	for _, bad := range []string{`concat("a"`, `a +`, `1 + ٣`, `"open`, `)`} {
		if got := check(bad); got != "failed" {
			t.Errorf("%s: %s", bad, got)
		}
	}
	functions := a.get(prepBase + "/languages/el/functions").want(200).v.([]any)
	operators := a.get(prepBase + "/languages/el/operators").want(200).v.([]any)
	if len(functions) < 100 || len(operators) < 10 {
		t.Errorf("%d functions, %d operators", len(functions), len(operators))
	}
	mappings := a.post(prepBase+"/mappingSets",
		with(mappingBody(), "mappings.1.sourceType", "EXPRESSION", "mappings.1.source",
			"concat(first, last)")).want(200).text("id")
	full := a.get(prepBase + "/mappingSets/" + mappings + "?expandSchema=true").want(200)
	if core.At(full.v, "outputSchema", "jsonSchema", "properties", "person") == nil {
		t.Errorf("expanded: %.300s", full.raw)
	}
	if got := core.Texts(core.List(full.v, "mappings")[1].(object), "expressionAttributes"); !slices.Equal(got,
		[]string{"first", "last"}) {
		t.Errorf("attributes of the expression: %q", got)
	}
}
