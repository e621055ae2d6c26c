package xdm

import (
	"iter"
	"math/bits"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// Schema answers questions about paths. It is cheap to make: the standard part
// is shared, only the own fields are built. Safe for use by many at once.
type Schema struct {
	class    Class
	tenant   string
	standard *node // nil when the class is not known; of a relational schema, its own fields
	mask     mask  // class and field groups whose fields are known
	own      *node // below the tenant's namespace; nil when there are no own fields
	// relational says that the own fields lie at the root: no path begins with a tenant.
	relational bool
	unknown    []string
	deprecated map[string]bool // see Deprecating
}

// NewSchema makes the schema of a class (word, title or $id), field groups (by
// $id or name) and own fields. tenant is the org's id with or without `_`; ""
// when it is not known yet. What is not Adobe's own is remembered as unknown:
// a path that is not found may then lie there.
func NewSchema(class string, fieldGroups []string, own []OwnField, tenant string) (*Schema, []OwnProblem) {
	c, _ := ClassByName(class)
	var unknown []string
	if !c.Known() {
		unknown = append(unknown, class)
	}
	return newSchema(c, unknown, fieldGroups, own, tenant)
}

// NewSchemaOf makes the schema of a class that is not Adobe's and whose own fields are among own. Besides, it has what
// the behavior of the class gives.
func NewSchemaOf(c Class, fieldGroups []string, own []OwnField, tenant string) (*Schema, []OwnProblem) {
	return newSchema(c, nil, fieldGroups, own, tenant)
}

func newSchema(c Class, unknown, fieldGroups []string, own []OwnField, tenant string) (*Schema, []OwnProblem) {
	s := &Schema{class: c, tenant: tenant, unknown: unknown}
	switch c.ID {
	case ProfileClass:
		s.standard = profileTree()
	case EventClass:
		s.standard = eventTree()
	default:
		if s.standard = behaviorTrees()[c.Behavior]; s.standard != nil {
			s.mask.add(behaviorPart)
		}
	}
	if i, ok := componentNames().byID[c.ID]; ok {
		s.mask.add(i)
	}
	for _, name := range fieldGroups {
		g, ok := FieldGroupByName(name, c)
		if !ok || !c.Known() {
			s.unknown = append(s.unknown, name)
			continue
		}
		s.mask.add(componentNames().byID[g.ID])
	}
	if len(own) == 0 {
		return s, nil
	}
	shape, problems := OwnProperties(own, tenant)
	s.own = ownTree(shape)
	return s, problems
}

// NewRelational makes a relational schema of own fields at the root. It has no
// class, no field groups, and no level of a tenant.
func NewRelational(own []OwnField) (*Schema, []OwnProblem) {
	shape, problems := RootProperties(own)
	return &Schema{standard: ownTree(shape), relational: true}, problems
}

// hasTenant reports whether the first segment of a path is the namespace of the org,
// or may be as long as the org is not known.
func (s *Schema) hasTenant(first string) bool {
	return !s.relational &&
		(isTenant(first, s.tenant) || s.tenant == "" && strings.HasPrefix(first, "_") && !isNamespace(first))
}

// Class is the class of the schema.
func (s *Schema) Class() Class { return s.class }

// Unknown lists the class and field groups whose fields are not known.
func (s *Schema) Unknown() []string { return slices.Clone(s.unknown) }

// HasIdentityMap reports whether the schema has the field identityMap.
func (s *Schema) HasIdentityMap() bool {
	if s.standard == nil {
		return false
	}
	n := s.standard.kid("identityMap")
	return n != nil && n.from.meets(s.mask)
}

// slugs names the components of the schema that give n.
func (s *Schema) slugs(n *node) []string {
	m := n.from.both(s.mask)
	if m == (mask{}) {
		return nil
	}
	out := make([]string, 0, bits.OnesCount64(m[0])+bits.OnesCount64(m[1]))
	for c := range m.components() {
		out = append(out, c.Slug)
	}
	return out
}

// Parts are the class and the field groups by $id, and those that are not known as they were named.
func (s *Schema) Parts() []string {
	var out []string
	for c := range s.mask.components() {
		out = append(out, c.ID)
	}
	return append(out, s.unknown...)
}

// components are those of a mask but the behavior.
func (m mask) components() iter.Seq[*specs.XDMComponent] {
	return func(yield func(*specs.XDMComponent) bool) {
		for word, set := range m {
			for ; set != 0; set &= set - 1 {
				i := word*64 + bits.TrailingZeros64(set)
				if i != behaviorPart && !yield(&specs.XDM().Components[i]) {
					return
				}
			}
		}
	}
}
