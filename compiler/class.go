package compiler

import (
	"slices"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// classSymbol is a class that a document makes.
type classSymbol struct {
	*schemaSymbol // its own fields
	behavior      string
}

func newClassSymbol(in section, c *schemas.Class, tenant string) *classSymbol {
	body := &schemas.SchemaBody{Title: c.Title, Description: c.Description, Fields: c.Fields}
	out := &classSymbol{newSchemaSymbol(in, c.Name, body, tenant), c.Behavior}
	out.definer = resource.Class
	return out
}

// behaviors are the $ids of what the file format calls record and time-series.
var behaviors = map[string]string{"record": xdm.RecordBehavior, "time-series": xdm.TimeSeriesBehavior}

// isKnownClass reports whether the class of a schema or a field group names no document.
func isKnownClass(name string) bool {
	_, ok := xdm.ClassByName(name)
	return ok
}

// classNamed returns the class that a document makes, nil when none does.
func (s *symbols) classNamed(name string) *classSymbol {
	if isKnownClass(name) {
		return nil
	}
	if u, ok := s.find(schemas.KindClass, name); ok {
		return u.ownClass
	}
	return nil
}

// classOf is what is known of a class by its name; false when it is none.
func (s *symbols) classOf(name string) (xdm.Class, bool) {
	if own := s.classNamed(name); own != nil {
		return xdm.Class{Title: own.Title, Behavior: behaviors[own.behavior]}, true
	}
	return xdm.ClassByName(name)
}

// classValue is the $id of a class.
func (s *symbols) classValue(name string) resource.Value {
	if own := s.classNamed(name); own != nil {
		return resource.Reference(addr(resource.Class, own.name), "id")
	}
	return resource.String(classKey(name))
}

// classKey is the same for all names of a class: its $id, or its name where a document makes it.
func classKey(name string) string {
	if c, ok := xdm.ClassByName(name); ok {
		return c.ID
	}
	return name
}

// extends reports whether a schema of a class may have a field group.
func (s *symbols) extends(g *groupSymbol, class string) bool {
	of, _ := s.classOf(class)
	return slices.ContainsFunc(g.classes, func(name string) bool {
		_, ok := s.classOf(name)
		key := classKey(name)
		return !ok || key == classKey(class) || key == of.Behavior // an unknown class is reported where it is
	})
}

// resolveClass checks a class.
func (r *resolver) resolveClass(u *unit) {
	c := u.ownClass
	if standard, taken := xdm.ClassByName(u.name); taken {
		r.report.Add(wellKnownName{at: u.at("name"), name: u.name, noun: "class", title: standard.Title})
	}
	resolveOwnFields(c.schemaSymbol, r.report)
	resolveOwnLabels(c.schemaSymbol, true, r.report)
	r.resolveRefs(c.schemaSymbol)
	lintFields(c.schemaSymbol, r.report)
}

// missingClass reports a class that is neither a standard one nor that of a document for the target.
func (r *resolver) missingClass(at decode.Place, name string) {
	if !r.isElsewhere(at, schemas.KindClass, name) {
		r.report.Add(unknownClass{at: at, got: name, names: append(xdm.ClassNames(), r.list(schemas.KindClass)...)})
	}
}

// isElsewhere reports whether the document of a reference has errors or is not for the target, and the latter too.
func (r *resolver) isElsewhere(at decode.Place, kind, name string) bool {
	if _, isWrong := r.find(kind, name); isWrong || r.unnamed[kind] || r.unnamed[""] {
		return true // it may be the document that has no name or kind, which is an error
	}
	u, ok := r.excluded[symbol{kind, name}]
	if ok {
		r.report.Add(excludedReference{at: at, kind: kind, name: name, target: r.options.Target, named: u.at("name").Key()})
	}
	return ok
}

// lowerClass makes a class.
func lowerClass(u *unit) resource.Resource {
	c := u.ownClass
	body := schemaHead(c.schemaSymbol)
	behavior := resource.String(behaviors[c.behavior]).At(c.lookup("behavior").Span())
	if len(c.Fields) > 0 {
		body = defineFields(body, c.schemaSymbol, ref(behavior))
	} else {
		body.add("allOf", resource.List(ref(behavior)))
	}
	return made(u, addr(resource.Class, u.name), []string{"name"}, body.value(), u.lifecycle())
}
