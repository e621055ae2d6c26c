package planner

import (
	"bytes"
	"strings"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
)

// A document may name an object by the name of its document or by its ID, and an
// ID of the tenant with the tenant or with its placeholder. Which way it chooses
// is no change of the data: bodies are compared by what their values stand for.

// rewording maps what an applied body says to how the documents say the same.
type rewording struct {
	refs  map[resource.Ref]resource.Value // reference → literal ID
	texts map[string]resource.Value       // text as sent → reference or text
	sent  func(string) string
}

// rewording returns where the documents name the same values as were sent in
// another way. It is empty in nearly every case.
func (d *differ) rewording(r *resource.Resource, e *lockfile.Entry, desired resource.Value) rewording {
	if bytes.Equal(r.Body.JSON(), e.Applied) {
		return rewording{}
	}
	w := rewording{map[resource.Ref]resource.Value{}, map[string]resource.Value{}, d.bound}
	literals := map[string]resource.Value{}
	refs := map[resource.Ref]bool{}
	desired.Walk(func(_ resource.Path, v resource.Value) {
		switch v.Kind {
		case resource.StringValue:
			literals[d.bound(v.Text)] = v
		case resource.RefValue:
			refs[v.Ref] = true
			if value, known, _ := d.current(v.Ref); known && v.Ref.Field == "id" {
				w.texts[value] = v
			}
		}
	})
	for _, n := range e.Needs {
		ref := n.Ref()
		if literal, ok := literals[n.ID]; ok && ref.Field == "id" && !refs[ref] {
			w.refs[ref] = literal
		}
	}
	for text, literal := range literals {
		w.texts[text] = literal // a text that is there is never taken for a reference
	}
	return w
}

// of returns a body with its values named as the documents name them, and
// whether any was named in another way.
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

// bound is a text of a document as it is sent.
func (d *differ) bound(text string) string {
	if tenant := d.tenant(); tenant != "" {
		return strings.ReplaceAll(text, specs.TenantPlaceholder, tenant)
	}
	return text
}

// current returns what a reference stands for before and after the plan: known is
// false for what is created, replaced, or given a new version; wanted says whether
// the documents ask for its resource at all.
func (d *differ) current(r resource.Ref) (value string, known, wanted bool) {
	it, wanted := d.items[r.To]
	if !wanted {
		return "", false, false
	}
	entry := it.entry
	switch it.change.Action {
	case Create, Replace:
		return "", false, true
	case Import:
		entry = &lockfile.Entry{ID: d.bound(it.change.ID), ETag: it.change.ETag}
	case Update:
		if r.Field == "version" && resource.SpecOf(r.To.Kind).Versioned && it.change.Reason != ReasonReworded {
			return "", false, true
		}
	}
	value, known = entry.Output(r.Field)
	return value, known, true
}

// keepNamed takes out of the removals what a document names by its ID: the object
// is no longer managed here, but it is in use. What such an object needs, and the
// identities and the Profile tag of such a schema, stay with it. A replacement
// whose old object a document names is refused by a guard.
func (d *differ) keepNamed() {
	gone := map[string]*item{} // by the ID that a document may name
	for _, it := range d.order {
		if it.change.Action.Destroys() && !d.Destroy {
			gone[it.change.ID] = it
		}
	}
	if len(gone) == 0 {
		return
	}
	named := d.namedIn(gone)
	keep := map[resource.Address]bool{}
	var hold func(a resource.Address)
	hold = func(a resource.Address) {
		e, ok := d.lock.Get(a)
		if !ok || keep[a] {
			return
		}
		keep[a] = true
		for _, n := range e.Needs {
			hold(n.To)
		}
	}
	for id := range named {
		if it := gone[id]; it.change.Action == Delete && it.change.Deposed == "" {
			hold(it.change.Address)
		} else {
			it.named = true
		}
	}
	for _, it := range d.order {
		k := it.change.Kind
		if k != resource.Descriptor && k != resource.Union {
			continue
		}
		for _, n := range it.entry.Needs {
			if n.To.Kind == resource.Schema && keep[n.To] {
				keep[it.change.Address] = true
			}
		}
	}
	for _, it := range d.order {
		if it.change.Action == Delete && it.change.Deposed == "" && keep[it.change.Address] {
			it.change.Action, it.change.Reason = Forget, ReasonNamed
		}
	}
}

// namedIn returns which IDs the documents name as plain texts. It reads each body
// once, whatever the number of IDs.
func (d *differ) namedIn(ids map[string]*item) map[string]bool {
	out := map[string]bool{}
	for _, r := range d.graph.All() {
		for text := range r.Body.Texts() {
			if text = d.bound(text); ids[text] != nil {
				out[text] = true
			}
		}
	}
	return out
}
