package view

import (
	"regexp"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
)

// fieldsAt are the members of bodies that define fields.
var fieldsAt = map[resource.Kind]string{
	resource.FieldGroup: "definitions", resource.Class: "definitions", resource.Schema: "definitions",
	resource.DataType: "properties",
}

// isField reports whether a path of a body is that of a field of a schema, or of all of them.
func isField(kind resource.Kind, path string) bool {
	at := fieldsAt[kind]
	return at != "" && (path == at || strings.HasPrefix(path, at+"."))
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
	if steps[0] == "definitions" {
		steps = steps[min(2, len(steps)):] // and the name of one
	}
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
