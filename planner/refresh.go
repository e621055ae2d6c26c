package planner

import (
	"slices"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

// The classes of a field: where its applied, its live, and its desired value
// differ. A field that was not refreshed has none.
const (
	ClassPending     = "pending"     // the documents ask for a change; the platform is as applied
	ClassDrifted     = "drifted"     // the platform changed by itself; the documents did not
	ClassConflicting = "conflicting" // both changed, to different values
	ClassConverged   = "converged"   // both changed, to the same value
)

// liveOf returns what a refresh found for the object of an address, or for the replaced object
// with an ID unless that is "". It is nil when the refresh did not look.
func liveOf(a resource.Address, deposed string, e *env) *resource.Live {
	byAddress := func(l resource.Live, a resource.Address) int { return l.Address.Compare(a) }
	i, _ := slices.BinarySearchFunc(e.Live, a, byAddress)
	for ; i < len(e.Live) && e.Live[i].Address == a; i++ {
		if l := &e.Live[i]; l.Deposed == (deposed != "") && (deposed == "" || l.ID == deposed) {
			return l
		}
	}
	return nil
}

// refresh puts the live object beside what was applied and returns the base of the
// comparison. Where it differs from what was applied is drift.
func refresh(n *node, live *resource.Live, seen alignment) (base resource.Value) {
	if live == nil {
		return n.applied
	}
	if live.Missing {
		n.missing = true
		return n.applied
	}
	spec := n.spec()
	n.change.ETag = live.ETag
	if spec.Tag {
		return n.applied // found, and there is nothing else to a tag
	}
	if seen.err != nil {
		return n.applied // not an object: the call itself fails with a reason
	}
	n.live, n.drift = live.Body, seen.drift
	return seen.aligned
}

// unseen says why a read may not find the object of a node: its age, or its labels, those included that a call
// whose outcome is not known may have set.
func (n *node) unseen(e *env) lockfile.Unseen {
	u := e.lock.Unseen(resource.Live{Address: n.change.Address, Deposed: n.change.Deposed != ""}, e.At)
	if hides := n.spec().Hides; hides != "" && len(u.Labels) == 0 && n.desired.Kind == resource.ObjectValue {
		if _, applied := n.applied.Get(hides); !applied {
			list, _ := n.desired.Get(hides)
			for _, l := range list.Items {
				u.Labels = append(u.Labels, l.Text)
			}
		}
	}
	return u
}

// hidden is the reason of a change of an object that a refresh did not find, and that may exist all the same;
// "" for any other.
func (n *node) hidden(e *env) Reason {
	if !n.missing {
		return ""
	}
	switch u := n.unseen(e); {
	case len(u.Labels) > 0:
		return ReasonHidden
	case u.New:
		return ReasonNotShown
	}
	return ""
}

// alignment is a live object in the shape of what was applied, and where the two differ.
type alignment struct {
	compared
	aligned resource.Value
	drift   []resource.Difference
	err     error
}

// align decodes the bodies of an object that exists, and aligns its live one if a refresh found any.
func align(r *resource.Resource, entry *lockfile.Entry, live *resource.Live, e *env) alignment {
	out := alignment{compared: compared{decode(r.Body), parse(entry.Applied)}}
	if spec := resource.SpecOf(r.Address.Kind); live != nil && !live.Missing && !spec.Tag {
		if out.aligned, out.err = entry.Align(out.applied, live.Body, e.Tenant); out.err == nil {
			out.aligned = spec.Ignoring(out.applied, out.aligned, r.IgnoredAt(e.At))
			out.drift = spec.Diff(out.applied, out.aligned)
		}
	}
	return out
}

// classify adds the third side to the fields of a refreshed object. It drops the
// changes that only drift asks for where an update cannot undo it: what was added
// to a schema, and what takes a replacement. A field that is known only after apply
// keeps the value that was sent, which its reference in the applied body hides.
func classify(
	spec *resource.Spec, fields []fieldDiff, applied, live, desired resource.Value,
) []fieldDiff {
	var kept []fieldDiff
	before, now, after := spec.Tree(applied), spec.Tree(live), spec.Tree(desired)
	for _, f := range fields {
		was, is, want := find(before, f.path), find(now, f.path), find(after, f.path)
		moved := !same(was, is)
		switch {
		case f.change.Unknown:
		case moved && !same(was, want):
			f.change.Class = ClassConflicting
		case moved:
			f.change.Class = ClassDrifted
		default:
			f.change.Class = ClassPending
		}
		if f.change.Class == ClassDrifted && (f.change.Action != Update || f.trait.Does == resource.Additive) {
			continue
		}
		if !f.change.Unknown {
			f.change.Applied = raw(was)
		}
		if moved {
			f.change.Live = raw(is)
		}
		kept = append(kept, f)
	}
	return kept
}

// find returns the value at a path, nil when there is none.
func find(t *resource.Tree, at resource.Path) *resource.Value {
	if v, ok := t.At(at); ok {
		return &v
	}
	return nil
}

// same reports whether two values are equal, or both absent.
func same(a, b *resource.Value) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

var reasonOfClass = map[string]string{
	ClassDrifted:     "changed on the platform, not in the documents",
	ClassConflicting: "changed on the platform and in the documents, to different values",
	ClassConverged:   "changed on the platform and in the documents, to the same value",
}

// driftOf returns how the platform moved away from what was applied to an object,
// false when it did not.
func driftOf(n *node, e *env) (Change, bool) {
	if !n.exists || len(n.drift) == 0 && !n.missing {
		return Change{}, false
	}
	spec := n.spec()
	c := Change{
		Address: n.change.Address, Kind: n.change.Kind, ID: n.change.ID, ETag: n.change.ETag,
		Deposed: n.change.Deposed, Action: Update, Reason: ReasonDrift, Effect: EffectNone, Origin: n.change.Origin,
		Fields: []FieldChange{}, Calls: []Call{},
	}
	if n.missing {
		c.Action, c.Reason = Delete, ReasonMissing
		if reason := n.hidden(e); reason != "" {
			c.Action, c.Reason = NoOp, reason
		}
	}
	c.Actions = actionList(c.Action)
	desired := spec.Tree(n.desired)
	for _, d := range n.drift {
		want, class := find(desired, d.Path), ClassDrifted
		switch {
		case same(want, d.From):
		case same(want, d.To):
			class = ClassConverged
		default:
			class = ClassConflicting
		}
		c.Fields = append(c.Fields, FieldChange{
			Path: d.Path.String(), Action: diffField(spec, d, phase{}).change.Action, Reason: reasonOfClass[class],
			Applied: raw(d.From), Live: raw(d.To), Desired: raw(want), Class: class, Origin: n.change.Origin,
		})
	}
	return c, true
}
