package planner

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
)

// The classes of a field that has three sides. A field without one was not
// refreshed.
const (
	ClassPending     = "pending"     // the documents ask for a change; the platform is as applied
	ClassDrifted     = "drifted"     // the platform changed by itself; the documents did not
	ClassConflicting = "conflicting" // both changed, to different values
	ClassConverged   = "converged"   // both changed, to the same value
)

// liveOf returns what a refresh found for an address.
func (d *differ) liveOf(a resource.Address) (resource.Live, bool) {
	i, ok := slices.BinarySearchFunc(d.Live, a, func(l resource.Live, a resource.Address) int { return l.Address.Compare(a) })
	if !ok {
		return resource.Live{}, false
	}
	return d.Live[i], true
}

// refresh puts the live object beside what was applied: it becomes the base of
// the comparison, and where it differs from what was applied is drift.
func (d *differ) refresh(spec *resource.Spec, it *item, applied resource.Value) (base resource.Value, ok bool) {
	l, found := d.liveOf(it.change.Address)
	if !found {
		return applied, true
	}
	if l.Missing {
		it.missing = true
		return applied, false
	}
	it.change.ETag = l.ETag
	if spec.TagOf != "" {
		return applied, true // found, and there is nothing else to a tag
	}
	aligned, err := it.entry.Align(applied, l.Body, d.tenant())
	if err != nil {
		return applied, true // not an object: the call itself fails with a reason
	}
	if raw, err := resource.Parse(l.Body); err == nil {
		it.live = &raw
	}
	it.drift = spec.Diff(applied, aligned)
	return aligned, true
}

// tenant is what the placeholder stands for in live objects.
func (d *differ) tenant() string { return cmp.Or(d.Options.Tenant, d.lock.Target.Tenant) }

// classify adds the third side to the fields of a refreshed item and drops the
// changes that a drift alone would ask for where it is not ours to undo: what
// was added to a schema, and what only a replacement could bring back.
func (it *item) classify(spec *resource.Spec, applied, live resource.Value) {
	kept := it.fields[:0]
	before, now, desired := spec.Tree(applied), spec.Tree(live), spec.Tree(it.desired)
	for _, j := range it.fields {
		was, wasThere := before.At(j.path)
		is, isThere := now.At(j.path)
		want, wanted := desired.At(j.path)
		asked := wasThere != wanted || wasThere && !was.Equal(want)
		moved := wasThere != isThere || wasThere && !was.Equal(is)
		switch {
		case j.change.Unknown:
		case asked && moved:
			j.change.Class = ClassConflicting
		case moved:
			j.change.Class = ClassDrifted
		default:
			j.change.Class = ClassPending
		}
		if j.change.Class == ClassDrifted && (j.change.Action != Update || j.trait.Does == resource.Additive) {
			continue
		}
		j.change.Applied = rawIf(was, wasThere)
		if moved {
			j.change.Live = rawIf(is, isThere)
		}
		kept = append(kept, j)
	}
	it.fields = kept
}

func rawIf(v resource.Value, there bool) json.RawMessage {
	if !there {
		return nil
	}
	return v.JSON()
}

var reasonOfClass = map[string]string{
	ClassDrifted:     "changed on the platform, not in the documents",
	ClassConflicting: "changed on the platform and in the documents, not alike",
	ClassConverged:   "changed on the platform and in the documents alike",
}

// driftOf says how the platform moved away from what was applied.
func (d *differ) driftOf(it *item, applied resource.Value) (Change, bool) {
	if len(it.drift) == 0 && !it.missing {
		return Change{}, false
	}
	spec := resource.SpecOf(it.change.Kind)
	c := Change{
		Address: it.change.Address, Kind: it.change.Kind, ID: it.change.ID, ETag: it.change.ETag,
		Action: Update, Reason: ReasonDrift, Effect: EffectNone, Origin: it.change.Origin,
		Fields: []FieldChange{}, Calls: []Call{},
	}
	if it.missing {
		c.Action, c.Reason = Delete, ReasonMissing
	}
	c.Actions = actionList(c.Action)
	desired := spec.Tree(it.desired)
	for _, f := range it.drift {
		want, wanted := desired.At(f.Path)
		j := judge(spec, f, life{})
		change := FieldChange{
			Path: f.Path.String(), Action: j.change.Action,
			Applied: raw(f.From), Live: raw(f.To), Desired: rawIf(want, wanted), Class: ClassDrifted,
			Origin: it.change.Origin,
		}
		switch asked := wanted != (f.From != nil) || wanted && !want.Equal(*f.From); {
		case asked && wanted == (f.To != nil) && (!wanted || want.Equal(*f.To)):
			change.Class = ClassConverged
		case asked:
			change.Class = ClassConflicting
		}
		change.Reason = reasonOfClass[change.Class]
		c.Fields = append(c.Fields, change)
	}
	return c, true
}
