package planner

import (
	"fmt"

	"github.com/aepflow/aepflow/internal/resource"
)

// A plan that removes more than a quarter of what there is, and at least
// massRemoval resources, is more likely a wrong folder than a wish.
const massRemoval = 10

// guardRemovals marks the removals of a plan that removes too much at once.
func (d *differ) guardRemovals() {
	if d.Destroy || d.AllowMassDelete {
		return
	}
	var removed []*item
	total := 0
	for i := range d.lock.Entries {
		if d.lock.Entries[i].ID != "" {
			total++
		}
	}
	for _, it := range d.order {
		if it.change.Action == Delete && it.change.Deposed == "" && !it.left {
			removed = append(removed, it)
		}
	}
	empty := len(d.graph.All()) == 0 && len(removed) > 0
	if !empty && (len(removed) < massRemoval || len(removed)*4 <= total) {
		return
	}
	message := fmt.Sprintf("the plan removes %d of %d resources", len(removed), total)
	if empty {
		message = fmt.Sprintf("no document asks for anything any more: the plan removes all %d resources; `aepflow destroy` is made for that", len(removed))
	}
	for _, it := range removed {
		it.change.Guards = append(it.change.Guards, Guard{Code: "mass-delete", Message: message, Flag: "--allow-mass-delete"})
	}
}

// alike is how many fields may differ, of a hundred, for a removed and a new
// resource to look like one that was renamed.
const alike = 20

// hintRenames notes where a document seems to have been renamed: the flow is
// made anew and its data are read again, which movedFrom avoids.
func (d *differ) hintRenames() []Diagnostic {
	var out []Diagnostic
	gone := map[resource.Kind][]*item{}
	for _, it := range d.order {
		if it.change.Action == Delete && it.change.Deposed == "" {
			gone[it.change.Kind] = append(gone[it.change.Kind], it)
		}
	}
	hinted := map[string]bool{}
	for _, it := range d.order {
		if it.change.Action != Create || len(gone[it.change.Kind]) > 50 || hinted[it.change.Address.Name] {
			continue
		}
		for _, old := range gone[it.change.Kind] {
			if !looksRenamed(it, d.want(it), old) {
				continue
			}
			hinted[it.change.Address.Name] = true
			out = append(out, Diagnostic{
				Severity: "note", Code: "moved-from",
				Message: fmt.Sprintf("%s is made and %s removed, and the two are nearly the same", it.change.Address, old.change.Address),
				Help:    fmt.Sprintf("if the document was renamed, write `lifecycle: {movedFrom: %s}`: nothing is then made or removed", old.change.Address.Name),
				Origin:  it.change.Origin,
			})
			break
		}
	}
	return out
}

// looksRenamed compares what is to be made with what was applied, but for the
// names in references.
func looksRenamed(it *item, desired resource.Value, old *item) bool {
	spec := resource.SpecOf(it.change.Kind)
	if len(spec.Identifying) == 0 {
		return false
	}
	applied := parse(old.entry.Applied)
	for _, field := range spec.Identifying {
		a, ok1 := spec.Find(applied, field)
		b, ok2 := spec.Find(desired, field)
		if !ok1 || !ok2 || !a.Equal(b) {
			return false
		}
	}
	leaves := 0
	desired.Walk(func(_ resource.Path, v resource.Value) {
		if v.Kind != resource.ListValue && v.Kind != resource.ObjectValue {
			leaves++
		}
	})
	differ := 0
	for _, f := range spec.Diff(applied, desired) {
		if f.From == nil || f.To == nil || f.From.Kind != resource.RefValue || f.To.Kind != resource.RefValue {
			differ++
		}
	}
	return differ*100 <= leaves*alike
}
