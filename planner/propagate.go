package planner

import (
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
)

// propagateReplace replaces what must be replaced with a flow: a running flow does
// not see changes of its source and target connections.
func propagateReplace(list []*node, e *env) {
	for _, n := range list {
		if n.change.Action != Replace {
			continue
		}
		spec := n.spec()
		for _, field := range spec.ReplaceWith {
			v, ok := spec.Find(n.desired, field)
			if !ok {
				continue
			}
			v.Walk(func(_ resource.Path, w resource.Value) {
				if w.Kind == resource.RefValue {
					replaceWith(e.nodes[w.Ref.To])
				}
			})
			addReplacedReferences(n, field, e)
		}
	}
}

// replaceWith replaces the object of a node; nil and new objects stay as they are.
func replaceWith(n *node) {
	if n == nil || !n.exists || n.change.Action == Replace {
		return
	}
	n.compared = &compared{decode(n.resource.Body), parse(n.entry.Applied)}
	n.change.Action, n.change.Reason = Replace, ReasonReplacedWith
}

// addReplacedReferences lists the references at or below a field whose objects are
// replaced with the node.
func addReplacedReferences(n *node, field string, e *env) {
	paths := pathsOf(n.fields)
	for _, need := range n.entry.Needs {
		if !strings.HasPrefix(need.Via, field) || paths[need.Via] || !e.outputChanges(&need) {
			continue
		}
		paths[need.Via] = true
		old, ref := resource.String(need.ID), resource.Reference(need.To, "id")
		n.fields = append(n.fields, fieldDiff{
			trait: resource.Trait{Does: resource.RequiresReplace},
			change: FieldChange{
				Path: need.Via, Action: Replace, Reason: string(ReasonReplacedWith),
				Applied: raw(&old), Desired: raw(&ref), Unknown: true, ForcesReplace: true,
			},
		})
	}
}
