package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

// world is what a script has beside its files.
type world struct {
	names   map[string]string // platform id → address, of every lockfile seen
	release func()            // gives back what hold has taken
	server  *server           // of the script's commands; nil before the first
}

type worldKey struct{}

func worldOf(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

// learn notes the ids of every lockfile below the script's folder. Ids of what
// was deleted since stay known.
func (w *world) learn(ts *testscript.TestScript) {
	ts.Check(filepath.WalkDir(ts.Getenv("WORK"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".lock") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var lock struct {
			Resources map[string]struct {
				ID      string
				Deposed []struct{ ID string }
			}
		}
		if json.Unmarshal(text, &lock) != nil {
			return nil // a script may break one on purpose
		}
		addresses := make([]string, 0, len(lock.Resources))
		for a := range lock.Resources {
			addresses = append(addresses, a)
		}
		slices.Sort(addresses) // schema.x before union.x, which has the same id
		for _, a := range addresses {
			w.name(lock.Resources[a].ID, a)
			for _, d := range lock.Resources[a].Deposed {
				w.name(d.ID, a)
			}
		}
		return nil
	}))
}

// name gives an id the address as its name; a later object of the same address
// is numbered.
func (w *world) name(id, address string) {
	if _, known := w.names[id]; id == "" || known {
		return
	}
	same := 0
	for _, other := range w.names {
		if base, _, _ := strings.Cut(other, " #"); strings.Trim(base, "<>") == address {
			same++
		}
	}
	w.names[id] = "<" + address + ">"
	if same > 0 {
		w.names[id] = fmt.Sprintf("<%s #%d>", address, same+1)
	}
}

// volatile is what differs between two runs of the same script.
var volatile = []struct {
	re   *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`\((\d+ ms|\d+\.\d s)\)`), "(TIME)"},
	{
		regexp.MustCompile(`"(lineage|digest|etag|created|hash|secrets|tool_version|config_digest)": "(?:[^"\\]|\\.)*"`),
		`"$1": "…"`,
	},
	{regexp.MustCompile(`"elapsed_ms":\d+`), `"elapsed_ms":0`},
	{regexp.MustCompile(`request id [0-9a-f]{32}`), "request id …"},
	{regexp.MustCompile(`"[0-9a-f]{8}-0000-0200-0000-[0-9a-f]{12}"`), `"<etag>"`},
	{regexp.MustCompile(`"id":( ?)"[0-9a-f-]{36}"(,\s*"flow_id")`), `"id":$1"<run>"$2`},
	{regexp.MustCompile(`"((?:created|started|completed)_at)":"[^"]*"`), `"$1":"<time>"`}, // of lines of JSON
	{regexp.MustCompile(`"id": "[0-9a-f-]{36}"(,\n *"name": ".*",\n *"state")`), `"id": "<other>"$1`},
	{regexp.MustCompile(`(?m)^( +run +|.* runs show )[0-9a-f-]{36}$`), `$1<run>`},
	{regexp.MustCompile(`\b01[0-9A-HJKMNP-TV-Z]{24}\b`), "<batch>"},
}

// rename replaces what differs between two runs by names.
func (w *world) rename(ts *testscript.TestScript, text string) string {
	w.learn(ts)
	ids := make([]string, 0, len(w.names))
	for id := range w.names {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return len(b) - len(a) }) // no id is cut by a shorter one
	for _, id := range ids {
		name := w.names[id]
		tail := id[strings.LastIndexByte(id, '/')+1:]
		text = strings.NewReplacer(id, name, tail, name, tail[:min(8, len(tail))]+"…", name).Replace(text)
	}
	for _, v := range volatile {
		text = v.re.ReplaceAllString(text, v.with)
	}
	if url := ts.Getenv("EMULATOR"); url != "" {
		text = strings.ReplaceAll(text, url, "$EMULATOR")
		text = strings.ReplaceAll(text, strings.TrimPrefix(url, "http://"), "$HOST")
	}
	return strings.ReplaceAll(text, ts.Getenv("WORK"), "$WORK")
}

// counter is how far an apply is: which of several calls comes first is its own
// affair.
var counter = regexp.MustCompile(`(?m)^\[ *\d+/\d+\] `)

func sortLines(text string) string {
	return strings.Join(slices.Sorted(strings.Lines(text)), "")
}

func cmdNamed(ts *testscript.TestScript, neg bool, args []string) {
	sorted := len(args) == 2 && args[0] == "-sorted"
	if neg || len(args) != 1 && !sorted {
		ts.Fatalf("usage: named [-sorted] FILE")
	}
	text := worldOf(ts).rename(ts, ts.ReadFile(args[len(args)-1]))
	if sorted {
		text = sortLines(counter.ReplaceAllString(text, ""))
	}
	_, err := io.WriteString(ts.Stdout(), text)
	ts.Check(err)
}

func cmdEmulator(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: emulator ARGS…")
	}
	// Scripts apply documents with namespaces of an organization that exists nowhere.
	cmd := aepflow(ts, append([]string{"emulator", "--listen", "127.0.0.1:0", "--switch", "namespaces=any"}, args...)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		stop := cmd.Process.Signal
		if runtime.GOOS == "windows" {
			stop = func(os.Signal) error { return cmd.Process.Kill() } // it has no SIGTERM
		}
		if err := stop(syscall.SIGTERM); err != nil {
			ts.Logf("stop the emulator: %v", err)
		}
		if err := cmd.Wait(); err != nil && runtime.GOOS != "windows" {
			ts.Fatalf("the emulator did not end well: %v\n%s", err, &said)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		ts.Fatalf("the emulator did not start: %v\n%s", err, &said)
	}
	ts.Setenv("EMULATOR", strings.TrimSpace(strings.TrimPrefix(line, "listening on ")))
}

// cmdInterrupt runs the program until its events name an address, then sends it
// Ctrl-C.
func cmdInterrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: interrupt ADDRESS ARGS…")
	}
	cmd := aepflow(ts, args[1:]...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	sent := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Fprintln(ts.Stdout(), lines.Text())
		var e struct{ Type, Address string }
		if !sent && json.Unmarshal(lines.Bytes(), &e) == nil && e.Type == "started" && e.Address == args[0] {
			ts.Check(cmd.Process.Signal(os.Interrupt))
			sent = true
		}
	}
	code := exitCode(ts, cmd.Wait())
	if !sent {
		ts.Fatalf("%s was never started:\n%s", args[0], &said)
	}
	if code != exitInterrupted {
		ts.Fatalf("ended with exit code %d, expected %d:\n%s", code, exitInterrupted, &said)
	}
	_, err = said.WriteTo(ts.Stderr())
	ts.Check(err)
}

// cmdHold takes the lock of a target, as an apply under way has it.
func cmdHold(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: hold DIR TARGET")
	}
	at, err := time.Parse(time.RFC3339, pinned)
	ts.Check(err)
	held, err := lockfile.Open(context.Background(), lockfile.PathsIn(ts.MkAbs(args[0]), args[1]), lockfile.Options{
		Target: lockfile.Target{Org: emulator.DefaultOrg, Sandbox: "dev"}, Now: at,
	})
	ts.Check(err)
	release := sync.OnceFunc(func() { ts.Check(held.Close()) })
	ts.Defer(release)
	worldOf(ts).release = release
}

func cmdRelease(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 || worldOf(ts).release == nil {
		ts.Fatalf("usage: release, after hold")
	}
	worldOf(ts).release()
}

// aepflow is the program with the variables that scripts set for it.
func aepflow(ts *testscript.TestScript, args ...string) *exec.Cmd {
	path, err := findIn(ts.Getenv("PATH"), "aepflow")
	ts.Check(err)
	cmd := exec.Command(path, args...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "AEPFLOW_NOW="+pinned)
	for _, name := range []string{"CRM_DB_PASSWORD", "IMS_OAUTH_S2S_CLIENT_ID", "IMS_OAUTH_S2S_CLIENT_SECRET", "AEPFLOW_TARGET"} {
		if v := ts.Getenv(name); v != "" {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	return cmd
}

// findIn looks a program up in a PATH that is not this process's own.
func findIn(list, name string) (string, error) {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	for _, dir := range filepath.SplitList(list) {
		if path := filepath.Join(dir, name); isFile(path) {
			return path, nil
		}
	}
	return "", fmt.Errorf("no %s in %s", name, list)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// admin calls the emulator's own door.
func admin(ts *testscript.TestScript, method, path, body string) []byte {
	req, err := http.NewRequest(method, ts.Getenv("EMULATOR")+"/_emulator"+path, strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if resp.StatusCode >= 300 {
		ts.Fatalf("%s %s: %s: %s", method, path, resp.Status, text)
	}
	return text
}

func cmdFault(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fault JSON, or fault clear")
	}
	if args[0] == "clear" {
		admin(ts, http.MethodDelete, "/faults", "")
		return
	}
	admin(ts, http.MethodPost, "/faults", args[0])
}

// cmdRunFault makes runs of the emulator fail.
func cmdRunFault(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: runfault JSON")
	}
	admin(ts, http.MethodPost, "/runfaults", args[0])
}

// cmdClock sets the clock of the emulator and of the commands.
func cmdClock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: clock TIME")
	}
	admin(ts, http.MethodPost, "/clock", `{"now": "`+args[0]+`"}`)
	ts.Setenv("AEPFLOW_NOW", args[0])
}

// cmdRequested waits until the emulator has had a call since the last `requests`.
func cmdRequested(ts *testscript.TestScript, neg bool, args []string) {
	method, path, ok := strings.Cut(strings.Join(args, ""), " ")
	if neg || len(args) != 1 || !ok {
		ts.Fatalf("usage: requested 'METHOD PATH'")
	}
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		var calls []struct{ Method, URL string }
		ts.Check(json.Unmarshal(admin(ts, http.MethodGet, "/requests", ""), &calls))
		for _, c := range calls {
			if c.Method == method && strings.HasSuffix(c.URL, path) {
				return
			}
		}
	}
	ts.Fatalf("no call %s", args[0])
}

// cmdErase deletes the object of an entry, or the one that it replaced, as a person does on the platform.
func cmdErase(ts *testscript.TestScript, neg bool, args []string) {
	deposed := len(args) == 2 && args[0] == "-deposed"
	if neg || len(args) != 1 && !deposed {
		ts.Fatalf("usage: erase [-deposed] ADDRESS")
	}
	arg := args[len(args)-1]
	address, err := resource.ParseAddress(arg)
	ts.Check(err)
	shown := runAs(ts, exitOK, "state", "show", arg).Stdout
	id := idIn(ts, string(shown))
	if deposed {
		var entry struct {
			Deposed []struct {
				ID string `json:"id"`
			} `json:"deposed"`
		}
		ts.Check(json.Unmarshal(shown, &entry))
		id = entry.Deposed[0].ID
	}
	credentials := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"person"}, "client_secret": {"secret"}, "scope": {"openid"},
	}
	resp, err := http.PostForm(ts.Getenv("EMULATOR")+"/ims/token/v3", credentials)
	ts.Check(err)
	defer resp.Body.Close()
	var token struct {
		Text string `json:"access_token"`
	}
	ts.Check(json.NewDecoder(resp.Body).Decode(&token))
	req, err := http.NewRequest(http.MethodDelete, ts.Getenv("EMULATOR")+resource.SpecOf(address.Kind).ItemURL(id), nil)
	ts.Check(err)
	for name, value := range map[string]string{
		"Authorization": "Bearer " + token.Text, "x-api-key": "person",
		"x-gw-ims-org-id": emulator.DefaultOrg, "x-sandbox-name": "dev",
	} {
		req.Header.Set(name, value)
	}
	gone, err := http.DefaultClient.Do(req)
	ts.Check(err)
	ts.Check(gone.Body.Close())
	if gone.StatusCode >= 300 {
		ts.Fatalf("delete %s %s: %s", arg, id, gone.Status)
	}
}

func cmdRequests(ts *testscript.TestScript, neg bool, args []string) {
	writes := slices.Equal(args, []string{"-writes"})
	if neg || len(args) > 0 && !writes {
		ts.Fatalf("usage: requests [-writes]")
	}
	var calls []struct {
		Method, URL string
		Status      int
	}
	ts.Check(json.Unmarshal(admin(ts, http.MethodGet, "/requests", ""), &calls))
	admin(ts, http.MethodDelete, "/requests", "")
	var b strings.Builder
	for _, c := range calls {
		if writes && (c.Method == http.MethodGet || strings.HasPrefix(c.URL, "/ims/")) {
			continue
		}
		fmt.Fprintf(&b, "%s %s %d\n", c.Method, c.URL, c.Status)
	}
	_, err := io.WriteString(ts.Stdout(), sortLines(worldOf(ts).rename(ts, b.String())))
	ts.Check(err)
}

func cmdCanary(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: canary TEXT FILE…")
	}
	known := map[string]bool{}
	for _, file := range args[1:] {
		known[ts.MkAbs(file)] = true
	}
	look := func(where, text string) {
		if strings.Contains(text, args[0]) {
			ts.Fatalf("%s holds the canary", where)
		}
	}
	seen := 0
	ts.Check(filepath.WalkDir(ts.Getenv("WORK"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || known[path] || strings.Contains(path, string(filepath.Separator)+".bin") {
			return err
		}
		text, err := os.ReadFile(path)
		seen++
		look(path, string(text))
		return err
	}))
	if seen == 0 {
		ts.Fatalf("there is no file to look at")
	}
	look("stdout", ts.ReadFile("stdout"))
	look("stderr", ts.ReadFile("stderr"))
	if ts.Getenv("EMULATOR") != "" {
		look("the record of requests", string(admin(ts, http.MethodGet, "/requests", "")))
		look("an object of the emulator", string(admin(ts, http.MethodGet, "/objects", "")))
	}
}
