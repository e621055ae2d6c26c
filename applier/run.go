package applier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/planner"
)

// run is one Apply.
type run struct {
	plan      *planner.Plan
	calls     []callRef // by task
	scheduler *scheduler
	executor  *executor
	recorder  *recorder
	window    *window
	listener  *listener
	failures  []*Failure // by task; each is written by the goroutine of its task
}

func (a *Applier) newRun(p *planner.Plan, s *lockfile.Session, interrupted <-chan struct{}) (*run, error) {
	calls, tasks, err := callsOf(p)
	if err != nil {
		return nil, err
	}
	w := &window{slots: a.workers()}
	sched, err := newScheduler(tasks, a.workers(), w.size)
	if err != nil {
		return nil, err
	}
	l := &listener{notify: a.Notify, halt: sched.halt}
	rec := newRecorder(s, newSecretStore(a.Secrets, a.Client), w)
	exec := &executor{
		client: newClockedClient(a.Client, a.now), tenant: s.Target().Tenant, recorder: rec, scheduler: sched, emit: l.emit,
		overwrite: a.Overwrite, settling: a.settleWindow(), interrupted: interrupted,
	}
	return &run{
		plan: p, calls: calls, scheduler: sched, executor: exec, recorder: rec, window: w, listener: l,
		failures: make([]*Failure, len(calls)),
	}, nil
}

// begin does what needs no call of the plan: it reads the platform's clock and
// the tenant, and changes entries that change in the lockfile only.
func (r *run) begin(ctx context.Context) error {
	if len(r.calls) > 0 {
		if err := r.readTenant(ctx); err != nil {
			return err
		}
	}
	if err := r.recorder.editWithoutCalls(r.plan); err != nil {
		return err
	}
	for i := range r.plan.Changes {
		if c := &r.plan.Changes[i]; len(c.Calls) == 0 && c.Action.Changes() {
			r.listener.emit(Done{Subject: Subject{Address: c.Address, Action: c.Action}, ID: c.ID, Last: true})
		}
	}
	return nil
}

// readTenant reads the tenant. When the plan does without it, this read still shows the
// platform's clock before anything is created, and that the platform can be reached
// at all before anything is on record.
func (r *run) readTenant(ctx context.Context) error {
	e := r.executor
	need := e.tenant == "" && slices.ContainsFunc(r.calls, func(c callRef) bool {
		return hasTenant(c.call().Body) || hasTenant([]byte(c.call().URL)) || hasTenant(c.change.Desired)
	})
	if !need && e.client.isKnown() {
		return nil
	}
	tenant, err := platform.Tenant(ctx, e.client)
	if err != nil {
		var refused *platform.Error
		if !need && errors.As(err, &refused) && !platform.IsAuth(err) {
			return nil // not allowed to read the registry's figures: nothing lost
		}
		return fmt.Errorf("ask for the tenant: %w", err)
	}
	if need {
		e.tenant = tenant
		return r.recorder.setTenant(tenant)
	}
	return nil
}

// carryOut is the life of one call, from its turn until its outcome is on record. Crash before the
// intent is on record: it was not sent. Crash after it: the next apply finds out whether it was done.
func (r *run) carryOut(ctx context.Context, i int) {
	c, err := r.bind(i)
	if err != nil {
		r.scheduler.skipSlot(i)
		r.report(c, notDone(err), r.scheduler.finish(i, false), 0)
		return
	}
	key := c.key()
	if !r.scheduler.lockKey(key, i) {
		return // an identical create is under way: this one is taken again when that one ends
	}
	defer r.scheduler.unlockKey(key)
	if err := r.recorder.intend(c); err != nil {
		r.scheduler.halt(err)
	}
	if !r.scheduler.acquireSlot(i) {
		r.abort(c)
		return
	}
	if c.isStale(r.executor.client.time()) {
		r.scheduler.releaseSlot()
		r.abort(c)
		r.scheduler.requeue(i)
		return
	}
	c.began = time.Now()
	r.listener.emit(Started{Subject: c.subject(), Attempt: 1})
	o := r.send(ctx, c)
	ticket := r.recorder.settle(c, o) // before finish: the intents of what waits for this call come after it
	if o.isInterruption(ctx) {
		r.interrupt(c, o, ticket)
		return
	}
	blocked := r.scheduler.finish(i, o.known == platform.Done)
	r.window.called(time.Since(c.began))
	r.scheduler.releaseSlot()
	r.report(c, o, blocked, ticket)
}

// bind is executor.bind. A panic ends the run.
func (r *run) bind(i int) (c *boundCall, err error) {
	if e := bug.Catch(func() { c, err = r.executor.bind(i, r.calls[i]) }); e != nil {
		r.scheduler.halt(e)
		return &boundCall{callRef: r.calls[i], task: i, began: time.Now(), attempt: 1}, e
	}
	return c, err
}

// send is executor.send. A panic ends the run, and the call stays open in the journal: the next apply
// finds out whether it was carried out.
func (r *run) send(ctx context.Context, c *boundCall) (o outcome) {
	if err := bug.Catch(func() { o = r.executor.send(ctx, c) }); err != nil {
		r.scheduler.halt(err)
		return unknown(err)
	}
	return o
}

// abort puts on record that a call was not sent.
func (r *run) abort(c *boundCall) {
	if err := r.recorder.session.Wait(r.recorder.settle(c, notDone(nil))); err != nil {
		r.scheduler.halt(err)
	}
}

// interrupt ends a call that has no outcome because the user stopped the run.
func (r *run) interrupt(c *boundCall, o outcome, ticket lockfile.Ticket) {
	sent := o.known == platform.Unknown
	r.scheduler.interrupt(c.task, sent)
	r.scheduler.releaseSlot()
	r.listener.emit(Interrupted{
		Subject: c.subject(), Attempt: c.attempt, Elapsed: time.Since(c.began), Unanswered: sent,
	})
	if err := r.recorder.session.Wait(ticket); err != nil {
		r.scheduler.halt(err)
	}
}

// report emits the outcome of a call: a failure at once, with the calls that it blocks, and a success
// when it is durable.
func (r *run) report(c *boundCall, o outcome, blocked []int, ticket lockfile.Ticket) {
	call, isDone := c.call(), o.known == platform.Done
	hidden := isDone && o.isHidden()
	if !isDone || hidden {
		r.failures[c.task] = &Failure{
			Subject: c.subject(), Method: call.Method, URL: call.URL, Origin: c.change.Origin,
			Unknown: o.known == platform.Unknown, Err: o.err,
		}
		r.listener.emit(Failed{Subject: c.subject(), Attempt: c.attempt, Elapsed: time.Since(c.began), Err: o.err})
	}
	for _, n := range blocked {
		r.listener.emit(Blocked{Subject: r.calls[n].subject(), By: c.change.Address, ByCall: call.N})
	}
	if err := r.recorder.session.Wait(ticket); err != nil {
		r.scheduler.halt(err)
		return
	}
	if isDone && !hidden {
		r.listener.emit(Done{
			Subject: c.subject(), Attempt: c.attempt, ID: c.objectOf(o), Elapsed: time.Since(c.began), Adopted: o.adopted,
			Already: o.already, Last: len(c.later()) == 0,
		})
	}
}

// startHeartbeat puts on record from time to time that this process is at work, until the returned
// function is called. After a crash, the next apply knows how long a call of this one may still be
// under way.
func (r *run) startHeartbeat(every time.Duration) (stop func()) {
	if every == 0 || len(r.calls) == 0 {
		return func() {}
	}
	beat := func() {
		err := bug.Catch(func() {
			if err := r.recorder.heartbeat(r.executor.client.time()); err != nil {
				r.scheduler.halt(err)
			}
		})
		if err != nil {
			r.scheduler.halt(err)
		}
	}
	stopped := make(chan struct{})
	var beats sync.WaitGroup
	beats.Go(func() {
		t := time.NewTicker(every)
		defer t.Stop()
		for {
			select {
			case <-stopped:
				return
			case <-t.C:
				beat()
			}
		}
	})
	return func() {
		close(stopped)
		beats.Wait()
		if len(r.recorder.session.Unresolved()) > 0 {
			beat()
		}
	}
}
