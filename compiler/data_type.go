package compiler

import (
	"slices"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// typeSymbol is a data type that a document makes.
type typeSymbol struct {
	*schemaSymbol // its own fields
	known         *xdm.DataType
	begun         bool
	cycles        []typeCycle
}

// typeCycle is a field of a data type that leads back to the data type: in is the document of each step, fields the
// field that leads to the next.
type typeCycle struct {
	index int      // of the field
	names []string // from the data type that the field is of to the one that has it
}

func newTypeSymbol(in section, t *schemas.DataType, tenant string) *typeSymbol {
	body := &schemas.SchemaBody{Title: t.Title, Description: t.Description, Fields: t.Fields}
	_, faults := xdm.RootProperties(ownFields(body))
	return &typeSymbol{schemaSymbol: &schemaSymbol{
		section: in, SchemaBody: body, name: t.Name, tenant: tenant, faults: faults, definer: resource.DataType,
	}}
}

// typeNamed returns the data type that a document makes, nil when none does.
func (s *symbols) typeNamed(name string) *typeSymbol {
	if u, ok := s.find(schemas.KindDataType, name); ok {
		return u.ownType
	}
	return nil
}

// isKnownType reports whether a reference to a data type names no document.
func isKnownType(ref string) bool {
	_, ok := xdm.DataTypeByName(ref)
	return ok || xdm.IsID(ref)
}

// completeType finds out what the fields of a data type are, after those of the data types that it has. trail are the
// data types that wait for it.
func (s *symbols) completeType(t *typeSymbol, trail []*typeSymbol) {
	if t == nil || t.begun {
		return
	}
	t.begun = true
	trail = append(trail, t)
	for i, f := range t.Fields {
		if f.Ref == "" || isKnownType(f.Ref) {
			continue
		}
		inner := s.typeNamed(f.Ref)
		s.completeType(inner, trail)
		if at := slices.Index(trail, inner); at >= 0 && inner != nil {
			var names []string
			for _, step := range trail[at:] {
				names = append(names, step.name)
			}
			t.cycles = append(t.cycles, typeCycle{i, names})
		}
	}
	shape, _ := xdm.RootProperties(s.typedFields(t.SchemaBody))
	t.known = &xdm.DataType{Shape: shape}
}

// typedFields are the own fields of a schema, a field group, or a data type, with what is known of their data types.
func (s *symbols) typedFields(body *schemas.SchemaBody) []xdm.OwnField {
	fields := ownFields(body)
	for i := range fields {
		if t := s.typeNamed(fields[i].Shape.Ref); t != nil {
			fields[i].Shape.Known = t.known
		}
	}
	return fields
}

// resolveType checks a data type.
func (r *resolver) resolveType(u *unit) {
	t := u.ownType
	if _, taken := xdm.DataTypeByName(u.name); taken {
		r.report.Add(wellKnownName{at: u.at("name"), name: u.name, noun: "data type", title: "data type"})
	}
	resolveOwnFields(t.schemaSymbol, r.report)
	resolveOwnLabels(t.schemaSymbol, false, r.report)
	r.resolveRefs(t.schemaSymbol)
	for _, c := range t.cycles {
		r.report.Add(typeInItself{at: t.at("fields", t.Fields[c.index].Path, "$ref"), names: c.names})
	}
	lintFields(t.schemaSymbol, r.report)
}

// resolveRefs checks the data types that fields are of.
func (r *resolver) resolveRefs(s *schemaSymbol) {
	for _, f := range s.Fields {
		at := s.at("fields", f.Path, "$ref")
		switch {
		case f.Ref == "":
		case f.Type != "":
			r.report.Add(typeAndRef{at: at, other: s.at("fields", f.Path, "type"), typ: f.Type})
		case s.Relational != nil:
			r.report.Add(relationalRef{at})
		case !isKnownType(f.Ref):
			r.checkTypeName(at, f.Ref)
		}
	}
}

// checkTypeName reports a data type that is neither a standard one nor that of a document for the target.
func (r *resolver) checkTypeName(at decode.Place, name string) {
	if r.isElsewhere(at, schemas.KindDataType, name) {
		return
	}
	near := append(r.names[schemas.KindDataType]().All(name), xdm.NearestDataTypes(name)...)
	r.report.Add(unknownDataType{at: at, got: name, near: slices.Compact(near)})
}

// typeID is the $id of a data type.
func typeID(ref string) resource.Value {
	if id, ok := xdm.DataTypeByName(ref); ok || xdm.IsID(ref) {
		return resource.String(id)
	}
	return resource.Reference(addr(resource.DataType, ref), "id")
}

// lowerType makes a data type.
func lowerType(u *unit) resource.Resource {
	t := u.ownType
	tree, _ := xdm.RootProperties(ownFields(t.SchemaBody))
	body := schemaHead(t.schemaSymbol)
	fields := shapeValue(tree, "", t.declared())
	for _, member := range []string{"properties", "required"} {
		if v, ok := fields.Get(member); ok {
			body.add(member, v)
		}
	}
	return made(u, addr(resource.DataType, u.name), []string{"name"}, body.value(), u.lifecycle())
}
