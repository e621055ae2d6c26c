package xdm

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/nearest"
)

// With returns the schema with the fields of those of its unknown parts that are known elsewhere. The fields of a part
// lie at the root; those of the organization below TenantNamespace.
func (s *Schema) With(known func(id string) (Shape, bool)) *Schema {
	out := *s
	out.unknown = nil
	for _, id := range s.unknown {
		if shape, ok := known(id); ok {
			out.add(shape)
		} else {
			out.unknown = append(out.unknown, id)
		}
	}
	return &out
}

// Adding returns the schema with further fields at the root.
func (s *Schema) Adding(fields Shape) *Schema {
	out := *s
	out.add(fields)
	return &out
}

// Deprecating returns the schema with deprecated fields: paths without indexes, with the placeholder for the tenant.
func (s *Schema) Deprecating(paths []string) *Schema {
	if len(paths) == 0 {
		return s
	}
	out := *s
	out.deprecated = make(map[string]bool, len(paths))
	for _, p := range paths {
		out.deprecated[withoutIndexes(p)] = true
	}
	return &out
}

// RootSchema makes a relational schema whose fields are known as a shape.
func RootSchema(fields Shape) *Schema { return &Schema{standard: ownTree(fields), relational: true} }

// isDeprecated reports whether a descriptor deprecates the field at a canonical path.
func (s *Schema) isDeprecated(path string) bool {
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
