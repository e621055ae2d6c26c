package emulator

import (
	"slices"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/flow"
	"github.com/aepflow/aepflow/internal/emulator/registry"
	"github.com/aepflow/aepflow/internal/files"
)

// systemFlows opens a sandbox with a dataflow of a source, a destination's flow and a
// dataset in Profile.
func systemFlows(t *testing.T, o Options) (a *api, dataset string) {
	o.Seed = seedOf(t, `{"flows": [
		{"id": "destination", "name": "Ads activation", "flowSpec": {"id": "11111111-2222-4333-a444-555555555555", "version": "1.0"}, "sourceConnectionIds": ["s"], "targetConnectionIds": ["t"],
			"scheduleParams": {"frequency": "hour", "interval": 1, "startTime": 1}, "transformations": [{"name": "GeneralTransform", "params": {}}]}],
		`+tutorialSeed[1:])
	a = open(t, o)
	a.post(flowsPath, a.flowParts()).want(201)
	a.identify()
	a.do("PATCH", registryBase+"/tenant/schemas/"+registry.AltID(tutorialSchema),
		`[{"op":"add","path":"/meta:immutableTags","value":["union"]}]`).want(200)
	return a, a.profileDataset()
}

func (a *api) profileDataset() string {
	ref := a.post(catalogBase+"/dataSets", object{"name": "In Profile",
		"schemaRef": object{"id": tutorialSchema, "contentType": "application/vnd.adobe.xed+json;version=1"},
		"tags":      object{"unifiedProfile": []any{"enabled:true"}}}).want(201)
	return ref.v.([]any)[0].(string)[len("@/dataSets/"):]
}

// GET /flows holds more than dataflows of sources; a client tells them apart by
// what the flow inherits.
func TestFlowsOfTheSystem(t *testing.T) {
	a, dataset := systemFlows(t, Options{})
	list := func(properties ...string) []string {
		pairs := []string{"orderby", "name"}
		for _, p := range properties {
			pairs = append(pairs, "property", p)
		}
		return names(a.get(query(flowsPath, pairs...)).want(200))
	}
	const internal = "Profile ingestion of In Profile"
	if got := list(); !slices.Equal(got, []string{"Ads activation", "Database dataflow using BigQuery", internal}) {
		t.Errorf("all flows: %q", got)
	}
	if got := list("inheritedAttributes.properties.isSourceFlow==true"); !slices.Equal(got,
		[]string{"Database dataflow using BigQuery"}) {
		t.Errorf("flows of sources: %q", got)
	}
	if got := list("inheritedAttributes.properties.isDestinationFlow==true"); !slices.Equal(got,
		[]string{"Ads activation"}) {
		t.Errorf("flows of destinations: %q", got)
	}
	if got := list("inheritedAttributes.targetConnections[].connectionSpec.id==" + flow.ProfileStore); !slices.Equal(got,
		[]string{internal}) {
		t.Errorf("flows to Profile: %q", got)
	}

	// A destination's flow can be renamed and switched, and never runs here.
	a.patch(flowsPath+"/destination", core.Text(a.get(flowsPath+"/destination").item(), "etag"),
		`[{"op":"replace","path":"/name","value":"Ads"}]`).want(200)
	a.post(flowsPath+"/destination/action?op=disable", nil).want(200)
	a.post(flowsPath+"/destination/action?op=enable", nil).want(200)
	a.s.Advance(48 * time.Hour)
	a.signIn()
	if runs := a.runsOf("destination"); len(runs) != 0 {
		t.Errorf("%d runs of a destination's flow", len(runs))
	}

	// The platform's own flow is not a user's to change; it follows its dataset.
	f := a.get(query(flowsPath, "property", "name=="+internal)).item()
	path := flowsPath + "/" + core.Text(f, "id")
	a.delete(path).refused(403, "FLOW-2120-403")
	a.patch(path, core.Text(f, "etag"), `[{"op":"replace","path":"/name","value":"mine"}]`).refused(403, "FLOW-2120-403")
	a.post(path+"/action?op=disable", nil).refused(403, "FLOW-2120-403")
	a.get(flowBase + "/targetConnections/" + core.Texts(f, "targetConnectionIds")[0]).want(200)
	a.do("PATCH", catalogBase+"/dataSets/"+dataset,
		`[{"op":"replace","path":"/tags/unifiedProfile","value":["enabled:false"]}]`, "Content-Type",
		"application/json-patch+json").want(200)
	if got := core.Text(a.get(path).item(), "state"); got != "disabled" {
		t.Errorf("out of Profile the flow is %s", got)
	}
	a.delete(catalogBase + "/dataSets/" + dataset).want(200)
	a.get(path).want(404)
	a.get(flowBase + "/targetConnections/" + core.Texts(f, "targetConnectionIds")[0]).want(404)
}

func TestNoInternalFlows(t *testing.T) {
	a, _ := systemFlows(t, Options{Switches: Switches{InternalFlows: "none"}})
	if got := names(a.get(flowsPath)); len(got) != 2 {
		t.Errorf("flows %q", got)
	}
}

// What carries a label that the client has no access to is not there for it:
// an empty list and a 404 prove nothing.
func TestHiddenByLabel(t *testing.T) {
	dir := t.TempDir()
	seed := func(client string) *Seed {
		return seedOf(t, `{"clients": [{"id": "key", "secret": "s3cret"`+client+`}],`+tutorialSeed[1:])
	}
	a := open(t, Options{Dir: files.Project(dir), Seed: seed("")})
	id, _ := a.flow()
	a.s.Advance(2 * time.Hour)
	etag := core.Text(a.get(flowsPath+"/"+id).item(), "etag")
	a.patch(flowsPath+"/"+id, etag, `[{"op":"add","path":"/labels","value":["core/C12"]}]`).want(200)
	run := core.Text(a.runsOf(id)[0], "id")
	plain, _ := a.tryCreate("plain")
	now := a.s.env.Now()
	if err := a.s.Close(); err != nil {
		t.Fatal(err)
	}

	reopen := func(labels string) {
		t.Helper()
		a = open(t, Options{Dir: files.Project(dir), Seed: seed(labels), Now: func() time.Time { return now }})
	}
	reopen(`, "labels": ["core/C1"]`)
	path := flowsPath + "/" + id
	a.get(path).refused(404, "FLOW-1439-404")
	a.delete(path).refused(403, "FLOW-2120-403")
	a.patch(path, etag, `[{"op":"replace","path":"/name","value":"n"}]`).refused(403, "FLOW-2120-403")
	a.post(path+"/action?op=disable", nil).refused(403, "FLOW-2120-403")
	a.get(flowBase+"/runs/"+run).refused(404, "FLOW-1439-404")
	a.post(flowBase+"/runs", object{"flowId": id, "params": object{"startTime": 1}}).refused(400, "FLOW-1430-400")
	for _, list := range []string{flowsPath, flowsPath + "?property=id==" + id, flowBase + "/runs", flowsPath +
		"?orderby=name"} {
		if got := a.get(list).want(200); len(itemsOf(got)) != 0 {
			t.Errorf("%s shows %s", list, got.raw)
		}
	}
	if n, _ := core.AsInt(core.At(a.get(flowsPath+"?count=true").v, "count")); n != 0 {
		t.Errorf("count %d", n)
	}
	a.get(flowBase + "/connections/" + plain).want(200)
	if err := a.s.Close(); err != nil {
		t.Fatal(err)
	}

	reopen(`, "labels": ["core/C12"]`)
	a.get(path).want(200)
	a.get(flowBase + "/runs/" + run).want(200)
	a.delete(path).want(204)
}

func itemsOf(r reply) []any { return core.List(r.v, "items") }
