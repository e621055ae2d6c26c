package xdm

import (
	"encoding/json"
	"fmt"
	"slices"
)

// NewResolved makes a schema of a JSON Schema without references: as the platform answers a schema in full. It has the
// fields that it lists, and no tenant whose name could be anything.
func NewResolved(schema map[string]any) *Schema {
	return &Schema{standard: ownTree(resolvedShape(schema, maxResolved)), relational: true}
}

// maxResolved is how many levels of a resolved schema are read.
const maxResolved = 100

// resolvedShape reads a part of a JSON Schema. What is not of the form that it should be is left out.
func resolvedShape(v map[string]any, depth int) Shape {
	text := func(name string) string { s, _ := v[name].(string); return s }
	number := func(name string) json.Number {
		if n, ok := v[name]; ok {
			return json.Number(fmt.Sprint(n))
		}
		return ""
	}
	s := Shape{
		Type: text("type"), Format: text("format"), Pattern: text("pattern"), XDMType: text("meta:xdmType"),
		MinLength: number("minLength"), MaxLength: number("maxLength"), Minimum: number("minimum"),
		Maximum: number("maximum"), Enum: textsIn(v["enum"]), Required: textsIn(v["required"]),
	}
	if depth == 0 {
		return s
	}
	part := func(v any) *Shape {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		of := resolvedShape(m, depth-1)
		return &of
	}
	properties, _ := v["properties"].(map[string]any)
	for name, p := range properties {
		if of := part(p); of != nil {
			s.Properties = append(s.Properties, Property{Name: name, Shape: *of})
		}
	}
	slices.SortFunc(s.Properties, func(a, b Property) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	s.Items, s.Additional = part(v["items"]), part(v["additionalProperties"])
	if s.Type == "" && len(s.Properties) > 0 {
		s.Type = "object"
	}
	return s
}

func textsIn(v any) (out []string) {
	list, _ := v.([]any)
	for _, e := range list {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
