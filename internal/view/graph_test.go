package view

import (
	"bytes"
	"slices"
	"testing"

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
