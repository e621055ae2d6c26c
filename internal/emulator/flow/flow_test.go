package flow

import (
	"encoding/base64"
	"net/url"
	"os"
	"path/filepath"
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
// The labels of a flow are those of the lists of labels.
func TestLabelsOfFlows(t *testing.T) {
	before := object{"labels": []any{"core/C1"}}
	for _, c := range []struct {
		labels any
		ok     bool
	}{
		{[]any{"core/C12", "custom/own"}, true}, {[]any{}, true}, {nil, true}, {[]any{"core/C1"}, true},
		{[]any{"C12"}, false}, {[]any{"core/"}, false}, {[]any{"core/C 1"}, false}, {[]any{12.0}, false}, {"core/C1", false},
	} {
		if err := checkLabels(before, object{"labels": c.labels}); (err == nil) != c.ok {
			t.Errorf("%v: %v", c.labels, err)
		}
	}
}

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

// A continuation token is the only parameter of a link and carries the question:
// limit, filters, and order. Clients cut the link at =.
func TestTokensCarryTheQuestion(t *testing.T) {
	s := open(t, core.Switches{})
	for _, name := range []string{"A", "B", "C", "D", "E"} {
		s.Run(t, servetest.Step{Call: "POST /connections", Body: strings.Replace(connection, `"C"`, `"`+name+`"`, 1), Status: 201})
	}
	for _, first := range []string{"/connections?limit=2&orderby=-name&property=name!=C", "/connections?limit=2&property=name!=C", "/connectionSpecs?limit=2&property=name!=mysql"} {
		s.Run(t, servetest.Step{Call: "GET " + first, Status: 200, Want: `{"items":[{},{}]}`, Save: "next=_links.next.href"})
		next := s.Saved("next")
		path, token, _ := strings.Cut(next, "?continuationToken=")
		if !strings.HasPrefix(first, path+"?") || token == "" || strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Fatalf("next is %q", next)
		}
		s.Run(t,
			servetest.Step{Call: "GET " + next, Status: 200, Want: `{"items":[{},{}]}`},
			servetest.Step{Call: "GET " + next + "=", Status: 200, Want: `{"items":[{},{}]}`}, // padded by a client
			servetest.Step{Call: "GET " + next + "&limit=1", Status: 200, Want: `{"items":[{}]}`},
			servetest.Step{Call: "GET " + next + "&property=name!=C", Status: map[bool]int{true: 200, false: 400}[strings.HasPrefix(path, "/connections")]},
			servetest.Step{Call: "GET " + next + "&property=name==A", Status: 400, Has: "belongs to another query"},
			servetest.Step{Call: "GET " + path + "?continuationToken=x", Status: 400, Has: "cannot be read"},
		)
	}
	s.Run(t,
		servetest.Step{Call: "GET /connections?limit=2&orderby=-name&property=name!=C", Status: 200, Want: `{"items":[{"name":"E"},{"name":"D"}]}`, Save: "next=_links.next.href"},
		servetest.Step{Call: "GET {next}", Status: 200, Want: `{"items":[{"name":"B"},{"name":"A"}],"_links":{}}`},
	)
}

func TestSearchRefusesWhatItDoesNotUnderstand(t *testing.T) {
	s := open(t, core.Switches{})
	for body, status := range map[string]int{
		`{"queryString":"property=name==C","limit":1}`: 200, `{"count":true}`: 200, `{"limit":1000,"orderby":"name"}`: 200,
		`{"filter":"x"}`: 400, `{"queryString":"name=C"}`: 400, `{"queryString":1}`: 400, `{"limit":1001}`: 400, `{"limit":0}`: 400, `{"limit":1,"count":true}`: 400,
	} {
		s.Run(t, servetest.Step{Call: "POST /connections/search", Body: body, Status: status}, servetest.Step{Call: "POST /flowSpecs/search", Body: body, Status: status})
	}
}

// A member that is not there cannot be replaced or removed, whichever it is.
func TestPatchOfAMissingMember(t *testing.T) {
	s := open(t, core.Switches{})
	s.Run(t, servetest.Step{Call: "POST /flows", Body: dataflow, Status: 201, Save: "id=id"}, servetest.Step{Call: "GET /flows/{id}", Status: 200, Save: "etag=items.0.etag"})
	for _, c := range []struct{ ops, code string }{
		{`[{"op":"replace","path":"/description","value":"x"}]`, "FLOW-1455-400"}, {`[{"op":"remove","path":"/nothing"}]`, "FLOW-1455-400"},
		{`[{"op":"replace","path":"/scheduleParams/none","value":1}]`, "FLOW-1455-400"}, {`[{"op":"replace","path":"/createdAt","value":1}]`, "FLOW-1365-400"},
		{`[{"op":"add","path":"/nothing","value":1}]`, "FLOW-1365-400"},
	} {
		s.Run(t, servetest.Step{Call: "PATCH /flows/{id}", Body: c.ops, Header: "If-Match: {etag}", Status: 400, Has: c.code})
	}
}

func TestWindowIsOnTheCopyActivity(t *testing.T) {
	s := open(t, core.Switches{})
	s.Run(t, servetest.Step{Call: "POST /flows", Body: dataflow, Status: 201})
	s.Env.Advance(2*time.Hour + RunTime)
	CatchUp(s.Space, s.Env.Now())
	s.Run(t, servetest.Step{Call: "GET /runs?orderby=-createdAt&limit=1", Status: 200,
		Want: `{"items":[{"activities":[{"id":"copyActivity","durationSummary":{"extensions":{"windowStart":1801486800000,"windowEnd":1801490400000}}},{"id":"promotionActivity"}]}]}`})
}

// A mapping set is published by the flow that uses it.
func TestFlowsPublishMappingSets(t *testing.T) {
	s := open(t, core.Switches{})
	s.Run(t, servetest.Step{Call: "POST /flows", Body: dataflow, Status: 201})
	if set := s.Space.Get(core.KindMappingSet, "m").View(); core.Text(set, "status") != "PUBLISHED" {
		t.Errorf("got %s", core.ToJSON(set))
	}
}

// A connector announces the sign-in methods that it takes on the emulator's cloud.
func TestAnnouncedSignInIsAccepted(t *testing.T) {
	const oracle = "d6b52d86-f0f8-475f-89d4-ce54c8527328"
	for cloud, name := range map[string]string{"azure": "ConnectionString", "aws": "Basic Authentication"} {
		s := servetest.New(core.FlowService, Routes(), core.Switches{Cloud: cloud})
		s.Run(t, servetest.Step{Call: "GET /connectionSpecs/" + oracle, Status: 200, Want: `{"items":[{"authSpec":[{"name":"` + name + `"}]}]}`})
	}
}

func TestRowFilters(t *testing.T) {
	field := func(name string) string { return `{"nodeType":"fieldLookup","fieldName":"` + name + `"}` }
	literal := func(v string) string { return `{"nodeType":"literal","value":` + v + `}` }
	apply := func(fn string, params ...string) string {
		return `{"nodeType":"fnApply","fnName":"` + fn + `","params":[` + strings.Join(params, ",") + `]}`
	}
	row := core.MustObject([]byte(`{"city":"Oslo","n":10,"none":null,"ok":true,"at":"2027-01-02T00:00:00"}`))
	for _, c := range []struct {
		filter string
		want   bool
	}{
		{apply("=", field("city"), literal(`"Oslo"`)), true}, {apply("!=", field("city"), literal(`"Oslo"`)), false},
		{apply(">", field("n"), literal("9")), true}, {apply(">", field("n"), literal("10")), false}, {apply(">=", field("n"), literal("10")), true},
		{apply("<", field("n"), literal("10")), false}, {apply("<=", field("n"), literal("10")), true}, {apply("=", field("ok"), literal("true")), true},
		{apply("<", field("at"), literal(`"2027-01-03"`)), true}, {apply("like", field("city"), literal(`"O%"`)), true}, {apply("like", field("city"), literal(`"O_"`)), false},
		{apply("in", field("city"), literal(`["Bergen","Oslo"]`)), true}, {apply("in", field("n"), literal(`[1]`)), false},
		{apply("isNull", field("none")), true}, {apply("isNull", field("city")), false}, {apply("isNotNull", field("city")), true}, {apply("isNull", field("absent")), true},
		{apply("NOT", apply("=", field("city"), literal(`"Oslo"`))), false}, {apply("NOT", apply("=", field("n"), literal("1"))), true},
		{apply("=", field("none"), literal("1")), false}, {apply("NOT", apply("=", field("none"), literal("1"))), false}, // null is neither
		{apply("and", apply("isNull", field("none")), apply("=", field("n"), literal("10"))), true},
		{apply("or", apply("=", field("none"), literal("1")), apply("=", field("n"), literal("10"))), true},
	} {
		whole := core.MustObject([]byte(`{"type":"PQL","format":"pql/json","value":` + c.filter + `}`))
		if err := checkRowFilter(whole, nil); err != nil {
			t.Errorf("%s: %v", c.filter, core.ToJSON(err.(*core.Refusal).Body))
		}
		if got := filterHolds(core.At(whole, "value"), row); got != c.want {
			t.Errorf("%s: got %v", c.filter, got)
		}
	}
}

// Filters of explore and of source connections apply to previews and to what runs
// read. A table and a file that are not there have one answer each.
func TestExploredData(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "t.csv"), []byte("id,at\n1,2027-01-01\n2,2027-01-02\n3,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, core.Switches{})
	var err error
	if s.Env.Sources, err = core.OpenFixtures([]core.Source{{Connection: "C", Kind: "csv", Path: dir}}); err != nil {
		t.Fatal(err)
	}
	filter := func(node string) string {
		return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(`{"type":"PQL","format":"pql/json","value":` + node + `}`)))
	}
	const isNull = `{"nodeType":"fnApply","fnName":"isNull","params":[{"nodeType":"fieldLookup","fieldName":"at"}]}`
	const not = `{"nodeType":"fnApply","fnName":"NOT","params":[` + isNull + `]}`
	explore := "GET /connections/{base}/explore?preview=true&objectType="
	s.Run(t,
		servetest.Step{Call: explore + "table&object=t", Status: 200, Want: `{"data":[{"id":1},{"id":2},{"id":3}]}`},
		servetest.Step{Call: explore + "table&object=t&filters=" + filter(isNull), Status: 200, Want: `{"data":[{"id":3}]}`},
		servetest.Step{Call: explore + "table&object=t&filters=" + filter(not), Status: 200, Want: `{"data":[{"id":1},{"id":2}]}`},
		servetest.Step{Call: explore + "table&object=t&filters=x", Status: 400, Has: "FLOW-1389-400"},
		servetest.Step{Call: explore + "table&object=none", Status: 400, Has: "FLOW-1330-400"},
		servetest.Step{Call: explore + "file&object=none", Status: 404, Has: "FLOW-1101-404"},
		servetest.Step{Call: "GET /connectionSpecs/26f526f2-58f4-4712-961d-e41bf1ccc0e8/explore?objectType=file&object=none", Status: 404, Has: "FLOW-1101-404"},
		servetest.Step{Call: "POST /sourceConnections", Status: 201, Save: "source=id", Body: strings.Replace(source, `"tableName"`, `"filters":{"type":"PQL","format":"pql/json","value":`+not+`},"tableName"`, 1)},
		servetest.Step{Call: "POST /flows", Body: dataflow, Status: 201},
	)
	s.Env.Advance(time.Hour + RunTime)
	CatchUp(s.Space, s.Env.Now())
	s.Run(t, servetest.Step{Call: "GET /runs", Status: 200, Want: `{"items":[{"metrics":{"recordSummary":{"inputRecordCount":2}}}]}`})
	delete(s.Env.Sources, "C")
	s.Run(t,
		servetest.Step{Call: explore + "file&object=none", Status: 404, Has: "FLOW-1101-404"},
		servetest.Step{Call: explore + "table&object=none", Status: 400, Has: "FLOW-1330-400"},
	)
}
