package planner

import (
	"fmt"

	"github.com/aepflow/aepflow/internal/resource"
)

// maxRenameDiff is the percentage of fields that may differ between a removed and a
// new resource that look like one renamed resource.
const maxRenameDiff = 20

// hintRenames notes where a document seems to have been renamed: without movedFrom,
// its flow is created again and reads its data again.
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
				Message: fmt.Sprintf("%s is created and %s removed, and the two are nearly the same",
					n.change.Address, old.change.Address),
				Help: fmt.Sprintf("if the document was renamed, write `lifecycle: {movedFrom: %s}`: "+
					"nothing is then created or removed",
					old.change.Address.Name),
				Origin: n.change.Origin,
			})
			break
		}
	}
	return out
}

// looksRenamed compares a new resource with a removed one, without the names in
// references.
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
	return differ*100 <= leaves*maxRenameDiff
}
