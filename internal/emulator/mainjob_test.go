package emulator

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/flow"
	"github.com/aepflow/aepflow/internal/emulator/registry"
)

// The tutorial from sign-in to a changed schedule and back to nothing.
func TestMainJob(t *testing.T) {
	a := open(t, Options{})
	body := a.flowParts()
	made := a.post(flowBase+"/flows", body).want(201)
	id := made.text("id")
	if !strings.HasPrefix(made.text("etag"), `"`) || made.header.Get("Location") != "/flows/"+id {
		t.Errorf("answer %s, header %v", made.raw, made.header)
	}

	got := a.get(flowBase + "/flows/" + id).want(200).item()
	for _, k := range []string{"name", "description", "flowSpec", "sourceConnectionIds", "transformations",
		"scheduleParams"} {
		if !core.Same(got[k], body[k]) {
			t.Errorf("%s came back as %s, sent %s", k, core.ToJSON(got[k]), core.ToJSON(body[k]))
		}
	}
	if core.Text(got, "state") != "enabled" || core.Text(got, "etag") != made.text("etag") ||
		core.Text(got, "sandboxName") != "prod" {
		t.Errorf("stored flow: %s", core.ToJSON(got))
	}
	if s := core.Text(got, "inheritedAttributes", "sourceConnections"); s != "" {
		t.Errorf("inherited: %s", s)
	}
	base := core.At(core.List(got, "inheritedAttributes", "sourceConnections")[0], "baseConnection", "id")
	if base != tutorialConnection {
		t.Errorf("inherited base connection %v", base)
	}

	patched := a.patch(flowBase+"/flows/"+id, made.text("etag"),
		`[{"op":"replace","path":"/scheduleParams/interval","value":30},{"op":"Replace","path":"/description","value":"d"}]`).want(200)
	if patched.text("etag") == made.text("etag") {
		t.Error("a write left the etag alone")
	}
	got = a.get(flowBase + "/flows/" + id).item()
	if s, _ := core.Scalar(core.At(got, "scheduleParams", "interval")); s != "30" || core.Text(got, "description") != "d" {
		t.Errorf("after the patch: %s", core.ToJSON(got))
	}

	a.post(flowBase+"/flows/"+id+"/action?op=disable", nil).want(200)
	a.post(flowBase+"/flows/"+id+"/action?op=disable", nil).refused(400, "FLOW-1422-400")
	a.post(flowBase+"/flows/"+id+"/action?op=ENABLE", nil).want(200)

	source := core.Texts(body, "sourceConnectionIds")[0]
	a.delete(flowBase+"/sourceConnections/"+source).refused(400, "FLOW-1447-400")
	a.delete(flowBase+"/connections/"+tutorialConnection).refused(400, "FLOW-1418-400")
	a.delete(flowBase + "/flows/" + id).want(204)
	a.get(flowBase+"/flows/"+id).refused(404, "FLOW-1439-404")
	a.delete(flowBase + "/sourceConnections/" + source).want(204)
	a.delete(flowBase + "/targetConnections/" + core.Texts(body, "targetConnectionIds")[0]).want(204)
	a.delete(flowBase + "/connections/" + tutorialConnection).want(204)
	if r := a.get(flowBase + "/connections/" + tutorialConnection).want(404); r.text("errorMessage") == "" {
		t.Errorf("envelope: %s", r.raw)
	}
}

// Schema, field group, descriptor, union, dataset, mapping set: the road of an
// inline target.
func TestInlineTarget(t *testing.T) {
	a := open(t, Options{})
	group := a.post(registryBase+"/tenant/fieldgroups", `{"type":"object","title":"Loyalty fields","meta:intendedToExtend":["https://ns.adobe.com/xdm/context/profile"],
		"definitions":{"fields":{"properties":{"_aepflow":{"type":"object","properties":{"loyaltyId":{"type":"string","title":"Id"},
		"points":{"type":"integer","minimum":-2147483648,"maximum":2147483647}}}}}},"allOf":[{"$ref":"#/definitions/fields"}]}`).want(201).text("$id")
	if !strings.HasPrefix(group, "https://ns.adobe.com/aepflow/mixins/") {
		t.Errorf("field group id %s", group)
	}
	made := a.post(registryBase+"/tenant/schemas", object{"type": "object", "title": "Loyalty", "description": "x",
		"allOf": []any{
			object{"$ref": registry.ClassProfile}, object{"$ref": registry.NsRoot + "xdm/context/profile-person-details"},
			object{"$ref": group},
		}}).want(201)
	id := made.text("$id")
	if made.text("meta:class") != registry.ClassProfile || made.text("version") != "1.0" ||
		made.text("meta:altId") != registry.AltID(id) {
		t.Errorf("schema: %s", made.raw)
	}
	for _, key := range []string{url.PathEscape(id), registry.AltID(id)} {
		full := a.do("GET", registryBase+"/tenant/schemas/"+key, nil, "Accept",
			"application/vnd.adobe.xed-full+json; version=1").want(200)
		fields := map[string]registry.FieldType{}
		registry.Flatten(core.At(full.v, "properties").(object), "", fields)
		for path, kind := range map[string]string{
			"_id": "string", "person.name.fullName": "string", "person.birthDate": "date", "_repo.createDate": "date-time",
			"_aepflow.loyaltyId": "string", "_aepflow.points": "int",
		} {
			if fields[path].Xdm != kind {
				t.Errorf("%s is %q, want %q", path, fields[path].Xdm, kind)
			}
		}
		if core.At(full.v, "allOf") != nil {
			t.Error("the full form still has allOf")
		}
	}
	schemaPath := registryBase + "/tenant/schemas/" + registry.AltID(id)
	tag := `[{"op":"add","path":"/meta:immutableTags","value":["union"]}]`
	a.do("PATCH", schemaPath, tag).refused(400, "XDM-1528-400")

	a.post("/data/core/idnamespace/identities", object{"code": "CRMID", "name": "CRM", "idType": "CROSS_DEVICE"}).want(200)
	d := a.post(registryBase+"/tenant/descriptors", object{
		"@type": registry.IdentityDescriptor, "xdm:sourceSchema": id, "xdm:sourceVersion": 1,
		"xdm:sourceProperty": "/_aepflow/loyaltyId", "xdm:namespace": "CRMID", "xdm:property": "xdm:code",
		"xdm:isPrimary": true,
	}).want(201)
	if len(d.text("@id")) != 40 {
		t.Errorf("descriptor id %q", d.text("@id"))
	}
	data := object{"name": "Loyalty", "schemaRef": object{"id": id,
		"contentType": "application/vnd.adobe.xed+json;version=1"},
		"tags": object{"unifiedProfile": []any{"enabled:true"}, "unifiedIdentity": []any{"enabled:true"}}}
	a.post(catalogBase+"/dataSets", data).want(400)
	a.do("PATCH", schemaPath, tag).want(200)
	a.get(registryBase+"/tenant/unions/"+registry.AltID(registry.ClassProfile)+"__union").refused(400, "XDM-1007-400")
	union := a.do("GET", registryBase+"/tenant/unions/"+registry.AltID(registry.ClassProfile)+"__union", nil, "Accept",
		"application/vnd.adobe.xed-full+json;version=1").want(200)
	if core.At(union.v, "properties", "identityMap") == nil || core.At(union.v, "properties", "_aepflow") == nil {
		t.Errorf("union: %s", union.raw)
	}
	set := a.post(catalogBase+"/dataSets", data).want(201)
	ref, _ := set.v.([]any)[0].(string)
	datasetID := strings.TrimPrefix(ref, "@/dataSets/")
	if len(datasetID) != 24 {
		t.Errorf("dataset ref %q", ref)
	}
	got := a.get(catalogBase + "/dataSets/" + datasetID).want(200)
	if got.header.Get("E-Tag") != core.Text(got.v, datasetID, "version") {
		t.Errorf("E-Tag %q, version %q", got.header.Get("E-Tag"), core.Text(got.v, datasetID, "version"))
	}
	a.delete(schemaPath).want(400)
	a.do("PATCH", registryBase+"/tenant/fieldgroups/"+registry.AltID(group),
		`[{"op":"remove","path":"/definitions/fields/properties/_aepflow/properties/points"}]`).want(400)
	grown := a.do("PATCH", registryBase+"/tenant/fieldgroups/"+registry.AltID(group),
		`[{"op":"add","path":"/definitions/fields/properties/_aepflow/properties/tier","value":{"type":"string"}}]`).want(200)
	if grown.text("version") != "1.1" {
		t.Errorf("version %s after a change", grown.text("version"))
	}
}

func TestMappingSetEcho(t *testing.T) {
	a := open(t, Options{})
	short := a.post(prepBase+"/mappingSets", mappingBody()).want(200)
	id := short.text("id")
	if v, _ := core.AsInt(core.At(short.v, "version")); v != 0 || len(id) != 32 || core.At(short.v, "mappings") != nil {
		t.Errorf("short answer: %s", short.raw)
	}
	full := a.get(prepBase + "/mappingSets/" + id).want(200)
	m := core.List(full.v, "mappings")[0]
	if core.Text(m, "sourceType") != "text/x.schema-path" || core.Text(m, "source") != "TestID" ||
		core.Text(m, "destinationXdmPath") != "_id" {
		t.Errorf("mapping came back as %s", core.ToJSON(m))
	}
	// What was answered is taken as the next request, and makes a new version.
	again := a.do("PUT", prepBase+"/mappingSets/"+id, string(full.raw)).want(200)
	if v, _ := core.AsInt(core.At(again.v, "version")); v != 1 ||
		core.Text(core.List(again.v, "mappings")[0], "id") == core.Text(m, "id") {
		t.Errorf("after PUT: %s", again.raw)
	}
	if old := a.get(prepBase + "/mappingSets/" + id + "?version=0").want(200); core.Text(core.List(old.v, "mappings")[0],
		"id") != core.Text(m, "id") {
		t.Error("version 0 was not kept")
	}
	// The tutorial's own shape.
	a.post(prepBase+"/mappingSets", `{"version":0,"xdmSchema":"`+tutorialSchema+`","xdmVersion":"1.0","id":null,"mappings":[
		{"destinationXdmPath":"_id","sourceAttribute":"TestID","identity":false,"identityGroup":null,"namespaceCode":null,"version":0}]}`).want(200)
	a.get(prepBase + "/mappingSets").want(400)
	page := a.get(prepBase + "/mappingSets?start=0&limit=1").want(200)
	if len(core.List(page.v, "data")) != 1 ||
		core.Text(page.v, "_links", "next", "href") != "/mappingSets?limit=1&start=1" {
		t.Errorf("page: %s", page.raw)
	}
	del := a.delete(prepBase + "/mappingSets/" + id).want(204)
	if len(del.raw) != 0 {
		t.Errorf("DELETE answered %s", del.raw)
	}
	a.get(prepBase + "/mappingSets/" + id + "?version=0").want(404)
}

// A flow keeps the mapping version that it was given until it is patched.
func TestMappingVersionOfFlow(t *testing.T) {
	a := open(t, Options{})
	body := a.flowParts()
	made := a.post(flowBase+"/flows", body).want(201)
	mapping := core.Text(core.List(body, "transformations")[1], "params", "mappingId")
	path := flowBase + "/flows/" + made.text("id")
	bump := `[{"op":"replace","path":"/transformations/1/params/mappingVersion","value":1}]`
	a.patch(path, made.text("etag"), bump).refused(400, "FLOW-1412-400")
	a.do("PUT", prepBase+"/mappingSets/"+mapping, mappingBody()).want(200)
	a.patch(path, made.text("etag"), bump).want(200)
	a.delete(prepBase + "/mappingSets/" + mapping).want(400)
}

func TestClockStandsInDateHeader(t *testing.T) {
	a := open(t, Options{})
	a.s.Advance(90 * time.Minute)
	if d := a.get(flowBase + "/flows").want(200).header.Get("Date"); d != "Mon, 01 Feb 2027 13:30:00 GMT" {
		t.Errorf("Date %q", d)
	}
}

// The guide's sample replaces /transformations/0, which in a database flow is
// Copy: the delta column is gone without a word.
func TestOverwritingCopy(t *testing.T) {
	for keep, want := range map[bool]int{false: 200, true: 400} {
		a := open(t, Options{Switches: Switches{KeepCopy: keep}})
		body := a.flowParts()
		made := a.post(flowsPath, body).want(201)
		patch := string(core.ToJSON([]any{object{"op": "replace", "path": "/transformations/0",
			"value": core.List(body, "transformations")[1]}}))
		a.patch(flowsPath+"/"+made.text("id"), made.text("etag"), patch).want(want)
		if _, has := flow.Transformation(a.get(flowsPath+"/"+made.text("id")).item(), "Copy"); has != keep {
			t.Errorf("keepCopy %v: Copy is there: %v", keep, has)
		}
	}
}
