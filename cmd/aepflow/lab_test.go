package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/lockfile"
)

// What the tests with real processes sign in with and what they look for
// everywhere: none of it may be found where it does not belong.
const (
	labPassword = "canary-pw-41d7c90e"
	labSecret   = "canary-cs-8f20b6aa"
)

// lab is a project in a folder, and a platform in this process that answers on a
// port. The program itself runs as a process of its own, because what these tests
// do to it no goroutine survives.
type lab struct {
	t       testing.TB
	dir     string
	state   string // folder of the platform's state
	box     *emulator.Server
	url     string
	now     time.Time // of both clocks
	sandbox string    // of byHand; "" is dev
	env     []string
	stop    func()
	left    []string // mapping sets that no check counts

	ready   chan struct{} // the platform answers no call before this is closed
	arrived chan struct{} // gets one when the first call comes
	between atomic.Pointer[middleware]
}

// middleware is between the port and the platform.
type middleware func(w http.ResponseWriter, r *http.Request, next http.Handler)

func (l *lab) intercept(m middleware) { l.between.Store(&m) }

func (l *lab) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case l.arrived <- struct{}{}:
	default:
	}
	<-l.ready
	if m := l.between.Load(); m != nil {
		(*m)(w, r, l.box)
		return
	}
	l.box.ServeHTTP(w, r)
}

// crashed is a lab's folders as they were at one moment.
type crashed struct{ project, state string }

func newLab(t testing.TB, o emulator.Options, from crashed) *lab {
	t.Helper()
	l := &lab{t: t, dir: t.TempDir(), state: t.TempDir(), ready: make(chan struct{}), arrived: make(chan struct{}, 1)}
	l.dir, _ = filepath.EvalSymlinks(l.dir) // as the kernel names it
	if from.project != "" {
		copyTree(t, from.project, l.dir)
	}
	if from.state != "" {
		copyTree(t, from.state, l.state)
	}
	var err error
	l.now, err = time.Parse(time.RFC3339, pinned)
	if err != nil {
		t.Fatal(err)
	}
	at := l.now
	if o.Now == nil {
		o.Now = func() time.Time { return at }
	}
	if o.Seed == nil {
		o.Seed = &emulator.Seed{Identities: []map[string]any{
			{"id": "10000001", "code": "CRMID", "name": "CRM id", "idType": "CROSS_DEVICE"},
			{"id": "10000002", "code": "Loyalty", "name": "Loyalty", "idType": "CROSS_DEVICE"},
			{"id": "10000003", "code": "Mail", "name": "Mail", "idType": "EMAIL"},
		}}
	}
	o.Dir = files.Project(l.state)
	if l.box, err = emulator.Open(o); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.url = "http://" + listener.Addr().String()
	server := emulator.NewHTTPServer(l, "127.0.0.1")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener) // until it is closed
	}()
	stopped := false
	l.stop = func() {
		if stopped {
			return
		}
		stopped = true
		l.open()
		_ = server.Close()
		<-ended
		if err := l.box.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(l.stop)
	l.write("aepflow.yaml", fmt.Sprintf("defaultTarget: here\ntargets:\n  here: {platform: '%s', ims: '%s', org: %s, sandbox: dev}\n", l.url, l.url, emulator.DefaultOrg))
	return l
}

// open lets the platform answer.
func (l *lab) open() {
	select {
	case <-l.ready:
	default:
		close(l.ready)
	}
}

func (l *lab) write(name, text string) {
	l.t.Helper()
	if err := os.WriteFile(filepath.Join(l.dir, name), []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) read(name string) string {
	l.t.Helper()
	text, err := os.ReadFile(filepath.Join(l.dir, name))
	if err != nil {
		l.t.Fatal(err)
	}
	return string(text)
}

// docs puts a version of the project in the place of the one before.
func (l *lab) docs(version string) {
	l.t.Helper()
	copyTree(l.t, filepath.Join("testdata", "crash", version), l.dir)
}

// later moves both clocks.
func (l *lab) later(d time.Duration) {
	l.now = l.now.Add(d)
	l.box.Advance(d)
}

func (l *lab) environ() []string {
	return append(append(os.Environ(),
		"AEPFLOW_NOW="+l.now.Format(time.RFC3339), "CRM_DB_PASSWORD="+labPassword,
		"IMS_OAUTH_S2S_CLIENT_ID=ci", "IMS_OAUTH_S2S_CLIENT_SECRET="+labSecret, "AEPFLOW_TOKEN_CACHE=on",
	), l.env...)
}

func (l *lab) command(args ...string) *exec.Cmd {
	l.t.Helper()
	cmd := exec.Command(program(l.t), args...)
	cmd.Dir, cmd.Env = l.dir, l.environ()
	return cmd
}

// program is the path of the program under test: this binary under another name.
func program(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("aepflow")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// ran is a command that has ended.
type ran struct {
	code           int
	stdout, stderr string
}

func (r ran) String() string {
	return fmt.Sprintf("exit code %d\n%s%s", r.code, r.stdout, r.stderr)
}

func (l *lab) run(args ...string) ran {
	l.t.Helper()
	l.open()
	cmd := l.command(args...)
	var out, diag bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &diag
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		l.t.Fatal(err)
	}
	return ran{cmd.ProcessState.ExitCode(), out.String(), diag.String()}
}

func (l *lab) mustRun(args ...string) ran {
	l.t.Helper()
	r := l.run(args...)
	if r.code != exitOK {
		l.t.Fatalf("aepflow %s: %s", strings.Join(args, " "), r)
	}
	return r
}

// applyArgs are an apply that nothing holds up.
func applyArgs(more ...string) []string {
	return append([]string{"apply", "--auto-approve", "--allow-data-loss", "--allow-mass-delete", "--on-replace", "continue", "--lost-after", "2s"}, more...)
}

func (l *lab) paths() lockfile.Paths { return lockfile.PathsIn(l.dir, "here") }

// freeze stops the platform and keeps both folders.
func (l *lab) freeze() crashed {
	l.t.Helper()
	l.stop()
	c := crashed{l.t.TempDir(), l.t.TempDir()}
	copyTree(l.t, l.dir, c.project)
	copyTree(l.t, l.state, c.state)
	return c
}

func copyTree(t testing.TB, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(from, path)
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), text, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// volatileFields are what differs between two platforms that are the same.
var volatileFields = []string{
	"id", "$id", "@id", "etag", "createdAt", "updatedAt", "created", "updated", "createdDate", "modifiedDate", "imsOrg",
	"meta:altId", "meta:registryMetadata", "lastOperation", "viewId", "lastRunDetails", "lastBatchId", "lastBatchStatus", "lastSuccessfulBatch",
}

// ownKinds are objects that no document makes: the platform's own as time goes by, and the seed's.
var ownKinds = []string{"runs", "batches", "namespaces"}

var (
	hexID    = regexp.MustCompile(`[0-9a-f]{32,}|[0-9a-f]{24}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	anEtag   = regexp.MustCompile(`[0-9a-f]{8}-0000-0200-0000-[0-9a-f]{12}`)
	anEpoch  = regexp.MustCompile(`\b1[78]\d{8}(\d{3})?\b`)
	tempName = regexp.MustCompile(`\d{5,}`)
)

// inventory lists every object of the platform by content: ids are replaced by
// their names, so an object that is there twice, or that no entry
// refers to any more, is a line too many.
func (l *lab) inventory() []string {
	l.t.Helper()
	type thing struct {
		kind string
		body map[string]any
	}
	var things []thing
	names := map[string]string{}
	for _, o := range l.box.Objects() {
		if o.Sandbox != "dev" || o.System || slices.Contains(ownKinds, o.Kind) || l.isLeft(o) {
			continue
		}
		text, err := json.Marshal(o.Body)
		if err != nil {
			l.t.Fatal(err)
		}
		var body map[string]any
		if err := json.Unmarshal(text, &body); err != nil {
			l.t.Fatal(err)
		}
		name, ok := body["title"]
		if !ok {
			name = cmp.Or[any](body["name"], body["xdm:sourceProperty"])
		}
		names[o.ID] = fmt.Sprintf("<%s %v>", o.Kind, name)
		things = append(things, thing{o.Kind, body})
	}
	ids := slices.SortedFunc(maps.Keys(names), func(a, b string) int { return len(b) - len(a) })
	var out []string
	for _, th := range things {
		for _, f := range volatileFields {
			delete(th.body, f)
		}
		text, err := json.Marshal(th.body)
		if err != nil {
			l.t.Fatal(err)
		}
		line := th.kind + " " + string(text)
		for _, id := range ids {
			line = strings.ReplaceAll(line, id, names[id])
		}
		line = anEtag.ReplaceAllString(line, "ETAG")
		out = append(out, anEpoch.ReplaceAllString(hexID.ReplaceAllString(line, "ID"), "TIME"))
	}
	slices.Sort(out)
	return out
}

// unusedSets are the mapping sets of no dataflow.
func (l *lab) unusedSets() (ids []string) {
	objects, flows := l.box.Objects(), ""
	for _, o := range objects {
		if o.Kind == "flows" {
			flows += fmt.Sprint(o.Body)
		}
	}
	for _, o := range objects {
		if o.Kind == "mappingSets" && !strings.Contains(flows, o.ID) {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

// isLeft reports whether an object is one of the sets in left, or a version of one.
func (l *lab) isLeft(o emulator.Object) bool {
	return slices.ContainsFunc(l.left, func(id string) bool { return strings.HasPrefix(o.ID, id) })
}

// checkState reports what the lockfile gets wrong: an entry without its object,
// an object without an entry, something left over.
func (l *lab) checkState() {
	l.t.Helper()
	seen, err := lockfile.Load(l.paths())
	if err != nil {
		l.t.Fatal(err)
	}
	there := map[string]bool{}
	for _, o := range l.box.Objects() {
		if o.Sandbox == "dev" && !o.System && o.Kind != "mappingVersions" && !slices.Contains(ownKinds, o.Kind) &&
			!l.isLeft(o) {
			there[o.ID] = true
		}
	}
	owned := map[string]bool{}
	for _, e := range seen.Lock.Entries {
		if !there[e.ID] {
			l.t.Errorf("%s: the lockfile has %s, the platform has not", e.Address, e.ID)
		}
		if len(e.Deposed) > 0 {
			l.t.Errorf("%s: replaced objects are left: %v", e.Address, e.Deposed)
		}
		owned[e.ID] = true
	}
	for _, o := range l.box.Objects() {
		if there[o.ID] && !owned[o.ID] {
			l.t.Errorf("%s %s is on the platform and in no entry", o.Kind, o.ID)
		}
	}
	if len(seen.Open) > 0 {
		l.t.Errorf("%d calls are still open", len(seen.Open))
	}
	var left []string
	for _, dir := range []string{l.dir, l.paths().Folder} {
		files, err := os.ReadDir(dir)
		if err != nil {
			l.t.Fatal(err)
		}
		for _, f := range files {
			switch name := f.Name(); {
			case strings.HasSuffix(name, ".yaml"), name == ".aepflow", name == "cache", name == filepath.Base(l.paths().Lock), name == filepath.Base(l.paths().Held):
			default:
				left = append(left, name)
			}
		}
	}
	if len(left) > 0 {
		l.t.Errorf("left in the project: %s", strings.Join(left, ", "))
	}
}

// writes counts the calls of the platform that change something.
func (l *lab) writes() int {
	n := 0
	for _, r := range l.box.Requests() {
		if r.Method != http.MethodGet && !strings.HasPrefix(r.URL, "/ims/") {
			n++
		}
	}
	return n
}

// envInt reads a number that a person sets for a run of the tests.
func envInt(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}
