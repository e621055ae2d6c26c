package planner

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
)

// A create call takes all of a body but its late members (resource.Spec.Late), which an
// update call after it sets. Such a call comes last in a change: what it sets may hide
// the object from this client.

// isLate reports whether a change of a field takes a call of its own, after the others.
func isLate(spec *resource.Spec, f fieldDiff) bool { return slices.Contains(spec.Late, f.path[0].Name) }

// withoutLate is the body that a create call takes, and the names of the late members
// that it leaves out.
func withoutLate(spec *resource.Spec, body resource.Value) (resource.Value, []string) {
	var late []string
	for _, name := range spec.Late {
		if _, has := body.Get(name); has {
			body, late = body.Without(name), append(late, name)
		}
	}
	return body, late
}

// hasLate reports whether a body has a late member, without decoding all of it.
func hasLate(spec *resource.Spec, body resource.Body) bool {
	return slices.ContainsFunc(spec.Late, func(name string) bool {
		_, has := body.Member(name)
		return has
	})
}

// addLate adds the calls for late members to those of a change. settles are the members
// that the first call brings to what is desired; the state is brought there by the last.
func addLate(spec *resource.Spec, calls []Call, settles []string, late []Call) []Call {
	if len(calls) == 0 || len(late) == 0 {
		return slices.Concat(calls, late)
	}
	if len(calls[0].Leaves) == 0 {
		calls[0].Settles = settles
	}
	if last := &calls[len(calls)-1]; last.Step == StepEnable || last.Step == StepDisable {
		last.Settles = []string{spec.State}
	}
	for i := range late {
		late[i].Settles = spec.Late
	}
	return append(calls, late...)
}

// lateCall sets the late members of a new object.
func lateCall(spec *resource.Spec, item string, body resource.Value, names []string) Call {
	if spec.MergedAt != "" {
		return mergingCall(spec, item, body, names)
	}
	patch := resource.List()
	for _, name := range names {
		v, _ := body.Get(name)
		patch.Items = append(patch.Items, operation("add", "/"+name, v))
	}
	return Call{Step: StepUpdate, Method: "PATCH", URL: spec.ItemURL(item), Body: patch.JSON()}
}

// mergingCall merges members of a body into the object, at any depth.
func mergingCall(spec *resource.Spec, item string, body resource.Value, names []string) Call {
	merged := resource.Object()
	for _, name := range names {
		v, _ := body.Get(name)
		merged.Fields = append(merged.Fields, resource.F(name, v))
	}
	url := spec.MergedAt + "/" + resource.EscapeID(item)
	return Call{Step: StepUpdate, Method: "PATCH", URL: url, Body: merged.JSON()}
}

// lateCalls change late members of an object that exists: a patch removes what a merge
// cannot, and sets all where nothing is merged.
func lateCalls(spec *resource.Spec, n *node) []Call {
	var calls []Call
	desired := spec.Tree(n.desired)
	patches := func(f fieldDiff) bool {
		if !isLate(spec, f) {
			return false
		}
		_, has := desired.At(f.rule)
		return spec.MergedAt == "" || !has
	}
	if patch := patchOf(spec, n, patches); len(patch.Items) > 0 {
		calls = append(calls, updateCall(spec, n, patch))
	}
	var merged []string
	for _, f := range n.fields {
		name := f.path[0].Name
		if f.change.Action == Update && isLate(spec, f) && !patches(f) && !slices.Contains(merged, name) {
			merged = append(merged, name)
		}
	}
	if len(merged) > 0 {
		calls = append(calls, mergingCall(spec, n.change.ID, n.desired, merged))
	}
	return calls
}

// leavesUnexpired is the body of a new object between its create and its late call: what
// its rows are to expire after is noted as not said yet, so that a later plan does not
// take it for a change that deletes rows which were to stay. Nil where nothing expires.
func leavesUnexpired(spec *resource.Spec, body resource.Value) []byte {
	if spec.Expires == "" {
		return nil
	}
	if _, has := spec.Find(body, spec.Expires); !has {
		return nil
	}
	return resource.Set(body, spec.Expires, resource.String("")).JSON()
}

// shortens reports whether a change makes rows expire that would have stayed: the period
// is new or may be shorter than before. The two are as they are printed, "" for none.
func shortens(spec *resource.Spec, n *node) (from, to string, yes bool) {
	if spec.Expires == "" || n.change.Action != Update && n.change.Action != Import {
		return "", "", false
	}
	under := func(f fieldDiff) bool {
		return f.change.Path == spec.Expires || strings.HasPrefix(spec.Expires, f.change.Path+".")
	}
	if !slices.ContainsFunc(n.fields, under) {
		return "", "", false
	}
	was, had := spec.Find(n.applied, spec.Expires)
	is, has := spec.Find(n.desired, spec.Expires)
	if !has || had && was.Text == "" {
		return "", "", false // nothing expires any more; or the object was created to have it
	}
	old, isPeriod := specs.ParsePeriod(was.Text)
	period, _ := specs.ParsePeriod(is.Text)
	return was.Text, is.Text, !isPeriod || !period.IsAtLeast(old)
}
