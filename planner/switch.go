package planner

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
)

// isSwitched reports whether a path names a list that is switched on and off.
func isSwitched(spec *resource.Spec, at resource.Path) bool {
	return slices.Contains(spec.Switched, at.String())
}

func switchedOff() resource.Value { return resource.List(resource.String(resource.SwitchedOff)) }

func isOn(list resource.Value) bool {
	return slices.ContainsFunc(list.Items, func(v resource.Value) bool {
		return strings.ReplaceAll(v.Text, " ", "") == resource.SwitchedOn
	})
}

// switchCalls change an object whose switched list is on and gets another value that
// is on: such as the Profile tag of a dataset, to or from upsert. The platform takes
// it only while the list is off, so there are two calls. Nil when one call is enough.
func switchCalls(spec *resource.Spec, n *node) []Call {
	turns := slices.ContainsFunc(n.fields, func(f fieldDiff) bool {
		if !isSwitched(spec, f.rule) {
			return false
		}
		from, had := spec.At(n.applied, f.rule)
		to, has := spec.At(n.desired, f.rule)
		return had && has && isOn(from) && isOn(to)
	})
	if !turns {
		return nil
	}
	early := func(f fieldDiff) bool { return !isLate(spec, f) }
	off, on := resource.List(), patchOf(spec, n, early)
	leaves := n.applied
	for _, field := range spec.Switched {
		if _, ok := spec.Find(n.applied, field); !ok {
			continue
		}
		leaves = resource.Set(leaves, field, switchedOff())
		pointer := "/" + strings.ReplaceAll(field, ".", "/")
		off.Items = append(off.Items, operation("replace", pointer, switchedOff()))
		if to, ok := spec.Find(n.desired, field); ok && !touches(on, pointer) {
			on.Items = append(on.Items, operation("replace", pointer, to)) // it was on and stays on
		}
	}
	first := updateCall(spec, n, off)
	first.Leaves = leaves.JSON()
	return []Call{first, updateCall(spec, n, on)}
}

// touches reports whether a patch has an operation for a place.
func touches(patch resource.Value, pointer string) bool {
	return slices.ContainsFunc(patch.Items, func(op resource.Value) bool {
		at, _ := op.Get("path")
		return at.Text == pointer
	})
}
