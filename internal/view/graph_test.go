package view

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
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
	golden(t, "graph-first.txt", text.Bytes())
	golden(t, "graph-first.dot", dot.Bytes())
	golden(t, "graph-first.mmd", mermaid.Bytes())
	golden(t, "graph-first.svg", drawing.Bytes())
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

// chains is n dataflows that share a connection and, in tens, a schema.
func chains(n int) Picture {
	var nodes []PictureNode
	edge := func(kind resource.Kind, name string) resource.Edge {
		return resource.Edge{To: addr(kind, name), Via: "needed"}
	}
	for i := range n {
		name := fmt.Sprintf("table-%d", i)
		schema := fmt.Sprintf("schema-%d", i/10)
		nodes = append(nodes,
			PictureNode{Address: addr(resource.Dataset, name), Needs: []resource.Edge{edge(resource.Schema, schema)}},
			PictureNode{Address: addr(resource.Source, name), Needs: []resource.Edge{edge(resource.Connection, "crm")}},
			PictureNode{Address: addr(resource.Target, name), Needs: []resource.Edge{edge(resource.Dataset, name), edge(resource.Schema, schema)}},
			PictureNode{Address: addr(resource.Mapping, name), Needs: []resource.Edge{edge(resource.Schema, schema)}},
			PictureNode{Address: addr(resource.Flow, name), Needs: []resource.Edge{edge(resource.Source, name), edge(resource.Target, name), edge(resource.Mapping, name)}},
		)
	}
	return newPicture(nodes)
}

// Laws of the layout: edges lead to the right, nothing overlaps, and the same
// picture is placed alike whatever the order of its nodes was.
func TestLayout(t *testing.T) {
	for _, n := range []int{1, 2, 7, 40} {
		p := chains(n)
		l := place(p)
		index := p.index()
		for i, node := range p.Nodes {
			for _, e := range node.Needs {
				if from := l.vertices[index[e.To]].layer; from >= l.vertices[i].layer {
					t.Errorf("%d: the edge from %s to %s does not lead right", n, e.To, node.Address)
				}
			}
		}
		for _, layer := range l.layers {
			for i := 1; i < len(layer); i++ {
				a, b := l.vertices[layer[i-1]], l.vertices[layer[i]]
				if b.y-a.y < (a.height+b.height)/2+rowGap-0.001 {
					t.Errorf("%d: two of layer %d are %.1f apart", n, a.layer, b.y-a.y)
				}
			}
		}
		for _, v := range l.vertices {
			if v.y < v.height/2-0.001 {
				t.Errorf("%d: a node stands above the picture at %.1f", n, v.y)
			}
		}
		shuffled := slices.Clone(p.Nodes)
		slices.Reverse(shuffled)
		if svg(newPicture(shuffled)) != svg(p) {
			t.Errorf("%d: the drawing depends on the order of the nodes", n)
		}
	}
}

// The drawing is well-formed, also when names hold what XML does not like.
func TestSVGIsXML(t *testing.T) {
	p := newPicture([]PictureNode{
		{Address: addr(resource.Flow, `a<b>&"c"`), Action: planner.Replace, Needs: []resource.Edge{{To: addr(resource.Source, "x\x1b]")}}},
	})
	for name, picture := range map[string]Picture{"odd": p, "empty": {}, "large": chains(60)} {
		dec := xml.NewDecoder(strings.NewReader(svg(picture)))
		for {
			if _, err := dec.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

func TestPictureKeepsRings(t *testing.T) {
	a, b := addr(resource.Flow, "a"), addr(resource.Flow, "b")
	p := newPicture([]PictureNode{{Address: a, Needs: []resource.Edge{{To: b}}}, {Address: b, Needs: []resource.Edge{{To: a}}}})
	if got := svg(p); strings.Count(got, "<rect") != 2 {
		t.Errorf("a ring is drawn as\n%s", got)
	}
}
