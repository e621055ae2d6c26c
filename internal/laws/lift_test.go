package laws

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/aepflow/aepflow/compiler/lift"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/planner"
)

// TestLift: what an apply created reads back as documents that ask for the same. Lowering
// them gives no difference from any object.
func TestLift(t *testing.T) {
	eachSeed(t, func(t *testing.T, seed uint64) {
		p := newProject(seed)
		w := newWorld(t, seed, switches(seed))
		w.secrets = p.p.secrets
		w.apply(w.plan(compile(t, p.p.files()), w.options()))
		checkLift(t, w)
		w.now = w.now.Add(72 * time.Hour) // schedules have started, and mapping sets get further versions
		next := nextVersion(seed)
		graph, o := compile(t, next.p.files()), w.options()
		w.secrets = next.p.secrets
		w.unprotect(p.p, graph, o)
		w.apply(w.plan(graph, o))
		checkLift(t, w)
	})
}

// checkLift lifts every dataflow of a world that its lockfile has, and compares.
func checkLift(t *testing.T, w *world) {
	t.Helper()
	s := sandboxOf(t, w)
	lifted := lift.Lift(s)
	for _, l := range lifted.Left {
		_, signsIn := l.Body.Get("auth")
		isSeeded := l.Kind == resource.Connection && !signsIn
		if l.Reason != lift.ReasonInternal && !isSeeded {
			t.Errorf("%s %s is left alone: %s\n%s", l.Kind, l.ID, l.Reason, l.Live)
		}
	}
	var files []*source.File
	text := ""
	for _, d := range lifted.Documents {
		for _, l := range d.Left {
			t.Errorf("%s of %s is left alone: %s", l.Kind, d.Name, l.Reason)
		}
		yaml := d.YAML("")
		text += string(yaml) + "---\n"
		files = append(files, source.NewFile(d.Kind+"/"+d.Name+".dataflow.yaml", yaml))
	}
	g, lives := takenOver(lifted, compile(t, files), s.Tenant)
	plan, report := planner.Diff(&lockfile.Lock{}, g, planner.Options{
		At: w.now, Tool: "laws", Target: w.options().Target, Refreshed: true, Live: lives, Tenant: s.Tenant,
		Secrets: planner.Secrets{Unchecked: true},
	})
	if report.HasErrors() {
		t.Fatalf("plan: %s\n%s", report.Sorted()[0].Message, text)
	}
	checkWhole(t, w, lives)
	flows := 0
	for _, c := range plan.Changes {
		if c.Kind == resource.Flow {
			flows++
		}
		if c.Action != planner.Import || len(c.Fields) > 0 {
			t.Errorf("%s differs:\n%s%s", c.Address, sketch(plan), text)
			break
		}
	}
	for _, e := range w.lock().Entries {
		if e.Address.Kind == resource.Flow {
			flows--
		}
	}
	if flows != 0 {
		t.Errorf("%d more dataflows lifted than applied:\n%s", flows, text)
	}
}

// takenOver returns a graph whose resources take over the objects that documents of a project describe, as
// lifecycle.import would, and those objects as they are.
func takenOver(p *lift.Project, g *resource.Graph, tenant string) (*resource.Graph, []resource.Live) {
	owners := p.Owners(g, tenant)
	list, lives := slices.Clone(g.All()), []resource.Live(nil)
	for i := range list {
		if o := owners[list[i].Address]; o != nil {
			list[i].Import = o.ID
			lives = append(lives, resource.Live{Address: list[i].Address, ID: o.ID, ETag: o.ETag, Body: o.Live})
		}
	}
	slices.SortFunc(lives, resource.Live.Compare)
	return resource.NewGraph(list), lives
}

// checkWhole holds that what was lifted is lifted with all that belongs to it, and with what it is made of.
func checkWhole(t *testing.T, w *world, lives []resource.Live) {
	t.Helper()
	lifted := map[resource.ObjectKey]bool{}
	for _, l := range lives {
		lifted[resource.KeyOfObject(l.Address.Kind, l.ID)] = true
	}
	lock := w.lock()
	for _, e := range lock.Entries {
		isLifted := lifted[resource.KeyOfObject(e.Address.Kind, e.ID)]
		for _, n := range e.Needs {
			other, _ := lock.Get(n.To)
			isOther := lifted[resource.KeyOfObject(n.To.Kind, other.ID)]
			belongs := e.Address.Kind == resource.DatasetLabels ||
				e.Address.Kind == resource.Label && n.Via == "xdm:sourceSchema"
			made := n.To.Kind == resource.Class || n.To.Kind == resource.DataType || n.To.Kind == resource.FieldGroup
			if belongs && isOther && !isLifted || made && isLifted && !isOther {
				t.Errorf("%s needs %s: lifted %v and %v", e.Address, n.To, isLifted, isOther)
			}
		}
	}
}

// sandboxOf reads the whole sandbox of a world.
func sandboxOf(t *testing.T, w *world) lift.Sandbox {
	t.Helper()
	ctx := context.Background()
	tenant, err := platform.Tenant(ctx, w.client)
	if err != nil {
		t.Fatal(err)
	}
	inventory := remote.NewInventory(w.client, remote.Options{Limit: 4})
	lists, err := inventory.Lists(ctx, resource.Kinds()...)
	if err != nil {
		t.Fatal(err)
	}
	var datasets []string
	for _, o := range lists[resource.Dataset] {
		datasets = append(datasets, o.ID)
	}
	if lists[resource.DatasetLabels], err = inventory.LabelsOf(ctx, datasets); err != nil {
		t.Fatal(err)
	}
	s := lift.Sandbox{Tenant: tenant, Now: w.now}
	for kind, list := range lists {
		for _, o := range list {
			object, err := lift.NewObject(kind, o.ID, o.ETag, o.Body, remote.Created(o))
			if err != nil {
				t.Fatal(err)
			}
			s.Objects = append(s.Objects, object)
		}
	}
	return s
}
