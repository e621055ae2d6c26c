package emulator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/specs"
)

// streamAuth signs in to the connectors of streams and of self-serve sources.
var streamAuth = map[string]object{
	"amazon-kinesis": {"specName": "Aws Kinesis authentication credentials",
		"params": object{"accessKeyId": "a", "secretKey": "b", "region": "c"}},
	"azure-event-hubs": {"specName": "Azure EventHub authentication credentials",
		"params": object{"sasKeyName": "a", "sasKey": "b", "namespace": "c"}},
	"google-pubsub": {"specName": "Project Based Authentication",
		"params": object{"projectId": "p", "credentials": "{}"}},
	"http-api": {"specName": "Streaming Connection", "params": object{"dataType": "raw", "name": "orders"}},
	"snowflake-streaming": {"specName": "Basic Authentication for Snowflake", "params": object{"account": "a",
		"database": "d", "warehouse": "w", "username": "u", "password": "p"}},
	"stripe": {"specName": "OAuth2 Refresh Code", "params": object{"accessToken": "t"}},
}

// streamSources are source connections without their base.
var streamSources = map[string]object{
	"amazon-kinesis": {"data": object{"format": "json"}, "params": object{"stream": "s", "dataType": "raw",
		"reset": "latest"}},
	"azure-event-hubs": {"data": object{"format": "json"}, "params": object{"eventHubName": "h", "dataType": "raw",
		"reset": "earliest", "consumerGroup": "g"}},
	"google-pubsub": {"data": object{"format": "json"}, "params": object{"topicName": "t", "subscriptionName": "s",
		"dataType": "xdm"}},
	"http-api": {},
	"snowflake-streaming": {"params": object{"tableName": "T", "timestampColumn": "AT", "backfill": "true",
		"timezoneValue": "UTC"}},
	"stripe":            {"data": object{"format": "json"}, "params": object{"resourcePath": "charges"}},
	"shopify-streaming": {"data": object{"format": "json"}},
}

// sourceOf is the source connection of a connector, with its base connection.
func (a *api) sourceOf(slug string, auth ...any) object {
	a.t.Helper()
	c, _ := specs.ConnectorBySlug(slug)
	spec := object{"id": c.ID, "version": "1.0"}
	o := with(streamSources[slug], "name", slug, "connectionSpec", spec)
	if streamAuth[slug] != nil {
		o["baseConnectionId"] = a.post(flowBase+"/connections", object{"name": slug, "connectionSpec": spec,
			"auth": with(streamAuth[slug], auth...)}).want(201).text("id")
	}
	return o
}

// streamSource posts the source connection of a connector with changes.
func streamSource(slug string, pairs ...any) func(*api) reply {
	return func(a *api) reply { return a.post(flowBase+"/sourceConnections", with(a.sourceOf(slug), pairs...)) }
}

// streamFlow posts a flow of a connector on a flow specification, with changes.
func streamFlow(slug, flowSpec string, pairs ...any) func(*api) reply {
	return func(a *api) reply {
		source := streamSource(slug)(a).want(201).text("id")
		o := a.flowParts()
		o = with(o, "flowSpec.id", flowSpec, "sourceConnectionIds", []any{source}, "scheduleParams", nil,
			"transformations", []any{core.List(o, "transformations")[1]})
		return a.post(flowsPath, with(o, pairs...))
	}
}

// readers creates two flows through one connection, with changes of both sources, then
// of the second.
func (a *api) readers(slug string, both, second []any) (first string, r reply) {
	source := with(a.sourceOf(slug), both...)
	for _, changes := range [][]any{nil, second} {
		id := a.post(flowBase+"/sourceConnections", with(source, changes...)).want(201).text("id")
		o := a.flowParts()
		r = a.post(flowsPath, with(o, "flowSpec.id", specs.StreamOptionalMapping, "sourceConnectionIds", []any{id},
			"scheduleParams", nil, "transformations", []any{core.List(o, "transformations")[1]}))
		if first == "" {
			first = r.want(201).text("id")
		}
	}
	return first, r
}

func secondReader(slug string, changes ...any) func(*api) reply {
	return func(a *api) reply {
		_, r := a.readers(slug, changes, nil)
		return r
	}
}

// patchStream patches a new flow of HTTP API.
func patchStream(patch string) func(*api) reply {
	return func(a *api) reply {
		r := streamFlow("http-api", specs.StreamWithMapping)(a).want(201)
		return a.patch(flowsPath+"/"+r.text("id"), r.text("etag"), patch)
	}
}

func exploringRest(query string) func(*api) reply {
	return func(a *api) reply {
		id := a.sourceOf("stripe")["baseConnectionId"].(string)
		return a.get(flowBase + "/connections/" + id + "/explore?objectType=rest&object=json&fileType=json&" + query)
	}
}

var streamRefusals = []refusalCase{
	{"FLOW-1327-400", "a stream that is not JSON", streamSource("amazon-kinesis", "data", object{"format": "parquet"})},
	{"FLOW-1304-400", "a stream without its name", streamSource("amazon-kinesis", "params", object{})},
	{"FLOW-1304-400", "no event hub", streamSource("azure-event-hubs", "params.eventHubName", nil)},
	{"FLOW-1304-400", "a topic without subscription", streamSource("google-pubsub", "params.subscriptionName", nil)},
	{
		"FLOW-1304-400", "a streamed table without timestamp",
		streamSource("snowflake-streaming", "params.timestampColumn", nil),
	},
	{"FLOW-1312-400", "an unknown type of data", streamSource("amazon-kinesis", "params.dataType", "csv")},
	{"FLOW-1312-400", "an unknown place to begin", streamSource("azure-event-hubs", "params.reset", "now")},
	{"FLOW-1312-400", "params that are not an object", streamSource("http-api", "params", "raw")},
	{"FLOW-1304-400", "a stream without base connection", streamSource("http-api", "baseConnectionId", nil)},
	{"FLOW-1332-400", "a base connection for a webhook", streamSource("shopify-streaming", "baseConnectionId", noID)},
	{"FLOW-1327-400", "a webhook that is not JSON", streamSource("shopify-streaming", "data", nil)},
	{"FLOW-1327-400", "a table of a self-serve source", streamSource("stripe", "data.format", "tabular")},
	{"FLOW-1312-400", "params of a self-serve source that are not an object", streamSource("stripe", "params", "x")},
	{"FLOW-1368-400", "a draft of a stream", func(a *api) reply {
		return a.post(flowBase+"/sourceConnections?mode=draft", a.sourceOf("http-api"))
	}},
	{"FLOW-1312-400", "a second flow of a consumer group", secondReader("azure-event-hubs", "params.eventHubName", "h")},
	{"FLOW-1312-400", "a second flow of the default consumer group",
		secondReader("azure-event-hubs", "params.consumerGroup", nil)},
	{"FLOW-1312-400", "a second flow of a subscription", secondReader("google-pubsub", "params.topicName", "other")},
	{"FLOW-1305-400", "a stream on the flow spec of another",
		streamFlow("snowflake-streaming", specs.StreamOptionalMapping)},
	{"FLOW-1305-400", "raw data on the flow spec of XDM",
		streamFlow("http-api", specs.StreamXDM, "transformations", nil)},
	{"FLOW-1370-400", "raw data without a mapping",
		streamFlow("http-api", specs.StreamWithMapping, "transformations", []any{})},
	{"FLOW-1370-400", "a webhook without a mapping",
		streamFlow("shopify-streaming", specs.GenericStreamingAEP, "transformations", []any{})},
	{"FLOW-1312-400", "a stream with a schedule",
		streamFlow("http-api", specs.StreamWithMapping, "scheduleParams", onceSchedule)},
	{"FLOW-1312-400", "a stream with options",
		streamFlow("http-api", specs.StreamWithMapping, "options", object{"errorDiagnosticsEnabled": true})},
	{"FLOW-1312-400", "a stream with a Copy", streamFlow("amazon-kinesis", specs.StreamOptionalMapping,
		"transformations", []any{object{"name": "Copy"}})},
	{"FLOW-1312-400", "a self-serve source with a Copy", streamFlow("stripe", specs.RestStorageToAEP,
		"scheduleParams", onceSchedule, "transformations", []any{object{"name": "Copy"}})},
	{"FLOW-1317-400", "a self-serve source without a schedule", streamFlow("stripe", specs.RestStorageToAEP)},
	{"FLOW-1445-400", "another mapping of a stream that is fixed",
		patchStream(`[{"op":"replace","path":"/transformations/0/params/mappingVersion","value":0}]`)},
	{"FLOW-1385-400", "a run of a stream", func(a *api) reply {
		id := streamFlow("amazon-kinesis", specs.StreamOptionalMapping)(a).want(201).text("id")
		return a.post(flowBase+"/runs", object{"flowId": id, "params": object{"startTime": 1}})
	}},
	{"FLOW-1336-400", "explore a stream", func(a *api) reply {
		id := a.sourceOf("amazon-kinesis")["baseConnectionId"].(string)
		return a.get(flowBase + "/connections/" + id + "/explore?objectType=root")
	}},
	{"FLOW-1312-400", "explore a self-serve source by no params", exploringRest("")},
	{"FLOW-1312-400", "explore a self-serve source by params that are not an object", exploringRest("sourceParams=WzFd")},
}

// Every stream on its flow specification: no runs, no schedule, and an address where
// events are sent to.
func TestStreams(t *testing.T) {
	for name, do := range map[string]func(*api) reply{
		"Kinesis":             streamFlow("amazon-kinesis", specs.StreamOptionalMapping),
		"Kinesis, no mapping": streamFlow("amazon-kinesis", specs.StreamOptionalMapping, "transformations", nil),
		"Event Hubs":          streamFlow("azure-event-hubs", specs.StreamOptionalMapping),
		"PubSub":              streamFlow("google-pubsub", specs.StreamOptionalMapping),
		"HTTP API":            streamFlow("http-api", specs.StreamWithMapping),
		"HTTP API, optional":  streamFlow("http-api", specs.StreamOptionalMapping),
		"Snowflake":           streamFlow("snowflake-streaming", specs.StreamWithMapping),
		"webhook":             streamFlow("shopify-streaming", specs.GenericStreamingAEP),
	} {
		a := open(t, Options{})
		id := do(a).want(201).text("id")
		a.s.Advance(48 * time.Hour)
		a.signIn()
		o := a.get(flowsPath + "/" + id).item()
		if !a.isSource(o) || core.Text(o, "state") != "enabled" || len(a.runsOf(id)) != 0 {
			t.Errorf("%s: %s", name, core.ToJSON(o))
		}
		if url := core.Text(o, "options", "inletUrl"); strings.HasPrefix(url, "https://dcs.adobedc.net/collection/") !=
			(name == "webhook") {
			t.Errorf("%s: inlet %q", name, url)
		}
		a.post(flowsPath+"/"+id+"/action?op=disable", nil).want(200)
		etag := core.Text(a.get(flowsPath+"/"+id).item(), "etag")
		a.patch(flowsPath+"/"+id, etag, `[{"op":"replace","path":"/name","value":"n"}]`).want(200)
		if again := a.get(flowsPath + "/" + id).item(); !core.Same(again["options"], o["options"]) {
			t.Errorf("%s: options changed to %s", name, core.ToJSON(again["options"]))
		}
		a.delete(flowsPath + "/" + id).want(204)
	}
}

// One flow reads each consumer group and each subscription, until it is deleted; a
// stream of Kinesis is read by any number.
func TestReaders(t *testing.T) {
	for slug, second := range map[string][]any{
		"azure-event-hubs": {"params.consumerGroup", "other"},
		"google-pubsub":    {"params.subscriptionName", "other"},
		"amazon-kinesis":   nil,
	} {
		a := open(t, Options{})
		_, r := a.readers(slug, nil, second)
		r.want(201)
	}
	// Through another connection it is the same reader if both lead to the same place.
	for _, c := range []struct {
		slug, param, value string
		want               int
	}{
		{"azure-event-hubs", "params.namespace", "C.servicebus.windows.net", 400},
		{"azure-event-hubs", "params.namespace", "c2", 201},
		{"google-pubsub", "params.projectId", "p", 400},
		{"google-pubsub", "params.projectId", "p2", 201},
	} {
		a := open(t, Options{})
		other := a.sourceOf(c.slug, c.param, c.value)["baseConnectionId"]
		if _, r := a.readers(c.slug, nil, []any{"baseConnectionId", other}); r.status != c.want {
			t.Errorf("%s %s: %d %s", c.param, c.value, r.status, r.raw)
		}
	}
	a := open(t, Options{})
	first, r := a.readers("azure-event-hubs", nil, nil)
	r.refused(400, "FLOW-1312-400")
	var body object
	a.post(flowsPath+"/"+first+"/action?op=disable", nil).want(200)
	body = with(a.flowParts(), "flowSpec.id", specs.StreamOptionalMapping, "scheduleParams", nil, "transformations", nil,
		"sourceConnectionIds", []any{core.Texts(a.get(flowsPath+"/"+first).item(), "sourceConnectionIds")[0]})
	a.post(flowsPath, body).refused(400, "FLOW-1312-400")
	a.delete(flowsPath + "/" + first).want(204)
	a.post(flowsPath, body).want(201)
}

// HTTP API: the connection has the inlet, which a new sign-in keeps, and says what the
// data are.
func TestInletOfHTTPAPI(t *testing.T) {
	a := open(t, Options{})
	source := a.sourceOf("http-api", "params.dataType", "xdm")
	path := flowBase + "/connections/" + source["baseConnectionId"].(string)
	params := func() object { return core.At(a.get(path).item(), "auth", "params").(object) }
	id := core.Text(params(), "inletId")
	if len(id) != 64 || params()["inletUrl"] != "https://dcs.adobedc.net/collection/"+id {
		t.Errorf("params %s", core.ToJSON(params()))
	}
	etag := core.Text(a.get(path).item(), "etag")
	auth := core.ToJSON([]any{object{"op": "replace", "path": "/auth", "value": with(streamAuth["http-api"],
		"params.dataType", "xdm", "params.authenticationRequired", true)}})
	a.patch(path, etag, string(auth)).want(200)
	if core.Text(params(), "inletId") != id || params()["authenticationRequired"] != true {
		t.Errorf("params %s", core.ToJSON(params()))
	}
	ends := a.post(flowBase+"/sourceConnections", source).want(201).text("id")
	flow := with(a.flowParts(), "flowSpec.id", specs.StreamXDM, "sourceConnectionIds", []any{ends}, "scheduleParams", nil,
		"transformations", nil)
	a.post(flowsPath, flow).want(201)
	a.post(flowsPath, with(flow, "flowSpec.id", specs.StreamWithMapping)).refused(400, "FLOW-1305-400")
}

// The inlet of a seed is read back as it was written, wherever it is.
func TestInletOfASeed(t *testing.T) {
	const id, inlet = "0a90a9ca-1bba-49b9-a787-f9201e9317dd", "https://inlet.example/collection/abc"
	a := open(t, Options{Seed: seedOf(t, `{"connections": [{"id": "`+id+`", "name": "n", "connector": "http-api",
		"auth": {"specName": "Streaming Connection",
			"params": {"sourceId": "n", "name": "n", "dataType": "raw", "inletId": "abc", "inletUrl": "`+inlet+`"}}}]}`)})
	o := a.get(flowBase + "/connections/" + id).item()
	if got := core.Text(o, "auth", "params", "inletUrl"); got != inlet {
		t.Errorf("inletUrl %q, expected %s", got, inlet)
	}
}

// The page shows where each flow reads, and buttons for runs only where there are runs.
func TestPageOfStreams(t *testing.T) {
	a := open(t, Options{Sources: []Source{{Connection: "stripe", Kind: "files", Path: t.TempDir()}}})
	streamFlow("http-api", specs.StreamWithMapping)(a).want(201)
	a.sourceOf("stripe")
	page := string(a.get("/?sandbox=prod").want(200).raw)
	for _, want := range []string{"<code>HTTP API streaming</code>", "a stream", "a folder of files"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "Run now") {
		t.Error("a stream can be run")
	}
	a.post(flowsPath, a.filesFlow(zoneSourceWith()(a).text("id"))).want(201)
	page = string(a.get("/?sandbox=prod").want(200).raw)
	for _, want := range []string{"<code>dlz-user-container/orders/*.csv.gz</code>", "Run now"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// A target may leave its schema to the dataset.
func TestTargetOfAStream(t *testing.T) {
	a := open(t, Options{})
	a.post(flowBase+"/targetConnections", with(targetBody(), "data", object{"format": "parquet_xdm"})).want(201)
	targetWith("data", object{"format": "json"})(a).refused(400, "FLOW-1304-400")
}

// Self-serve sources have schedules like tables, and the files of a folder for data.
func TestSelfServe(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "charges.json")
	err := os.WriteFile(path, []byte(`[{"data":{"id":"a"}},{"data":{"id":"b"}}]`), 0o600)
	if err == nil {
		err = os.Chtimes(path, start, start)
	}
	if err != nil {
		t.Fatal(err)
	}
	a := open(t, Options{Sources: []Source{{Connection: "stripe", Kind: "files", Path: dir}}})
	if got := exploringRest("preview=true&sourceParams=e30%3D")(a).want(200); string(got.raw) !=
		`{"data":[{"data":{"id":"a"}},{"data":{"id":"b"}}],"format":"hierarchical","schema":{"properties":{"data":{`+
			`"properties":{"id":{"type":"string"}},"type":"object"}},"type":"object"}}` {
		t.Errorf("explore %s", got.raw)
	}
	id := streamFlow("stripe", specs.RestStorageToAEP, "scheduleParams", onceSchedule)(a).want(201).text("id")
	a.s.Advance(time.Hour)
	if runs := a.runsOf(id); len(runs) != 1 || figures(runs[0]) != [3]any{int64(1), int64(2), "success"} {
		t.Errorf("runs %s", core.ToJSON(runs))
	}
	a = open(t, Options{})
	if got := exploringRest("sourceParams=e30")(a).want(200); got.text("format") != "hierarchical" {
		t.Errorf("explore %s", got.raw)
	}
}

func TestExploreSnowflakeStreaming(t *testing.T) {
	a := open(t, Options{})
	id := a.sourceOf("snowflake-streaming")["baseConnectionId"].(string)
	got := a.get(flowBase + "/connections/" + id + "/explore?objectType=root").want(200)
	if string(got.raw) != `{"items":[]}` {
		t.Errorf("explore %s", got.raw)
	}
}
