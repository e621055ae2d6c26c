package applier

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// prepared is a call with everything bound, and what goes on record before it.
type prepared struct {
	callRef
	task    int
	now     lockfile.Entry // before the call
	request platform.Request
	intent  lockfile.Intent
	key     string // see twinKey
	began   time.Time
	starts  time.Time // the platform's time when an open start was bound, else zero
	attempt int
}

// stale reports whether the start that a call sends is no longer far enough ahead.
func (p *prepared) stale(now time.Time) bool {
	return !p.starts.IsZero() && now.Sub(p.starts) > startMargin/2
}

// twinKey is equal for creates that would make objects which nobody can tell
// apart. They run one after the other, so that the object of a lost answer is
// never mistaken for its twin's.
func twinKey(p *prepared) string {
	if p.call().Step != planner.StepCreate {
		return p.change.Address.String() + " " + string(p.call().Step) + " " + p.intent.Object
	}
	return string(p.change.Kind) + " " + resource.Digest(p.request.Body)
}

// prepare binds a call and says what goes on record before it is sent.
func (r *run) prepare(i int) (*prepared, error) {
	c := r.calls[i]
	call := c.call()
	p := &prepared{callRef: c, task: i, began: time.Now(), attempt: 1}
	p.now, _ = r.session.Get(c.change.Address)
	p.now.Address = c.change.Address
	url, err := bindURL(call.URL, r.tenant, r.lookUp)
	if err != nil {
		return p, err
	}
	now := r.platform.time()
	start := startTime(now)
	if bytes.Contains(call.Body, []byte(openStart)) {
		p.starts = now
	}
	var body []byte
	if len(call.Body) > 0 {
		if body, err = bindBody(call.Body, r.tenant, r.binder(start)); err != nil {
			return p, err
		}
	}
	p.request = platform.Request{
		Method: call.Method, Path: url, Body: body, ContentType: call.Media, IfMatch: r.ifMatch(p), Tag: c.change.Address.String(),
	}
	p.intent = lockfile.Intent{
		Call: call.N, Address: c.change.Address, Step: string(call.Step), Method: call.Method, URL: url,
		Since: now.Add(-clockMargin).UTC().Truncate(time.Second),
	}
	if makes(call.Step) {
		e, err := r.entryAfter(c, p.now, start)
		if err != nil {
			return p, err
		}
		p.intent.Entry = &lockfile.EntryText{Entry: e}
	}
	switch call.Step {
	case planner.StepCreate:
		if p.intent.Leaves = c.leaves(p.now.ID); len(p.intent.Leaves) > 0 {
			p.intent.Replaces = p.now.ID
		}
	case planner.StepRetire, planner.StepDelete:
		p.intent.Object = c.object(p.now)
	default:
		p.intent.Object = p.now.ID
	}
	return p, nil
}

// binder gives what is sent; start is the start of a schedule that is open.
func (r *run) binder(start json.RawMessage) leafBinder {
	return func(_ resource.Path, v resource.Value) ([]byte, error) {
		switch v.Kind {
		case resource.RefValue:
			id, err := r.lookUp(v.Ref)
			return quote(id), err
		case resource.SecretValue:
			secret, err := r.secrets.value(v.Text)
			return quote(secret), err
		default:
			return start, nil
		}
	}
}

// ifMatch returns the version that a call names: the plan's, unless this run has
// moved it since.
func (r *run) ifMatch(p *prepared) string {
	call := p.call()
	if call.Step == planner.StepCreate || call.Step == planner.StepDelete || call.Step == planner.StepRetire && call.Object != "" && call.Object != p.now.ID {
		return call.IfMatch
	}
	r.mu.Lock()
	moved := r.touched[p.change.Address]
	r.mu.Unlock()
	style := resource.SpecOf(p.change.Kind).Update
	matched := call.IfMatch != "" || call.Step == planner.StepUpdate && (style == resource.PatchMatch || style == resource.PatchTyped)
	if matched && (moved || call.IfMatch == "") {
		return p.now.ETag
	}
	return call.IfMatch
}

// object is the object that a retire or delete is about.
func (c callRef) object(now lockfile.Entry) string {
	for _, id := range []string{c.call().Object, c.change.Deposed, c.change.ID} {
		if id != "" {
			return id
		}
	}
	return now.ID
}

// leaves returns the steps that remain for the object whose place a create takes.
func (c callRef) leaves(old string) []string {
	var out []string
	if old == "" {
		return nil
	}
	for _, l := range c.change.Calls[c.k+1:] {
		switch {
		case l.Object != "" && l.Object != old:
		case l.Step == planner.StepRetire:
			out = append(out, "disable")
		case l.Step == planner.StepDelete:
			out = append(out, "delete")
		}
	}
	return out
}
