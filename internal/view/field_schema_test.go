package view

import (
	"testing"

	"github.com/aepflow/aepflow/internal/resource"
)

func TestFieldName(t *testing.T) {
	const group = "definitions.fields.properties['_{TENANT_ID}'].properties."
	for _, c := range []struct {
		kind       resource.Kind
		path, want string
	}{
		{resource.FieldGroup, group + "crm.properties.id", "_{TENANT_ID}.crm.id"},
		{resource.FieldGroup, group + "crm.properties.id.title", "_{TENANT_ID}.crm.id (title)"},
		{resource.FieldGroup, group + "list.items.properties.sku", "_{TENANT_ID}.list[].sku"},
		{resource.FieldGroup, group + "list.items.$ref", "_{TENANT_ID}.list (items.$ref)"},
		{resource.FieldGroup, "definitions", "definitions"},
		{resource.FieldGroup, "allOf[0]", "allOf[0]"},
		{resource.Class, group + "property.properties.id", "_{TENANT_ID}.property.id"},
		{resource.Schema, "definitions.fields.properties.amount", "amount"},
		{resource.Schema, "definitions.fields.required", "definitions.fields.required"},
		{resource.DataType, "properties.manager.properties.name", "manager.name"},
		{resource.DataType, "properties.properties.type", "properties (type)"},
		{resource.DataType, "properties", "properties"},
		{resource.DataType, "required", "required"},
		{resource.DataType, "title", "title"},
		{resource.Source, "params.properties.x", "params.properties.x"},
	} {
		if got := fieldName(c.kind, c.path); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.kind, c.path, got, c.want)
		}
	}
}

func TestSchemaText(t *testing.T) {
	for _, c := range [][2]string{
		{`{"type":"string","format":"date"}`, "date"},
		{`{"type":"object","additionalProperties":{"type":"integer"}}`, "map of integer"},
		{`{"type":"array","items":{"type":"string"}}`, "list of string"},
		{`{"$ref":"https://ns.adobe.com/xdm/common/address"}`, "https://ns.adobe.com/xdm/common/address"},
		{`{"fields":{"properties":{"_acme":{"properties":{"id":{"type":"x"}}}}}}`, "{_acme.id: x}"},
		{`{"properties":{"a":{"type":"x"},"b":{"items":{"properties":{"c":{"type":"y"}}}}}}`, "{a: x, b[].c: y}"},
	} {
		if v, err := resource.Parse([]byte(c[0])); err != nil || schemaText(v) != c[1] {
			t.Errorf("%s: %s, want %s (%v)", c[0], schemaText(v), c[1], err)
		}
	}
}
