package xdm

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/specs"
)

// OwnField is a field that a document adds to a schema, below the namespace of
// its tenant. Path may leave the namespace out.
type OwnField struct {
	Path     string
	Shape    Shape
	Required bool
}

// OwnProblem is an own field that cannot be: Index is its place in the list.
type OwnProblem struct {
	Code       string
	Index      int
	Other      int    // OwnClash: the field that it disagrees with
	Name       string // the segment
	Start, End int    // in the path
}

// Codes of problems of own fields.
const (
	OwnBadPath = "bad-path"         // not a path
	OwnBadName = "bad-name"         // letters, digits, - and _, not beginning with _
	OwnClash   = "clash"            // the same path twice, or below one that is not an object
	OwnTenant  = "wrong-tenant"     // in the namespace of another org
	OwnIndex   = "index-not-a-list" // an index that is not [*]
)

// OwnProperties builds the members of `_TENANT` in a field group: the fields
// nested into objects, in the order of the list.
func OwnProperties(own []OwnField, tenant string) (Shape, []OwnProblem) {
	return ownBuilder{tenant: tenant}.build(own)
}

// RootProperties builds the fields of a relational schema, which has no namespace.
func RootProperties(own []OwnField) (Shape, []OwnProblem) {
	return ownBuilder{atRoot: true}.build(own)
}

func (b ownBuilder) build(own []OwnField) (Shape, []OwnProblem) {
	b.root = &ownNode{at: -1}
	for i, f := range own {
		b.add(i, f)
	}
	return b.root.shapeOf(), b.problems
}

type ownBuilder struct {
	root     *ownNode
	tenant   string
	atRoot   bool // the schema is relational: there is no namespace to leave out
	problems []OwnProblem
}

// ownNode is an object under construction. A field that is declared outright
// has its shape; one that only has members is an object.
type ownNode struct {
	name     string
	at       int // index of the field that declared it, -1 when none did
	declared bool
	shape    Shape
	required bool
	kids     []*ownNode
	byName   map[string]*ownNode // the same
	item     *ownNode            // element of an array
}

func (b *ownBuilder) add(i int, f OwnField) {
	steps, err := parseSteps(f.Path, true)
	if err != nil {
		b.problems = append(b.problems, OwnProblem{Code: OwnBadPath, Index: i, Start: err.Start, End: err.End})
		return
	}
	switch first := steps[0].name; {
	case len(steps) > 1 && !b.atRoot && isTenant(first, b.tenant):
		steps = steps[1:]
	case len(steps) > 1 && strings.HasPrefix(first, "_"):
		b.problems = append(b.problems, OwnProblem{Code: OwnTenant, Index: i, Name: first, Start: steps[0].start,
			End: steps[0].end})
		return
	}
	n := b.root
	for _, s := range steps {
		problem := OwnProblem{Index: i, Name: s.name, Start: s.start, End: s.end}
		if !IsFieldName(s.name) {
			problem.Code = OwnBadName
			b.problems = append(b.problems, problem)
			return
		}
		if !n.holds("object") {
			problem.Code, problem.Other = OwnClash, n.at
			b.problems = append(b.problems, problem)
			return
		}
		n = n.put(s.name, i)
		for _, index := range s.indexes {
			if index != "*" {
				problem.Code = OwnIndex
				b.problems = append(b.problems, problem)
				return
			}
			if !n.holds("array") {
				problem.Code, problem.Other = OwnClash, n.at
				b.problems = append(b.problems, problem)
				return
			}
			if n.item == nil {
				n.item = &ownNode{at: i}
			}
			n = n.item
		}
	}
	last := steps[len(steps)-1]
	if n.declared || n.item != nil && f.Shape.Type != "array" || len(n.kids) > 0 &&
		(f.Shape.Type != "object" || f.Shape.Additional != nil) {
		b.problems = append(b.problems, OwnProblem{Code: OwnClash, Index: i, Other: n.at, Name: last.name,
			Start: last.start, End: last.end})
		return
	}
	n.declared, n.shape, n.required, n.at = true, f.Shape, f.Required, i
}

// holds reports whether n is, or may still become, of that type.
func (n *ownNode) holds(typ string) bool {
	if n.declared {
		return n.shape.Type == typ && n.shape.Additional == nil
	}
	if typ == "array" {
		return len(n.kids) == 0
	}
	return n.item == nil
}

func (n *ownNode) put(name string, at int) *ownNode {
	if k := n.byName[name]; k != nil {
		return k
	}
	k := &ownNode{name: name, at: at}
	if n.byName == nil {
		n.byName = map[string]*ownNode{}
	}
	n.kids, n.byName[name] = append(n.kids, k), k
	return k
}

func (n *ownNode) shapeOf() Shape {
	s := n.shape
	switch {
	case n.item != nil:
		item := n.item.shapeOf()
		if n.item.declared && !n.declared { // the list is what people see
			s.Title, s.Description, s.Status = item.Title, item.Description, item.Status
			item.Title, item.Description, item.Status = "", "", ""
		}
		if s.Items != nil && s.Items.Type == "object" && len(s.Items.Properties) > 0 {
			item.Properties = append(slices.Clone(s.Items.Properties), item.Properties...)
		}
		s.Type, s.Items = "array", &item
	case len(n.kids) > 0 || !n.declared:
		s.Type = "object"
		s.Properties, s.Required = slices.Clone(s.Properties), slices.Clone(s.Required) // the field's own stay
		for _, k := range n.kids {
			s.Properties = append(s.Properties, Property{k.name, k.shapeOf()})
			if k.required {
				s.Required = append(s.Required, k.name)
			}
		}
	}
	return s
}

// IsFieldName reports whether an own field may have that name: letters, digits,
// `-` and `_`, not beginning with `_`, which is kept for namespaces.
func IsFieldName(name string) bool {
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-':
		case c == '_' && i > 0:
		default:
			return false
		}
	}
	return name != ""
}

// isTenant reports whether a first segment is the namespace of the org.
func isTenant(segment, tenant string) bool {
	return segment == TenantNamespace || tenant != "" && segment == "_"+strings.TrimPrefix(tenant, "_")
}

// ownTree makes lookup nodes of the built shape.
func ownTree(s Shape) *node {
	n := &node{own: true, shape: specShape(s)}
	if s.Ref != "" {
		n.shape.Type, n.open, n.ref = "object", s.Known == nil, s.Ref
		if s.Known != nil {
			of := s.Known.node()
			n.kids, n.names = of.kids, of.names
		}
		return n
	}
	required := make(map[string]bool, len(s.Required))
	for _, name := range s.Required {
		required[name] = true
	}
	names := make([]string, len(s.Properties))
	for i, p := range s.Properties {
		k := ownTree(p.Shape)
		k.name = p.Name
		k.shape.Required = required[p.Name]
		n.kids, names[i] = append(n.kids, k), p.Name
	}
	slices.SortStableFunc(n.kids, func(a, b *node) int { return strings.Compare(a.name, b.name) })
	n.names = nearest.Of(names)
	switch {
	case s.Items != nil:
		n.item = ownTree(*s.Items)
	case s.Additional != nil:
		n.item = ownTree(*s.Additional)
	case s.Type == "array":
		n.item = ownTree(Shape{Type: "object"})
	}
	return n
}

func specShape(s Shape) *specs.XDMShape {
	return &specs.XDMShape{
		Type: s.Type, Format: s.Format, XDMType: s.XDMType, Enum: s.Enum, Pattern: s.Pattern, Default: s.Default,
		MinLength: whole(s.MinLength), MaxLength: whole(s.MaxLength), Minimum: float(s.Minimum),
		Maximum: float(s.Maximum), Deprecated: s.Status == "deprecated",
	}
}

func whole(n json.Number) int {
	if n == "" {
		return 0
	}
	i, _ := strconv.Atoi(string(n))
	return i
}

func float(n json.Number) *float64 {
	if n == "" {
		return nil
	}
	f, err := n.Float64()
	if err != nil {
		return nil
	}
	return &f
}
