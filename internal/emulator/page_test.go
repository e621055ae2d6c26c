package emulator

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/flow"
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
