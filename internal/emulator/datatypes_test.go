package emulator

import (
	"testing"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
	"github.com/aepflow/aepflow/internal/specs"
)

var xedID = []string{"Accept", "application/vnd.adobe.xed-id+json"}

// Adobe's data types are listed, looked up and resolved, and a tenant's fields
// may be of them.
func TestGlobalDataTypes(t *testing.T) {
	a := open(t, Options{})
	all := a.do("GET", registryBase+"/global/datatypes?limit=500&orderby=title", nil, xedID...).want(200)
	if got := len(core.List(all.v, "results")); got != len(specs.XDM().DataTypes) {
		t.Errorf("%d data types listed, the model has %d", got, len(specs.XDM().DataTypes))
	}
	for id, field := range map[string]string{
		"https://ns.adobe.com/xdm/common/address":          "postalCode",
		"https://ns.adobe.com/xdm/context/person-name":     "firstName",
		"https://ns.adobe.com/xdm/context/phonenumber":     "number",
		"https://ns.adobe.com/xdm/data/measure":            "value",
		"https://ns.adobe.com/xdm/datatypes/b2b-source":    "sourceKey",
		"https://ns.adobe.com/xdm/context/identityitem":    "authenticatedState",
		"https://ns.adobe.com/xdm/context/person":          "name",
		"https://ns.adobe.com/xdm/content/productlistitem": "SKU",
	} {
		r := a.do("GET", registryBase+"/global/datatypes/"+registry.AltID(id), nil, fullXed...).want(200)
		if core.At(r.v, "properties", field) == nil || core.Text(r.v, "$id") != id ||
			core.Text(r.v, "meta:resourceType") != "datatypes" {
			t.Errorf("%s has no %s: %.300s", id, field, r.raw)
		}
	}
	for _, d := range specs.XDM().DataTypes {
		if p := registry.DataTypeProperties(d.ID); len(p) == 0 {
			t.Errorf("%s has no fields", d.ID)
		}
	}
	a.do("GET", registryBase+"/global/schemas/"+registry.AltID("https://ns.adobe.com/xdm/common/address"), nil,
		fullXed...).refused(404, "XDM-1012-404")

	g := group("With an address", "_aepflow")
	core.At(g, "definitions", "d", "properties").(object)["_aepflow"] = object{"type": "object", "properties": object{
		"delivery": object{"$ref": "https://ns.adobe.com/xdm/common/address"},
		"phones":   object{"type": "array", "items": object{"$ref": "https://ns.adobe.com/xdm/context/phonenumber"}},
	}}
	id := a.post(registryBase+"/tenant/fieldgroups", g).want(201).text("$id")
	schema := a.post(registryBase+"/tenant/schemas", object{"type": "object", "title": "Addressed", "description": "d",
		"allOf": []any{object{"$ref": registry.ClassProfile}, object{"$ref": id}}}).want(201).text("$id")
	r := a.do("GET", registryBase+"/tenant/schemas/"+registry.AltID(schema), nil, fullXed...).want(200)
	own := core.At(r.v, "properties", "_aepflow", "properties")
	if core.Text(own, "delivery", "properties", "city", "meta:xdmType") != "string" ||
		core.Text(own, "phones", "items", "properties", "number", "type") != "string" {
		t.Errorf("resolved: %s", core.ToJSON(own))
	}
	body := with(mappingBody(), "outputSchema.schemaRef.id", schema, "mappings",
		[]any{object{"sourceType": "ATTRIBUTE", "source": "City", "destination": "_aepflow.delivery.city"}})
	v := a.post(prepBase+"/mappingSets/validate", body).want(200)
	if core.Text(core.List(v.v, "validationResponse")[0], "status") != "SUCCESS" {
		t.Errorf("a mapping into the data type: %s", v.raw)
	}
}

// A class keeps its behavior once it is in use; what its behavior and the class itself give, its schemas have.
func TestClasses(t *testing.T) {
	a := open(t, Options{})
	body := func(behavior string, fields object) object {
		return object{"type": "object", "title": "Visit",
			"definitions": object{"fields": object{"properties": object{
				"_aepflow": object{"type": "object", "properties": fields}}}},
			"allOf": []any{object{"$ref": behavior}, object{"$ref": "#/definitions/fields"}}}
	}
	text := object{"type": "string"}
	made := a.post(registryBase+"/tenant/classes", body(registry.BehaviorSeries, object{"old": text})).want(201)
	class := made.text("$id")
	path := registryBase + "/tenant/classes/" + registry.AltID(class)
	has := func(r reply, fields ...string) {
		t.Helper()
		for _, field := range fields {
			if core.At(r.v, "properties", field) == nil {
				t.Errorf("%s has no %s", r.text("title"), field)
			}
		}
	}
	has(a.do("GET", path, nil, fullXed...).want(200), "_id", "timestamp", "eventType", "_aepflow")
	a.do("PUT", path, body(registry.BehaviorRecord, object{"id": text})).want(200) // nothing uses it yet

	schema := a.post(registryBase+"/tenant/schemas", object{"type": "object", "title": "Visits", "allOf": []any{
		object{"$ref": class}, object{"$ref": registry.IdentityMapID}}}).want(201).text("$id")
	has(a.do("GET", registryBase+"/tenant/schemas/"+registry.AltID(schema), nil, fullXed...).want(200),
		"_id", "identityMap", "_aepflow")
	a.post(registryBase+"/tenant/schemas", object{"type": "object", "title": "Others", "allOf": []any{
		object{"$ref": class}, object{"$ref": "https://ns.adobe.com/xdm/context/profile-person-details"}},
	}).refused(400, "XDM-1400-400")
	a.delete(path).refused(400, "XDM-1400-400")
	a.post(catalogBase+"/dataSets", object{"name": "d", "schemaRef": object{"id": schema,
		"contentType": "application/vnd.adobe.xed+json;version=1"}}).want(201)
	a.do("PUT", path, body(registry.BehaviorSeries, object{"id": text})).refused(400, "XDM-1400-400")
	a.do("PUT", path, body(registry.BehaviorRecord, object{"new": text})).refused(400, "XDM-1400-400")
	a.do("PUT", path, body(registry.BehaviorRecord, object{"id": text, "new": text})).want(200)
}
