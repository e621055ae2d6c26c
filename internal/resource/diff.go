package resource

import "slices"

// Difference is one place where two bodies differ; nil means absent.
type Difference struct {
	Path     Path
	From, To *Value
}

// Diff returns where two bodies of a kind differ in meaning, in the order of the
// second one. List elements that have a key are compared by it, so their order is no
// difference; nor is another spelling of the same value, or a value that a lacks
// where its absence means what b has. A value that b lacks is a difference: removing
// it takes a call.
func (s *Spec) Diff(a, b Value) []Difference {
	c := comparer{spec: s}
	c.compare(nil, Value{}, &a, &b)
	return c.out
}

type comparer struct {
	spec *Spec
	out  []Difference
}

// compare walks two values side by side; inB is the object that b is a member of.
func (c *comparer) compare(at Path, inB Value, a, b *Value) {
	if (a == nil) != (b == nil) && c.spec.RulesBelow(at) {
		// Members have rows of their own: an object that is absent is empty.
		empty := Object()
		if a == nil {
			a = &empty
		} else {
			b = &empty
		}
	}
	switch {
	case a == nil && b == nil:
	case a == nil && c.spec.standsFor(at, inB, *b):
	case b == nil && c.spec.isNothing(at, *a):
	case a == nil || b == nil:
		c.out = append(c.out, Difference{at, a, b})
	case a.Kind == ObjectValue && b.Kind == ObjectValue:
		inA, inOther := a.finder(), b.finder()
		for _, name := range members(*b, *a, inOther) {
			c.compare(at.Field(name), *b, member(inA, name), member(inOther, name))
		}
	case a.Kind == ListValue && b.Kind == ListValue:
		c.lists(at, *a, *b)
	case !a.Equal(*b) && !c.spec.alike(at, inB, *a, *b):
		c.out = append(c.out, Difference{at, a, b})
	}
}

func (c *comparer) lists(at Path, a, b Value) {
	key, keyed := c.spec.KeyOf(at)
	switch {
	case keyed && distinct(a, key) && distinct(b, key):
		inA, inOther := elements(a, key), elements(b, key)
		for _, name := range keys(key, b, a) {
			c.compare(at.Key(name), Value{}, inA[name], inOther[name])
		}
	case c.spec.IsLoose(at) && sameElements(a, b):
	default:
		for i := range max(len(a.Items), len(b.Items)) {
			c.compare(at.Index(i), Value{}, nth(a, i), nth(b, i))
		}
	}
}

// members returns the names of first's members, then those that only second has.
func members(first, second Value, inFirst func(string) (Value, bool)) []string {
	var out []string
	for _, f := range first.Fields {
		out = append(out, f.Name)
	}
	for _, f := range second.Fields {
		if _, ok := inFirst(f.Name); !ok {
			out = append(out, f.Name)
		}
	}
	return out
}

func member(find func(string) (Value, bool), name string) *Value {
	if w, ok := find(name); ok {
		return &w
	}
	return nil
}

// keys returns the keys of first's elements, then those that only second has.
func keys(key string, first, second Value) []string {
	seen := make(map[string]bool, len(first.Items))
	var out []string
	for _, list := range [][]Value{first.Items, second.Items} {
		for _, item := range list {
			if name := KeyText(item, key); !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		}
	}
	return out
}

// distinct reports whether every element of a list has a key of its own.
func distinct(list Value, key string) bool {
	seen := make(map[string]bool, len(list.Items))
	for _, item := range list.Items {
		name := KeyText(item, key)
		if name == "" || seen[name] {
			return false
		}
		seen[name] = true
	}
	return true
}

// elements returns the elements of a list by their keys.
func elements(list Value, key string) map[string]*Value {
	out := make(map[string]*Value, len(list.Items))
	for i := range list.Items {
		out[KeyText(list.Items[i], key)] = &list.Items[i]
	}
	return out
}

func nth(list Value, i int) *Value {
	if i < len(list.Items) {
		return &list.Items[i]
	}
	return nil
}

func sameElements(a, b Value) bool {
	if len(a.Items) != len(b.Items) {
		return false
	}
	texts := func(v Value) []string {
		var out []string
		for _, item := range v.Items {
			out = append(out, string(item.JSON()))
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(texts(a), texts(b))
}
