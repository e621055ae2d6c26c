package resource

import (
	"cmp"
	"encoding/json"
	"iter"
)

// Keyed turns the indexes of a path into keys where the list of v has them.
func (s *Spec) Keyed(v Value, p Path) Path {
	var out Path
	for _, step := range p {
		if step.Sort == IndexStep {
			if key, ok := s.KeyOf(out); ok {
				list, _ := s.At(v, out)
				step = Step{Name: KeyText(list.Items[step.Index], key), Sort: KeyStep}
			}
		}
		out = append(out, step)
	}
	return out
}

// Referred yields what a body refers to, and the ID that an object on the platform has in its place.
func (s *Spec) Referred(body Value, live json.RawMessage, tenant string) iter.Seq2[Address, string] {
	return func(yield func(Address, string) bool) {
		unknown := func(Path, Ref) (string, bool) { return "", true }
		aligned, err := s.Align(body, live, tenant, unknown)
		if err != nil || s.Tag {
			return
		}
		tree, more := s.Tree(aligned), true
		body.Walk(func(at Path, v Value) {
			if !more || v.Kind != RefValue || v.Ref.Field != "id" {
				return
			}
			if id, ok := tree.At(s.Keyed(body, at)); ok && id.Kind == StringValue && id.Text != "" {
				more = yield(v.Ref.To, id.Text)
			}
		})
	}
}

// MappingPin returns the mapping set and the version that the body of a flow uses, false if it uses none.
func MappingPin(flow Value) (id, version string, ok bool) {
	list, _ := flow.Get("transformations")
	for _, t := range list.Items {
		if name, _ := t.Get("name"); name.Text == "Mapping" {
			params, _ := t.Get("params")
			set, _ := params.Get("mappingId")
			pin, _ := params.Get("mappingVersion")
			return set.Text, cmp.Or(pin.Text, "0"), set.Text != ""
		}
	}
	return "", "", false
}
