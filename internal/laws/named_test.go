package laws

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/planner"
)

// naming is an edit that names a managed object by its ID instead of its document,
// or the other way round. ID(ADDRESS) in the new text is the object's ID.
type naming struct {
	name    string
	edit    [][2]string
	changes []string // of the plan there, sorted
}

var namings = []naming{
	{
		name: "connection",
		edit: [][2]string{{"  connection: db\n  title", "  connector: postgresql\n  connectionId: ID(connection.db)\n  title"}},
		changes: []string{
			"source.hourly update: the documents name the same objects in another way",
		},
	},
	{
		name: "connection without its document",
		edit: [][2]string{{"  connection: db\n  title", "  connector: postgresql\n  connectionId: ID(connection.db)\n  title"}, {"DOCUMENT Connection db", ""}},
		changes: []string{
			"connection.db forget: a document names it by its ID, so it stays on the platform",
			"source.hourly update: the documents name the same objects in another way",
		},
	},
	{
		name: "dataset",
		edit: [][2]string{{"  dataset: store\n  title", "  dataset: ID(dataset.store)\n  title"}, {"  dataset: store\nmappings", "  dataset: ID(dataset.store)\nmappings"}, {"DOCUMENT Dataset store", ""}},
		changes: []string{
			"dataset.store forget: a document names it by its ID, so it stays on the platform",
			"target.history update: the documents name the same objects in another way",
			"target.hourly update: the documents name the same objects in another way",
		},
	},
	{
		name: "schema in every place",
		edit: [][2]string{
			{"title: Store\nschema: people\n", "title: Store\nschema: ID(schema.people)\n"},
			{"  schema: people\n  dataset: store\n  title", "  schema: ID(schema.people)\n  dataset: store\n  title"},
			{"  schema: people\n  dataset: store\nmappings", "  schema: ID(schema.people)\n  dataset: store\nmappings"},
		},
		changes: []string{
			"dataset.store update: the documents name the same objects in another way",
			"mapping.history update: the documents name the same objects in another way",
			"mapping.hourly update: the documents name the same objects in another way",
			"target.history update: the documents name the same objects in another way",
			"target.hourly update: the documents name the same objects in another way",
		},
	},
	{
		name: "schema with all that it is made of",
		edit: [][2]string{
			{"schema: others\n", "schema: ID(schema.others)\n"},
			{"schema: others, field: crm.id", "schema: 'ID(schema.others)', field: '_{TENANT_ID}.crm.id'"},
			{"DOCUMENT Schema others", ""},
		},
		changes: []string{
			"dataset.spare update: the documents name the same objects in another way",
			"descriptor.others-crm-id forget: a document names it by its ID, so it stays on the platform",
			"fieldgroup.others forget: a document names it by its ID, so it stays on the platform",
			"relationship.visits-visit-personid update: the documents name the same objects in another way",
			"schema.others forget: a document names it by its ID, so it stays on the platform",
		},
	},
	{
		name: "schema by the tenant's placeholder",
		edit: [][2]string{{"schema: others\n", "schema: " + strings.Replace("ID(schema.others)", "ID", "TENANT", 1) + "\n"}},
		changes: []string{
			"dataset.spare update: the documents name the same objects in another way",
		},
	},
	{
		name: "field group of another document",
		edit: [][2]string{
			{"fieldGroups: [profile-person-details, profile-personal-details]\nfields:\n  crm.id: string\nidentities:\n  crm.id: {namespace: CRMID, primary: true}\n", "fieldGroups: [profile-person-details, profile-personal-details, 'ID(fieldgroup.others)']\n"},
			{"schema: others, field: crm.id", "schema: others, field: '_{TENANT_ID}.crm.id'"},
		},
		changes: []string{
			"descriptor.others-crm-id delete: no document asks for it any more",
			"fieldgroup.others forget: a document names it by its ID, so it stays on the platform",
			"schema.others update: the documents name the same objects in another way",
		},
	},
}

// TestSameObjectNamedOtherwise: naming an object by its ID instead of its document
// is not a change of the data, a running flow is not replaced, and nothing that a
// document still names is removed. The way back is none either.
func TestSameObjectNamedOtherwise(t *testing.T) {
	base := oneOfEverything(t)
	for _, n := range namings {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 1, emulator.Switches{})
			w.secrets = map[string]string{"env.PW": "canary-pw"}
			before := graphOf(t, base)
			w.apply(w.plan(before, w.options()))
			w.now = w.now.Add(72 * time.Hour) // the flows are running
			objects := inventory(w)

			after := graphOf(t, w.named(base, n.edit))
			for _, p := range []*planner.Plan{w.refreshed(after, w.options()), w.plan(after, w.options())} {
				if d := cmp.Diff(n.changes, changesOf(p)); d != "" {
					t.Fatalf("changes (-want +got):\n%s\n%s", d, sketch(p))
				}
			}
			w.apply(w.plan(after, w.options()))
			w.checkEmpty(after)
			if strings.Contains(fmt.Sprint(n.changes), " delete:") {
				return
			}
			if d := cmp.Diff(objects, inventory(w)); d != "" {
				t.Errorf("the platform differs (-before +after):\n%s", d)
			}
			if strings.Contains(fmt.Sprint(n.changes), " forget:") {
				return // what was given away comes back by import
			}
			back := w.plan(before, w.options())
			if calls := back.Calls(); calls > 0 {
				t.Errorf("the way back makes %d calls:\n%s", calls, sketch(back))
			}
			w.apply(back)
			w.checkEmpty(before)
		})
	}
}

// TestImportedUnderName: a document takes over the object that another one named
// by its ID, and that one names the document from then on.
func TestImportedUnderName(t *testing.T) {
	base := oneOfEverything(t)
	w := newWorld(t, 1, emulator.Switches{})
	w.secrets = map[string]string{"env.PW": "canary-pw"}
	w.apply(w.plan(graphOf(t, base), w.options()))
	w.now = w.now.Add(72 * time.Hour)
	out := w.named(base, namings[1].edit)
	id := w.idOf("connection.db")
	w.apply(w.plan(graphOf(t, out), w.options()))

	document := strings.Split(base, "---\n")[0]
	in := strings.Replace(base, document, document+"lifecycle: {import: {connection: "+id+"}}\n", 1)
	after := graphOf(t, in)
	p := w.refreshed(after, w.options())
	want := []string{"connection.db import: exists on the platform and is taken over", "source.hourly update: the documents name the same objects in another way"}
	if d := cmp.Diff(want, changesOf(p)); d != "" || p.Calls() > 0 {
		t.Fatalf("%d calls, changes (-want +got):\n%s\n%s", p.Calls(), d, sketch(p))
	}
	w.apply(p)
	if w.idOf("connection.db") != id {
		t.Error("another connection")
	}
	for _, p := range []*planner.Plan{w.refreshed(after, w.options()), w.plan(after, w.options())} {
		if slices.ContainsFunc(p.Changes, func(c planner.Change) bool {
			return c.Address.String() != "connection.db" || c.Action != planner.Update
		}) {
			t.Errorf("left to do:\n%s", sketch(p))
		}
	}
}

func graphOf(t *testing.T, text string) *resource.Graph {
	t.Helper()
	return compile(t, []*source.File{source.NewFile("dataflow.yaml", []byte(text))})
}

func (w *world) idOf(addr string) string {
	w.t.Helper()
	a, err := resource.ParseAddress(addr)
	if err != nil {
		w.t.Fatal(err)
	}
	e, ok := w.lock().Get(a)
	if !ok {
		w.t.Fatalf("no entry %s", addr)
	}
	return e.ID
}

// named makes the edits of a naming in a text of several documents.
func (w *world) named(base string, edits [][2]string) string {
	w.t.Helper()
	docs := strings.Split(base, "---\n")
	for _, e := range edits {
		if name, ok := strings.CutPrefix(e[0], "DOCUMENT "); ok {
			kind, name, _ := strings.Cut(name, " ")
			head := "kind: " + kind + "\nname: " + name + "\n"
			docs = slices.DeleteFunc(docs, func(d string) bool { return strings.Contains(d, head) })
			continue
		}
		to := e[1]
		for _, mark := range []string{"ID(", "TENANT("} {
			before, rest, ok := strings.Cut(to, mark)
			if !ok {
				continue
			}
			addr, after, _ := strings.Cut(rest, ")")
			id := w.idOf(addr)
			if mark == "TENANT(" {
				id = strings.Replace(id, "/"+emulator.DefaultTenant+"/", "/{TENANT_ID}/", 1)
			}
			to = before + id + after
		}
		n := 0
		for i := range docs {
			n += strings.Count(docs[i], e[0])
			docs[i] = strings.ReplaceAll(docs[i], e[0], to)
		}
		if n != 1 {
			w.t.Fatalf("%q occurs %d times", e[0], n)
		}
	}
	return strings.Join(docs, "---\n")
}

func changesOf(p *planner.Plan) []string {
	var out []string
	for _, c := range p.Changes {
		out = append(out, fmt.Sprintf("%s %s: %s", c.Address, c.Action, c.Reason))
	}
	slices.Sort(out)
	return out
}

// inventory is every object of the sandbox by ID, as JSON.
func inventory(w *world) map[string]any {
	out := map[string]any{}
	for id, o := range w.objects() {
		out[id] = plainJSON(w.t, o.Body)
	}
	return out
}
