package compiler

import (
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// schemaPlace is the schema that data go into: its id, and its content when a
// document of the project describes it.
type schemaPlace struct {
	id   resource.Value
	name string // of its resource, "" when it only has an id
	body *schemas.SchemaBody
}

// schemaOf returns the schema that a reference names.
func (p *project) schemaOf(u *unit, ref string) schemaPlace {
	if made, ok := p.schemaNamed(ref); ok {
		return schemaPlace{id: resource.Reference(addr(resource.Schema, ref), "id"), name: ref, body: made.body}
	}
	return schemaPlace{id: resource.String(ref)}
}

// lowerSchema makes a schema, a field group for its own fields, a descriptor
// for each identity and the tag that lets it take part in Profile.
func (p *project) lowerSchema(u *unit, under []string, name string, body *schemas.SchemaBody,
	l *schemas.Lifecycle) []resource.Resource {
	at := func(keys ...string) document.Found {
		return u.doc.Lookup(append(under[:len(under):len(under)], keys...)...)
	}
	class, _ := classID(body.Class)
	parts := resource.List(ref(resource.String(class).At(at("class").Span())))
	for i, group := range body.FieldGroups {
		id, _ := fieldGroupID(group, body.Class)
		where := at("fieldGroups").Below(document.Step{Index: i, IsIndex: true})
		parts.Items = append(parts.Items, ref(resource.String(id).At(where.Span())))
	}
	var out []resource.Resource
	if len(body.Fields) > 0 {
		group := addr(resource.FieldGroup, name)
		parts.Items = append(parts.Items, ref(resource.Reference(group, "id").At(at("fields").Span())))
		out = append(out, made(u, group, append(under[:len(under):len(under)], "fields"),
			p.fieldGroupValue(body, class, at), l))
	}
	self := addr(resource.Schema, name)
	schema := make(object, 0, 4)
	schema.add("type", resource.String("object"))
	schema.text("title", body.Title, at("title"))
	schema.text("description", body.Description, at("description"))
	schema.add("allOf", parts)
	out = append(out, made(u, self, schemaOrigin(under), schema.value(), l))

	var primary []resource.Edge
	for _, id := range body.Identities {
		a := addr(resource.Descriptor, name+"-"+slug(id.Path))
		if id.Primary {
			primary = append(primary, resource.Edge{To: a, Via: "primary identity"})
		}
		out = append(out, made(u, a, append(under[:len(under):len(under)], "identities", id.Path),
			p.descriptorValue(self, body, id, at("identities", id.Path)), l))
	}
	if body.Profile {
		tag := resource.Object(
			resource.F("schemaId", resource.Reference(self, "id").At(at("profile").Span())),
			resource.F("tag", resource.String("union")),
		)
		out = append(out, made(u, addr(resource.Union, name), append(under[:len(under):len(under)], "profile"), tag, l,
			primary...))
	}
	return out
}

func schemaOrigin(under []string) []string {
	if len(under) == 0 {
		return []string{"name"}
	}
	return under
}

func ref(id resource.Value) resource.Value { return resource.Object(resource.F("$ref", id)) }

// fieldGroupValue puts a schema's own fields below the tenant's namespace, as
// the registry demands.
func (p *project) fieldGroupValue(body *schemas.SchemaBody, class string,
	at func(...string) document.Found) resource.Value {
	tree, _ := xdm.OwnProperties(ownFields(body), p.tenant)
	declared := make(map[string]source.Span, len(body.Fields))
	for _, f := range body.Fields {
		declared[p.ownPath(f.Path)] = at("fields", f.Path).Span()
	}
	fields := resource.Object(resource.F(xdm.TenantNamespace,
		shapeValue(tree, "", func(path string) source.Span { return declared[path] })))
	return resource.Object(
		resource.F("type", resource.String("object")),
		resource.F("title", resource.String(body.Title+" fields").At(at("title").Span())),
		resource.F("meta:intendedToExtend", resource.List(resource.String(class))),
		resource.F("definitions", resource.Object(resource.F("fields",
			resource.Object(resource.F("properties", fields))))),
		resource.F("allOf", resource.List(ref(resource.String("#/definitions/fields")))),
	)
}

// descriptorValue makes a field an identity. Own fields may be named with or
// without the tenant's namespace.
func (p *project) descriptorValue(schema resource.Address, body *schemas.SchemaBody, id schemas.Identity,
	at document.Found) resource.Value {
	path := xdm.SlashPath(p.fullPath(body, id.Path))
	return resource.Object(
		resource.F("@type", resource.String("xdm:descriptorIdentity")),
		resource.F("xdm:sourceSchema", resource.Reference(schema, "id")),
		resource.F("xdm:sourceVersion", resource.Int(1)),
		resource.F("xdm:sourceProperty", resource.String(path).At(at.KeySpan())),
		resource.F("xdm:namespace", resource.String(id.Namespace).At(at.Span())),
		resource.F("xdm:property", resource.String("xdm:code")),
		resource.F("xdm:isPrimary", resource.Bool(id.Primary).At(at.Span())),
	)
}

// lowerDataset makes a dataset. A Profile dataset waits for its schema's tag.
func (p *project) lowerDataset(u *unit, under []string, name string, body *schemas.DatasetBody, schema schemaPlace,
	l *schemas.Lifecycle) resource.Resource {
	at := func(keys ...string) document.Found {
		return u.doc.Lookup(append(under[:len(under):len(under)], keys...)...)
	}
	var tags object
	var further []resource.Edge
	if body.Profile != schemas.NoProfile {
		on := resource.List(resource.String("enabled:true")).At(at("profile").Span())
		tags.add(identityTag, on)
		if body.Profile == schemas.ProfileUpsert {
			on.Items = append(on.Items, resource.String("isUpsert:true"))
		}
		tags.add(profileTag, on)
		if schema.body != nil && schema.body.Profile {
			further = append(further, resource.Edge{To: addr(resource.Union, schema.name), Via: "profile"})
		}
	}
	for _, t := range body.Tags {
		if isProfileTag(t) {
			continue // an error says so
		}
		values := resource.List()
		for _, v := range t.Values {
			values.Items = append(values.Items, resource.String(v))
		}
		tags.add(t.Name, values.At(at("tags", t.Name).Span()))
	}
	out := make(object, 0, 4)
	out.text("name", body.Title, at("title"))
	out.text("description", body.Description, at("description"))
	out.add("schemaRef", resource.Object(
		resource.F("id", schema.id),
		resource.F("contentType", resource.String(schemaType)),
	))
	if len(tags) > 0 {
		out.add("tags", tags.value())
	}
	if body.ErrorDiagnostics != nil {
		out.add("enableErrorDiagnostics", resource.Bool(*body.ErrorDiagnostics).At(at("errorDiagnostics").Span()))
	}
	return made(u, addr(resource.Dataset, name), schemaOrigin(under), out.value(), l, further...)
}
