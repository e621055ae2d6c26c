package view

import (
	"regexp"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
)

// definitionsPath is the path of the fields in the body of a field group or a class.
const definitionsPath = "definitions."

// isField reports whether a path of a body is that of a field of a schema.
func isField(kind resource.Kind, path string) bool {
	return (kind == resource.FieldGroup || kind == resource.Class) && strings.HasPrefix(path, definitionsPath)
}

var pathStep = regexp.MustCompile(`\['((?:[^'\\]|\\.)*)'\]|\[([^\]]+)\]|([^.\[\]]+)`)

// fieldName is the path of a field as a reader knows it: the XDM path of a field of a
// schema, followed by the keyword that changes, or the path in the body.
func fieldName(kind resource.Kind, path string) string {
	if !isField(kind, path) {
		return path
	}
	var steps []string
	for _, m := range pathStep.FindAllStringSubmatch(path, -1) {
		steps = append(steps, m[1]+m[2]+m[3])
	}
	steps = steps[2:] // definitions and the name of one
	name := ""
	for len(steps) > 0 {
		switch {
		case steps[0] == "properties" && len(steps) > 1:
			name = strings.TrimPrefix(name+"."+steps[1], ".")
			steps = steps[2:]
			continue
		case steps[0] == "items" && len(steps) > 1 && steps[1] == "properties":
			name += "[]"
			steps = steps[1:]
			continue
		}
		break
	}
	switch {
	case name == "":
		return path
	case len(steps) > 0:
		return name + " (" + strings.Join(steps, ".") + ")"
	}
	return name
}

// schemaText is a field of a schema as in a document: its type, or its fields.
func schemaText(v resource.Value) string {
	rows := schemaRows(nil, v)
	if len(rows) == 0 {
		return schemaType(v)
	}
	fields := make([]string, len(rows))
	for i, r := range rows {
		fields[i] = r[0] + ": " + r[1]
	}
	return "{" + strings.Join(fields, ", ") + "}"
}
