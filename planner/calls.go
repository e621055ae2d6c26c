package planner

import (
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
)

// jsonPatch is the media type of JSON Patch where the platform tells it apart.
const jsonPatch = "application/json-patch+json"

// makeCalls fills in the calls that bring an object to what is desired.
func (d *differ) makeCalls(it *item) {
	spec := resource.SpecOf(it.change.Kind)
	switch it.change.Action {
	case Create, Replace:
		it.make = d.createCalls(spec, it)
	case Update:
		it.make = updateCalls(spec, it)
	}
	switch {
	case it.change.Action == Replace:
		it.unmake = removeCalls(spec, it.change.ID, stepsToGo(spec, it))
	case it.change.Deposed != "":
		it.unmake = removeCalls(spec, it.change.ID, stepsLeft(it))
	case it.change.Action == Delete:
		it.unmake = removeCalls(spec, it.change.ID, []string{"delete"})
	}
	for i := range it.unmake {
		if it.change.Action == Replace || it.change.Deposed != "" {
			it.unmake[i].Object = it.change.ID
		}
	}
}

// stepsToGo are the steps that remove the replaced object; one that does not run
// needs no stop, and the platform would refuse it.
func stepsToGo(spec *resource.Spec, it *item) []string {
	if v, ok := spec.Find(it.applied, spec.State); ok && spec.State != "" && v.Text != "enabled" {
		return []string{"delete"}
	}
	return []string{"disable", "delete"}
}

func stepsLeft(it *item) []string {
	for _, dep := range it.entry.Deposed {
		if dep.ID == it.change.Deposed {
			return dep.StepsLeft
		}
	}
	return nil
}

// createCalls makes the object: as a draft or not, and with the action call
// that a new object needs when it is not to run.
func (d *differ) createCalls(spec *resource.Spec, it *item) []Call {
	gives := resource.Ref{To: it.change.Address, Field: "id"}.String()
	if it.change.Action == Create && spec.TagOf == "" && spec.State == "" {
		return []Call{{Step: StepCreate, Method: "POST", URL: spec.Collection, Body: it.change.Desired, Gives: gives}}
	}
	body := d.sent(spec, it)
	if spec.TagOf != "" {
		schema, _ := body.Get(spec.TagOf)
		patch := resource.List(operation("add", "/meta:immutableTags", resource.List(resource.String("union"))))
		url := spec.Collection + "/" + idText(schema)
		return []Call{{Step: StepCreate, Method: "PATCH", URL: url, Body: patch.JSON(), Gives: gives}}
	}
	state := ""
	if v, ok := body.Get(spec.State); ok && spec.State != "" {
		state = v.Text
		body = body.Without(spec.State)
	}
	url := spec.Collection
	if state == "draft" {
		url += "?mode=draft"
	}
	calls := []Call{{Step: StepCreate, Method: "POST", URL: url, Body: body.JSON(), Gives: gives}}
	if state == "disabled" {
		calls[0].Settles = settledBut(body, spec.State)
		calls = append(calls, Call{Step: StepDisable, Method: "POST", URL: spec.ItemURL(gives) + "/action?op=disable"})
	}
	return calls
}

func idText(v resource.Value) string {
	if v.Kind == resource.RefValue {
		return v.Ref.String()
	}
	return resource.EscapeID(v.Text)
}

// settledBut names the members of a body that a call settles, all but one.
func settledBut(body resource.Value, but string) []string {
	var out []string
	for _, f := range body.Fields {
		if f.Name != but {
			out = append(out, f.Name)
		}
	}
	return out
}

// updateCalls changes the object in place, then acts on its state.
func updateCalls(spec *resource.Spec, it *item) []Call {
	var settles []string
	var actions []judged
	patched := false
	for _, j := range it.fields {
		switch {
		case j.change.Action != Update:
		case j.trait.Does == resource.Action:
			actions = append(actions, j)
		default:
			patched = true
			if top := j.path[0].Name; !slices.Contains(settles, top) {
				settles = append(settles, top)
			}
		}
	}
	if calls := switchCalls(spec, it); calls != nil {
		return calls
	}
	var calls []Call
	if patched {
		calls = append(calls, updateCall(spec, it, patchOf(spec, it)))
	}
	for _, j := range actions {
		calls = append(calls, actionCalls(spec, it, j)...)
	}
	if len(calls) > 1 {
		calls[0].Settles = settles
	}
	return calls
}

func updateCall(spec *resource.Spec, it *item, patch resource.Value) Call {
	call := Call{Step: StepUpdate, Method: "PATCH", URL: spec.ItemURL(it.change.ID)}
	switch spec.Update {
	case resource.PutWhole:
		call.Method, call.Body = "PUT", it.desired.JSON()
		if spec.Versioned {
			call.Gives = resource.Ref{To: it.change.Address, Field: "version"}.String()
		}
		return call
	case resource.PatchMatch:
		call.IfMatch = it.change.ETag
	case resource.PatchTyped:
		call.IfMatch, call.Media = it.change.ETag, jsonPatch
	}
	call.Body = patch.JSON()
	return call
}

// patchOf writes one JSON Patch operation for each row of the table that
// changed, in the order of the fields. Indexes are those of the applied body;
// If-Match guards that the live object still is that body.
func patchOf(spec *resource.Spec, it *item) resource.Value {
	patch := resource.List()
	done := map[string]bool{}
	applied, desired, current := spec.Tree(it.applied), spec.Tree(it.desired), spec.Tree(it.current())
	for _, j := range it.fields {
		if j.change.Action != Update || j.trait.Does == resource.Action {
			continue
		}
		at := j.rule
		if j.trait.Does == resource.Additive {
			at = j.path // what is added is added where it belongs
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
func (it *item) current() resource.Value {
	if it.live != nil {
		return *it.live
	}
	return it.applied
}

func operation(op, path string, value resource.Value) resource.Value {
	v := operationWithout(op, path)
	v.Fields = append(v.Fields, resource.F("value", value))
	return v
}

func operationWithout(op, path string) resource.Value {
	return resource.Object(resource.F("op", resource.String(op)), resource.F("path", resource.String(path)))
}

// actionCalls switch an object on or off, or publish a draft, which then runs
// until it is stopped. What no action can do (back to a draft) gives no call; a
// guard says so.
func actionCalls(spec *resource.Spec, it *item, j judged) []Call {
	from, _ := spec.At(it.applied, j.path)
	to, _ := spec.At(it.desired, j.path)
	url := spec.ItemURL(it.change.ID) + "/action?op="
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

// removeCalls stops an object where its kind demands it, then removes it.
func removeCalls(spec *resource.Spec, id string, steps []string) []Call {
	var calls []Call
	for _, step := range steps {
		switch {
		case step == "disable" && spec.Stops:
			calls = append(calls, Call{Step: StepRetire, Method: "POST", URL: spec.ItemURL(id) + "/action?op=disable"})
		case step == "delete" && spec.TagOf == "":
			calls = append(calls, Call{Step: StepDelete, Method: "DELETE", URL: spec.ItemURL(id)})
		}
	}
	return calls
}
