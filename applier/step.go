package applier

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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

// send makes a call and records what came of it.
func (r *run) send(ctx context.Context, p *prepared) {
	defer r.queue.disclaim(p.key)
	p.began = time.Now()
	r.tell(Started{Subject: p.subject(), Attempt: 1})
	f := r.perform(ctx, p)
	switch f.verdict {
	case settledCall:
		r.succeed(p, f)
	case voidCall:
		r.fail(p, f.err, false, r.session.Settle(lockfile.Outcome{N: p.intent.N, Void: true}))
	default:
		r.fail(p, f.err, true, 0)
	}
}

func (r *run) succeed(p *prepared, f finding) {
	ticket := r.session.Settle(lockfile.Outcome{N: p.intent.N, ID: f.id, ETag: f.etag})
	id := f.id
	if id == "" {
		id = p.intent.Object
	}
	r.noteChange(p, id, f.etag)
	r.queue.finish(p.task, true)
	r.line.keep(record{ticket: ticket, told: Done{
		Subject: p.subject(), Attempt: p.attempt, ID: id, Elapsed: time.Since(p.began), Adopted: f.adopted,
		Last: p.k == len(p.change.Calls)-1,
	}})
}

// fail notes a call that failed, and what it blocks.
func (r *run) fail(p *prepared, err error, unknown bool, ticket lockfile.Ticket) {
	stuck := r.queue.finish(p.task, false)
	failure := Failure{
		Subject: p.subject(), Method: p.call().Method, URL: p.call().URL, Origin: p.change.Origin, Unknown: unknown, Err: err,
	}
	r.mu.Lock()
	r.failures[p.task] = failure
	r.mu.Unlock()
	r.tell(Failed{Subject: p.subject(), Attempt: max(p.attempt, 1), Elapsed: time.Since(p.began), Err: err})
	for _, i := range stuck {
		r.tell(Blocked{Subject: r.calls[i].subject(), By: p.change.Address, ByCall: p.call().N})
	}
	r.line.keep(record{ticket: ticket})
}

// verdict is what is known about a call.
type verdict uint8

const (
	voidCall    verdict = iota // nothing was done
	settledCall                // it was done
	unknownCall                // nobody knows
)

// finding is what came of a call.
type finding struct {
	verdict  verdict
	id, etag string
	adopted  bool // found on the platform, not told by the answer
	err      error
}

// resends bounds how often the applier itself sends a call again, beyond what the
// client does: after it has found out that the call was not done. It is as often as
// the client sends what it may always send again.
const resends = 4

// perform sends a call until it is known what came of it.
func (r *run) perform(ctx context.Context, p *prepared) finding {
	for again := 0; ; again++ {
		res, err := r.platform.Do(ctx, p.request)
		if err == nil {
			return r.accepted(ctx, p, res)
		}
		f := r.refused(ctx, p, err)
		if f.verdict != voidCall || f.err != nil || !mayResend(err) || again >= resends {
			if f.err == nil && f.verdict != settledCall {
				f.err = err
			}
			return f
		}
		p.attempt++
		r.tell(Retried{Subject: p.subject(), Attempt: p.attempt, Err: err})
		if again == 0 || platform.IsConflict(err) {
			continue // once at once: the look-up took its time
		}
		if e := r.pause(ctx, time.Second<<again/4); e != nil {
			return finding{err: errors.Join(err, e)}
		}
	}
}

// mayResend reports whether a call that is known not to have been done is worth
// another attempt. A 412 is resent only with a fresh version, which refused has
// put into the request; a 500 said no for a reason of its own.
func mayResend(err error) bool {
	var refusal *platform.Error
	switch {
	case platform.IsConflict(err):
		return true
	case !platform.IsLost(err):
		return false
	case errors.As(err, &refusal):
		return refusal.Status != 500
	}
	return true
}

// accepted reads the answer to a call that the platform took.
func (r *run) accepted(ctx context.Context, p *prepared, res platform.Response) finding {
	f := finding{verdict: settledCall}
	step := p.call().Step
	if step == planner.StepDelete {
		return f
	}
	id, etag, err := answered(p.change.Kind, res.Body)
	f.etag = etag
	switch {
	case step == planner.StepCreate && (err != nil || id == ""):
		// It was made, but the answer does not say as what.
		return r.resolve(ctx, p.intent, p.now, min(r.late(), listing))
	case step == planner.StepCreate:
		f.id = id
	case step == planner.StepRetire:
		return r.stopped(ctx, p, f)
	}
	return f
}
