package planner

import (
	"fmt"

	"github.com/aepflow/aepflow/internal/resource"
)

// alike is how many fields may differ, of a hundred, for a removed and a new
// resource to look like one that was renamed.
const alike = 20

// hintRenames notes where a document seems to have been renamed: the flow is
// made anew and its data are read again, which movedFrom avoids.
func hintRenames(list []*node) []Diagnostic {
	var out []Diagnostic
	gone := map[resource.Kind][]*node{}
	for _, n := range list {
		if n.removes() {
			gone[n.change.Kind] = append(gone[n.change.Kind], n)
		}
	}
	hinted := map[string]bool{}
	for _, n := range list {
		if n.change.Action != Create || len(gone[n.change.Kind]) > 50 || hinted[n.change.Address.Name] {
			continue
		}
		for _, old := range gone[n.change.Kind] {
			if !looksRenamed(n, old) {
				continue
			}
			hinted[n.change.Address.Name] = true
			out = append(out, Diagnostic{
				Severity: "note", Code: "moved-from",
				Message: fmt.Sprintf("%s is made and %s removed, and the two are nearly the same", n.change.Address, old.change.Address),
				Help:    fmt.Sprintf("if the document was renamed, write `lifecycle: {movedFrom: %s}`: nothing is then made or removed", old.change.Address.Name),
				Origin:  n.change.Origin,
			})
			break
		}
	}
	return out
}

// looksRenamed compares what is to be made with what was applied, but for the
// names in references.
func looksRenamed(n, old *node) bool {
	spec := n.spec()
	if len(spec.Identifying) == 0 {
		return false
	}
	applied, desired := parse(old.entry.Applied), n.want()
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
	for _, d := range spec.Diff(applied, desired) {
		if d.From == nil || d.To == nil || d.From.Kind != resource.RefValue || d.To.Kind != resource.RefValue {
			differ++
		}
	}
	return differ*100 <= leaves*alike
}
