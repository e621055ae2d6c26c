package emulator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

var changeRefusals = []refusalCase{
	{"FLOW-1312-400", "changes into a schema with a class", func(a *api) reply {
		source := a.post(flowBase+"/sourceConnections", with(sourceBody(), "params.cdcEnabled", true)).want(201).text("id")
		return a.post(flowsPath, with(a.flowParts(), "sourceConnectionIds", []any{source}))
	}},
}

// changesFlow is a flow of changes into a new relational schema of events.
func (a *api) changesFlow(source string) object {
	id := relationalWith("title", "Orders of "+source)(a).want(201).text("$id")
	full := "application/vnd.adobe.xed-full+json;version=1"
	made := a.post(catalogBase+"/dataSets", object{"name": "orders",
		"schemaRef": object{"id": id, "contentType": "application/vnd.adobe.xed+json;version=1"}}).want(201)
	dataset := made.v.([]any)[0].(string)[len("@/dataSets/"):]
	target := targetWith("data.schema", object{"id": id, "version": full}, "params.dataSetId", dataset)(a).want(201).
		text("id")
	mapping := a.post(prepBase+"/mappingSets", object{
		"outputSchema": object{"schemaRef": object{"id": id, "contentType": full}},
		"mappings": []any{object{"sourceType": "ATTRIBUTE", "source": "id", "destination": "id"},
			object{"sourceType": "STATIC", "source": "1", "destination": "seq"},
			object{"sourceType": "STATIC", "source": "2027-01-01", "destination": "at"}}}).want(200).text("id")
	flow := a.filesFlow(source)
	flow["targetConnectionIds"] = []any{target}
	flow["transformations"] = []any{object{"name": "Mapping", "params": object{"mappingId": mapping}}}
	return flow
}

// A row of changes says u or d, or nothing, which is u. Any other row fails; how many may fail
// decides about the run.
func TestChanges(t *testing.T) {
	a, f := openZone(t)
	f.write("changes/a.csv", "id,_change_request_type\n1,u\n2,d\n3,\n4,D\n", start.Add(-time.Hour))
	f.write("changes/b.json", `[{"id": "5"}, {"id": "6", "_change_request_type": "d"}]`, start.Add(-time.Hour))
	flow := func(percent any, params ...any) string {
		params = append([]any{"data", object{"format": "delimited"}, "params.path", "dlz-user-container/changes/a.csv",
			"params.type", "file"}, params...)
		body := a.changesFlow(zoneSourceWith(params...)(a).want(201).text("id"))
		body["name"], body["scheduleParams"] = "changes", onceSchedule
		if percent != nil {
			body["options"] = object{"partialIngestionPercent": percent}
		}
		return a.post(flowsPath, body).want(201).text("id")
	}
	flows := map[string]struct {
		id   string
		want [4]any // read, written, failed, and the end
	}{
		"no failures allowed": {flow(nil, "params.cdcEnabled", true), [4]any{4, 0, 1, "failed"}},
		"too few allowed":     {flow(24, "params.cdcEnabled", true), [4]any{4, 0, 1, "failed"}},
		"just enough allowed": {flow(25, "params.cdcEnabled", true), [4]any{4, 3, 1, "success"}},
		"not of changes":      {flow(nil), [4]any{4, 4, 0, "success"}},
		"switched off":        {flow(nil, "params.cdcEnabled", false), [4]any{4, 4, 0, "success"}},
		"JSON": {flow(nil, "params.cdcEnabled", true, "data", object{"format": "json"},
			"params.path", "dlz-user-container/changes/b.json"), [4]any{2, 2, 0, "success"}},
	}
	a.s.Advance(2 * time.Hour)
	for name, tt := range flows {
		run := a.runsOf(tt.id)[0]
		count := core.At(run, "metrics", "recordSummary")
		got := [4]any{core.At(count, "inputRecordCount"), core.At(count, "outputRecordCount"),
			core.At(count, "failedRecordCount"), status(run)}
		if string(core.ToJSON(got)) != string(core.ToJSON(tt.want)) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

// A table of changes needs no delta column, unless the switch says so.
func TestChangesOfATable(t *testing.T) {
	for _, needed := range []bool{false, true} {
		a := open(t, Options{Switches: Switches{CDCDelta: needed}})
		base := a.post(flowBase+"/sourceConnections", with(sourceBody(), "params", object{"tableName": "orders",
			"cdcEnabled": true})).want(201).text("id")
		body := a.changesFlow(base)
		body["flowSpec"] = object{"id": "14518937-270c-4525-bdec-c2ba7cce3860", "version": "1.0"}
		if r := a.post(flowsPath, body); needed {
			r.refused(400, "FLOW-1367-400")
		} else {
			r.want(201)
		}
		delta := object{"name": "Copy", "params": object{"deltaColumn": object{"name": "changed"}}}
		body["name"], body["transformations"] = "with a delta", append(body["transformations"].([]any), delta)
		a.post(flowsPath, body).want(201)
	}
}

// Of the records of changes, those are kept that the changes leave: for each primary key the one with the highest
// version, and of these the newest. A deleted one has only its key and version. Without a key, each change is kept.
func TestRecordsOfChanges(t *testing.T) {
	const first = "id,seq,city,_change_request_type\n" +
		"a,1,Lund,\nb,1,Lund,u\nc,1,Lund,u\nd,5,Lund,u\ne,1,Lund,d\n" +
		"a,2,Ystad,u\nb,2,,d\nd,4,Ystad,d\nf,10,Lund,u\nf,9,Ystad,u\n"
	const second = "id,seq,city,_change_request_type\nc,1,,d\ne,1,Lund,u\n"
	for _, tt := range []struct {
		name     string
		key, cdc bool
		want     string
	}{
		{"changes", true, true, `upsert {"at":"2027-01-01T00:00:00Z","city":{"name":"Lund"},"id":"e","seq":1} ` +
			`delete {"at":"2027-01-01T00:00:00Z","id":"c","seq":1} ` +
			`upsert {"at":"2027-01-01T00:00:00Z","city":{"name":"Lund"},"id":"f","seq":10} ` +
			`delete {"at":"2027-01-01T00:00:00Z","id":"b","seq":2} ` +
			`upsert {"at":"2027-01-01T00:00:00Z","city":{"name":"Ystad"},"id":"a","seq":2} ` +
			`upsert {"at":"2027-01-01T00:00:00Z","city":{"name":"Lund"},"id":"d","seq":5} `},
		{"no key", false, true, "12 records"}, {"not of changes", true, false, "12 records"},
	} {
		a, f := openZone(t)
		f.write("changes/a.csv", first, start.Add(-time.Hour))
		f.write("changes/b.csv", second, start.Add(time.Hour+time.Minute))
		source := zoneSourceWith("data", object{"format": "delimited"}, "params.path", "dlz-user-container/changes",
			"params.type", "folder", "params.cdcEnabled", tt.cdc)(a).want(201).text("id")
		body := a.changesFlow(source)
		target := a.get(flowBase + "/targetConnections/" + core.Texts(body, "targetConnectionIds")[0]).item()
		schema := core.Text(target, "data", "schema", "id")
		if tt.key {
			a.describe(schema, "descriptorPrimaryKey", []any{"/id", "/at"}).want(201)
			a.describe(schema, "descriptorVersion", "/seq").want(201)
		}
		set := core.Text(core.List(body, "transformations")[0], "params", "mappingId")
		stored := a.get(prepBase + "/mappingSets/" + set).v.(object)
		stored["mappings"] = []any{mapping("ATTRIBUTE", "id", "id"), mapping("ATTRIBUTE", "seq", "seq"),
			mapping("STATIC", "2027-01-01", "at"), mapping("ATTRIBUTE", "city", "city.name")}
		a.do("PUT", prepBase+"/mappingSets/"+set, stored).want(200)
		params := object{"mappingId": set, "mappingVersion": 1}
		body["transformations"] = []any{object{"name": "Mapping", "params": params}}
		a.post(flowsPath, body).want(201)
		a.s.Advance(3 * time.Hour)
		rows := core.List(a.get("/_emulator/datasets/"+core.Text(target, "params", "dataSetId")+"/rows").want(200).v, "rows")
		got := fmt.Sprintf("%d records", len(rows))
		if tt.want != got {
			got = ""
			for _, r := range rows {
				got += core.Text(r, "change") + " " + string(core.ToJSON(core.At(r, "record"))) + " "
			}
		}
		if got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
		page := string(a.get("/").want(200).raw)
		for _, word := range []string{`class="bad">delete</span>`, `class="dim">upsert</span>`} {
			if strings.Contains(page, word) != tt.cdc {
				t.Errorf("%s: the page and %s", tt.name, word)
			}
		}
	}
}
