package flow

import (
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/servetest"
)

const (
	connection = `{"name":"C","auth":{"specName":"ConnectionString","params":{"connectionString":"x"}},
		"connectionSpec":{"id":"b2e08744-4f1a-40ce-af30-7abac3e23cf3","version":"1.0"}}`
	source = `{"name":"S","baseConnectionId":"{base}","data":{"format":"tabular"},"params":{"tableName":"t","columns":[{"name":"id","type":"string"},{"name":"at","type":"string"}]},
		"connectionSpec":{"id":"b2e08744-4f1a-40ce-af30-7abac3e23cf3","version":"1.0"}}`
	target = `{"name":"T","data":{"schema":{"id":"https://ns.adobe.com/acme/schemas/s","version":"application/vnd.adobe.xed-full+json;version=1"}},
		"params":{"dataSetId":"d"},"connectionSpec":{"id":"c604ff05-7f1a-43c0-8e18-33bf874cb11c","version":"1.0"}}`
	dataflow = `{"name":"F","flowSpec":{"id":"14518937-270c-4525-bdec-c2ba7cce3860","version":"1.0"},"sourceConnectionIds":["{source}"],"targetConnectionIds":["{target}"],
		"transformations":[{"name":"Copy","params":{"deltaColumn":{"name":"at"}}},{"name":"Mapping","params":{"mappingId":"m","mappingVersion":0}}],
		"scheduleParams":{"startTime":1801486800,"frequency":"hour","interval":1}}` // an hour after the start
)

// open is a sandbox with what a flow refers to, up to its two ends.
func open(t *testing.T, sw core.Switches) *servetest.Service {
	s := servetest.New(core.FlowService, Routes(), sw)
	s.Env.Hooks.NextDue = NextDue
	s.Put(core.KindSchema, "https://ns.adobe.com/acme/schemas/s", `{"title":"S","meta:resourceType":"schemas"}`)
	s.Put(core.KindDataset, "d", `{"name":"D","schemaRef":{"id":"https://ns.adobe.com/acme/schemas/s"}}`)
	s.Put(core.KindMappingSet, "m", `{"version":0,"outputSchema":{"schemaRef":{"id":"https://ns.adobe.com/acme/schemas/s"}},"mappings":[]}`)
	s.Run(t,
		servetest.Step{Call: "POST /connections", Body: connection, Status: 201, Save: "base=id"},
		servetest.Step{Call: "POST /sourceConnections", Body: source, Status: 201, Save: "source=id"},
		servetest.Step{Call: "POST /targetConnections", Body: target, Status: 201, Save: "target=id"},
	)
	return s
}

// A flow is made, patched with its etag, disabled, and deleted; what it uses stays
// while it is there.
func TestLifeOfAFlow(t *testing.T) {
	open(t, core.Switches{}).Run(t,
		servetest.Step{Call: "POST /flows", Body: dataflow, Status: 201, Save: "id=id"},
		servetest.Step{Call: "GET /flows/{id}", Status: 200,
			Want: `{"items":[{"state":"enabled","etag":"*","scheduleParams":{"backfill":true},"inheritedAttributes":{"properties":{"isSourceFlow":true}}}]}`},
		servetest.Step{Call: "DELETE /connections/{base}", Status: 400, Has: "FLOW-1418-400"},
		servetest.Step{Call: "DELETE /sourceConnections/{source}", Status: 400, Has: "FLOW-1447-400"},
		servetest.Step{Call: "PATCH /flows/{id}", Body: `[{"op":"replace","path":"/name","value":"G"}]`, Status: 400,
			Has: "FLOW-1403-400"},
		servetest.Step{Call: "PATCH /flows/{id}", Body: `[{"op":"replace","path":"/name","value":"G"}]`,
			Header: `If-Match: "old"`, Status: 412},
		servetest.Step{Call: "POST /flows/{id}/action?op=enable", Status: 400, Has: "FLOW-1422-400"},
		servetest.Step{Call: "POST /flows/{id}/action?op=disable", Status: 200, Want: `{"id":"{id}"}`},
		servetest.Step{Call: "GET /flows?property=state==disabled", Status: 200, Want: `{"items":[{"id":"{id}"}]}`},
		servetest.Step{Call: "DELETE /flows/{id}", Status: 204},
		servetest.Step{Call: "GET /flows/{id}", Status: 404, Has: "FLOW-1439-404"},
		servetest.Step{Call: "DELETE /sourceConnections/{source}", Status: 204},
	)
}

func TestRefusedFlows(t *testing.T) {
	s := open(t, core.Switches{})
	for _, c := range []struct{ from, to, code string }{
		{`"name":"F",`, ``, "FLOW-1304-400"}, {`"F",`, `"F","state":"enabled",`, "FLOW-1410-400"},
		{`14518937`, `00000000`, "FLOW-1413-400"},
		{`"{source}"`, ``, "FLOW-1320-400"}, {`"{source}"`, `"{source}","x"`, "FLOW-1321-400"},
		{`{target}`, `{source}`, "FLOW-1439-404"},
		{`1801486800`, `1801483199`, "FLOW-1360-400"}, {`"hour"`, `"minute"`, "FLOW-1362-400"},
		{`"hour"`, `"month"`, "FLOW-1397-400"},
		{`"name":"at"`, `"name":"none"`, "FLOW-1313-400"}, {`"mappingVersion":0`, `"mappingVersion":1`, "FLOW-1412-400"},
		{`"m"`, `"n"`, "FLOW-1419-400"},
	} {
		status := 400
		if strings.HasSuffix(c.code, "404") {
			status = 404
		}
		s.Run(t, servetest.Step{Call: "POST /flows", Body: strings.Replace(dataflow, c.from, c.to, 1), Status: status,
			Has: c.code})
	}
	// A start in this very second is not in the past.
	s.Run(t, servetest.Step{Call: "POST /flows", Body: strings.Replace(dataflow, "1801486800", "1801483200", 1),
		Status: 201})
}

// A flow runs at its start and each hour after it; windows join, and a leap of
// the clock leaves none out.
func TestScheduledRuns(t *testing.T) {
	s := open(t, core.Switches{})
	s.Run(t, servetest.Step{Call: "POST /flows", Body: dataflow, Status: 201, Save: "id=id"})
	s.Env.Advance(3*time.Hour + RunTime)
	CatchUp(s.Space, s.Env.Now())
	s.Run(t, servetest.Step{Call: "GET /runs?property=flowId=={id}&orderby=createdAt", Status: 200, Want: `{"items":[
		{"metrics":{"statusSummary":{"status":"success"},"durationSummary":{"extensions":{"windowStart":0,"windowEnd":1801486800000}}}},
		{"metrics":{"durationSummary":{"extensions":{"windowStart":1801486800000,"windowEnd":1801490400000}}}},
		{"metrics":{"durationSummary":{"extensions":{"windowStart":1801490400000,"windowEnd":1801494000000}}}}]}`})
	s.Env.Advance(1000 * time.Hour)
	CatchUp(s.Space, s.Env.Now())
	if n := len(s.Space.Table(core.KindRun).Order); n != 3+MaxRunsAtOnce {
		t.Errorf("%d runs after a leap", n)
	}
}

func TestSchedules(t *testing.T) {
	for _, c := range []struct{ params, why string }{
		{`{}`, "FLOW-1317-400"}, {`{"frequency":"once"}`, "FLOW-1340-400"},
		{`{"frequency":"once","startTime":"1","interval":1}`, "FLOW-1361-400"},
		{`{"frequency":"once","startTime":1,"backfill":true}`, "FLOW-1364-400"},
		{`{"frequency":"day","startTime":1}`, "FLOW-1363-400"},
		{`{"frequency":"minute","startTime":1,"interval":14}`, "FLOW-1362-400"},
		{`{"frequency":"minute","startTime":1,"interval":"15"}`, ""},
		{`{"frequency":"day","startTime":1,"interval":0}`, "FLOW-1362-400"},
		{`{"frequency":"week","startTime":"1","interval":1,"backfill":"false"}`, ""},
		{`{"frequency":"once","startTime":1}`, ""}, {`{"frequency":"day","startTime":1,"interval":1,"backfill":1}`,
			"FLOW-1317-400"},
	} {
		_, err := ReadSchedule(core.MustObject([]byte(c.params)))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.why {
			t.Errorf("%s: got %s, want %s", c.params, got, c.why)
		}
	}
}

func TestFilters(t *testing.T) {
	s := open(t, core.Switches{})
	for _, c := range []struct {
		property string
		status   int
		has      string
	}{
		{"name==S", 200, `"id"`}, {"name==T", 200, `"items":[]`}, {`name==%22S%22,T`, 200, `"id"`},
		{"createdAt>0", 200, `"id"`}, {"createdAt>x", 400, "FLOW-1452-400"},
		{"name", 400, "FLOW-1453-400"}, {"name==", 400, "FLOW-1453-400"}, {"size==1", 400, "FLOW-1449-400"},
		{"name~S", 400, "FLOW-1440-400"}, {"name!S", 400, "FLOW-1450-400"}, {"createdAt>1,2", 400, "FLOW-1443-400"},
		{"id>1", 400, "FLOW-1448-400"}, {"name==%22S", 400, "FLOW-1452-400"},
	} {
		s.Run(t, servetest.Step{Call: "GET /sourceConnections?property=" + c.property, Status: c.status, Has: c.has})
	}
}
