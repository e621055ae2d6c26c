package applier

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

var target = lockfile.Target{Org: "0@AdobeOrg", Sandbox: "dev"}

// thing is one resource of a hand-made project.
type thing struct {
	addr string
	body string
}

func (th thing) address() resource.Address { return must(resource.ParseAddress(th.addr)) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// project is one resource of each kind, as a compiler would give it.
func project() []thing {
	return []thing{
		{"connection.crm", `{"name":"crm","auth":{"specName":"Basic","params":{"user":"app","password":"${env.PW}"}},"connectionSpec":{"id":"74a1c565","version":"1.0"}}`},
		{"fieldgroup.crm", `{"type":"object","title":"crm fields","definitions":{"c":{"properties":{"_{TENANT_ID}":{"type":"object"}}}},"allOf":[{"$ref":"#/definitions/c"}]}`},
		{"schema.crm", `{"type":"object","title":"crm","allOf":[{"$ref":"https://ns.adobe.com/xdm/context/profile"},{"$ref":"${fieldgroup.crm.id}"}]}`},
		{"descriptor.crm-id", `{"@type":"xdm:descriptorIdentity","xdm:sourceSchema":"${schema.crm.id}","xdm:sourceVersion":1,"xdm:sourceProperty":"/_{TENANT_ID}/id","xdm:isPrimary":true}`},
		{"union.crm", `{"schemaId":"${schema.crm.id}","tag":"union"}`},
		{"dataset.crm", `{"name":"crm data","schemaRef":{"id":"${schema.crm.id}","contentType":"application/vnd.adobe.xed+json;version=1"},"tags":{"unifiedProfile":["enabled:true"]}}`},
		{"source.crm", `{"name":"crm source","baseConnectionId":"${connection.crm.id}","params":{"tableName":"t","columns":[{"name":"a"}]}}`},
		{"target.crm", `{"name":"crm target","data":{"schema":{"id":"${schema.crm.id}"}},"params":{"dataSetId":"${dataset.crm.id}"}}`},
		{"mapping.crm", `{"name":"crm mapping","outputSchema":{"schemaRef":{"id":"${schema.crm.id}"}},"mappings":[{"sourceType":"EXPRESSION","source":"$${First Name}","destination":"_id"}]}`},
		{"flow.crm", `{"name":"crm","sourceConnectionIds":["${source.crm.id}"],"targetConnectionIds":["${target.crm.id}"],"transformations":[{"name":"Mapping","params":{"mappingId":"${mapping.crm.id}","mappingVersion":"${mapping.crm.version}"}}],"scheduleParams":{"startTime":"${time.start}","frequency":"hour","interval":1}}`},
	}
}

// builder puts calls into a plan by hand.
type builder struct {
	plan planner.Plan
	last map[resource.Address]int // number of the last call of each resource
	n    int
}

func newBuilder(s *lockfile.Session) *builder {
	l := s.Lock()
	return &builder{
		plan: planner.Plan{
			FormatVersion: planner.FormatVersion, Target: planner.Target{Name: "dev", Org: target.Org, Sandbox: target.Sandbox},
			Lock: planner.LockRef{Lineage: l.Lineage, Serial: l.Serial},
		},
		last: map[resource.Address]int{},
	}
}

func (b *builder) call(c planner.Call, after ...int) planner.Call {
	b.n++
	c.N, c.After = b.n, after
	return c
}

// refs returns what a body needs, by reference.
func refs(body string) (edges []resource.Edge) {
	return resource.NeedsOf(must(resource.Parse([]byte(body))))
}

// create adds a change that makes a resource, after all that it refers to.
func (b *builder) create(th thing, more ...string) {
	a := th.address()
	spec := resource.SpecOf(a.Kind)
	var after []int
	c := planner.Change{Address: a, Kind: a.Kind, Action: planner.Create, Desired: json.RawMessage(th.body)}
	for _, e := range refs(th.body) {
		c.DependsOn = append(c.DependsOn, e)
		if n := b.last[e.To]; n > 0 {
			after = append(after, n)
		}
	}
	for _, m := range more {
		to := must(resource.ParseAddress(m))
		c.DependsOn = append(c.DependsOn, resource.Edge{To: to, Via: "rule"})
		if n := b.last[to]; n > 0 {
			after = append(after, n)
		}
	}
	call := planner.Call{Step: planner.StepCreate, Method: "POST", URL: spec.Collection, Body: json.RawMessage(th.body)}
	if a.Kind == resource.Union {
		call.Method, call.URL = "PATCH", spec.Collection+"/${schema."+a.Name+".id}"
		call.Body = json.RawMessage(`[{"op":"add","path":"/meta:immutableTags","value":["union"]}]`)
	}
	c.Calls = []planner.Call{b.call(call, after...)}
	b.last[a] = b.n
	b.plan.Changes = append(b.plan.Changes, c)
}

func (b *builder) createAll(things []thing) *planner.Plan {
	for _, th := range things {
		switch th.address().Kind {
		case resource.Union:
			b.create(th, "descriptor.crm-id")
		case resource.Dataset:
			b.create(th, "union.crm")
		default:
			b.create(th)
		}
	}
	return &b.plan
}

func (b *builder) change(action planner.Action, addr, desired string, e lockfile.Entry, calls ...planner.Call) {
	a := must(resource.ParseAddress(addr))
	b.plan.Changes = append(b.plan.Changes, planner.Change{
		Address: a, Kind: a.Kind, Action: action, ID: e.ID, ETag: e.ETag, Desired: json.RawMessage(desired), Calls: calls,
	})
}

func item(k resource.Kind, id string) string {
	return resource.SpecOf(k).Collection + "/" + escaped(id)
}

// world is a project's folder and a platform.
type world struct {
	t     *testing.T
	dir   string
	paths lockfile.Paths
	fake  *fake
	now   func() time.Time
}

func newWorld(t *testing.T) *world {
	dir := t.TempDir()
	return &world{t: t, dir: dir, paths: lockfile.PathsIn(dir, "dev"), fake: newFake(), now: time.Now}
}

func (w *world) open() *lockfile.Session {
	w.t.Helper()
	s, err := lockfile.Open(w.t.Context(), w.paths, lockfile.Options{Target: target, Now: w.now()})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) applier() *Applier {
	return &Applier{Client: w.fake.client(w.t), SettleWindow: -1, Now: w.now, Secrets: func(from string) (string, error) {
		if from == "env.PW" {
			return "canary-pw", nil
		}
		return "", errors.New("not set")
	}}
}

// apply opens, applies what build says, and closes.
func (w *world) apply(build func(*builder, *lockfile.Lock) *planner.Plan) (Result, error) {
	w.t.Helper()
	s := w.open()
	defer func() {
		if err := s.Close(); err != nil {
			w.t.Error(err)
		}
	}()
	return w.applier().Apply(w.t.Context(), build(newBuilder(s), s.Lock()), s)
}

func (w *world) mustApply(build func(*builder, *lockfile.Lock) *planner.Plan) Result {
	w.t.Helper()
	res, err := w.apply(build)
	if err != nil || !res.OK() {
		w.t.Fatalf("apply: %v; failed %v, blocked %v", err, res.Failed, res.Blocked)
	}
	return res
}

func (w *world) lock() *lockfile.Lock {
	w.t.Helper()
	v, err := lockfile.Load(w.paths)
	if err != nil {
		w.t.Fatal(err)
	}
	return v.Lock
}

func (w *world) entry(addr string) lockfile.Entry {
	w.t.Helper()
	e, ok := w.lock().Get(must(resource.ParseAddress(addr)))
	if !ok {
		w.t.Fatalf("no entry %s", addr)
	}
	return e
}

func (w *world) file(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text)
}

// isTidy checks that nothing but the lockfile and the lock's own file is left.
func (w *world) isTidy() {
	w.t.Helper()
	var left []string
	_ = filepath.WalkDir(w.dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			left = append(left, filepath.Base(p))
		}
		return err
	})
	slices.Sort(left)
	if want := []string{"dataflow.dev.lock", "dev.lock-file"}; !slices.Equal(left, want) {
		w.t.Errorf("files left: %v, want %v", left, want)
	}
}

func createAll(b *builder, _ *lockfile.Lock) *planner.Plan { return b.createAll(project()) }

func get(l *lockfile.Lock, addr string) lockfile.Entry {
	e, ok := l.Get(must(resource.ParseAddress(addr)))
	if !ok {
		panic(fmt.Sprintf("no entry %s", addr))
	}
	return e
}
