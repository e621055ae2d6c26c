package emulator

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestPage(t *testing.T) {
	a := open(t, Options{})
	empty := string(a.get("/").want(200).raw)
	if strings.Count(empty, "None yet") != 2 { // flows and runs; the seed has the rest
		t.Errorf("empty page: %s", empty)
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
		"&lt;script&gt;", "every 15 minutes", "2027-02-01 13:15:00", "success 2027-02-01 13:00:00", "test1.Mytable",
		"person.name.fullName", "Google BigQuery", "PostgreSQL", "XDM Individual Profile", "_id (Email)",
		"/data/foundation/flowservice/flows?limit=0", "aria-current",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, not := range []string{"<script", "canary", "http://", "src="} {
		if strings.Contains(page, not) {
			t.Errorf("the page has %q", not)
		}
	}
	_, rest, _ := strings.Cut(page, "<style>")
	style, rest, _ := strings.Cut(rest, "</style>")
	hash := sha256.Sum256([]byte(style))
	csp := r.header.Get("Content-Security-Policy")
	if want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
		"'; "; !strings.HasPrefix(csp, want) {
		t.Errorf("policy %q, want it to begin with %q", csp, want)
	}
	if strings.Contains(rest, "style") || !strings.Contains(csp, "frame-ancestors 'none'") ||
		r.header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("policy %q, header %v", csp, r.header)
	}
	wellFormed(t, page)
	a.do("POST", "/", "{}").want(404)
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
