package planner

import (
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

// diffImport takes over an object that exists on the platform. What the lockfile
// gets as applied is the object as it is, not what the documents ask for: the next
// plan shows the difference as ordinary changes.
func diffImport(n *node, live *resource.Live, e *env) {
	r, spec := n.resource, n.spec()
	n.desired = decode(r.Body)
	n.change.Action, n.change.Reason, n.change.ID = Import, ReasonImport, e.bound(r.Import)
	if owner, owned := e.owners()[resource.KeyOfObject(r.Address.Kind, n.change.ID)]; owned {
		n.problem = importOwned{r: *r, owner: owner}
		return
	}
	if live == nil {
		return
	}
	n.change.ETag = live.ETag
	if n.missing = live.Missing; n.missing || spec.TagOf != "" {
		return
	}
	aligned, err := spec.Align(n.desired, live.Body, e.Tenant, e.importedAs)
	if err != nil {
		return
	}
	if raw, err := resource.Parse(live.Body); err == nil {
		n.live = &raw
	}
	for _, d := range spec.Diff(aligned, n.desired) {
		f := diffField(spec, d, phase{})
		f.change.Class, f.change.Live = ClassPending, f.change.Applied
		n.fields = append(n.fields, f)
	}
	n.change.Desired = aligned.JSON()
}

// importedAs returns the value that a reference of an imported object has on the platform.
func (e *env) importedAs(_ resource.Path, ref resource.Ref) (string, bool) {
	entry, _ := e.lock.Get(ref.To)
	if n, ok := e.nodes[ref.To]; ok && n.change.Action == Import {
		entry = lockfile.Entry{ID: n.change.ID, ETag: n.change.ETag}
	}
	value, _ := entry.Output(ref.Field)
	return value, true
}
