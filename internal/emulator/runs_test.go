package emulator

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	flowservice "github.com/aepflow/aepflow/internal/emulator/flow"
	"github.com/aepflow/aepflow/internal/files"
)

// runsOf lists a flow's runs, oldest first.
func (a *api) runsOf(flow string) []any {
	a.t.Helper()
	var all []any
	path := flowBase + "/runs?property=flowId==" + flow + "&orderby=createdAt&limit=100"
	for path != "" {
		r := a.get(path).want(200)
		all = append(all, core.List(r.v, "items")...)
		path = core.Text(r.v, "_links", "next", "href")
		if path != "" {
			path = flowBase + path
		}
	}
	return all
}

func windows(runs []any) [][2]int64 {
	var out [][2]int64
	for _, r := range runs {
		ext := core.At(r, "metrics", "durationSummary", "extensions")
		from, _ := core.AsInt(core.At(ext, "windowStart"))
		to, _ := core.AsInt(core.At(ext, "windowEnd"))
		out = append(out, [2]int64{from / 1000, to / 1000})
	}
	return out
}

func status(run any) string { return core.Text(run, "metrics", "statusSummary", "status") }

// A recurring flow runs at its start and each interval after it, each window
// beginning where the last one ended.
func TestScheduledRuns(t *testing.T) {
	a := open(t, Options{})
	id, etag := a.flow() // first run in an hour, then every 15 minutes
	first := start.Unix() + 3600
	a.s.Advance(time.Hour - time.Second)
	if runs := a.runsOf(id); len(runs) != 0 {
		t.Fatalf("%d runs before the start", len(runs))
	}
	a.s.Advance(time.Second)
	runs := a.runsOf(id)
	if len(runs) != 1 || status(runs[0]) != "inProgress" {
		t.Fatalf("at the start: %s", core.ToJSON(runs))
	}
	if moved := core.Text(a.get(flowsPath+"/"+id).item(), "etag"); moved == etag {
		t.Error("a run leaves its mark on the flow without moving its etag")
	}
	a.s.Advance(flowservice.RunTime)
	flow := a.get(flowsPath + "/" + id).item()
	if runs = a.runsOf(id); status(runs[0]) != "success" || core.Text(flow, "lastRunDetails", "state") != "success" ||
		core.Text(flow, "lastRunDetails", "id") != core.Text(runs[0], "id") {
		t.Errorf("after the run: %s, flow %s", core.ToJSON(runs), core.ToJSON(flow["lastRunDetails"]))
	}
	a.s.Advance(time.Hour)
	got := windows(a.runsOf(id))
	want := [][2]int64{{0, first}, {first, first + 900}, {first + 900, first + 1800}, {first + 1800, first + 2700},
		{first + 2700, first + 3600}}
	if !slices.Equal(got, want) {
		t.Errorf("windows %v, want %v", got, want)
	}
	// Disabled flows do not run; enabled again, they go on without making up.
	a.post(flowsPath+"/"+id+"/action?op=disable", nil).want(200)
	a.s.Advance(time.Hour)
	if n := len(a.runsOf(id)); n != 5 {
		t.Errorf("%d runs of a disabled flow", n)
	}
	a.post(flowsPath+"/"+id+"/action?op=enable", nil).want(200)
	a.s.Advance(15 * time.Minute)
	got = windows(a.runsOf(id))
	if len(got) != 6 || got[5] != [2]int64{first + 3600, first + 8100} {
		t.Errorf("windows after a pause %v", got)
	}
}

func TestOneTimeRunAndBackfill(t *testing.T) {
	a := open(t, Options{})
	once := a.post(flowsPath, onceFlow(a)).want(201).text("id")
	body := with(a.flowParts(), "scheduleParams.backfill", false)
	fresh := a.post(flowsPath, body).want(201).text("id")
	a.s.Advance(48 * time.Hour)
	a.signIn()
	if got := windows(a.runsOf(once)); len(got) != 1 || got[0][0] != 0 {
		t.Errorf("one-time flow ran %v", got)
	}
	if got := windows(a.runsOf(fresh)); got[0][0] != start.Unix() {
		t.Errorf("without backfill the first window is %v", got[0])
	}
}

// A leap of the clock makes a bounded number of runs whose windows still cover
// everything.
func TestLeapOfTheClock(t *testing.T) {
	a := open(t, Options{})
	id, _ := a.flow()
	a.s.Advance(90 * 24 * time.Hour)
	a.signIn()
	got := windows(a.runsOf(id))
	if len(got) != flowservice.MaxRunsAtOnce {
		t.Fatalf("%d runs", len(got))
	}
	if got[0][0] != 0 {
		t.Errorf("the first window is %v", got[0])
	}
	for i := 1; i < len(got); i++ {
		if got[i][0] != got[i-1][1] {
			t.Fatalf("gap between %v and %v", got[i-1], got[i])
		}
	}
}

func TestRunsSurviveRestart(t *testing.T) {
	dir := t.TempDir()
	now := start
	o := Options{Dir: files.Project(dir), Now: func() time.Time { return now }}
	a := open(t, o)
	id, _ := a.flow()
	now = now.Add(time.Hour)
	if n := len(a.runsOf(id)); n != 1 {
		t.Fatalf("%d runs", n)
	}
	a.s.Close()
	now = now.Add(30 * time.Minute)
	a = open(t, o)
	if n := len(a.runsOf(id)); n != 3 {
		t.Errorf("%d runs after half an hour of being closed", n)
	}
}

// A skipped run does not begin; the next one comes when it is due.
func TestSkippedRuns(t *testing.T) {
	a := open(t, Options{})
	id, _ := a.flow()
	a.post("/_emulator/runfaults", `{"flow":"`+id+`","status":"skipped","skip":1,"times":2}`).want(200)
	a.s.Advance(time.Hour + flowservice.RunTime)
	for quarter, want := range []int{1, 1, 1, 2} {
		if n := len(a.runsOf(id)); n != want {
			t.Errorf("after %d quarters: %d runs, want %d", quarter, n, want)
		}
		a.s.Advance(15 * time.Minute)
	}
}

func TestRunFaults(t *testing.T) {
	a := open(t, Options{})
	id, _ := a.flow()
	a.post("/_emulator/runfaults", `{"flow":"`+id+`","skip":1}`).want(200)
	a.s.Advance(time.Hour + 15*time.Minute + flowservice.RunTime)
	runs := a.runsOf(id)
	if status(runs[0]) != "success" || status(runs[1]) != "failed" {
		t.Fatalf("runs are %s and %s", status(runs[0]), status(runs[1]))
	}
	if code := core.Text(core.List(runs[1], "metrics", "statusSummary", "errors")[0],
		"code"); code != "CONNECTOR-2001-500" {
		t.Errorf("code %s", code)
	}
	if n, _ := core.AsInt(core.At(runs[1], "metrics", "sizeSummary", "inputBytes")); n != -1 {
		t.Errorf("a failed run has %d bytes", n)
	}
	if got := core.Text(a.get(flowsPath+"/"+id).item(), "lastRunDetails", "state"); got != "failed" {
		t.Errorf("flow's last run is %s", got)
	}
	// Filters over runs, in any case of the status.
	for _, word := range []string{"failed", "Failed"} {
		if got := a.get(flowBase + "/runs?property=flowId==" + id + "&property=metrics.statusSummary.status==" +
			word).item(); core.Text(got, "id") != core.Text(runs[1], "id") {
			t.Errorf("filter by %s", word)
		}
	}
	again := a.post(flowBase+"/runs/"+core.Text(runs[1], "id")+"/action?op=re-trigger", nil).want(200).text("id")
	a.s.Advance(flowservice.RunTime)
	repeated := a.get(flowBase + "/runs/" + again).item()
	if status(repeated) != "success" || windows([]any{repeated})[0] != windows(runs[1:])[0] {
		t.Errorf("repeated run: %s", core.ToJSON(repeated))
	}
}

func TestOnDemandRun(t *testing.T) {
	for shape, read := range map[string]func(reply) string{
		"items": func(r reply) string { return core.Text(r.item(), "id") },
		"bare":  func(r reply) string { return r.text("id") },
		"full":  func(r reply) string { return r.text("id") },
	} {
		a := open(t, Options{Switches: Switches{CreateRunShape: shape}})
		flow := a.post(flowsPath, onceFlow(a)).want(201).text("id")
		a.s.Advance(time.Hour)
		at := start.Add(2 * time.Hour).Unix()
		made := a.post(flowBase+"/runs", object{"flowId": flow,
			"params": object{"startTime": at, "windowStartTime": 100, "windowEndTime": 200,
				"deltaColumn": object{"name": "Datefield"}}}).want(201)
		id := read(made)
		if s := status(a.get(flowBase + "/runs/" + id).item()); s != "scheduled" {
			t.Errorf("%s: fresh run is %s", shape, s)
		}
		a.s.Advance(time.Hour + flowservice.RunTime)
		if s := status(a.get(flowBase + "/runs/" + id).item()); s != "success" {
			t.Errorf("%s: run is %s", shape, s)
		}
		got := a.get(flowsPath + "/" + flow).item()
		if p, _ := flowservice.Transformation(got, "Copy"); core.Text(p, "deltaColumn", "name") != "Datefield" {
			t.Errorf("%s: delta column was not kept: %s", shape, core.ToJSON(got))
		}
	}
}

// writeFixtures makes one table in each form that source data can have.
func writeFixtures(t *testing.T) map[string]Source {
	t.Helper()
	dir := t.TempDir()
	write := func(name, body string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("csv/test1.Mytable.csv", "TestID,Name,Datefield,N,Ok,Price\na,Ann,2027-02-01 00:00:00,1,true,1.5\nb,Bob,2027-02-01 13:05:00,2,false,2\nc,,2027-02-01 13:20:00,3000000000,true,3\n")
	write("json/test1.Mytable.json", `[{"TestID":"a","Name":"Ann","Datefield":"2027-02-01T00:00:00Z","N":1,"Ok":true,"Price":1.5},
		{"TestID":"b","Name":"Bob","Datefield":"2027-02-01T13:05:00Z","N":2,"Ok":false,"Price":2},{"TestID":"c","Name":null,"Datefield":"2027-02-01T13:20:00Z","N":3000000000,"Ok":true,"Price":3}]`)
	db, err := sql.Open("sqlite", filepath.Join(dir, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range []string{
		`CREATE TABLE "test1.Mytable" (TestID TEXT, Name VARCHAR(20), Datefield TIMESTAMP, N BIGINT, Ok BOOLEAN, Price DECIMAL(10,2))`,
		`INSERT INTO "test1.Mytable" VALUES ('a','Ann','2027-02-01 00:00:00',1,1,1.5),('b','Bob','2027-02-01 13:05:00',2,0,2),('c',NULL,'2027-02-01 13:20:00',3000000000,1,3)`,
	} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	return map[string]Source{
		"csv":    {Connection: "BigQuery", Kind: "csv", Path: filepath.Join(dir, "csv")},
		"json":   {Connection: tutorialConnection, Kind: "json", Path: filepath.Join(dir, "json")},
		"sqlite": {Connection: "BigQuery", Kind: "sqlite", Path: filepath.Join(dir, "data.db")},
	}
}

// Source data answers explore, and runs count its rows by their windows.
func TestSourceData(t *testing.T) {
	for kind, source := range writeFixtures(t) {
		t.Run(kind, func(t *testing.T) {
			a := open(t, Options{Sources: []Source{source}})
			explore := flowBase + "/connections/" + tutorialConnection + "/explore"
			root, isList := a.get(explore + "?objectType=root").want(200).v.([]any)
			if !isList || len(root) != 1 || core.Text(root[0], "path") != "test1.Mytable" {
				t.Errorf("root %s", core.ToJSON(root))
			}
			table := a.get(explore + "?objectType=table&object=test1.Mytable&preview=true").want(200)
			types := map[string]string{}
			for _, col := range core.List(table.v, "schema", "columns") {
				types[core.Text(col, "name")] = core.Text(col, "type") + "/" + core.Text(col, "meta:xdmType") + "/" +
					core.Text(col, "xdm", "format")
			}
			for name, want := range map[string]string{
				"TestID": "string//", "Name": "string//", "Datefield": "string/date-time/date-time", "N": "integer//",
				"Ok": "boolean//", "Price": "double//",
			} {
				if types[name] != want {
					t.Errorf("%s is %s, want %s", name, types[name], want)
				}
			}
			rows := core.List(table.v, "data")
			if len(rows) != 3 || core.Text(rows[1], "Name") != "Bob" || core.At(rows[1], "Ok") != false {
				t.Errorf("rows %s", core.ToJSON(rows))
			}
			a.get(explore+"?objectType=table&object=../../../etc/passwd").refused(400, "FLOW-1330-400")
			if core.At(a.get(flowBase+"/connections/"+tutorialConnection+"/test").want(200).v, "result") != true {
				t.Error("test says no")
			}
			a.post(flowBase+"/sourceConnections", with(sourceBody(), "params.tableName", "Other")).refused(400, "FLOW-1330-400")
			a.post(flowBase+"/sourceConnections", with(sourceBody(), "params.columns.0.name", "Other")).refused(400,
				"FLOW-1313-400")

			id, _ := a.flow()
			a.s.Advance(time.Hour + 30*time.Minute + flowservice.RunTime)
			var counts []int64
			for _, r := range a.runsOf(id) {
				n, _ := core.AsInt(core.At(r, "metrics", "recordSummary", "outputRecordCount"))
				counts = append(counts, n)
			}
			if !slices.Equal(counts, []int64{1, 1, 1}) { // up to 13:00, 13:15, 13:30
				t.Errorf("rows by run %v", counts)
			}
			batches := a.get(catalogBase + "/batches?dataSet=" + tutorialDataset + "&orderBy=desc:created").want(200).v.(object)
			if len(batches) != 3 {
				t.Errorf("%d batches", len(batches))
			}
			dataset := a.get(catalogBase + "/dataSets/" + tutorialDataset).want(200)
			last := core.Text(dataset.v, tutorialDataset, "lastBatchId")
			if core.Text(batches[last], "status") != "success" {
				t.Errorf("last batch %q: %s", last, core.ToJSON(batches[last]))
			}
		})
	}
}

func TestParseSource(t *testing.T) {
	if s, err := ParseSource("crm=sqlite:a/b:c.db"); err != nil ||
		s != (Source{Connection: "crm", Kind: "sqlite", Path: "a/b:c.db"}) {
		t.Errorf("%+v %v", s, err)
	}
	for _, bad := range []string{"crm", "crm=csv", "=csv:x", "crm=xls:x", "crm=csv:"} {
		if _, err := ParseSource(bad); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
	if _, err := Open(Options{Sources: []Source{{Connection: "x", Kind: "csv", Path: t.TempDir()}}}); err == nil {
		t.Error("an empty folder was taken for a source")
	}
}

// Rows that failed are files of the run's batch, for 30 days, if the flow keeps diagnostics.
func TestFailedRows(t *testing.T) {
	const export = "/data/foundation/export/batches/"
	a := open(t, Options{Sources: []Source{writeFixtures(t)["json"]}})
	kept := a.post(flowsPath, with(a.flowParts(), "options", object{"errorDiagnosticsEnabled": true})).want(201).text("id")
	other := a.post(flowsPath, with(a.flowParts(), "scheduleParams.frequency", "hour")).want(201).text("id")
	a.post("/_emulator/runfaults",
		`{"flow":"`+kept+`","status":"partialSuccess","code":"MAPPER-3700-400","message":"no","records":1}`).want(200)
	a.post("/_emulator/runfaults",
		`{"flow":"`+kept+`","status":"failed","message":"no","code":"INGEST-1212-400","records":1}`).want(200)
	a.post("/_emulator/runfaults", `{"flow":"`+kept+`","status":"failed","code":"CONNECTOR-1001-500"}`).want(200)
	a.post("/_emulator/runfaults", `{"flow":"`+other+`","status":"partialSuccess","records":1}`).want(200)
	a.s.Advance(time.Hour + 30*time.Minute + flowservice.RunTime)
	a.signIn()
	batchOf := func(run any) string {
		steps := core.List(run, "activities")
		info := core.List(steps[len(steps)-1], "targetInfo")
		if len(info) == 0 {
			return ""
		}
		return core.Texts(info[0], "reference", "ids")[0]
	}
	runs := a.runsOf(kept)
	partial, failed := batchOf(runs[0]), batchOf(runs[1])
	if batchOf(runs[2]) != "" {
		t.Error("a run that could not read the source has a batch")
	}
	for _, f := range []struct{ batch, dir, file, want string }{
		{partial, "meta?path=row_errors", "conversion_errors_0.json", `"TestID":"a"`},
		{failed, "meta?path=row_errors", "validation_errors_0.json", `"TestID":"b"`},
		{failed, "failed", "part-00000.json", `"TestID":"b"`},
		{batchOf(a.runsOf(other)[0]), "meta?path=row_errors", "", ""},
		{partial, "failed", "", ""},
	} {
		names := core.ToJSON(a.get(export + f.batch + "/" + f.dir).want(200).v)
		if f.file == "" && strings.Contains(string(names), `"name"`) || !strings.Contains(string(names), f.file) {
			t.Errorf("%s: %s", f.dir, names)
		}
		if f.file == "" {
			continue
		}
		link := f.dir + "?path=" + f.file
		if f.dir != "failed" {
			link = f.dir + "%2F" + f.file
		}
		text := string(a.get(export + f.batch + "/" + link).want(200).raw)
		if !strings.Contains(text, f.want) || strings.Count(text, "\n") != 1 || !strings.Contains(text, `"message":"no"`) {
			t.Errorf("%s: %s", link, text)
		}
	}
	a.get(export + partial + "/meta?path=row_errors%2Fnone").want(404)
	a.get(export + partial + "/meta?path=other").want(404)
	for _, life := range []struct {
		after time.Duration
		has   bool
	}{{30*24*time.Hour - time.Hour, true}, {2 * time.Hour, false}} {
		a.s.Advance(life.after)
		a.signIn()
		names := core.ToJSON(a.get(export + failed + "/meta?path=row_errors").want(200).v)
		if strings.Contains(string(names), `"name"`) != life.has {
			t.Errorf("at the end of 30 days: %s", names)
		}
	}
	dataset := a.get(catalogBase + "/dataSets/" + tutorialDataset).want(200).v
	if core.Text(dataset, tutorialDataset, "lastFailedBatch") != failed {
		t.Errorf("dataset: %s", core.ToJSON(dataset))
	}
}

// A late run begins later and reads what it would have read; a slow one is under way when the next begins.
func TestLateAndSlowRuns(t *testing.T) {
	a := open(t, Options{})
	id, _ := a.flow()
	a.post("/_emulator/runfaults", `{"flow":"`+id+`","status":"late","seconds":300,"skip":1}`).want(200)
	a.post("/_emulator/runfaults", `{"flow":"`+id+`","status":"slow","seconds":1500,"skip":2}`).want(200)
	first := start.Add(time.Hour).Unix()
	a.s.Advance(time.Hour + 15*time.Minute + 299*time.Second)
	if runs := a.runsOf(id); len(runs) != 1 {
		t.Errorf("%d runs before the late one begins", len(runs))
	}
	a.s.Advance(time.Second)
	runs := a.runsOf(id)
	if len(runs) != 2 || status(runs[1]) != "inProgress" || windows(runs)[1] != [2]int64{first, first + 900} {
		t.Fatalf("the late run: %s", core.ToJSON(runs))
	}
	if at, _ := core.AsInt(core.At(runs[1], "metrics", "durationSummary", "startedAtUTC")); at != (first+1200)*1000 {
		t.Errorf("the late run began at %d", at)
	}
	a.s.Advance(25*time.Minute + flowservice.RunTime) // 55:30 after the first
	runs = a.runsOf(id)
	if len(runs) != 4 || status(runs[2]) != "inProgress" || status(runs[3]) != "success" {
		t.Errorf("a slow run, and the one after it: %s", core.ToJSON(runs))
	}
	a.s.Advance(9*time.Minute + 30*time.Second) // 55 minutes after the first, 25 after the slow one began
	runs = a.runsOf(id)
	if status(runs[2]) != "success" {
		t.Errorf("the slow run does not end: %s", core.ToJSON(runs[2]))
	}
	end, _ := core.AsInt(core.At(runs[2], "metrics", "durationSummary", "completedAtUTC"))
	if end != (first+1800+1500)*1000 {
		t.Errorf("the slow run ended at %d", end)
	}
}
