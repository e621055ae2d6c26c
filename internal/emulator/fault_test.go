package emulator

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// try sends one request and gives the transport's error instead of failing.
func (a *api) try(method, path, body string) (*http.Response, []byte, error) {
	req, err := http.NewRequest(method, a.base+path, strings.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header = http.Header{"Authorization": {"Bearer " + a.token}, "X-Api-Key": {"key"}, "X-Gw-Ims-Org-Id": {DefaultOrg},
		"X-Sandbox-Name": {a.sandbox}, "Content-Type": {"application/json"}}
	resp, err := a.http.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return resp, raw, err
}

func (a *api) inject(f Fault) {
	a.t.Helper()
	if err := a.s.Inject(f); err != nil {
		a.t.Fatal(err)
	}
}

func TestFaultMatching(t *testing.T) {
	for name, c := range map[string]struct {
		rule Fault
		want string // of GET flows, POST sourceConnections, three times
	}{
		"everything":      {Fault{Status: 500, Times: -1}, "xx xx xx"},
		"once":            {Fault{Status: 500}, "x. .. .."},
		"by method":       {Fault{Method: "post", Status: 500, Times: -1}, ".x .x .x"},
		"by path":         {Fault{Path: "/flows", Status: 500, Times: -1}, "x. x. x."},
		"by pattern":      {Fault{Path: "/data/*/flowservice/source*", Status: 500, Times: -1}, ".x .x .x"},
		"by query":        {Fault{Path: "/flows?limit=*", Status: 500, Times: -1}, ".. .. .."},
		"by body":         {Fault{Match: `"tableName":"test1`, Status: 500, Times: -1}, ".x .x .x"},
		"skip and times":  {Fault{Path: "/flows", Skip: 1, Times: 1, Status: 500}, ".. x. .."},
		"of another path": {Fault{Path: "/flow", Status: 500, Times: -1}, ".. .. .."},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, Options{})
			a.inject(c.rule)
			var rounds []string
			for range 3 {
				mark := map[bool]string{true: "x", false: "."}
				rounds = append(rounds, mark[a.get(flowsPath).status == 500]+mark[a.post(flowBase+"/sourceConnections",
					sourceBody()).status == 500])
			}
			if got := strings.Join(rounds, " "); got != c.want {
				t.Errorf("hit %s, want %s", got, c.want)
			}
		})
	}
}

// What each rule does to the answer and to the object that was to be made.
func TestFaultEffects(t *testing.T) {
	body := string(core.ToJSON(sourceBody()))
	made := func(a *api) (n int) {
		for _, o := range a.s.Objects() {
			if o.Kind == string(core.KindSource) {
				n++
			}
		}
		return n
	}
	for name, c := range map[string]struct {
		rule  Fault
		made  int
		check func(resp *http.Response, raw []byte, err error) bool
	}{
		"status before": {Fault{Status: 503}, 0, func(r *http.Response, raw []byte, err error) bool {
			return err == nil && r.StatusCode == 503 && strings.Contains(string(raw), `"503000"`)
		}},
		"status 429": {Fault{Status: 429}, 0, func(r *http.Response, raw []byte, err error) bool {
			return err == nil && r.StatusCode == 429 && string(raw) == `{"error_code":"429050","message":"Too many requests"}` &&
				r.Header.Get("Retry-After") == "1"
		}},
		"status 429 with a header of its own": {Fault{Status: 429, Header: map[string]string{"Retry-After": "30"}}, 0,
			func(r *http.Response, raw []byte, err error) bool {
				return err == nil && strings.Contains(string(raw), `"429050"`) && r.Header.Get("Retry-After") == "30"
			}},
		"status after, own body": {Fault{Status: 500, After: true, Body: json.RawMessage(`{"x":1}`),
			Header: map[string]string{"Retry-After": "7"}}, 1, func(r *http.Response, raw []byte, err error) bool {
			return err == nil && r.StatusCode == 500 && string(raw) == `{"x":1}` && r.Header.Get("Retry-After") == "7"
		}},
		"a body as text": {Fault{Status: 502, Body: json.RawMessage(`"<html>"`)}, 0,
			func(r *http.Response, raw []byte, err error) bool {
				return err == nil && string(raw) == "<html>" && r.Header.Get("Content-Type") == "text/plain"
			}},
		"drop before": {Fault{Drop: true}, 0, func(_ *http.Response, _ []byte,
			err error) bool {
			return errors.Is(err, syscall.ECONNRESET)
		}},
		"drop after": {Fault{Drop: true, After: true}, 1,
			func(_ *http.Response, _ []byte, err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		"refuse": {Fault{Refuse: true}, 0, func(_ *http.Response, _ []byte, err error) bool {
			var op *net.OpError
			return errors.Is(err, syscall.ECONNREFUSED) && errors.As(err, &op) && op.Op == "dial"
		}},
		"garbage": {Fault{Garbage: true}, 1, func(r *http.Response, raw []byte, err error) bool {
			return err == nil && r.StatusCode == 201 && strings.HasPrefix(string(raw), "<html>") &&
				r.Header.Get("Content-Type") == "text/html"
		}},
		"truncate": {Fault{Truncate: true}, 1, func(r *http.Response, raw []byte, err error) bool {
			return errors.Is(err, io.ErrUnexpectedEOF) && len(raw) > 0
		}},
		"content type": {Fault{ContentType: "text/plain"}, 1, func(r *http.Response, raw []byte, err error) bool {
			return err == nil && r.Header.Get("Content-Type") == "text/plain"
		}},
	} {
		for _, over := range []string{"in process", "over a port"} {
			t.Run(name+" "+over, func(t *testing.T) {
				a := open(t, Options{})
				if over == "over a port" {
					srv := httptest.NewServer(a.s)
					defer srv.Close()
					a.base, a.http = srv.URL, srv.Client()
				}
				a.inject(c.rule)
				resp, raw, err := a.try("POST", flowBase+"/sourceConnections", body)
				if over == "over a port" && (c.rule.Drop || c.rule.Refuse) {
					if err == nil {
						t.Errorf("there was an answer: %s", raw)
					}
				} else if !c.check(resp, raw, err) {
					t.Errorf("answer %v %s, error %v", resp, raw, err)
				}
				if n := made(a); n != c.made {
					t.Errorf("%d objects made, want %d", n, c.made)
				}
			})
		}
	}
}

func TestLatencyAndDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := open(t, Options{Latency: 50 * time.Millisecond, Now: time.Now})
		begun := time.Now()
		a.get(flowsPath).want(200)
		if d := time.Since(begun); d != 50*time.Millisecond {
			t.Errorf("latency %v", d)
		}
		a.inject(Fault{DelayMillis: 2000})
		begun = time.Now()
		a.get(flowsPath).want(200)
		if d := time.Since(begun); d != 2050*time.Millisecond {
			t.Errorf("delayed %v", d)
		}
	})
}

func TestRateRefills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := open(t, Options{Rate: 2, Now: time.Now})
		a.get(flowsPath).want(200)
		a.get(flowsPath).want(200)
		a.get(flowsPath).want(429)
		time.Sleep(500 * time.Millisecond) // the bubble's clock, not the machine's
		a.get(flowsPath).want(200)
	})
}

func TestFaultKills(t *testing.T) {
	victim := exec.Command(os.Args[0])
	victim.Env = append(os.Environ(), "EMULATOR_TEST_SERVE="+t.TempDir())
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	a := open(t, Options{})
	a.inject(Fault{Path: "/flows", Kill: victim.Process.Pid})
	a.get(flowsPath).want(200)
	if err := victim.Wait(); err == nil || victim.ProcessState.Success() {
		t.Error("the victim lives")
	}
	for _, pid := range []int{1, -5} {
		if err := a.s.Inject(Fault{Kill: pid}); err == nil {
			t.Errorf("pid %d was taken", pid)
		}
	}
}

func TestParseFaults(t *testing.T) {
	for _, text := range []string{`[{"path":"/flows","status":500}]`, `{"path":"/flows","status":500}`} {
		rules, err := ParseFaults([]byte(text))
		if err != nil || len(rules) != 1 || rules[0].Path != "/flows" || rules[0].Status != 500 {
			t.Errorf("%s: %+v %v", text, rules, err)
		}
	}
	for _, text := range []string{`{"pth":"/flows"}`, `7`, ``} {
		if _, err := ParseFaults([]byte(text)); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
	a := open(t, Options{})
	if err := a.s.Inject(Fault{Match: "("}); err == nil {
		t.Error("a broken expression was taken")
	}
}

func TestAdmin(t *testing.T) {
	a := open(t, Options{})
	a.inject(Fault{Times: -1, Drop: true}) // no fault touches the emulator's own door
	a.do("DELETE", "/_emulator/faults", nil).want(204)
	a.post("/_emulator/faults", `[{"path":"/flows","status":503,"times":2}]`).want(200)
	a.get(flowsPath).want(503)
	a.post("/_emulator/faults", `{"pth":1}`).want(400)
	a.do("DELETE", "/_emulator/faults", nil).want(204)
	a.get(flowsPath).want(200)

	a.post("/_emulator/clock", `{"advance":"90m"}`).want(200)
	if now := a.get("/_emulator/clock").text("now"); now != "2027-02-01T13:30:00Z" {
		t.Errorf("now %s", now)
	}
	a.post("/_emulator/clock", `{"now":"2030-01-01T00:00:00Z"}`).want(200)
	if now := a.get("/_emulator/clock").text("now"); now != "2030-01-01T00:00:00Z" {
		t.Errorf("now %s", now)
	}
	a.post("/_emulator/clock", `{}`).want(400)

	requests := a.get("/_emulator/requests").want(200).v.([]any)
	last := requests[len(requests)-1]
	if core.Text(last, "method") != "GET" || core.Text(last, "url") != flowsPath || core.Text(last, "sandbox") != "prod" {
		t.Errorf("last request: %s", core.ToJSON(last))
	}
	if n, _ := core.AsInt(core.At(last, "status")); n != 200 {
		t.Errorf("status %v", core.At(last, "status"))
	}
	if objects := a.get("/_emulator/objects").want(200).v.([]any); len(objects) != 6 { // three in each sandbox
		t.Errorf("%d objects", len(objects))
	}
	a.get("/_emulator/nothing").want(404)
	a.do("PUT", "/_emulator/clock", "{}").want(405)
}

func TestRecordIsJSONLines(t *testing.T) {
	var lines strings.Builder
	a := open(t, Options{Record: &lines})
	a.connection("postgresql", "Connection String Based Authentication", object{"connectionString": "canary"})
	a.get(flowsPath + "/" + noID).want(404)
	var got []Recorded
	for line := range strings.Lines(lines.String()) {
		var r Recorded
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	if len(got) != 3 || got[0].Body != nil || got[2].Code != "FLOW-1439-404" || got[1].N != 2 {
		t.Errorf("recorded %+v", got)
	}
	if strings.Contains(lines.String(), "canary") || strings.Contains(lines.String(), "s3cret") ||
		strings.Contains(lines.String(), a.token) {
		t.Error("the record has a secret")
	}
	if !strings.Contains(string(got[1].Body), `"connectionString":"(secret)"`) {
		t.Errorf("body %s", got[1].Body)
	}
}

func TestRequestsAreBounded(t *testing.T) {
	a := open(t, Options{KeepRequests: 10})
	for range 35 {
		a.get(flowsPath)
	}
	rs := a.s.Requests()
	if len(rs) != 10 || rs[9].N != 36 || rs[0].N != 27 {
		t.Errorf("%d requests, %d to %d", len(rs), rs[0].N, rs[len(rs)-1].N)
	}
}
