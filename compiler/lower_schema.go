package compiler

import (
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
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
	if body, ok := p.schemaNamed(ref); ok {
		return schemaPlace{id: resource.Reference(addr(resource.Schema, ref), "id"), name: ref, body: body}
	}
	return schemaPlace{id: resource.String(ref)}
}

// lowerSchema makes a schema, a field group for its own fields, a descriptor
// for each identity and the tag that lets it take part in Profile.
func lowerSchema(u *unit, under []string, name string, body *schemas.SchemaBody, l *schemas.Lifecycle) []resource.Resource {
	at := func(keys ...string) place { return u.at(append(under[:len(under):len(under)], keys...)...) }
	class, _ := classID(body.Class)
	parts := resource.List(ref(resource.String(class).At(at("class").span())))
	for i, group := range body.FieldGroups {
		id, _ := fieldGroupID(group)
		where := at("fieldGroups")
		where.path = where.path.Index(i)
		parts.Items = append(parts.Items, ref(resource.String(id).At(where.span())))
	}
	var out []resource.Resource
	if len(body.Fields) > 0 {
		group := addr(resource.FieldGroup, name)
		parts.Items = append(parts.Items, ref(resource.Reference(group, "id").At(at("fields").span())))
		out = append(out, made(u, group, append(under[:len(under):len(under)], "fields"), fieldGroupValue(body, class, at), l))
	}
	self := addr(resource.Schema, name)
	var schema object
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
		out = append(out, made(u, a, append(under[:len(under):len(under)], "identities", id.Path), descriptorValue(self, body, id, at("identities", id.Path)), l))
	}
	if body.Profile {
		tag := resource.Object(
			resource.F("schemaId", resource.Reference(self, "id").At(at("profile").span())),
			resource.F("tag", resource.String("union")),
		)
		out = append(out, made(u, addr(resource.Union, name), append(under[:len(under):len(under)], "profile"), tag, l, primary...))
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
func fieldGroupValue(body *schemas.SchemaBody, class string, at func(...string) place) resource.Value {
	tree := resource.Object()
	for _, f := range body.Fields {
		v, _ := fieldType(f)
		tree = plant(tree, strings.Split(ownPath(f.Path), "."), v.At(at("fields", f.Path).span()), f.Required)
	}
	fields := resource.Object(resource.F("_"+Tenant, tree))
	return resource.Object(
		resource.F("type", resource.String("object")),
		resource.F("title", resource.String(body.Title+" fields").At(at("title").span())),
		resource.F("meta:intendedToExtend", resource.List(resource.String(class))),
		resource.F("definitions", resource.Object(resource.F("fields", resource.Object(resource.F("properties", fields))))),
		resource.F("allOf", resource.List(ref(resource.String("#/definitions/fields")))),
	)
}

// plant sets a field in a tree of objects, making the objects on the way.
func plant(tree resource.Value, path []string, leaf resource.Value, required bool) resource.Value {
	properties, _ := tree.Get("properties")
	child, _ := properties.Get(path[0])
	if len(path) == 1 {
		child = leaf
	} else {
		child = plant(child, path[1:], leaf, required)
	}
	tree = tree.With("type", resource.String("object")).With("properties", properties.With(path[0], child))
	if required {
		names, _ := tree.Get("required")
		if !contains(names, path[0]) {
			names.Kind = resource.ListValue
			names.Items = append(names.Items[:len(names.Items):len(names.Items)], resource.String(path[0]))
			tree = tree.With("required", names)
		}
	}
	return tree
}

func contains(list resource.Value, text string) bool {
	for _, item := range list.Items {
		if item.Text == text {
			return true
		}
	}
	return false
}

// fieldType returns the JSON Schema of an own field; false when its type is
// unknown. A type with [] behind it is a list of that type.
func fieldType(f schemas.OwnField) (resource.Value, bool) {
	if inner, ok := strings.CutSuffix(f.Type, "[]"); ok {
		v, ok := fieldType(schemas.OwnField{Path: f.Path, Type: inner, Enum: f.Enum, Pattern: f.Pattern, Minimum: f.Minimum, Maximum: f.Maximum})
		title, _ := v.Get("title")
		return describe(resource.Object(
			resource.F("type", resource.String("array")), resource.F("items", v.Without("title")),
		), f, title), ok
	}
	shape, ok := fieldShapes[f.Type]
	if !ok {
		return resource.Value{}, false
	}
	v := resource.Object(resource.F("type", resource.String(shape.json)))
	if shape.format != "" {
		v = v.With("format", resource.String(shape.format))
	}
	low, high := shape.low, shape.high
	if f.Minimum != nil {
		low = strconv.FormatFloat(*f.Minimum, 'f', -1, 64)
	}
	if f.Maximum != nil {
		high = strconv.FormatFloat(*f.Maximum, 'f', -1, 64)
	}
	if low != "" {
		v = v.With("minimum", resource.Number(low))
	}
	if high != "" {
		v = v.With("maximum", resource.Number(high))
	}
	if len(f.Enum) > 0 {
		values := resource.List()
		for _, e := range f.Enum {
			values.Items = append(values.Items, resource.String(e))
		}
		v = v.With("enum", values)
	}
	if f.Pattern != "" {
		v = v.With("pattern", resource.String(f.Pattern))
	}
	if f.Type == "map" {
		v = v.With("additionalProperties", resource.Object(resource.F("type", resource.String("string")))).
			With("meta:xdmType", resource.String("map"))
	}
	path := strings.Split(f.Path, ".")
	return describe(v, f, resource.String(path[len(path)-1])), true
}

func describe(v resource.Value, f schemas.OwnField, name resource.Value) resource.Value {
	if f.Title != "" {
		name = resource.String(f.Title)
	}
	v = v.With("title", name)
	if f.Description != "" {
		v = v.With("description", resource.String(f.Description))
	}
	return v
}

// fieldShapes are the XDM types of fields. The width of a whole number shows
// in its bounds and nowhere else.
var fieldShapes = map[string]struct{ json, format, low, high string }{
	"string":    {json: "string"},
	"boolean":   {json: "boolean"},
	"byte":      {json: "integer", low: "-128", high: "127"},
	"short":     {json: "integer", low: "-32768", high: "32767"},
	"integer":   {json: "integer", low: "-2147483648", high: "2147483647"},
	"long":      {json: "integer", low: "-9007199254740991", high: "9007199254740991"},
	"double":    {json: "number"},
	"number":    {json: "number"},
	"date":      {json: "string", format: "date"},
	"date-time": {json: "string", format: "date-time"},
	"uri":       {json: "string", format: "uri"},
	"email":     {json: "string", format: "email"},
	"ipv4":      {json: "string", format: "ipv4"},
	"ipv6":      {json: "string", format: "ipv6"},
	"map":       {json: "object"},
}

func fieldTypeNames() []string {
	var out []string
	for name := range fieldShapes {
		out = append(out, name)
	}
	return sorted(out)
}

// descriptorValue makes a field an identity. Own fields may be named with or
// without the tenant's namespace.
func descriptorValue(schema resource.Address, body *schemas.SchemaBody, id schemas.Identity, at place) resource.Value {
	path := id.Path
	for _, f := range body.Fields {
		if ownPath(f.Path) == path {
			path = "_" + Tenant + "." + path
			break
		}
	}
	return resource.Object(
		resource.F("@type", resource.String("xdm:descriptorIdentity")),
		resource.F("xdm:sourceSchema", resource.Reference(schema, "id")),
		resource.F("xdm:sourceVersion", resource.Int(1)),
		resource.F("xdm:sourceProperty", resource.String("/"+strings.ReplaceAll(path, ".", "/")).At(at.key())),
		resource.F("xdm:namespace", resource.String(id.Namespace).At(at.span())),
		resource.F("xdm:property", resource.String("xdm:code")),
		resource.F("xdm:isPrimary", resource.Bool(id.Primary).At(at.span())),
	)
}

// lowerDataset makes a dataset. A Profile dataset waits for its schema's tag.
func (p *project) lowerDataset(u *unit, under []string, name string, body *schemas.DatasetBody, schema schemaPlace, l *schemas.Lifecycle) resource.Resource {
	at := func(keys ...string) place { return u.at(append(under[:len(under):len(under)], keys...)...) }
	var tags object
	var further []resource.Edge
	if body.Profile {
		on := resource.List(resource.String("enabled:true")).At(at("profile").span())
		tags.add("unifiedIdentity", on)
		tags.add("unifiedProfile", on)
		if schema.body != nil && schema.body.Profile {
			further = append(further, resource.Edge{To: addr(resource.Union, schema.name), Via: "profile"})
		}
	}
	for _, t := range body.Tags {
		values := resource.List()
		for _, v := range t.Values {
			values.Items = append(values.Items, resource.String(v))
		}
		tags.add(t.Name, values.At(at("tags", t.Name).span()))
	}
	var out object
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
		out.add("enableErrorDiagnostics", resource.Bool(*body.ErrorDiagnostics).At(at("errorDiagnostics").span()))
	}
	return made(u, addr(resource.Dataset, name), schemaOrigin(under), out.value(), l, further...)
}
