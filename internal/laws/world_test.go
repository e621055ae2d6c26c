package laws

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/planner"
)

const sandbox = "dev"

// world is one folder with its lockfile, and one platform.
type world struct {
	t       testing.TB
	paths   lockfile.Paths
	box     *emulator.Server
	client  *platform.Client
	record  *bytes.Buffer
	secrets map[string]string
	workers int
	now     time.Time

	mu   sync.Mutex
	ids  map[string]string // every id that was ever seen → its address
	seen int               // requests that found a journal
	leak []byte            // a journal that had a secret in it
	wire func(http.RoundTripper, *http.Request) (*http.Response, error)
}

// seedOfPlatform is what every platform holds from the start.
func seedOfPlatform() *emulator.Seed {
	s := &emulator.Seed{Identities: []map[string]any{{"id": "10000001", "code": "CRMID", "name": "CRM id", "idType": "CROSS_DEVICE"}}}
	for _, c := range everySeeded() {
		s.Connections = append(s.Connections, map[string]any{"id": c.id, "name": "Seeded " + c.id[35:], "connector": c.connector})
	}
	for _, x := range seededSchemas {
		groups := []any{}
		for _, g := range x.groups {
			groups = append(groups, "https://ns.adobe.com/xdm/context/"+g)
		}
		class := map[string]string{"profile": "profile", "event": "experienceevent"}[x.class]
		s.Schemas = append(s.Schemas, map[string]any{"$id": x.id, "title": x.title, "class": "https://ns.adobe.com/xdm/context/" + class, "fieldGroups": groups})
	}
	for _, d := range seededDatasets {
		s.Datasets = append(s.Datasets, map[string]any{"id": d.id, "name": "Seeded " + d.id[:2], "schema": d.schema.id})
	}
	return s
}

func newWorld(t testing.TB, seed uint64, sw emulator.Switches) *world {
	return newWorldOf(t, seed, emulator.Options{Switches: sw, Seed: seedOfPlatform()})
}

func newWorldOf(t testing.TB, seed uint64, o emulator.Options) *world {
	t.Helper()
	w := &world{t: t, paths: lockfile.PathsIn(t.TempDir(), "local"), record: &bytes.Buffer{}, workers: 4, now: epoch}
	o.Now, o.Record = func() time.Time { return w.now }, w.record
	var key [32]byte
	key[0], key[1], key[2] = byte(seed), byte(seed>>8), byte(seed>>16)
	o.Rand = rand.NewChaCha8(key)
	var err error
	if w.box, err = emulator.Open(o); err != nil {
		t.Fatal(err)
	}
	w.client, err = platform.New(platform.Config{
		Org: emulator.DefaultOrg, Sandbox: sandbox, ClientID: "local", ClientSecret: "local-secret", Scopes: []string{"openid"}, Transport: w,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.client.Close()
		if err := w.box.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// RoundTrip carries a request to the emulator, looks for secrets in the journal as
// it is at that moment, and lets a test look at or change the answer.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		text, err := os.ReadFile(w.paths.Journal)
		if err == nil {
			w.mu.Lock()
			if w.seen++; bytes.Contains(text, []byte("canary-")) {
				w.leak = text
			}
			w.mu.Unlock()
		}
	}
	if w.wire != nil {
		return w.wire(w.box.Transport(), r)
	}
	return w.box.Transport().RoundTrip(r)
}

func compile(t testing.TB, files []*source.File) *resource.Graph {
	t.Helper()
	g, report := compiler.Compile(files, compiler.Options{})
	if report.HasErrors() {
		var b strings.Builder
		_ = diag.Text(&b, report, diag.TextOptions{})
		t.Fatal(b.String())
	}
	for _, r := range g.All() {
		checkKeys(t, r.Address.String(), r.Body.JSON())
	}
	return g
}

func (w *world) lock() *lockfile.Lock {
	w.t.Helper()
	v, err := lockfile.Load(w.paths)
	if err != nil {
		w.t.Fatal(err)
	}
	return v.Lock
}

func (w *world) secret(from string) (string, error) {
	v, ok := w.secrets[from]
	if !ok {
		return "", errors.New("not set")
	}
	return v, nil
}

// changedSecrets compares the secrets of a graph with the hashes of a lock, as
// the commands do.
func (w *world) changedSecrets(lock *lockfile.Lock, g *resource.Graph) planner.Secrets {
	var out planner.Secrets
	var all []lockfile.SecretValue
	for _, r := range g.All() {
		v, err := r.Body.Value()
		if err != nil {
			w.t.Fatal(err)
		}
		v.Walk(func(at resource.Path, leaf resource.Value) {
			if leaf.Kind == resource.SecretValue {
				all = append(all, lockfile.SecretValue{Address: r.Address, Path: at.String(), Value: w.secrets[leaf.Text]})
			}
		})
	}
	if len(all) == 0 || lock.Secrets != "" && lockfile.SecretMatches(lock.Secrets, lockfile.SecretText(all)) {
		return out
	}
	for _, v := range all {
		e, ok := lock.Get(v.Address)
		if r, _ := g.Get(v.Address); !ok && !r.Moved.IsZero() {
			e, ok = lock.Get(r.Moved)
		}
		i := slices.IndexFunc(e.Secrets, func(h lockfile.SecretHash) bool { return h.Path == v.Path })
		if ok && (i < 0 || !lockfile.SecretMatches(e.Secrets[i].Hash, v.Value)) {
			out.Changed = append(out.Changed, planner.SecretPath{Address: v.Address, Path: v.Path})
		}
	}
	slices.SortFunc(out.Changed, planner.SecretPath.Compare)
	return out
}

// options are what most plans here are made with: nothing is refused for want
// of a word.
func (w *world) options() planner.Options {
	return planner.Options{
		At: w.now, Tool: "laws", Target: planner.Target{Name: "local", Org: emulator.DefaultOrg, Sandbox: sandbox},
		OnReplace: "backfill", AllowDataLoss: true, AllowMassDelete: true, Recreate: true,
	}
}

func (w *world) plan(g *resource.Graph, o planner.Options) *planner.Plan {
	w.t.Helper()
	lock := w.lock()
	o.Secrets = w.changedSecrets(lock, g)
	p, report := planner.Diff(lock, g, o)
	if report.HasErrors() {
		w.t.Fatalf("plan: %s", report.Sorted()[0].Message)
	}
	for _, c := range p.Changes {
		checkKeys(w.t, c.Address.String(), c.Desired)
		for _, k := range c.Calls {
			checkKeys(w.t, fmt.Sprintf("call %d of %s", k.N, c.Address), k.Body)
		}
	}
	return p
}

// refreshed is a plan that has read the platform.
func (w *world) refreshed(g *resource.Graph, o planner.Options) *planner.Plan {
	w.t.Helper()
	o.Refreshed, o.Live = true, w.live()
	return w.plan(g, o)
}

func (w *world) live() []resource.Live {
	w.t.Helper()
	objects, err := remote.NewInventory(w.client, remote.Options{Limit: 4}).Entries(context.Background(), w.lock())
	if err != nil {
		w.t.Fatal("refresh: ", err)
	}
	return objects
}

// tryApply carries out a plan.
func (w *world) tryApply(p *planner.Plan) (applier.Result, error) {
	w.t.Helper()
	s, err := lockfile.Open(context.Background(), w.paths, lockfile.Options{
		Target: lockfile.Target{Org: emulator.DefaultOrg, Sandbox: sandbox}, Now: w.now,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			w.t.Error(err)
		}
	}()
	// As the commands do; it also tells the client what time it is over there.
	if _, ok, err := platform.FindSandbox(context.Background(), w.client, sandbox); err != nil || !ok {
		w.t.Fatal("find the sandbox: ", err)
	}
	a := applier.Applier{Client: w.client, Workers: w.workers, Secrets: w.secret, Now: func() time.Time { return w.now }, SettleWindow: -1}
	return a.Apply(context.Background(), p, s)
}

// apply carries out a plan that nothing may refuse, and holds the platform's
// record of it against the plan.
func (w *world) apply(p *planner.Plan) {
	w.t.Helper()
	for _, c := range p.Guarded() {
		w.t.Fatalf("the plan is refused: %+v", c.Guards)
	}
	w.box.ForgetRequests()
	res, err := w.tryApply(p)
	if err != nil || !res.OK() {
		w.t.Fatalf("apply: %v; failed %v; blocked %v\n%s", err, res.Failed, res.Blocked, sketch(p))
	}
	w.checkWrites(p)
}

// do changes something behind aepflow's back.
func (w *world) do(method, path, body string, header ...string) {
	w.t.Helper()
	r := platform.Request{Method: method, Path: path, Body: []byte(body)}
	if body == "" {
		r.Body = nil
	}
	for i := 0; i < len(header); i += 2 {
		switch header[i] {
		case "If-Match":
			r.IfMatch = header[i+1]
		case "Content-Type":
			r.ContentType = header[i+1]
		}
	}
	if _, err := w.client.Do(context.Background(), r); err != nil {
		w.t.Fatal(err)
	}
}

// objects are all objects of the sandbox, by id.
func (w *world) objects() map[string]emulator.Object {
	out := map[string]emulator.Object{}
	for _, o := range w.box.Objects() {
		if (o.Sandbox == sandbox || o.Sandbox == "") && !o.System { // namespaces have no sandbox
			out[liveKey(o.Kind == "datasetLabels", o.ID)] = o
		}
	}
	return out
}

// liveKey is the key of an object: the labels of a dataset have the ID of that.
func liveKey(isLabels bool, id string) string {
	if isLabels {
		return "labels of " + id
	}
	return id
}

// object is the live object of an address as plain JSON values.
func (w *world) object(addr string) map[string]any {
	w.t.Helper()
	a, err := resource.ParseAddress(addr)
	if err != nil {
		w.t.Fatal(err)
	}
	e, ok := w.lock().Get(a)
	if !ok {
		w.t.Fatalf("no entry %s", addr)
	}
	o, ok := w.objects()[liveKey(a.Kind == resource.DatasetLabels, e.ID)]
	if !ok {
		w.t.Fatalf("%s: no object %s", addr, e.ID)
	}
	return plainJSON(w.t, o.Body)
}

func plainJSON(t testing.TB, v any) map[string]any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// noWrites lets every call but reads and the sign-in fail, as a platform that
// must not be written to.
func (w *world) noWrites() {
	w.wire = func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		if r.Method != http.MethodGet && !strings.HasPrefix(r.URL.Path, "/ims/") {
			w.t.Errorf("a read-only command writes: %s %s", r.Method, r.URL)
			return nil, errors.New("no writes here")
		}
		return next.RoundTrip(r)
	}
}

// sketch prints a plan for a failing test.
func sketch(p *planner.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes {
		b.WriteString(c.Action.String() + " " + c.Address.String() + " (" + string(c.Reason) + ")\n")
		for _, f := range c.Fields {
			b.WriteString("    " + f.Action.String() + " " + f.Path + " " + f.Class + ": " + string(f.Applied) + " -> " + string(f.Desired) + "; live " + string(f.Live) + "\n")
		}
		for _, k := range c.Calls {
			b.WriteString("    " + k.Method + " " + k.URL + "\n")
		}
	}
	for _, c := range p.Drift {
		b.WriteString("drift " + c.Action.String() + " " + c.Address.String() + "\n")
		for _, f := range c.Fields {
			b.WriteString("    " + f.Path + " " + f.Class + ": " + string(f.Applied) + " -> " + string(f.Desired) + "; live " + string(f.Live) + "\n")
		}
	}
	return b.String()
}
