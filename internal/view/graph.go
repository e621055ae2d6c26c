package view

import (
	"cmp"
	"io"
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// Picture is a graph to draw: nodes by address, each with the nodes that it needs.
type Picture struct {
	Nodes []PictureNode
}

// PictureNode is a resource. Its action colors it. Parts are the resources that Fold put into it, by address.
type PictureNode struct {
	Address resource.Address
	Action  planner.Action
	Needs   []resource.Edge
	Parts   []PictureNode
}

// PictureOfGraph is the picture of what the documents define.
func PictureOfGraph(g *resource.Graph) Picture {
	var nodes []PictureNode
	for _, r := range g.All() {
		nodes = append(nodes, PictureNode{Address: r.Address, Needs: r.Needs})
	}
	return newPicture(nodes)
}

// PictureOfPlan is the picture of what changes and of the unchanged resources that it
// needs. What is deleted is where it was.
func PictureOfPlan(p *planner.Plan) Picture {
	var nodes []PictureNode
	for _, ch := range p.Changes {
		if !ch.Action.Changes() {
			continue
		}
		needs := slices.Concat(ch.DependsOn, ch.Needed)
		nodes = append(nodes, PictureNode{Address: ch.Address, Action: ch.Action, Needs: needs})
	}
	return newPicture(nodes)
}

// newPicture sorts nodes, adds those that are only needed, and drops duplicate nodes
// and edges.
func newPicture(nodes []PictureNode) Picture {
	have := map[resource.Address]bool{}
	var all []PictureNode
	for _, n := range nodes {
		if have[n.Address] { // a deposed object beside the current one
			continue
		}
		have[n.Address] = true
		n.Needs = slices.Clone(n.Needs)
		slices.SortFunc(n.Needs, resource.Edge.Compare)
		n.Needs = slices.CompactFunc(n.Needs, func(a, b resource.Edge) bool { return a.To == b.To })
		all = append(all, n)
	}
	for _, n := range all {
		for _, e := range n.Needs {
			if !have[e.To] {
				have[e.To] = true
				all = append(all, PictureNode{Address: e.To})
			}
		}
	}
	slices.SortFunc(all, func(a, b PictureNode) int { return a.Address.Compare(b.Address) })
	return Picture{all}
}

func (p Picture) index() map[resource.Address]int {
	out := make(map[resource.Address]int, len(p.Nodes))
	for i, n := range p.Nodes {
		out[n.Address] = i
	}
	return out
}

// tops returns the nodes that nothing needs, flows first.
func (p Picture) tops() []PictureNode {
	needed := map[resource.Address]bool{}
	for _, n := range p.Nodes {
		for _, e := range n.Needs {
			needed[e.To] = true
		}
	}
	var out []PictureNode
	for _, n := range p.Nodes {
		if !needed[n.Address] {
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b PictureNode) int {
		return cmp.Compare(rankOf(b.Address.Kind), rankOf(a.Address.Kind))
	})
	return out
}

func rankOf(k resource.Kind) int { return slices.Index(resource.Kinds(), k) }

// GraphText draws the picture as trees: each resource with what it needs below it. A
// repeated resource is named without its tree.
func GraphText(w io.Writer, p Picture, o Options) error {
	c := newCanvas(o)
	index := p.index()
	drawn := map[resource.Address]bool{}
	var draw func(n PictureNode, head, tail string)
	draw = func(n PictureNode, head, tail string) {
		mark := ""
		if n.Action.Changes() {
			mark = c.paint(styleOf(n.Action), n.Action.Symbol()) + " "
		}
		again := drawn[n.Address] && len(n.Needs) > 0
		note := ""
		switch {
		case again:
			note = c.paint(dim, " (above)")
		case len(n.Parts) > 0:
			note = c.paint(dim, "  "+n.partsText())
		}
		drawn[n.Address] = true
		c.line(c.paint(dim, head), mark, c.paint(plain, n.Address.String()), note)
		if again {
			return
		}
		for i, e := range n.Needs {
			branch, trunk := "├─ ", "│  "
			if i == len(n.Needs)-1 {
				branch, trunk = "└─ ", "   "
			}
			draw(p.Nodes[index[e.To]], tail+branch, tail+trunk)
		}
	}
	for _, n := range p.tops() {
		draw(n, "", "")
	}
	c.legend(p)
	return flush(w, c)
}
