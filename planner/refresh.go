package planner

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

// Live is what the platform has for one entry, as a refresh found it.
type Live struct {
	Address resource.Address
	ETag    string
	Body    json.RawMessage
	Missing bool // no list and no look-up shows it: removed, or hidden by a label
}

// The classes of a field that has three sides. A field without one was not
// refreshed.
const (
	ClassPending     = "pending"     // the documents ask for a change; the platform is as applied
	ClassDrifted     = "drifted"     // the platform changed by itself; the documents did not
	ClassConflicting = "conflicting" // both changed, to different values
	ClassConverged   = "converged"   // both changed, to the same value
)

// liveOf returns what a refresh found for an address.
func (d *differ) liveOf(a resource.Address) (Live, bool) {
	i, ok := slices.BinarySearchFunc(d.Live, a, func(l Live, a resource.Address) int { return l.Address.Compare(a) })
	if !ok {
		return Live{}, false
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
	sent := asSent(spec, *it.entry, applied)
	aligned, err := spec.Align(sent, l.Body, d.tenant(), resolvedBy(*it.entry))
	if err != nil {
		return applied, true // not an object: the call itself will tell
	}
	aligned = asDocumented(spec, *it.entry, sent, applied, aligned)
	if raw, err := resource.Parse(l.Body); err == nil {
		it.live = &raw
	}
	if v, ok := aligned.Get(spec.State); spec.State != "" && ok && !settledState(v.Text) {
		if was, ok := applied.Get(spec.State); ok {
			aligned = aligned.With(spec.State, was) // it is on its way
		}
	}
	it.drift = spec.Diff(applied, aligned)
	return aligned, true
}

// asSent is an applied body with the values that a replacement sent in the place
// of documented ones. A start that the document leaves open stays open.
func asSent(spec *resource.Spec, e lockfile.Entry, applied resource.Value) resource.Value {
	for _, s := range e.Sent {
		was, ok := spec.Find(applied, s.Path)
		if v, err := resource.Parse(s.Value); ok && err == nil && was.Kind != resource.StartValue {
			applied = resource.Set(applied, s.Path, v)
		}
	}
	return applied
}

// asDocumented puts the documented values back where the platform has what was
// sent for them: that it is not the documented one is our doing, no drift.
func asDocumented(spec *resource.Spec, e lockfile.Entry, sent, applied, live resource.Value) resource.Value {
	for _, s := range e.Sent {
		is, there := spec.Find(live, s.Path)
		put, _ := spec.Find(sent, s.Path)
		if was, ok := spec.Find(applied, s.Path); there && ok && is.Equal(put) {
			live = resource.Set(live, s.Path, was)
		}
	}
	return live
}

// tenant is what the placeholder stands for in live objects.
func (d *differ) tenant() string { return cmp.Or(d.Options.Tenant, d.lock.Target.Tenant) }

// settledState reports whether a state is one that a document can ask for; the
// others are on the way to one.
func settledState(s string) bool { return s == "enabled" || s == "disabled" || s == "draft" }

// resolvedBy answers what the references of an entry stood for when it was sent.
func resolvedBy(e lockfile.Entry) func(resource.Path, resource.Ref) string {
	return func(at resource.Path, r resource.Ref) string {
		for _, n := range e.Needs {
			if n.Address == r.To && n.Via == at.String() {
				return n.ID
			}
		}
		return ""
	}
}

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
		if j.change.Class == ClassDrifted && (j.change.Action != Update || j.trait.Does == resource.GrowsOnly) {
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
		DependsOn: []Dependency{}, Fields: []FieldChange{}, Calls: []Call{},
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
