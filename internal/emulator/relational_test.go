package emulator

import (
	"testing"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
)

const (
	schemasPath     = registryBase + "/tenant/schemas"
	descriptorsPath = registryBase + "/tenant/descriptors"
)

// relationalBody is a relational schema of events.
func relationalBody() object {
	return object{"type": "object", "title": "Orders", "meta:extends": []any{registry.BehaviorRelational},
		"meta:behaviorType": "time-series",
		"definitions": object{"orders": object{"type": "object", "required": []any{"id", "seq", "at"}, "properties": object{
			"id": object{"type": "string", "minLength": 1}, "seq": object{"type": "integer"},
			"at":   object{"type": "string", "format": "date-time"},
			"city": object{"type": "object", "properties": object{"name": object{"type": "string"}}},
		}}},
		"allOf": []any{object{"$ref": "#/definitions/orders", "meta:xdmType": "object"}}}
}

func relationalWith(pairs ...any) func(*api) reply {
	return func(a *api) reply { return a.post(schemasPath, with(relationalBody(), pairs...)) }
}

// describe posts a descriptor of a new relational schema, with changes.
func describe(kind string, property any, pairs ...any) func(*api) reply {
	return func(a *api) reply {
		id := relationalWith()(a).want(201).text("$id")
		return a.describe(id, kind, property, pairs...)
	}
}

func (a *api) describe(schema, kind string, property any, pairs ...any) reply {
	a.t.Helper()
	return a.post(descriptorsPath, with(object{"@type": "xdm:" + kind, "xdm:sourceSchema": schema,
		"xdm:sourceProperty": property}, pairs...))
}

// described posts a descriptor of the tutorial's schema, with changes.
func described(kind string, property any, pairs ...any) func(*api) reply {
	return func(a *api) reply {
		return a.describe(tutorialSchema, kind, property, append([]any{"xdm:sourceVersion", 1}, pairs...)...)
	}
}

const fullName = "/person/name/fullName"

var schemaRefusals = []refusalCase{
	{"XDM-1400-400", "a relational schema with a class",
		relationalWith("allOf", []any{object{"$ref": registry.ClassProfile}})},
	{"XDM-1400-400", "a relational schema of another behavior", relationalWith("meta:behaviorType", "adhoc")},
	{"XDM-1400-400", "a relational schema below the tenant", relationalWith("definitions.orders.properties",
		object{"_aepflow": object{"type": "object", "properties": object{"id": object{"type": "string"}}}})},
	{"XDM-1400-400", "a required field that does not exist", relationalWith("definitions.orders.required", []any{"none"})},
	{"XDM-1400-400", "a primary key of a schema with a class", described("descriptorPrimaryKey", fullName)},
	{"XDM-1400-400", "a primary key that is not required", describe("descriptorPrimaryKey", []any{"/city", "/at"})},
	{"XDM-1400-400", "a primary key below the root", describe("descriptorPrimaryKey", []any{"/city/name", "/at"})},
	{"XDM-1400-400", "a primary key of events without their time", describe("descriptorPrimaryKey", []any{"/id", "/seq"})},
	{"XDM-1400-400", "a primary key of events of one field", describe("descriptorPrimaryKey", "/at")},
	{"XDM-1400-400", "a version of several fields", describe("descriptorVersion", []any{"/id", "/seq"})},
	{"XDM-1400-400", "a timestamp that is not a time", describe("descriptorTimestamp", "/seq")},
	{"XDM-1400-400", "a timestamp of records", func(a *api) reply {
		id := relationalWith("meta:behaviorType", nil)(a).want(201).text("$id")
		return a.describe(id, "descriptorTimestamp", "/at")
	}},
	{"XDM-1400-400", "two versions", func(a *api) reply {
		id := relationalWith()(a).want(201).text("$id")
		a.describe(id, "descriptorVersion", "/seq").want(201)
		return a.describe(id, "descriptorVersion", "/at")
	}},
	{"XDM-1855-400", "a version that is a key", func(a *api) reply {
		id := relationalWith()(a).want(201).text("$id")
		a.describe(id, "descriptorPrimaryKey", []any{"/id", "/at"}).want(201)
		return a.describe(id, "descriptorVersion", "/id")
	}},
	{"XDM-1855-400", "a key with the version", func(a *api) reply {
		id := relationalWith()(a).want(201).text("$id")
		a.describe(id, "descriptorVersion", "/seq").want(201)
		return a.describe(id, "descriptorPrimaryKey", []any{"/id", "/at", "/seq"})
	}},

	{"XDM-1400-400", "a descriptor without a version", described("alternateDisplayInfo", fullName,
		"xdm:sourceVersion", nil, "xdm:title", object{"en_us": "Name"})},
	{"XDM-1400-400", "a friendly name as text", described("alternateDisplayInfo", fullName, "xdm:title", "Name")},
	{"XDM-1400-400", "a display descriptor that says nothing", described("alternateDisplayInfo", fullName)},
	{"XDM-1400-400", "labels as text", described("descriptorLabel", fullName, "xdm:labels", "C1")},
	{"XDM-1400-400", "no labels", described("descriptorLabel", fullName, "xdm:labels", []any{})},
	{"XDM-1400-400", "a relationship to nothing", described("descriptorOneToOne", fullName,
		"xdm:destinationSchema", "https://ns.adobe.com/aepflow/schemas/none")},
	{"XDM-1400-400", "a relationship to a field that does not exist", described("descriptorOneToOne", fullName,
		"xdm:destinationSchema", tutorialSchema, "xdm:destinationProperty", "/none")},
	{"XDM-1400-400", "a relationship to another version", described("descriptorOneToOne", fullName,
		"xdm:destinationSchema", tutorialSchema, "xdm:destinationVersion", 2)},
	{"XDM-1400-400", "a relationship without cardinality", described("descriptorRelationship", fullName,
		"xdm:destinationSchema", tutorialSchema)},
	{"XDM-1400-400", "an unknown cardinality", described("descriptorRelationship", fullName,
		"xdm:destinationSchema", tutorialSchema, "xdm:cardinality", "M:N")},
	{"XDM-1400-400", "a relationship by an unknown namespace", described("descriptorRelationship", fullName,
		"xdm:destinationSchema", tutorialSchema, "xdm:cardinality", "M:1", "xdm:destinationNamespace", "None")},
	{"XDM-1400-400", "a relationship by namespace of one to one", described("descriptorRelationship", fullName,
		"xdm:destinationSchema", tutorialSchema, "xdm:cardinality", "1:1", "xdm:destinationNamespace", "Email")},
	{"XDM-1400-400", "a relationship from below the root", func(a *api) reply {
		id := relationalWith()(a).want(201).text("$id")
		return a.describe(id, "descriptorRelationship", "/city/name", "xdm:sourceVersion", 1,
			"xdm:destinationSchema", id, "xdm:cardinality", "M:1")
	}},
	{"XDM-1400-400", "an unknown granularity", described("descriptorTimeSeriesGranularity", nil,
		"xdm:granularity", "week", "xdm:ianaTimezone", "UTC")},
}

// A relational schema with its descriptors, in the order of the guide, and how it grows.
func TestRelationalSchema(t *testing.T) {
	a := open(t, Options{})
	made := relationalWith()(a).want(201)
	id := made.text("$id")
	if made.text("meta:behaviorType") != "time-series" || made.text("meta:class") != registry.BehaviorRelational {
		t.Errorf("schema %s", made.raw)
	}
	full := a.do(
		"GET", schemasPath+"/"+registry.AltID(id), nil, "Accept", "application/vnd.adobe.xed-full+json; version=1",
	).
		want(200)
	if core.Text(full.v, "properties", "at", "meta:xdmType") != "date-time" || len(core.List(full.v, "required")) != 3 {
		t.Errorf("resolved %s", full.raw)
	}
	key := a.describe(id, "descriptorPrimaryKey", []any{"/id", "/at"}).want(201)
	a.describe(id, "descriptorVersion", "/seq").want(201)
	a.describe(id, "descriptorTimestamp", "/at").want(201)
	a.describe(id, "descriptorRelationship", "/id", "xdm:sourceVersion", 1, "xdm:destinationSchema", id,
		"xdm:cardinality", "M:0", "xdm:sourceToDestinationName", "Order").want(201)
	again := object{"@type": "xdm:descriptorPrimaryKey", "xdm:sourceSchema": id, "xdm:sourceProperty": []any{"/id", "/at"}}
	a.do("PUT", descriptorsPath+"/"+key.text("@id"), again).want(201)
	// Fields can be added, and removed until there are data.
	patch := func(ops string) reply { return a.do("PATCH", schemasPath+"/"+registry.AltID(id), ops) }
	dataset := a.post(catalogBase+"/dataSets", object{"name": "orders", "schemaRef": object{"id": id,
		"contentType": "application/vnd.adobe.xed+json;version=1"}}).want(201)
	patch(`[{"op":"add","path":"/definitions/orders/properties/note","value":{"type":"string"}}]`).want(200)
	patch(`[{"op":"remove","path":"/definitions/orders/properties/note"}]`).want(200)
	patch(`[{"op":"add","path":"/definitions/orders/properties/note","value":{"type":"string"}}]`).want(200)
	sp := a.s.env.Space(a.s.env.Orgs[0], a.s.env.Orgs[0].Sandbox("prod"))
	sp.Mu.Lock()
	datasetID := dataset.v.([]any)[0].(string)[len("@/dataSets/"):]
	sp.Put(core.KindBatch, "b", start.UnixMilli(), object{"dataSetId": datasetID, "status": "success"})
	sp.Mu.Unlock()
	patch(`[{"op":"remove","path":"/definitions/orders/properties/note"}]`).refused(400, "XDM-1400-400")
}

// Descriptors of every other type on a schema with a class.
func TestDescriptorTypes(t *testing.T) {
	a := open(t, Options{})
	for _, do := range []func(*api) reply{
		described("alternateDisplayInfo", fullName, "xdm:title", object{"en_us": "Name"}, "meta:enum", object{"a": "A"}),
		described("alternateDisplayInfo", fullName, "xdm:excludeMetaEnum", object{"a": "A"}),
		described("descriptorOneToOne", fullName, "xdm:destinationSchema", tutorialSchema, "xdm:destinationVersion", 1),
		described("descriptorRelationship", fullName, "xdm:destinationSchema", tutorialSchema, "xdm:destinationProperty",
			fullName, "xdm:cardinality", "M:1", "xdm:destinationNamespace", "Email", "xdm:destinationVersion", 1),
		described("descriptorReferenceIdentity", fullName, "xdm:identityNamespace", "Email"),
		described("descriptorDeprecated", []any{fullName, "/person/name"}),
		described("descriptorLabel", fullName, "xdm:labels", []any{"C2", "I1"}),
		described("descriptorTimeSeriesGranularity", nil, "xdm:granularity", "hour", "xdm:ianaTimezone", "Europe/Stockholm"),
	} {
		made := do(a).want(201)
		got := a.get(descriptorsPath + "/" + made.text("@id")).want(200)
		if core.Text(got.v, "@type") != made.text("@type") {
			t.Errorf("read %s, made %s", got.raw, made.raw)
		}
	}
	// Field groups have labels too, which go with them.
	group := a.post(registryBase+"/tenant/fieldgroups", object{"type": "object", "title": "Labeled",
		"meta:intendedToExtend": []any{registry.ClassProfile}, "definitions": object{"own": object{"properties": object{
			"_aepflow": object{"type": "object", "properties": object{"tag": object{"type": "string"}}}}}},
		"allOf": []any{object{"$ref": "#/definitions/own"}}}).want(201).text("$id")
	label := a.describe(group, "descriptorLabel", "/_aepflow/tag", "xdm:sourceVersion", 1, "xdm:labels", []any{"C1"}).
		want(201).text("@id")
	a.delete(registryBase + "/tenant/fieldgroups/" + registry.AltID(group)).want(204)
	a.get(descriptorsPath+"/"+label).refused(404, "XDM-1016-404")
}

// What a schema's own fields can be: data types, arrays of them, maps, enums with labels,
// suggestions, lengths, defaults, formats.
func TestFieldShapes(t *testing.T) {
	a := open(t, Options{})
	kind := a.post(registryBase+"/tenant/datatypes", object{"type": "object", "title": "Place",
		"properties": object{"_aepflow": object{"type": "object", "properties": object{"city": object{"type": "string"}}}},
	}).want(201).text("$id")
	fields := object{
		"home":   object{"title": "Home", "$ref": kind},
		"places": object{"type": "array", "items": object{"$ref": kind, "type": "object"}},
		"rates":  object{"type": "object", "additionalProperties": object{"type": "string"}, "meta:xdmType": "map"},
		"size":   object{"type": "string", "enum": []any{"s", "m"}, "meta:enum": object{"s": "Small", "m": "Medium"}},
		"colour": object{"type": "string", "meta:enum": object{"r": "Red"}, "default": "r", "examples": []any{"r"}},
		"tags":   object{"type": "array", "items": object{"type": "string", "minLength": 1, "maxLength": 9, "pattern": "^a"}},
		"mail":   object{"type": "string", "format": "email", "meta:status": "deprecated"},
		"age":    object{"type": "integer", "minimum": 0, "maximum": 150},
	}
	class := a.post(registryBase+"/tenant/classes", object{"type": "object", "title": "Thing",
		"allOf": []any{object{"$ref": "https://ns.adobe.com/xdm/data/record"}}}).want(201).text("$id")
	group := a.post(registryBase+"/tenant/fieldgroups", object{"type": "object", "title": "Things",
		"meta:intendedToExtend": []any{class}, "definitions": object{"own": object{"properties": object{
			"_aepflow": object{"type": "object", "properties": fields}}}},
		"allOf": []any{object{"$ref": "#/definitions/own"}}}).want(201).text("$id")
	schema := a.post(schemasPath, object{"type": "object", "title": "Thing schema",
		"allOf": []any{object{"$ref": class}, object{"$ref": group}}}).want(201).text("$id")
	full := a.do("GET", schemasPath+"/"+registry.AltID(schema), nil, "Accept",
		"application/vnd.adobe.xed-full+json; version=1").want(200)
	for path, want := range map[[3]string]any{
		{"home", "meta:xdmType"}: "object", {"places", "meta:xdmType"}: "array", {"rates", "meta:xdmType"}: "map",
		{"size", "meta:enum", "s"}: "Small", {"colour", "default"}: "r", {"tags", "items", "pattern"}: "^a",
		{"mail", "meta:status"}: "deprecated", {"mail", "format"}: "email",
	} {
		at := []string{"properties", "_aepflow", "properties"}
		for _, step := range path {
			if step != "" {
				at = append(at, step)
			}
		}
		if got := core.At(full.v, at...); got != want {
			t.Errorf("%v is %v, want %v", path, got, want)
		}
	}
}
