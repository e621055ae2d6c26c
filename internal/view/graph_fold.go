package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// attached are the kinds that belong to the first resource that they need: to a schema, or to a dataset.
var attached = []resource.Kind{
	resource.Descriptor, resource.ReferenceIdentity, resource.Relationship, resource.Display, resource.Deprecated,
	resource.Label, resource.Key, resource.Union, resource.DatasetLabels,
}

// alone are the kinds that are never a part of another resource, because they say where data come from.
var alone = []resource.Kind{resource.Connection, resource.Flow}

// folder finds the resource that each one is drawn in.
type folder struct {
	nodes []PictureNode
	index map[resource.Address]int
	users [][]int // nodes that need a node, without those that are attached to it
	head  []int   // the node that one is drawn in; -1: not known yet
	open  []bool  // being looked at, in a cycle
}

// Fold returns the picture with one node for each dataflow and for what several share: a resource that only one
// dataflow uses is a part of it, a schema that several use is a part of its only dataset, and what is attached to a
// schema or a dataset is a part of that. The dataflows that keep names are not folded.
func (p Picture) Fold(keep func(dataflow string) bool) Picture {
	f := &folder{nodes: p.Nodes, index: p.index(), users: make([][]int, len(p.Nodes)), head: make([]int, len(p.Nodes)),
		open: make([]bool, len(p.Nodes))}
	for i := range f.head {
		f.head[i] = -1
	}
	for i, n := range p.Nodes {
		owner := f.owner(n)
		for _, e := range n.Needs {
			if to := f.index[e.To]; to != owner {
				f.users[to] = append(f.users[to], i)
			}
		}
	}
	groups := map[int][]int{}
	for i := range p.Nodes {
		h := f.find(i)
		if n := p.Nodes[h]; n.Address.Kind == resource.Flow && keep(n.Address.Name) {
			h = i
		}
		f.head[i] = h
		groups[h] = append(groups[h], i)
	}
	var out []PictureNode
	for h, n := range p.Nodes {
		if f.head[h] == h {
			out = append(out, f.group(n, groups[h], h))
		}
	}
	return Picture{out}
}

// owner is the node that one is attached to, or -1.
func (f *folder) owner(n PictureNode) int {
	if !slices.Contains(attached, n.Address.Kind) {
		return -1
	}
	for _, kind := range []resource.Kind{resource.Dataset, resource.Schema} {
		for _, e := range n.Needs {
			if e.To.Kind == kind {
				return f.index[e.To]
			}
		}
	}
	for _, e := range n.Needs { // of a descriptor
		if to := f.index[e.To]; slices.Contains(attached, e.To.Kind) {
			return f.owner(f.nodes[to])
		}
	}
	return -1
}

// find returns the node that one is drawn in.
func (f *folder) find(i int) int {
	switch {
	case f.head[i] >= 0:
		return f.head[i]
	case f.open[i], slices.Contains(alone, f.nodes[i].Address.Kind):
		return i
	}
	f.open[i] = true
	h := i
	if owner := f.owner(f.nodes[i]); owner >= 0 {
		h = f.find(owner)
	} else {
		h = f.only(i)
	}
	f.open[i] = false
	f.head[i] = h
	return h
}

// only returns the node in which all users of a node are drawn, or the only dataset among several, or the node itself.
func (f *folder) only(i int) int {
	heads := map[int]bool{}
	last, dataset, datasets := i, i, 0
	for _, user := range f.users[i] {
		h := f.find(user)
		if h == i || heads[h] {
			continue
		}
		heads[h], last = true, h
		if f.nodes[h].Address.Kind == resource.Dataset {
			dataset = h
			datasets++
		}
	}
	switch {
	case len(heads) == 1 && f.nodes[last].Action == planner.Delete && f.nodes[i].Action != planner.Delete:
		return i // it stays
	case len(heads) == 1:
		return last
	case datasets == 1 && f.nodes[i].Address.Kind == resource.Schema:
		return dataset
	}
	return i
}

// group is a node with its parts.
func (f *folder) group(n PictureNode, members []int, h int) PictureNode {
	out := PictureNode{Address: n.Address, Action: n.Action}
	needs := map[int]bool{h: true}
	for _, i := range members {
		if i != h {
			out.Parts = append(out.Parts, f.nodes[i])
		}
		for _, e := range f.nodes[i].Needs {
			to := f.head[f.index[e.To]]
			if needs[to] {
				continue
			}
			needs[to] = true
			out.Needs = append(out.Needs, resource.Edge{To: f.nodes[to].Address, Via: e.Via})
		}
	}
	slices.SortFunc(out.Needs, resource.Edge.Compare)
	if !out.Action.Changes() {
		out.Action = actionOfParts(out.Parts)
	}
	return out
}

// actionOfParts is what happens to a resource that does not change itself: what happens to all parts that change, or
// an update.
func actionOfParts(parts []PictureNode) planner.Action {
	action := planner.NoOp
	for _, p := range parts {
		switch {
		case !p.Action.Changes() || p.Action == action:
		case action == planner.NoOp:
			action = p.Action
		default:
			return planner.Update
		}
	}
	return action
}

// label is the text in the box of a node.
func (n PictureNode) label() string {
	if len(n.Parts) == 0 {
		return n.Address.String()
	}
	return n.Address.String() + " +" + words.Count(len(n.Parts), "part")
}

// title says what a node is made of.
func (n PictureNode) title() string {
	text := n.Address.String()
	if n.Action.Changes() {
		text += ": " + n.Action.String()
	}
	for _, p := range n.Parts {
		text += "; " + strings.TrimSpace(p.Action.Symbol()+" "+p.Address.String())
	}
	return text
}

// partsText counts the parts of a node, and what happens to them.
func (n PictureNode) partsText() string {
	text := "and " + words.Count(len(n.Parts), "part")
	var changed []string
	for a := planner.Move; a <= planner.Delete; a++ {
		count := 0
		for _, p := range n.Parts {
			if p.Action == a {
				count++
			}
		}
		if count > 0 {
			changed = append(changed, fmt.Sprintf("%d to %s", count, a))
		}
	}
	if len(changed) > 0 {
		text += ": " + strings.Join(changed, ", ")
	}
	return text
}

// actions are those that a picture has, which its legend explains.
func (p Picture) actions() []planner.Action {
	have := map[planner.Action]bool{}
	for _, n := range p.Nodes {
		have[n.Action] = true
	}
	var out []planner.Action
	for a := planner.Move; a <= planner.Delete; a++ {
		if have[a] {
			out = append(out, a)
		}
	}
	if len(out) > 0 && have[planner.NoOp] {
		out = append(out, planner.NoOp)
	}
	return out
}

// resources counts the resources of a picture.
func (p Picture) resources() int {
	count := len(p.Nodes)
	for _, n := range p.Nodes {
		count += len(n.Parts)
	}
	return count
}

// legendText explains an action.
func legendText(a planner.Action) string {
	if a == planner.NoOp {
		return "unchanged"
	}
	return a.Symbol() + " " + verbOf(a)
}

// legend explains the marks of a picture, and how to see the parts.
func (c *canvas) legend(p Picture) {
	actions := p.actions()
	folded := p.resources() > len(p.Nodes)
	if len(actions) == 0 && !folded {
		return
	}
	c.line()
	var marks []string
	for _, a := range actions {
		if a != planner.NoOp {
			marks = append(marks, c.paint(styleOf(a), a.Symbol())+" "+verbOf(a))
		}
	}
	if len(marks) > 0 {
		c.line(strings.Join(marks, "   "))
	}
	if folded {
		c.line(c.paint(dim, "--full shows the parts; --dataflow NAME, those of one dataflow."))
	}
}
