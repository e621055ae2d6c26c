package emulator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
)

// Each form of Accept, on a schema with a reference, texts and a descriptor.
func TestAcceptForms(t *testing.T) {
	a := open(t, Options{})
	a.identify()
	schema := registryBase + "/tenant/schemas/" + registry.AltID(tutorialSchema)
	has := func(v any, path string) bool { return core.At(v, strings.Split(path, " ")...) != nil }
	for accept, c := range map[string]struct{ there, missing []string }{
		"xed+json; version=1":        {[]string{"allOf", "title"}, []string{"properties", "meta:descriptors"}},
		"xed+json;version=1":         {[]string{"allOf", "title"}, []string{"properties"}},
		"xed-notext+json; version=1": {[]string{"allOf"}, []string{"properties", "title"}},
		"xed-full+json; version=1": {[]string{"properties person properties name properties fullName",
			"properties _id", "title"}, []string{"allOf", "meta:descriptors"}},
		"xed-full+json; version=1.0":         {[]string{"properties person"}, []string{"allOf"}},
		"xed-full-notext+json; version=1":    {[]string{"properties person"}, []string{"allOf", "title"}},
		"xed-full-desc+json; version=1":      {[]string{"properties person", "meta:descriptors"}, []string{"allOf"}},
		"xed-deprecatefield+json; version=1": {[]string{"title"}, nil},
		"xdm-full+json; version=1": {[]string{"properties xdm:person properties xdm:name properties xdm:fullName",
			"properties @id"}, []string{"allOf", "properties person"}},
		"xdm+json; version=1": {[]string{"allOf"}, []string{"properties"}},
	} {
		r := a.do("GET", schema, nil, "Accept", "application/vnd.adobe."+accept).want(200)
		if kind, _, _ := strings.Cut(accept, ";"); !strings.HasPrefix(r.header.Get("Content-Type"),
			"application/vnd.adobe."+kind) {
			t.Errorf("%s is answered as %s", accept, r.header.Get("Content-Type"))
		}
		for _, path := range c.there {
			if !has(r.v, path) {
				t.Errorf("%s: no %s", accept, path)
			}
		}
		for _, path := range c.missing {
			if has(r.v, path) {
				t.Errorf("%s: has %s", accept, path)
			}
		}
	}
	for _, accept := range []string{"", "application/json", "*/*", "application/vnd.adobe.xed-full+json",
		"application/vnd.adobe.xed+json; version=2", "application/vnd.adobe.xed-v2+json; version=1"} {
		a.do("GET", schema, nil, "Accept", accept).refused(400, "XDM-1007-400")
	}
	list := registryBase + "/tenant/schemas"
	if r := a.do("GET", list, nil, xedID...).want(200); len(core.At(r.v, "results").([]any)[0].(object)) != 4 {
		t.Errorf("ids: %s", r.raw)
	}
	if r := a.do("GET", list, nil, listXed...).want(200); !has(core.At(r.v, "results").([]any)[0], "allOf") {
		t.Errorf("whole: %s", r.raw)
	}
	for _, accept := range []string{"", "application/json", "application/vnd.adobe.xed-full+json",
		"application/vnd.adobe.xed-id+json; version=1"} {
		a.do("GET", list, nil, "Accept", accept).refused(400, "XDM-1006-400")
	}

	descriptors := registryBase + "/tenant/descriptors"
	for accept, want := range map[string]string{
		"xdm+json": `{"xdm:descriptorIdentity":[{`, "xdm-id+json": `{"xdm:descriptorIdentity":["`,
		"xdm-link+json": `{"xdm:descriptorIdentity":["/tenant/descriptors/`,
		"xdm-v2+json":   `"results":[{`, "xdm-v2-id+json": `"results":["`,
		"xdm-v2-link+json": `"results":["/tenant/descriptors/`,
	} {
		if r := a.do("GET", descriptors, nil, "Accept",
			"application/vnd.adobe."+accept).want(200); !strings.Contains(string(r.raw), want) {
			t.Errorf("%s: %s", accept, r.raw)
		}
	}
}

// owned makes a schema with a field group of its own and says how to change it.
func (a *api) owned(field object) (schema string, patch func(ops string) reply) {
	a.t.Helper()
	g := a.post(registryBase+"/tenant/fieldgroups",
		object{"type": "object", "title": "Own", "meta:intendedToExtend": []any{registry.ClassProfile},
			"definitions": object{"d": object{"properties": object{"_aepflow": object{"type": "object",
				"properties": object{"f": field, "g": object{"type": "string"}}}}}},
			"allOf": []any{object{"$ref": "#/definitions/d"}}}).want(201).text("$id")
	schema = a.post(registryBase+"/tenant/schemas",
		object{"type": "object", "title": "Owner", "allOf": []any{object{"$ref": registry.ClassProfile}, object{"$ref": g},
			object{"$ref": registry.IdentityMapID}}}).want(201).text("$id")
	return schema, func(ops string) reply {
		return a.do("PATCH", registryBase+"/tenant/fieldgroups/"+registry.AltID(g),
			strings.ReplaceAll(ops, "$", "/definitions/d/properties/_aepflow/properties"))
	}
}

// What a schema in use may still become: more, never less.
func TestSchemasOnlyGrow(t *testing.T) {
	number := object{"type": "integer", "minimum": 0, "maximum": 1000} // a short, wider or not
	words := object{"type": "string", "enum": []any{"a", "b"}}
	for name, c := range map[string]struct {
		field object
		ops   string
		OK    bool
	}{
		"a new field":          {number, `[{"op":"add","path":"$/h","value":{"type":"string"}}]`, true},
		"another title":        {number, `[{"op":"add","path":"$/f/title","value":"F"}]`, true},
		"a wider range":        {number, `[{"op":"replace","path":"$/f/maximum","value":2000}]`, true},
		"no range":             {words, `[{"op":"remove","path":"$/f/enum"}]`, true},
		"another value":        {words, `[{"op":"add","path":"$/f/enum/-","value":"c"}]`, true},
		"a field less":         {number, `[{"op":"remove","path":"$/g"}]`, false},
		"a renamed field":      {number, `[{"op":"remove","path":"$/g"},{"op":"add","path":"$/gg","value":{"type":"string"}}]`, false},
		"another type":         {number, `[{"op":"replace","path":"$/g","value":{"type":"boolean"}}]`, false},
		"a narrower range":     {number, `[{"op":"replace","path":"$/f/maximum","value":999}]`, false},
		"a later beginning":    {number, `[{"op":"replace","path":"$/f/minimum","value":1}]`, false},
		"a value less":         {words, `[{"op":"remove","path":"$/f/enum/0"}]`, false},
		"a pattern":            {words, `[{"op":"add","path":"$/g/pattern","value":"^a"}]`, false},
		"a field moved deeper": {number, `[{"op":"remove","path":"$/g"},{"op":"add","path":"$/o","value":{"type":"object","properties":{"g":{"type":"string"}}}}]`, false},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, Options{})
			schema, patch := a.owned(c.field)
			data := object{"name": "d", "schemaRef": object{"id": schema,
				"contentType": "application/vnd.adobe.xed+json;version=1"}}
			a.post(catalogBase+"/dataSets", data).want(201)
			if r := patch(c.ops); c.OK != (r.status == 200) {
				t.Errorf("in use: %d %s", r.status, r.raw)
			}
		})
	}
	const less = `[{"op":"remove","path":"$/g"}]`
	a := open(t, Options{})
	_, patch := a.owned(number)
	patch(less).want(200) // nothing uses it yet

	for additive, want := range map[string]int{"used": 400, "data": 200, "never": 200} {
		a := open(t, Options{Switches: Switches{Additive: additive}})
		schema, patch := a.owned(number)
		a.post(catalogBase+"/dataSets", object{"name": "d",
			"schemaRef": object{"id": schema, "contentType": "application/vnd.adobe.xed+json;version=1"}}).want(201)
		if r := patch(less); r.status != want {
			t.Errorf("additive %s: %d %s", additive, r.status, r.raw)
		}
	}
}

// What may be deleted, and what Profile holds for ever.
func TestRegistryDeletes(t *testing.T) {
	a := open(t, Options{})
	schema, _ := a.owned(object{"type": "string"})
	path := registryBase + "/tenant/schemas/" + registry.AltID(schema)
	group := core.Texts(a.do("GET", path, nil, oneXed...).v, "refs")[1]
	a.delete(registryBase+"/tenant/fieldgroups/"+registry.AltID(group)).refused(400, "XDM-1400-400")
	set := a.post(catalogBase+"/dataSets", object{"name": "d",
		"schemaRef": object{"id": schema, "contentType": "application/vnd.adobe.xed+json;version=1"}}).want(201)
	a.delete(path).refused(400, "XDM-1400-400")
	a.delete(catalogBase + "/" + strings.TrimPrefix(set.v.([]any)[0].(string), "@/")).want(200)
	a.delete(path).want(204)
	a.do("GET", path, nil, oneXed...).refused(404, "XDM-1012-404")
	a.delete(registryBase + "/tenant/fieldgroups/" + registry.AltID(group)).want(204)

	a.identify()
	tutorial := registryBase + "/tenant/schemas/" + registry.AltID(tutorialSchema)
	tagged := a.do("PATCH", tutorial, `[{"op":"add","path":"/meta:immutableTags","value":["union"]}]`).want(200)
	if tagged.text("version") != "1.0" {
		t.Errorf("the tag moved the version to %s", tagged.text("version"))
	}
	a.delete(tutorial).refused(400, "XDM-1400-400")
	id := core.Text(core.List(a.do("GET", registryBase+"/tenant/descriptors", nil, "Accept",
		"application/vnd.adobe.xdm+json").v, registry.IdentityDescriptor)[0], "@id")
	a.delete(registryBase+"/tenant/descriptors/"+id).refused(400, "XDM-1527-400")
	u := a.do("GET", registryBase+"/tenant/unions/_xdm.context.profile__union", nil, fullXed...).want(200)
	for _, field := range []string{"person", "identityMap", "segmentMembership", "timeSeriesEvents"} {
		if core.At(u.v, "properties", field) == nil {
			t.Errorf("the union has no %s", field)
		}
	}
}

// An export of one organization is an import of another, under its own tenant.
func TestExportTravels(t *testing.T) {
	a := open(t, Options{Seed: seedOf(t, `{"orgs": [{"org": "B@AdobeOrg", "tenant": "beta"}],`+tutorialSeed[1:])})
	schema, _ := a.owned(object{"type": "integer"})
	exported := a.get(registryBase + "/rpc/export/" + registry.AltID(schema)).want(200)
	if strings.Contains(string(exported.raw), "aepflow") || len(exported.v.([]any)) != 2 {
		t.Errorf("export: %s", exported.raw)
	}
	a.header["X-Gw-Ims-Org-Id"] = []string{"B@AdobeOrg"}
	a.post(registryBase+"/rpc/import", string(exported.raw)).want(200)
	there := a.do("GET", registryBase+"/tenant/schemas/"+registry.AltID(strings.Replace(schema, "/aepflow/", "/beta/", 1)),
		nil, fullXed...).want(200)
	if core.Text(there.v, "properties", "_beta", "properties", "f", "meta:xdmType") != "int" {
		t.Errorf("import: %s", there.raw)
	}
}

// A body with several faults is refused for the first of them, in the order in
// which the platform is taken to look.
func TestOrderOfValidation(t *testing.T) {
	a := open(t, Options{})
	other := a.post(registryBase+"/tenant/schemas",
		object{"type": "object", "title": "Other",
			"allOf": []any{object{"$ref": registry.ClassProfile}}}).want(201).text("$id")
	wrong := a.post(prepBase+"/mappingSets", with(mappingBody(), "outputSchema.schemaRef.id", other)).want(200).text("id")
	good := a.flowParts()
	faults := []struct {
		code  string
		pairs []any
	}{
		{"FLOW-1410-400", []any{"state", "enabled"}},
		{"FLOW-1413-400", []any{"flowSpec.id", noID}},
		{"FLOW-1321-400", []any{"sourceConnectionIds", []any{noID, noID}}},
		{"FLOW-1397-400", []any{"scheduleParams.frequency", "month"}},
		{"FLOW-1360-400", []any{"scheduleParams.startTime", 1}},
		{"FLOW-1370-400", nil}, // set below: no Mapping
		{"FLOW-1425-400", []any{"transformations.1.params.mappingId", wrong}},
		{"FLOW-1367-400", []any{"transformations.0.params", object{}}},
	}
	for i := range faults {
		body := core.Clone(good).(object)
		for _, f := range faults[i:] {
			if f.code == "FLOW-1370-400" {
				if faults[i].code == f.code {
					body["transformations"] = core.List(body, "transformations")[:1]
					break
				}
				continue
			}
			body = with(body, f.pairs...)
		}
		a.post(flowsPath, body).refused(400, faults[i].code)
	}
	// Ahead of all of them stand token, key, organization and sandbox.
	ahead := []struct{ code, name, value string }{
		{"403010", "Authorization", ""}, {"403000", "x-api-key", ""}, {"400003", "x-gw-ims-org-id", ""},
		{"FLOW-2100-404", "x-sandbox-name", "none"},
	}
	for i := range ahead {
		var pairs []string
		for _, h := range ahead[i:] {
			pairs = append(pairs, h.name, h.value)
		}
		if r := a.do("POST", flowsPath, "{", pairs...); codeOf(r.raw) != ahead[i].code {
			t.Errorf("%s comes first: %s", codeOf(r.raw), r.raw)
		}
	}
}

// More calls at once than the limit wait for their turn; none is lost.
func TestCallsWaitForASlot(t *testing.T) {
	a := open(t, Options{MaxCalls: 2, Latency: 5 * time.Millisecond})
	done := make(chan int)
	for i := range 12 {
		go func() { done <- a.get(flowsPath + fmt.Sprint("?limit=", i+1)).status }()
	}
	for range 12 {
		if status := <-done; status != 200 {
			t.Errorf("status %d", status)
		}
	}
}
