package compiler

import (
	"slices"

	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// idOf returns the id of a schema that a document refers to, or makes itself: schema is
// nil when only the platform has it.
func idOf(schema *schemaSymbol, ref string) resource.Value {
	if schema == nil {
		return resource.String(ref)
	}
	return resource.Reference(addr(resource.Schema, schema.name), "id")
}

// lowerSchema makes a schema, a field group for its own fields, its descriptors, and
// the tag that lets it take part in Profile.
func lowerSchema(u *unit, project *symbols) []resource.Resource {
	s, l := u.ownSchema, u.lifecycle()
	out, self := append(lowerFields(u, project), lowerKeys(u)...), addr(resource.Schema, s.name)
	var primary []resource.Edge
	for _, id := range s.Identities {
		a := s.describedBy(resource.Descriptor, id.Path)
		if id.Primary {
			primary = append(primary, resource.Edge{To: a, Via: "primary identity"})
		}
		out = append(out, made(u, a, s.keys("identities", id.Path), identityValue(s, id), l))
	}
	out = append(append(out, lowerDescriptions(u, project)...), lowerLabels(u)...)
	if s.Profile {
		tag := resource.Object(
			resource.F("schemaId", resource.Reference(self, "id").At(s.lookup("profile").Span())),
			resource.F("tag", resource.String("union")),
		)
		out = append(out, made(u, addr(resource.Union, s.name), s.keys("profile"), tag, l, primary...))
	}
	return out
}

// lowerFields makes a schema, and a field group for the own fields of one that has a
// class.
func lowerFields(u *unit, project *symbols) []resource.Resource {
	s, l := u.ownSchema, u.lifecycle()
	self := addr(resource.Schema, s.name)
	if s.Relational != nil {
		return []resource.Resource{made(u, self, s.origin(), relationalValue(s), l)}
	}
	class := project.classValue(s.Class)
	parts := resource.List(ref(class.At(s.lookup("class").Span())))
	for i, group := range s.FieldGroups {
		id := resource.String(group)
		if known, ok := fieldGroupID(group, s.Class); ok {
			id = resource.String(known)
		} else if own := project.group(group); own != nil {
			id = resource.Reference(addr(resource.FieldGroup, own.name), "id")
		}
		where := s.lookup("fieldGroups").Below(document.Step{Index: i, IsIndex: true})
		parts.Items = append(parts.Items, ref(id.At(where.Span())))
	}
	var out []resource.Resource
	if len(s.Fields) > 0 {
		group := addr(resource.FieldGroup, s.name)
		parts.Items = append(parts.Items, ref(resource.Reference(group, "id").At(s.lookup("fields").Span())))
		head := object{
			resource.F("type", resource.String("object")),
			resource.F("title", resource.String(s.Title+" fields").At(s.lookup("title").Span())),
		}
		out = append(out, made(u, group, s.keys("fields"), fieldGroupValue(s, head, resource.List(class)), l))
	}
	schema := schemaHead(s)
	schema.add("allOf", parts)
	return append(out, made(u, self, s.origin(), schema.value(), l))
}

// schemaHead is the body of a schema without what its fields are.
func schemaHead(s *schemaSymbol) object {
	schema := make(object, 0, 7)
	schema.add("type", resource.String("object"))
	schema.text("title", s.Title, s.lookup("title"))
	schema.text("description", s.Description, s.lookup("description"))
	return schema
}

func ref(id resource.Value) resource.Value { return resource.Object(resource.F("$ref", id)) }

// fieldGroupValue is a field group of own fields for classes. head is the body without them.
func fieldGroupValue(s *schemaSymbol, head object, classes resource.Value) resource.Value {
	head.add("meta:intendedToExtend", classes)
	return defineFields(head, s).value()
}

// defineFields adds own fields to a body, below the tenant's namespace, as the registry demands. further are what the
// body is made of besides.
func defineFields(body object, s *schemaSymbol, further ...resource.Value) object {
	tree, _ := xdm.OwnProperties(ownFields(s.SchemaBody), s.tenant)
	fields := resource.Object(resource.F(xdm.TenantNamespace, shapeValue(tree, "", s.declared())))
	body.add("definitions", resource.Object(resource.F("fields", resource.Object(resource.F("properties", fields)))))
	body.add("allOf", resource.List(append(further, ref(resource.String("#/definitions/fields")))...))
	return body
}

// declared returns a function that finds where an own field is declared.
func (s *schemaSymbol) declared() func(path string) source.Span {
	at := make(map[string]source.Span, len(s.Fields))
	for _, f := range s.Fields {
		at[s.ownPath(f.Path)] = s.lookup("fields", f.Path).Span()
	}
	return func(path string) source.Span { return at[path] }
}

// identityValue makes a field an identity. Own fields may be named with or
// without the tenant's namespace.
func identityValue(s *schemaSymbol, id schemas.Identity) resource.Value {
	at := s.lookup("identities", id.Path)
	body := s.descriptor("xdm:descriptorIdentity", id.Path, at.KeySpan())
	body.add("xdm:namespace", resource.String(id.Namespace).At(at.Span()))
	body.add("xdm:property", resource.String("xdm:code"))
	body.add("xdm:isPrimary", resource.Bool(id.Primary).At(at.Span()))
	return body.value()
}

// lowerDataset makes a dataset for the id of its schema, which is nil when only the
// platform has it. It waits for the keys of a relational schema, and a Profile dataset
// for its schema's tag.
func lowerDataset(u *unit, schema *schemaSymbol, id resource.Value) resource.Resource {
	d := u.ownDataset
	var tags object
	further := keyEdges(schema)
	if d.Profile != schemas.NoProfile {
		on := resource.List(resource.String("enabled:true")).At(d.lookup("profile").Span())
		tags.add(identityTag, on)
		if d.Profile == schemas.ProfileUpsert {
			on.Items = append(on.Items, resource.String("isUpsert:true"))
		}
		tags.add(profileTag, on)
		if schema != nil && schema.Profile {
			further = append(further, resource.Edge{To: addr(resource.Union, schema.name), Via: "profile"})
		}
	}
	for _, t := range d.Tags {
		if isProfileTag(t) {
			continue // an error says so
		}
		values := resource.List()
		for _, v := range t.Values {
			values.Items = append(values.Items, resource.String(v))
		}
		tags.add(t.Name, values.At(d.lookup("tags", t.Name).Span()))
	}
	out := make(object, 0, 4)
	out.text("name", d.Title, d.lookup("title"))
	out.text("description", d.Description, d.lookup("description"))
	out.add("schemaRef", resource.Object(
		resource.F("id", id),
		resource.F("contentType", resource.String(schemaType)),
	))
	if len(tags) > 0 {
		out.add("tags", tags.value())
	}
	if d.ErrorDiagnostics != nil {
		out.add("enableErrorDiagnostics", resource.Bool(*d.ErrorDiagnostics).At(d.lookup("errorDiagnostics").Span()))
	}
	if d.RowExpiration != "" {
		period := resource.String(d.RowExpiration).At(d.lookup("rowExpiration").Span())
		out.add("extensions", within(period, "adobe_lakeHouse", "rowExpiration", "ttlValue"))
	}
	return made(u, addr(resource.Dataset, u.name), d.origin(), out.value(), u.lifecycle(), further...)
}

// within puts a value into objects with one member each.
func within(v resource.Value, names ...string) resource.Value {
	for _, name := range slices.Backward(names) {
		v = resource.Object(resource.F(name, v))
	}
	return v
}
