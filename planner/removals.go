package planner

import (
	"slices"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

// removals returns what no document asks for any more and what earlier
// replacements left over, in the reverse order of addresses. kept is how many
// objects stay when everything else is destroyed.
func removals(e *env, seen []bool) (list []*node, kept int) {
	for i := len(e.lock.Entries) - 1; i >= 0; i-- {
		entry := &e.lock.Entries[i]
		for _, dep := range entry.Deposed {
			n := &node{compared: uncompared, entry: entry, exists: true, change: Change{
				Address: entry.Address, Kind: dep.Kind, ID: dep.ID, ETag: dep.ETag, Deposed: dep.ID,
				Action: Delete, Reason: ReasonDeposed, Effect: EffectNone, Needed: needed(entry),
			}}
			forgetMissing(n, e)
			list = append(list, n)
		}
		if seen[i] || entry.ID == "" {
			continue
		}
		if e.Destroy && resource.SpecOf(entry.Address.Kind).StaysOnDestroy() && !e.AllowDataLoss {
			kept++
			continue
		}
		n := &node{compared: uncompared, entry: entry, exists: true, change: Change{
			Address: entry.Address, Kind: entry.Address.Kind, ID: entry.ID, ETag: entry.ETag,
			Action: Delete, Reason: ReasonRemoved, Effect: EffectNone, Needed: needed(entry),
		}}
		if e.Destroy {
			n.change.Reason = ReasonDestroy
		}
		if n.spec().Permanent {
			n.change.Action, n.change.Reason = Forget, ReasonPermanent
		}
		forgetMissing(n, e)
		e.nodes[entry.Address] = n
		list = append(list, n)
	}
	return list, kept
}

// needed returns what an object needed when it was written last, each resource once.
func needed(entry *lockfile.Entry) (out Dependencies) {
	for _, n := range entry.Needs {
		if !slices.ContainsFunc(out, func(e resource.Edge) bool { return e.To == n.To }) {
			out = append(out, n.Edge)
		}
	}
	return out
}

// forgetParts leaves on the platform what schemas are made of, unless data may be lost or a schema that has it is
// removed too: others may have it.
func forgetParts(list []*node, e *env) {
	if e.AllowDataLoss || e.Destroy {
		return
	}
	stay := map[resource.Address]bool{}
	for _, n := range list {
		if !n.spec().Part {
			continue
		}
		gone := func(a resource.Address) bool { return e.nodes[a] != nil && e.nodes[a].removes() }
		stay[n.change.Address] = !slices.ContainsFunc(e.users()[n.change.Address], gone)
	}
	forget(list, stay, ReasonShared)
}

// forgetMissing turns the removal of an object that a refresh did not find into one from the lockfile, unless it may be
// there all the same.
func forgetMissing(n *node, e *env) {
	if live := liveOf(n.change.Address, n.change.Deposed, e); live != nil && live.Missing {
		n.missing = true
		if n.hidden(e) == "" {
			n.change.Action, n.change.Reason = Forget, ReasonMissing
		}
	}
}

// keepNamed takes out of the removals what a document names by its ID: the object
// is no longer managed here, but it is in use. What such an object needs, and the
// descriptors and the Profile tag of such a schema, stay with it. A replacement
// whose old object a document names is refused by a guard.
func keepNamed(list []*node, e *env) {
	gone := map[string]*node{} // by the ID that a document may name
	for _, n := range list {
		if n.change.Action.Destroys() && !e.Destroy {
			gone[n.change.ID] = n
		}
	}
	if len(gone) == 0 {
		return
	}
	var roots []resource.Address
	for id := range namedIn(gone, e) {
		if n := gone[id]; n.removes() {
			roots = append(roots, n.change.Address)
		} else {
			n.namedByID = true
		}
	}
	keep := withNeeds(roots, e)
	for _, n := range list {
		of := n.spec().Of
		if n.spec().IsDescriptor() {
			of = "xdm:sourceSchema"
		}
		for _, need := range n.entry.Needs {
			if need.Via == of && keep[need.To] {
				keep[n.change.Address] = true
			}
		}
	}
	forget(list, keep, ReasonNamed)
}

// namedIn returns which IDs the documents name as plain texts. It reads each body
// once, whatever the number of IDs.
func namedIn(ids map[string]*node, e *env) map[string]bool {
	out := map[string]bool{}
	for _, r := range e.graph.All() {
		for text := range r.Body.Texts() {
			if text = e.bound(text); ids[text] != nil {
				out[text] = true
			}
		}
	}
	return out
}

// forgetProfile leaves on the platform what it does not remove: a schema that
// takes part in Profile, its primary identity and its fields. Without
// Options.AllowDataLoss their removals are refused instead.
func forgetProfile(list []*node, e *env) {
	if !e.AllowDataLoss {
		return
	}
	var tags []resource.Address
	for i := range e.lock.Entries {
		if a := e.lock.Entries[i].Address; resource.SpecOf(a.Kind).Tag {
			tags = append(tags, a)
		}
	}
	forget(list, withNeeds(tags, e), ReasonProfile)
}

// withNeeds returns the addresses of entries and of all that they need.
func withNeeds(roots []resource.Address, e *env) map[resource.Address]bool {
	out := map[resource.Address]bool{}
	var add func(a resource.Address)
	add = func(a resource.Address) {
		entry, ok := e.lock.Get(a)
		if !ok || out[a] {
			return
		}
		out[a] = true
		for _, need := range entry.Needs {
			add(need.To)
		}
	}
	for _, a := range roots {
		add(a)
	}
	return out
}

// forget turns the removals of objects that stay on the platform into removals from
// the lockfile.
func forget(list []*node, stay map[resource.Address]bool, reason Reason) {
	for _, n := range list {
		if n.removes() && stay[n.change.Address] {
			n.change.Action, n.change.Reason = Forget, reason
		}
	}
}
