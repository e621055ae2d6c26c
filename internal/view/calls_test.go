package view

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

func TestCalls(t *testing.T) {
	for _, name := range []string{"first", "schedule", "column-added", "secret", "empty"} {
		var b bytes.Buffer
		if err := Calls(&b, cases()[name], Options{}); err != nil {
			t.Fatal(err)
		}
		golden(t, "calls-"+name, b.Bytes())
	}
}

func curl(t *testing.T, p *planner.Plan, known Known) string {
	t.Helper()
	var b bytes.Buffer
	if err := Curl(&b, p, known); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCurl(t *testing.T) {
	golden(t, "curl-first.sh", []byte(curl(t, firstPlan(), nil)))
	golden(t, "curl-column-added.sh", []byte(curl(t, columnAdded(), nil)))
}

// Every script parses, and none holds a value of a secret field.
func TestCurlIsBash(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	for name, p := range cases() {
		text := curl(t, p, nil)
		if strings.Contains(text, "canary") {
			t.Errorf("%s: the script holds a secret", name)
		}
		cmd := exec.Command(bash, "-n")
		cmd.Stdin = strings.NewReader(text)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: bash -n: %v\n%s", name, err, out)
		}
	}
}

// request is what a fake platform saw of one call.
type request struct {
	Method, Path, IfMatch, Body string
}

// fakePlatform answers just enough for a script to go on. It checks nothing: that
// is what the emulator is for.
type fakePlatform struct {
	mu       sync.Mutex
	requests []request
	refuse   string // path that is answered with 400
}

func (f *fakePlatform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	if r.URL.Path == "/ims/token/v3" {
		form := string(body)
		if !strings.Contains(form, "client_secret=s%26cr%20t") || !strings.Contains(form, "scope=openid%2CAdobeID") {
			http.Error(w, `{"error":"invalid_client","error_description":"`+form+`"}`, http.StatusBadRequest)
			return
		}
		fmt.Fprint(w, `{"access_token":"tok","expires_in":86399}`)
		return
	}
	if r.Header.Get("Authorization") != "Bearer tok" || r.Header.Get("x-sandbox-name") != "dev" || r.Header.Get("x-gw-ims-org-id") != "5FD2F6FA@AdobeOrg" {
		http.Error(w, `{"error_code":"403010"}`, http.StatusForbidden)
		return
	}
	if len(bytes.TrimSpace(body)) > 0 {
		var compact bytes.Buffer
		if err := json.Compact(&compact, body); err != nil {
			http.Error(w, "no JSON", http.StatusBadRequest)
			return
		}
		body = compact.Bytes()
	}
	path := r.URL.EscapedPath()
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	if path == f.refuse {
		http.Error(w, `{"title":"refused"}`, http.StatusBadRequest)
		return
	}
	if r.Method != http.MethodGet {
		f.requests = append(f.requests, request{r.Method, path, r.Header.Get("If-Match"), string(body)})
	}
	n := len(f.requests)
	switch {
	case strings.HasSuffix(path, "/stats"):
		fmt.Fprint(w, `{"tenantId":"_acme"}`)
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodGet:
		fmt.Fprint(w, `{"items":[{"id":"x","etag":"\"read\""}]}`)
	case strings.Contains(path, "schemaregistry"):
		fmt.Fprintf(w, `{"$id":"https://ns.adobe.com/acme/schemas/%d","version":"1.0"}`, n)
	case strings.Contains(path, "dataSets"):
		fmt.Fprintf(w, `["@/dataSets/dataset-%d"]`, n)
	case strings.Contains(path, "mappingSets"):
		fmt.Fprintf(w, `{"id":"mapping-%d","version":%d}`, n, n)
	default:
		fmt.Fprintf(w, `{"id":"id-%d","etag":"\"etag-%d\""}`, n, n)
	}
}

// runScript runs a script with real bash, curl and jq.
func runScript(t *testing.T, text string, f *fakePlatform, env ...string) (stdout, stderr string, err error) {
	t.Helper()
	for _, tool := range []string{"bash", "curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s here", tool)
		}
	}
	server := httptest.NewServer(f)
	defer server.Close()
	file := filepath.Join(t.TempDir(), "apply.sh")
	if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", file)
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "AEP_PLATFORM=" + server.URL, "AEP_IMS=" + server.URL, "no_proxy=127.0.0.1",
		"IMS_OAUTH_S2S_CLIENT_ID=client", "IMS_OAUTH_S2S_CLIENT_SECRET=s&cr t", `IMS_OAUTH_S2S_SCOPES=["openid","AdobeID"]`,
	}, env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

func TestCurlRunsFirstPlan(t *testing.T) {
	p := firstPlan()
	// Bodies with everything that a shell or jq could stumble over.
	odd := `{"name":"it's \"odd\" \\(1+1) $HOME ` + "`id`" + ` $${not.a.ref} \u2028 é","auth":{"params":{"password":"${env.CRM_PASSWORD}"}},"n":-1.5,"big":9007199254740991,"none":null,"empty":{},"list":[]}`
	p.Changes[0].Calls[0].Body = raw(odd)
	// The id of a schema is a URL; in a path it is one step.
	p.Changes = append(p.Changes, planner.Change{
		Address: addr(resource.Union, "customers"), Kind: resource.Union, Action: planner.Create,
		Calls: []planner.Call{{N: 9, Step: planner.StepCreate, Method: "PATCH", URL: resource.SchemaRegistry + "/tenant/schemas/${schema.customers.id}", Body: raw(`[{"op":"add","path":"/meta:immutableTags","value":["union"]}]`)}},
	})
	f := &fakePlatform{}
	stdout, stderr, err := runScript(t, curl(t, p, nil), f, `CRM_PASSWORD=p'w"d`)
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	if len(f.requests) != 9 {
		t.Fatalf("%d requests, want 9:\n%v", len(f.requests), f.requests)
	}
	if got, want := f.requests[8].Path, "/data/foundation/schemaregistry/tenant/schemas/https%3A%2F%2Fns.adobe.com%2Facme%2Fschemas%2F3"; got != want {
		t.Errorf("path is %s, want %s", got, want)
	}
	type object = map[string]any
	body := func(i int) object {
		var o object
		if err := json.Unmarshal([]byte(f.requests[i].Body), &o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	first := body(0)
	if got, want := first["name"], "it's \"odd\" \\(1+1) $HOME `id` ${not.a.ref} \u2028 é"; got != want {
		t.Errorf("name arrived as %q, want %q", got, want)
	}
	if got := first["auth"].(object)["params"].(object)["password"]; got != `p'w"d` {
		t.Errorf("the secret arrived as %q", got)
	}
	if strings.Contains(stdout+stderr, `p'w"d`) {
		t.Error("the script prints the secret")
	}
	group, _ := json.Marshal(body(1))
	if !strings.Contains(string(group), `"_acme"`) || strings.Contains(string(group), "TENANT_ID") {
		t.Errorf("the tenant is not put in: %s", group)
	}
	want := object{"sourceConnectionIds": []any{"id-5"}, "targetConnectionIds": []any{"id-6"}}
	flow := body(7)
	got := object{"sourceConnectionIds": flow["sourceConnectionIds"], "targetConnectionIds": flow["targetConnectionIds"]}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	params := flow["transformations"].([]any)[1].(object)["params"]
	if diff := cmp.Diff(any(object{"mappingId": "mapping-7", "mappingVersion": "7"}), params); diff != "" {
		t.Errorf("mapping (-want +got):\n%s", diff)
	}
	start, ok := flow["scheduleParams"].(object)["startTime"].(float64)
	if !ok || start < 1e9 {
		t.Errorf("start time is %v, want seconds since 1970", flow["scheduleParams"])
	}
	if !strings.Contains(stdout, "flow.customers.id id-8\n") || !strings.Contains(stdout, "schema.customers.id https://ns.adobe.com/acme/schemas/3\n") {
		t.Errorf("the ids are not printed:\n%s", stdout)
	}
}

func TestCurlRunsReplacement(t *testing.T) {
	p := columnAdded()
	known := func(r resource.Ref) (string, bool) {
		return "known-" + r.To.Name, r.To.Kind != resource.Connection
	}
	text := curl(t, p, known)
	f := &fakePlatform{}
	_, stderr, err := runScript(t, text, f, "connection_crm_id=from-environment")
	if err == nil || !strings.Contains(stderr, "refused") || len(f.requests) > 0 {
		t.Fatalf("a guarded plan ran: %v\n%s", err, stderr)
	}
	if _, stderr, err = runScript(t, text, f, "AEPFLOW_ALLOW=yes"); err == nil || !strings.Contains(stderr, "set it to the id of connection.crm") {
		t.Fatalf("an unknown id is not asked for: %v\n%s", err, stderr)
	}
	if _, stderr, err = runScript(t, text, f, "AEPFLOW_ALLOW=yes", "connection_crm_id=from-environment"); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	var lines []string
	for _, r := range f.requests {
		lines = append(lines, r.Method+" "+strings.TrimPrefix(r.Path, "/data/foundation/"))
	}
	golden(t, "curl-column-added.requests", []byte(strings.Join(lines, "\n")+"\n"))
	if !strings.Contains(f.requests[0].Body, `"baseConnectionId":"from-environment"`) || !strings.Contains(f.requests[1].Body, `"dataSetId":"known-customers"`) {
		t.Errorf("existing ids are not put in:\n%s\n%s", f.requests[0].Body, f.requests[1].Body)
	}
}

// Two updates of one object: the second is sent with the etag that the answer to
// the first gave; where the plan knows none, it is read.
func TestCurlKeepsEtags(t *testing.T) {
	p := scheduleChange()
	again := p.Changes[0].Calls[0]
	again.N = 2
	p.Changes[0].Calls = append(p.Changes[0].Calls, again)
	f := &fakePlatform{}
	if _, stderr, err := runScript(t, curl(t, p, nil), f); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	if got, want := f.requests[1].IfMatch, `"etag-1"`; got != want {
		t.Errorf("second If-Match is %s, want %s", got, want)
	}

	p = scheduleChange()
	p.Changes[0].Calls[0].IfMatch = ""
	f = &fakePlatform{}
	if _, stderr, err := runScript(t, curl(t, p, nil), f); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	if got, want := f.requests[0].IfMatch, `"read"`; got != want {
		t.Errorf("If-Match is %s, want %s", got, want)
	}
}

// A refusal stops the script at once, with the platform's words.
func TestCurlStopsAtARefusal(t *testing.T) {
	p := scheduleChange()
	first := p.Changes[0].Calls[0]
	second := first
	second.N, second.URL = 2, fs+"/flows/other"
	p.Changes[0].Calls = append(p.Changes[0].Calls, second)
	f := &fakePlatform{refuse: first.URL}
	_, stderr, err := runScript(t, curl(t, p, nil), f)
	if err == nil || !strings.Contains(stderr, "PATCH "+first.URL+`: 400 {"title":"refused"}`) {
		t.Errorf("%v\n%s", err, stderr)
	}
	if len(f.requests) != 0 {
		t.Errorf("the script went on after a refusal: %v", f.requests)
	}
}

// Nothing that a plan holds is run, wherever it stands.
func TestCurlRunsNothingOfAPlan(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "pwned")
	run := "touch " + mark
	evil := `'"; ` + run + "; $(" + run + ") `" + run + "` ${x:-$(" + run + ")} \\'\n" + run + "\n#"
	quoted, err := json.Marshal(evil)
	if err != nil {
		t.Fatal(err)
	}
	p := columnAdded()
	for i := range p.Changes {
		ch := &p.Changes[i]
		ch.Address.Name = evil
		ch.Guards = append(ch.Guards, planner.Guard{Code: evil, Message: evil, Flag: evil})
		for k := range ch.Calls {
			c := &ch.Calls[k]
			c.Gives = ""
			c.IfMatch, c.Media, c.Step = strings.ReplaceAll(evil, "\n", " "), strings.ReplaceAll(evil, "\n", " "), planner.Step(evil)
			c.URL = fs + "/x?" + strings.NewReplacer("\n", "", " ", "%20", "${", "$%20{", "#", "").Replace(evil)
			c.Body = raw(`{"text":` + string(quoted) + `,` + string(quoted) + `:{"{TENANT_ID}":` + string(quoted) + `}}`)
		}
	}
	f := &fakePlatform{}
	_, stderr, err := runScript(t, curl(t, p, nil), f, "AEPFLOW_ALLOW=yes")
	if err != nil || len(f.requests) != 8 {
		t.Fatalf("%d calls were made: %v\n%s", len(f.requests), err, stderr)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Fatalf("a text of the plan was run:\n%s", stderr)
	}
	if !strings.Contains(f.requests[0].Body, string(quoted)) {
		t.Errorf("the text arrived changed:\n%s", f.requests[0].Body)
	}
}

func TestCurlRefuses(t *testing.T) {
	for name, call := range map[string]planner.Call{
		"method":   {Method: "POST; true", URL: "/x"},
		"URL":      {Method: "POST", URL: "/x\n/y"},
		"URL ref":  {Method: "POST", URL: "/x/${nothing}"},
		"variable": {Method: "POST", URL: "/x", Body: raw(`{"a":"${env.A B}"}`)},
	} {
		p := plan(0, 0, planner.Change{Address: addr(resource.Flow, "x"), Action: planner.Create, Calls: []planner.Call{call}})
		if err := Curl(io.Discard, p, nil); !errors.Is(err, ErrNotAScript) {
			t.Errorf("%s: error %v, want ErrNotAScript", name, err)
		}
	}
}

// Whatever the text, bash takes it back as it was.
func TestQuoteShell(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	for _, text := range []string{"", "plain", "it's", `a\b`, "new\nline", "\x1b[31m", `mixed ' \ ` + "\t\u202e é", "$HOME `id`"} {
		out, err := exec.Command(bash, "-c", "printf %s "+quoteShell(text)).Output()
		if err != nil || string(out) != text {
			t.Errorf("%q comes back as %q, %v", text, out, err)
		}
		if strings.ContainsFunc(quoteShell(text), hidden) {
			t.Errorf("%q is quoted with control characters", text)
		}
	}
}

// The message of a variable that is missing is text, whatever a plan names: nothing in
// it runs.
func TestQuoteInside(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell here")
	}
	for _, text := range []string{"flow.a", "$(echo ran)", "`echo ran`", `"; echo ran; "`, "a}b", `a\`, "${HOME}", "it's", "\x1b\n"} {
		script := `: "${unset_here:?` + quoteInside(text) + `}"`
		if out, err := exec.Command(sh, "-n", "-c", script).CombinedOutput(); err != nil {
			t.Errorf("%q does not parse: %s", text, out)
		}
		out, err := exec.Command(sh, "-c", script).CombinedOutput()
		if err == nil || !strings.HasSuffix(strings.TrimSpace(string(out)), visible(text)) {
			t.Errorf("%q is said as %q, %v", text, out, err)
		}
	}
}
