package planner

import (
	"bytes"
	"maps"

	"github.com/aepflow/aepflow/internal/resource"
)

// A document may refer to an object by name or by ID, and write the tenant in an ID
// or its placeholder. The choice does not change the data: bodies are compared by
// what their values refer to.

// rewording maps the values of an applied body to how the documents write them.
type rewording struct {
	refs  map[resource.Ref]resource.Value // reference → literal ID
	texts map[string]resource.Value       // text as sent → reference or text
	sent  func(string) string
}

// rewordingOf returns the values that the document of a node writes in another way
// than its applied body. It is empty in nearly every case.
func rewordingOf(n *node, e *env) rewording {
	if bytes.Equal(n.resource.Body.JSON(), n.entry.Applied) {
		return rewording{}
	}
	w := rewording{map[resource.Ref]resource.Value{}, map[string]resource.Value{}, e.bound}
	literals := map[string]resource.Value{}
	refs := map[resource.Ref]bool{}
	n.desired.Walk(func(_ resource.Path, v resource.Value) {
		switch v.Kind {
		case resource.StringValue:
			literals[e.bound(v.Text)] = v
		case resource.RefValue:
			refs[v.Ref] = true
			if value, known, _ := e.output(v.Ref); known && v.Ref.Field == "id" {
				w.texts[value] = v
			}
		}
	})
	for _, need := range n.entry.Needs {
		ref := need.Ref()
		if literal, ok := literals[need.ID]; ok && ref.Field == "id" && !refs[ref] {
			w.refs[ref] = literal
		}
	}
	maps.Copy(w.texts, literals) // a text that the document has is never taken for a reference
	return w
}

// of returns a body with its values written as the documents write them, and whether
// any changed.
func (w rewording) of(body resource.Value) (resource.Value, bool) {
	if len(w.texts) == 0 {
		return body, false
	}
	changed := false
	out, _ := body.Map(func(_ resource.Path, v resource.Value) (resource.Value, error) {
		now, ok := v, false
		switch v.Kind {
		case resource.RefValue:
			now, ok = w.refs[v.Ref]
		case resource.StringValue:
			now, ok = w.texts[w.sent(v.Text)]
		}
		if !ok || now.Equal(v) {
			return v, nil
		}
		changed = true
		return now, nil
	})
	return out, changed
}
