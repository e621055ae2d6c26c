package laws

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/planner"
)

// fork is another copy of the project: it works on the same platform with a
// lockfile of its own. What it applies is what happens without us.
func (w *world) fork() *world {
	w.t.Helper()
	text, err := os.ReadFile(w.paths.Lock)
	if err != nil {
		w.t.Fatal(err)
	}
	f := &world{
		t: w.t, paths: lockfile.PathsIn(w.t.(*testing.T).TempDir(), "local"), box: w.box, client: w.client,
		record: w.record, secrets: w.secrets, workers: w.workers, now: w.now,
	}
	if err := os.MkdirAll(filepath.Dir(f.paths.Lock), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(f.paths.Lock, text, 0o644); err != nil {
		w.t.Fatal(err)
	}
	return f
}

// drifting is a change on the platform, perhaps one in the documents, and what
// a refreshed plan says of them. Fields are printed as "ADDRESS PATH CLASS".
type drifting struct {
	name    string
	behind  [][2]string // what somebody else applies
	ours    [][2]string // what the documents ask for meanwhile
	drift   []string    // "ADDRESS ACTION", then its fields
	changes []string    // "ADDRESS ACTION: CALLS", then its fields
	stays   bool        // the drift is reported and not undone
}

var driftings = []drifting{
	{
		name:    "pending",
		ours:    [][2]string{{"Every hour", "Every two hours"}},
		changes: []string{"flow.hourly update: PATCH", "  description pending"},
	},
	{
		name:    "flow drifted",
		behind:  [][2]string{{"Every hour", "By hand"}},
		drift:   []string{"flow.hourly update", "  description drifted"},
		changes: []string{"flow.hourly update: PATCH", "  description drifted"},
	},
	{
		name:    "flow conflicting",
		behind:  [][2]string{{"Every hour", "By hand"}},
		ours:    [][2]string{{"Every hour", "Every two hours"}},
		drift:   []string{"flow.hourly update", "  description conflicting"},
		changes: []string{"flow.hourly update: PATCH", "  description conflicting"},
	},
	{
		name:    "flow converged",
		behind:  [][2]string{{"Every hour", "Every two hours"}},
		ours:    [][2]string{{"Every hour", "Every two hours"}},
		drift:   []string{"flow.hourly update", "  description converged"},
		changes: []string{"flow.hourly update:"},
	},
	{
		name:    "drift beside a pending change",
		behind:  [][2]string{{"title: Hourly\n", "title: By hand\n"}},
		ours:    [][2]string{{"interval: 2", "interval: 4"}},
		drift:   []string{"flow.hourly update", "  name drifted"},
		changes: []string{"flow.hourly update: PATCH", "  name drifted", "  scheduleParams.interval pending"},
	},
	{
		name:    "flow description removed",
		behind:  [][2]string{{"description: Every hour\n", ""}},
		drift:   []string{"flow.hourly update", "  description drifted"},
		changes: []string{"flow.hourly update: PATCH", "  description drifted"},
	},
	{
		name:    "flow option changed",
		behind:  [][2]string{{"partialIngestionPercent: 10", "partialIngestionPercent: 90"}},
		drift:   []string{"flow.hourly update", "  options.partialIngestionPercent drifted"},
		changes: []string{"flow.hourly update: PATCH", "  options.partialIngestionPercent drifted"},
	},
	{
		name:    "schedule changed",
		behind:  [][2]string{{"frequency: hour", "frequency: week"}},
		drift:   []string{"flow.hourly update", "  scheduleParams.frequency drifted"},
		changes: []string{"flow.hourly update: PATCH", "  scheduleParams.frequency drifted"},
	},
	{
		name:    "flow stopped",
		behind:  [][2]string{{"state: enabled", "state: disabled"}},
		drift:   []string{"flow.hourly update", "  state drifted"},
		changes: []string{"flow.hourly update: POST", "  state drifted"},
	},
	{
		name:    "flow stopped by both",
		behind:  [][2]string{{"state: enabled", "state: disabled"}},
		ours:    [][2]string{{"state: enabled", "state: disabled"}},
		drift:   []string{"flow.hourly update", "  state converged"},
		changes: []string{"flow.hourly update:"},
	},
	{
		name:   "mapping changed",
		behind: [][2]string{{"personalEmail.address: email\n", "personalEmail.address: lower(email)\n"}},
		drift: []string{
			"mapping.hourly update", "  mappings['personalEmail.address'].source drifted", "  mappings['personalEmail.address'].sourceType drifted",
			"flow.hourly update", "  transformations[Mapping].params.mappingVersion drifted",
		},
		changes: []string{
			"mapping.hourly update: PUT", "  mappings['personalEmail.address'].source drifted", "  mappings['personalEmail.address'].sourceType drifted",
			"flow.hourly update: PATCH", "  transformations[Mapping].params.mappingVersion drifted",
		},
	},
	{
		name:   "mapping changed by both",
		behind: [][2]string{{"personalEmail.address: email\n", "personalEmail.address: lower(email)\n"}},
		ours:   [][2]string{{"personalEmail.address: email\n", "personalEmail.address: lower(email)\n"}},
		drift: []string{
			"mapping.hourly update", "  mappings['personalEmail.address'].source converged", "  mappings['personalEmail.address'].sourceType converged",
			"flow.hourly update", "  transformations[Mapping].params.mappingVersion drifted",
		},
		changes: []string{
			"mapping.hourly update:", "flow.hourly update: PATCH", "  transformations[Mapping].params.mappingVersion drifted",
		},
	},
	{
		name:    "source renamed",
		behind:  [][2]string{{"title: Hourly source", "title: By hand"}},
		drift:   []string{"source.hourly update", "  name drifted"},
		changes: []string{"source.hourly update: PATCH", "  name drifted"},
	},
	{
		name:    "target described otherwise",
		behind:  [][2]string{{"description: Writes", "description: By hand"}},
		drift:   []string{"target.hourly update", "  description drifted"},
		changes: []string{"target.hourly update: PATCH", "  description drifted"},
	},
	{
		name:    "connection moved",
		behind:  [][2]string{{"first.example", "fourth.example"}},
		drift:   []string{"connection.db update", "  auth.params.server drifted"},
		changes: []string{"connection.db update: PATCH", "  auth.params.server drifted"},
	},
	{
		name:    "schema renamed",
		behind:  [][2]string{{"title: People\n", "title: By hand\n"}},
		drift:   []string{"fieldgroup.people update", "  title drifted", "schema.people update", "  title drifted"},
		changes: []string{"fieldgroup.people update: PUT", "  title drifted", "schema.people update: PATCH", "  title drifted"},
	},
	{
		name:   "schema grown",
		behind: [][2]string{{"description: Who we know\nclass: profile\nfieldGroups: [", "description: Who we know\nclass: profile\nfieldGroups: [profile-work-details, "}},
		drift:  []string{"schema.people update", "  allOf['https://ns.adobe.com/xdm/context/profile-work-details'] drifted"},
		stays:  true,
	},
	{
		name:    "identity of another namespace",
		behind:  [][2]string{{"personalEmail.address: Email", "personalEmail.address: Phone"}},
		drift:   []string{"descriptor.people-personalemail-address update", "  xdm:namespace drifted"},
		changes: []string{"descriptor.people-personalemail-address update: PUT", "  xdm:namespace drifted"},
	},
	{
		name:    "dataset tag",
		behind:  [][2]string{{"team: [crm]", "team: [web]"}},
		drift:   []string{"dataset.spare update", "  tags.team[0] drifted"},
		changes: []string{"dataset.spare update: PATCH", "  tags.team[0] drifted"},
	},
	{
		name:    "dataset tag removed",
		behind:  [][2]string{{"tags:\n  team: [crm]\n", ""}},
		drift:   []string{"dataset.spare update", "  tags.team drifted"},
		changes: []string{"dataset.spare update: PATCH", "  tags.team drifted"},
	},
	{
		name:    "dataset removed",
		behind:  [][2]string{{"kind: Dataset\nname: spare\ntitle: Spare\ndescription: Nobody writes here\nschema: others\ntags:\n  team: [crm]\nerrorDiagnostics: false\n---\n", ""}},
		drift:   []string{"dataset.spare delete"},
		changes: []string{"dataset.spare create: POST"},
	},
	{
		name:    "flow replaced",
		behind:  [][2]string{{"public.people", "public.persons"}},
		drift:   []string{"source.hourly delete", "target.hourly delete", "flow.hourly delete"},
		changes: []string{"source.hourly create: POST", "target.hourly create: POST", "flow.hourly create: POST"},
	},
}

func printFields(fields []planner.FieldChange) []string {
	var out []string
	for _, f := range fields {
		out = append(out, "  "+f.Path+" "+f.Class)
	}
	slices.Sort(out)
	return out
}

// TestDrift changes the platform without us. A refreshed plan says so,
// field by field, and its apply leaves nothing to say.
func TestDrift(t *testing.T) {
	base := oneOfEverything(t)
	for _, d := range driftings {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			if signsIn(d.drift0(), d.behind) {
				d.run(t, base)
			} else {
				d.run(t, withoutConnections(withoutProfile("", base)))
			}
		})
	}
}

func (d drifting) drift0() string { return strings.Join(d.drift, " ") }

func (d drifting) run(t *testing.T, base string) {
	edited := func(edit [][2]string) *resource.Graph {
		text := base
		for _, e := range edit {
			if strings.Count(text, e[0]) != 1 {
				t.Fatalf("%q stands %d times in the document", e[0], strings.Count(text, e[0]))
			}
			text = strings.Replace(text, e[0], e[1], 1)
		}
		return compile(t, []*source.File{source.NewFile("dataflow.yaml", []byte(text))})
	}
	w := newWorld(t, 1, emulator.Switches{})
	w.secrets = map[string]string{"env.PW": "canary-pw"}
	w.apply(w.plan(edited(nil), w.options()))
	w.now = w.now.Add(lockfile.ShownWithin) // what is absent from now on is not only late
	if f := w.fork(); d.behind != nil {
		f.apply(f.plan(edited(d.behind), f.options()))
	}
	ours := edited(d.ours)
	p := w.refreshed(ours, w.options())
	var drift, changes []string
	for _, c := range p.Drift {
		drift = append(drift, fmt.Sprintf("%s %s", c.Address, c.Action))
		if c.Action == planner.Update {
			drift = append(drift, printFields(c.Fields)...)
		}
	}
	for _, c := range p.Changes {
		line := fmt.Sprintf("%s %s:", c.Address, c.Action)
		for _, k := range c.Calls {
			line += " " + k.Method
		}
		changes = append(changes, line)
		if c.Action == planner.Update {
			changes = append(changes, printFields(c.Fields)...)
		}
	}
	if diff := cmp.Diff(d.drift, drift); diff != "" {
		t.Errorf("drift (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(d.changes, changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if p.Summary.Drift != len(p.Drift) {
		t.Errorf("the summary counts %d drifted, the list has %d", p.Summary.Drift, len(p.Drift))
	}
	if d.stays {
		if len(p.Changes) > 0 {
			t.Errorf("planned all the same:\n%s", sketch(p))
		}
		return
	}
	w.apply(p)
	w.checkEmpty(ours)

	alone := newWorld(t, 2, emulator.Switches{})
	alone.secrets = w.secrets
	alone.apply(alone.plan(ours, alone.options()))
	if diff := cmp.Diff(alone.state(nil), w.state(nil)); diff != "" {
		t.Errorf("the platform differs (-undisturbed +settled):\n%s", diff)
	}
}

// TestMissingIsGuarded: what is not found may only be hidden from us, so it is
// made again only when somebody says so.
func TestMissingIsGuarded(t *testing.T) {
	g := compile(t, []*source.File{source.NewFile("dataflow.yaml", []byte(withoutConnections(oneOfEverything(t))))})
	w := newWorld(t, 1, emulator.Switches{})
	w.apply(w.plan(g, w.options()))
	a := resource.Address{Kind: resource.Dataset, Name: "spare"}
	e, _ := w.lock().Get(a)
	w.do("DELETE", "/data/foundation/catalog/dataSets/"+e.ID, "")
	w.now = w.now.Add(lockfile.ShownWithin - time.Second)
	p := w.refreshed(g, w.options())
	if guarded := p.Guarded(); len(guarded) != 1 || guarded[0].Guards[0].Code != "hidden" || len(p.Drift) != 1 ||
		p.Drift[0].Action != planner.NoOp {
		t.Errorf("a new object that is not shown is taken for removed:\n%+v", guarded)
	}
	w.now = w.now.Add(time.Second)
	o := w.options()
	o.Recreate = false
	p = w.refreshed(g, o)
	guarded := p.Guarded()
	if len(guarded) != 1 || guarded[0].Address != a || guarded[0].Guards[0].Flag != "--recreate" || p.Applyable {
		t.Errorf("want one guard on %s:\n%+v", a, guarded)
	}
}

// TestDriftOfEverything: whatever somebody else makes of the platform, short of
// growing schemas, a refreshed plan brings back what the documents ask for.
func TestDriftOfEverything(t *testing.T) {
	eachSeed(t, func(t *testing.T, seed uint64) {
		a, b := newProject(seed), newProject(seed)
		for _, l := range a.p.lives() {
			l.protect = false
		}
		for _, l := range b.p.lives() {
			l.protect = false
		}
		behind := slices.Concat(connectionEdits, datasetEdits, flowEdits)
		for _, f := range b.p.flows {
			f.hadSchema = true
		}
		for range 1 + b.IntN(6) {
			one(b, behind)(b)
		}
		b.repair()
		for i, f := range a.p.flows { // a draft that somebody published cannot become one again
			if f.state == "draft" {
				b.p.flows[i].state = "draft"
				if b.p.flows[i].table == "" { // only tables have drafts
					return
				}
			}
			if f.schema != nil && b.p.flows[i].schema == nil { // nor can a schema that is gone come back the same
				return
			}
		}
		defer func() {
			if t.Failed() {
				t.Logf("ours:\n%s\ntheirs:\n%s", a.p.text(), b.p.text())
			}
		}()
		w := newWorld(t, seed, emulator.Switches{})
		w.secrets = a.p.secrets
		g := compile(t, a.p.files())
		w.apply(w.plan(g, w.options()))
		f := w.fork()
		f.secrets = b.p.secrets
		f.apply(f.plan(compile(t, b.p.files()), f.options()))

		p := w.refreshed(g, w.options())
		isHidden := func(g planner.Guard) bool { return g.Code == "hidden" }
		for _, c := range p.Guarded() { // what has labels and was replaced may only be hidden: nothing brings it back
			if slices.ContainsFunc(c.Guards, isHidden) {
				return
			}
		}
		w.apply(p)
		w.checkEmpty(g)
		alone := newWorld(t, seed+1, emulator.Switches{})
		alone.secrets = a.p.secrets
		alone.apply(alone.plan(g, alone.options()))
		open := openOf(w, alone)
		if diff := cmp.Diff(alone.state(open), within(t, alone.state(open), w.state(open))); diff != "" {
			t.Errorf("the platform differs (-undisturbed +settled):\n%s\n%s", diff, sketch(p))
		}
	})
}

// within leaves of a state what another one has too. What a document says
// nothing about is not managed: if somebody adds it, it stays.
func within(t *testing.T, want, got map[string]string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for addr, text := range got {
		var w, g any
		if json.Unmarshal([]byte(want[addr]), &w) != nil || json.Unmarshal([]byte(text), &g) != nil {
			out[addr] = text
			continue
		}
		both, err := json.MarshalIndent(common(w, g), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		out[addr] = string(both)
	}
	return out
}

func commonItems(want any, got []any) any {
	w, ok := want.([]any)
	if !ok || len(w) != len(got) {
		return got
	}
	out := make([]any, len(got))
	for i := range got {
		out[i] = common(w[i], got[i])
	}
	return out
}

func common(want, got any) any {
	if list, ok := got.([]any); ok {
		return commonItems(want, list)
	}
	w, ok := want.(map[string]any)
	g, ok2 := got.(map[string]any)
	if !ok || !ok2 {
		return got
	}
	out := map[string]any{}
	for k, v := range g {
		if x, has := w[k]; has {
			out[k] = common(x, v)
		}
	}
	return out
}
