package emulator

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
	"github.com/aepflow/aepflow/internal/specs"
)

// inletOf makes the flow of an HTTP API connection.
func (a *api) inletOf(spec string, pairs ...any) (path, flow string) {
	a.t.Helper()
	source := a.sourceOf("http-api", pairs...)
	connection := a.get(flowBase + "/connections/" + source["baseConnectionId"].(string)).item()
	ends := a.post(flowBase+"/sourceConnections", source).want(201).text("id")
	body := with(a.flowParts(), "flowSpec.id", spec, "sourceConnectionIds", []any{ends}, "scheduleParams", nil)
	if spec == specs.StreamXDM {
		body["transformations"] = nil
	} else {
		body["transformations"] = core.List(body, "transformations")[1:]
	}
	path = "/collection/" + core.Text(connection, "auth", "params", "inletId")
	return path, a.post(flowsPath, body).want(201).text("id")
}

// received is how many messages the tutorial's dataset has.
func (a *api) received() (n int64) {
	for _, b := range a.get(catalogBase + "/batches").want(200).v.(object) {
		rows, _ := core.AsInt(core.At(b, "recordCount"))
		n += rows
	}
	return n
}

// An inlet takes messages that name one of its dataflows, and with a token where it asks for
// one.
func TestInletReceives(t *testing.T) {
	a := open(t, Options{})
	path, flow := a.inletOf(specs.StreamWithMapping)
	message := object{"TestID": "1"}
	send := func(pairs ...string) reply { return a.do("POST", path, message, pairs...) }
	got := send("x-adobe-flow-id", flow, "Authorization", "").want(200)
	if "/collection/"+got.text("inletId") != path || got.text("xactionId") == "" {
		t.Errorf("answer %s", got.raw)
	}
	a.post(path+"?x-adobe-flow-id="+flow, message).want(200)
	send().refused(400, "BadRequestError")
	send("x-adobe-flow-id", noID).refused(400, "BadRequestError")
	a.post("/collection/none", message).refused(404, "NotFoundError")
	if n := a.received(); n != 2 {
		t.Errorf("%d messages", n)
	}
	_, other := a.inletOf(specs.StreamXDM, "params.dataType", "xdm")
	send("x-adobe-flow-id", other).refused(400, "BadRequestError")
	a.post(flowsPath+"/"+flow+"/action?op=disable", nil).want(200)
	send("x-adobe-flow-id", flow).refused(400, "BadRequestError")
	if n := a.received(); n != 2 {
		t.Errorf("%d messages after the refused ones", n)
	}
}

func TestInletWithAToken(t *testing.T) {
	a := open(t, Options{})
	path, flow := a.inletOf(specs.StreamXDM, "params.dataType", "xdm", "params.authenticationRequired", true)
	message := object{"header": object{"flowId": flow}, "body": object{}}
	a.do("POST", path, message, "Authorization", "").refused(401, "Unauthorized")
	a.do("POST", path, message, "Authorization", "Bearer none").refused(401, "Unauthorized")
	a.post(path, message).want(200)
	if n := a.received(); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// A webhook's address says which dataflow it is.
func TestInletOfAWebhook(t *testing.T) {
	a := open(t, Options{})
	ends := a.post(flowBase+"/sourceConnections", a.sourceOf("shopify-streaming")).want(201).text("id")
	body := with(a.flowParts(), "flowSpec.id", specs.GenericStreamingAEP, "sourceConnectionIds", []any{ends},
		"scheduleParams", nil)
	body["transformations"] = core.List(body, "transformations")[1:]
	flow := a.get(flowsPath + "/" + a.post(flowsPath, body).want(201).text("id")).item()
	address, err := url.Parse(core.Text(flow, "options", "inletUrl"))
	if err != nil {
		t.Fatal(err)
	}
	a.do("POST", address.Path, object{"id": 1}, "Authorization", "").want(200)
	if n := a.received(); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// A message goes through the mappings of its flow: its record is kept, and one that breaks the schema, or needs too
// much work, is a batch that failed.
func TestInletMapsMessages(t *testing.T) {
	a := open(t, Options{})
	path, flow := a.inletOf(specs.StreamWithMapping)
	stored := a.get(flowsPath + "/" + flow).item()
	set := core.Text(core.List(stored, "transformations")[0], "params", "mappingId")
	a.do("PUT", prepBase+"/mappingSets/"+set, with(mappingBody(), "mappings", peopleMappings)).want(200)
	params := object{"mappingId": set, "mappingVersion": 1}
	body := with(stored, "name", "other", "transformations", []any{object{"name": "Mapping", "params": params}})
	for _, name := range []string{"id", "etag", "version", "state", "options", "lastOperation"} {
		delete(body, name)
	}
	flow = a.post(flowsPath, body).want(201).text("id")
	send := func(message any) { a.do("POST", path, message, "x-adobe-flow-id", flow).want(200) }
	send(object{"TestID": "a", "Name": " Ann "})
	send(object{"TestID": "b", "Name": "Sweden"}) // no code of a country
	slow := "transformArray(split(lpad('', 1000000, 'a,'), ','), x -> upper(x))"
	tooMuch := []any{mapping("ATTRIBUTE", "TestID", "_id")}
	for i := range 10 {
		tooMuch = append(tooMuch, mapping("EXPRESSION", slow, fmt.Sprint("person.name.x", i)))
	}
	a.do("PUT", prepBase+"/mappingSets/"+set, with(mappingBody(), "mappings", tooMuch)).want(200)
	body["name"] = "too much"
	params["mappingVersion"] = 2
	heavy := a.post(flowsPath, body).want(201).text("id")
	a.do("POST", path, object{"TestID": "c"}, "x-adobe-flow-id", heavy).want(200)
	statuses := map[string]int{}
	for _, b := range a.get(catalogBase + "/batches").want(200).v.(object) {
		failed, _ := core.AsInt(core.At(b, "failedRecordCount"))
		statuses[fmt.Sprintf("%s %d", core.Text(b, "status"), failed)]++
	}
	if len(statuses) != 3 || statuses["success 0"] != 1 || statuses["failed 1"] != 1 || statuses["failed 0"] != 1 {
		t.Errorf("batches %v", statuses)
	}
	rows := core.List(a.get("/_emulator/datasets/"+tutorialDataset+"/rows").want(200).v, "rows")
	if len(rows) != 1 || core.Text(rows[0], "record", "_id") != "a" || core.Text(rows[0], "flow") != flow {
		t.Errorf("records %s", core.ToJSON(rows))
	}
}

// The mappings of messages are compiled once, and again after the schema has changed: what is random differs in each
// message, and a field has the type that the schema gives it now.
func TestMappingsOfMessages(t *testing.T) {
	a := open(t, Options{})
	path, flow := a.inletOf(specs.StreamWithMapping)
	stored := a.get(flowsPath + "/" + flow).item()
	set := core.Text(core.List(stored, "transformations")[0], "params", "mappingId")
	a.do("PUT", prepBase+"/mappingSets/"+set, with(mappingBody(), "mappings", []any{mapping("EXPRESSION", "uuid()", "_id"),
		mapping("ATTRIBUTE", "Name", "_aepflow.size")})).want(200)
	body := with(stored, "name", "random", "transformations", []any{object{"name": "Mapping",
		"params": object{"mappingId": set, "mappingVersion": 1}}})
	for _, name := range []string{"id", "etag", "version", "state", "options", "lastOperation"} {
		delete(body, name)
	}
	flow = a.post(flowsPath, body).want(201).text("id")
	send := func() any {
		a.do("POST", path, object{"Name": "7"}, "x-adobe-flow-id", flow).want(200)
		return core.At(core.List(a.get("/_emulator/datasets/"+tutorialDataset+"/rows").want(200).v, "rows")[0], "record")
	}
	one, other := send(), send()
	if core.Text(one, "_id") == "" || core.Text(one, "_id") == core.Text(other, "_id") {
		t.Errorf("messages %s and %s have the same uuid()", core.ToJSON(one), core.ToJSON(other))
	}
	g := a.post(registryBase+"/tenant/fieldgroups", object{"type": "object", "title": "Sizes",
		"meta:intendedToExtend": []any{"https://ns.adobe.com/xdm/context/profile"},
		"definitions": object{"f": object{"properties": object{"_aepflow": object{"type": "object", "properties": object{
			"size": object{"type": "integer", "title": "Size"}}}}}},
		"allOf": []any{object{"$ref": "#/definitions/f"}}}).want(201).text("$id")
	a.do("PATCH", registryBase+"/tenant/schemas/"+registry.AltID(tutorialSchema),
		`[{"op":"add","path":"/allOf/-","value":{"$ref":"`+g+`"}}]`).want(200)
	after := send()
	if got, want := fmt.Sprintf("%T %T", core.At(one, "_aepflow", "size"), core.At(after, "_aepflow", "size")),
		"<nil> json.Number"; got != want {
		t.Errorf("the field is %s, want %s: %s", got, want, core.ToJSON(after))
	}
}
