package planner_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// Each of these documents of one kind is called NAME and was called FROM.
var renamable = map[string]func(name, from, body string) string{
	"Dataflow": func(name, from, body string) string {
		return `name: ` + name + `
title: Flow ` + body + `
database: {connector: postgresql, connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4, title: Source ` + body + `}
table: shop.` + body + `
columns: {id: string, changed: date-time}
target:
  title: Target ` + body + `
  schema:
    title: Schema ` + body + `
    class: profile
    fields: {shop.number: string}
    identities: {shop.number: {namespace: CRMID, primary: true}}
    profile: true
  dataset: {title: Dataset ` + body + `, profile: true}
mappings: {_id: id, "_{TENANT_ID}.shop.number": id}
delta: changed
schedule: {frequency: hour, interval: 1, startTime: 2027-02-01T00:00:00Z}
` + moved(from)
	},
	"Connection": func(name, from, body string) string {
		return `kind: Connection
name: ` + name + `
title: Connection ` + body + `
connector: postgresql
auth:
  type: Basic Authentication
  params: {server: db.example.com, port: 5432, database: shop, username: reader, password: "${env.SHOP_PASSWORD}", sslMode: Require}
` + moved(from)
	},
	"Schema": func(name, from, body string) string {
		return `kind: Schema
name: ` + name + `
title: Schema ` + body + `
class: profile
fields: {shop.number: string}
identities: {shop.number: {namespace: CRMID, primary: true}}
profile: true
` + moved(from)
	},
	"Dataset": func(name, from, body string) string {
		return `kind: Dataset
name: ` + name + `
title: Dataset ` + body + `
schema: https://ns.adobe.com/{TENANT_ID}/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168
` + moved(from)
	},
}

func moved(from string) string {
	if from == "" {
		return ""
	}
	return "lifecycle: {movedFrom: " + from + "}\n"
}

// documents are some of one kind. Each is written NAME:BODY or NAME<FROM:BODY.
func documents(t *testing.T, kind, list string) *resource.Graph {
	t.Helper()
	var texts []string
	for word := range strings.FieldsSeq(list) {
		name, body, _ := strings.Cut(word, ":")
		name, from, _ := strings.Cut(name, "<")
		texts = append(texts, renamable[kind](name, from, body))
	}
	return compile(t, strings.Join(texts, "---\n"))
}

// follows leaves in the lock what an apply of a plan without calls but creates
// and deletes does: renames, records, new objects.
func follows(t *testing.T, lock *lockfile.Lock, g *resource.Graph, p *planner.Plan) *lockfile.Lock {
	t.Helper()
	var moves []lockfile.Move
	for _, c := range p.Changes {
		if !c.MovedFrom.IsZero() {
			moves = append(moves, lockfile.Move{From: c.MovedFrom, To: c.Address})
		}
	}
	out := lock.Moved(moves)
	fresh := applied(t, g)
	for _, c := range p.Changes {
		e, _ := out.Get(c.Address)
		switch c.Action {
		case planner.Delete:
			out.Remove(c.Address)
			continue
		case planner.Create:
			e, _ = fresh.Get(c.Address)
			e.ID = "new-" + e.ID
			for i, n := range e.Needs { // what is there already is what it refers to
				if other, ok := out.Get(n.To); ok && n.Field == "" && n.ID != "" {
					e.Needs[i].ID = other.ID
				}
			}
		case planner.Update:
			e.Applied = c.Desired
		}
		e.MovedFrom = c.RenamedFrom
		out.Put(e)
	}
	out.Serial++
	return out
}

// summary prints what happens to the resources of one document kind as
// `NAME=ACTION`, the mildest that any of its resources has in common: renames
// with the old name.
func summary(p *planner.Plan) string {
	byName := map[string]map[string]bool{}
	for _, c := range p.Changes {
		name, what := c.Address.Name, c.Action.String()
		if c.Address.Kind == resource.Descriptor {
			name = strings.TrimSuffix(name, "-shop-number")
		}
		if !c.MovedFrom.IsZero() {
			what += "<" + strings.TrimSuffix(c.MovedFrom.Name, "-shop-number")
		}
		if byName[name] == nil {
			byName[name] = map[string]bool{}
		}
		byName[name][what] = true
	}
	var out []string
	for name, all := range byName {
		for what := range all {
			out = append(out, name+"="+what)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// TestMovedFrom holds which names are followed, for every kind of document, that
// the plan after it is empty, and what is said about the rest.
func TestMovedFrom(t *testing.T) {
	cases := []struct {
		name, before, after, want, note string
	}{
		{"renamed", "orders:A", "shop<orders:A", "shop=move<orders", ""},
		{"the old name is used again", "orders:A", "legacy<orders:A orders:B", "legacy=move<orders orders=create", ""},
		{"a chain", "a:A b:B", "c<b:B b<a:A", "b=move<a c=move<b", ""},
		{"a chain of three, then used again", "a:A b:B c:C", "d<c:C c<b:B b<a:A a:X",
			"a=create b=move<a c=move<b d=move<c", ""},
		{"a swap", "a:A b:B", "a<b:B b<a:A", "a=move<b b=move<a", ""},
		{"a rotation", "a:A b:B c:C", "a<c:C b<a:A c<b:B", "a=move<c b=move<a c=move<b", ""},
		{"a swap beside a chain", "a:A b:B c:C", "a<b:B b<a:A d<c:C", "a=move<b b=move<a d=move<c", ""},
		{"a swap of which one is not applied", "a:A", "a<b:B b<a:A", "a=create b=move<a", "matches nothing"},
		{"renamed and retitled", "orders:A", "shop<orders:B", "", ""},
		{"nothing has the name", "orders:A", "orders:A shop<order:B", "shop=create", "`movedFrom: order` matches nothing"},
		{"nothing is applied", "", "shop<orders:A", "shop=create", ""},
		{"the name stays in use", "a:A b:B", "a:A b<a:B", "b=update", "is not moved to"},
		{"a ring with one that stays", "a:A b:B c:C", "a<b:A b:B c<a:C", "a=update c=update", "is not moved to"},
		{"the other one goes", "a:A b:B", "a<b:A", "b=delete", "is not moved to"},
	}
	for kind := range renamable {
		for _, c := range cases {
			t.Run(kind+"/"+c.name, func(t *testing.T) {
				lock := &lockfile.Lock{}
				if c.before != "" {
					lock = applied(t, documents(t, kind, c.before))
				}
				g := documents(t, kind, c.after)
				o := planner.Options{At: now, AllowMassDelete: true, OnReplace: "continue"}
				p, _ := planner.Diff(lock, g, o)
				if got := summary(p); got != c.want && c.want != "" {
					t.Errorf("got %s, want %s\n%s", got, c.want, script(p))
				}
				if c.want == "" && p.Summary.Create+p.Summary.Delete > 0 {
					t.Errorf("created or deleted:\n%s", script(p))
				}
				var notes []string
				for _, d := range p.Diagnostics {
					if strings.Contains(d.Message, "movedFrom") || strings.Contains(d.Message, "moved to") {
						notes = append(notes, d.Message)
					}
				}
				if c.note == "" && len(notes) > 0 || c.note != "" && (len(notes) == 0 || !strings.Contains(notes[0], c.note)) {
					t.Errorf("notes %q, want %q", notes, c.note)
				}
				if c.want == "" {
					return // an update of references is not simulated here
				}
				again, _ := planner.Diff(follows(t, lock, g, p), g, o)
				if len(again.Changes) > 0 {
					t.Errorf("the plan after it:\n%s", script(again))
				}
			})
		}
	}
}

// TestMovedPermutation: whatever documents exchange their names, no object is
// made or removed, and the plan after it is empty.
func TestMovedPermutation(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 0))
		names := make([]string, 2+r.IntN(7))
		for i := range names {
			names[i] = fmt.Sprintf("n%d", i)
		}
		was := names[:1+r.IntN(len(names))]
		is := slices.Clone(names)
		r.Shuffle(len(is), func(i, j int) { is[i], is[j] = is[j], is[i] })
		var before, after []string
		for i, name := range was {
			before = append(before, fmt.Sprintf("%s:B%d", name, i))
			if is[i] == name {
				after = append(after, fmt.Sprintf("%s:B%d", name, i))
				continue
			}
			after = append(after, fmt.Sprintf("%s<%s:B%d", is[i], name, i))
		}
		lock := applied(t, documents(t, "Dataflow", strings.Join(before, " ")))
		g := documents(t, "Dataflow", strings.Join(after, " "))
		p, _ := planner.Diff(lock, g, planner.Options{At: now})
		if s := p.Summary; s.Create+s.Delete+s.Replace+s.Update > 0 || p.Calls() > 0 {
			t.Errorf("seed %d: %v → %v:\n%s", seed, before, after, script(p))
		}
		then := follows(t, lock, g, p)
		if again, _ := planner.Diff(then, g, planner.Options{At: now}); len(again.Changes) > 0 {
			t.Errorf("seed %d: the plan after %v → %v:\n%s", seed, before, after, script(again))
		}
		for i := range was {
			a, b := flowOf(was[i]), flowOf(is[i])
			x, _ := lock.Get(a)
			y, _ := then.Get(b)
			if x.ID != y.ID {
				t.Errorf("seed %d: %s had %s, %s has %s", seed, a, x.ID, b, y.ID)
			}
		}
	}
}

func flowOf(name string) resource.Address { return resource.Address{Kind: resource.Flow, Name: name} }

// TestSwappedBack: documents that exchange their names a second time have taken
// the keys away in between; the lockfile forgets the first exchange with that.
func TestSwappedBack(t *testing.T) {
	o := planner.Options{At: now}
	lock := applied(t, documents(t, "Dataset", "a:A"))
	for _, step := range []struct{ after, want string }{
		{"b<a:A", "b=move<a"},
		{"b<a:A a:B", "a=create b=update"}, // the name is used again later
		{"b<a:A a:B", ""},
		{"a<b:A b<a:B", "a=move<b b=move<a"}, // of which one key is an old one
		{"a<b:A b<a:B", ""},
		{"a:A b:B", "a=update b=update"},
		{"a<b:B b<a:A", "a=move<b b=move<a"},
		{"a<b:B b<a:A", ""},
	} {
		g := documents(t, "Dataset", step.after)
		p, _ := planner.Diff(lock, g, o)
		if got := summary(p); got != step.want {
			t.Fatalf("%s: got %s, want %s", step.after, got, step.want)
		}
		lock = follows(t, lock, g, p)
	}
	if e, _ := lock.Get(resource.Address{Kind: resource.Dataset, Name: "b"}); e.ID != "dataset-id-a" {
		t.Errorf("b has %s", e.ID)
	}
}

// TestMovedSelection: a name is free for another object only when the one that
// has it moves away with the same plan.
func TestMovedSelection(t *testing.T) {
	dataset := func(name string) resource.Address { return resource.Address{Kind: resource.Dataset, Name: name} }
	cases := []struct {
		name, before, after string
		only, exclude, want string
	}{
		{"a new object pulls the rename in", "a:A", "b<a:A a:X", "a", "", "a=create b=move<a"},
		{"the rename goes alone", "a:A", "b<a:A a:X", "b", "", "b=move<a"},
		{"without the rename nothing takes the name", "a:A", "b<a:A a:X", "", "b", ""},
		{"a ring is whole", "a:A b:B c:C", "a<c:C b<a:A c<b:B", "b", "", "a=move<c b=move<a c=move<b"},
		{"or not at all", "a:A b:B c:C", "a<c:C b<a:A c<b:B", "", "b", ""},
		{"a chain up to its end", "a:A b:B", "c<b:B b<a:A", "b", "", "b=move<a c=move<b"},
		{"the end without its beginning", "a:A b:B", "c<b:B b<a:A", "c", "", "c=move<b"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := planner.Options{At: now}
			if c.only != "" {
				o.Only = []resource.Address{dataset(c.only)}
			}
			if c.exclude != "" {
				o.Exclude = []resource.Address{dataset(c.exclude)}
			}
			lock := applied(t, documents(t, "Dataset", c.before))
			g := documents(t, "Dataset", c.after)
			p, _ := planner.Diff(lock, g, o)
			if got := summary(p); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			// What is left is done by a plan without a selection, and nothing more.
			then := follows(t, lock, g, p)
			rest, _ := planner.Diff(then, g, planner.Options{At: now})
			whole, _ := planner.Diff(lock, g, planner.Options{At: now})
			end, direct := follows(t, then, g, rest), follows(t, lock, g, whole)
			for _, e := range direct.Entries {
				if is, _ := end.Get(e.Address); is.ID != e.ID {
					t.Errorf("%s is %s by two plans, %s by one", e.Address, is.ID, e.ID)
				}
			}
		})
	}
}

// TestMovedRefresh: what the platform has is compared with the document that has
// the object now, not with the one that has its old name.
func TestMovedRefresh(t *testing.T) {
	lock := applied(t, documents(t, "Dataset", "a:A b:B"))
	g := documents(t, "Dataset", "a<b:B b<a:A")
	o := planner.Options{At: now, Refreshed: true}
	for _, e := range planner.Moved(lock, g).Entries {
		body := e.Applied
		if e.ID == "dataset-id-a" {
			body = json.RawMessage(strings.Replace(string(body), "Dataset A", "Dataset by hand", 1))
		}
		o.Live = append(o.Live, resource.Live{Address: e.Address, ETag: "1", Body: body})
	}
	p, _ := planner.Diff(lock, g, o)
	if len(p.Drift) != 1 || p.Drift[0].ID != "dataset-id-a" || p.Drift[0].Address.Name != "b" {
		t.Errorf("drift: %+v", p.Drift)
	}
	if p.Summary.Update != 1 || p.Summary.Move != 1 || p.Summary.Replace > 0 {
		t.Errorf("plan:\n%s", script(p))
	}
}

// TestImportOwned: what the lockfile has already is not imported, under whatever
// address and in whatever spelling.
func TestImportOwned(t *testing.T) {
	const id = "6990ABAD-977D-41B9-A85D-17EA8CF1C0E4"
	lock := applied(t, documents(t, "Connection", "a:A b:B"))
	set := func(f func(*lockfile.Entry)) *lockfile.Lock {
		l := lock.Clone()
		e, _ := l.Get(resource.Address{Kind: resource.Connection, Name: "a"})
		f(&e)
		l.Put(e)
		return l
	}
	cases := []struct {
		name  string
		lock  *lockfile.Lock
		after string
		want  bool
	}{
		{"owned by a document", set(func(e *lockfile.Entry) { e.ID = strings.ToLower(id) }), "a:A b:B", true},
		{"owned, and no document asks for it", set(func(e *lockfile.Entry) { e.ID = id }), "b:B", true},
		{"owned by one that is renamed", set(func(e *lockfile.Entry) { e.ID = id }), "x<a:A b:B", true},
		{"left over from a replacement", set(func(e *lockfile.Entry) {
			e.Deposed = []lockfile.Deposed{{ID: id, Kind: resource.Connection, StepsLeft: []string{"delete"}}}
		}), "a:A b:B", true},
		{"free", lock, "a:A b:B", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var texts []string
			for word := range strings.FieldsSeq(c.after) {
				name, body, _ := strings.Cut(word, ":")
				name, from, _ := strings.Cut(name, "<")
				texts = append(texts, renamable["Connection"](name, from, body))
			}
			texts = append(texts, renamable["Connection"]("n", "", "N")+"lifecycle: {import: {connection: "+id+"}}\n")
			_, report := planner.Diff(c.lock, compile(t, strings.Join(texts, "---\n")), planner.Options{At: now})
			var got []string
			for _, d := range report.Sorted() {
				got = append(got, string(d.Code))
			}
			if want := []string{"duplicate-import"}; c.want != slices.Equal(got, want) {
				t.Errorf("diagnostics %v", got)
			}
		})
	}
}
