package planner

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/resource"
)

// diffResources compares every resource of the graph with its entry, in the order
// of their needs. seen says of each entry whether the graph has its address.
func diffResources(e *env) (list []*node, seen []bool) {
	order, err := e.graph.Order()
	if err != nil {
		panic("planner: " + err.Error()) // the compiler refuses rings
	}
	cursor := e.lock.Cursor()
	none := &lockfile.Entry{}
	list, seen = make([]*node, 0, len(order)), make([]bool, len(e.lock.Entries))
	entries := make([]*lockfile.Entry, len(order))
	for at, i := range order {
		entries[at] = none
		if k, ok := cursor.Find(e.graph.All()[i].Address); ok {
			seen[k], entries[at] = true, &e.lock.Entries[k]
		}
	}
	var aligned []alignment
	if e.Refreshed { // on all cores: it is most of the time of a refreshed plan
		aligned = make([]alignment, len(order))
		parallel.Each(len(order), func(at int) {
			if r := &e.graph.All()[order[at]]; entries[at].ID != "" {
				aligned[at] = align(r, entries[at], liveOf(r.Address, "", e), e)
			}
		})
	}
	for at, i := range order {
		r, seen := &e.graph.All()[i], alignment{}
		if e.Refreshed {
			seen = aligned[at]
		}
		n := diffResource(r, entries[at], liveOf(r.Address, "", e), seen, e)
		e.nodes[r.Address] = n
		list = append(list, n)
	}
	return list, seen
}

// diffResource compares one resource with its entry, and with the object of a
// refresh unless live is nil. e.nodes must have the nodes of all that it needs. aligned is what align returned, for
// an object of a refreshed plan.
func diffResource(
	r *resource.Resource, entry *lockfile.Entry, live *resource.Live, aligned alignment, e *env,
) *node {
	n := &node{compared: uncompared, resource: r, entry: entry, exists: entry.ID != "", change: Change{
		Address: r.Address, Kind: r.Address.Kind, ID: entry.ID, ETag: entry.ETag, Origin: originOf(r.Origin),
		MovedFrom: e.moved[r.Address], RenamedFrom: e.recorded(r.Moved), DependsOn: r.Needs,
		Desired: r.Body.JSON(), Protect: r.Protect, Ignores: r.IgnoredAt(e.At), Effect: EffectNone,
	}}
	switch {
	case !n.exists && e.imports[r.Address] != "":
		diffImport(n, live, e)
	case !n.exists:
		n.change.Action, n.change.Reason = Create, ReasonNew
		refusePastStart(n, e.At)
	case !e.Refreshed && isAsApplied(n, e):
		recordOnly(n, e)
	default:
		if !e.Refreshed {
			aligned = align(r, entry, nil, e)
		}
		diffApplied(n, live, aligned, e)
	}
	return n
}

// isAsApplied reports whether a resource is as it was applied, and all that it
// refers to.
func isAsApplied(n *node, e *env) bool {
	if !bytes.Equal(n.resource.Body.JSON(), n.entry.Applied) || len(e.secrets[n.change.Address]) > 0 {
		return false
	}
	for i := range n.entry.Needs {
		if e.outputChanges(&n.entry.Needs[i]) {
			return false
		}
	}
	return true
}

// recordOnly ends a node without calls; its entry may have to change all the same.
func recordOnly(n *node, e *env) {
	switch {
	case !n.change.MovedFrom.IsZero():
		n.change.Action, n.change.Reason = Move, ReasonMoved
	case n.change.Protect != n.entry.Protect:
		n.change.Action, n.change.Reason = Update, ReasonProtect
	case n.change.RenamedFrom != e.recorded(n.entry.MovedFrom):
		n.change.Action, n.change.Reason = Update, ReasonRecorded
	}
}

// diffApplied compares an object with what the documents ask for: field by field,
// then by the values of its references and secrets.
func diffApplied(n *node, live *resource.Live, seen alignment, e *env) {
	spec := n.spec()
	n.compared = &seen.compared
	base := refresh(n, live, seen)
	if n.missing {
		n.change.Action, n.change.Reason = Create, cmp.Or(n.hidden(e), ReasonMissing)
		return
	}
	p := phaseOf(spec, n.entry, n.applied, e.At)
	words := rewordingOf(n, e)
	applied, _ := words.of(n.applied)
	n.applied = applied
	base, reworded := words.of(base)
	isSame := len(n.drift) == 0 && bytes.Equal(n.resource.Body.JSON(), n.entry.Applied) // as applied, on all three sides
	if !isSame {
		for _, d := range spec.Diff(base, n.desired) {
			if !secretsOnly(d) {
				n.fields = append(n.fields, diffField(spec, d, p))
			}
		}
	}
	diffStart(n, e)
	refuseMovedStart(n, e.At)
	diffReferences(n, p, e)
	diffSecrets(n, p, e)
	if n.live != nil {
		n.fields = classify(spec, n.fields, applied, base, n.desired)
		n.applied = base
	}
	if n.change.Action = severest(n.fields); n.change.Action != NoOp {
		n.change.Reason = ReasonNeeds
		if slices.ContainsFunc(n.fields, func(f fieldDiff) bool { return !f.change.Unknown }) {
			n.change.Reason = ReasonFields
		}
		return
	}
	recordOnly(n, e)
	switch { // what follows changes the lockfile only
	case n.change.Action == Move:
	case n.live != nil && !isSame && len(spec.Diff(applied, n.desired)) > 0:
		n.change.Action, n.change.Reason = Update, ReasonConverged
	case reworded:
		n.change.Action, n.change.Reason = Update, ReasonReworded
	}
}
