package record

import (
	"github.com/aepflow/aepflow/internal/dataprep/eval"
	"github.com/aepflow/aepflow/internal/xdm"
)

// level is what the schema says about a place in a record. Levels are found once.
type level struct {
	schema   *xdm.Schema
	name     string
	path     string // as in messages
	general  string // with every index as [*]
	field    xdm.Field
	absent   bool // the schema has no such field
	needs    []string
	needsSet bool
	kids     map[string]*level
	element  *level
}

func newLevel(schema *xdm.Schema, path, general string) *level {
	l := &level{schema: schema, path: path, general: general, field: xdm.Field{Kind: xdm.Object, Checked: true}}
	if general != "" {
		f, err := schema.Find(general)
		l.field, l.absent = f, err != nil
	}
	return l
}

// maxKids is how many members of a level are remembered: those of a map are the row's.
const maxKids = 1000

func (l *level) kid(name string) *level {
	if k, ok := l.kids[name]; ok {
		return k
	}
	if l.kids == nil {
		l.kids = map[string]*level{}
	}
	general := xdm.Join(l.general, name)
	if l.field.Kind == xdm.Map {
		general = xdm.Join(l.general, "key") // a key may be any text; the fields of all are the same
	}
	k := newLevel(l.schema, xdm.Join(l.path, name), general)
	k.name = name
	if len(l.kids) < maxKids {
		l.kids[name] = k
	}
	return k
}

func (l *level) item() *level {
	if l.element == nil {
		l.element = newLevel(l.schema, l.path+"[*]", l.general+"[*]")
	}
	return l.element
}

func (l *level) required() []string {
	if !l.needsSet {
		l.needs, l.needsSet = l.schema.RequiredIn(l.general), true
	}
	return l.needs
}

type nodeKind uint8

const (
	nothing nodeKind = iota
	leaf
	object
	list
)

// node is a value of a record in the making.
type node struct {
	level *level
	kind  nodeKind
	value eval.Value     // of a leaf
	names []string       // of the members of an object
	kids  []*node        // members, or elements
	index map[string]int // of names, when there are many
}

// indexFrom is from how many members on an object has an index of their names.
const indexFrom = 16

// tree is the record of a row. Its nodes are used again for the next row.
type tree struct {
	root  *node
	nodes []*node
	used  int
}

func (t *tree) reset(root *level) {
	t.used = 0
	t.root = t.node(root)
	t.root.kind = object
}

func (t *tree) node(l *level) *node {
	if t.used == len(t.nodes) {
		t.nodes = append(t.nodes, &node{})
	}
	n := t.nodes[t.used]
	t.used++
	*n = node{level: l, names: n.names[:0], kids: n.kids[:0]}
	return n
}

func (n *node) member(name string) *node {
	if n.index != nil {
		if i, ok := n.index[name]; ok {
			return n.kids[i]
		}
		return nil
	}
	for i, known := range n.names {
		if known == name {
			return n.kids[i]
		}
	}
	return nil
}

// into returns the member of an object, which n becomes.
func (t *tree) into(n *node, l *level) *node {
	n.become(object)
	if k := n.member(l.name); k != nil {
		return k
	}
	k := t.node(l)
	n.names, n.kids = append(n.names, l.name), append(n.kids, k)
	switch {
	case n.index != nil:
		n.index[l.name] = len(n.kids) - 1
	case len(n.names) == indexFrom:
		n.index = make(map[string]int, 2*indexFrom)
		for i, name := range n.names {
			n.index[name] = i
		}
	}
	return k
}

// at returns the element of a list, which n becomes.
func (t *tree) at(n *node, i int) *node {
	n.become(list)
	for len(n.kids) <= i {
		n.kids = append(n.kids, t.node(n.level.item()))
	}
	return n.kids[i]
}

func (n *node) become(kind nodeKind) {
	if n.kind != kind {
		n.kind, n.names, n.kids, n.index = kind, n.names[:0], n.kids[:0], nil
	}
}

func (n *node) appendJSON(b []byte) []byte {
	switch n.kind {
	case leaf:
		return eval.AppendJSON(b, n.value)
	case list:
		b = append(b, '[')
		for i, k := range n.kids {
			if i > 0 {
				b = append(b, ',')
			}
			b = k.appendJSON(b)
		}
		return append(b, ']')
	case object:
		b = append(b, '{')
		for i, k := range n.kids {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(eval.AppendJSON(b, eval.OfText(n.names[i])), ':')
			b = k.appendJSON(b)
		}
		return append(b, '}')
	}
	if n.level.field.Kind == xdm.Object {
		return append(b, "{}"...) // an element that keeps the place of one without values
	}
	return append(b, "null"...)
}
