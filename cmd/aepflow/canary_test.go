package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/redact"
)

// aviary knows every secret of a lab and looks for it wherever it must not be.
type aviary struct {
	*lab
	record  *notes // the platform's record of requests, one a line
	mu      sync.Mutex
	secrets []string
	tokens  []string // as they are handed out; one file may hold them
	kept    int      // times that a token was found in that file
	looked  int
	forms   map[string][]string // of each secret
}

// notes are written by the platform and read by the test.
type notes struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (n *notes) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(p)
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.String()
}

// nastyPassword changes on the way in every escaping there is.
const nastyPassword = "canary-\"pw\\3<y>&'z\n-of the crm-7c1e"

func newAviary(t *testing.T) *aviary {
	v := &aviary{record: &notes{}, secrets: []string{labSecret, nastyPassword}, forms: map[string][]string{}}
	v.lab = newLab(t, emulator.Options{Record: v.record}, crashed{})
	v.docs("a")
	v.env = []string{"AEPFLOW_LOG=trace", "AEPFLOW_LOG_FILE=" + filepath.Join(v.dir, "requests.log"), "CRM_DB_PASSWORD=" + nastyPassword}
	v.intercept(v.overhear)
	return v
}

// overhear learns each token that is handed out.
func (v *aviary) overhear(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if !strings.HasPrefix(r.URL.Path, "/ims/") {
		next.ServeHTTP(w, r)
		return
	}
	rec := httptest.NewRecorder()
	next.ServeHTTP(rec, r)
	var answer struct {
		Token string `json:"access_token"`
	}
	if json.Unmarshal(rec.Body.Bytes(), &answer) == nil && answer.Token != "" {
		v.mu.Lock()
		v.tokens = append(v.tokens, answer.Token)
		v.mu.Unlock()
	}
	for k, vs := range rec.Header() {
		w.Header()[k] = vs
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes()) // a caller that is gone is not a fault
}

func (v *aviary) learn(secret string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.secrets = append(v.secrets, secret)
}

func (v *aviary) look(where, text string) {
	v.t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.looked++
	for _, secret := range slices.Concat(v.secrets, v.tokens) {
		if v.forms[secret] == nil {
			v.forms[secret] = redact.Spellings(secret)
		}
		for _, s := range v.forms[secret] {
			if i := strings.Index(text, s); i >= 0 {
				v.t.Errorf("%s holds a secret: …%s…", where, text[max(0, i-60):min(len(text), i+len(s)+20)])
				break
			}
		}
	}
}

// lookEverywhere looks at every file, at the platform's records and at its objects.
func (v *aviary) lookEverywhere(when string) {
	v.t.Helper()
	for _, dir := range []string{v.dir, v.state} {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			if filepath.Ext(path) == ".token" && filepath.Dir(path) == filepath.Join(v.dir, ".aepflow", "cache") {
				v.lookAtTokens(when, path, string(text))
				return err
			}
			v.look(when+": "+path, string(text))
			return err
		})
		if err != nil {
			v.t.Fatal(err)
		}
	}
	for what, list := range map[string]any{"a recorded request": v.box.Requests(), "an object of the platform": v.box.Objects()} {
		text, err := json.Marshal(list)
		if err != nil {
			v.t.Fatal(err)
		}
		v.look(when+": "+what, string(text))
	}
	v.look(when+": the record of requests", v.record.String())
}

// lookAtTokens looks at the one file that may hold tokens, and nothing else.
func (v *aviary) lookAtTokens(when, path, text string) {
	v.t.Helper()
	v.mu.Lock()
	for _, s := range v.tokens {
		if strings.Contains(text, s) {
			v.kept++
			text = strings.ReplaceAll(text, s, "")
		}
	}
	v.mu.Unlock()
	v.look(when+": "+path, text)
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		v.t.Errorf("%s: %s has mode %v, %v", when, path, info.Mode(), err)
	}
}

// say runs a command, whatever comes of it, and looks at what it says.
func (v *aviary) say(args ...string) ran {
	v.t.Helper()
	r := v.run(args...)
	v.look("aepflow "+strings.Join(args, " "), r.stdout+r.stderr)
	return r
}

// TestCanary sends two applies, a crash and every kind of refusal through the
// whole command line: the password of the connections, the client's secret and
// the tokens come to the platform and nowhere else.
func TestCanary(t *testing.T) {
	t.Parallel()
	v := newAviary(t)
	saved := filepath.Join(v.dir, "plan.json")
	flags := []string{"--allow-data-loss", "--allow-mass-delete", "--on-replace", "continue"}
	all := func(when string) {
		t.Helper()
		if r := v.say(append([]string{"plan", "--out", saved}, flags...)...); r.code != exitOK {
			t.Errorf("%s: plan: %s", when, r)
		}
		commands := [][]string{{"plan", "--full"}, {"plan", "--calls", "curl"}}
		if when == "after a crash" { // where there is most to tell
			commands = append(forms(saved), readers(saved)...)
		}
		for _, args := range commands {
			v.say(args...)
		}
		v.lookEverywhere(when)
	}
	all("before the first apply")

	// The platform refuses, and repeats what it was sent.
	inJSON := func(v any) json.RawMessage {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	refusing := func(detail string) emulator.Fault {
		return emulator.Fault{Method: "POST", Path: "/connections", Status: 400, Body: inJSON(map[string]string{"title": "Bad", "detail": detail})}
	}
	for i, f := range []emulator.Fault{
		refusing("cannot sign in with " + nastyPassword),
		refusing("cannot sign in with <b>" + html.EscapeString(nastyPassword) + "</b>"),
		refusing("cannot sign in with " + base64.StdEncoding.EncodeToString([]byte("reader:"+nastyPassword))),
		refusing(string(inJSON(map[string]string{"request": string(inJSON(nastyPassword))}))),
		{Method: "POST", Path: "/connections", Status: 502, Body: inJSON("<html><p>" + nastyPassword + "</p></html>")},
		{Method: "POST", Path: "/connections", Status: 400, Body: inJSON("<html>password=" + nastyPassword + "&token=" + labSecret + "</html>")},
		{Method: "POST", Path: "/connections", After: true, Garbage: true},
		{Method: "POST", Path: "/connections", Drop: true},
		{Path: "/ims/token/v3", Status: 400, Body: json.RawMessage(fmt.Sprintf(`{"error": "invalid_client", "error_description": "%s is wrong"}`, labSecret))},
	} {
		v.box.ClearFaults()
		if err := v.box.Inject(f); err != nil {
			t.Fatal(err)
		}
		v.say(applyArgs("--target-resource", "connection.crm", "-o", []string{"text", "json"}[i%2])...)
		v.lookEverywhere("after a refusal")
		v.mustRun("destroy", "--auto-approve", "--allow-mass-delete") // it may have been made
	}
	// A token that the platform repeats.
	v.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if !strings.HasPrefix(r.URL.Path, "/data/foundation/catalog") || r.Method != http.MethodPost {
			v.overhear(w, r, next)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprintf(w, `{"title": "Forbidden", "detail": "not with %s, %s"}`, r.Header.Get("Authorization"), r.Header)
	})
	for _, form := range []string{"text", "json"} {
		if r := v.say(applyArgs("-o", form)...); r.code == exitOK || !strings.Contains(r.stdout+r.stderr, "not with") {
			t.Errorf("an apply that is refused a dataset: %s", r)
		}
	}
	v.lookEverywhere("after a refusal with the token")
	v.intercept(v.overhear)
	v.box.ClearFaults()

	// Killed in the middle, when journal and platform know the connections.
	if n := v.killByPlatform(applyArgs("--parallelism", "1"), 12, true); n != 1 {
		t.Error("the apply was not killed")
	}
	all("after a crash")
	if r := v.say(applyArgs()...); r.code != exitOK {
		t.Fatalf("apply: %s", r)
	}
	v.lookEverywhere("after the first apply")

	// Another password shows as changed, and only as that.
	const next = "canary-pw-2-5b1f60"
	v.learn(next)
	v.env = append(v.env, "CRM_DB_PASSWORD="+next)
	v.docs("b")
	if r := v.say(append([]string{"plan"}, flags...)...); !strings.Contains(r.stdout, "(secret, changed)") {
		t.Errorf("a changed password does not show as changed: %s", r)
	}
	v.lookEverywhere("with another password")
	if r := v.say(applyArgs("-o", "json")...); r.code != exitOK {
		t.Fatalf("apply: %s", r)
	}
	all("after the second apply")
	if r := v.say("destroy", "--auto-approve", "--allow-data-loss"); r.code != exitOK {
		t.Logf("destroy: %s", r)
	}
	v.lookEverywhere("after the end")

	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.tokens) < 1 || v.kept == 0 {
		t.Errorf("%d tokens were overheard, %d times one was found in its file", len(v.tokens), v.kept)
	}
	if used := strings.Count(v.record.String(), "(secret)"); used == 0 {
		t.Error("no secret ever reached the platform: this test looks for nothing")
	}
	if log := v.read("requests.log"); strings.Count(log, "level=TRACE") < 100 || !strings.Contains(log, "(secret)") || !strings.Contains(log, "cannot sign in with") {
		t.Error("the log of requests tells little: this test looks at nothing")
	}
	t.Logf("%d secrets in %d places: nowhere", len(slices.Compact(slices.Sorted(slices.Values(slices.Concat(v.secrets, v.tokens))))), v.looked)
}

// TestHalfOfTheSecrets changes the password of several connections and lets one of
// them fail: the next plan must still know that one.
func TestHalfOfTheSecrets(t *testing.T) {
	t.Parallel()
	l := newLab(t, emulator.Options{}, crashed{})
	l.docs("a")
	l.mustRun(applyArgs()...)
	l.env = []string{"CRM_DB_PASSWORD=another"}
	if err := l.box.Inject(emulator.Fault{Method: "PATCH", Path: "/connections/*", Skip: 1, Status: 400}); err != nil {
		t.Fatal(err)
	}
	if r := l.run(applyArgs("--parallelism", "1")...); r.code != exitPartial {
		t.Fatalf("apply: %s", r)
	}
	if r := l.run("plan", "--detailed-exitcode"); r.code != exitPending || !strings.Contains(r.stdout, "1 to update") || !strings.Contains(r.stdout, "(secret, changed)") {
		t.Errorf("the plan after it: %s", r)
	}
	l.mustRun(applyArgs("--target-resource", "connection.crm", "--target-resource", "connection.hubs",
		"--target-resource", "connection.old", "--target-resource", "connection.shop")...)
	if r := l.run("plan", "--detailed-exitcode"); r.code != exitOK {
		t.Errorf("in the end: %s", r)
	}

	// The same when one is left out on purpose.
	l.env = []string{"CRM_DB_PASSWORD=a third"}
	l.mustRun(applyArgs("--target-resource", "connection.crm")...)
	if r := l.run("plan", "--detailed-exitcode"); r.code != exitPending || !strings.Contains(r.stdout, "3 to update") {
		t.Errorf("after a part was applied: %s", r)
	}
}
