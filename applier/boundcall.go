package applier

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// startMargin is how long after the call a schedule starts whose start the document leaves open.
const startMargin = 60 * time.Second

// clockMargin allows for clocks that disagree when objects are looked up by the time of their creation.
const clockMargin = 5 * time.Minute

// boundCall is a call with every value that it sends, and what goes on record before it. It belongs
// to one goroutine.
type boundCall struct {
	callRef
	task    int
	before  lockfile.Entry // the entry until the call is done
	request platform.Request
	intent  lockfile.Intent
	began   time.Time
	started time.Time // the platform's time when an open start was bound; else zero
	attempt int       // from 1
}

// isStale reports whether the start that a call sends is no longer far enough ahead.
func (c *boundCall) isStale(now time.Time) bool {
	return !c.started.IsZero() && now.Sub(c.started) > startMargin/2
}

// key is equal for creates of objects that cannot be told apart. They are sent one after the other,
// so that the object of a lost answer is never mistaken for that of an identical create.
func (c *boundCall) key() string {
	if c.call().Step != planner.StepCreate {
		return c.change.Address.String() + " " + string(c.call().Step) + " " + c.intent.Object
	}
	return string(c.change.Kind) + " " + resource.Digest(c.request.Body)
}

// objectOf returns the ID of the object that a call with an outcome created or changed.
func (c *boundCall) objectOf(o outcome) string {
	if o.id != "" {
		return o.id
	}
	return c.intent.Object
}

// bind returns a call with its values, and what goes on record before it is sent.
func (e *executor) bind(task int, ref callRef) (*boundCall, error) {
	call := ref.call()
	c := &boundCall{callRef: ref, task: task, before: e.recorder.entry(ref.change.Address), began: time.Now(), attempt: 1}
	url, err := bindURL(call.URL, e.tenant, e.recorder.lookUp)
	if err != nil {
		return c, err
	}
	now := e.client.time()
	var start json.RawMessage // of a schedule, in epoch seconds of the platform's clock; nil when the call binds none
	var body []byte
	if len(call.Body) > 0 {
		body, err = bindBody(call.Body, e.tenant, func(_ resource.Path, v resource.Value) ([]byte, error) {
			switch v.Kind {
			case resource.RefValue:
				id, err := e.recorder.lookUp(v.Ref)
				return quote(id), err
			case resource.SecretValue:
				secret, err := e.recorder.secrets.value(v.Text)
				return quote(secret), err
			}
			c.started = now
			start = strconv.AppendInt(nil, now.Add(startMargin).Unix(), 10)
			return start, nil
		})
		if err != nil {
			return c, err
		}
	}
	c.request = platform.Request{
		Method: call.Method, Path: url, Body: body, ContentType: call.Media,
		IfMatch: e.ifMatch(c), Tag: ref.change.Address.String(),
	}
	c.intent = lockfile.Intent{
		Call: call.N, Address: ref.change.Address, Step: string(call.Step), Method: call.Method, URL: url,
		Since: now.Add(-clockMargin).UTC().Truncate(time.Second),
	}
	if makesObject(call.Step) {
		entry, err := e.recorder.entryAfter(ref, c.before, start)
		if err != nil {
			return c, err
		}
		if call.Step == planner.StepCreate {
			entry.Created = now.UTC().Truncate(time.Second)
		}
		c.intent.Entry = &lockfile.EntryText{Entry: entry}
	}
	switch call.Step {
	case planner.StepCreate:
		if c.intent.Leaves = ref.stepsLeft(c.before.ID); len(c.intent.Leaves) > 0 {
			c.intent.Replaces = c.before.ID
		}
	case planner.StepRetire, planner.StepDelete:
		c.intent.Object = ref.object(c.before)
	default:
		c.intent.Object = c.before.ID
	}
	return c, nil
}

// target returns the ID of the object of a call, "" where the call creates one that has an ID of its own.
func (c *boundCall) target() string {
	of := resource.SpecOf(c.change.Kind).Of
	if c.call().Step != planner.StepCreate || of == "" {
		return c.intent.Object
	}
	for _, n := range c.intent.Entry.Needs {
		if n.Via == of {
			return n.ID
		}
	}
	return ""
}

// ifMatch returns the version that a call names: the plan's, unless this run has changed it since.
func (e *executor) ifMatch(c *boundCall) string {
	call := c.call()
	spec := resource.SpecOf(c.change.Kind)
	if spec.MergedAt != "" && strings.HasPrefix(call.URL, spec.MergedAt+"/") {
		return "" // it compares the time of the last change, and a merge undoes no other change
	}
	isOfOther := call.Step == planner.StepRetire && call.Object != "" && call.Object != c.before.ID
	if call.Step == planner.StepCreate || call.Step == planner.StepDelete || isOfOther {
		return call.IfMatch
	}
	if call.IfMatch != "" && e.recorder.hasChanged(c.change.Address) ||
		call.IfMatch == "" && call.Step == planner.StepUpdate && hasETag(c.change.Kind) {
		return c.before.ETag
	}
	return call.IfMatch
}
