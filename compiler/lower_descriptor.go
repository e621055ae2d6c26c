package compiler

import (
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// english is the key of texts in descriptors.
const english = "en_us"

// lowerDescriptions returns a descriptor for all that a schema says about its fields,
// besides its identities.
func lowerDescriptions(u *unit, s *symbols) []resource.Resource {
	schema, l := u.ownSchema, u.lifecycle()
	var out []resource.Resource
	for _, ref := range schema.ReferenceIdentities {
		at := schema.lookup("referenceIdentities", ref.Path)
		body := schema.descriptor("xdm:descriptorReferenceIdentity", ref.Path, at.KeySpan())
		body.add("xdm:identityNamespace", resource.String(ref.Namespace).At(at.Span()))
		out = append(out, made(u, schema.describedBy(resource.ReferenceIdentity, ref.Path),
			schema.keys("referenceIdentities", ref.Path), body.value(), l))
	}
	for i := range schema.Relationships {
		out = append(out, lowerRelationship(u, s, &schema.Relationships[i]))
	}
	for _, d := range schema.DisplayNames {
		out = append(out, made(u, schema.describedBy(resource.Display, d.Path), schema.keys("displayNames", d.Path),
			displayValue(schema, d), l))
	}
	for i, path := range schema.Deprecated {
		body := schema.descriptor("xdm:descriptorDeprecated", path, schema.itemAt(i, "deprecated").Span())
		out = append(out, made(u, schema.describedBy(resource.Deprecated, path), schema.keys("deprecated"),
			body.value(), l))
	}
	return out
}

// describedBy is the address of the descriptor of a field.
func (s *schemaSymbol) describedBy(kind resource.Kind, path string) resource.Address {
	return addr(kind, s.name+"-"+slug(path))
}

// descriptor begins the descriptor of a field: its type, schema, and path. at is the
// place that names the field.
func (s *schemaSymbol) descriptor(typ, path string, at source.Span) object {
	return object{
		resource.F("@type", resource.String(typ)),
		resource.F("xdm:sourceSchema", resource.Reference(addr(resource.Schema, s.name), "id")),
		resource.F("xdm:sourceVersion", resource.Int(1)),
		resource.F("xdm:sourceProperty", resource.String(xdm.SlashPath(s.fullPath(path))).At(at)),
	}
}

// lowerRelationship makes a relationship descriptor. It waits for the reference identity
// of its field and the primary identity of the other schema.
func lowerRelationship(u *unit, s *symbols, rel *schemas.Relationship) resource.Resource {
	own, other := u.ownSchema, s.schema(rel.Schema)
	at := own.lookup("relationships", rel.Path)
	typ := "xdm:descriptorOneToOne"
	if rel.Cardinality != "" {
		typ = "xdm:descriptorRelationship"
	}
	body := own.descriptor(typ, rel.Path, at.KeySpan())
	text := func(member, key, value string) {
		body.text(member, value, own.lookup("relationships", rel.Path, key))
	}
	schemaAt := at
	if inner := own.lookup("relationships", rel.Path, "schema"); inner.Here {
		schemaAt = inner
	}
	body.add("xdm:destinationSchema", idOf(other, rel.Schema).At(schemaAt.Span()))
	if rel.Cardinality == "" || rel.Namespace != "" {
		body.add("xdm:destinationVersion", resource.Int(1))
	}
	if rel.Field != "" {
		path := rel.Field
		if other != nil {
			path = other.fullPath(path)
		}
		text("xdm:destinationProperty", "field", xdm.SlashPath(path))
	}
	text("xdm:destinationNamespace", "namespace", rel.Namespace)
	text("xdm:cardinality", "cardinality", rel.Cardinality)
	text("xdm:sourceToDestinationName", "name", rel.Name)
	text("xdm:destinationToSourceName", "reverseName", rel.ReverseName)
	text("xdm:sourceToDestinationTitle", "title", rel.Title)
	text("xdm:destinationToSourceTitle", "reverseTitle", rel.ReverseTitle)
	var further []resource.Edge
	if reference := own.reference(rel.Path); reference != nil {
		further = append(further, resource.Edge{
			To: own.describedBy(resource.ReferenceIdentity, reference.Path), Via: "reference identity",
		})
	}
	if other != nil && other.primary() != nil {
		further = append(further, resource.Edge{
			To: other.describedBy(resource.Descriptor, other.primary().Path), Via: "primary identity",
		})
	}
	return made(u, own.describedBy(resource.Relationship, rel.Path), own.keys("relationships", rel.Path),
		body.value(), u.lifecycle(), further...)
}

// displayValue says how a field is shown.
func displayValue(s *schemaSymbol, d schemas.DisplayName) resource.Value {
	at := s.lookup("displayNames", d.Path)
	body := s.descriptor("xdm:alternateDisplayInfo", d.Path, at.KeySpan())
	text := func(member, key, value string) {
		if value == "" {
			return
		}
		where := at.Span()
		if inner := s.lookup("displayNames", d.Path, key); inner.Here {
			where = inner.Span()
		}
		body.add(member, resource.Object(resource.F(english, resource.String(value).At(where))))
	}
	text("xdm:title", "title", d.Title)
	text("xdm:description", "description", d.Description)
	choices := func(member, key string, list schemas.Choices) {
		var values object
		for _, c := range list {
			values.add(c.Value, resource.String(title(c.Label, c.Value)))
		}
		if len(values) > 0 {
			body.add(member, values.value().At(s.lookup("displayNames", d.Path, key).Span()))
		}
	}
	choices("meta:enum", "suggestions", d.Suggestions)
	choices("xdm:excludeMetaEnum", "hiddenSuggestions", d.HiddenSuggestions)
	return body.value()
}
