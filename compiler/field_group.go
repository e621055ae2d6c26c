package compiler

import (
	"slices"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// groupSymbol is a field group that a document makes.
type groupSymbol struct {
	*schemaSymbol // its own fields
	classes       []string
}

func newGroupSymbol(in section, g *schemas.FieldGroup, tenant string) *groupSymbol {
	body := &schemas.SchemaBody{Title: g.Title, Description: g.Description, Fields: g.Fields}
	return &groupSymbol{newSchemaSymbol(in, g.Name, body, tenant), g.Classes}
}

// group returns the field group that a document makes, nil when none does.
func (s *symbols) group(name string) *groupSymbol {
	if u, ok := s.find(schemas.KindFieldGroup, name); ok {
		return u.ownGroup
	}
	return nil
}

// namesParts reports whether a schema names documents that it is made of.
func namesParts(body *schemas.SchemaBody) bool {
	return body.Class != "" && !isKnownClass(body.Class) || slices.ContainsFunc(body.FieldGroups, func(name string) bool {
		_, ok := fieldGroupID(name, body.Class)
		return !ok
	}) || slices.ContainsFunc(body.Fields, func(f schemas.OwnField) bool { return f.Ref != "" && !isKnownType(f.Ref) })
}

// compose completes what is known about the fields of the schemas that are made of other documents.
func (s *symbols) compose(units []unit) {
	for i := range units {
		s.completeType(units[i].ownType, nil)
	}
	for i := range units {
		u := &units[i]
		if u.partial != nil {
			u = &u.partial.unit
		}
		if schema := u.ownSchema; schema != nil && schema.Relational == nil && namesParts(schema.SchemaBody) {
			s.composeSchema(schema)
		}
	}
}

// declaredField is an own field of a part of a schema: of the schema itself, or of one of its field groups.
type declaredField struct {
	in    *schemaSymbol
	index int // in its fields
	part  int // in the list of the schema's field groups, or one of the constants below
}

// The parts of a schema that are not field groups.
const (
	itself    = -1
	classPart = -2
)

func (d declaredField) path() string { return d.in.ownPath(d.in.Fields[d.index].Path) }

// composeSchema collects the fields of a schema, of its class, and of its field groups. A field that two of them define
// in the same way is one field.
func (s *symbols) composeSchema(schema *schemaSymbol) {
	var fields []xdm.OwnField
	var from []declaredField
	var unknown []string
	first := map[string]int{}
	schema.parts = nil
	add := func(in *schemaSymbol, part int) {
		for i, f := range s.typedFields(in.SchemaBody) {
			d := declaredField{in, i, part}
			if at, twice := first[d.path()]; twice && part != itself {
				if !f.Shape.Same(fields[at].Shape) {
					schema.parts = append(schema.parts, partClash{schema, from[at], d})
				}
				continue
			}
			first[d.path()] = len(fields)
			fields, from = append(fields, f), append(from, d)
		}
	}
	add(schema, itself)
	class := s.classNamed(schema.Class)
	if class != nil {
		add(class.schemaSymbol, classPart)
	}
	for i, name := range schema.FieldGroups {
		if g := s.group(name); g != nil {
			add(g.schemaSymbol, i)
		} else {
			unknown = append(unknown, name)
		}
	}
	known, faults := xdm.NewSchema(schema.Class, unknown, fields, schema.tenant)
	if class != nil {
		of, _ := s.classOf(schema.Class)
		known, faults = xdm.NewSchemaOf(of, unknown, fields, schema.tenant)
	}
	schema.fields, schema.faults = known, nil
	for _, f := range faults {
		switch d := from[f.Index]; {
		case d.part == itself:
			schema.faults = append(schema.faults, f)
		case f.Code == xdm.OwnClash:
			if f.Other < 0 {
				f.Other = overlapping(from, f.Index)
			}
			if other := from[f.Other]; other.in != d.in { // else the document of the part says so
				schema.parts = append(schema.parts, partClash{schema, other, d})
			}
		}
	}
}

// overlapping finds the field that another one lies inside of, or around.
func overlapping(all []declaredField, i int) int {
	return max(0, slices.IndexFunc(all, func(d declaredField) bool {
		return d != all[i] && (isInside(d.path(), all[i].path()) || isInside(all[i].path(), d.path()))
	}))
}

// resolveGroup checks a field group.
func (r *resolver) resolveGroup(u *unit) {
	g := u.ownGroup
	if standard, taken := xdm.FieldGroupByName(u.name, xdm.Class{}); taken {
		r.report.Add(wellKnownName{at: u.at("name"), name: u.name, noun: "field group", title: standard.Title})
	}
	if len(g.classes) == 0 {
		r.report.Add(noClasses{u.at("classes")})
	}
	for i, name := range g.classes {
		if _, ok := r.classOf(name); !ok {
			r.missingClass(g.itemAt(i, "classes"), name)
		}
	}
	resolveOwnFields(g.schemaSymbol, r.report)
	resolveOwnLabels(g.schemaSymbol, true, r.report)
	r.resolveRefs(g.schemaSymbol)
	lintFields(g.schemaSymbol, r.report)
}

// missingGroup reports a field group that is neither a standard one nor that of a document for the target.
func (r *resolver) missingGroup(at decode.Place, name string, class xdm.Class) {
	if r.isElsewhere(at, schemas.KindFieldGroup, name) {
		return
	}
	near := append(r.names[schemas.KindFieldGroup]().All(name), xdm.NearestFieldGroups(name, class)...)
	r.report.Add(unknownFieldGroup{at: at, got: name, near: near})
}

// lowerGroup makes a field group.
func lowerGroup(u *unit, project *symbols) resource.Resource {
	g := u.ownGroup
	classes := resource.List()
	seen := map[string]bool{}
	for _, name := range g.classes {
		if key := classKey(name); !seen[key] {
			seen[key], classes.Items = true, append(classes.Items, project.classValue(name))
		}
	}
	body := fieldGroupValue(g.schemaSymbol, schemaHead(g.schemaSymbol), classes)
	return made(u, addr(resource.FieldGroup, u.name), []string{"name"}, body, u.lifecycle())
}
