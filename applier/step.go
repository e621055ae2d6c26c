package applier

import (
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
	ticket  lockfile.Ticket
	key     string // see twinKey
	began   time.Time
	attempt int
	read    *etagRead // instead of a call
}

// ended is a call whose outcome is recorded but perhaps not durable yet: what
// waits for it must not start before that.
type ended struct {
	ticket lockfile.Ticket
	free   []int
	event  Event
	idle   bool // no task ended: this only passes on free ones
}

// work is one worker. What came of its last calls and the intents of the next
// share one sync of the journal: both are handed in before the worker waits.
//
//	outcomes of the last group · intents of the next │ sync │ release · send, send, …
//
// A group is one call, or several where a sync takes longer than a call.
func (r *run) work(ctx context.Context) {
	var last []*ended
	for {
		group, failed := r.group(&last)
		last = append(last, failed...)
		if len(group) == 0 && len(last) == 0 {
			return
		}
		// Crash before this wait is over: nothing of the group was sent. After it:
		// its intents are on disk, and the next apply finds out what they did.
		if err := r.durable(group, last); err != nil {
			r.halt(err)
			return
		}
		for _, e := range last {
			r.release(e)
		}
		last = nil
		for _, p := range group {
			last = append(last, r.make(ctx, p))
		}
	}
}

// group takes the next calls and puts their intents on record. It blocks only when
// the worker has nothing else to do. Calls that cannot even be bound come back as
// ended.
func (r *run) group(last *[]*ended) (group []prepared, failed []*ended) {
	var own []int
	for _, e := range *last {
		own = append(own, e.free...)
		e.free = nil
	}
	most := r.pace.group(r.most())
	for len(group) < most {
		idle := len(*last) == 0 && len(group) == 0 && len(failed) == 0
		i, rest, ok := r.queue.take(own, idle, len(group) > 0)
		if own = rest; !ok {
			break
		}
		if read, ok := r.followUp(i); ok {
			group = append(group, prepared{task: i, read: &read})
			continue
		}
		p, err := r.prepare(i)
		if err != nil {
			failed = append(failed, r.fail(p, err, false))
			continue
		}
		if p.key = twinKey(p); r.queue.claim(p.key, i) {
			p.intent.N, p.ticket = r.session.Intend(p.intent)
			group = append(group, p)
		}
	}
	if len(own) > 0 { // more than this worker takes: for all, once they may start
		free := &ended{free: own, idle: true}
		*last = append(*last, free)
	}
	return group, failed
}

// durable waits until all that was recorded is on disk.
func (r *run) durable(group []prepared, last []*ended) error {
	var newest lockfile.Ticket
	for _, p := range group {
		newest = max(newest, p.ticket)
	}
	for _, e := range last {
		newest = max(newest, e.ticket)
	}
	if newest == 0 {
		return r.session.Wait(0) // nothing new, but the journal may be broken
	}
	began := time.Now()
	err := r.session.Wait(newest)
	r.pace.synced(time.Since(began))
	return err
}

// make carries out one member of a group whose intents are durable.
func (r *run) make(ctx context.Context, p prepared) *ended {
	if p.read != nil {
		return r.readETag(ctx, p.task, *p.read)
	}
	defer r.queue.disclaim(p.key)
	if r.queue.isHalted() {
		return &ended{ticket: r.session.Settle(lockfile.Outcome{N: p.intent.N, Void: true})}
	}
	began := time.Now()
	e := r.send(ctx, p)
	r.pace.called(time.Since(began))
	return e
}

func (r *run) most() int {
	if r.Group > 0 {
		return r.Group
	}
	return 32
}

func (r *run) release(e *ended) {
	r.queue.release(e.free, !e.idle)
	if e.event != nil {
		r.tell(e.event)
	}
}

// twinKey is equal for creates that would make objects which nobody can tell
// apart. They run one after the other, so that the object of a lost answer is
// never mistaken for its twin's.
func twinKey(p prepared) string {
	if p.call().Step != planner.StepCreate {
		return p.change.Address.String() + " " + string(p.call().Step) + " " + p.intent.Object
	}
	return string(p.change.Kind) + " " + resource.Digest(p.request.Body)
}

// prepare binds a call and says what goes on record before it is sent.
func (r *run) prepare(i int) (prepared, error) {
	c := r.calls[i]
	call := c.call()
	p := prepared{callRef: c, task: i, began: time.Now(), attempt: 1}
	p.now, _ = r.session.Get(c.change.Address)
	p.now.Address = c.change.Address
	url, err := bindURL(call.URL, r.tenant, r.lookUp)
	if err != nil {
		return p, err
	}
	start := r.startTime()
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
		Since: r.platform.time().Add(-clockMargin).UTC().Truncate(time.Second),
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
		p.intent.Leaves = c.leaves(p.now.ID)
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
func (r *run) ifMatch(p prepared) string {
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
func (r *run) send(ctx context.Context, p prepared) *ended {
	r.tell(Started{Subject: p.subject(), Attempt: 1})
	f := r.perform(ctx, &p)
	switch f.verdict {
	case settledCall:
		return r.succeed(p, f)
	case voidCall:
		e := r.fail(p, f.err, false)
		e.ticket = r.session.Settle(lockfile.Outcome{N: p.intent.N, Void: true})
		return e
	default:
		return r.fail(p, f.err, true)
	}
}

func (r *run) succeed(p prepared, f finding) *ended {
	ticket := r.session.Settle(lockfile.Outcome{N: p.intent.N, ID: f.id, ETag: f.etag})
	r.mu.Lock()
	r.touched[p.change.Address] = true
	r.mu.Unlock()
	free, _ := r.queue.finish(p.task, true)
	r.completeETag(p, f)
	id := f.id
	if id == "" {
		id = p.intent.Object
	}
	return &ended{ticket: ticket, free: free, event: Done{
		Subject: p.subject(), Attempt: p.attempt, ID: id, Elapsed: time.Since(p.began), Adopted: f.adopted,
		Last: p.k == len(p.change.Calls)-1,
	}}
}

// completeETag plans a read when the answer did not say which version the object
// has now and later updates need it. Nothing waits for that read.
func (r *run) completeETag(p prepared, f finding) {
	style := resource.SpecOf(p.change.Kind).Update
	if f.etag != "" || !makes(p.call().Step) || style != resource.PatchMatch && style != resource.PatchTyped {
		return
	}
	id := f.id
	if id == "" {
		id = p.intent.Object
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.follow[r.queue.follow()] = etagRead{p.change.Address, id}
}

func (r *run) followUp(task int) (etagRead, bool) {
	if task < len(r.calls) {
		return etagRead{}, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	read, ok := r.follow[task]
	return read, ok
}

// readETag completes an entry. Without its version nothing is wrong: the next
// update then meets a conflict that it settles by reading.
func (r *run) readETag(ctx context.Context, task int, read etagRead) *ended {
	e := &ended{}
	if o, ok, err := r.get(ctx, read.address.Kind, read.id); err == nil && ok && o.ETag != "" {
		e.ticket = r.session.Edit(lockfile.Edit{ETag: &lockfile.ETag{Address: read.address, ID: read.id, ETag: o.ETag}})
	}
	r.queue.finish(task, true)
	return e
}

// fail notes a call that failed, and what it blocks.
func (r *run) fail(p prepared, err error, unknown bool) *ended {
	_, stuck := r.queue.finish(p.task, false)
	failure := Failure{
		Subject: p.subject(), Method: p.call().Method, URL: p.call().URL, Origin: p.change.Origin, Unknown: unknown, Err: err,
	}
	r.mu.Lock()
	r.failures[p.task] = failure
	r.mu.Unlock()
	elapsed := time.Duration(0)
	if !p.began.IsZero() {
		elapsed = time.Since(p.began)
	}
	r.tell(Failed{Subject: p.subject(), Attempt: max(p.attempt, 1), Elapsed: elapsed, Err: err})
	for _, i := range stuck {
		if i < len(r.calls) {
			r.tell(Blocked{Subject: r.calls[i].subject(), By: p.change.Address, ByCall: p.call().N})
		}
	}
	return &ended{}
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
// client does: after it has found out that the call was not done.
const resends = 2

// perform sends a call until it is known what came of it.
func (r *run) perform(ctx context.Context, p *prepared) finding {
	for again := 0; ; again++ {
		res, err := r.platform.Do(ctx, p.request)
		if err == nil {
			return r.accepted(ctx, p, res)
		}
		f := r.refused(ctx, p, err)
		if f.verdict != voidCall || !mayResend(err) || again >= resends {
			if f.err == nil && f.verdict != settledCall {
				f.err = err
			}
			return f
		}
		p.attempt++
		r.tell(Retried{Subject: p.subject(), Attempt: p.attempt, Err: err})
	}
}

// mayResend reports whether a call that is known not to have been done is worth
// another attempt. A 412 is resent only with a fresh version, which refused has
// put into the request; a 500 said no for a reason of its own.
func mayResend(err error) bool {
	var conflict *ConflictError
	var refusal *platform.Error
	switch {
	case errors.As(err, &conflict):
		return false
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
		return r.resolve(ctx, p.intent, p.now)
	case step == planner.StepCreate:
		f.id = id
	case step == planner.StepRetire:
		return r.stopped(ctx, p, f)
	}
	return f
}
