package compiler

import (
	"slices"
	"strings"
	"sync"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/schemas"
)

// Explanation is what the file format says about one key.
type Explanation struct {
	Path        string        `json:"path"` // dataflow.schedule.interval
	Type        string        `json:"type"` // in words: an integer
	Required    bool          `json:"required,omitempty"`
	Description string        `json:"description,omitempty"`
	Rules       []string      `json:"rules,omitempty"` // at least 1, at most 63 characters
	Values      []string      `json:"values,omitempty"`
	Default     string        `json:"default,omitempty"`
	Examples    []string      `json:"examples,omitempty"`
	Keys        []Explanation `json:"keys,omitempty"` // one level, in the order of the format
}

// Explain looks a key up by its path: the kind of a document in lower case, then
// keys joined by dots. Names that the user chooses (of columns, mappings, …) may
// be left out. When there is no such key, near is the nearest path that is.
func Explain(path string) (e Explanation, near string, ok bool) {
	x := explainer{schemaValue()}
	steps := strings.Split(path, ".")
	kinds := explainKinds()
	kind, known := kinds[steps[0]]
	if !known {
		var names []string
		for name := range kinds {
			names = append(names, name)
		}
		near, _ := diag.Nearest(steps[0], sorted(names))
		return Explanation{}, near, false
	}
	node := x.definition(kind)
	required := false
	for i, step := range steps[1:] {
		next, need, found := x.child(node, step)
		if !found {
			name, ok := diag.Nearest(step, x.keys(node))
			if !ok {
				return Explanation{}, strings.Join(steps[:i+1], "."), false
			}
			return Explanation{}, strings.Join(append(slices.Clone(steps[:i+1]), name), "."), false
		}
		node, required = next, need
	}
	e = x.explain(node)
	e.Path, e.Required = path, required
	names, order := x.required(x.element(node)), x.keys(node)
	for _, name := range order {
		child, _, _ := x.child(node, name)
		k := x.explain(child)
		k.Path, k.Required = path+"."+name, slices.Contains(names, name)
		e.Keys = append(e.Keys, k)
	}
	return e, "", true
}

// explainKinds names the definitions that a path may begin with.
func explainKinds() map[string]string {
	out := map[string]string{}
	for _, k := range append(schemas.Kinds(), schemas.KindProject) {
		out[strings.ToLower(k)] = k
	}
	return out
}

// schemaValue is the JSON Schema with its keys in order.
var schemaValue = sync.OnceValue(func() resource.Value {
	root, err := resource.Parse(schemas.JSONSchema)
	if err != nil {
		panic("compiler: embedded schema: " + err.Error())
	}
	return root
})

type explainer struct{ root resource.Value }

func (x explainer) definition(name string) resource.Value {
	all, _ := x.root.Get("definitions")
	v, _ := all.Get(name)
	return v
}

// resolve follows references; members next to a reference override the referenced ones.
func (x explainer) resolve(v resource.Value) resource.Value {
	own := v
	for {
		ref, ok := v.Get("$ref")
		if all, is := v.Get("allOf"); !ok && is && len(all.Items) == 1 {
			ref, ok = all.Items[0].Get("$ref")
		}
		if !ok {
			break
		}
		v = x.definition(strings.TrimPrefix(ref.Text, "#/definitions/"))
	}
	if text, ok := own.Get("description"); ok {
		v = v.With("description", text)
	}
	return v
}

// element returns what has the keys of a value: itself, for a map whose keys the user
// chooses, the type of each value, or for a list that of each item.
func (x explainer) element(v resource.Value) resource.Value {
	v = x.resolve(v)
	if _, ok := v.Get("properties"); ok {
		return v
	}
	if more, ok := v.Get("additionalProperties"); ok && more.Kind == resource.ObjectValue {
		return x.resolve(more)
	}
	if items, ok := v.Get("items"); ok {
		return x.resolve(items)
	}
	return v
}

func (x explainer) child(v resource.Value, name string) (_ resource.Value, required, ok bool) {
	e := x.element(v)
	properties, _ := e.Get("properties")
	child, ok := properties.Get(name)
	return child, slices.Contains(x.required(e), name), ok
}

func (x explainer) required(v resource.Value) []string {
	list, _ := v.Get("required")
	return textsOf(list)
}

func (x explainer) keys(v resource.Value) []string {
	properties, _ := x.element(v).Get("properties")
	var out []string
	for _, f := range properties.Fields {
		out = append(out, f.Name)
	}
	return out
}

func textsOf(list resource.Value) []string {
	var out []string
	for _, item := range list.Items {
		out = append(out, item.Text)
	}
	return out
}

// limitWords spells the limits of a schema.
var limitWords = []struct{ key, before, after string }{
	{"minimum", "at least ", ""}, {"exclusiveMinimum", "more than ", ""}, {"maximum", "at most ", ""},
	{"minLength", "at least ", " characters"}, {"maxLength", "at most ", " characters"},
	{"minProperties", "at least ", " keys"}, {"pattern", "matches ", ""},
}

func (x explainer) explain(v resource.Value) Explanation {
	v = x.resolve(v)
	e := Explanation{Type: x.typeOf(v)}
	text, _ := v.Get("description")
	e.Description = text.Text
	for _, w := range limitWords {
		switch limit, ok := v.Get(w.key); {
		case !ok:
		case w.key == "minLength" && limit.Text == "1":
			e.Rules = append(e.Rules, "not empty")
		case w.key == "minProperties" && limit.Text == "1":
			e.Rules = append(e.Rules, "at least one key")
		default:
			e.Rules = append(e.Rules, w.before+limit.Text+w.after)
		}
	}
	values, _ := v.Get("enum")
	if then, ok := v.Get("then"); ok && len(values.Items) == 0 {
		values, _ = then.Get("enum")
	}
	e.Values = textsOf(values)
	if d, ok := v.Get("default"); ok {
		e.Default = d.Text
	}
	examples, _ := v.Get("examples")
	e.Examples = textsOf(examples)
	return e
}

func (x explainer) typeOf(v resource.Value) string {
	t, _ := v.Get("type")
	names := textsOf(t)
	if t.Kind == resource.StringValue {
		names = []string{t.Text}
	}
	if more, ok := v.Get("additionalProperties"); ok && more.Kind == resource.ObjectValue && len(names) == 1 {
		return "a map of your own names to " + strings.TrimPrefix(x.typeOf(x.resolve(more)), "each ")
	}
	if items, ok := v.Get("items"); ok && slices.Contains(names, "string") {
		return "text, or a list of " + x.typeOf(x.resolve(items))
	} else if ok {
		of := x.typeOf(x.resolve(items))
		if rest, isMap := strings.CutPrefix(of, "a map"); isMap {
			return "a list of maps" + rest
		}
		return "a list of " + strings.TrimPrefix(strings.TrimPrefix(of, "a "), "an ")
	}
	if len(names) == 0 {
		return "any value"
	}
	return wantedTypes(names)
}
