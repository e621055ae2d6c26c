package emulator

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/flow"
	"github.com/aepflow/aepflow/internal/output"
)

func TestPage(t *testing.T) {
	a := open(t, Options{})
	empty := string(a.get("/").want(200).raw)
	for _, command := range []string{
		"No flows", "<code>aepflow apply</code>", "No runs yet", `'{"advance":"24h"}' http://emulator/_emulator/clock`,
	} {
		if !strings.Contains(empty, command) {
			t.Errorf("the empty page lacks %s", command)
		}
	}
	body := with(a.flowParts(), "name", `<script>alert("x")</script>`)
	a.post(flowsPath, body).want(201)
	a.identify()
	a.connection("postgresql", "Connection String Based Authentication", object{"connectionString": "canary"})
	a.get(flowsPath + "?limit=0")
	a.s.Advance(time.Hour + time.Minute)
	r := a.get("/?sandbox=prod").want(200)
	page := string(r.raw)
	for _, want := range []string{
		"&lt;script&gt;", "every 15 minutes", "2027-02-01 13:15:00 UTC", "success 2027-02-01 13:00:00 UTC", "0 read, 0 written, 0 failed", "test1.Mytable",
		"person.name.fullName", "Google BigQuery", "PostgreSQL", "XDM Individual Profile", "_id (Email)",
		"/data/foundation/flowservice/flows?limit=0", "aria-current", `id="dataset-` + tutorialDataset,
		`href="#dataset-` + tutorialDataset, `href="#flow-`, `href="#request-`, `data-label="Next run"`, "+1 hour", "+1 day",
		"Run now", "Fail next run", "{\n  &#34;",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, not := range []string{"<script>alert", "canary", "http://", "src=", "<link rel=\"stylesheet"} {
		if strings.Contains(page, not) {
			t.Errorf("the page has %q", not)
		}
	}
	csp := r.header.Get("Content-Security-Policy")
	for element, directive := range map[string]string{"style": "style-src", "script": "script-src"} {
		_, rest, _ := strings.Cut(page, "<"+element+">")
		text, rest, _ := strings.Cut(rest, "</"+element+">")
		hash := sha256.Sum256([]byte(text))
		want := directive + " 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; "
		if !strings.Contains(csp, want) || strings.Contains(rest, "<"+element) || len(text) < 100 {
			t.Errorf("policy %q lacks %q", csp, want)
		}
	}
	if !strings.HasPrefix(csp, "default-src 'none'; ") || !strings.Contains(csp, "frame-ancestors 'none'") ||
		strings.Contains(csp, "unsafe") || r.header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("policy %q, header %v", csp, r.header)
	}
	wellFormed(t, page)
	a.do("POST", "/", "{}").want(404)
}

// The buttons make calls that any client may make: a run begins now, from the end of
// the last window, and the next one fails; a page of another origin reaches neither.
func TestConsole(t *testing.T) {
	a := open(t, Options{})
	id, _ := a.flow()
	a.s.Advance(time.Hour + time.Minute)
	if n := len(a.runsOf(id)); n != 1 {
		t.Fatalf("%d scheduled runs", n)
	}
	run := a.post("/_emulator/runs", object{"flow": id}).want(200).text("run")
	a.post("/_emulator/runfaults", object{"flow": id, "status": "failed"}).want(200)
	a.s.Advance(flow.RunTime)
	runs := a.runsOf(id)
	if len(runs) != 2 || status(runs[1]) != "failed" || core.Text(runs[1], "id") != run || windows(runs)[1][0] != windows(runs)[0][1] {
		t.Errorf("runs %s", core.ToJSON(runs))
	}
	a.s.Advance(15 * time.Minute)
	if runs := a.runsOf(id); len(runs) != 3 || windows(runs)[2][0] != windows(runs)[1][1] {
		t.Errorf("after the schedule went on: %s", core.ToJSON(runs))
	}
	for _, body := range []object{{"flow": "none"}, {"flow": id, "sandbox": "none"}, {"flow": id, "org": "none"}, {"flow": id, "sandbox": "dev"}} {
		a.post("/_emulator/runs", body).want(400)
	}
	a.post(flowsPath+"/"+id+"/action?op=disable", nil).want(200)
	a.post("/_emulator/runs", object{"flow": id}).want(400)
	a.do("POST", "/_emulator/runs", "flow="+id, "Content-Type", "application/x-www-form-urlencoded").want(415)
	gated := NewHTTPServer(a.s, "127.0.0.1").Handler
	for _, header := range [][2]string{{"Origin", "https://example.com"}, {"Sec-Fetch-Site", "cross-site"}} {
		r := httptest.NewRequest("POST", "http://127.0.0.1/_emulator/runs", strings.NewReader(`{"flow":"`+id+`"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(header[0], header[1])
		w := httptest.NewRecorder()
		if gated.ServeHTTP(w, r); w.Code != 403 {
			t.Errorf("%s: %d", header, w.Code)
		}
	}
}

// The page shows each record with its row, the flow and the run that brought it, and what each mapping did, what failed
// first.
func TestPageOfRecords(t *testing.T) {
	a := tableOf(t, people)
	id := a.mappedFlow(object{"partialIngestionPercent": 50}, append([]any{mapping("STATIC", "Ms", "person.name.suffix"),
		mapping("EXPRESSION", "fpid_to_ecid(TestID)", "person.name.middleName")}, peopleMappings...)...)
	a.s.Advance(time.Hour + flow.RunTime)
	page := string(a.get("/").want(200).raw)
	wellFormed(t, page)
	_, records, _ := strings.Cut(page, `<details id="records-`)
	records, _, _ = strings.Cut(records, `<h2 id="schemas">`)
	at := 0
	for _, want := range []string{
		"2 newest records", `<th scope="col">Row</th>`, "2027-02-01 13:00:30 UTC", `href="#flow-` + id, `href="#run-of-`,
		"&#34;TestID&#34;: &#34;c&#34;", "&#34;_id&#34;: &#34;c&#34;", `6 mappings, <span class="bad">1 failed</span>`,
		`<span class="warn">1 not evaluated</span>`, `<th scope="col">Result</th>`,
		"to_integer(Name)", "failed: ", "fpid_to_ecid(TestID)", "person.name.suffix", "Ms", "constant", "TestID", "column",
		"trim(Name)", "expression", "filled",
	} {
		i := strings.Index(records[at:], want)
		if i < 0 {
			t.Fatalf("the records lack %q after %s", want, records[:at])
		}
		at += i
	}
}

// What rows and mappings contain is text of the page: neither elements nor commands, with no direction of its own, and
// of a bounded length.
func TestPageOfHostileRecords(t *testing.T) {
	cells := []string{`</pre><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "\u202egnp.exe",
		"\x1b[2J\x07", "\u200b\ufeff", "{{.Org}}", strings.Repeat("long ", 100_000), "\u05d0\u0644", "\xff\xfe"}
	var csv strings.Builder
	csv.WriteString("TestID,Name,Datefield\n")
	for i, cell := range cells {
		fmt.Fprintf(&csv, "%d,\"%s\",2027-02-01 00:00:00\n", i, strings.ReplaceAll(cell, `"`, `""`))
	}
	a := tableOf(t, csv.String())
	a.mappedFlow(nil, mapping("ATTRIBUTE", "TestID", "_id"), mapping("ATTRIBUTE", "Name", "person.name.fullName"),
		mapping("EXPRESSION", `concat("<b>\u202e", Name, "`+strings.Repeat("y", 3000)+`")`, "person.name.lastName"),
		mapping("EXPRESSION", `to_integer("<i>")`, "person.name.courtesyTitle"))
	a.s.Advance(time.Hour + flow.RunTime)
	page := string(a.get("/").want(200).raw)
	wellFormed(t, page)
	for _, want := range []string{"&lt;script&gt;alert(1)", "&lt;img src=x", "&lt;U+202E&gt;gnp.exe", `\u001b[2J`,
		"&lt;U+200B&gt;",
		"{{.Org}}", "\u05d0\u0644", "more bytes)", "&lt;b&gt;", "&lt;i&gt;"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, r := range page {
		if r != '\n' && output.Hidden(r) {
			t.Fatalf("the page has %U", r)
		}
	}
	for _, not := range []string{"<script>alert", "<img", "<b>", "<i>"} {
		if strings.Contains(page, not) {
			t.Errorf("the page has %q", not)
		}
	}
	if len(page) > 300_000 || !utf8.ValidString(page) {
		t.Errorf("the page has %d bytes", len(page))
	}
}

// The newest rows of a dataset that failed are on the page, each with why, as text of a bounded length: those
// that break the schema, and those that cannot be read. They go after 30 days, and without diagnostics there are none.
func TestPageOfFailedRows(t *testing.T) {
	hostile := []string{`</pre><script>alert(1)</script>`, "\u202egnp.exe", "\x1b[2J",
		strings.Repeat("long ", 2000), "\xff\xfe"}
	text := "id,seq\n,1\nok,2\n"
	for _, cell := range hostile {
		text += "x," + cell + ",<i>\n"
	}
	text += strings.Repeat("<b>\n", 120)
	for _, diagnostics := range []bool{true, false} {
		a, f := openZone(t)
		f.write("failed/a.csv", text, start.Add(-time.Hour))
		body := a.changesFlow(zoneSourceWith("data", object{"format": "delimited"}, "params.path",
			"dlz-user-container/failed/a.csv", "params.type", "file")(a).want(201).text("id"))
		body["scheduleParams"] = onceSchedule
		body["options"] = object{"partialIngestionPercent": 100, "errorDiagnosticsEnabled": diagnostics}
		id := a.post(flowsPath, body).want(201).text("id")
		a.s.Advance(2 * time.Hour)
		page := string(a.get("/").want(200).raw)
		wellFormed(t, page)
		uniqueIDs(t, page)
		if !diagnostics {
			if strings.Contains(page, "failed rows") {
				t.Error("the page has failed rows without diagnostics")
			}
			continue
		}
		_, failed, _ := strings.Cut(page, `<details id="failed-`)
		failed, _, _ = strings.Cut(failed, "</details>")
		at := 0
		for _, want := range []string{"100 newest failed rows", `href="#flow-` + id, "&#34;id&#34;: &#34;&#34;",
			"<code>INGEST-1212-400</code>", "id: &#34;&#34; has less than 1 characters", "x,&lt;/pre&gt;&lt;script&gt;alert(1)",
			"<code>INGEST-1401-400</code>", "dlz-user-container/failed/a.csv, line 4: 3 values", "x,&lt;U+202E&gt;gnp.exe",
			"&lt;U+001B&gt;[2J", "long long", "&lt;b&gt;", "and 80 more: <code>curl http://emulator/_emulator/datasets/",
		} {
			i := strings.Index(failed[at:], want)
			if i < 0 {
				t.Fatalf("the failed rows lack %q after %.3000s", want, failed[at:])
			}
			at += i
		}
		for _, r := range page {
			if r != '\n' && output.Hidden(r) {
				t.Fatalf("the page has %U", r)
			}
		}
		if strings.Contains(page, "<script>alert") || strings.Contains(page, "<b>") || !utf8.ValidString(page) ||
			strings.Contains(failed, strings.Repeat("long ", 900)) {
			t.Errorf("the page has what rows contain: %.5000s", failed)
		}
		target := a.get(flowBase + "/targetConnections/" + core.Texts(body, "targetConnectionIds")[0]).item()
		path := "/_emulator/datasets/" + core.Text(target, "params", "dataSetId") + "/rows"
		rows := core.List(a.get(path).want(200).v, "failed")
		if len(rows) != 100 || core.Text(rows[0], "row", "seq") != "1" || core.Text(rows[1], "row") == "" ||
			core.Text(rows[0], "flow") != id || core.Text(rows[99], "row") != "<b>" {
			t.Errorf("%d failed rows: %.2000s", len(rows), core.ToJSON(rows))
		}
		for days, want := range map[time.Duration]int{29: 100, 31: 0} {
			a.s.SetNow(start.Add(days * 24 * time.Hour))
			if rows := core.List(a.get(path).want(200).v, "failed"); len(rows) != want {
				t.Errorf("after %d days %d failed rows, want %d", days, len(rows), want)
			}
		}
	}
}

// Of the diagnostics of many batches, those of the newest are read, up to 2 MiB.
func TestFailedRowsOfManyBatches(t *testing.T) {
	for size, want := range map[int]int{1 << 10: 3, 900 << 10: 2, 3 << 20: 1} {
		a := open(t, Options{})
		sp := a.s.env.Space(a.s.env.Orgs[0], a.s.env.Orgs[0].Sandboxes()[0])
		sp.Mu.Lock()
		id := strings.Repeat("7", 24)
		sp.Put(core.KindDataset, id, 0, object{"id": id, "name": "n"})
		for i, created := range []int64{2, 3, 1} { // by another dataflow, an older one may come last
			batch := fmt.Sprint("b", i)
			sp.Put(core.KindBatch, batch, created, object{"id": batch, "dataSetId": id})
			line := object{"n": created, "x": strings.Repeat("x", size), "_errors": []any{object{"code": "c"}}}
			sp.Put(core.KindDiagnostics, batch, created,
				object{"id": batch, "at": a.s.env.Now().UnixMilli(), "rows": []any{line}})
		}
		sp.Mu.Unlock()
		rows := core.List(a.get("/_emulator/datasets/"+id+"/rows").want(200).v, "failed")
		if len(rows) != want {
			t.Errorf("%d bytes: %d rows, want %d", size, len(rows), want)
		}
		for i, r := range rows {
			if n, _ := core.AsInt(core.At(r, "row", "n")); n != int64(3-i) {
				t.Errorf("%d bytes: row %d is of batch %d", size, i, n)
			}
		}
	}
}

// However much is kept of how many datasets, the page has about two MiB of it, and says where the rest is.
func TestPageOfManyRecords(t *testing.T) {
	a := open(t, Options{})
	sp := a.s.env.Space(a.s.env.Orgs[0], a.s.env.Orgs[0].Sandboxes()[0])
	sp.Mu.Lock()
	var notes []any
	for i := range 120 {
		state := "filled"
		if i == 119 {
			state = "failed"
		}
		notes = append(notes, object{"destination": fmt.Sprintf("d%d", i), "source": strings.Repeat("s", 400),
			"state": state})
	}
	for i := range 20 {
		id := fmt.Sprintf("%024d", i)
		sp.Put(core.KindDataset, id, 0, object{"id": id, "name": "n" + id})
		var rows []any
		for range 30 {
			rows = append(rows, object{"record": strings.Repeat("r", 10_000), "row": strings.Repeat("w", 10_000),
				"mappings": notes})
		}
		sp.Put(core.KindRecords, id, 0, object{"id": id, "rows": rows})
	}
	sp.Mu.Unlock()
	page := string(a.get("/?sandbox=" + sp.Sandbox.Name).want(200).raw)
	wellFormed(t, page)
	for _, want := range []string{"30 newest records", "and 10 more: <code>curl http://emulator/_emulator/datasets/",
		"and 30 more", "120 mappings", "d119", "and 20 more"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	uniqueIDs(t, page)
	if len(page) > 6<<20 {
		t.Errorf("the page has %d bytes", len(page))
	}
}

var attribute = regexp.MustCompile(` id="[^"]*"`)

func uniqueIDs(t *testing.T, page string) {
	t.Helper()
	ids := attribute.FindAllString(page, -1)
	if n := len(slices.Compact(slices.Sorted(slices.Values(ids)))); n != len(ids) {
		t.Errorf("%d elements have %d ids", len(ids), n)
	}
}

// The page can be used with the keyboard and a screen reader, and be read without its script.
func TestPageIsAccessible(t *testing.T) {
	a := tableOf(t, people)
	a.mappedFlow(object{"partialIngestionPercent": 50}, peopleMappings...)
	a.get(flowsPath)
	a.s.Advance(time.Hour + flow.RunTime)
	page := string(a.get("/").want(200).raw)
	for _, section := range []string{"flows", "runs", "connections", "datasets", "schemas", "requests"} {
		region := `id="table-` + section + `" role="region" aria-labelledby="` + section + `" tabindex="0"`
		if !strings.Contains(page, region) || !strings.Contains(page, `<h2 id="`+section+`"`) {
			t.Errorf("%s have no region that can be scrolled by keys", section)
		}
	}
	for _, want := range []string{`<html lang="en">`, `<p id="say" role="status">`, "<noscript>", `aria-label="Records of`,
		`aria-label="Mappings of`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "<th></th>") || strings.Contains(page, "<th>") {
		t.Error("a column has no header, or one without a scope")
	}
	uniqueIDs(t, page)
	if n := strings.Count(page, "<details>"); n > 0 {
		t.Errorf("%d details close when the page refreshes: they have no id", n)
	}
}

// wellFormed checks that elements nest, by reading the page as XML after the
// parts that HTML writes shorter.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	page = strings.NewReplacer(`<!doctype html>`, "", `<meta charset="utf-8">`, "", `<br>`, "<br/>",
		`<link rel="icon" href="data:,">`, "",
		`<meta name="viewport" content="width=device-width, initial-scale=1">`, "",
		`<meta name="color-scheme" content="light dark">`, "").Replace(page)
	d := xml.NewDecoder(strings.NewReader(page))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("the page does not nest: %v", err)
		}
	}
}
