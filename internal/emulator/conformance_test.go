package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v4"
)

// The platform's own OpenAPI files are not part of this project. Their folder
// is named by the environment; without it this test has nothing to compare
// with.
const openAPIDir = "AEPFLOW_OPENAPI_DIR"

// world is what the conformance calls stand on.
type world struct {
	*api
	connection, source, target, flow, run, mapping, mappingItem, dataset, batch string
	schema, group, class, datatype, descriptor                                  string
}

func buildWorld(t *testing.T) *world {
	a := open(t, Options{Sources: []Source{writeFixtures(t)["csv"]}})
	w := &world{api: a, connection: tutorialConnection, dataset: tutorialDataset, schema: tutorialSchema}
	a.identify()
	a.do("PATCH", registryBase+"/tenant/schemas/"+registry.AltID(tutorialSchema),
		`[{"op":"add","path":"/meta:immutableTags","value":["union"]}]`).want(200)
	body := w.parts(start.Unix() + 3600)
	w.flow = a.post(flowsPath, body).want(201).text("id")
	w.source, w.target = core.Texts(body, "sourceConnectionIds")[0], core.Texts(body, "targetConnectionIds")[0]
	w.mapping = core.Text(core.List(body, "transformations")[1], "params", "mappingId")
	w.mappingItem = core.Text(core.List(a.get(prepBase+"/mappingSets/"+w.mapping).v, "mappings")[0], "id")
	w.group = a.post(registryBase+"/tenant/fieldgroups", group("World group", "_aepflow")).text("$id")
	w.class = a.post(registryBase+"/tenant/classes", object{"type": "object", "title": "World class", "description": "d",
		"allOf": []any{object{"$ref": registry.BehaviorRecord}}}).want(201).text("$id")
	w.datatype = a.post(registryBase+"/tenant/datatypes",
		object{"type": "object", "title": "World type",
			"properties": object{"x": object{"type": "string"}}}).want(201).text("$id")
	w.descriptor = core.Text(core.List(a.do("GET", registryBase+"/tenant/descriptors", nil, "Accept",
		"application/vnd.adobe.xdm+json").v, registry.IdentityDescriptor)[0], "@id")
	a.s.Advance(90 * time.Minute)
	runs := a.runsOf(w.flow)
	w.run = core.Text(runs[0], "id")
	w.batch = slices.Min(slices.Collect(maps.Keys(a.get(catalogBase + "/batches?dataSet=" + w.dataset).v.(object))))
	return w
}

// parts is the tutorial's flow with its interval as a text, which is what the
// file says; numbers are answered as numbers.
func (w *world) parts(at int64) object {
	return with(w.flowParts(), "scheduleParams.startTime", at, "scheduleParams.interval", "15")
}

type conformCall struct {
	spec, method, template string
	do                     func(w *world) reply
}

const (
	specFlow     = "flow-service.yaml"
	specRegistry = "schema-registry.yaml"
	specCatalog  = "catalog.yaml"
	specPrep     = "data-prep.yaml"
	specSandbox  = "sandbox.yaml"
)

var (
	listXed = []string{"Accept", "application/vnd.adobe.xed+json"}
	fullXed = []string{"Accept", "application/vnd.adobe.xed-full+json; version=1"}
	oneXed  = []string{"Accept", "application/vnd.adobe.xed+json; version=1"}
)

func (w *world) etag(path string) string { return core.Text(w.get(flowBase+path).item(), "etag") }

func (w *world) patchOne(path string) reply {
	return w.patch(flowBase+path, w.etag(path), `[{"op":"add","path":"/description","value":"n"}]`)
}

// throwaway makes what a DELETE is to remove.
func (w *world) throwaway(k string) string {
	switch k {
	case "connections":
		id, _ := w.tryCreate("throwaway")
		return id
	case "sourceConnections":
		return w.post(flowBase+"/sourceConnections", sourceBody()).want(201).text("id")
	case "targetConnections":
		return w.post(flowBase+"/targetConnections", targetBody()).want(201).text("id")
	case "flows":
		return w.post(flowsPath, w.parts(start.Unix()+90000)).want(201).text("id")
	case "schemas":
		return w.post(registryBase+"/tenant/schemas",
			object{"type": "object", "title": "T" + w.s.env.NewHex(8), "description": "d",
				"allOf": []any{object{"$ref": registry.ClassProfile}}}).want(201).text("$id")
	case "fieldgroups":
		return w.post(registryBase+"/tenant/fieldgroups", group("T"+w.s.env.NewHex(8), "_aepflow")).want(201).text("$id")
	case "classes":
		return w.post(registryBase+"/tenant/classes",
			object{"type": "object", "title": "T" + w.s.env.NewHex(8), "description": "d",
				"allOf": []any{object{"$ref": registry.BehaviorRecord}}}).want(201).text("$id")
	case "datatypes":
		return w.post(registryBase+"/tenant/datatypes",
			object{"type": "object", "title": "T" + w.s.env.NewHex(8),
				"properties": object{"x": object{"type": "string"}}}).want(201).text("$id")
	}
	panic(k)
}

func conformCalls() []conformCall {
	var calls []conformCall
	add := func(spec, method, template string, do func(w *world) reply) {
		calls = append(calls, conformCall{spec, method, template, do})
	}
	flow := func(method, template string, do func(w *world) reply) { add(specFlow, method, template, do) }
	get := func(base, path string, headers ...string) func(*world) reply {
		return func(w *world) reply { return w.do("GET", base+path, nil, headers...) }
	}
	// Flow Service
	for _, k := range []struct {
		path, id, param string
		of              func(*world) string
	}{
		{"/connections", "{BASE_CONNECTION_ID}", "", func(w *world) string { return w.connection }},
		{"/sourceConnections", "{SOURCE_CONNECTION_ID}", "", func(w *world) string { return w.source }},
		{"/targetConnections", "{TARGET_CONNECTION_ID}", "", func(w *world) string { return w.target }},
		{"/flows", "{FLOW_ID}", "", func(w *world) string { return w.flow }},
	} {
		one := k.path + "/" + k.id
		change := one
		if k.path == "/connections" {
			change += "/"
		}
		flow("GET", k.path, get(flowBase, k.path))
		flow("GET", one, func(w *world) reply { return w.get(flowBase + k.path + "/" + k.of(w)) })
		flow("PATCH", change, func(w *world) reply { return w.patchOne(k.path + "/" + k.of(w)) })
		flow("DELETE", change, func(w *world) reply { return w.delete(flowBase + k.path + "/" + w.throwaway(k.path[1:])) })
		flow("POST", one+"/action", func(w *world) reply {
			if k.path == "/flows" {
				return w.post(flowBase+k.path+"/"+k.of(w)+"/action?op=disable", nil)
			}
			bodies := map[string]object{"/sourceConnections": sourceBody(), "/targetConnections": targetBody(),
				"/connections": {"name": "d", "connectionSpec": object{"id": bigQuery, "version": "1.0"},
					"auth": object{"specName": "Service Authentication", "params": object{"projectId": "p", "keyFileContent": "k"}}}}
			id := w.post(flowBase+k.path+"?mode=draft", bodies[k.path]).want(201).text("id")
			return w.post(flowBase+k.path+"/"+id+"/action?op=publish", nil)
		})
	}
	flow("POST", "/connections", func(w *world) reply {
		return w.post(flowBase+"/connections", object{"name": "c", "connectionSpec": object{"id": bigQuery, "version": "1.0"},
			"auth": object{"specName": "Service Authentication", "params": object{"projectId": "p", "keyFileContent": "k"}}})
	})
	flow("POST", "/sourceConnections", func(w *world) reply { return w.post(flowBase+"/sourceConnections", sourceBody()) })
	flow("POST", "/targetConnections", func(w *world) reply { return w.post(flowBase+"/targetConnections", targetBody()) })
	flow("POST", "/flows", func(w *world) reply { return w.post(flowsPath, w.parts(start.Unix()+90000)) })
	flow("POST", "/connections/search", func(w *world) reply {
		return w.post(flowBase+"/connections/search", object{"limit": 10, "queryString": "property=name==BigQuery"})
	})
	flow("POST", "/flows/search", func(w *world) reply { return w.post(flowBase+"/flows/search", object{"limit": 10}) })
	flow("POST", "/flowSpecs/search", func(w *world) reply {
		return w.post(flowBase+"/flowSpecs/search",
			object{"limit": 10})
	})
	flow("GET", "/connections/{BASE_CONNECTION_ID}/test",
		func(w *world) reply { return w.get(flowBase + "/connections/" + w.connection + "/test") })
	flow("GET", "/connections/{BASE_CONNECTION_ID}/explore", func(w *world) reply {
		return w.get(flowBase + "/connections/" + w.connection + "/explore?objectType=root")
	})
	flow("GET", "/connections/{BASE_CONNECTION_ID}/configs",
		func(w *world) reply { return w.get(flowBase + "/connections/" + w.connection + "/configs") })
	flow("GET", "/flowSpecs", get(flowBase, "/flowSpecs"))
	flow("GET", "/flowSpecs/{FLOW_SPEC_ID}", get(flowBase, "/flowSpecs/14518937-270c-4525-bdec-c2ba7cce3860"))
	flow("GET", "/connectionSpecs", get(flowBase, "/connectionSpecs"))
	flow("GET", "/connectionSpecs/{CONNECTION_SPEC_ID}", get(flowBase, "/connectionSpecs/"+bigQuery))
	flow("GET", "/connectionSpecs/{CONNECTION_SPEC_ID}/explore",
		get(flowBase, "/connectionSpecs/26f526f2-58f4-4712-961d-e41bf1ccc0e8/explore?objectType=root"))
	flow("GET", "/connectionSpecs/{CONNECTION_SPEC_ID}/configs", get(flowBase, "/connectionSpecs/"+bigQuery+"/configs"))
	flow("GET", "/runs", get(flowBase, "/runs"))
	flow("GET", "/runs/{RUN_ID}", func(w *world) reply { return w.get(flowBase + "/runs/" + w.run) })
	flow("POST", "/runs", func(w *world) reply {
		id := w.post(flowsPath, with(onceFlow(w.api), "scheduleParams",
			object{"frequency": "once", "startTime": start.Unix() + 90000})).want(201).text("id")
		return w.post(flowBase+"/runs", object{"flowId": id,
			"params": object{"startTime": 1, "windowStartTime": 1, "windowEndTime": 2,
				"deltaColumn": object{"name": "Datefield"}}})
	})
	flow("POST", "/runs/{RUN_ID}/action", func(w *world) reply {
		id, _ := w.flowAgain()
		w.post("/_emulator/runfaults", object{"flow": id}).want(200)
		w.s.Advance(2 * time.Hour)
		return w.post(flowBase+"/runs/"+core.Text(w.runsOf(id)[0], "id")+"/action?op=re-trigger", nil)
	})

	// Schema Registry
	reg := func(method, template string, do func(w *world) reply) { add(specRegistry, method, template, do) }
	reg("GET", "/stats", get(registryBase, "/stats"))
	for _, k := range []struct {
		path, id string
		of       func(*world) string
	}{
		{"schemas", "{SCHEMA_ID}", func(w *world) string { return w.schema }},
		{"fieldgroups", "{FIELD_GROUP_ID}", func(w *world) string { return w.group }},
		{"mixins", "{MIXIN_ID}", func(w *world) string { return w.group }},
		{"classes", "{CLASS_ID}", func(w *world) string { return w.class }},
		{"datatypes", "{DATA_TYPE_ID}", func(w *world) string { return w.datatype }},
	} {
		kind := strings.Replace(k.path, "mixins", "fieldgroups", 1)
		reg("GET", "/{CONTAINER_ID}/"+k.path, get(registryBase, "/tenant/"+k.path, listXed...))
		reg("GET", "/{CONTAINER_ID}/"+k.path+"/"+k.id, func(w *world) reply {
			return w.do("GET", registryBase+"/tenant/"+k.path+"/"+url.PathEscape(k.of(w)), nil, fullXed...)
		})
		body := func(w *world, id string) object {
			o := w.do("GET", registryBase+"/tenant/"+kind+"/"+registry.AltID(id), nil, oneXed...).want(200).v.(object)
			delete(o, "meta:immutableTags")
			return o
		}
		reg("POST", "/tenant/"+k.path, func(w *world) reply {
			return w.post(registryBase+"/tenant/"+k.path, with(body(w, w.throwaway(kind)), "title", "P"+w.s.env.NewHex(8)))
		})
		one := "/tenant/" + k.path + "/" + k.id
		reg("PUT", one, func(w *world) reply {
			id := w.throwaway(kind)
			return w.do("PUT", registryBase+"/tenant/"+k.path+"/"+registry.AltID(id), body(w, id))
		})
		reg("PATCH", one, func(w *world) reply {
			return w.do("PATCH", registryBase+"/tenant/"+k.path+"/"+registry.AltID(w.throwaway(kind)),
				`[{"op":"add","path":"/description","value":"x"}]`)
		})
		reg("DELETE", one, func(w *world) reply {
			return w.delete(registryBase + "/tenant/" + k.path + "/" + registry.AltID(w.throwaway(kind)))
		})
	}
	reg("GET", "/global/behaviors", get(registryBase, "/global/behaviors", listXed...))
	reg("GET", "/global/behaviors/{BEHAVIOR_ID}", get(registryBase, "/global/behaviors/_xdm.data.record", oneXed...))
	reg("GET", "/tenant/unions", get(registryBase, "/tenant/unions", listXed...))
	reg("GET", "/tenant/unions/{UNION_ID}", get(registryBase, "/tenant/unions/_xdm.context.profile__union", fullXed...))
	reg("GET", "/{CONTAINER_ID}/descriptors",
		get(registryBase, "/tenant/descriptors", "Accept", "application/vnd.adobe.xdm+json"))
	reg("GET", "/{CONTAINER_ID}/descriptors/{DESCRIPTOR_ID}",
		func(w *world) reply { return w.get(registryBase + "/tenant/descriptors/" + w.descriptor) })
	descriptor := func(w *world) object {
		return object{"@type": "xdm:alternateDisplayInfo", "xdm:sourceSchema": w.schema, "xdm:sourceVersion": 1,
			"xdm:sourceProperty": "/person/name/fullName", "xdm:title": object{"en_us": "Name"}}
	}
	reg("POST", "/tenant/descriptors", func(w *world) reply {
		return w.post(registryBase+"/tenant/descriptors",
			descriptor(w))
	})
	reg("PUT", "/tenant/descriptors/{DESCRIPTOR_ID}", func(w *world) reply {
		id := w.post(registryBase+"/tenant/descriptors", descriptor(w)).want(201).text("@id")
		return w.do("PUT", registryBase+"/tenant/descriptors/"+id, descriptor(w))
	})
	reg("DELETE", "/tenant/descriptors/{DESCRIPTOR_ID}", func(w *world) reply {
		return w.delete(registryBase + "/tenant/descriptors/" +
			w.post(registryBase+"/tenant/descriptors", descriptor(w)).want(201).text("@id"))
	})
	reg("GET", "/rpc/export/{RESOURCE_ID}", func(w *world) reply {
		return w.get(registryBase + "/rpc/export/" +
			registry.AltID(w.schema))
	})
	reg("POST", "/rpc/import", func(w *world) reply {
		id := w.throwaway("schemas")
		exported := w.get(registryBase + "/rpc/export/" + registry.AltID(id)).want(200)
		w.delete(registryBase + "/tenant/schemas/" + registry.AltID(id)).want(204)
		return w.post(registryBase+"/rpc/import", string(exported.raw))
	})
	reg("GET", "/rpc/sampledata/{SCHEMA_ID}",
		func(w *world) reply { return w.get(registryBase + "/rpc/sampledata/" + registry.AltID(w.schema)) })
	reg("GET", "/rpc/auditlog/{RESOURCE_ID}",
		func(w *world) reply { return w.get(registryBase + "/rpc/auditlog/" + registry.AltID(w.schema)) })

	// Catalog
	cat := func(method, template string, do func(w *world) reply) { add(specCatalog, method, template, do) }
	data := object{"name": "d", "schemaRef": object{"id": tutorialSchema,
		"contentType": "application/vnd.adobe.xed+json;version=1"}}
	dataset := func(w *world) string {
		return strings.TrimPrefix(w.post(catalogBase+"/dataSets", data).want(201).v.([]any)[0].(string), "@/dataSets/")
	}
	cat("GET", "/dataSets", get(catalogBase, "/dataSets"))
	cat("POST", "/dataSets", func(w *world) reply { return w.post(catalogBase+"/dataSets", data) })
	cat("GET", "/dataSets/{DATASET_ID}", func(w *world) reply { return w.get(catalogBase + "/dataSets/" + w.dataset) })
	cat("PUT", "/dataSets/{DATASET_ID}", func(w *world) reply {
		return w.do("PUT", catalogBase+"/dataSets/"+dataset(w),
			data)
	})
	cat("PATCH", "/dataSets/{DATASET_ID}", func(w *world) reply {
		return w.do("PATCH", catalogBase+"/dataSets/"+dataset(w),
			`{"description":"x"}`)
	})
	cat("PATCH", "/v2/dataSets/{DATASET_ID}", func(w *world) reply {
		schema := w.post(registryBase+"/tenant/schemas", object{"type": "object", "title": "E" + w.s.env.NewHex(8),
			"allOf": []any{object{"$ref": registry.ClassEvent}}}).want(201).text("$id")
		made := w.post(catalogBase+"/dataSets", with(data, "schemaRef.id", schema)).want(201).v.([]any)[0].(string)
		return w.do("PATCH", catalogBase+"/v2/dataSets/"+strings.TrimPrefix(made, "@/dataSets/"),
			`{"extensions":{"adobe_lakeHouse":{"rowExpiration":{"ttlValue":"P3M"}}}}`)
	})
	cat("DELETE", "/dataSets/{DATASET_ID}", func(w *world) reply {
		return w.delete(catalogBase + "/dataSets/" +
			dataset(w))
	})
	cat("GET", "/batches", get(catalogBase, "/batches"))
	cat("GET", "/batches/{BATCH_ID}", func(w *world) reply { return w.get(catalogBase + "/batches/" + w.batch) })
	cat("GET", "/lastBatches", get(catalogBase, "/lastBatches"))

	batch := func(w *world) string {
		made := w.post(catalogBase+"/batches", object{"relatedObjects": []any{object{"type": "dataSet", "id": w.dataset}},
			"status": "loading"}).want(201)
		return catalogBase + strings.TrimPrefix(made.v.([]any)[0].(string), "@")
	}
	cat("POST", "/batches", func(w *world) reply { return w.post(catalogBase+"/batches", object{"status": "queued"}) })
	cat("POST", "/batches/{BATCH_ID}", func(w *world) reply {
		return w.post(catalogBase+"/batches/"+w.s.env.NewULID(w.s.env.Now().UnixMilli()), object{"status": "queued"})
	})
	cat("PUT", "/batches/{BATCH_ID}", func(w *world) reply {
		return w.do("PUT", batch(w),
			object{"status": "success", "recordCount": 3})
	})
	cat("PATCH", "/batches/{BATCH_ID}", func(w *world) reply {
		return w.do("PATCH", batch(w),
			object{"tags": object{"flowId": []any{"f"}}})
	})
	cat("DELETE", "/batches/{BATCH_ID}", func(w *world) reply { return w.delete(batch(w)) })
	cat("GET", "/batches/uniques/{FIELD}", get(catalogBase, "/batches/uniques/status"))
	cat("GET", "/", get(catalogBase, "/"))
	cat("GET", "/tags/{tagNamespace}", get(catalogBase, "/tags/flowId"))

	// Data Prep
	prep := func(method, template string, do func(w *world) reply) { add(specPrep, method, template, do) }
	prep("GET", "/mappingSets", get(prepBase, "/mappingSets?start=0&limit=10"))
	prep("POST", "/mappingSets", func(w *world) reply { return w.post(prepBase+"/mappingSets", mappingBody()) })
	prep("POST", "/mappingSets/validate", func(w *world) reply {
		return w.post(prepBase+"/mappingSets/validate",
			mappingBody())
	})
	prep("POST", "/mappingSets/preview", func(w *world) reply {
		return w.post(prepBase+"/mappingSets/preview",
			object{"data": object{"TestID": "a", "Name": "Ann", "Datefield": "2027-01-01"}, "mappingSet": mappingBody()})
	})
	prep("GET", "/mappingSets/{MAPPING_SET_ID}",
		func(w *world) reply { return w.get(prepBase + "/mappingSets/" + w.mapping) })
	prep("PUT", "/mappingSets/{MAPPING_SET_ID}",
		func(w *world) reply { return w.do("PUT", prepBase+"/mappingSets/"+w.mapping, mappingBody()) })
	prep("GET", "/mappingSets/{MAPPING_SET_ID}/mappings",
		func(w *world) reply { return w.get(prepBase + "/mappingSets/" + w.mapping + "/mappings") })
	prep("GET", "/mappingSets/{MAPPING_SET_ID}/mappings/{MAPPING_ID}", func(w *world) reply {
		mappings := w.get(prepBase + "/mappingSets/" + w.mapping + "/mappings").want(200).v.([]any)
		return w.get(prepBase + "/mappingSets/" + w.mapping + "/mappings/" + core.Text(mappings[0], "id"))
	})
	prep("POST", "/languages/el/validate", func(w *world) reply {
		return w.post(prepBase+"/languages/el/validate", object{"expression": `concat("a","b")`})
	})
	prep("GET", "/languages/el/functions", get(prepBase, "/languages/el/functions"))
	prep("GET", "/languages/el/operators", get(prepBase, "/languages/el/operators"))

	// Sandboxes
	const sandboxBase = "/data/foundation/sandbox-management"
	add(specSandbox, "GET", "/sandbox-management/", get(sandboxBase, "/"))
	add(specSandbox, "GET", "/sandbox-management/sandboxes", get(sandboxBase, "/sandboxes"))
	add(specSandbox, "GET", "/sandbox-management/sandboxes/{sandboxName}", get(sandboxBase, "/sandboxes/dev"))
	add(specSandbox, "GET", "/sandbox-management/sandboxTypes", get(sandboxBase, "/sandboxTypes"))
	box := func(w *world) string {
		name := "box-" + w.s.env.NewHex(8)
		w.post(sandboxBase+"/sandboxes", object{"name": name, "title": "Box", "type": "development"}).want(202)
		return sandboxBase + "/sandboxes/" + name
	}
	add(specSandbox, "POST", "/sandbox-management/sandboxes", func(w *world) reply {
		return w.post(sandboxBase+"/sandboxes",
			object{"name": "box-" + w.s.env.NewHex(8), "title": "Box", "type": "production"})
	})
	add(specSandbox, "PATCH", "/sandbox-management/sandboxes/{sandboxName}",
		func(w *world) reply { return w.do("PATCH", box(w), object{"title": "Other"}) })
	add(specSandbox, "PUT", "/sandbox-management/sandboxes/{sandboxName}",
		func(w *world) reply { return w.do("PUT", box(w), object{"action": "reset"}) })
	add(specSandbox, "DELETE", "/sandbox-management/sandboxes/{sandboxName}",
		func(w *world) reply { return w.delete(box(w)) })
	return calls
}

// flowAgain makes a flow that starts in an hour by the emulator's clock.
func (w *world) flowAgain() (id, etag string) {
	r := w.post(flowsPath, w.parts(w.s.env.Now().Unix()+3600)).want(201)
	return r.text("id"), r.text("etag")
}

// refusedOperations are for connector authors and providers: a user's token
// gets a refusal with a code, which the tests of refusals provoke.
var refusedOperations = []string{
	"flow-service.yaml POST /connectionSpecs", "flow-service.yaml PUT /connectionSpecs/{CONNECTION_SPEC_ID}",
	"flow-service.yaml POST /flowSpecs", "flow-service.yaml PUT /flowSpecs/{FLOW_SPEC_ID}",
	"flow-service.yaml PUT /runs/{RUN_ID}",
}

// outOfScope are operations that no source dataflow and no tool around one
// touches; docs/emulator.md has the reasons.
var outOfScope = []string{
	"catalog.yaml GET /dataSets/{id}/credentials", // of the storage behind: there is none
	"catalog.yaml POST /",                         // several calls in one, deprecated
	"sandbox.yaml * /exim/",                       // packages between sandboxes
}

func loadOpenAPI(t *testing.T, file string) *openapi3.T {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	raw = bytes.ReplaceAll(raw, []byte("/#components/"), []byte("#/components/")) // misprints of the sandbox file
	loader := openapi3.NewLoader()
	if filepath.Base(file) != specRegistry {
		doc, err := loader.LoadFromData(raw)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		return doc
	}
	var tree any
	if err := yaml.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	raw, err = json.Marshal(textKeys(tree))
	if err != nil {
		t.Fatal(err)
	}
	var old openapi2.T
	if err := json.Unmarshal(raw, &old); err != nil {
		t.Fatal(err)
	}
	doc, err := openapi2conv.ToV3(&old)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return doc
}

// textKeys makes JSON of YAML, whose keys may be numbers.
func textKeys(v any) any {
	switch v := v.(type) {
	case map[any]any:
		o := object{}
		for k, e := range v {
			o[fmt.Sprint(k)] = textKeys(e)
		}
		return o
	case map[string]any:
		for k, e := range v {
			v[k] = textKeys(e)
		}
	case []any:
		for i, e := range v {
			v[i] = textKeys(e)
		}
	}
	return v
}

// TestConformance compares every answer with the platform's own schema of it.
func TestConformance(t *testing.T) {
	dir := os.Getenv(openAPIDir)
	if dir == "" {
		t.Skipf("%s does not name the folder of the platform's OpenAPI files", openAPIDir)
	}
	w := buildWorld(t)
	docs := map[string]*openapi3.T{}
	covered := map[string]bool{}
	used := map[int]bool{}
	for _, c := range conformCalls() {
		if docs[c.spec] == nil {
			docs[c.spec] = loadOpenAPI(t, filepath.Join(dir, c.spec))
		}
		key := c.spec + " " + c.method + " " + c.template
		t.Run(key, func(t *testing.T) {
			w.signIn()
			item := docs[c.spec].Paths.Value(c.template)
			if item == nil || item.GetOperation(c.method) == nil {
				t.Fatal("the file has no such operation")
			}
			covered[key] = true
			r := c.do(w)
			if r.status >= 300 {
				t.Fatalf("refused: %d %s", r.status, r.raw)
			}
			for _, fault := range conforms(item.GetOperation(c.method), r) {
				if !isKnown(key, fault, used) {
					t.Errorf("%s\n%d %.300s", fault, r.status, r.raw)
				}
			}
		})
	}
	for i, k := range knownErrors {
		if !used[i] {
			t.Errorf("no answer shows the error listed for %s: %s", k.operation, k.why)
		}
	}
	total, refused, left := 0, 0, 0
	for name, doc := range docs {
		for template, item := range doc.Paths.Map() {
			for method := range item.Operations() {
				key := name + " " + method + " " + template
				total++
				switch {
				case covered[key]:
				case slices.Contains(refusedOperations, key):
					refused++
				case slices.Contains(outOfScope, key) || strings.HasPrefix(template, "/exim/"):
					left++
				default:
					t.Errorf("%s is neither covered nor out of scope", key)
				}
			}
		}
	}
	count := fmt.Sprintf("%d of %d operations conform, %d are refused to every user, %d are out of scope; %d errors of the files are known", len(covered), total, refused, left, len(knownErrors))
	t.Log(count)
	if raw, err := os.ReadFile(docsFile); err != nil || !strings.Contains(strings.Join(strings.Fields(string(raw)), " "),
		count) {
		t.Errorf("%s does not say: %s", docsFile, count)
	}
}

// conforms checks status and body against the operation and lists what is wrong.
func conforms(op *openapi3.Operation, r reply) []string {
	resp := op.Responses.Status(r.status)
	if resp == nil {
		return []string{"the status is not among those of the operation"}
	}
	if resp.Value == nil {
		return nil
	}
	for _, media := range resp.Value.Content {
		if media.Schema == nil || media.Schema.Value == nil {
			return nil
		}
		var v any
		if err := json.Unmarshal(r.raw, &v); err != nil {
			return []string{err.Error()}
		}
		return faultLines(media.Schema.Value.VisitJSON(v, openapi3.MultiErrors(), openapi3.VisitAsResponse()))
	}
	return nil
}

// faultLines keeps where and why of schema errors and drops the schemas.
func faultLines(err error) []string {
	var many openapi3.MultiError
	var one *openapi3.SchemaError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &many):
		var out []string
		for _, e := range many {
			out = append(out, faultLines(e)...)
		}
		return out
	case errors.As(err, &one):
		return []string{"/" + strings.Join(one.JSONPointer(), "/") + ": " + one.Reason}
	}
	return []string{err.Error()}
}

// knownErrors are deviations on purpose: what the file says, and the evidence
// that it is the file that is wrong. Each must show in some answer.
var knownErrors = []struct{ operation, fault, why string }{
	{`flow-service.yaml .* /flowSpecs`, `/transformationSpecs: value must be an object`,
		"every published answer has an array there"},
	{`flow-service.yaml GET .*/configs`, `^/: value must be an array`,
		"the example beside the schema has an object with items"},
	{`schema-registry.yaml GET`, `/next: Value is not nullable`,
		"Swagger 2.0 cannot say so; the guides print null on the last page"},
	{`schema-registry.yaml .* /.*/descriptors`, `/xdm:sourceVersion: value must be a string`,
		"every published body has a number"},
	{`schema-registry.yaml PUT /tenant/descriptors`, `^the status is not`, "the guide answers 201"},
	{`data-prep.yaml`, `/(created|modified)Date: value must be a string`,
		"every published answer has milliseconds as a number"},
	{`data-prep.yaml`, `/sourceType: value is not one of`, "every published answer has text/x.schema-path"},
	{`data-prep.yaml POST /mappingSets/validate`, `/errors: Value is not nullable`,
		"the published answer has null for mappings without fault"},
	{`data-prep.yaml POST /mappingSets/preview`, `^/: value must be an object`, "the guide answers an array"},
	{`data-prep.yaml POST /languages/el/validate`, `^/: value must be a boolean`, "the guide answers an object"},
	{`data-prep.yaml GET /mappingSets/.*/mappings$`, `^/: value must be an object`, "the guide answers an array"},
}

func isKnown(operation, fault string, used map[int]bool) bool {
	for i, k := range knownErrors {
		if regexp.MustCompile(k.operation).MatchString(operation) && regexp.MustCompile(k.fault).MatchString(fault) {
			used[i] = true
			return true
		}
	}
	return false
}
