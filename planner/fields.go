package planner

import (
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
)

// difference is one place where two bodies differ; nil stands for absent.
type difference struct {
	path             resource.Path
	applied, desired *resource.Value
}

// compare walks two bodies of one kind side by side. List elements that have a
// key are compared by it, so that a pure reorder is no difference.
func compare(s *resource.Spec, at resource.Path, a, b *resource.Value, out *[]difference) {
	if s.RulesBelow(at) {
		// Members have rows of their own: an object that is not there is empty.
		empty := resource.Object()
		if a == nil && b != nil {
			a = &empty
		} else if b == nil && a != nil {
			b = &empty
		}
	}
	switch {
	case a == nil || b == nil || a.Kind != b.Kind || a.Kind != resource.ObjectValue && a.Kind != resource.ListValue:
		if a == nil || b == nil || !a.Equal(*b) {
			*out = append(*out, difference{at, a, b})
		}
	case a.Kind == resource.ObjectValue:
		for _, name := range members(*b, *a) {
			compare(s, at.Field(name), member(*a, name), member(*b, name), out)
		}
	default:
		compareLists(s, at, *a, *b, out)
	}
}

// differs reports whether two bodies differ in more than order.
func differs(s *resource.Spec, a, b resource.Value) bool {
	var found []difference
	compare(s, nil, &a, &b, &found)
	return len(found) > 0
}

func compareLists(s *resource.Spec, at resource.Path, a, b resource.Value, out *[]difference) {
	key, keyed := s.KeyOf(at)
	switch {
	case keyed && distinct(a, key) && distinct(b, key):
		for _, name := range keys(key, b, a) {
			compare(s, at.Key(name), element(a, key, name), element(b, key, name), out)
		}
	case s.IsLoose(at) && sameElements(a, b):
	default:
		for i := range max(len(a.Items), len(b.Items)) {
			compare(s, at.Index(i), nth(a, i), nth(b, i), out)
		}
	}
}

// members returns the names of first's members, then those that only second has.
func members(first, second resource.Value) []string {
	var out []string
	for _, f := range first.Fields {
		out = append(out, f.Name)
	}
	for _, f := range second.Fields {
		if !slices.Contains(out, f.Name) {
			out = append(out, f.Name)
		}
	}
	return out
}

func member(v resource.Value, name string) *resource.Value {
	if w, ok := v.Get(name); ok {
		return &w
	}
	return nil
}

// keys returns the keys of first's elements, then those that only second has.
func keys(key string, first, second resource.Value) []string {
	seen := make(map[string]bool, len(first.Items))
	var out []string
	for _, list := range [][]resource.Value{first.Items, second.Items} {
		for _, item := range list {
			if name := resource.KeyText(item, key); !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		}
	}
	return out
}

// distinct reports whether the key tells every element of a list apart.
func distinct(list resource.Value, key string) bool {
	seen := make(map[string]bool, len(list.Items))
	for _, item := range list.Items {
		name := resource.KeyText(item, key)
		if name == "" || seen[name] {
			return false
		}
		seen[name] = true
	}
	return true
}

func element(list resource.Value, key, name string) *resource.Value {
	if i := resource.IndexOf(list, key, name); i >= 0 {
		return &list.Items[i]
	}
	return nil
}

func nth(list resource.Value, i int) *resource.Value {
	if i < len(list.Items) {
		return &list.Items[i]
	}
	return nil
}

func sameElements(a, b resource.Value) bool {
	if len(a.Items) != len(b.Items) {
		return false
	}
	texts := func(v resource.Value) []string {
		var out []string
		for _, item := range v.Items {
			out = append(out, string(item.JSON()))
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(texts(a), texts(b))
}
