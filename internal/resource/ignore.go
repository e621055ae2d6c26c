package resource

import (
	"slices"
	"strings"
)

// Ignoring returns a live body with the applied values of some fields: others may change those on the platform.
func (s *Spec) Ignoring(applied, live Value, fields []string) Value {
	if len(fields) == 0 {
		return live
	}
	for _, d := range s.Diff(applied, live) {
		isIgnored := func(field string) bool {
			_, ok := matchPrefix(field, d.Path)
			return ok
		}
		if slices.ContainsFunc(fields, isIgnored) {
			live = s.put(live, nil, d.Path, d.From)
		}
	}
	return live
}

// Put returns a body with the value at a path of fields and keys set, or removed where it is nil.
func (s *Spec) Put(body Value, at Path, w *Value) Value { return s.put(body, nil, at, w) }

// put sets the value at the path rest of v, which is at the path at, or removes it.
func (s *Spec) put(v Value, at, rest Path, w *Value) Value {
	if len(rest) == 0 {
		return *w
	}
	step, last := rest[0], len(rest) == 1
	if step.Sort == FieldStep {
		old, ok := v.Get(step.Name)
		switch {
		case last && w == nil:
			return v.Without(step.Name)
		case ok || last:
			return v.With(step.Name, s.put(old, at.Field(step.Name), rest[1:], w))
		}
		return v
	}
	i := step.Index
	if step.Sort == KeyStep {
		key, _ := s.KeyOf(at)
		i = indexOf(v, key, step.Name)
	}
	v.Items = slices.Clone(v.Items)
	switch {
	case last && w == nil && i >= 0 && i < len(v.Items):
		v.Items = slices.Delete(v.Items, i, i+1)
	case i >= 0 && i < len(v.Items):
		v.Items[i] = s.put(v.Items[i], append(at[:len(at):len(at)], step), rest[1:], w)
	case last && w != nil:
		v.Items = append(v.Items, *w)
	}
	return v
}

// HasField reports whether a field can be in a body of the kind: the table of kinds names it, or a field below it, or
// the body has it.
func (s *Spec) HasField(body Value, field string) bool {
	for _, t := range s.Traits {
		if t.Field == field || strings.HasPrefix(t.Field, field+".") || strings.HasPrefix(t.Field, field+"[") {
			return true
		}
	}
	found := false
	body.Walk(func(at Path, _ Value) {
		if n, ok := matchPrefix(field, s.Keyed(body, at)); ok && n == len(at) {
			found = true
		}
	})
	return found
}

// Fields returns the fields that the table of kinds names, for suggestions.
func (s *Spec) Fields() []string {
	var out []string
	for _, t := range s.Traits {
		out = append(out, t.Field)
	}
	return out
}
