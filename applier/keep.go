package applier

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// keep reads an object right before a call replaces the whole of it, where others have members of it: the call then
// sends those as they are, and names the version that was read. isSettled says that the call is not to be sent: the
// object is as it is to be, or was changed by somebody.
func (e *executor) keep(ctx context.Context, c *boundCall) (o outcome, isSettled bool) {
	spec := resource.SpecOf(c.change.Kind)
	if len(spec.Kept) == 0 {
		return outcome{}, false
	}
	live, ok, err := remote.Read(ctx, e.client, spec.Kind, c.target())
	switch {
	case err != nil:
		return notDone(err), true
	case c.call().Step == planner.StepDelete && remote.IsGone(spec.Kind, live, ok):
		return outcome{known: platform.Done}, true
	case !ok:
		return notDone(errors.New("what it belongs to is gone from the platform, or hidden by a label")), true
	}
	if c.call().Step != planner.StepDelete {
		if o, isSettled = e.compareKept(c, live); isSettled {
			return o, true
		}
	}
	if c.request.Body, err = withMembers(c.request.Body, live.Body, spec.Kept); err != nil {
		return notDone(err), true
	}
	if live.ETag != "" {
		c.request.IfMatch = live.ETag
	}
	return outcome{}, false
}

// compareKept says whether a create or an update of an object, which was just read, is to be left out.
func (e *executor) compareKept(c *boundCall, live platform.Object) (o outcome, isSettled bool) {
	isCreate := c.call().Step == planner.StepCreate
	fromDesired, err := remote.Compare(c.intent.Entry.Entry, live, e.tenant, c.change.Ignores)
	if err != nil {
		return notDone(err), true
	}
	if len(fromDesired) == 0 {
		done := outcome{known: platform.Done, etag: live.ETag, adopted: true}
		if isCreate {
			done.id = live.ID
		}
		return done.withoutLoss(c.attempt > 1), true
	}
	isSeen := cmp.Or(live.ETag, "*") == c.request.IfMatch // by the plan, or by an earlier call of this run
	if isSeen || slices.Contains(e.overwrite, c.change.Address) || isCreate && remote.IsUnset(c.change.Kind, live) {
		return outcome{}, false
	}
	if isCreate {
		return notDone(&ExistsError{Address: c.change.Address, ID: live.ID}), true
	}
	fromApplied, err := remote.Compare(c.before, live, e.tenant, c.change.Ignores)
	if err != nil {
		return notDone(err), true
	}
	if len(fromApplied) == 0 {
		return outcome{}, false
	}
	fields := threeWay(fromApplied, fromDesired)
	return notDone(&ConflictError{Address: c.change.Address, ID: live.ID, Fields: fields}), true
}

// withMembers returns the JSON of an object with the members of another that have a value.
func withMembers(body, other []byte, names []string) ([]byte, error) {
	var to, from map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(body, &to), json.Unmarshal(other, &from)); err != nil {
		return nil, err
	}
	for _, name := range names {
		delete(to, name)
		if v := string(from[name]); v != "" && v != "null" && v != "[]" {
			to[name] = from[name]
		}
	}
	return json.Marshal(to)
}
