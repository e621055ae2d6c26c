package xdm

import (
	"slices"
	"strings"
	"sync"

	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/specs"
)

// node is one level of a schema. The standard trees are built once and shared
// by all schemas, which see the parts that their field groups give.
type node struct {
	name  string // segment; "*" for an element of an array or a value of a map
	shape *specs.XDMShape
	from  mask // standard: what gives it
	own   bool
	open  bool           // a data type that is not known: it may have any member
	ref   string         // the data type, by $id or by name
	kids  []*node        // members of an object, by name
	item  *node          // element of an array, or value of a map
	names *nearest.Names // of the members, of a level of own fields
}

// mask is a set of components by number.
type mask [2]uint64

func (m *mask) add(i int)        { m[i/64] |= 1 << (i % 64) }
func (m mask) meets(o mask) bool { return m[0]&o[0] != 0 || m[1]&o[1] != 0 }
func (m mask) both(o mask) mask  { return mask{m[0] & o[0], m[1] & o[1]} }
func maskOf(components []int) mask {
	var m mask
	for _, i := range components {
		m.add(i)
	}
	return m
}

func (n *node) kid(name string) *node {
	i, ok := slices.BinarySearchFunc(n.kids, name,
		func(k *node, name string) int { return strings.Compare(k.name, name) })
	if !ok {
		return nil
	}
	return n.kids[i]
}

// put returns the member of that name, made when missing.
func (n *node) put(name string) *node {
	i, ok := slices.BinarySearchFunc(n.kids, name,
		func(k *node, name string) int { return strings.Compare(k.name, name) })
	if !ok {
		n.kids = slices.Insert(n.kids, i, &node{name: name})
	}
	return n.kids[i]
}

// named is n under another name; n itself is shared and stays.
func (n *node) named(name string) *node {
	k := *n
	k.name = name
	return &k
}

func (n *node) isMap() bool   { return n.shape != nil && n.shape.XDMType == "map" }
func (n *node) isArray() bool { return n.shape != nil && n.shape.Type == "array" }

var (
	profileTree = sync.OnceValue(func() *node { return standardTree(specs.XDM().Profile) })
	eventTree   = sync.OnceValue(func() *node { return standardTree(specs.XDM().Event) })
)

// behaviorPart is the number of what a behavior gives, in masks. No component has it.
const behaviorPart = 127

// behaviorTrees are the fields of classes that are not Adobe's, by their behavior: those that it gives, and those of
// the one field group of Adobe's that fits them.
var behaviorTrees = sync.OnceValue(func() map[string]*node {
	out := map[string]*node{}
	for _, behavior := range []string{RecordBehavior, TimeSeriesBehavior} {
		fields := specs.BehaviorFields(behavior)
		for i := range fields {
			fields[i].From = []int{behaviorPart}
		}
		out[behavior] = standardTree(fields)
		*out[behavior].put("identityMap") = *profileTree().kid("identityMap")
	}
	return out
})

func standardTree(fields []specs.XDMField) *node {
	root := &node{}
	for _, f := range fields {
		n := root
		for segment := range strings.SplitSeq(f.Path, ".") {
			name, elements := segment, 0
			for strings.HasSuffix(name, "[*]") {
				name, elements = strings.TrimSuffix(name, "[*]"), elements+1
			}
			if name == "*" {
				n = n.element()
			} else {
				n = n.put(name)
			}
			for range elements {
				n = n.element()
			}
		}
		n.shape, n.from = f.XDMShape, maskOf(f.From)
	}
	return root
}

func (n *node) element() *node {
	if n.item == nil {
		n.item = &node{name: "*"}
	}
	return n.item
}
