package planner

import (
	"cmp"
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
)

// anyVersion is what a call names as the version where none is known. The applier reads the version right before it
// sends such a call.
const anyVersion = "*"

// jsonPatch is the media type of JSON Patch, which only Catalog asks for.
const jsonPatch = "application/json-patch+json"

// makeCalls fills in the calls of a change: those that create or update the object,
// and those that destroy it.
func makeCalls(n *node, e *env) {
	spec := n.spec()
	switch n.change.Action {
	case Create, Replace:
		n.create = createCalls(spec, n, e)
	case Update:
		n.create = updateCalls(spec, n)
	}
	switch {
	case n.change.Action == Replace:
		n.destroy = destroyCalls(spec, n.change.ID, stepsToDestroy(spec, n.applied))
	case n.change.Action == Delete && n.change.Deposed != "":
		n.destroy = destroyCalls(spec, n.change.ID, stepsLeft(n))
	case n.change.Action == Delete:
		n.destroy = destroyCalls(spec, n.change.ID, []string{"delete"})
		return
	}
	for i := range n.destroy {
		n.destroy[i].Object = n.change.ID
	}
}

// stepsToDestroy are the steps that remove a replaced object. One that does not run
// needs no stop, and the platform would refuse it.
func stepsToDestroy(spec *resource.Spec, applied resource.Value) []string {
	if v, ok := spec.Find(applied, spec.State); ok && spec.State != "" && v.Text != "enabled" {
		return []string{"delete"}
	}
	return []string{"disable", "delete"}
}

// stepsLeft are the steps that remain for a deposed object.
func stepsLeft(n *node) []string {
	for _, dep := range n.entry.Deposed {
		if dep.ID == n.change.Deposed {
			return dep.StepsLeft
		}
	}
	return nil
}

// createCalls create the object, as a draft or not, and disable a new object that
// is not to run.
func createCalls(spec *resource.Spec, n *node, e *env) []Call {
	call := Call{
		Step: StepCreate, Method: "POST", URL: spec.Collection, Body: n.change.Desired,
		Gives: resource.Ref{To: n.change.Address, Field: "id"}.String(),
	}
	plain := !hasState(spec, n.resource.Body) && !hasLate(spec, n.resource.Body)
	if n.change.Action == Create && spec.Of == "" && plain {
		return []Call{call} // the bytes of the document: nothing has to be decoded
	}
	body := bodyToSend(n, e)
	if spec.Tag {
		schema, _ := body.Get(spec.Of)
		tag := operation("add", "/meta:immutableTags", resource.List(resource.String("union")))
		call.Method, call.URL, call.Body = "PATCH", spec.Collection+"/"+otherID(schema), resource.List(tag).JSON()
		return []Call{call}
	}
	if spec.Of != "" {
		other, _ := body.Get(spec.Of)
		call.Method, call.URL, call.IfMatch = "PUT", spec.ItemURL(otherID(other)), anyVersion
		call.Body = body.Without(spec.Of).JSON()
		return []Call{call}
	}
	var state string
	if v, ok := body.Get(spec.State); ok && spec.State != "" {
		state, body = v.Text, body.Without(spec.State)
	}
	sent, late := withoutLate(spec, body)
	call.Body = sent.JSON()
	var settles []string
	for _, f := range sent.Fields {
		settles = append(settles, f.Name)
	}
	calls := []Call{call}
	switch state {
	case "draft":
		calls[0].URL += "?mode=draft"
	case "disabled":
		calls[0].Settles = settles
		calls = append(calls, Call{Step: StepDisable, Method: "POST", URL: spec.ItemURL(call.Gives) + "/action?op=disable"})
	}
	if len(late) == 0 {
		return calls
	}
	calls[0].Leaves = leavesUnexpired(spec, n.want())
	return addLate(spec, calls, settles, []Call{lateCall(spec, call.Gives, body, late)})
}

// hasState reports whether a body says in which state its object is to be.
func hasState(spec *resource.Spec, body resource.Body) bool {
	if spec.State == "" {
		return false
	}
	_, has := body.Member(spec.State)
	return has
}

// otherID is the ID of the object that another belongs to.
func otherID(v resource.Value) string {
	if v.Kind == resource.RefValue {
		return v.Ref.String()
	}
	return resource.EscapeID(v.Text)
}

// updateCalls change the object in place, then its state.
func updateCalls(spec *resource.Spec, n *node) []Call {
	var settles []string
	var actions []fieldDiff
	early := func(f fieldDiff) bool { return !isLate(spec, f) }
	patched := false
	for _, f := range n.fields {
		switch {
		case f.change.Action != Update:
		case isLate(spec, f):
		case f.trait.Does == resource.Action:
			actions = append(actions, f)
		default:
			patched = true
			if top := f.path[0].Name; !slices.Contains(settles, top) {
				settles = append(settles, top)
			}
		}
	}
	calls := switchCalls(spec, n)
	if calls == nil {
		if patched {
			calls = append(calls, updateCall(spec, n, patchOf(spec, n, early)))
		}
		for _, f := range actions {
			calls = append(calls, actionCalls(spec, n, f)...)
		}
		if len(calls) > 1 {
			calls[0].Settles = settles
		}
	}
	return addLate(spec, calls, settles, lateCalls(spec, n))
}

func updateCall(spec *resource.Spec, n *node, patch resource.Value) Call {
	call := Call{Step: StepUpdate, Method: "PATCH", URL: spec.ItemURL(n.change.ID)}
	switch spec.Update {
	case resource.PutMatch:
		call.Method, call.IfMatch = "PUT", cmp.Or(n.change.ETag, anyVersion)
		call.Body = n.desired.Without(spec.Of).JSON()
		return call
	case resource.PutWhole:
		call.Method, call.Body = "PUT", n.desired.JSON()
		if spec.Versioned {
			call.Gives = resource.Ref{To: n.change.Address, Field: "version"}.String()
		}
		return call
	case resource.PatchMatch:
		call.IfMatch = n.change.ETag
	case resource.PatchTyped:
		call.IfMatch, call.Media = n.change.ETag, jsonPatch
	}
	call.Body = patch.JSON()
	return call
}

// patchOf returns one JSON Patch operation for each row of the table that changed,
// in the order of the fields that it takes. Indexes are those of the live body where it is known,
// else of the applied one; If-Match makes sure that the object still has that body.
func patchOf(spec *resource.Spec, n *node, takes func(fieldDiff) bool) resource.Value {
	patch := resource.List()
	done := map[string]bool{}
	applied, desired, current := spec.Tree(n.applied), spec.Tree(n.desired), spec.Tree(n.current())
	for _, f := range n.fields {
		if f.change.Action != Update || f.trait.Does == resource.Action || !takes(f) {
			continue
		}
		at := f.rule
		if f.trait.Does == resource.Additive {
			at = f.path // only the addition is sent
		}
		name := at.String()
		if done[name] {
			continue
		}
		done[name] = true
		_, had := applied.At(at)
		want, has := desired.At(at)
		pointer := current.Pointer(at)
		switch {
		case had && has:
			patch.Items = append(patch.Items, operation("replace", pointer, want))
		case has:
			patch.Items = append(patch.Items, operation("add", pointer, want))
		case had && isSwitched(spec, at):
			patch.Items = append(patch.Items, operation("replace", pointer, switchedOff()))
		case had:
			patch.Items = append(patch.Items, operationWithout("remove", pointer))
		}
	}
	return patch
}

// current is the object that a patch changes: the live one where it is known.
func (n *node) current() resource.Value {
	if live, err := resource.Parse(n.live); n.live != nil && err == nil {
		return live
	}
	return n.applied
}

func operation(op, path string, value resource.Value) resource.Value {
	v := operationWithout(op, path)
	v.Fields = append(v.Fields, resource.F("value", value))
	return v
}

func operationWithout(op, path string) resource.Value {
	return resource.Object(resource.F("op", resource.String(op)), resource.F("path", resource.String(path)))
}

// actionCalls enable or disable an object, or publish a draft, which then runs until
// it is disabled. Nothing turns an object back into a draft: that gives no call, and
// guardChange refuses it.
func actionCalls(spec *resource.Spec, n *node, f fieldDiff) []Call {
	from, _ := spec.At(n.applied, f.path)
	to, _ := spec.At(n.desired, f.path)
	url := spec.ItemURL(n.change.ID) + "/action?op="
	var calls []Call
	if from.Text == "draft" && to.Text != "draft" {
		calls = append(calls, Call{Step: StepEnable, Method: "POST", URL: url + "publish"})
	}
	switch {
	case to.Text == "disabled":
		calls = append(calls, Call{Step: StepDisable, Method: "POST", URL: url + "disable"})
	case to.Text != "draft" && from.Text != "draft":
		calls = append(calls, Call{Step: StepEnable, Method: "POST", URL: url + "enable"})
	}
	return calls
}

// destroyCalls stop an object where its kind demands it, then delete it.
func destroyCalls(spec *resource.Spec, id string, steps []string) []Call {
	var calls []Call
	for _, step := range steps {
		switch {
		case step == "disable" && spec.Stops:
			calls = append(calls, Call{Step: StepRetire, Method: "POST", URL: spec.ItemURL(id) + "/action?op=disable"})
		case step == "delete" && spec.Update == resource.PutMatch: // there is nothing to delete: it is set to nothing
			calls = append(calls, Call{
				Step: StepDelete, Method: "PUT", URL: spec.ItemURL(id), IfMatch: anyVersion, Body: []byte(`{"labels":[]}`),
			})
		case step == "delete" && !spec.Tag:
			calls = append(calls, Call{Step: StepDelete, Method: "DELETE", URL: spec.ItemURL(id)})
		}
	}
	return calls
}
