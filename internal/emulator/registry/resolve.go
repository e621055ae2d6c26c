package registry

import (
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// A type may refer to itself, and types of types grow without bound: a
// reference that is being resolved already is left as it stands, so is what
// lies too deep, and what comes after more fields than any row may have.
const (
	maxDepth  = 40
	MaxFields = 20_000
)

// Resolve gives a resource with every $ref and allOf folded into one tree of
// properties, as the "full" forms of Accept ask for.
func Resolve(sp *core.Space, o object) object {
	out := make(object, len(o))
	for k, v := range o {
		if k != "allOf" && k != "definitions" && k != "refs" {
			out[k] = v
		}
	}
	f := &folder{sp: sp, open: map[string]bool{core.Text(o, "$id"): true}, left: MaxFields}
	properties, required := f.fold(o, maxDepth)
	out["properties"] = properties
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// folder resolves references of one lookup.
type folder struct {
	sp   *core.Space
	open map[string]bool // ids that are being resolved
	left int             // fields that may still be resolved
}

// fold gives the merged properties of a resource or of a part of one; refs
// that begin with # point into root.
func (f *folder) fold(root object, depth int) (properties object, required []any) {
	return f.foldNode(root, root, depth)
}

func (f *folder) foldNode(node, root object, depth int) (object, []any) {
	properties := object{}
	required := core.List(node, "required")
	if f.left--; depth <= 0 || f.left < 0 {
		return properties, required
	}
	if id := core.Text(node, "$id"); core.Text(node, "meta:containerId") == "global" {
		mergeProperties(properties, globalProperties(id))
	}
	for _, e := range core.List(node, "allOf") {
		part, _ := e.(object)
		p, r := f.foldRef(part, root, depth)
		mergeProperties(properties, p)
		required = append(required, r...)
	}
	own, _ := node["properties"].(object)
	resolved := make(object, len(own))
	for name, v := range own {
		if field, isObject := v.(object); isObject {
			resolved[name] = f.field(field, root, depth-1)
		}
	}
	mergeProperties(properties, resolved)
	return properties, required
}

// foldRef folds an element of allOf: a reference, or a schema in place.
func (f *folder) foldRef(part, root object, depth int) (object, []any) {
	ref := core.Text(part, "$ref")
	switch {
	case part == nil:
		return nil, nil
	case ref == "":
		return f.foldNode(part, root, depth-1)
	case strings.HasPrefix(ref, "#/"):
		steps := strings.Split(ref[2:], "/")
		if target, isObject := core.At(root, steps...).(object); isObject {
			return f.foldNode(target, root, depth-1)
		}
		return nil, nil
	}
	target, id := FindResource(f.sp, ref), fullID(ref)
	if target == nil || f.open[id] {
		return nil, nil
	}
	f.open[id] = true
	defer delete(f.open, id)
	return f.fold(target, depth-1)
}

// field resolves one field of a tree and says its XDM type.
func (f *folder) field(field, root object, depth int) object {
	out := make(object, len(field))
	for k, v := range field {
		out[k] = v
	}
	if f.left--; depth <= 0 || f.left < 0 {
		return out
	}
	if ref := core.Text(field, "$ref"); ref != "" || field["allOf"] != nil {
		delete(out, "$ref")
		delete(out, "allOf")
		whole := object{"allOf": field["allOf"], "properties": field["properties"]}
		if ref != "" {
			whole["allOf"] = append([]any{object{"$ref": ref}}, core.List(field, "allOf")...)
			if target := FindResource(f.sp, ref); target != nil && core.Text(target, "type") == "array" {
				out["type"], out["items"] = "array", target["items"]
			}
		}
		properties, required := f.foldNode(whole, root, depth)
		if len(properties) > 0 {
			out["type"], out["properties"] = "object", properties
		}
		if len(required) > 0 {
			out["required"] = required
		}
	} else if own, isObject := field["properties"].(object); isObject {
		properties := make(object, len(own))
		for name, v := range own {
			if sub, isObject := v.(object); isObject {
				properties[name] = f.field(sub, root, depth-1)
			}
		}
		out["properties"] = properties
	}
	for _, key := range []string{"items", "additionalProperties"} {
		if sub, isObject := out[key].(object); isObject {
			out[key] = f.field(sub, root, depth-1)
		}
	}
	if out["meta:xdmType"] == nil {
		out["meta:xdmType"] = xdmType(out)
	}
	return out
}

// mergeProperties adds src to dst, deeply where both are objects. src may be
// shared and is copied.
func mergeProperties(dst, src object) {
	for name, v := range src {
		field, isObject := v.(object)
		if !isObject {
			continue
		}
		old, has := dst[name].(object)
		if !has {
			dst[name] = core.Clone(field)
			continue
		}
		for k, e := range field {
			if k == "properties" {
				below, _ := old["properties"].(object)
				if below == nil {
					below = object{}
				}
				sub, _ := e.(object)
				mergeProperties(below, sub)
				old["properties"] = below
				continue
			}
			old[k] = core.Clone(e)
		}
	}
}

// xdmType names the platform's type of a field from its JSON Schema.
func xdmType(field object) string {
	kind := core.Text(field, "type")
	switch kind {
	case "string":
		if f := core.Text(field, "format"); f == "date" || f == "date-time" {
			return f
		}
		return "string"
	case "integer":
		low, hasLow := core.AsInt(field["minimum"])
		high, hasHigh := core.AsInt(field["maximum"])
		if !hasLow || !hasHigh {
			return "int"
		}
		for _, t := range []struct {
			name  string
			limit int64
		}{{"byte", 128}, {"short", 32768}, {"int", 2147483648}} {
			if low >= -t.limit && high <= t.limit {
				return t.name
			}
		}
		return "long"
	case "object":
		if field["additionalProperties"] != nil && field["properties"] == nil {
			return "map"
		}
		return "object"
	case "":
		if field["properties"] != nil {
			return "object"
		}
		return "string"
	}
	return kind
}

// FieldType is a leaf or node of a resolved tree as paths compare it.
type FieldType struct {
	path  string
	Xdm   string
	field object
}

// Flatten lists a resolved tree's fields by dotted path; array elements are
// [*], map values *.
func Flatten(properties object, prefix string, out map[string]FieldType) {
	for name, v := range properties {
		if field, isObject := v.(object); isObject {
			flattenField(prefix+name, field, out)
		}
	}
}

func flattenField(path string, field object, out map[string]FieldType) {
	xdm := core.Text(field, "meta:xdmType")
	if xdm == "" {
		xdm = xdmType(field)
	}
	out[path] = FieldType{path, xdm, field}
	if items, isObject := field["items"].(object); isObject {
		flattenField(path+"[*]", items, out)
	}
	if below, isObject := field["properties"].(object); isObject {
		Flatten(below, path+".", out)
	}
	if values, isObject := field["additionalProperties"].(object); isObject {
		flattenField(path+".*", values, out)
	}
}

// FieldsOf resolves a resource and lists its fields.
func FieldsOf(sp *core.Space, o object) map[string]FieldType {
	out := map[string]FieldType{}
	properties, _ := Resolve(sp, o)["properties"].(object)
	Flatten(properties, "", out)
	return out
}
