package compiler

import (
	"encoding/json"
	"sync"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// shapeValue returns the JSON Schema of a field as part of a body. where says
// which place of the document declares the field at a path below s; levels that
// no document names are nowhere.
func shapeValue(s xdm.Shape, path string, where func(path string) source.Span) resource.Value {
	var out object
	text := func(name, s string) {
		if s != "" {
			out.add(name, resource.String(s))
		}
	}
	number := func(name string, n json.Number) {
		if n != "" {
			out.add(name, resource.Number(string(n)))
		}
	}
	if s.Ref != "" {
		out.add("$ref", typeID(s.Ref))
	}
	text("type", s.Type)
	text("format", s.Format)
	if len(s.Properties) > 0 {
		var properties object
		for _, p := range s.Properties {
			properties.add(p.Name, shapeValue(p.Shape, joinPath(path, p.Name), where))
		}
		out.add("properties", properties.value())
	}
	if len(s.Required) > 0 {
		out.add("required", textList(s.Required))
	}
	if s.Items != nil {
		items := shapeValue(*s.Items, path+"[*]", where)
		if s.Items.Ref != "" {
			items = items.With("type", resource.String("object"))
		}
		out.add("items", items)
	}
	number("minLength", s.MinLength)
	number("maxLength", s.MaxLength)
	number("minimum", s.Minimum)
	number("maximum", s.Maximum)
	if len(s.Enum) > 0 {
		out.add("enum", textList(s.Enum))
	}
	text("pattern", s.Pattern)
	if len(s.Choices) > 0 {
		var choices object
		for _, c := range s.Choices {
			choices.add(c.Value, resource.String(c.Label))
		}
		out.add("meta:enum", choices.value())
	}
	if s.Default != nil {
		if v, err := resource.ParsePlain(s.Default); err == nil {
			out.add("default", v)
		}
	}
	if s.Additional != nil {
		out.add("additionalProperties", shapeValue(*s.Additional, path+".*", where))
	}
	text("meta:xdmType", s.XDMType)
	text("meta:status", s.Status)
	text("title", s.Title)
	text("description", s.Description)
	return out.value().At(where(path))
}

func textList(texts []string) resource.Value {
	out := resource.List()
	for _, s := range texts {
		out.Items = append(out.Items, resource.String(s))
	}
	return out
}

func joinPath(parent, name string) string {
	if parent == "" {
		return name
	}
	return parent + "." + name
}

// columnValue is a column as the platform's own explore call describes it: a
// meta:xdmType marks a time.
func columnValue(c schemas.Column) resource.Value {
	rest, ok := columnShapes()[c.Type]
	if !ok {
		panic("compiler: no column type " + c.Type) // the schema lists the words
	}
	fields := make([]resource.Field, 0, 1+len(rest))
	fields = append(append(fields, resource.F("name", resource.String(c.Name))), rest...)
	if c.OriginalType != "" {
		fields = append(fields, resource.F("meta", resource.Object(
			resource.F("originalType", resource.String(c.OriginalType)))))
	}
	return resource.Object(fields...)
}

// columnsValue is the list of the declared columns.
func columnsValue(u *unit) resource.Value {
	columns := resource.List(make([]resource.Value, 0, len(u.dataflow.Columns))...)
	for _, c := range u.dataflow.Columns {
		columns.Items = append(columns.Items, columnValue(c).At(u.span("columns", c.Name)))
	}
	return columns.At(u.span("columns"))
}

// columnShapes are the members of a column beside its name, by the word for its
// type. All columns of a type share them.
var columnShapes = sync.OnceValue(func() map[string][]resource.Field {
	out := map[string][]resource.Field{}
	for _, word := range xdm.ColumnTypes() {
		c, _ := xdm.SourceColumn("", word)
		var rest object
		rest.add("type", resource.String(c.Type))
		if c.XDMType != "" {
			rest.add("meta:xdmType", resource.String(c.XDMType))
		}
		rest.add("xdm", shapeValue(c.XDM, "", func(string) source.Span { return source.Span{} }))
		out[word] = rest.value().Fields
	}
	return out
})
