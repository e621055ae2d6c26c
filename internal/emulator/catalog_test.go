package emulator

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

const labelsBase = "/data/foundation/dataset/datasets/"

// The labels of a dataset, and of fields of its schema.
func TestDatasetLabels(t *testing.T) {
	a := open(t, Options{})
	_, id := a.newDataset()
	path := labelsBase + id + "/labels"
	put := func(etag string, body object) reply { return a.do("PUT", path, body, "If-Match", etag) }
	option := object{"id": tutorialSchema, "contentType": "application/vnd.adobe.xed-full+json;version=1",
		"schemaPath": "/properties/person/properties/name/properties/fullName"}
	body := object{"labels": []any{"C1"}, "optionalLabels": []any{object{"option": option, "labels": []any{"C2"}}}}
	a.get(path).refused(404, "PES-404")
	put("", body).refused(400, "PES-400")
	first := put("*", body).want(200)
	got := a.get(path).want(200)
	stored, _ := core.At(got.v, "AEP:dataset:"+id).(object)
	delete(stored, "imsOrg")
	if string(core.ToJSON(stored)) != string(core.ToJSON(body)) || got.header.Get("ETag") != first.header.Get("ETag") {
		t.Errorf("labels %s with etag %s", got.raw, got.header.Get("ETag"))
	}
	second := put(got.header.Get("ETag"), object{"labels": []any{"C1", "S1"}}).want(200)
	put(got.header.Get("ETag"), body).refused(409, "PES-409")
	etag := second.header.Get("ETag")
	for _, wrong := range []object{{"labels": "C1"}, {"labels": []any{1}}, {"labels": []any{""}},
		with(body, "optionalLabels.0.option.id", "https://ns.adobe.com/aepflow/schemas/none"),
		with(body, "optionalLabels.0.option.schemaPath", "/properties/nothing"),
		with(body, "optionalLabels.0.labels", "C2")} {
		put(etag, wrong).refused(400, "PES-400")
	}
	put(etag, object{"labels": []any{}}).want(200)
	a.get(path).refused(404, "PES-404")
	put("*", body).want(200)
	a.delete(catalogBase + "/dataSets/" + id).want(200)
	a.get(path).refused(404, "PES-404")
	if all := string(core.ToJSON(a.s.Objects())); strings.Contains(all, "schemaPath") {
		t.Error("the labels outlive their dataset")
	}
	path = labelsBase + "none/labels"
	put("*", body).refused(404, "PES-404")
}

func (a *api) newDataset(pairs ...any) (path, id string) {
	a.t.Helper()
	body := with(object{"name": "d", "schemaRef": object{"id": tutorialSchema,
		"contentType": "application/vnd.adobe.xed+json;version=1"}, "tags": object{"team": []any{"crm"}}}, pairs...)
	id = strings.TrimPrefix(a.post(catalogBase+"/dataSets", body).want(201).v.([]any)[0].(string), "@/dataSets/")
	return catalogBase + "/dataSets/" + id, id
}

// Four ways to change a dataset, and what each leaves alone.
func TestDatasetChanges(t *testing.T) {
	a := open(t, Options{})
	path, id := a.newDataset("description", "old", "extensions", object{"a": object{"x": 1, "y": 2}})
	get := func() object { return core.At(a.get(path).want(200).v, id).(object) }
	tag := func() string { return core.Text(get(), "version") }

	first := tag()
	a.do("PATCH", path, object{"description": "new"}).want(200)
	if o := get(); core.Text(o, "description") != "new" || core.Text(o, "name") != "d" ||
		core.Text(o, "version") == first {
		t.Errorf("partial: %s", core.ToJSON(o))
	}
	a.do("PATCH", path, object{"extensions": object{"a": object{"x": 3}}}).want(200)
	if o := get(); string(core.ToJSON(o["extensions"])) != `{"a":{"x":3}}` {
		t.Errorf("a top-level member was merged, not replaced: %s", core.ToJSON(o["extensions"]))
	}
	a.do("PATCH", strings.Replace(path, "/dataSets", "/v2/dataSets", 1),
		object{"extensions": object{"a": object{"z": 4}, "b": object{"c": object{"d": 5}}}}).want(200)
	if o := get(); string(core.ToJSON(o["extensions"])) != `{"a":{"x":3,"z":4},"b":{"c":{"d":5}}}` {
		t.Errorf("v2 merged to %s", core.ToJSON(o["extensions"]))
	}
	jsonPatch := []string{"Content-Type", "application/json-patch+json"}
	a.do("PATCH", path, `[{"op":"add","path":"/tags/acp_validationContext","value":["disabled"]},{"op":"remove","path":"/description"}]`, jsonPatch...).want(200)
	if o := get(); len(core.Texts(core.At(o, "tags").(object), "acp_validationContext")) != 1 ||
		len(core.Texts(core.At(o, "tags").(object), "adobe/pqs/table")) != 1 || o["description"] != nil {
		t.Errorf("patched: %s", core.ToJSON(o))
	}
	a.do("PATCH", path, `[{"op":"add","path":"/none/x","value":1}]`, jsonPatch...).refused(400, "BadRequestError")
	a.do("PUT", path, object{"name": "whole",
		"schemaRef": object{"id": tutorialSchema, "contentType": "application/vnd.adobe.xed+json;version=1"}}).want(200)
	if o := get(); core.Text(o, "name") != "whole" || o["extensions"] != nil {
		t.Errorf("replaced: %s", core.ToJSON(o))
	}
	a.do("PATCH", path, object{"version": "9"}).refused(400, "BadRequestError")

	// If-Match takes the version as E-Tag has it, with quotes or without.
	a.do("PATCH", path, object{"description": "x"}, "If-Match", first).refused(412, "PreconditionFailedError")
	a.do("PATCH", path, object{"description": "x"}, "If-Match", a.get(path).header.Get("E-Tag")).want(200)
	a.do("PATCH", path, object{"description": "y"}, "If-Match", `"`+tag()+`"`).want(200)

	// A trial changes nothing; the odd answers of DELETE.
	before := tag()
	a.do("PUT", path, object{"name": "trial",
		"schemaRef": object{"id": tutorialSchema, "contentType": "application/vnd.adobe.xed+json;version=1"}}, "Pragma",
		"validate-only").want(200)
	if tag() != before {
		t.Error("a trial wrote")
	}
	if r := a.delete(path).want(200); string(r.raw) != `["@/dataSets/`+id+`"]` {
		t.Errorf("DELETE %s", r.raw)
	}
	if r := a.delete(path).want(200); string(r.raw) != `[]` {
		t.Errorf("DELETE again %s", r.raw)
	}
	a.get(path).refused(404, "NotFoundError")
}

// The filters and orders of Catalog's lists.
func TestDatasetFilters(t *testing.T) {
	a := open(t, Options{Seed: seedOf(t, strings.Replace(tutorialSeed, `"id": "6019e0e7c5dcf718db5ebc71", `,
		`"id": "6019e0e7c5dcf718db5ebc71", "tags": {"team": ["all"]}, `, 1))})
	a.newDataset("name", "alpha")
	a.newDataset("name", "beta*", "description", "x")
	a.newDataset("name", "beta2", "tags.team", []any{"web"})
	for q, want := range map[string]string{
		"name=alpha":                               "alpha",
		"name=alpha,beta2":                         "alpha beta2",
		"name=!alpha,beta2":                        "Tutorial beta*",
		"name=beta*":                               "beta* beta2",
		"name=beta**":                              "beta*",
		"property=name==alpha":                     "alpha",
		"property=name!=alpha":                     "Tutorial beta* beta2",
		"property=name~%5Ebeta":                    "beta* beta2",
		"property=description":                     "beta*",
		"property=!description":                    "Tutorial alpha beta2",
		"property=schemaRef.id==" + tutorialSchema: "Tutorial alpha beta* beta2",
		"tags=team:web":                            "beta2",
		"tags=team:*":                              "Tutorial alpha beta* beta2",
		"tags=team:crm&name=!alpha":                "beta*",
	} {
		r := a.get(catalogBase + "/dataSets?" + q).want(200)
		var got []string
		for _, o := range r.v.(object) {
			got = append(got, core.Text(o, "name"))
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", q, got, want)
		}
	}
	for _, bad := range []string{"limit=0", "limit=101", "start=-1", "orderBy=up:name", "property=name%3Dx",
		"createdAfter=yesterday"} {
		a.get(catalogBase+"/dataSets?"+bad).refused(400, "BadRequestError")
	}
	// The answer is an object, and yet printed in the order that was asked for.
	r := a.get(catalogBase + "/dataSets?orderBy=desc:name&properties=name").want(200)
	if at, last := strings.Index(string(r.raw), "beta2"), strings.Index(string(r.raw), "Tutorial"); at < 0 || at > last {
		t.Errorf("order: %s", r.raw)
	}
	for _, o := range r.v.(object) {
		if keys := slices.Collect(maps.Keys(o.(object))); len(keys) != 1 {
			t.Errorf("properties: %q", keys)
		}
	}
}
