package resource

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/source"
)

// Resource is one object that the documents ask for.
type Resource struct {
	Address Address
	Body    Body
	Needs   []Edge      // sorted; what must exist first
	Origin  source.Span // the place in the document that asks for it
	Protect bool        // lifecycle.protect: never destroyed by plan or apply
	Adopted *Adoption   // lifecycle.adopted: never created or replaced; nil for what may be
	Replace string      // lifecycle.onReplace of a flow: "backfill", "continue" or ""
	Fresh   Freshness   // freshness of a flow
	Import  string      // lifecycle.import: ID of an object that exists
	Moved   Address     // lifecycle.movedFrom: its earlier address, or zero
	Ignores []Ignored   // lifecycle.ignoreChanges
	// The places of Import and Moved, the same for all resources of a document.
	ImportAt, MovedAt source.Span
}

// Ignored is a field that others may change on the platform.
type Ignored struct {
	Field string    // pattern, as of Trait.Field
	Until time.Time // from when on it counts again; zero for never
	At    source.Span
}

// IgnoredAt returns the fields of a resource that others may change at a time.
func (r *Resource) IgnoredAt(now time.Time) (fields []string) {
	for _, i := range r.Ignores {
		if i.Until.IsZero() || now.Before(i.Until) {
			fields = append(fields, i.Field)
		}
	}
	return fields
}

// Adoption is what the platform would refuse of an adopted dataflow if it were new.
type Adoption struct{ Faults []string }

// Freshness is how long after its last successful run a dataflow needs attention; 0 never.
type Freshness struct{ WarnAfter, ErrorAfter time.Duration }

// ObjectKey identifies an object of the platform: all spellings of its ID have the
// same key.
type ObjectKey struct {
	kind Kind
	id   string
}

// KeyOfObject returns the key of an object. IDs of the registry are written as a URL
// or with dots; both have the same last part.
func KeyOfObject(k Kind, id string) ObjectKey {
	if s := kinds[k]; s != nil && s.Answer == AnswerRegistry && !s.Tag {
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
	order := make([]*Resource, 0, count) // sorting pointers moves fewer bytes
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

// Wholes returns the dataflow that each part belongs to; nothing for no graph.
func (g *Graph) Wholes() map[Address]Address {
	out := map[Address]Address{}
	if g == nil {
		return out
	}
	for _, r := range g.list {
		for _, e := range r.Needs {
			if slices.Contains(SpecOf(r.Address.Kind).Parts, e.To.Kind) {
				out[e.To] = r.Address
			}
		}
	}
	return out
}

// Cursor returns a cursor over All.
func (g *Graph) Cursor() *Cursor[Resource] { return NewCursor(g.list, addressOf) }

func addressOf(r *Resource) *Address { return &r.Address }

// CycleError lists resources that need one another in a cycle.
type CycleError struct {
	Edges []Cycled // each edge leads to the From of the next, the last to the first
}

// Cycled is one edge of a cycle.
type Cycled struct {
	From Address
	Edge Edge
}

func (e *CycleError) Error() string {
	var b strings.Builder
	b.WriteString("resources need one another in a cycle:")
	for _, c := range e.Edges {
		fmt.Fprintf(&b, " %s needs %s via %s;", c.From, c.Edge.To, c.Edge.Via)
	}
	return strings.TrimSuffix(b.String(), ";")
}

// Order returns the indexes of All so that each resource comes after all that it
// needs; otherwise in the order of kinds, then names. The error is a *CycleError.
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
				continue // not in the graph: it exists
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

// NeedsOf returns the edges of the references of a body and further edges, sorted and
// without duplicates.
func NeedsOf(v Value, further ...Edge) []Edge {
	out := slices.Clone(further)
	v.refs(make(Path, 0, 8), &out)
	slices.SortFunc(out, Edge.Compare)
	return slices.Compact(out)
}

// refs adds the edges of the references at and below v. It overwrites the steps after
// at.
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
