package planner

import (
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

// output returns the value of a reference once the plan is applied. known is
// false for what is created, replaced, or gets a new version; desired is false when
// the documents do not ask for its resource.
func (e *env) output(r resource.Ref) (value string, known, desired bool) {
	n, desired := e.nodes[r.To]
	if !desired {
		return "", false, false
	}
	entry := n.entry
	switch n.change.Action {
	case Create, Replace:
		return "", false, true
	case Import:
		entry = &lockfile.Entry{ID: n.change.ID, ETag: n.change.ETag}
	case Update:
		if r.Field == "version" && n.spec().Versioned && !n.change.Reason.recordsOnly() {
			return "", false, true
		}
	}
	value, known = entry.Output(r.Field)
	return value, known, true
}

// outputChanges reports whether a reference no longer has the value that
// was sent: its target is replaced, gets a new version, or got one that an
// interrupted apply did not pass on.
func (e *env) outputChanges(n *lockfile.Need) bool {
	if n.ID == "" {
		return false
	}
	value, known, desired := e.output(n.Ref())
	return desired && (!known || value != n.ID)
}

// diffReferences adds the fields whose references have another value now.
func diffReferences(n *node, p phase, e *env) {
	spec, paths := n.spec(), pathsOf(n.fields)
	for _, need := range n.entry.Needs {
		if !e.outputChanges(&need) {
			continue
		}
		ref := need.Ref()
		n.desired.Walk(func(at resource.Path, v resource.Value) {
			if v.Kind != resource.RefValue || v.Ref != ref {
				return
			}
			keyed := spec.Keyed(n.desired, at)
			if paths[keyed.String()] {
				return
			}
			paths[keyed.String()] = true
			old := resource.String(need.ID)
			f := diffField(spec, resource.Difference{Path: keyed, From: &old, To: &v}, p)
			f.change.Unknown = true
			n.fields = append(n.fields, f)
		})
	}
}
