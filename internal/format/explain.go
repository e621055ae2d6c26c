package format

import (
	"maps"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/words"
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
	steps := strings.Split(path, ".")
	kinds := explainKinds()
	kind, known := kinds[steps[0]]
	if !known {
		near, _ := diag.Nearest(steps[0], Topics())
		return Explanation{}, near, false
	}
	node := definitions()[kind]
	isRequired := false
	for i, step := range steps[1:] {
		next, need, found := child(node, step)
		if !found {
			name, ok := diag.Nearest(step, keysOf(element(node)))
			if !ok {
				return Explanation{}, strings.Join(steps[:i+1], "."), false
			}
			return Explanation{}, strings.Join(append(slices.Clone(steps[:i+1]), name), "."), false
		}
		node, isRequired = next, need
	}
	e = explain(node)
	e.Path, e.Required = path, isRequired
	names, order := requiredOf(element(node)), keysOf(element(node))
	for _, name := range order {
		next, _, _ := child(node, name)
		k := explain(next)
		k.Path, k.Required = path+"."+name, slices.Contains(names, name)
		e.Keys = append(e.Keys, k)
	}
	return e, "", true
}

// Topics are the names that a path may begin with.
func Topics() []string { return slices.Sorted(maps.Keys(explainKinds())) }

// explainKinds names the definitions that a path may begin with.
func explainKinds() map[string]string {
	out := map[string]string{}
	for _, k := range append(schemas.Kinds(), schemas.KindProject) {
		out[strings.ToLower(k)] = k
	}
	return out
}

// element returns what has the keys of a value: itself, for a map whose keys the user
// chooses, the type of each value, or for a list that of each item.
func element(v resource.Value) resource.Value {
	v = resolve(v)
	if _, ok := v.Get("properties"); ok {
		return v
	}
	if more, ok := v.Get("additionalProperties"); ok && more.Kind == resource.ObjectValue {
		return resolve(more)
	}
	if items, ok := v.Get("items"); ok {
		return resolve(items)
	}
	return v
}

func child(v resource.Value, name string) (_ resource.Value, required, ok bool) {
	e := element(v)
	properties, _ := e.Get("properties")
	child, ok := properties.Get(name)
	return child, slices.Contains(requiredOf(e), name), ok
}

func requiredOf(v resource.Value) []string {
	list, _ := v.Get("required")
	return textsOf(list)
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

func explain(v resource.Value) Explanation {
	text, own := v.Get("description") // next to a reference, it overrides the referenced one
	v = resolve(v)
	if !own {
		text, _ = v.Get("description")
	}
	e := Explanation{Type: typeOf(v)}
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

func typeOf(v resource.Value) string {
	names := typesOf(v)
	if more, ok := v.Get("additionalProperties"); ok && more.Kind == resource.ObjectValue && len(names) == 1 {
		return "a map of your own names to " + strings.TrimPrefix(typeOf(resolve(more)), "each ")
	}
	if items, ok := v.Get("items"); ok && slices.Contains(names, "string") {
		return "text, or a list of " + typeOf(resolve(items))
	} else if ok {
		of := typeOf(resolve(items))
		if rest, isMap := strings.CutPrefix(of, "a map"); isMap {
			return "a list of maps" + rest
		}
		return "a list of " + strings.TrimPrefix(strings.TrimPrefix(of, "a "), "an ")
	}
	if len(names) == 0 {
		return "any value"
	}
	return InWords(names)
}

// InWords says what a place takes, by the types of a JSON Schema, in words that a writer of YAML knows.
func InWords(types []string) string {
	names := map[string]string{
		"string": "text", "integer": "an integer", "number": "a number", "boolean": "true or false",
		"object": "a map of keys and values", "array": "a list", "null": "nothing",
	}
	var out []string
	for _, n := range types {
		out = append(out, names[n])
	}
	return words.List(out, "or")
}

// Topic is the argument of `aepflow explain` for a place in a document: list indexes and
// keys that the user chose are left out.
func Topic(kind string, path document.Path) string {
	out, node := strings.ToLower(kind), definitions()[kind]
	for _, s := range path {
		if next, _, ok := child(node, s.Key); ok { // a key of the format, not a name of the user's
			out, node = out+"."+s.Key, next
		}
	}
	return out
}
