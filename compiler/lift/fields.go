package lift

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// fieldsOf reads the own fields of an object of a JSON Schema, in its order; false when a
// document cannot describe one of them. implied takes away what follows from the rest of the
// document.
func (x *index) fieldsOf(object resource.Value, implied func(*schemas.OwnField)) (schemas.Fields, bool) {
	r := fieldReader{fine: true, typeName: func(id string) string { return x.named(resource.DataType, id) }}
	r.object("", object)
	if implied != nil {
		for i := range r.fields {
			implied(&r.fields[i])
		}
	}
	return r.fields, r.fine && len(r.fields) > 0
}

type fieldReader struct {
	fields   schemas.Fields
	fine     bool
	typeName func(id string) string // how documents name a data type
}

// object reads the members of an object: each is a field, or an object that others lie in.
func (r *fieldReader) object(path string, v resource.Value) {
	properties, required := at(v, "properties"), at(v, "required")
	for _, f := range v.Fields {
		if !slices.Contains([]string{"type", "properties", "required"}, f.Name) && !isServers(f.Name) {
			r.fine = false // an object without a line of its own has nothing else
		}
	}
	for _, f := range properties.Fields {
		below := strings.TrimPrefix(path+"."+f.Name, ".")
		isRequired := slices.ContainsFunc(required.Items, func(v resource.Value) bool { return v.Text == f.Name })
		r.fine = r.fine && xdm.IsFieldName(f.Name)
		r.field(below, f.Value, isRequired)
	}
}

// field reads one field. An object without anything of its own, and a list of objects, have no line:
// those of their members say enough.
func (r *fieldReader) field(path string, v resource.Value, required bool) {
	properties, items := at(v, "properties"), at(v, "items")
	inner := at(items, "properties")
	switch {
	case len(properties.Fields) > 0 && at(v, "type").Text == "object":
		if required || says(v) {
			r.leaf(path, v.Without("properties").Without("required"), required)
		}
		r.object(path, only(v, "type", "properties", "required"))
	case len(inner.Fields) > 0 && at(v, "type").Text == "array":
		if required || says(v) {
			r.leaf(path, v.With("items", only(items, "type")), required)
		}
		r.object(path+"[*]", items)
	default:
		r.leaf(path, v, required)
	}
}

// says reports whether an object says more of itself than what its members are. A title that
// equals its name cannot be left out there: only fields with a line have one.
func says(v resource.Value) bool {
	return slices.ContainsFunc(v.Fields, func(f resource.Field) bool {
		return !slices.Contains([]string{"type", "properties", "required", "items"}, f.Name) && !isServers(f.Name)
	})
}

func only(v resource.Value, names ...string) resource.Value {
	v.Fields = slices.DeleteFunc(slices.Clone(v.Fields), func(f resource.Field) bool {
		return !slices.Contains(names, f.Name)
	})
	return v
}

// isServers reports whether the registry adds a member to what it is given.
func isServers(name string) bool {
	switch name {
	case "meta:enum", "meta:status":
		return false
	}
	return strings.HasPrefix(name, "meta:") || name == "$id"
}

func (r *fieldReader) leaf(path string, v resource.Value, required bool) {
	f := schemas.OwnField{Path: path, Required: required}
	if title := at(v, "title").Text; title != "" && title != path[strings.LastIndexByte(path, '.')+1:] {
		f.Title = text(title)
	}
	f.Description = text(at(v, "description").Text)
	f.Deprecated = at(v, "meta:status").Text == "deprecated"
	element, list := v, ""
	if at(v, "type").Text == "array" {
		element, list = at(v, "items"), "[]"
	}
	if ref := at(element, "$ref").Text; ref != "" {
		r.reference(f, v, element, ref, list)
		return
	}
	word, ok := fieldWord(element)
	if !ok {
		r.fine = false
		return
	}
	f.Type = word + list
	if strings.HasPrefix(word, "map of ") && list != "" {
		f.Type = "array of " + word
	}
	r.limits(&f, element)
	r.fields = append(r.fields, f)
}

// reference reads a field that is a data type, or a list of elements that are.
func (r *fieldReader) reference(f schemas.OwnField, v, element resource.Value, ref, list string) {
	known := []string{"$ref", "type", "title", "description", "items"}
	for _, m := range element.Fields {
		r.fine = r.fine && (slices.Contains(known, m.Name) || isServers(m.Name) || m.Name == "meta:status" && list == "")
	}
	for _, m := range v.Fields {
		r.fine = r.fine && (slices.Contains(known, m.Name) || isServers(m.Name) || m.Name == "meta:status")
	}
	f.Path += list
	f.Ref = r.typeName(ref)
	if word := ref[strings.LastIndexByte(ref, '/')+1:]; word != "" {
		if id, ok := xdm.DataTypeByName(word); ok && id == ref {
			f.Ref = word
		}
	}
	r.fields = append(r.fields, f)
}

// fieldWord is the word for the type of a field, false when there is none.
func fieldWord(v resource.Value) (string, bool) {
	typ, format := at(v, "type").Text, at(v, "format").Text
	if values := at(v, "additionalProperties"); values.Kind == resource.ObjectValue {
		word, ok := fieldWord(values)
		if word == "string" && ok {
			return "map", true
		}
		return "map of " + word, ok && typ == "object"
	}
	// The words go from narrow to wide. Of two with the same bounds the first counts.
	for _, word := range xdm.FieldTypes() {
		s, _ := xdm.FieldShape(word)
		if s.Type != typ || s.Format != format || s.Additional != nil {
			continue
		}
		if typ == "integer" && !covers(s, v) {
			continue
		}
		return word, true
	}
	return "", false
}

// covers reports whether the bounds of an integer lie within those of a type.
func covers(s xdm.Shape, v resource.Value) bool {
	inside := func(name string, bound json.Number, sign float64) bool {
		text := at(v, name).Text
		n, err1 := strconv.ParseFloat(text, 64)
		limit, err2 := bound.Float64()
		return err1 == nil && err2 == nil && (n-limit)*sign >= 0
	}
	return inside("minimum", s.Minimum, 1) && inside("maximum", s.Maximum, -1)
}

// limits reads what narrows a field.
func (r *fieldReader) limits(f *schemas.OwnField, v resource.Value) {
	known := []string{"type", "format", "title", "description", "items", "additionalProperties", "minimum", "maximum",
		"minLength", "maxLength", "enum", "meta:enum", "pattern", "default", "meta:status"}
	for _, m := range v.Fields {
		if !slices.Contains(known, m.Name) && !isServers(m.Name) {
			r.fine = false
		}
	}
	shape, _ := xdm.FieldShape(strings.TrimPrefix(strings.TrimSuffix(f.Type, "[]"), "array of "))
	f.Minimum = bound(at(v, "minimum"), shape.Minimum)
	f.Maximum = bound(at(v, "maximum"), shape.Maximum)
	f.MinLength, f.MaxLength = length(at(v, "minLength")), length(at(v, "maxLength"))
	f.Pattern = text(at(v, "pattern").Text)
	labels := at(v, "meta:enum")
	choices := choicesOf(labels)
	if values := at(v, "enum").Items; len(values) > 0 {
		for _, value := range values {
			label, _ := labels.Get(value.Text)
			c := schemas.Choice{Value: value.Text}
			if label.Text != value.Text {
				c.Label = text(label.Text)
			}
			f.Enum = append(f.Enum, c)
		}
	} else {
		f.Suggestions = choices
	}
	if v, ok := v.Get("default"); ok && v.Kind != resource.NullValue {
		f.Default = scalar(v)
	}
}

// bound is a bound of a field, nil where it is that of its type.
func bound(v resource.Value, of json.Number) *float64 {
	n, err := strconv.ParseFloat(v.Text, 64)
	if limit, err := of.Float64(); err == nil && limit == n {
		return nil
	}
	if err != nil {
		return nil
	}
	return &n
}

func length(v resource.Value) *int64 {
	n, err := strconv.ParseInt(v.Text, 10, 64)
	if err != nil {
		return nil
	}
	return &n
}

// choicesOf reads values with their labels.
func choicesOf(v resource.Value) schemas.Choices {
	var out schemas.Choices
	for _, f := range v.Fields {
		c := schemas.Choice{Value: f.Name}
		if f.Value.Text != f.Name {
			c.Label = text(f.Value.Text)
		}
		out = append(out, c)
	}
	return out
}
