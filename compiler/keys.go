package compiler

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/schemas"
)

// schemaNode is as much of the JSON Schema as is needed to know which keys a
// place takes.
type schemaNode struct {
	Ref                  string                 `json:"$ref"`
	Type                 json.RawMessage        `json:"type"`
	AllOf                []*schemaNode          `json:"allOf"`
	Properties           map[string]*schemaNode `json:"properties"`
	AdditionalProperties json.RawMessage        `json:"additionalProperties"`
	Items                *schemaNode            `json:"items"`
	Definitions          map[string]*schemaNode `json:"definitions"`
}

var schemaTree = sync.OnceValue(func() *schemaNode {
	var root schemaNode
	if err := json.Unmarshal(schemas.JSONSchema, &root); err != nil {
		panic("compiler: embedded schema: " + err.Error())
	}
	return &root
})

// knownKeys returns the keys that the map at a path may have, sorted.
func knownKeys(docKind string, path document.Path) []string {
	n := schemaTree().Definitions[docKind].resolve()
	for _, step := range path {
		if n = n.step(step).resolve(); n == nil {
			return nil
		}
	}
	return n.keys()
}

// isOfFormat reports whether the format has a value at a path.
func isOfFormat(docKind string, path document.Path) bool {
	n := schemaTree().Definitions[docKind].resolve()
	for _, step := range path {
		if n = n.step(step).resolve(); n == nil {
			return false
		}
	}
	return true
}

// resolve follows references.
func (n *schemaNode) resolve() *schemaNode {
	for n != nil && (n.Ref != "" || len(n.AllOf) > 0) {
		if n.Ref == "" {
			n = n.AllOf[0]
			continue
		}
		n = schemaTree().Definitions[strings.TrimPrefix(n.Ref, "#/definitions/")]
	}
	return n
}

func (n *schemaNode) step(s document.Step) *schemaNode {
	switch {
	case n == nil:
		return nil
	case s.IsIndex:
		return n.Items
	case n.Properties[s.Key] != nil:
		return n.Properties[s.Key]
	}
	return n.others()
}

// scalarTypes says what a place takes: text, and something that is none.
func scalarTypes(docKind string, path document.Path) (text, other bool) {
	n := schemaTree().Definitions[docKind].resolve()
	for _, step := range path {
		if n = n.step(step).resolve(); n == nil {
			return true, false
		}
	}
	types := string(n.Type)
	for _, name := range []string{"integer", "number", "boolean"} {
		other = other || strings.Contains(types, `"`+name+`"`)
	}
	return strings.Contains(types, `"string"`) || !other, other
}

// KeyOrder returns the keys of the map at a path of a document in the order of the
// file format; none where the keys are the user's own.
func KeyOrder(d *document.Document, path document.Path) []string {
	kind, ok := KindOf(d)
	if !ok {
		return nil
	}
	x := explainer{schemaValue()}
	v := x.resolve(x.definition(kind))
	for _, step := range path {
		v = x.resolve(v)
		properties, fixed := v.Get("properties")
		child, ok := properties.Get(step.Key)
		if !ok {
			if child, ok = v.Get("additionalProperties"); fixed || !ok {
				return nil
			}
		}
		v = child
	}
	v = x.resolve(v)
	properties, _ := v.Get("properties")
	var out []string
	for _, p := range properties.Fields {
		out = append(out, p.Name)
	}
	return out
}
