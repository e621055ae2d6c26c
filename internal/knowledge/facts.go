package knowledge

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/aepflow/aepflow/internal/xdm"
)

// Facts answer what a compilation asks of a catalog. The zero Facts, and nil, know nothing. Safe for use by many at
// once.
type Facts struct {
	Name    string // of the file, for messages
	catalog *Catalog
	types   map[string]*xdm.DataType
	shapes  map[string]xdm.Shape // of classes and field groups
	schemas map[string]func() *xdm.Schema
}

// NewFacts prepares a catalog for questions. name is that of its file.
func NewFacts(name string, c *Catalog) *Facts {
	x := &Facts{
		Name: name, catalog: c, types: map[string]*xdm.DataType{}, shapes: map[string]xdm.Shape{},
		schemas: map[string]func() *xdm.Schema{},
	}
	for _, id := range slices.Sorted(maps.Keys(c.Parts)) {
		switch part := c.Parts[id]; {
		case part.Kind == TypePart:
			x.dataType(id, nil)
		case !IsKnown(id, part.Kind):
			x.shapes[id] = x.shape(part.Fields, nil)
		}
	}
	for id, s := range c.Schemas {
		x.schemas[id] = sync.OnceValue(func() *xdm.Schema { return x.fields(s) })
	}
	return x
}

// Schema returns what is known about a schema and about its fields.
func (x *Facts) Schema(id string) (Schema, *xdm.Schema, bool) {
	if x == nil || x.catalog == nil {
		return Schema{}, nil, false
	}
	s, ok := x.catalog.Schemas[x.catalog.ID(id)]
	if !ok {
		return Schema{}, nil, false
	}
	return s, x.schemas[x.catalog.ID(id)](), true
}

// Part returns the fields of a class or a field group.
func (x *Facts) Part(id string) (xdm.Shape, bool) {
	if x == nil || x.catalog == nil {
		return xdm.Shape{}, false
	}
	s, ok := x.shapes[x.catalog.ID(id)]
	return s, ok
}

// Type returns a data type, nil if it is not known.
func (x *Facts) Type(id string) *xdm.DataType {
	if x == nil || x.catalog == nil {
		return nil
	}
	return x.types[x.catalog.ID(id)]
}

// Source returns what is known of a table or of files. via is the address or ID of its connection, or the ID of its
// connection specification.
func (x *Facts) Source(via, data string) (Source, bool) {
	if x == nil || x.catalog == nil {
		return Source{}, false
	}
	s, ok := x.catalog.Sources[via][data]
	return s, ok
}

// Regrouped returns the facts of a catalog whose schemas have the classes and field groups of those in another one.
func Regrouped(c, as *Catalog) *Facts {
	out := *c
	out.Schemas = maps.Clone(c.Schemas)
	for id, s := range out.Schemas {
		if now, ok := as.Schemas[id]; ok {
			s.Class, s.Parts = now.Class, now.Parts
			out.Schemas[id] = s
		}
	}
	return NewFacts("", &out)
}

// fields are those of a schema with what the catalog knows of its parts.
func (x *Facts) fields(s Schema) *xdm.Schema {
	own := x.shape(s.Fields, nil)
	if s.Class == "" {
		return xdm.RootSchema(own).Deprecating(s.Deprecated)
	}
	known, _ := xdm.NewSchema(s.Class, s.Parts, nil, x.catalog.Tenant)
	return x.Fill(known).Adding(own).Deprecating(s.Deprecated)
}

// Fill returns a schema with what the catalog knows of its parts, and of the types of its fields; the schema itself if
// that is nothing.
func (x *Facts) Fill(s *xdm.Schema) *xdm.Schema {
	if x == nil || x.catalog == nil {
		return s
	}
	var deprecated []string
	for _, id := range s.Parts() {
		deprecated = append(deprecated, x.catalog.Parts[x.catalog.ID(id)].Deprecated...)
	}
	return s.With(x.Part, x.Type).Deprecating(deprecated)
}

// dataType completes a data type after those of its fields. trail are the data types that wait for it: one that lies in
// itself is not known any deeper.
func (x *Facts) dataType(id string, trail []string) *xdm.DataType {
	if known, ok := x.types[id]; ok {
		return known
	}
	part, ok := x.catalog.Parts[id]
	if !ok || part.Kind != TypePart || slices.Contains(trail, id) {
		return nil
	}
	known := &xdm.DataType{Shape: x.shape(part.Fields, append(trail, id))}
	x.types[id] = known
	return known
}

// shape builds the object that the paths of fields describe.
func (x *Facts) shape(fields map[string]Field, trail []string) xdm.Shape {
	root := &level{}
	for _, path := range slices.Sorted(maps.Keys(fields)) {
		n := root
		for segment := range strings.SplitSeq(path, ".") {
			name := strings.TrimRight(segment, "[]")
			n = n.member(name)
			for range (len(segment) - len(name)) / 2 {
				n = n.element()
			}
		}
		f := fields[path]
		n.field = &f
	}
	return root.shape(x, trail)
}

// level is an object, list, or field of a path.
type level struct {
	field *Field
	kids  map[string]*level
	item  *level
}

func (n *level) member(name string) *level {
	if n.kids == nil {
		n.kids = map[string]*level{}
	}
	if n.kids[name] == nil {
		n.kids[name] = &level{}
	}
	return n.kids[name]
}

func (n *level) element() *level {
	if n.item == nil {
		n.item = &level{}
	}
	return n.item
}

func (n *level) shape(x *Facts, trail []string) (s xdm.Shape) {
	if f := n.field; f != nil {
		s = xdm.Shape{
			Type: f.Type, Format: f.Format, Enum: f.Enum, Pattern: f.Pattern, MinLength: f.MinLength,
			MaxLength: f.MaxLength, Minimum: f.Minimum, Maximum: f.Maximum,
		}
		if bounds, ok := xdm.FieldShape(f.Type); ok && bounds.Type == "integer" {
			s.Type = "integer"
			if s.Minimum == "" {
				s.Minimum = bounds.Minimum
			}
			if s.Maximum == "" {
				s.Maximum = bounds.Maximum
			}
		}
		if f.Deprecated {
			s.Status = "deprecated"
		}
	}
	switch {
	case n.item != nil:
		item := n.item.shape(x, trail)
		s.Type, s.Items = "array", &item
	case n.kids["*"] != nil:
		values := n.kids["*"].shape(x, trail)
		s.Type, s.XDMType, s.Additional = "object", "map", &values
	case len(n.kids) > 0:
		s.Type = "object"
		for _, name := range slices.Sorted(maps.Keys(n.kids)) {
			kid := n.kids[name]
			s.Properties = append(s.Properties, xdm.Property{Name: name, Shape: kid.shape(x, trail)})
			if kid.field != nil && kid.field.Required {
				s.Required = append(s.Required, name)
			}
		}
	case n.field != nil && n.field.Ref != "":
		s.Ref, s.Known = n.field.Ref, x.dataType(n.field.Ref, trail)
	case s.Type == "object" || s.Type == "array" || s.Type == "":
		s.Type, s.Ref = "object", "any" // whatever lies there is not known
	}
	return s
}
