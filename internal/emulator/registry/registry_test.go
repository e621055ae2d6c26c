package registry

import (
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/servetest"
)

const (
	one  = "Accept: application/vnd.adobe.xed+json; version=1"
	full = "Accept: application/vnd.adobe.xed-full+json; version=1"
	ids  = "Accept: application/vnd.adobe.xed-id+json"
	xdm  = "Accept: application/vnd.adobe.xdm+json"

	group = `{"title":"G","type":"object","meta:intendedToExtend":["https://ns.adobe.com/xdm/context/profile"],
		"allOf":[{"$ref":"#/definitions/own"}],"definitions":{"own":{"properties":{"_acme":{"type":"object","properties":{"n":{"type":"integer"}}}}}}}`
	schema = `{"title":"S","type":"object","allOf":[{"$ref":"https://ns.adobe.com/xdm/context/profile"},{"$ref":"{group}"}]}`
)

func open() *servetest.Service { return servetest.New(core.SchemaRegistry, Routes(), core.Switches{}) }

// A field group and a schema over it: made, read raw and resolved, listed, patched,
// and deleted from the top down only.
func TestResources(t *testing.T) {
	open().Run(t,
		servetest.Step{Call: "POST /tenant/fieldgroups", Body: group, Status: 201, Save: "group=$id",
			Want: `{"meta:resourceType":"mixins","version":"1.0","meta:tenantNamespace":"_acme"}`},
		servetest.Step{Call: "POST /tenant/schemas", Body: schema, Status: 201, Save: "id=meta:altId",
			Want: `{"meta:class":"https://ns.adobe.com/xdm/context/profile"}`},
		servetest.Step{Call: "GET /tenant/schemas/{id}", Header: one, Status: 200,
			Want: `{"title":"S","allOf":[{"$ref":"https://ns.adobe.com/xdm/context/profile"},{"$ref":"{group}"}]}`},
		servetest.Step{Call: "GET /tenant/schemas/{id}", Header: full, Status: 200,
			Want: `{"properties":{"_acme":{"properties":{"n":{"type":"integer","meta:xdmType":"int"}}}}}`},
		servetest.Step{Call: "GET /tenant/schemas", Header: ids, Status: 200,
			Want: `{"results":[{"title":"S","version":"1.0"}],"_page":{"count":1,"next":null}}`},
		servetest.Step{Call: "PATCH /tenant/schemas/{id}", Body: `[{"op":"replace","path":"/title","value":"T"}]`,
			Status: 200, Want: `{"title":"T","version":"1.1"}`},
		servetest.Step{Call: "DELETE /tenant/fieldgroups/{group}", Status: 404},
		servetest.Step{Call: "DELETE /tenant/schemas/{id}", Status: 204},
		servetest.Step{Call: "GET /tenant/schemas/{id}", Header: one, Status: 404},
	)
}

func TestRefusedResources(t *testing.T) {
	s := open()
	s.Run(t, servetest.Step{Call: "POST /tenant/fieldgroups", Body: group, Status: 201, Save: "group=$id"})
	for name, c := range map[string]struct{ path, from, to, why string }{
		"no title":    {"schemas", `"title":"S",`, ``, "title is missing"},
		"taken title": {"schemas", `"S"`, `"G"`, "is taken by field group"},
		"no class": {"schemas", `{"$ref":"https://ns.adobe.com/xdm/context/profile"},`, ``,
			"allOf refers to 0 classes"},
		"unknown reference": {"schemas", `{group}`, `https://x`, "there is no resource https://x"},
		"own fields":        {"schemas", `"title"`, `"properties":{},"title"`, "a schema has no fields of its own"},
		"no namespace":      {"fieldgroups", `_acme`, `n`, "field n is outside of the tenant's namespace"},
		"no type":           {"fieldgroups", `"integer"`, `"int"`, "field n has type"},
		"no classes":        {"fieldgroups", `meta:intendedToExtend`, `x`, "meta:intendedToExtend is missing"},
		"points nowhere":    {"fieldgroups", `"own":`, `"other":`, "#/definitions/own points nowhere"},
	} {
		body := map[string]string{"schemas": schema, "fieldgroups": strings.Replace(group, `"G"`, `"H"`, 1)}[c.path]
		t.Run(name, func(t *testing.T) {
			s.Run(t, servetest.Step{Call: "POST /tenant/" + c.path, Body: strings.Replace(body, c.from, c.to, 1), Status: 400,
				Has: c.why})
		})
	}
}

func TestLists(t *testing.T) {
	s := open()
	for _, id := range []string{"a", "b", "c"} {
		s.Put(core.KindDataType, "https://ns.adobe.com/acme/datatypes/"+id,
			`{"$id":"`+id+`","title":"`+strings.ToUpper(id)+`"}`)
	}
	s.Run(t,
		servetest.Step{Call: "GET /tenant/datatypes?orderby=-title&limit=2", Header: ids, Status: 200,
			Want: `{"results":[{"title":"C"},{"title":"B"}],"_page":{"orderby":"-title","next":"B","count":2}}`},
		servetest.Step{Call: "GET /tenant/datatypes?orderby=-title&start=B", Header: ids, Status: 200,
			Want: `{"results":[{"title":"A"}],"_page":{"next":null}}`},
		servetest.Step{Call: "GET /tenant/datatypes?property=title~[BC]", Header: ids, Status: 200,
			Want: `{"_page":{"count":2}}`},
		servetest.Step{Call: "GET /tenant/datatypes?limit=501", Header: ids, Status: 400},
		servetest.Step{Call: "GET /tenant/datatypes?limit=500", Header: ids, Status: 200},
		servetest.Step{Call: "GET /tenant/datatypes", Header: one, Status: 400, Has: "a list needs"},
		servetest.Step{Call: "GET /global/classes", Header: ids, Status: 200},
	)
}

func TestDescriptors(t *testing.T) {
	s := open()
	identity := `{"@type":"xdm:descriptorIdentity","xdm:sourceSchema":"{schema}","xdm:sourceVersion":1,"xdm:sourceProperty":"/_acme/n",
		"xdm:namespace":"Email","xdm:property":"xdm:code","xdm:isPrimary":true}`
	s.Run(t,
		servetest.Step{Call: "POST /tenant/fieldgroups", Body: group, Status: 201, Save: "group=$id"},
		servetest.Step{Call: "POST /tenant/schemas", Body: schema, Status: 201, Save: "schema=$id"},
		servetest.Step{Call: "POST /tenant/descriptors", Body: identity, Status: 201, Save: "id=@id",
			Want: `{"imsOrg":"org@AdobeOrg","version":"1"}`},
		servetest.Step{Call: "POST /tenant/descriptors", Body: identity, Status: 400, Has: "has a primary identity already"},
		servetest.Step{Call: "POST /tenant/descriptors", Body: strings.Replace(identity, "/_acme/n", "/none", 1), Status: 400,
			Has: "has no field /none"},
		servetest.Step{Call: "GET /tenant/descriptors", Header: xdm, Status: 200,
			Want: `{"xdm:descriptorIdentity":[{"@id":"{id}"}]}`},
		servetest.Step{Call: "DELETE /tenant/descriptors/{id}", Status: 204},
		servetest.Step{Call: "GET /tenant/descriptors/{id}", Status: 404},
	)
}

func TestNamespaces(t *testing.T) {
	s := servetest.New(core.IdentityService, Routes(), core.Switches{})
	s.Run(t,
		servetest.Step{Call: "POST /identities", Body: `{"code":"CRM","name":"CRM id","idType":"CROSS_DEVICE"}`, Status: 200,
			Save: "id=id", Want: `{"status":"ACTIVE","custom":true}`},
		servetest.Step{Call: "GET /identities/{id}", Status: 200, Want: `{"code":"CRM"}`},
		servetest.Step{Call: "POST /identities", Body: `{"code":"email","name":"x","idType":"Email"}`, Status: 409},
		servetest.Step{Call: "POST /identities", Body: `{"code":"X","name":"x","idType":"Tin"}`, Status: 400},
		servetest.Step{Call: "GET /identities/1", Status: 404},
	)
	call := s.Call()
	AddNamespace(call, 10_000_002, core.Object{"code": "Seeded", "name": "Seeded", "idType": "DEVICE"})
	s.Run(t,
		servetest.Step{Call: "POST /identities", Body: `{"code":"Till","name":"Till","idType":"DEVICE"}`, Status: 200,
			Want: `{"id":10000003}`},
		servetest.Step{Call: "GET /identities/10000002", Status: 200, Want: `{"code":"Seeded"}`},
		servetest.Step{Call: "POST /identities", Body: `{"code":"TILL","name":"Till","idType":"DEVICE"}`, Status: 409,
			Want: `{"error":"NAMESPACE_CODE_CONFLICT","report":{"code":"INTEGRATION_CODE_EXISTS"}}`},
	)
}

// Public clients send no type; a resource has one all the same, and so do its
// own fields.
func TestTypesAreOptional(t *testing.T) {
	untyped := strings.Replace(group, `"type":"object",`, ``, 1)
	open().Run(t,
		servetest.Step{Call: "POST /tenant/fieldgroups", Body: untyped, Status: 201, Save: "group=$id", Want: `{"type":"object",
			"definitions":{"own":{"properties":{"_acme":{"meta:xdmType":"object","properties":{"n":{"type":"integer","meta:xdmType":"int"}}}}}}}`},
		servetest.Step{Call: "POST /tenant/schemas", Body: strings.Replace(schema, `"type":"object",`, ``, 1), Status: 201, Want: `{"type":"object"}`},
		servetest.Step{Call: "POST /tenant/datatypes", Body: `{"title":"D","properties":{"x":{"type":"string"}}}`, Status: 201, Want: `{"type":"object","properties":{"x":{"meta:xdmType":"string"}}}`},
		servetest.Step{Call: "POST /tenant/datatypes", Body: `{"title":"L","type":"array","items":{"type":"string"}}`, Status: 201, Want: `{"type":"array","meta:xdmType":"array"}`},
		servetest.Step{Call: "POST /tenant/classes", Body: `{"title":"C","allOf":[{"$ref":"https://ns.adobe.com/xdm/data/record"}]}`, Status: 201, Want: `{"type":"object"}`},
		servetest.Step{Call: "POST /tenant/classes", Body: `{"title":"E","type":"array","allOf":[{"$ref":"https://ns.adobe.com/xdm/data/record"}]}`, Status: 400},
		servetest.Step{Call: "POST /tenant/classes", Body: `{"title":"E","type":1,"allOf":[{"$ref":"https://ns.adobe.com/xdm/data/record"}]}`, Status: 400},
	)
}

// The tenant's container has Adobe's classes, field groups, and data types too, raw
// with the definitions of their fields, resolved with the fields themselves.
func TestStandardResources(t *testing.T) {
	s := open()
	deprecated := "Accept: application/vnd.adobe.xed-deprecatefield+json; version=1"
	for _, container := range []string{"tenant", "global"} {
		person := "GET /" + container + "/fieldgroups/_xdm.context.profile-person-details"
		s.Run(t,
			servetest.Step{Call: person, Header: one, Status: 200, Want: `{"meta:containerId":"global","allOf":[{"$ref":"#/definitions/profile-person-details"}],
				"definitions":{"profile-person-details":{"properties":{"person":{"properties":{"birthDate":{"format":"date"}}}}}}}`},
			servetest.Step{Call: person, Header: full, Status: 200, Want: `{"properties":{"person":{"properties":{"birthDate":{"format":"date"}}}}}`},
			servetest.Step{Call: person, Header: deprecated, Status: 200, Want: `{"properties":{"person":{"properties":{"birthDate":{"format":"date"}}}}}`},
			servetest.Step{Call: "GET /" + container + "/classes/_xdm.context.profile", Header: one, Status: 200, Want: `{"allOf":[{"$ref":"https://ns.adobe.com/xdm/data/record"},{"$ref":"*"},{"$ref":"#/definitions/profile"}]}`},
			servetest.Step{Call: "GET /" + container + "/datatypes/_xdm.context.person", Header: one, Status: 200, Want: `{"definitions":{"person":{"properties":{"name":{"type":"object"}}}}}`},
			servetest.Step{Call: "GET /" + container + "/schemas/_xdm.context.profile", Header: one, Status: 404},
			servetest.Step{Call: "GET /" + container + "/fieldgroups/_xdm.context.profile", Header: one, Status: 404},
		)
	}
	s.Run(t, servetest.Step{Call: "GET /global/fieldgroups?property=title==Demographic%20Details", Header: "Accept: application/vnd.adobe.xed+json", Status: 200, Has: `"definitions"`})
}

// The organization can deprecate fields of Adobe's: the form of Accept for it shows them, in the resource and in
// schemas that consist of it. Others show what Adobe deprecates.
func TestDeprecatedFields(t *testing.T) {
	s := open()
	deprecated := "Accept: application/vnd.adobe.xed-deprecatefield+json; version=1"
	person := "GET /global/fieldgroups/_xdm.context.profile-person-details"
	mine := `{"@type":"xdm:descriptorDeprecated",
		"xdm:sourceSchema":"https://ns.adobe.com/xdm/context/profile-person-details",
		"xdm:sourceVersion":1,"xdm:sourceProperty":["/person/gender","/person/name/suffix"]}`
	whole := `{"title":"S","type":"object","allOf":[{"$ref":"https://ns.adobe.com/xdm/context/profile"},
		{"$ref":"https://ns.adobe.com/xdm/context/profile-person-details"}]}`
	want := `{"properties":{"person":{"properties":{"gender":{"meta:status":"deprecated"},
		"taxId":{"meta:status":"deprecated"},"name":{"properties":{"suffix":{"meta:status":"deprecated"}}}}}}}`
	s.Run(t,
		servetest.Step{Call: "POST /tenant/schemas", Body: whole, Status: 201, Save: "schema=meta:altId"},
		servetest.Step{Call: "POST /tenant/descriptors", Body: mine, Status: 201, Save: "mark=@id"},
		servetest.Step{Call: person, Header: deprecated, Status: 200, Want: want},
		servetest.Step{Call: "GET /tenant/schemas/{schema}", Header: deprecated, Status: 200, Want: want},
		servetest.Step{Call: "DELETE /tenant/descriptors/{mark}", Status: 204},
		servetest.Step{Call: person, Header: deprecated, Status: 200,
			Want: strings.ReplaceAll(strings.Replace(want, `{"meta:status":"deprecated"}`, `{"meta:status":null}`, 1),
				`"suffix":{"meta:status":"deprecated"}`, `"suffix":{"meta:status":null}`)},
	)
}

func TestDescriptorStampsAndNamespaces(t *testing.T) {
	s := open()
	identity := `{"@type":"xdm:descriptorIdentity","xdm:sourceSchema":"{schema}","xdm:sourceVersion":1,"xdm:sourceProperty":"/_acme/n",
		"xdm:namespace":"CRM","xdm:property":"xdm:code"}`
	byID := strings.NewReplacer(`"CRM"`, `6`, "xdm:code", "xdm:id").Replace(identity)
	reference := `{"@type":"xdm:descriptorReferenceIdentity","xdm:sourceSchema":"{schema}","xdm:sourceVersion":1,"xdm:sourceProperty":"/_acme/n","xdm:identityNamespace":"CRM"}`
	s.Run(t,
		servetest.Step{Call: "POST /tenant/fieldgroups", Body: group, Status: 201, Save: "group=$id"},
		servetest.Step{Call: "POST /tenant/schemas", Body: schema, Status: 201, Save: "schema=$id"},
		servetest.Step{Call: "POST /tenant/descriptors", Body: identity, Status: 400, Has: `is not the xdm:code of a namespace`},
		servetest.Step{Call: "POST /tenant/descriptors", Body: strings.Replace(byID, `6`, `999`, 1), Status: 400, Has: `is not the xdm:id of a namespace`},
		servetest.Step{Call: "POST /tenant/descriptors", Body: reference, Status: 400, Has: "is not the code of a namespace"},
		servetest.Step{Call: "POST /tenant/descriptors", Body: byID, Status: 201},
	)
	AddNamespace(s.Call(), 1, core.MustObject([]byte(`{"code":"CRM"}`)))
	s.Run(t,
		servetest.Step{Call: "POST /tenant/descriptors", Body: reference, Status: 201},
		servetest.Step{Call: "POST /tenant/descriptors", Body: identity, Status: 201, Save: "id=@id", Want: `{"created":1801483200000,"createdUser":"client","createdClient":"client","updated":1801483200000,"updatedUser":"client"}`},
	)
	s.Env.Advance(1e9)
	s.Run(t,
		servetest.Step{Call: "PUT /tenant/descriptors/{id}", Body: identity, Status: 201},
		servetest.Step{Call: "GET /tenant/descriptors/{id}", Status: 200, Want: `{"created":1801483200000,"updated":1801483201000}`},
	)
}

// A namespace keeps its code and the kind of its identities.
func TestChangedNamespaces(t *testing.T) {
	servetest.New(core.IdentityService, Routes(), core.Switches{}).Run(t,
		servetest.Step{Call: "POST /identities", Body: `{"code":"CRM","name":"A","idType":"Cross_device"}`, Status: 200, Save: "id=id"},
		servetest.Step{Call: "PUT /identities/{id}", Body: `{"name":"B","description":"C","code":"CRM"}`, Status: 200, Want: `{"name":"B","description":"C","idType":"Cross_device"}`},
		servetest.Step{Call: "PUT /identities/{id}", Body: `{"name":"B","code":"CRN"}`, Status: 400, Has: "code cannot be changed"},
		servetest.Step{Call: "PUT /identities/{id}", Body: `{"name":"B","idType":"EMAIL"}`, Status: 400, Want: `{"report":{"code":"INVALID_REQUEST_PARAMS"}}`},
		servetest.Step{Call: "PUT /identities/6", Body: `{"name":"B"}`, Status: 404},
	)
}
