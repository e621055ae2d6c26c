// Package format answers questions about the file format: which keys a place takes, in which order, and what they mean.
//
// In: the JSON Schema, which is generated from package schemas, and a path. Out: keys, types, and explanations.
package format

import (
	"slices"
	"strings"
	"sync"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/schemas"
)

// definitions are those of the JSON Schema, with their keys in order.
var definitions = sync.OnceValue(func() map[string]resource.Value {
	root, err := resource.Parse(schemas.JSONSchema)
	if err != nil {
		panic("format: embedded schema: " + err.Error())
	}
	all, _ := root.Get("definitions")
	out := map[string]resource.Value{}
	for _, d := range all.Fields {
		out[d.Name] = d.Value
	}
	return out
})

// resolve follows references.
func resolve(v resource.Value) resource.Value {
	for {
		ref, ok := v.Get("$ref")
		if all, is := v.Get("allOf"); !ok && is {
			ref, ok = all.Items[0].Get("$ref")
		}
		if !ok {
			return v
		}
		v = definitions()[strings.TrimPrefix(ref.Text, "#/definitions/")]
	}
}

// at returns what the format says about a path of a document.
func at(kind string, path document.Path) (v resource.Value, ok bool) {
	v, ok = definitions()[kind]
	for i := 0; ok && i < len(path); i++ {
		v, ok = step(v, path[i])
	}
	return resolve(v), ok
}

func step(v resource.Value, s document.Step) (resource.Value, bool) {
	v = resolve(v)
	if s.IsIndex {
		return v.Get("items")
	}
	properties, _ := v.Get("properties")
	if child, ok := properties.Get(s.Key); ok {
		return child, true
	}
	others, _ := v.Get("additionalProperties")
	return others, others.Kind == resource.ObjectValue
}

func keysOf(v resource.Value) []string {
	properties, _ := v.Get("properties")
	var out []string
	for _, p := range properties.Fields {
		out = append(out, p.Name)
	}
	return out
}

// KindOf returns the kind of a document: what its key `kind` says, Dataflow
// when it says nothing. False when it says something that is not a kind.
func KindOf(d *document.Document) (string, bool) {
	n := d.Root.Get("kind")
	if n == nil {
		n = misspelledKind(d.Root)
	}
	switch {
	case n == nil:
		return schemas.KindDataflow, true
	case n.Kind == document.StringKind && slices.Contains(schemas.Kinds(), n.Text):
		return n.Text, true
	default:
		return "", false
	}
}

// misspelledKind returns the value of a misspelled key `kind`, nil when there is
// none.
func misspelledKind(root *document.Node) *document.Node {
	for _, p := range root.Pairs {
		if p.Value.Kind != document.StringKind || !slices.Contains(schemas.Kinds(), p.Value.Text) {
			continue
		}
		if _, ok := diag.Nearest(p.Key.Text, []string{"kind"}); ok {
			return p.Value
		}
	}
	return nil
}

// Has reports whether the format has a value at a path of a document.
func Has(kind string, path document.Path) bool {
	_, ok := at(kind, path)
	return ok
}

// Keys returns the keys that the map at a path may have, sorted; none for keys that the user chooses.
func Keys(kind string, path document.Path) []string {
	v, _ := at(kind, path)
	keys := keysOf(v)
	slices.Sort(keys)
	return keys
}

// Scalars says what a place takes: text, and something that is none.
func Scalars(kind string, path document.Path) (text, other bool) {
	v, _ := at(kind, path)
	types := typesOf(v)
	other = slices.ContainsFunc([]string{"integer", "number", "boolean"}, func(name string) bool {
		return slices.Contains(types, name)
	})
	return slices.Contains(types, "string") || !other, other
}

// typesOf are the names of the types that a value may have.
func typesOf(v resource.Value) []string {
	t, _ := v.Get("type")
	if t.Kind == resource.StringValue {
		return []string{t.Text}
	}
	return textsOf(t)
}

// KeyOrder returns the keys of the map at a path of a document in the order of the
// file format; none where the keys are the user's own.
func KeyOrder(d *document.Document, path document.Path) []string {
	kind, ok := KindOf(d)
	if !ok {
		return nil
	}
	v, _ := at(kind, path)
	return keysOf(v)
}
