package xdm

import (
	"maps"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/nearest"
)

// With returns the schema with the fields of its unknown parts, and of the data types of its own fields, as far as they
// are known elsewhere. The fields of a part lie at the root; those of the organization below TenantNamespace. A schema
// of which nothing more is known is returned as it is.
func (s *Schema) With(known func(id string) (Shape, bool), types func(id string) *DataType) *Schema {
	out := *s
	out.unknown = nil
	for _, id := range s.unknown {
		if shape, ok := known(id); ok {
			out.add(shape)
		} else {
			out.unknown = append(out.unknown, id)
		}
	}
	if s.own != nil {
		out.own = out.own.typed(types)
	}
	if s.relational {
		out.standard = out.standard.typed(types)
	}
	if len(out.unknown) == len(s.unknown) && out.own == s.own && out.standard == s.standard {
		return s
	}
	return &out
}

// typed returns n with what is known of its data types, n itself if that is nothing.
func (n *node) typed(types func(id string) *DataType) *node {
	out := *n
	changed := false
	if n.open && n.ref != "" {
		id, _ := DataTypeByName(n.ref)
		if known := types(id); known != nil {
			of := known.node()
			out.kids, out.names, out.open, changed = of.kids, of.names, false, true
		}
		if !changed {
			return n
		}
		return &out
	}
	if n.item != nil {
		out.item = n.item.typed(types)
		changed = out.item != n.item
	}
	for i, k := range n.kids {
		if now := k.typed(types); now != k {
			if !changed || &out.kids[0] == &n.kids[0] {
				out.kids = slices.Clone(n.kids)
			}
			out.kids[i], changed = now, true
		}
	}
	if !changed {
		return n
	}
	return &out
}

// Adding returns the schema with further fields at the root.
func (s *Schema) Adding(fields Shape) *Schema {
	out := *s
	out.add(fields)
	return &out
}

// Deprecating returns the schema with further deprecated fields, with the placeholder for the tenant.
func (s *Schema) Deprecating(paths []string) *Schema {
	if len(paths) == 0 {
		return s
	}
	out := *s
	if out.deprecated = maps.Clone(s.deprecated); out.deprecated == nil {
		out.deprecated = make(map[string]bool, len(paths))
	}
	for _, p := range paths {
		out.deprecated[withoutIndexes(p)] = true
	}
	return &out
}

// RootSchema makes a relational schema whose fields are known as a shape.
func RootSchema(fields Shape) *Schema { return &Schema{standard: ownTree(fields), relational: true} }

// isMarked reports whether the field at a canonical path is one of Deprecating.
func (s *Schema) isMarked(path string) bool {
	if len(s.deprecated) == 0 {
		return false
	}
	first, rest, below := strings.Cut(withoutIndexes(path), ".")
	if below && s.hasTenant(first) {
		first = TenantNamespace
	}
	if below {
		first += "." + rest
	}
	return s.deprecated[first]
}

func withoutIndexes(path string) string {
	var b strings.Builder
	depth := 0
	for _, r := range path {
		switch {
		case r == '[':
			depth++
		case r == ']':
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// add lays the fields of a part over the trees of the schema, which are shared and stay as they are.
func (s *Schema) add(shape Shape) {
	part := ownTree(shape)
	for _, k := range part.kids {
		if k.name == TenantNamespace && !s.relational {
			s.own = s.overlaid(s.own, k)
		}
	}
	part.kids = slices.DeleteFunc(part.kids, func(k *node) bool { return k.name == TenantNamespace && !s.relational })
	if len(part.kids) == 0 {
		return // a root of which nothing is known stays one
	}
	if s.standard == nil {
		s.standard = &node{own: true}
	}
	s.standard = s.overlaid(s.standard, part)
}

// overlaid returns n with the members of part.
func (s *Schema) overlaid(n, part *node) *node {
	if n == nil || !n.own && n.from != (mask{}) && !n.from.meets(s.mask) {
		return part
	}
	out := *n
	if part.shape != nil && (out.shape == nil || out.own) {
		out.shape = part.shape
	}
	out.open = n.open && part.open
	if part.item != nil {
		out.item = s.overlaid(n.item, part.item)
	}
	if len(part.kids) == 0 {
		return &out
	}
	out.kids = slices.Clone(n.kids)
	var names []string
	for _, k := range part.kids {
		i, found := slices.BinarySearchFunc(out.kids, k.name, func(k *node, name string) int {
			return strings.Compare(k.name, name)
		})
		if found {
			out.kids[i] = s.overlaid(out.kids[i], k)
		} else {
			out.kids = slices.Insert(out.kids, i, k)
		}
	}
	if out.own {
		for _, k := range out.kids {
			names = append(names, k.name)
		}
		out.names = nearest.Of(names)
	}
	return &out
}
