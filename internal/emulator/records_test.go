package emulator

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/catalog"
	"github.com/aepflow/aepflow/internal/emulator/core"
	flowservice "github.com/aepflow/aepflow/internal/emulator/flow"
	"github.com/parquet-go/parquet-go"
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

// TestWorkOfRuns: the mappings of runs that are made together have a bound of work.
func TestWorkOfRuns(t *testing.T) {
	// Of eight bytes that lpad makes, and of sixteen that size counts, each is a step.
	const perRow = 10_000_000/8 + 10_000_000/16
	for rows, want := range map[int]string{10: "success", 200_000_000/perRow + 1: "failed"} {
		csv := "TestID,Name,Datefield\n" + strings.Repeat("a,b,2027-02-01 00:00:00\n", rows)
		a := tableOf(t, csv)
		id := a.mappedFlow(nil, mapping("ATTRIBUTE", "TestID", "_id"),
			mapping("EXPRESSION", `size_of(lpad(Name, 10000000, "x"))`, "person.name.fullName"))
		a.s.Advance(time.Hour + flowservice.RunTime)
		run := a.runsOf(id)[0]
		why := string(core.ToJSON(core.At(run, "metrics", "statusSummary", "errors")))
		if status(run) != want || (want == "failed") != strings.Contains(why, "need more than 200000000 steps") {
			t.Errorf("%d rows: %s, want %s; %s", rows, status(run), want, why)
		}
	}
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

// Of the rows of one run, the last ones are the newest; one that is too large to be kept does not take their place.
func TestNewestRecordsOfARun(t *testing.T) {
	var csv strings.Builder
	csv.WriteString("TestID,Name,Datefield\n")
	for i := range 250 {
		fmt.Fprintf(&csv, "%d,Ann,2027-02-01 00:00:00\n", i)
	}
	fmt.Fprintf(&csv, "large,%s,2027-02-01 00:00:00\n", strings.Repeat("x", catalog.MaxRecordBytes))
	fmt.Fprintf(&csv, "twice,%s,2027-02-01 00:00:00\n", strings.Repeat("x", catalog.MaxRecordBytes*2/3))
	a := tableOf(t, csv.String())
	a.mappedFlow(nil, peopleMappings[:2]...)
	a.s.Advance(time.Hour + flowservice.RunTime)
	rows := core.List(a.get("/_emulator/datasets/"+tutorialDataset+"/rows").want(200).v, "rows")
	if len(rows) == 0 {
		t.Fatal("no records")
	}
	newest, oldest := core.Text(rows[0], "record", "_id"), core.Text(rows[len(rows)-1], "record", "_id")
	if len(rows) < 90 || len(rows) > catalog.MaxRecords || newest != "249" || oldest != fmt.Sprint(250-len(rows)) {
		t.Errorf("%d records, the newest %s, the oldest %s", len(rows), newest, oldest)
	}
}

// Texts that only look like numbers stay texts, in explore and in records.
func TestNumbersOfTables(t *testing.T) {
	for value, kind := range map[string]string{
		"7": "integer", "-7": "integer", "3000000000": "integer", "1e5": "double", "0.5": "double",
		"007": "string", "+5": "string", "NaN": "string", "Infinity": "string", ".5": "string", "5.": "string",
		"0x10": "string", "1e999": "string", "1_0": "string", "99999999999999999999": "double",
	} {
		a := tableOf(t, "TestID,Name,Datefield\nk,"+value+",2027-02-01 00:00:00\n")
		a.mappedFlow(nil, mapping("ATTRIBUTE", "TestID", "_id"), mapping("ATTRIBUTE", "Name", "person.name.fullName"))
		a.s.Advance(time.Hour + flowservice.RunTime)
		explored := a.get(flowBase + "/connections/" + tutorialConnection +
			"/explore?objectType=table&object=test1.Mytable&preview=true").want(200)
		if got := core.Text(core.List(explored.v, "schema", "columns")[1], "type"); got != kind {
			t.Errorf("%s is of type %s, want %s", value, got, kind)
		}
		rows := core.List(a.get("/_emulator/datasets/"+tutorialDataset+"/rows").want(200).v, "rows")
		if len(rows) != 1 || kind == "string" && core.Text(rows[0], "record", "person", "name", "fullName") != value {
			t.Errorf("%s: %s", value, core.ToJSON(rows))
		}
	}
}

// Why a row fails, with its code and the file of diagnostics that has it; whether the run succeeds depends on how many
// may fail.
func TestWhyRowsFail(t *testing.T) {
	const ok = `{"id":"1","seq":"1","at":"2027-01-01T00:00:00Z"}`
	const short = `id: "" has less than 1 characters`
	deep := strings.Replace(ok, "{", `{"x":`+strings.Repeat("[", 2000)+strings.Repeat("]", 2000)+",", 1)
	for _, tt := range []struct{ row, code, message, file string }{
		{ok, "", "", ""},
		{`{"id":"1","seq":"1","at":"2027-01-01 00:00:00","city":7,"_errors":7}`, "", "", ""},
		{`{"id":"","seq":"1","at":"2027-01-01","_errors":7}`, "INGEST-1212-400", short, "validation"},
		{`{"id":null,"seq":1,"at":"2027-01-01"}`, "INGEST-1212-400", "id: the schema requires this field", "validation"},
		{`{"seq":1,"at":"2027-01-01"}`, "MAPPER-3700-400", "id: the row has no `id`", "conversion"},
		{`{"id":1,"seq":"many","at":"2027-01-01"}`, "MAPPER-3700-400",
			`seq: expected a whole number, found "many"`, "conversion"},
		{`{"id":1,"seq":1,"at":"soon"}`, "MAPPER-3700-400", `at: expected a date, found "soon"`, "conversion"},
		{`{"id":1,"seq":[1],"at":"2027-01-01"}`, "MAPPER-3700-400",
			"seq: expected a single value, found a value of type list", "conversion"},
		{`{}`, "MAPPER-3700-400", "at: the row has no `at`", "conversion"},
		// Too much work leaves the field out, which the schema does not require.
		{`{"id":1,"seq":1,"at":"2027-01-01","n":2000000}`, "", "", ""},
		{`{"id":"","seq":1,"at":"2027-01-01","n":2000000}`, "INGEST-1212-400", short, "validation"},
		{deep, "INGEST-1401-400", "the row cannot be read as JSON", "parsing"},
	} {
		for _, percent := range []float64{49, 50} {
			a, f := openZone(t)
			f.write("why/a.json", tt.row+"\n"+ok+"\n", start.Add(-time.Hour))
			source := zoneSourceWith("data", object{"format": "json"}, "params.path", "dlz-user-container/why/a.json",
				"params.type", "file")(a).want(201).text("id")
			body := a.changesFlow(source)
			set := a.get(prepBase + "/mappingSets/" + core.Text(core.List(body, "transformations")[0], "params", "mappingId")).v
			params := object{"mappingId": core.Text(set, "id"), "mappingVersion": 1}
			body["transformations"] = []any{object{"name": "Mapping", "params": params}}
			mappings := []any{mapping("ATTRIBUTE", "id", "id"), mapping("ATTRIBUTE", "seq", "seq"),
				mapping("ATTRIBUTE", "at", "at")}
			if strings.Contains(tt.row, `"n"`) {
				mappings = append(mappings, mapping("EXPRESSION", "lpad('x', n * 100, 'y')", "city.name"))
			}
			a.do("PUT", prepBase+"/mappingSets/"+core.Text(set, "id"), with(set.(object), "mappings", mappings)).want(200)
			body["name"], body["scheduleParams"] = "why", onceSchedule
			body["options"] = object{"partialIngestionPercent": percent, "errorDiagnosticsEnabled": true}
			id := a.post(flowsPath, body).want(201).text("id")
			a.s.Advance(2 * time.Hour)
			run := a.runsOf(id)[0]
			want := "success 2"
			switch {
			case tt.code != "" && percent < 50:
				want = "failed 0"
			case tt.code != "":
				want = "success 1"
			}
			if got := fmt.Sprint(status(run), " ", core.At(run, "metrics", "recordSummary", "outputRecordCount")); got != want {
				t.Errorf("%.60s, %v%% allowed: %s, want %s", tt.row, percent, got, want)
			}
			steps := core.List(run, "activities")
			batch := core.Texts(core.List(steps[len(steps)-1], "targetInfo")[0], "reference", "ids")[0]
			meta := "/data/foundation/export/batches/" + batch + "/meta?path=row_errors"
			files := core.List(a.get(meta).want(200).v, "data")
			if tt.code == "" {
				if len(files) != 0 {
					t.Errorf("%.60s: %s", tt.row, core.ToJSON(files))
				}
				continue
			}
			line := a.get(meta + "%2F" + tt.file + "_errors_0.json").want(200)
			v, _ := core.DecodeJSON(line.raw)
			why := core.List(v, "_errors")
			got := string(core.ToJSON(why))
			want = string(core.ToJSON([]any{object{"code": tt.code, "message": tt.message}}))
			if len(files) != 1 || got != want {
				t.Errorf("%.60s: %.300s", tt.row, line.raw)
			}
		}
	}
}

// Records of several dataflows are in the order in which they arrived, whichever dataflow was looked at first.
func TestNewestFirst(t *testing.T) {
	var csv strings.Builder
	csv.WriteString("TestID,Name,Datefield\n")
	for i := range 6 {
		fmt.Fprintf(&csv, "%d,x,2027-02-03 %02d:30:00\n", i, i)
	}
	a := tableOf(t, csv.String())
	for range 2 {
		a.mappedFlow(nil, peopleMappings[:2]...)
	}
	a.s.Advance(48 * time.Hour)
	flows := map[string]bool{}
	last := int64(0)
	for i, r := range core.List(a.get("/_emulator/datasets/"+tutorialDataset+"/rows").want(200).v, "rows") {
		flows[core.Text(r, "flow")] = true
		at, _ := core.AsInt(core.At(r, "at"))
		if i > 0 && at > last {
			t.Errorf("record %d is of %d, the one before of %d", i, at, last)
		}
		last = at
	}
	if len(flows) != 2 {
		t.Errorf("records of %d dataflows, expected those of 2", len(flows))
	}
}

// The diagnostics of a batch have at most 100 rows, and 1 MiB; its files are listed in pages.
func TestBoundsOfDiagnostics(t *testing.T) {
	for _, tt := range []struct{ rows, size, kept int }{
		{catalog.MaxBadRows, 10, catalog.MaxBadRows}, {catalog.MaxBadRows + 1, 10, catalog.MaxBadRows}, {5, 400_000, 2},
	} {
		var csv strings.Builder
		csv.WriteString("TestID,Name,Datefield,Fill\n")
		for i := range tt.rows {
			fmt.Fprintf(&csv, "%d,Sweden,2027-02-01 00:00:00,%s\n", i, strings.Repeat("x", tt.size))
		}
		a := tableOf(t, csv.String())
		id := a.mappedFlow(object{"errorDiagnosticsEnabled": true}, mapping("ATTRIBUTE", "Name", "person.nationality"))
		a.s.Advance(time.Hour + flowservice.RunTime)
		run := a.runsOf(id)[0]
		failed, _ := core.AsInt(core.At(run, "metrics", "recordSummary", "failedRecordCount"))
		steps := core.List(run, "activities")
		batch := core.Texts(core.List(steps[len(steps)-1], "targetInfo")[0], "reference", "ids")[0]
		export := "/data/foundation/export/batches/" + batch
		text := string(a.get(export + "/meta?path=row_errors%2Fvalidation_errors_0.json").want(200).raw)
		if got := strings.Count(text, "\n"); int(failed) != tt.rows || got != tt.kept {
			t.Errorf("%d rows of %d bytes: %d failed, %d kept, want %d", tt.rows, tt.size, failed, got, tt.kept)
		}
		for query, want := range map[string]int{"": 2, "?limit=1": 1, "?start=1": 1, "?start=2": 0, "?limit=1&start=1": 1} {
			if got := len(core.List(a.get(export+"/failed"+query).want(200).v, "data")); got != want {
				t.Errorf("failed%s: %d files, want %d", query, got, want)
			}
		}
	}
}

// Rows of each format make the same records; a file without rows is not a fault, one that cannot be read is.
func TestRecordsOfFormats(t *testing.T) {
	type row struct {
		ID  string `parquet:"id"`
		Seq int64  `parquet:"seq"`
	}
	var parquetFile bytes.Buffer
	w := parquet.NewGenericWriter[row](&parquetFile)
	if _, err := w.Write([]row{{"a", 1}, {"b", 2}}); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	const two = `{"id":"b","seq":2} {"id":"a","seq":1} `
	for _, tt := range []struct{ format, compression, text, status, records string }{
		{"delimited", "", "id,seq\na,1\nb,2\n", "success 2", two},
		{"delimited", "gzip", gzipped("\ufeffid,seq\n\na,1\n\nb,2"), "success 2", two},
		{"json", "", `[{"id":"a","seq":1},{"id":"b","seq":"2"}]`, "success 2", two},
		{"json", "", `{"id":"a","seq":1}` + "\n" + `{"id":"b","seq":2.0}`, "success 2", two},
		{"parquet", "", parquetFile.String(), "success 2", two},
		{"delimited", "", "id,seq\n", "success 0", ""}, {"json", "", "[]", "success 0", ""},
		{"json", "", "", "success 0", ""},
		{"delimited", "", "", "failed 0", ""}, {"json", "", `{"id":"a","seq":1}{`, "failed 1", ""},
		{"delimited", "", "id,seq\na,1,2\n", "failed 1", ""}, {"json", "", "{\n\"id\":", "failed 0", ""},
		{"json", "", "?", "failed 0", ""}, {"parquet", "", "id,seq", "failed 0", ""},
	} {
		a, f := openZone(t)
		f.write("formats/a", tt.text, start.Add(-time.Hour))
		data := object{"format": tt.format}
		if tt.compression != "" {
			data["properties"] = object{"compressionType": tt.compression}
		}
		body := a.changesFlow(zoneSourceWith("data", data, "params.path", "dlz-user-container/formats/a",
			"params.type", "file")(a).want(201).text("id"))
		set := core.Text(core.List(body, "transformations")[0], "params", "mappingId")
		stored := a.get(prepBase + "/mappingSets/" + set).v.(object)
		stored["mappings"] = []any{mapping("ATTRIBUTE", "id", "id"), mapping("ATTRIBUTE", "seq", "seq"),
			mapping("STATIC", "2027-01-01", "at")}
		a.do("PUT", prepBase+"/mappingSets/"+set, stored).want(200)
		params := object{"mappingId": set, "mappingVersion": 1}
		body["transformations"] = []any{object{"name": "Mapping", "params": params}}
		body["name"], body["scheduleParams"] = "formats", onceSchedule
		id := a.post(flowsPath, body).want(201).text("id")
		a.s.Advance(2 * time.Hour)
		run := a.runsOf(id)[0]
		got := fmt.Sprint(status(run), " ", core.At(run, "metrics", "recordSummary", "inputRecordCount"))
		if got != tt.status {
			t.Errorf("%s %.40q: %s, want %s: %s", tt.format, tt.text, got, tt.status, core.ToJSON(run))
		}
		target := a.get(flowBase + "/targetConnections/" + core.Texts(body, "targetConnectionIds")[0]).item()
		records := ""
		dataset := core.Text(target, "params", "dataSetId")
		for _, r := range core.List(a.get("/_emulator/datasets/"+dataset+"/rows").want(200).v, "rows") {
			record := core.At(r, "record").(object)
			delete(record, "at")
			records += string(core.ToJSON(record)) + " "
		}
		if records != tt.records {
			t.Errorf("%s %.40q: records %s", tt.format, tt.text, records)
		}
	}
}

// A row that cannot be read fails, and the rows after it are read: the diagnostics have its text and its place. How
// many may fail decides about the run. Changes make no difference.
func TestCorruptRows(t *testing.T) {
	for _, tt := range []struct{ format, text, lines string }{
		{"delimited", "id,seq,at\na,1,2027-01-01\nb\nc,3,2027-01-01,x\nd,4,2027-01-01\n",
			`{"_corrupt_record":"b","_errors":[{"code":"INGEST-1401-400","message":"dlz-user-container/corrupt/a, line 3: ` +
				`1 value, but the header line has 3; put a value with ',' in it in quotes"}],` +
				`"_filename":"parsing_errors_0.json"}` + "\n" +
				`{"_corrupt_record":"c,3,2027-01-01,x","_errors":[{"code":"INGEST-1401-400","message":` +
				`"dlz-user-container/corrupt/a, line 4: 4 values, but the header line has 3; put a value with ',' in it in ` +
				`quotes"}],"_filename":"parsing_errors_0.json"}` + "\n"},
		{"json", `{"id":"a","seq":1,"at":"2027-01-01"}` + "\n" + `{"id":"<b>",` + "\n3\n" +
			`{"id":"d","seq":4,"at":"2027-01-01"}` + "\n",
			`{"_corrupt_record":"{\"id\":\"<b>\",","_errors":[{"code":"INGEST-1401-400","message":` +
				`"dlz-user-container/corrupt/a, line 2: its object is cut off; write each object on one line"}],` +
				`"_filename":"parsing_errors_0.json"}` + "\n" +
				`{"_corrupt_record":"3","_errors":[{"code":"INGEST-1401-400","message":` +
				`"dlz-user-container/corrupt/a, line 3: it is not a JSON object"}],"_filename":"parsing_errors_0.json"}` + "\n"},
	} {
		for percent, want := range map[float64]string{49: "4 0 2 failed", 50: "4 2 2 success"} {
			for _, kind := range []string{"mapped", "changes"} {
				a, f := openZone(t)
				f.write("corrupt/a", tt.text, start.Add(-time.Hour))
				body := a.changesFlow(zoneSourceWith("data", object{"format": tt.format}, "params.path",
					"dlz-user-container/corrupt/a", "params.type", "file", "params.cdcEnabled", kind == "changes")(a).
					want(201).text("id"))
				body["name"], body["scheduleParams"] = kind, onceSchedule
				body["options"] = object{"partialIngestionPercent": percent, "errorDiagnosticsEnabled": true}
				id := a.post(flowsPath, body).want(201).text("id")
				a.s.Advance(2 * time.Hour)
				run := a.runsOf(id)[0]
				n := core.At(run, "metrics", "recordSummary")
				got := fmt.Sprint(core.At(n, "inputRecordCount"), " ", core.At(n, "outputRecordCount"), " ",
					core.At(n, "failedRecordCount"), " ", status(run))
				if got != want {
					t.Errorf("%s, %s, %v%% allowed: %s, want %s", tt.format, kind, percent, got, want)
				}
				steps := core.List(run, "activities")
				batch := core.Texts(core.List(steps[len(steps)-1], "targetInfo")[0], "reference", "ids")[0]
				meta := "/data/foundation/export/batches/" + batch + "/meta?path=row_errors%2Fparsing_errors_0.json"
				if lines := a.get(meta).want(200).raw; string(lines) != tt.lines {
					t.Errorf("%s, %s: %s", tt.format, kind, lines)
				}
				// An evaluation of the mappings on the bound rows leaves corrupt rows out.
				set := core.Text(core.List(body, "transformations")[0], "params", "mappingId")
				preview := a.post(prepBase+"/mappingSets/preview",
					object{"mappingSet": a.get(prepBase + "/mappingSets/" + set).v}).want(200)
				if rows, _ := preview.v.([]any); len(rows) != 2 {
					t.Errorf("%s: preview %s", tt.format, preview.raw)
				}
			}
		}
	}
}
