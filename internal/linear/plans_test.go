package linear_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/linear"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

// edits are the directions in which a change can grow: the documents that were
// applied, nil for none, and those that are wanted now, nil for none.
var edits = []struct {
	name          string
	n             int
	before, after func(n int) []*source.File
	options       func(o *planner.Options, n int)
}{
	{name: "everything new", n: 400, after: flows("flow-%d")},
	{name: "nothing changed", n: 400, before: flows("flow-%d"), after: flows("flow-%d")},
	{name: "everything removed", n: 400, before: flows("flow-%d"), options: func(o *planner.Options, _ int) { o.AllowMassDelete = true }},
	{name: "everything destroyed", n: 400, before: flows("flow-%d"), after: flows("flow-%d"),
		options: func(o *planner.Options, _ int) { o.Destroy = true }},
	{name: "schedules changed", n: 400, before: flows("flow-%d"), after: changed(flows("flow-%d"), "table: a.b", "table: a.c")},
	{name: "everything renamed", n: 400, before: flows("flow-%d"), after: moved("other-%d", "flow-%d", 0)},
	{name: "a chain of names", n: 400, before: flows("flow-%d"), after: moved("flow-%d", "flow-%d", 1)},
	{name: "a ring of names", n: 400, before: flows("flow-%d"), after: ring},
	{name: "some selected", n: 400, after: flows("flow-%d"), options: func(o *planner.Options, n int) {
		for i := range n / 2 {
			o.Only = append(o.Only, resource.Address{Kind: resource.Flow, Name: fmt.Sprintf("flow-%d", 2*i)})
		}
	}},
	{name: "some left out", n: 400, after: flows("flow-%d"), options: func(o *planner.Options, n int) {
		for i := range n / 2 {
			o.Exclude = append(o.Exclude, resource.Address{Kind: resource.Flow, Name: fmt.Sprintf("flow-%d", 2*i)})
		}
	}},
	{name: "one connection of many", n: 400, before: shared("x"), after: shared("y")},
	{name: "connections with secrets", n: 400, before: connections, after: connections, options: func(o *planner.Options, n int) {
		for i := range n {
			o.Secrets.Changed = append(o.Secrets.Changed, planner.SecretPath{
				Address: resource.Address{Kind: resource.Connection, Name: fmt.Sprintf("connection-%06d", i)}, Path: "auth.params.connectionString"})
		}
	}},
	{name: "columns added", n: 2000, before: single(func(int) string { return base("") }), after: single(func(n int) string { return base(lines(n, "  c%d: string\n")) })},
	{name: "columns renamed", n: 2000, before: single(func(n int) string { return base(lines(n, "  c%d: string\n")) }),
		after: single(func(n int) string { return base(lines(n, "  d%d: string\n")) })},
	{name: "columns turned round", n: 2000, before: single(func(n int) string { return base(lines(n, "  c%d: string\n")) }),
		after: single(func(n int) string { return base(reversed(lines(n, "  c%d: string\n"))) })},
	{name: "mappings changed", n: 2000, before: single(func(n int) string { return withMappings(n, "  _acme.f%d: trim(id)\n") }),
		after: single(func(n int) string { return withMappings(n, "  _acme.f%d: lower(id)\n") })},
	{name: "every other mapping changed", n: 2000, before: single(func(n int) string { return withMappings(n, "  _acme.f%d: trim(id)\n  _acme.g%[1]d: id\n") }),
		after: single(func(n int) string { return withMappings(n, "  _acme.f%d: lower(id)\n  _acme.g%[1]d: id\n") })},
	{name: "mappings removed", n: 2000, before: single(func(n int) string { return withMappings(n, "  _acme.f%d: trim(id)\n") }),
		after: single(func(int) string { return base("") })},
	{name: "a long text changed", n: 16000, before: single(func(n int) string { return base("") + "description: " + lines(n, "word%d and ") + "\n" }),
		after: single(func(n int) string { return base("") + "description: " + lines(n, "word%d or ") + "\n" })},
	{name: "fields added", n: 2000, before: single(func(n int) string { return schema(n, "fields:\n  a: string\n") }),
		after: single(func(n int) string { return schema(n, "fields:\n  a: string\n"+lines(n, "  f%d: string\n")) })},
	{name: "identities added", n: 1000, before: single(func(n int) string { return schema(n, "fields:\n"+lines(n, "  f%d: string\n")) }),
		after: single(func(n int) string {
			return schema(n, "fields:\n"+lines(n, "  f%d: string\n")+"identities:\n"+lines(n, "  f%d: Email\n"))
		})},
	{name: "tags added", n: 2000, before: single(func(int) string { return dataset("") }), after: single(func(n int) string { return dataset(lines(n, "  t%d: [a]\n")) })},
}

// outputs are what is done with a plan.
var outputs = []struct {
	name string
	work func(p *planner.Plan, g *resource.Graph) error
}{
	{"text", func(p *planner.Plan, _ *resource.Graph) error {
		return errors.Join(view.Plan(io.Discard, p, view.Options{Color: true}), view.Plan(io.Discard, p, view.Options{Full: true}),
			view.Calls(io.Discard, p, view.Options{}), view.Drift(io.Discard, p, view.Options{}))
	}},
	{"pages", func(p *planner.Plan, _ *resource.Graph) error {
		return errors.Join(view.Markdown(io.Discard, p), view.HTML(io.Discard, p))
	}},
	{"saved", func(p *planner.Plan, _ *resource.Graph) error {
		text, err := planner.Marshal(p)
		if err == nil {
			_, err = planner.Unmarshal(text)
		}
		return err
	}},
	{"graph", func(p *planner.Plan, g *resource.Graph) error {
		folded := view.PictureOfGraph(g).Fold(func(string) bool { return false })
		return errors.Join(view.Compile(io.Discard, g, p, view.Options{}), pictures(view.PictureOfPlan(p)),
			pictures(view.PictureOfGraph(g)), pictures(folded),
			view.Timetable(io.Discard, planner.Schedule(g, now, 3), time.UTC, view.Options{}))
	}},
}

func pictures(p view.Picture) error {
	for _, draw := range []func(io.Writer, view.Picture) error{view.GraphDOT, view.GraphMermaid, view.GraphSVG,
		func(w io.Writer, p view.Picture) error { return view.GraphText(w, p, view.Options{}) }} {
		if err := draw(io.Discard, p); err != nil {
			return err
		}
	}
	return nil
}

var now = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

func TestDoubledChanges(t *testing.T) {
	for i, e := range edits {
		if !linear.Sampled(i) {
			continue
		}
		prepare := func(t *testing.T, k int) (*lockfile.Lock, *resource.Graph, planner.Options) {
			n := linear.Size(e.n) * k
			o := planner.Options{At: now, Tool: "test", Target: planner.Target{Name: "local", Org: "o", Sandbox: "s"}, OnReplace: "backfill"}
			if e.options != nil {
				e.options(&o, n)
			}
			return applied(t, graphOf(t, e.before, n)), graphOf(t, e.after, n), o
		}
		t.Run(e.name+"/lockfile", func(t *testing.T) {
			linear.Check(t, func(k int) func() {
				lock, _, _ := prepare(t, k)
				return func() {
					text, err := lock.Marshal()
					if err == nil {
						_, err = lockfile.Parse(text)
					}
					if err != nil {
						t.Fatal(err)
					}
				}
			})
		})
		t.Run(e.name+"/diff", func(t *testing.T) {
			linear.Check(t, func(k int) func() {
				lock, g, o := prepare(t, k)
				return func() { planner.Diff(lock, g, o) }
			})
		})
		for _, out := range outputs {
			t.Run(e.name+"/"+out.name, func(t *testing.T) {
				linear.Check(t, func(k int) func() {
					lock, g, o := prepare(t, k)
					plan, _ := planner.Diff(lock, g, o)
					return func() {
						if err := out.work(plan, g); err != nil {
							t.Fatal(err)
						}
					}
				})
			})
		}
	}
}

// graphOf compiles documents that are right.
func graphOf(t *testing.T, text func(n int) []*source.File, n int) *resource.Graph {
	t.Helper()
	if text == nil {
		return resource.NewGraph(nil)
	}
	g, report := compiler.Compile(text(n), compiler.Options{})
	if report.HasErrors() {
		t.Fatalf("%+v", report.AtLeast(diag.Error).Sorted()[0])
	}
	return g
}

// applied returns the lock that an apply of the graph leaves.
func applied(t *testing.T, g *resource.Graph) *lockfile.Lock {
	t.Helper()
	l := &lockfile.Lock{Lineage: "test", Serial: 1, Target: lockfile.Target{Org: "o", Sandbox: "s"}}
	id := func(a resource.Address) string { return string(a.Kind) + "-id-" + a.Name }
	for _, r := range g.All() {
		v, err := r.Body.Value()
		if err != nil {
			t.Fatal(err)
		}
		e := lockfile.Entry{Address: r.Address, ID: id(r.Address), ETag: "0", Applied: r.Body.JSON(), Protect: r.Protect}
		v.Walk(func(at resource.Path, w resource.Value) {
			if w.Kind == resource.RefValue {
				n := lockfile.Need{Edge: resource.Edge{To: w.Ref.To, Via: at.String()}, ID: id(w.Ref.To)}
				if w.Ref.Field == "version" {
					n.Field, n.ID = "version", "0"
				}
				e.Needs = append(e.Needs, n)
			}
		})
		l.Put(e)
	}
	return l
}

func single(text func(n int) string) func(n int) []*source.File {
	const unknown = "fieldGroups: [https://ns.adobe.com/acme/mixins/00000000000000000000000000000000]" // may have any field
	return func(n int) []*source.File {
		return files(1, func(int) string { return strings.Replace(text(n), "fieldGroups: []", unknown, 1) })
	}
}

func flows(name string) func(n int) []*source.File {
	return func(n int) []*source.File { return files(n, func(i int) string { return named(name, i) }) }
}

// moved gives documents the names of others: each that of the one by places further.
func moved(name, from string, by int) func(n int) []*source.File {
	return func(n int) []*source.File {
		return files(n, func(i int) string {
			return named(name, i) + "lifecycle: {movedFrom: " + fmt.Sprintf(from, i+by) + "}\n"
		})
	}
}

func ring(n int) []*source.File {
	return files(n, func(i int) string {
		return named("flow-%d", i) + fmt.Sprintf("lifecycle: {movedFrom: flow-%d}\n", (i+1)%n)
	})
}

func changed(text func(n int) []*source.File, from, to string) func(n int) []*source.File {
	return func(n int) []*source.File {
		out := text(n)
		for i, f := range out {
			out[i] = source.NewFile(f.Path, []byte(strings.Replace(string(f.Text), from, to, 1)))
		}
		return out
	}
}

func shared(title string) func(n int) []*source.File {
	return func(n int) []*source.File {
		return append(files(n, func(i int) string {
			return strings.Replace(referring("flow-%d", "c", i), "%!(EXTRA int="+fmt.Sprint(i)+")", "", 1)
		}),
			files(1, func(int) string { return strings.Replace(connection("c", 0), "title: C c", "title: "+title, 1) })...)
	}
}

func connections(n int) []*source.File {
	return files(n, func(i int) string { return connection("connection-%06d", i) })
}

func dataset(tags string) string {
	return "kind: Dataset\nname: d\ntitle: D\nschema: https://ns.adobe.com/acme/schemas/" + strings.Repeat("0", 48) + "\ntags:\n  a: [b]\n" + tags
}

func reversed(text string) string {
	list := strings.SplitAfter(text, "\n")
	slices.Reverse(list)
	return strings.Join(list, "")
}
