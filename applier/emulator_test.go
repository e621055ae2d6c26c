package applier_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/planner"
)

// noon is the clock of these tests: before the starts in the examples.
var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

const (
	org     = "1234567890ABCDEF@AdobeOrg"
	sandbox = "dev"
)

// compile compiles the CRM example, changed by the given replacements. A file
// whose whole text is replaced by "" is left out.
func compile(t *testing.T, change *strings.Replacer, without ...string) *resource.Graph {
	t.Helper()
	paths, err := filepath.Glob("../examples/crm/*.dataflow.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("examples: %v, %v", paths, err)
	}
	var files []*source.File
	for _, p := range paths {
		if slices.Contains(without, filepath.Base(p)) {
			continue
		}
		text, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, &source.File{Path: filepath.Base(p), Text: []byte(change.Replace(string(text)))})
	}
	g, report := compiler.Compile(files, compiler.Options{})
	if report.HasErrors() {
		t.Fatalf("compile: %+v", report.Sorted())
	}
	return g
}

// first is the example as it is; second changes fields of every kind that
// can change: titles, secrets' neighbors, mappings, a schedule, a table, a state.
func first(t *testing.T) *resource.Graph { return compile(t, strings.NewReplacer()) }

func second(t *testing.T) *resource.Graph {
	return compile(t, strings.NewReplacer(
		"title: CRM database", "title: CRM database, read replica",
		"title: CRM Customers", "title: CRM People",
		"crm.loyaltyPoints: integer", "crm.loyaltyPoints: integer\n      crm.tier: string",
		"trim(last_name)", "upper(last_name)",
		"interval: 1", "interval: 2",
		"table: public.customers", "table: public.people",
		"delta: updated_at", "delta: updated_at\nstate: disabled\nlifecycle: {onReplace: backfill}",
	), "customer-history.dataflow.yaml")
}

// site is an emulator and a project's folder.
type site struct {
	t      *testing.T
	server *emulator.Server
	paths  lockfile.Paths
}

func newSite(t *testing.T, o emulator.Options) *site {
	t.Helper()
	o.Switches.Namespaces = "any" // the example's own is not a standard one
	if o.Now == nil {
		o.Now = clock
	}
	o.Seed = &emulator.Seed{Org: org, Sandboxes: []emulator.SeedSandbox{{Name: sandbox}}}
	srv, err := emulator.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	})
	return &site{t: t, server: srv, paths: lockfile.PathsIn(t.TempDir(), "dev")}
}

func (s *site) client() *platform.Client { return s.clientOver(s.server.Transport()) }

func (s *site) clientOver(wire http.RoundTripper) *platform.Client {
	s.t.Helper()
	c, err := platform.New(platform.Config{
		Platform: must(url.Parse("http://127.0.0.1:1")), IMS: must(url.Parse("http://127.0.0.1:1")),
		Org: org, Sandbox: sandbox, ClientID: "client", ClientSecret: "secret", Scopes: []string{"openid", "AdobeID"}, Transport: wire,
		Retry: platform.RetryPolicy{Attempts: 5, Base: time.Millisecond, Max: time.Millisecond},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (s *site) plan(l *lockfile.Lock, g *resource.Graph) *planner.Plan {
	s.t.Helper()
	p, report := planner.Diff(l, g, planner.Options{
		At: noon, Target: planner.Target{Name: "dev", Org: org, Sandbox: sandbox}, AllowDataLoss: true, AllowMassDelete: true,
	})
	if report.HasErrors() {
		s.t.Fatalf("diff: %+v", report.Sorted())
	}
	for _, c := range p.Guarded() {
		s.t.Fatalf("guarded: %s %+v", c.Address, c.Guards)
	}
	return p
}

func (s *site) open() *lockfile.Session {
	s.t.Helper()
	session, err := lockfile.Open(s.t.Context(), s.paths, lockfile.Options{Target: lockfile.Target{Org: org, Sandbox: sandbox}, Now: noon})
	if err != nil {
		s.t.Fatal(err)
	}
	return session
}

// up recovers, plans and applies through a Doer.
func (s *site) up(g *resource.Graph, d applier.Doer, workers int) (applier.Result, error) {
	s.t.Helper()
	session := s.open()
	defer session.Close()
	a := applier.Applier{Client: d, Workers: workers, Now: clock, SettleWindow: -1, Secrets: func(string) (string, error) { return "canary-password", nil }}
	if _, err := a.Recover(s.t.Context(), session); err != nil {
		return applier.Result{}, fmt.Errorf("recover: %w", err)
	}
	return a.Apply(s.t.Context(), s.plan(session.Lock(), g), session)
}

func (s *site) mustUp(g *resource.Graph) applier.Result {
	s.t.Helper()
	res, err := s.up(g, s.client(), 4)
	if err != nil || !res.OK() {
		s.t.Fatalf("apply: %v; failed %v; blocked %v", err, res.Failed, res.Blocked)
	}
	if p := s.plan(s.lock(), g); len(p.Changes) != 0 {
		s.t.Fatalf("another plan still has %d changes: %s %s", len(p.Changes), p.Changes[0].Action, p.Changes[0].Address)
	}
	return res
}

func (s *site) lock() *lockfile.Lock {
	s.t.Helper()
	v, err := lockfile.Load(s.paths)
	if err != nil {
		s.t.Fatal(err)
	}
	return v.Lock
}

var serverOwned = []string{
	"id", "$id", "@id", "etag", "version", "createdAt", "updatedAt", "created", "updated", "createdDate", "modifiedDate",
	"meta:altId", "meta:registryMetadata", "lastOperation", "inheritedAttributes", "viewId", "files", "runs", "basePath",
}

// inventory lists the objects by content, ids replaced by the names they stand
// for: two platforms with the same inventory are the same but for ids.
func (s *site) inventory() []string {
	type thing struct {
		kind string
		body map[string]any
	}
	var all []thing
	names := map[string]string{}
	for _, o := range s.server.Objects() {
		var body map[string]any
		text := must(json.Marshal(o.Body))
		if o.Sandbox != sandbox || o.System || json.Unmarshal(text, &body) != nil {
			continue
		}
		name := body["name"]
		if title, ok := body["title"]; ok {
			name = title
		}
		names[o.ID] = fmt.Sprintf("<%s %v>", o.Kind, name)
		all = append(all, thing{o.Kind, body})
	}
	ids := slices.SortedFunc(maps.Keys(names), func(a, b string) int { return len(b) - len(a) })
	var out []string
	for _, th := range all {
		for _, k := range serverOwned {
			delete(th.body, k)
		}
		line := th.kind + " " + string(must(json.Marshal(th.body)))
		for _, id := range ids {
			line = strings.ReplaceAll(line, id, names[id])
		}
		out = append(out, ownIDs.ReplaceAllString(line, "ID"))
	}
	slices.Sort(out)
	return out
}

// ownIDs are ids that no object of ours has, such as those of single mappings.
var ownIDs = regexp.MustCompile(`[0-9a-f]{32,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|"version":\d+|_v\d+`)

func TestEmulatorRoad(t *testing.T) {
	s := newSite(t, emulator.Options{})
	a, b := first(t), second(t)
	made := s.mustUp(a)
	if made.Created != len(a.All()) {
		t.Errorf("created %d, want %d", made.Created, len(a.All()))
	}
	for _, e := range s.lock().Entries {
		if e.ID == "" || e.ETag == "" && e.Address.Kind != resource.Descriptor {
			t.Errorf("%s: id %q, etag %q", e.Address, e.ID, e.ETag)
		}
	}
	changed := s.mustUp(b)
	if changed.Updated == 0 || changed.Replaced != 3 || changed.Deleted == 0 {
		t.Errorf("result %+v", changed)
	}
	// Law 2: what is there now is what applying only the second would have made,
	// but for objects with data that are never taken away.
	only := newSite(t, emulator.Options{})
	only.mustUp(b)
	if d := cmp.Diff(managed(only.inventory()), managed(s.inventory())); d != "" {
		t.Errorf("second after first is not second alone (-alone +after):\n%s", d)
	}
	text := must(os.ReadFile(s.paths.Lock))
	if strings.Contains(string(text), "canary-password") {
		t.Error("the lockfile holds a secret")
	}
}

var history = regexp.MustCompile(`"adobe/pqs/table":\["[^"]*"\]|"mappingVersion":"\d+"`)

// managed leaves out what records the history of a platform: versions, and
// the table name that a dataset keeps from its first title.
func managed(inventory []string) []string {
	var out []string
	for _, line := range inventory {
		if !strings.HasPrefix(line, "mappingVersions ") {
			out = append(out, history.ReplaceAllString(line, ""))
		}
	}
	return out
}

// killer dies at the n-th write: from then on nothing goes out. What the process
// would leave on disk is copied at that moment.
type killer struct {
	next  applier.Doer
	after bool // die when the work is done, before the answer is seen
	at    int
	die   func()

	mu   sync.Mutex
	seen int
	dead bool
}

var errDead = errors.New("the process is dead")

func (k *killer) Do(ctx context.Context, r platform.Request) (platform.Response, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	lost := func() error { return &platform.LostAnswerError{Method: r.Method, URL: r.Path, Err: errDead} }
	if k.dead {
		return platform.Response{}, lost()
	}
	if r.Method == http.MethodGet {
		return k.next.Do(ctx, r)
	}
	if k.seen++; k.seen != k.at {
		return k.next.Do(ctx, r)
	}
	k.dead = true
	if k.after {
		_, _ = k.next.Do(ctx, r) // its answer is lost
	}
	k.die()
	return platform.Response{}, lost()
}

// TestEmulatorKilled kills an apply around each of its writes, against the
// platform's own rules, and goes on in a new process.
func TestEmulatorKilled(t *testing.T) {
	a, b := first(t), second(t)
	calm := newSite(t, emulator.Options{})
	calm.mustUp(a)
	created := calm.inventory()
	writes := func() (n int) {
		for _, r := range calm.server.Requests() {
			if r.Method != http.MethodGet && !strings.Contains(r.URL, "/ims/") {
				n++
			}
		}
		return n
	}
	creates := writes()
	calm.mustUp(b)
	changed, changes := calm.inventory(), writes()-creates
	for _, run := range []struct {
		name   string
		from   *resource.Graph
		to     *resource.Graph
		want   []string
		writes int
	}{{"create", nil, a, created, creates}, {"change", a, b, changed, changes}} {
		t.Run(run.name, func(t *testing.T) {
			t.Parallel()
			points := 0
			// Every fifth boundary, before and after in turn: those of all calls are
			// taken with the small platform, where a kill costs less.
			for k := 0; k < 2*run.writes; k += 5 {
				points++
				s := newSite(t, emulator.Options{KeepRequests: -1})
				if run.from != nil {
					s.mustUp(run.from)
				}
				copied := lockfile.PathsIn(t.TempDir(), "dev")
				doomed := &killer{next: s.client(), at: k/2 + 1, after: k%2 == 1, die: func() { copyFiles(t, s.paths, copied) }}
				res, err := s.up(run.to, doomed, 1)
				if err != nil || res.OK() {
					t.Fatalf("kill %d: %v, result %+v", k, err, res)
				}
				s.paths = copied
				s.mustUp(run.to)
				if d := cmp.Diff(run.want, s.inventory()); d != "" {
					t.Fatalf("kill %d (after %v): the platform differs (-undisturbed +resumed):\n%s", k, doomed.after, d)
				}
			}
			t.Logf("%d kill points", points)
		})
	}
}

func copyFiles(t *testing.T, from, to lockfile.Paths) {
	if err := os.MkdirAll(to.Folder, 0o755); err != nil {
		t.Error(err)
	}
	for _, p := range [][2]string{{from.Lock, to.Lock}, {from.Journal, to.Journal}} {
		if text, err := os.ReadFile(p[0]); err == nil {
			if err := os.WriteFile(p[1], text, 0o644); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestEmulatorFaults harms several writes of each method, in each of the ways in which an
// answer can be harmed, and the apply gets through all the same.
func TestEmulatorFaults(t *testing.T) {
	a, b := first(t), second(t)
	calm := newSite(t, emulator.Options{})
	calm.mustUp(a)
	calm.mustUp(b)
	want := calm.inventory()
	for _, c := range []struct {
		name  string
		fault emulator.Fault
	}{
		{"answer lost", emulator.Fault{After: true, Drop: true}},
		{"dropped", emulator.Fault{Drop: true}},
		{"refused", emulator.Fault{Refuse: true, Drop: true}},
		{"half an answer", emulator.Fault{After: true, Truncate: true}},
		{"no JSON", emulator.Fault{After: true, Garbage: true}},
		{"504 when it is done", emulator.Fault{After: true, Status: 504}},
		{"503 before", emulator.Fault{Status: 503}},
		{"429", emulator.Fault{Status: 429, Header: map[string]string{"Retry-After": "0"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, emulator.Options{})
			for _, method := range []string{"POST", "PATCH", "PUT", "DELETE"} {
				for skip := 1; skip < 24; skip += 7 {
					f := c.fault
					f.Method, f.Path, f.Skip = method, "/data/foundation/*", skip
					if err := s.server.Inject(f); err != nil {
						t.Fatal(err)
					}
				}
			}
			for _, g := range []*resource.Graph{a, b} {
				// One worker, so that the same calls are hit each time.
				if res, err := s.up(g, s.client(), 1); err != nil || !res.OK() {
					t.Fatalf("apply: %v; failed %v", err, res.Failed)
				}
			}
			if d := cmp.Diff(want, s.inventory()); d != "" {
				t.Errorf("(-calm +harmed):\n%s", d)
			}
		})
	}
}

// TestEmulatorErrorInTheMiddle: one call fails for good, the next apply goes on.
func TestEmulatorErrorInTheMiddle(t *testing.T) {
	s := newSite(t, emulator.Options{})
	if err := s.server.Inject(emulator.Fault{Method: "POST", Path: "/dataSets", Status: 500, Times: 1}); err != nil {
		t.Fatal(err)
	}
	g := first(t)
	res, err := s.up(g, s.client(), 4)
	if err != nil || len(res.Failed) != 1 || res.Failed[0].Address.Kind != resource.Dataset || len(res.Blocked) == 0 {
		t.Fatalf("err %v, result %+v", err, res)
	}
	done := res.Created
	if res := s.mustUp(g); res.Created != len(g.All())-done {
		t.Errorf("then created %d, want %d", res.Created, len(g.All())-done)
	}
}
