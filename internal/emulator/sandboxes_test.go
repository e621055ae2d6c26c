package emulator

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"go.yaml.in/yaml/v4"
)

// readBack reads the objects of a seed and lists what is not as it was written.
func readBack(a *api, seed *Seed) []string {
	var wrong []string
	for _, kind := range []struct {
		path, id, accept string
		in               string // member of the answer: items, {id}, or none
		seeds            []map[string]any
	}{
		{flowBase + "/connections/", "id", "", "items", seed.Connections},
		{flowBase + "/sourceConnections/", "id", "", "items", seed.SourceConnections},
		{flowBase + "/targetConnections/", "id", "", "items", seed.TargetConnections},
		{flowBase + "/flows/", "id", "", "items", seed.Flows},
		{registryBase + "/tenant/classes/", "$id", "application/vnd.adobe.xed+json; version=1", "", seed.Classes},
		{registryBase + "/tenant/datatypes/", "$id", "application/vnd.adobe.xed+json; version=1", "", seed.DataTypes},
		{registryBase + "/tenant/fieldgroups/", "$id", "application/vnd.adobe.xed+json; version=1", "", seed.FieldGroups},
		{registryBase + "/tenant/schemas/", "$id", "application/vnd.adobe.xed+json; version=1", "", seed.Schemas},
		{registryBase + "/tenant/descriptors/", "@id", "", "", seed.Descriptors},
		{catalogBase + "/dataSets/", "id", "", "{id}", seed.Datasets},
		{prepBase + "/mappingSets/", "id", "", "version", seed.MappingSets},
		{"/data/core/idnamespace/identities/", "id", "", "", seed.Identities},
		{keysPath + "/", "publicKeyId", "", "", seed.EncryptionKeys},
	} {
		for _, o := range kind.seeds {
			o = withTenant(o, strings.TrimPrefix(seed.Tenant, "_")).(object)
			id, _ := core.Scalar(o[kind.id])
			path := kind.path + url.PathEscape(id)
			if kind.in == "version" {
				version, _ := core.Scalar(o["version"])
				path += "?version=" + version
			}
			sandbox := core.Text(o, "sandbox")
			if sandbox == "" {
				sandbox = "prod"
			}
			r := a.do("GET", path, nil, "x-sandbox-name", sandbox, "Accept", kind.accept).want(200)
			got := r.v
			switch kind.in {
			case "items":
				got = r.item()
			case "{id}":
				got = core.At(r.v, id)
			}
			delete(o, "sandbox")
			for _, at := range lacks(got, o, "") {
				wrong = append(wrong, path+" "+at)
			}
		}
	}
	return wrong
}

// lacks lists where got is not what want says; got may have more.
func lacks(got, want any, at string) (out []string) {
	switch w := want.(type) {
	case object:
		for _, k := range slices.Sorted(maps.Keys(w)) {
			out = append(out, lacks(core.At(got, k), w[k], at+"/"+k)...)
		}
		return out
	case []any:
		l, _ := got.([]any)
		if len(l) != len(w) {
			return []string{fmt.Sprintf("%s has %d elements, not %d", at, len(l), len(w))}
		}
		for i := range w {
			out = append(out, lacks(l[i], w[i], fmt.Sprint(at, "/", i))...)
		}
		return out
	}
	if !core.Same(got, want) {
		return []string{fmt.Sprintf("%s is %s, not %s", at, core.ToJSON(got), core.ToJSON(want))}
	}
	return nil
}

// Seeds that were written down from sandboxes are read back as they are, also after
// the clock moved past what falls due meanwhile.
func TestSandboxesReadBack(t *testing.T) {
	dir := os.Getenv("AEPFLOW_SANDBOXES")
	if dir == "" {
		t.Skip("AEPFLOW_SANDBOXES names no folder of seeds")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no seeds in %s: %v", dir, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := yaml.Unmarshal(text, &v); err != nil {
				t.Fatal(err)
			}
			seed := seedOf(t, string(core.ToJSON(textKeys(v))))
			seed.Clients = append(seed.Clients, Client{ID: "key", Secret: "s3cret"})
			a := open(t, Options{Seed: seed})
			a.header.Set("x-gw-ims-org-id", seed.Org)
			for _, line := range readBack(a, seed) {
				t.Error(line)
			}
		})
	}
}

// What a sandbox may hold that calls cannot make.
func TestSeedsHoldWhatSandboxesHold(t *testing.T) {
	const text = `{"sandboxes": ["qa", "prod-eu", {"name": "own", "type": "production"}],
		"identities": [{"id": 10000042, "code": "CRMID", "name": "CRM", "idType": "CROSS_DEVICE", "createTime": 1}],
		"encryptionKeys": [{"publicKeyId": "k", "expiryTime": "1700000000"}, {"publicKeyId": "k2", "name": "K"}],
		"connections": [{"id": "c", "name": "Streaming", "connectionSpec": "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb", "createdAt": 5, "createdClient": "exc_app", "labels": ["core/C1"]},
			{"id": "d", "name": "Draft", "connector": "mysql", "state": "draft"}],
		"sourceConnections": [{"id": "s", "name": "S", "baseConnectionId": "c", "connectionSpec": "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb"},
			{"id": "s2", "name": "S2", "baseConnectionId": "d", "connectionSpec": {"id": "26d738e0-8963-47ea-aadf-c60de735468a", "version": 1}, "params": {"tableName": "t"}}],
		"targetConnections": [{"id": "t", "name": "T", "connectionSpec": "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "data": {"schema": null}, "params": {"dataSetId": "old"}}],
		"flows": [{"id": "f", "name": "Streaming", "flowSpec": "c1a19761-d2c7-4702-b9fa-fe91f0613e81", "sourceConnectionIds": ["s"], "targetConnectionIds": ["t"]},
			{"id": "g", "name": "Batch", "flowSpec": "14518937-270c-4525-bdec-c2ba7cce3860", "sourceConnectionIds": ["s2"], "targetConnectionIds": ["t"], "updatedAt": 1700000000000,
				"scheduleParams": {"startTime": "1700000000", "frequency": "day", "interval": "1"}, "transformations": [{"name": "Mapping", "params": {"mappingId": "m", "mappingVersion": 2}}],
				"lastRunDetails": {"id": "r", "state": "failed", "startedAtUTC": 7}}],
		"schemas": [{"$id": "https://ns.adobe.com/aepflow/schemas/x", "title": "X", "labels": ["core/C2"], "version": "1.7"}, {"$id": "https://ns.adobe.com/aepflow/schemas/y", "title": "Y"}],
		"descriptors": [{"@id": "i", "@type": "xdm:descriptorIdentity", "xdm:sourceSchema": "https://ns.adobe.com/aepflow/schemas/y", "xdm:sourceVersion": 1, "xdm:sourceProperty": "/_id",
			"xdm:namespace": "Elsewhere", "xdm:property": "xdm:code", "labels": ["core/C1"]}],
		"datasetLabels": [{"id": "old", "labels": ["C2"]}],
		"datasets": [{"id": "old", "name": "Old", "schema": "@/xdms/context/profile", "version": "1.0.9", "created": 3}, {"id": "hidden", "schema": "https://ns.adobe.com/aepflow/schemas/y", "labels": ["core/C1"]}],
		"mappingSets": [
			{"id": "m", "name": "M", "version": 3, "status": "PUBLISHED", "xdmSchema": "https://ns.adobe.com/aepflow/schemas/y", "createdDate": 9,
				"mappings": [{"sourceType": "text/plain", "source": "007", "destination": "_id"}, {"sourceType": "text/x.aep-xl", "source": "tomorrow(x)", "destination": "a.b"}]},
			{"id": "m", "version": 2, "status": "DRAFT", "xdmSchema": "https://ns.adobe.com/xdm/context/profile__union", "labels": ["core/C1"], "mappings": []}]}`
	seed := seedOf(t, text)
	a := open(t, Options{Seed: seed})
	for _, c := range seed.Connections {
		if spec, isText := c["connectionSpec"].(string); isText {
			c["connectionSpec"] = object{"id": spec, "version": "1.0"}
		}
	}
	for _, list := range [][]map[string]any{seed.SourceConnections, seed.TargetConnections, seed.Flows} {
		for _, o := range list {
			for _, ref := range []string{"connectionSpec", "flowSpec"} {
				if spec, isText := o[ref].(string); isText {
					o[ref] = object{"id": spec, "version": "1.0"}
				}
			}
		}
	}
	delete(seed.Connections[1], "connector")
	delete(seed.Datasets[1], "schema")
	a.sandbox = "prod-eu"
	for _, o := range slices.Concat(seed.Connections, seed.SourceConnections, seed.TargetConnections, seed.Flows, seed.Schemas,
		seed.Descriptors, seed.Datasets, seed.DatasetLabels, seed.MappingSets, seed.Identities, seed.EncryptionKeys) {
		o["sandbox"] = "prod-eu"
	}
	for _, line := range readBack(a, seed) {
		t.Error(line)
	}
	labels := a.get(labelsBase + "old/labels").want(200).v.(object)["AEP:dataset:old"]
	if got := core.Texts(labels.(object), "labels"); !slices.Equal(got, []string{"C2"}) {
		t.Errorf("labels of a dataset: %v", got)
	}
	f := a.get(flowBase + "/flows/f").item()
	g := a.get(flowBase + "/flows/g").item()
	if !a.isSource(f) || !a.isSource(g) {
		t.Error("a flow to the data lake is not a source's")
	}
	if _, has := core.At(g, "scheduleParams").(object)["backfill"]; has {
		t.Error("an absent backfill was filled in")
	}
	if n := len(a.runsOf("g")); n != 0 {
		t.Errorf("%d runs before the next slot", n)
	}
	a.s.Advance(25 * time.Hour)
	a.signIn()
	if runs := a.runsOf("g"); len(runs) != 1 || windows(runs)[0][1]-windows(runs)[0][0] != 86400 {
		t.Errorf("runs a day later: %s", core.ToJSON(runs))
	}
	var types []string
	for _, s := range core.List(a.get("/data/foundation/sandbox-management/sandboxes").v, "sandboxes") {
		types = append(types, core.Text(s, "type"))
	}
	if got := strings.Join(types, " "); got != "development production production" {
		t.Errorf("sandboxes are %s", got)
	}
}

func (a *api) isSource(flow object) bool {
	return core.At(flow, "inheritedAttributes", "properties", "isSourceFlow") == true
}

// A client that may not see a label sees no object of any service that carries it.
func TestLabelsHideObjectsOfAllServices(t *testing.T) {
	seed := seedOf(t, `{"clients": [{"id": "key", "secret": "s3cret", "labels": ["core/C2"]}],
		"connections": [{"id": "c", "connector": "mysql", "labels": ["core/C1"]}],
		"fieldGroups": [{"$id": "https://ns.adobe.com/aepflow/mixins/g", "meta:intendedToExtend": [], "labels": ["core/C1"]}],
		"schemas": [{"$id": "https://ns.adobe.com/aepflow/schemas/x", "labels": ["core/C1"]}, {"$id": "https://ns.adobe.com/aepflow/schemas/y", "title": "Y", "labels": ["core/C2"]}],
		"descriptors": [{"@id": "i", "@type": "xdm:alternateDisplayInfo", "xdm:sourceSchema": "https://ns.adobe.com/aepflow/schemas/y", "labels": ["core/C1"]}],
		"datasets": [{"id": "d", "schema": "https://ns.adobe.com/aepflow/schemas/y", "labels": ["core/C1"]}],
		"mappingSets": [{"id": "m", "xdmSchema": "https://ns.adobe.com/aepflow/schemas/y", "labels": ["core/C1"], "mappings": []}]}`)
	a := open(t, Options{Seed: seed})
	one := []string{"Accept", "application/vnd.adobe.xed+json; version=1"}
	for _, path := range []string{flowBase + "/connections/c", registryBase + "/tenant/schemas/_aepflow.schemas.x", registryBase + "/tenant/fieldgroups/_aepflow.mixins.g",
		registryBase + "/tenant/descriptors/i", catalogBase + "/dataSets/d", prepBase + "/mappingSets/m"} {
		a.do("GET", path, nil, one...).want(404)
	}
	a.do("GET", registryBase+"/tenant/schemas/_aepflow.schemas.y", nil, one...).want(200)
	for path, accept := range map[string]string{flowBase + "/connections": "", registryBase + "/tenant/schemas": "application/vnd.adobe.xed-id+json",
		registryBase + "/tenant/fieldgroups": "application/vnd.adobe.xed-id+json", registryBase + "/tenant/descriptors": "application/vnd.adobe.xdm-id+json",
		catalogBase + "/dataSets": "", prepBase + "/mappingSets?limit=9": ""} {
		if r := a.do("GET", path, nil, "Accept", accept).want(200); strings.Contains(string(r.raw), "core/C1") || strings.Contains(string(r.raw), `"i"`) ||
			strings.Contains(string(r.raw), "schemas/x") || strings.Contains(string(r.raw), `"d"`) {
			t.Errorf("%s shows %s", path, r.raw)
		}
	}
}
