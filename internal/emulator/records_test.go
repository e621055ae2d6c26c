package emulator

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/catalog"
	"github.com/aepflow/aepflow/internal/emulator/core"
	flowservice "github.com/aepflow/aepflow/internal/emulator/flow"
)

// tableOf binds a table of CSV to the tutorial's connection.
func tableOf(t *testing.T, csv string) *api {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "test1.Mytable.csv"), []byte(csv), 0o644); err != nil {
		t.Fatal(err)
	}
	return open(t, Options{Sources: []Source{{Connection: "BigQuery", Kind: "csv", Path: dir}}})
}

// mappedFlow posts a flow of the tutorial with other mappings.
func (a *api) mappedFlow(options any, mappings ...any) string {
	a.t.Helper()
	set := a.post(prepBase+"/mappingSets", with(mappingBody(), "mappings", mappings)).want(200).text("id")
	body := a.flowParts()
	params := object{"mappingId": set, "mappingVersion": "0"}
	body["transformations"].([]any)[1] = object{"name": "Mapping", "params": params}
	if options != nil {
		body["options"] = options
	}
	return a.post(flowsPath, body).want(201).text("id")
}

func mapping(kind, source, destination string) object {
	return object{"sourceType": kind, "source": source, "destination": destination}
}

const people = "TestID,Name,Datefield\n" +
	"a, Ann ,2027-02-01 00:00:00\nb,Sweden,2027-02-01 00:00:00\nc,SE,2027-02-01 00:00:00\n"

var peopleMappings = []any{
	mapping("ATTRIBUTE", "TestID", "_id"),
	mapping("EXPRESSION", "trim(Name)", "person.name.fullName"),
	mapping("EXPRESSION", "iif(TestID == 'a', null, Name)", "person.nationality"),
	mapping("EXPRESSION", "to_integer(Name)", "person.name.courtesyTitle"),
}

// A run makes records of its rows by the mappings of its flow. A row that breaks the schema fails, a mapping that fails
// only leaves its field out; the flow says how many rows may fail.
func TestRecords(t *testing.T) {
	for percent, want := range map[float64]string{0: "3 0 1 failed", 33: "3 0 1 failed", 34: "3 2 1 success"} {
		a := tableOf(t, people)
		var options any
		if percent > 0 {
			options = object{"partialIngestionPercent": percent, "errorDiagnosticsEnabled": true}
		}
		id := a.mappedFlow(options, peopleMappings...)
		a.s.Advance(time.Hour + flowservice.RunTime)
		run := a.runsOf(id)[0]
		n := core.At(run, "metrics", "recordSummary")
		got := fmt.Sprint(core.At(n, "inputRecordCount"), " ", core.At(n, "outputRecordCount"), " ",
			core.At(n, "failedRecordCount"), " ", status(run))
		if got != want {
			t.Errorf("%v%% allowed: %s, want %s", percent, got, want)
		}
		why := core.List(run, "metrics", "statusSummary", "errors")[0]
		if core.Text(why, "code") != "INGEST-1212-400" || !strings.Contains(core.Text(why, "message"), "1 of 3 rows failed") {
			t.Errorf("why: %s", core.ToJSON(why))
		}
		rows := core.List(a.get("/_emulator/datasets/"+tutorialDataset+"/rows").want(200).v, "rows")
		if strings.HasSuffix(want, "failed") {
			if len(rows) != 0 {
				t.Errorf("%v%% allowed: a run that fails leaves %s", percent, core.ToJSON(rows))
			}
			continue
		}
		if len(rows) != 2 {
			t.Fatalf("rows %s", core.ToJSON(rows))
		}
		newest, first := rows[0], rows[1]
		if got := string(core.ToJSON(core.At(newest, "record"))); got !=
			`{"_id":"c","person":{"name":{"fullName":"SE"},"nationality":"SE"}}` {
			t.Errorf("newest record %s", got)
		}
		if got := string(core.ToJSON(core.At(first, "row"))); got !=
			`{"Datefield":"2027-02-01 00:00:00","Name":" Ann ","TestID":"a"}` {
			t.Errorf("first row %s", got)
		}
		states := ""
		for _, m := range core.List(first, "mappings") {
			states += core.Text(m, "state") + " "
		}
		if states != "filled filled empty failed " || core.Text(first, "run") != core.Text(run, "id") {
			t.Errorf("mappings %s of run %s", states, core.Text(first, "run"))
		}
		page := string(a.get("/").want(200).raw)
		for _, part := range []string{"2 newest records", "&#34;nationality&#34;: &#34;SE&#34;", "trim(Name)", "failed: "} {
			if !strings.Contains(page, part) {
				t.Errorf("the page lacks %q", part)
			}
		}
	}
	a := tableOf(t, people)
	a.get("/_emulator/datasets/" + tutorialDataset[:23] + "0/rows").want(404)
}

// What is kept of a dataset is bounded in number and bytes, and goes with the dataset.
func TestKeptRecords(t *testing.T) {
	var csv strings.Builder
	csv.WriteString("TestID,Name,Datefield\n")
	for i := range 150 {
		fmt.Fprintf(&csv, "%d,%s,2027-02-01 %02d:00:00\n", i, strings.Repeat("x", 100), i%24)
	}
	a := tableOf(t, csv.String())
	a.mappedFlow(nil, peopleMappings[:2]...)
	rows := func() []any {
		return core.List(a.get("/_emulator/datasets/"+tutorialDataset+"/rows").want(200).v, "rows")
	}
	a.s.Advance(time.Hour + flowservice.RunTime)
	before := len(rows())
	a.s.Advance(24 * time.Hour)
	after := rows()
	if before == 0 || before >= catalog.MaxRecords || len(after) != catalog.MaxRecords {
		t.Errorf("%d, then %d records, want some, then %d", before, len(after), catalog.MaxRecords)
	}
	at, _ := core.AsInt(core.At(after[0], "at"))
	oldest, _ := core.AsInt(core.At(after[len(after)-1], "at"))
	if at <= oldest {
		t.Errorf("the newest record is of %d, the oldest of %d", at, oldest)
	}

	csv.Reset()
	csv.WriteString("TestID,Name,Datefield\n")
	for i := range 50 {
		fmt.Fprintf(&csv, "%d,%s,2027-02-01 00:00:00\n", i, strings.Repeat("x", 50_000))
	}
	a = tableOf(t, csv.String())
	a.mappedFlow(nil, peopleMappings[:2]...)
	a.s.Advance(time.Hour + flowservice.RunTime)
	if size := len(core.ToJSON(rows())); size == 2 || size > catalog.MaxRecordBytes+100_000 {
		t.Errorf("%d bytes of records are kept", size)
	}
}
