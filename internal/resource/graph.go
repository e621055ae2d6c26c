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
	// The places of the two, one for all resources of a document.
	ImportAt, MovedAt source.Span
}

// ObjectKey is an object of the platform: two ids of one kind that spell the same
// one have the same key.
type ObjectKey struct {
	kind Kind
	id   string
}

// KeyOfObject returns the key of an object. Ids of the registry come as a URL or
// with dots, and both end alike.
func KeyOfObject(k Kind, id string) ObjectKey {
	if k == Schema || k == FieldGroup {
		id = id[strings.LastIndexAny(id, "/.")+1:]
	}
	return ObjectKey{k, strings.ToLower(id)}
}

// Graph is everything that the documents ask for, sorted by address.
type Graph struct {
	list  []Resource
	order []int32 // see Order
	cycle error
}

// NewGraph returns a graph of the given resources. Addresses must differ.
func NewGraph(list []Resource) *Graph {
	g, ok := Join([][]Resource{list})
	if !ok {
		panic("resource: two resources at one address")
	}
	return g
}

// Join returns a graph of the resources of all lists, false when two of them have
// the same address.
func Join(lists [][]Resource) (*Graph, bool) {
	count := 0
	for _, list := range lists {
		count += len(list)
	}
	order := make([]*Resource, 0, count) // resources are too large to be moved about by sorting
	for _, list := range lists {
		for i := range list {
			order = append(order, &list[i])
		}
	}
	slices.SortFunc(order, func(a, b *Resource) int { return a.Address.Compare(b.Address) })
	g := &Graph{list: make([]Resource, count)}
	for i, r := range order {
		if i > 0 && r.Address == order[i-1].Address {
			return nil, false
		}
		g.list[i] = *r
	}
	g.order, g.cycle = g.sorted()
	return g, true
}

// All returns the resources sorted by address. The slice must not be changed.
func (g *Graph) All() []Resource { return g.list }

// Get returns the resource at an address, or false.
func (g *Graph) Get(a Address) (Resource, bool) {
	i, ok := search(g.list, addressOf, a)
	if !ok {
		return Resource{}, false
	}
	return g.list[i], true
}

// Cursor returns a cursor over All.
func (g *Graph) Cursor() *Cursor[Resource] { return NewCursor(g.list, addressOf) }

func addressOf(r *Resource) *Address { return &r.Address }

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

// Order returns the indexes of All so that each resource comes after all that it
// needs; among those that are free the one of the earlier kind, then the lesser
// name, comes first, so the order depends on nothing else. A *CycleError names a
// ring.
func (g *Graph) Order() ([]int32, error) { return g.order, g.cycle }

func (g *Graph) sorted() ([]int32, error) {
	const (
		fresh = iota
		open
		done
	)
	state := make([]uint8, len(g.list))
	out := make([]int32, 0, len(g.list))
	at := g.Cursor()
	var trail []Cycled
	var visit func(int) error
	visit = func(i int) error {
		state[i] = open
		for _, e := range g.list[i].Needs {
			j, ok := at.Find(e.To)
			if !ok || state[j] == done {
				continue // what is not here exists already: the lockfile or a platform id stands for it
			}
			trail = append(trail, Cycled{g.list[i].Address, e})
			if state[j] == open {
				from := slices.IndexFunc(trail, func(c Cycled) bool { return c.From == g.list[j].Address })
				return &CycleError{Edges: slices.Clone(trail[from:])}
			}
			if err := visit(j); err != nil {
				return err
			}
			trail = trail[:len(trail)-1]
		}
		state[i] = done
		out = append(out, int32(i))
		return nil
	}
	for _, i := range g.byRank() {
		if state[i] == done {
			continue
		}
		if err := visit(i); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// byRank returns the indexes of the list ordered by rank of kind, then name.
func (g *Graph) byRank() []int {
	out := make([]int, 0, len(g.list))
	for _, kind := range Kinds() {
		from, _ := search(g.list, addressOf, Address{Kind: kind})
		for i := from; i < len(g.list) && g.list[i].Address.Kind == kind; i++ {
			out = append(out, i)
		}
	}
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
	slices.SortFunc(out, Edge.Compare)
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
