package planner

import (
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

// adopt takes over an object that exists on the platform. What is recorded as
// applied is what it is, not what the documents ask for: the next plan shows the
// difference as ordinary changes.
func (d *differ) adopt(spec *resource.Spec, r resource.Resource, it *item) {
	it.desired = decode(r.Body)
	it.change.Action, it.change.Reason, it.change.ID = Import, ReasonImport, r.Import
	if owner, owned := d.owner(r.Address.Kind, r.Import); owned {
		d.report.Add(importOwned{r: r, owner: owner})
		return
	}
	l, found := d.liveOf(r.Address)
	if !found {
		return
	}
	it.change.ETag = l.ETag
	if it.missing = l.Missing; it.missing || spec.TagOf != "" {
		return
	}
	live, err := spec.Align(it.desired, l.Body, d.tenant(), func(_ resource.Path, ref resource.Ref) (string, bool) {
		if other, ok := d.items[ref.To]; ok && other.change.Action == Import {
			v, _ := lockfile.Entry{ID: other.change.ID, ETag: other.change.ETag}.Output(ref.Field)
			return v, true
		}
		e, _ := d.lock.Get(ref.To)
		value, _ := e.Output(ref.Field)
		return value, true
	})
	if err != nil {
		return
	}
	raw, err := resource.Parse(l.Body)
	if err == nil {
		it.live = &raw
	}
	for _, f := range spec.Diff(live, it.desired) {
		j := judge(spec, f, life{})
		j.change.Class, j.change.Live = ClassPending, j.change.Applied
		it.fields = append(it.fields, j)
	}
	it.change.Desired = live.JSON()
}

// owner returns the entry that has an object.
func (d *differ) owner(k resource.Kind, id string) (resource.Address, bool) {
	if d.owners == nil {
		d.owners, _ = d.lock.Owners() // an object with two has been refused by the reader
	}
	a, ok := d.owners[resource.KeyOfObject(k, id)]
	return a, ok
}

// guardImport refuses imports that nobody has verified, and those of something
// that is not there.
func (d *differ) guardImport(it *item, guard func(code, flag, format string, args ...any)) {
	switch {
	case !d.Refreshed:
		guard("import", "--refresh", "%s is imported as %s: the object is compared with the documents first", it.change.Address, it.change.ID)
	case it.missing:
		guard("import", "", "%s is to be imported as %s, which is not on the platform", it.change.Address, it.change.ID)
	}
}
