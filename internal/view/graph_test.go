package view

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

func TestGraph(t *testing.T) {
	p := PictureOfPlan(firstPlan())
	var text, dot, mermaid, drawing bytes.Buffer
	for _, err := range []error{
		GraphText(&text, p, Options{}), GraphDOT(&dot, p), GraphMermaid(&mermaid, p), GraphSVG(&drawing, p),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	check(t, "graph-first.txt", text.Bytes())
	check(t, "graph-first.dot", dot.Bytes())
	check(t, "graph-first.mmd", mermaid.Bytes())
	check(t, "graph-first.svg", drawing.Bytes())
}

func TestPictureOfGraphIsThatOfItsPlan(t *testing.T) {
	plan := firstPlan()
	var got, want bytes.Buffer
	p := PictureOfPlan(plan)
	for i := range p.Nodes {
		p.Nodes[i].Action = planner.NoOp
	}
	if err := GraphText(&want, p, Options{}); err != nil {
		t.Fatal(err)
	}
	if err := GraphText(&got, PictureOfGraph(graphOf(t, plan)), Options{}); err != nil {
		t.Fatal(err)
	}
	if got.String() != want.String() {
		t.Errorf("got\n%swant\n%s", got.String(), want.String())
	}
}

// A picture is the same, whatever the order of its nodes was.
func TestPictureSortsItsNodes(t *testing.T) {
	p := PictureOfPlan(firstPlan())
	shuffled := slices.Clone(p.Nodes)
	slices.Reverse(shuffled)
	if svg(newPicture(shuffled)) != svg(p) {
		t.Error("the drawing depends on the order of the nodes")
	}
}

// sharing is two dataflows that read one connection and write one dataset; the second one is new, and a third one is
// deleted.
func sharing() Picture {
	at := func(kind resource.Kind, name string) resource.Address {
		return resource.Address{Kind: kind, Name: name}
	}
	node := func(a resource.Address, action planner.Action, needs ...resource.Address) PictureNode {
		n := PictureNode{Address: a, Action: action}
		for _, to := range needs {
			n.Needs = append(n.Needs, resource.Edge{To: to, Via: "id"})
		}
		return n
	}
	crm, schema, dataset := at(resource.Connection, "crm"), at(resource.Schema, "people"), at(resource.Dataset, "people")
	group, union := at(resource.FieldGroup, "people"), at(resource.Union, "people")
	id := at(resource.Descriptor, "people-id")
	nodes := []PictureNode{
		node(crm, planner.NoOp), node(group, planner.Update), node(schema, planner.NoOp, group),
		node(id, planner.Create, schema), node(union, planner.NoOp, schema, id), node(dataset, planner.NoOp, schema, union),
	}
	for name, action := range map[string]planner.Action{"a": planner.NoOp, "b": planner.Create, "old": planner.Delete} {
		source, target, mapping := at(resource.Source, name), at(resource.Target, name), at(resource.Mapping, name)
		into := dataset
		if action == planner.Delete {
			into = at(resource.Dataset, name) // it stays
			nodes = append(nodes, node(into, planner.NoOp))
		}
		nodes = append(nodes, node(source, action, crm), node(target, action, into, schema), node(mapping, action, schema),
			node(at(resource.Flow, name), action, source, target, mapping))
	}
	return newPicture(nodes)
}

func TestFold(t *testing.T) {
	p := sharing()
	none := func(string) bool { return false }
	var b bytes.Buffer
	for _, p := range []Picture{p.Fold(none), p.Fold(func(name string) bool { return name == "b" })} {
		if err := GraphText(&b, p, Options{}); err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n")
	}
	for _, write := range []func(io.Writer, Picture) error{GraphMermaid, GraphDOT, GraphSVG} {
		if err := write(&b, p.Fold(none)); err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n")
	}
	check(t, "graph-folded", b.Bytes())
}

// What is deleted is drawn where it was.
func TestPictureOfDeletes(t *testing.T) {
	at := func(kind resource.Kind) resource.Address { return resource.Address{Kind: kind, Name: "old"} }
	needed := planner.Dependencies{{To: at(resource.Source), Via: "id"}}
	plan := &planner.Plan{Changes: []planner.Change{
		{Address: at(resource.Flow), Action: planner.Delete, Needed: needed},
		{Address: at(resource.Source), Action: planner.Delete},
	}}
	p := PictureOfPlan(plan).Fold(func(string) bool { return false })
	if len(p.Nodes) != 1 || len(p.Nodes[0].Parts) != 1 {
		t.Errorf("%+v", p.Nodes)
	}
}

// Every resource is in a folded picture once, what a deleted dataflow leaves behind is not part of it, and folding what
// is folded changes nothing.
func TestFoldKeepsResources(t *testing.T) {
	none := func(string) bool { return false }
	for name, p := range map[string]Picture{"sharing": sharing(), "first": PictureOfPlan(firstPlan())} {
		folded := p.Fold(none)
		seen := map[resource.Address]int{}
		for _, n := range folded.Nodes {
			seen[n.Address]++
			for _, part := range n.Parts {
				seen[part.Address]++
				if n.Action == planner.Delete && part.Action != planner.Delete {
					t.Errorf("%s: %s stays, and is a part of %s", name, part.Address, n.Address)
				}
			}
			for _, e := range n.Needs {
				if _, ok := folded.index()[e.To]; !ok {
					t.Errorf("%s: %s needs %s, which is not drawn", name, n.Address, e.To)
				}
			}
		}
		for _, n := range p.Nodes {
			if seen[n.Address] != 1 {
				t.Errorf("%s: %s is in the picture %d times", name, n.Address, seen[n.Address])
			}
		}
		if len(seen) != len(p.Nodes) || folded.resources() != len(p.Nodes) {
			t.Errorf("%s: %d resources of %d", name, len(seen), len(p.Nodes))
		}
		if again := folded.Fold(none); len(again.Nodes) != len(folded.Nodes) {
			t.Errorf("%s: folded again, %d nodes of %d", name, len(again.Nodes), len(folded.Nodes))
		}
	}
}
