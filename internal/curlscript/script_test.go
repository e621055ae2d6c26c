package curlscript

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

	"github.com/aepflow/aepflow/internal/golden"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/planner"
)

const fs = specs.FlowService

// saved reads one of the planner's saved plans.
func saved(t *testing.T, name string) *planner.Plan {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../planner/testdata/codec", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := planner.Unmarshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func check(t *testing.T, name, got string) {
	t.Helper()
	golden.Check(t, filepath.Join("testdata", name+".golden"), []byte(got))
}

func scriptOf(t *testing.T, p *planner.Plan, known Known) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, p, known); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestScript(t *testing.T) {
	for _, name := range []string{"first", "column-added"} {
		text := scriptOf(t, saved(t, name), nil)
		check(t, name, text)
		if again := scriptOf(t, saved(t, name), nil); again != text {
			t.Errorf("%s differs from one time to the next", name)
		}
	}
}

var canary = json.RawMessage(`"canary"`)

// Every script parses, and none holds a value of a secret field.
func TestScriptIsBash(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	for _, name := range []string{"first", "column-added", "delete", "schedule"} {
		p := saved(t, name)
		for i := range p.Changes {
			for k := range p.Changes[i].Fields {
				f := &p.Changes[i].Fields[k]
				f.Secret, f.Applied, f.Desired, f.Live = true, canary, canary, canary
			}
		}
		text := scriptOf(t, p, nil)
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
	if r.Header.Get("Authorization") != "Bearer tok" || r.Header.Get("x-sandbox-name") != "dev" ||
		r.Header.Get("x-gw-ims-org-id") != "5FD2F6FA@AdobeOrg" {
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

func TestScriptRunsFirstPlan(t *testing.T) {
	p := saved(t, "first")
	// Bodies with everything that a shell or jq could stumble over.
	odd := `{"name":"it's \"odd\" \\(1+1) $HOME ` + "`id`" + ` $${not.a.ref} \u2028 é",` +
		`"auth":{"params":{"password":"${env.CRM_PASSWORD}"}},"n":-1.5,"big":9007199254740991,"none":null,"empty":{},"list":[]}`
	p.Changes[0].Calls[0].Body = json.RawMessage(odd)
	// The id of a schema is a URL; in a path it is one step.
	p.Changes = append(p.Changes, planner.Change{
		Address: resource.Address{Kind: resource.Union, Name: "customers"}, Kind: resource.Union, Action: planner.Create,
		Calls: []planner.Call{{
			N: 9, Step: planner.StepCreate, Method: "PATCH", URL: specs.SchemaRegistry +
				"/tenant/schemas/${schema.customers.id}",
			Body: json.RawMessage(`[{"op":"add","path":"/meta:immutableTags","value":["union"]}]`),
		}},
	})
	f := &fakePlatform{}
	stdout, stderr, err := runScript(t, scriptOf(t, p, nil), f, `CRM_PASSWORD=p'w"d`)
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	if len(f.requests) != 9 {
		t.Fatalf("%d requests, want 9:\n%v", len(f.requests), f.requests)
	}
	const registry = "/data/foundation/schemaregistry/tenant/schemas/"
	if got, want := f.requests[8].Path, registry+"https%3A%2F%2Fns.adobe.com%2Facme%2Fschemas%2F3"; got != want {
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
	if !strings.Contains(stdout, "flow.customers.id id-8\n") ||
		!strings.Contains(stdout, "schema.customers.id https://ns.adobe.com/acme/schemas/3\n") {
		t.Errorf("the ids are not printed:\n%s", stdout)
	}
}

func TestScriptRunsReplacement(t *testing.T) {
	p := saved(t, "column-added")
	known := func(r resource.Ref) (string, bool) {
		return "known-" + r.To.Name, r.To.Kind != resource.Connection
	}
	text := scriptOf(t, p, known)
	f := &fakePlatform{}
	_, stderr, err := runScript(t, text, f, "connection_crm_id=from-environment")
	if err == nil || !strings.Contains(stderr, "refused") || len(f.requests) > 0 {
		t.Fatalf("a guarded plan ran: %v\n%s", err, stderr)
	}
	_, stderr, err = runScript(t, text, f, "AEPFLOW_ALLOW=yes")
	if err == nil || !strings.Contains(stderr, "set it to the id of connection.crm") {
		t.Fatalf("an unknown id is not asked for: %v\n%s", err, stderr)
	}
	if _, stderr, err = runScript(t, text, f, "AEPFLOW_ALLOW=yes", "connection_crm_id=from-environment"); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	var lines []string
	for _, r := range f.requests {
		lines = append(lines, r.Method+" "+strings.TrimPrefix(r.Path, "/data/foundation/"))
	}
	check(t, "requests", strings.Join(lines, "\n")+"\n")
	if !strings.Contains(f.requests[0].Body, `"baseConnectionId":"from-environment"`) ||
		!strings.Contains(f.requests[1].Body, `"dataSetId":"known-customers"`) {
		t.Errorf("existing ids are not put in:\n%s\n%s", f.requests[0].Body, f.requests[1].Body)
	}
}

// Two updates of one object: the second is sent with the etag that the answer to
// the first gave; where the plan knows none, it is read.
func TestScriptKeepsEtags(t *testing.T) {
	p := saved(t, "schedule")
	again := p.Changes[0].Calls[0]
	again.N = 2
	p.Changes[0].Calls = append(p.Changes[0].Calls, again)
	f := &fakePlatform{}
	if _, stderr, err := runScript(t, scriptOf(t, p, nil), f); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	if got, want := f.requests[1].IfMatch, `"etag-1"`; got != want {
		t.Errorf("second If-Match is %s, want %s", got, want)
	}

	p = saved(t, "schedule")
	p.Changes[0].Calls[0].IfMatch = ""
	f = &fakePlatform{}
	if _, stderr, err := runScript(t, scriptOf(t, p, nil), f); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	if got, want := f.requests[0].IfMatch, `"read"`; got != want {
		t.Errorf("If-Match is %s, want %s", got, want)
	}
}

// A refusal stops the script at once, with the platform's words.
func TestScriptStopsAtARefusal(t *testing.T) {
	p := saved(t, "schedule")
	first := p.Changes[0].Calls[0]
	second := first
	second.N, second.URL = 2, fs+"/flows/other"
	p.Changes[0].Calls = append(p.Changes[0].Calls, second)
	f := &fakePlatform{refuse: first.URL}
	_, stderr, err := runScript(t, scriptOf(t, p, nil), f)
	if err == nil || !strings.Contains(stderr, "PATCH "+first.URL+`: 400 {"title":"refused"}`) {
		t.Errorf("%v\n%s", err, stderr)
	}
	if len(f.requests) != 0 {
		t.Errorf("the script went on after a refusal: %v", f.requests)
	}
}

// hostile is a plan with a text in every place that a document or a lockfile decides.
func hostile(t *testing.T, text string) *planner.Plan {
	t.Helper()
	quoted, err := json.Marshal(specs.EscapeTenant(text))
	if err != nil {
		t.Fatal(err)
	}
	line := strings.ReplaceAll(text, "\n", " ")
	inPath := strings.Map(func(r rune) rune {
		if r <= ' ' || output.Hidden(r) {
			return -1
		}
		return r
	}, strings.ReplaceAll(text, specs.TenantPlaceholder, ""))
	p := saved(t, "column-added")
	for i := range p.Changes {
		ch := &p.Changes[i]
		ch.Address.Name = text
		ch.Guards = append(ch.Guards, planner.Guard{Code: text, Message: text, Flag: text})
		for k := range ch.Calls {
			c := &ch.Calls[k]
			c.Gives = ""
			c.IfMatch, c.Media, c.Step = line, line, c.Step+planner.Step(text)
			c.URL = fs + "/x?" + strings.NewReplacer("${", "$%20{", "#", "").Replace(inPath)
			c.Body = json.RawMessage(fmt.Sprintf(`{"text":%s,%s:{"{TENANT_ID}":%s}}`, quoted, quoted, quoted))
		}
	}
	return p
}

// Nothing that a plan holds is run, wherever it is.
func TestScriptRunsNothingOfAPlan(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "pwned")
	run := "touch " + mark
	evil := `'"; ` + run + "; $(" + run + ") `" + run + "` ${x:-$(" + run + ")} \\'\n" + run + "\n#"
	f := &fakePlatform{}
	_, stderr, err := runScript(t, scriptOf(t, hostile(t, evil), nil), f, "AEPFLOW_ALLOW=yes")
	if err != nil || len(f.requests) != 8 {
		t.Fatalf("%d calls were made: %v\n%s", len(f.requests), err, stderr)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Fatalf("a text of the plan was run:\n%s", stderr)
	}
	if quoted, _ := json.Marshal(evil); !strings.Contains(f.requests[0].Body, string(quoted)) {
		t.Errorf("the text arrived changed:\n%s", f.requests[0].Body)
	}
}

// stub answers every call of a script with what is in the file $STUB, and notes bodies.
const stub = `curl() {
  cat >>"$STUB.sent"
  cat "$STUB"
  case "$*" in *--write-out*) printf '\n%s' "$STUB_STATUS" ;; esac
}
`

// What a plan holds is sent as it is, whatever it is; what the platform answers is
// printed on lines of the script's own and steers no terminal and no pipeline.
func TestScriptWithHostileValues(t *testing.T) {
	evil := "\x1b]0;t\x07\x1b[2J\u009b1m\r\n::error::forged\n" +
		"##[error]x ###vso[task] $(id) ${x} {TENANT_ID} '\"`\\ \u202e\u200b\u2028\ufeff é"
	p := hostile(t, evil)
	text := scriptOf(t, p, func(r resource.Ref) (string, bool) { return "id" + evil, true })
	if fault := output.Fault(text); fault != "" {
		t.Fatalf("the script %s", fault)
	}
	answer, err := json.Marshal(map[string]any{
		"access_token": "tok", "tenantId": "_acme" + evil, "id": "x" + evil, "$id": evil, "@id": evil, "version": 1,
		"etag": evil, "error": evil, "error_description": evil,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, status, answer, says string
		bodies                     int
	}{
		{"accepted", "201", string(answer), "", 8},
		{"refused", "400", evil, "POST ", 0},
		{"no token", "200", strings.Replace(string(answer), "access_token", "x", 1), "sign in: no token: ", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "answer")
			if err := os.WriteFile(file, []byte(c.answer), 0o600); err != nil {
				t.Fatal(err)
			}
			stubbed := strings.Replace(text, "\nsign_in\n", "\n"+stub+"sign_in\n", 1)
			if c.status == "400" { // the token is there, the first call is refused
				stubbed = strings.Replace(stubbed, "\nsign_in\ntenant=$(", "\ntoken=tok; tenant=acme; : $(", 1)
			}
			stdout, stderr, err := runScript(t, stubbed, &fakePlatform{},
				"AEPFLOW_ALLOW=yes", "STUB="+file, "STUB_STATUS="+c.status)
			if (err == nil) != (c.bodies > 0) {
				t.Fatalf("%v\n%s", err, stderr)
			}
			for _, printed := range []string{stdout, stderr} {
				if fault := output.Fault(printed); fault != "" {
					t.Errorf("%s in %q", fault, printed)
				}
				if output.StartsCommand(printed) {
					t.Errorf("a command of a pipeline in %q", printed)
				}
			}
			if !strings.Contains(stderr, c.says) {
				t.Errorf("%q does not say %q", stderr, c.says)
			}
			sent, err := os.ReadFile(file + ".sent")
			if err != nil {
				t.Fatal(err)
			}
			bodies := 0
			for line := range strings.Lines(string(sent)) {
				var got map[string]any
				if json.Unmarshal([]byte(line), &got) != nil {
					continue // the form of the sign-in, or no body
				}
				bodies++
				want := map[string]any{"text": evil, evil: map[string]any{"acme" + evil: evil}}
				if c.bodies > 0 && !cmp.Equal(want, got) {
					t.Errorf("sent %s", line)
				}
			}
			if c.bodies > 0 && bodies != c.bodies {
				t.Errorf("%d bodies were sent, want %d", bodies, c.bodies)
			}
		})
	}
}

func TestScriptRefuses(t *testing.T) {
	for name, call := range map[string]planner.Call{
		"method":   {Method: "POST; true", URL: "/x"},
		"URL":      {Method: "POST", URL: "/x\n/y"},
		"URL ref":  {Method: "POST", URL: "/x/${nothing}"},
		"variable": {Method: "POST", URL: "/x", Body: json.RawMessage(`{"a":"${env.A B}"}`)},
	} {
		p := &planner.Plan{Changes: []planner.Change{{
			Address: resource.Address{Kind: resource.Flow, Name: "x"}, Action: planner.Create, Calls: []planner.Call{call},
		}}}
		if err := Write(io.Discard, p, nil); !errors.Is(err, ErrNotAScript) {
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
	for _, text := range []string{
		"", "plain", "it's", `a\b`, "new\nline", "\x1b[31m", `mixed ' \ ` + "\t\u202e é", "$HOME `id`",
	} {
		out, err := exec.Command(bash, "-c", "printf %s "+quoteShell(text)).Output()
		if err != nil || string(out) != text {
			t.Errorf("%q comes back as %q, %v", text, out, err)
		}
		if output.Fault(quoteShell(text)) != "" {
			t.Errorf("%q is quoted as %q: %s", text, quoteShell(text), output.Fault(quoteShell(text)))
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
	for _, text := range []string{
		"flow.a", "$(echo ran)", "`echo ran`", `"; echo ran; "`, "a}b", `a\`, "${HOME}", "it's", "\x1b\n",
	} {
		script := `: "${unset_here:?` + quoteInside(text) + `}"`
		if out, err := exec.Command(sh, "-n", "-c", script).CombinedOutput(); err != nil {
			t.Errorf("%q does not parse: %s", text, out)
		}
		out, err := exec.Command(sh, "-c", script).CombinedOutput()
		if err == nil || !strings.HasSuffix(strings.TrimSpace(string(out)), output.Line(text)) {
			t.Errorf("%q is said as %q, %v", text, out, err)
		}
	}
}

// The script calls the target's own addresses.
func TestAddresses(t *testing.T) {
	for host, want := range map[string]string{
		"platform.adobe.io": "https://platform.adobe.io", "gateway.example.com:8443": "https://gateway.example.com:8443",
		"127.0.0.1:8090": "http://127.0.0.1:8090", "[::1]:1": "http://[::1]:1", "localhost:9": "http://localhost:9",
		"127.example.com": "https://127.example.com", "": "http://127.0.0.1:8090",
	} {
		var b strings.Builder
		p := &planner.Plan{Target: planner.Target{Org: "o", Sandbox: "s", Host: host, SignInHost: host}}
		if err := Write(&b, p, nil); err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"platform=${AEP_PLATFORM:-", "ims=${AEP_IMS:-"} {
			_, rest, _ := strings.Cut(b.String(), "\n"+line)
			if got, _, _ := strings.Cut(rest, "}\n"); strings.Trim(got, "'") != want {
				t.Errorf("host %q: %s%s, want %s", host, line, got, want)
			}
		}
	}
}
