package compiler

import (
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// relationalBehavior is what a relational schema extends in place of a class.
const relationalBehavior = "https://ns.adobe.com/xdm/data/adhoc-v2"

// keyed makes a field that identifies or orders the rows of a relational schema
// required, and text of its primary key not empty.
func keyed(r *schemas.Relational, f xdm.OwnField) xdm.OwnField {
	if r == nil {
		return f
	}
	isKey := slices.Contains(r.PrimaryKey, f.Path)
	f.Required = f.Required || isKey || f.Path == r.Version || f.Path == r.Timestamp
	if isKey && f.Shape.Type == "string" && f.Shape.Format == "" && f.Shape.MinLength == "" {
		f.Shape.MinLength = "1"
	}
	return f
}

// relationalValue is a relational schema, which defines its fields itself.
func relationalValue(s *schemaSymbol) resource.Value {
	tree, _ := xdm.RootProperties(ownFields(s.SchemaBody))
	schema := schemaHead(s)
	schema.add("definitions", resource.Object(resource.F("fields", shapeValue(tree, "", s.declared()))))
	schema.add("allOf", resource.List(resource.Object(
		resource.F("$ref", resource.String("#/definitions/fields")),
		resource.F("meta:xdmType", resource.String("object")),
	)))
	schema.add("meta:extends", resource.List(resource.String(relationalBehavior)))
	behavior := resource.String(title(s.Relational.Behavior, "record"))
	schema.add("meta:behaviorType", behavior.At(s.lookup("relational", "behavior").Written()))
	return schema.value()
}

// keyRoles are the keys of `relational` that make a descriptor, in the order in which
// the platform wants them.
var keyRoles = []struct {
	key, kind string
	fields    func(r *schemas.Relational) []string
}{
	{"primaryKey", resource.PrimaryKeyDescriptor, func(r *schemas.Relational) []string { return r.PrimaryKey }},
	{"version", resource.VersionDescriptor, func(r *schemas.Relational) []string { return []string{r.Version} }},
	{"timestamp", resource.TimestampDescriptor, func(r *schemas.Relational) []string { return []string{r.Timestamp} }},
}

// keyRole is a descriptor of a relational schema.
type keyRole struct {
	key, kind string
	paths     []string
	address   resource.Address
}

// roles returns the descriptors of a relational schema, none for one with a class.
func (s *schemaSymbol) roles() []keyRole {
	if s.Relational == nil {
		return nil
	}
	var out []keyRole
	for _, k := range keyRoles {
		paths := k.fields(s.Relational)
		name := s.name
		for _, path := range paths {
			name += "-" + slug(path)
		}
		isTaken := func(r keyRole) bool { return r.address.Name == name }
		if slices.ContainsFunc(out, isTaken) { // a-b may be one field, or two
			name += "-" + k.key
		}
		if paths[0] != "" {
			out = append(out, keyRole{k.key, k.kind, paths, addr(resource.Key, name)})
		}
	}
	return out
}

// lowerKeys makes the descriptors of a relational schema, each after the one before.
func lowerKeys(u *unit) []resource.Resource {
	s := u.ownSchema
	self := addr(resource.Schema, s.name)
	var out []resource.Resource
	var before []resource.Edge
	for _, k := range s.roles() {
		at := s.lookup("relational", k.key)
		property := resource.String(xdm.SlashPath(k.paths[0])).At(at.Span())
		if len(k.paths) > 1 {
			property = resource.List().At(at.Span())
			for _, path := range k.paths {
				property.Items = append(property.Items, resource.String(xdm.SlashPath(path)))
			}
		}
		body := resource.Object(
			resource.F("@type", resource.String(k.kind)),
			resource.F("xdm:sourceSchema", resource.Reference(self, "id")),
			resource.F("xdm:sourceProperty", property),
		)
		out = append(out, made(u, k.address, s.keys("relational", k.key), body, u.lifecycle(), before...))
		before = []resource.Edge{{To: k.address, Via: "key"}}
	}
	return out
}

// keyEdges let a dataset wait for the descriptors of its relational schema.
func keyEdges(s *schemaSymbol) []resource.Edge {
	if s == nil {
		return nil
	}
	var out []resource.Edge
	for _, k := range s.roles() {
		out = append(out, resource.Edge{To: k.address, Via: "key"})
	}
	return out
}
