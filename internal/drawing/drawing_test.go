package drawing

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/output"
)

// chains is n chains of four nodes that start at a common one, every ten of them with
// another node in common, and with edges that span layers.
func chains(n int) []Node {
	nodes := []Node{{Label: "common"}}
	for i := range n {
		if i%10 == 0 {
			nodes = append(nodes, Node{Label: fmt.Sprintf("group-%d", i/10)})
		}
		group, next := len(nodes)-1-4*(i%10), len(nodes)
		nodes = append(nodes,
			Node{Label: fmt.Sprintf("a-%d", i), From: []int{group}},
			Node{Label: fmt.Sprintf("b-%d", i), From: []int{0}},
			Node{Label: fmt.Sprintf("c-%d", i), From: []int{next, group}},
			Node{Label: fmt.Sprintf("d-%d", i), From: []int{next + 1, next + 2, group}},
		)
	}
	return nodes
}

// Edges lead right, and nothing overlaps or lies above the top.
func TestLayout(t *testing.T) {
	for _, n := range []int{1, 2, 7, 40} {
		nodes := chains(n)
		l := layOut(nodes)
		for i, node := range nodes {
			for _, from := range node.From {
				if l.vertices[from].layer >= l.vertices[i].layer {
					t.Errorf("%d: the edge from %s to %s does not lead right", n, nodes[from].Label, node.Label)
				}
			}
		}
		for _, layer := range l.layers {
			for i := 1; i < len(layer); i++ {
				a, b := l.vertices[layer[i-1]], l.vertices[layer[i]]
				if b.y-a.y < (a.height+b.height)/2+rowGap-0.001 {
					t.Errorf("%d: two vertices of layer %d are %.1f apart", n, a.layer, b.y-a.y)
				}
			}
		}
		for _, v := range l.vertices {
			if v.y < v.height/2-0.001 {
				t.Errorf("%d: a vertex is above the top, at %.1f", n, v.y)
			}
		}
		if SVG(nodes, "x") != SVG(chains(n), "x") {
			t.Errorf("%d: two drawings of the same nodes differ", n)
		}
	}
}

func TestSVG(t *testing.T) {
	evil := "a<b>&\"c\"'\x1b]\u202e\n</svg>"
	for name, c := range map[string]struct {
		nodes []Node
		boxes int
	}{
		"empty": {nil, 0},
		"large": {chains(60), 247},
		"evil":  {[]Node{{Label: evil, Title: evil, Color: evil}, {From: []int{0}}}, 2},
		"cycle": {[]Node{{From: []int{1}}, {From: []int{0}}}, 2},
		"self":  {[]Node{{From: []int{0}}}, 1},
	} {
		text := SVG(c.nodes, evil)
		if got := strings.Count(text, "<rect"); got != c.boxes {
			t.Errorf("%s: %d boxes, want %d", name, got, c.boxes)
		}
		if fault := output.Fault(text); fault != "" {
			t.Errorf("%s: %s", name, fault)
		}
		dec := xml.NewDecoder(strings.NewReader(text))
		for {
			if _, err := dec.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}
