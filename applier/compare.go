package applier

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
)

// differences compares what we manage of an object with what it is. Members that
// only the platform knows do not count, nor do null ones: those are secrets,
// which no platform gives back. Numbers and flags that come back as text are the
// same, as everybody who reads the platform's answers has to take them. The state
// that action calls change is not compared: it moves on its own.
func differences(kind resource.Kind, managed, live json.RawMessage) []Difference {
	c := comparer{spec: resource.SpecOf(kind)}
	if c.spec.TagOf != "" {
		return nil // reading found the tag, and there is nothing else to it
	}
	c.compare(nil, decode(managed), decode(live))
	return c.out
}

// decode reads JSON of which only equality matters.
func decode(text json.RawMessage) any {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil
	}
	return v
}

type comparer struct {
	spec *resource.Spec
	out  []Difference
}

func (c *comparer) compare(at resource.Path, want, live any) {
	switch w := want.(type) {
	case nil:
	case map[string]any:
		l, ok := live.(map[string]any)
		if !ok {
			c.differ(at, want, live)
			return
		}
		for _, name := range slices.Sorted(maps.Keys(w)) {
			if len(at) == 0 && name == c.spec.State {
				continue
			}
			v, has := l[name]
			if !has && holdsSecret(w[name]) {
				continue
			}
			if !has {
				c.out = append(c.out, Difference{Path: at.Field(name).String(), Applied: encode(w[name])})
				continue
			}
			c.compare(at.Field(name), w[name], v)
		}
	case []any:
		l, ok := live.([]any)
		if !ok || len(l) != len(w) {
			c.differ(at, want, live)
			return
		}
		c.lists(at, w, l)
	default:
		if !c.alike(at, want, live) {
			c.differ(at, want, live)
		}
	}
}

// holdsSecret reports whether a value is a secret or a group with one in it, such
// as the parameters of a sign-in, which the platform may keep back as a whole.
func holdsSecret(v any) bool {
	if m, ok := v.(map[string]any); ok {
		for _, w := range m {
			if holdsSecret(w) {
				return true
			}
		}
	}
	return v == nil
}

func (c *comparer) lists(at resource.Path, want, live []any) {
	if key, ok := c.spec.KeyOf(at); ok {
		for _, w := range want {
			id := member(w, key)
			i := slices.IndexFunc(live, func(l any) bool { return member(l, key) == id })
			if i < 0 {
				c.out = append(c.out, Difference{Path: at.Key(id).String(), Applied: encode(w)})
				continue
			}
			c.compare(at.Key(id), w, live[i])
		}
		return
	}
	if c.spec.IsLoose(at) {
		want, live = sorted(want), sorted(live)
	}
	for i := range want {
		c.compare(at.Index(i), want[i], live[i])
	}
}

func (c *comparer) alike(at resource.Path, want, live any) bool {
	w, l := scalar(want), scalar(live)
	if w == l {
		return true
	}
	x, err1 := strconv.ParseFloat(w, 64)
	y, err2 := strconv.ParseFloat(l, 64)
	if err1 == nil && err2 == nil && x == y {
		return true
	}
	if len(at) == 0 {
		return false
	}
	switch last := at[len(at)-1]; {
	case c.spec.Kind == resource.Mapping && last.Name == "sourceType":
		// Data Prep answers with names of its own, such as text/x.schema-path.
		return strings.HasPrefix(l, "text/")
	case c.spec.Kind == resource.Dataset && at[0].Name == "tags":
		return strings.ReplaceAll(w, " ", "") == strings.ReplaceAll(l, " ", "")
	}
	return false
}

func (c *comparer) differ(at resource.Path, want, live any) {
	c.out = append(c.out, Difference{Path: at.String(), Applied: encode(want), Live: encode(live)})
}

func member(v any, key string) string {
	m, _ := v.(map[string]any)
	return scalar(m[key])
}

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	case nil:
		return ""
	}
	return string(encode(v))
}

func sorted(list []any) []any {
	return slices.SortedFunc(slices.Values(list), func(a, b any) int { return strings.Compare(scalar(a), scalar(b)) })
}

func encode(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("applier: %v", err)) // decoded from JSON a moment ago
	}
	return text
}
