package resource

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/source"
)

// Resource is one thing that the documents ask for.
type Resource struct {
	Address Address
	Body    Body
	Needs   []Edge      // sorted: what must exist before it, by reference or by rule
	Origin  source.Span // the document's words that ask for it
	Protect bool        // lifecycle.protect: never destroyed by plan or apply
	Replace string      // lifecycle.onReplace of a flow: "backfill", "continue" or ""
	Import  string      // lifecycle.import: id of an object that exists already
	Moved   Address     // lifecycle.movedFrom: its address before, zero when not moved
}

// Graph is everything that the documents ask for, sorted by address.
type Graph struct {
	list  []Resource
	index map[Address]int
}

// NewGraph returns a graph of the given resources. Addresses must differ.
func NewGraph(list []Resource) *Graph {
	g := &Graph{list: make([]Resource, 0, len(list)), index: make(map[Address]int, len(list))}
	order := make([]int32, len(list)) // resources are too large to be moved about by sorting
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return list[a].Address.Compare(list[b].Address) })
	for _, i := range order {
		g.list = append(g.list, list[i])
	}
	for i, r := range g.list {
		if _, twice := g.index[r.Address]; twice {
			panic("resource: two resources at " + r.Address.String())
		}
		g.index[r.Address] = i
	}
	return g
}

// All returns the resources sorted by address. The slice must not be changed.
func (g *Graph) All() []Resource { return g.list }

// Get returns the resource at an address, or false.
func (g *Graph) Get(a Address) (Resource, bool) {
	i, ok := g.index[a]
	if !ok {
		return Resource{}, false
	}
	return g.list[i], true
}

// CycleError says that resources need one another in a ring.
type CycleError struct {
	Edges []Cycled // each edge leads to the From of the next, the last to the first
}

// Cycled is one edge of a ring.
type Cycled struct {
	From Address
	Edge Edge
}

func (e *CycleError) Error() string {
	var b strings.Builder
	b.WriteString("resources need one another in a ring:")
	for _, c := range e.Edges {
		fmt.Fprintf(&b, " %s needs %s via %s;", c.From, c.Edge.To, c.Edge.Via)
	}
	return strings.TrimSuffix(b.String(), ";")
}

// Order returns the addresses so that each comes after all that it needs; among
// those that are free the one of the earlier kind, then the lesser name, comes
// first, so the order depends on nothing else. A *CycleError names a ring.
func (g *Graph) Order() ([]Address, error) {
	const (
		fresh = iota
		open
		done
	)
	state := make([]uint8, len(g.list))
	out := make([]Address, 0, len(g.list))
	var trail []Cycled
	var visit func(int) error
	visit = func(i int) error {
		switch state[i] {
		case done:
			return nil
		case open:
			from := slices.IndexFunc(trail, func(c Cycled) bool { return c.From == g.list[i].Address })
			return &CycleError{Edges: slices.Clone(trail[from:])}
		}
		state[i] = open
		for _, e := range g.list[i].Needs {
			j, ok := g.index[e.To]
			if !ok {
				continue // it exists already: the lockfile or a platform id stands for it
			}
			trail = append(trail, Cycled{g.list[i].Address, e})
			if err := visit(j); err != nil {
				return err
			}
			trail = trail[:len(trail)-1]
		}
		state[i] = done
		out = append(out, g.list[i].Address)
		return nil
	}
	for _, i := range g.byRank() {
		if err := visit(i); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// byRank returns the indexes of the list ordered by rank of kind, then name.
func (g *Graph) byRank() []int {
	rank := map[Kind]int{}
	for i, k := range Kinds() {
		rank[k] = i
	}
	out := make([]int, len(g.list))
	for i := range out {
		out[i] = i
	}
	slices.SortStableFunc(out, func(a, b int) int {
		return rank[g.list[a].Address.Kind] - rank[g.list[b].Address.Kind]
	})
	return out
}

// Draw writes the graph as indented text: each resource with what it needs.
func (g *Graph) Draw(w io.Writer) error {
	for _, r := range g.list {
		if _, err := fmt.Fprintln(w, r.Address); err != nil {
			return err
		}
		for _, e := range r.Needs {
			if _, err := fmt.Fprintf(w, "  needs %s (%s)\n", e.To, e.Via); err != nil {
				return err
			}
		}
	}
	return nil
}

// NeedsOf returns the edges that the references of a body make, sorted and
// without repeats, joined with further edges that no reference shows.
func NeedsOf(v Value, further ...Edge) []Edge {
	out := slices.Clone(further)
	v.refs(make(Path, 0, 8), &out)
	slices.SortFunc(out, func(a, b Edge) int {
		if c := a.To.Compare(b.To); c != 0 {
			return c
		}
		return strings.Compare(a.Via, b.Via)
	})
	return slices.Compact(out)
}

// refs adds the edges of the references at and below v. The steps of at are
// written over by the next call.
func (v *Value) refs(at Path, out *[]Edge) {
	if v.Kind == RefValue {
		*out = append(*out, Edge{To: v.Ref.To, Via: at.String()})
	}
	for i := range v.Items {
		v.Items[i].refs(append(at, Step{Index: i, Sort: IndexStep}), out)
	}
	for i := range v.Fields {
		v.Fields[i].Value.refs(append(at, Step{Name: v.Fields[i].Name}), out)
	}
}
