package applier

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// inFlight is how long a call that was sent may be under way: as long as the client waits for an answer,
// which is longer than any gateway does. listLag is how late the platform may list a new object.
const (
	inFlight = 90 * time.Second
	listLag  = 2 * time.Second
)

// resolver finds out what came of calls whose outcome is unknown. It only reads.
type resolver struct {
	client *clockedClient
	tenant string
	finder *remote.Finder
}

func newResolver(d *clockedClient, tenant string, s *lockfile.Session) resolver {
	return resolver{d, tenant, &remote.Finder{Client: d, Tenant: tenant, Owned: s.Owns}}
}

// resolver returns a resolver for one look at the platform.
func (e *executor) resolver() resolver { return newResolver(e.client, e.tenant, e.recorder.session) }

// resolve finds out whether a call of this run was carried out. Where it was not, that is believed at
// a time only: until then it may still be, or may be listed.
func (e *executor) resolve(ctx context.Context, c *boundCall, until time.Time) outcome {
	look := func(ctx context.Context) outcome { return e.resolver().look(ctx, c.intent, c.before) }
	began := time.Now()
	o := lookBefore(ctx, began.Add(inFlight), look)
	end := until.Add(lastLook(time.Since(began)))
	for wait := range waits(until) {
		if !o.mayChange(c) {
			break
		}
		e.emit(Waiting{Subject: c.subject(), Calls: 1, Most: time.Until(end)})
		if err := e.awaitLookup(ctx, c, wait); err != nil {
			return unknown(err)
		}
		o = lookBefore(ctx, end, look)
	}
	return o
}

// lastLook is how long the last of several look-ups may take when the first took a time.
func lastLook(first time.Duration) time.Duration { return max(10*time.Second, 2*first) }

var errSlowLookup = errors.New("the platform did not answer the lookup in time; run the same command again later")

// lookBefore looks at the platform. What has no answer at a time stays unknown, so that a wait never takes longer than
// announced.
func lookBefore(ctx context.Context, end time.Time, look func(context.Context) outcome) outcome {
	bounded, cancel := context.WithDeadline(ctx, end)
	defer cancel()
	o := look(bounded)
	if o.known != platform.Done && bounded.Err() != nil && ctx.Err() == nil {
		return unknown(errSlowLookup)
	}
	return o
}

// errStopped says that the user ended a wait.
var errStopped = errors.New("interrupted while it was looked for")

// isInterruption reports whether a call has no outcome, or was not sent, because the user stopped the run whose calls
// have a context.
func (o outcome) isInterruption(calls context.Context) bool {
	return o.known != platform.Done &&
		(errors.Is(o.err, errStopped) || calls.Err() != nil && errors.Is(o.err, context.Canceled))
}

// mayChange reports whether another look-up may find something else. A delete is sent again without
// any wait: twice does no harm. Where the object has another version than the one that the call
// named, the call cannot be carried out any more.
func (o outcome) mayChange(c *boundCall) bool {
	switch {
	case c.call().Step == planner.StepDelete, o.known == platform.Done:
		return false
	case o.known == platform.NotDone && o.err != nil, o.known == platform.Unknown && !platform.IsTemporary(o.err):
		return false
	}
	return o.etag == "" || c.request.IfMatch == "" || o.etag == c.request.IfMatch
}

// deadline is when a call that has not been seen to be carried out is taken for not done: the settle
// window after it was sent, and not before the lists had time to show it.
func (e *executor) deadline(cause error) time.Time {
	now := time.Now()
	sent := now
	var lost *platform.LostAnswerError
	if errors.As(cause, &lost) && !lost.Sent.IsZero() {
		sent = lost.Sent
	}
	until, least := sent.Add(e.settling), now.Add(min(e.settling, listLag))
	if until.Before(least) {
		return least
	}
	return until
}

// waits yields the times between look-ups that find nothing, short ones first, until a time. A
// look-up that takes long does not move that time.
func waits(until time.Time) iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		for next := listLag / 4; ; next = min(2*next, 10*time.Second) {
			left := time.Until(until)
			if left <= 0 || !yield(min(next, left)) {
				return
			}
		}
	}
}

// awaitLookup is pause, but an interruption ends it too: nothing is under way that could still end by
// itself.
func (e *executor) awaitLookup(ctx context.Context, c *boundCall, d time.Duration) error {
	return e.scheduler.yieldSlot(c.task, func() error {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return nil
		case <-e.interrupted:
		case <-ctx.Done():
		}
		return errStopped
	})
}

// look reads the platform to see whether a call was done. before is the entry until it is.
//
//	POST                   an object with all that was sent, made since, owned by no entry
//	PATCH, PUT             as desired: done; as applied: not done; else a conflict
//	enable, disable        the state
//	DELETE                 gone or not
func (r resolver) look(ctx context.Context, in lockfile.Intent, before lockfile.Entry) outcome {
	step := planner.Step(in.Step)
	if step == planner.StepCreate {
		return r.lookForCreated(ctx, in)
	}
	o, ok, err := remote.Read(ctx, r.client, in.Address.Kind, in.Object)
	switch {
	case err != nil:
		return unknown(err)
	case remote.IsGone(in.Address.Kind, o, ok) && (step == planner.StepDelete || step == planner.StepRetire):
		return outcome{known: platform.Done, adopted: true}
	case step == planner.StepDelete:
		return notDone(nil)
	case !ok:
		return notDone(errors.New("it is gone from the platform"))
	case isAction(step) && remote.State(o) == stateAfter(step):
		return outcome{known: platform.Done, etag: o.ETag, adopted: true}
	case isAction(step), o.ETag != "" && o.ETag == before.ETag: // not written since
		return outcome{known: platform.NotDone, etag: o.ETag}
	}
	fromApplied, err1 := r.lacks(o, before)
	fromDesired, err2 := r.lacks(o, in.Entry.Entry)
	if err := errors.Join(err1, err2); err != nil {
		return unknown(err)
	}
	if in.Address.Kind == resource.Mapping && len(fromApplied)*len(fromDesired) > 0 {
		// The newest version is somebody else's. What the dataflow uses is the one of the entry, and a new one is to follow.
		used, has, err := remote.ReadVersion(ctx, r.client, in.Address.Kind, in.Object, before.ETag)
		if err == nil && has {
			fromApplied, err = r.lacks(used, before)
		}
		if err != nil {
			return unknown(err)
		}
	}
	switch {
	case len(fromApplied) == 0: // also when only a secret changes, which cannot be seen: sending it twice does no harm
		return outcome{known: platform.NotDone, etag: o.ETag}
	case len(fromDesired) == 0:
		return outcome{known: platform.Done, etag: o.ETag, adopted: true}
	}
	return notDone(&ConflictError{Address: in.Address, ID: o.ID, Fields: threeWay(fromApplied, fromDesired)})
}

// lacks returns where an object differs from what was sent of an entry.
func (r resolver) lacks(o platform.Object, e lockfile.Entry) ([]resource.Difference, error) {
	sent, err := e.AsSent()
	if err != nil {
		return nil, err
	}
	return remote.Compare(sent, o, r.tenant, nil)
}

// lookForCreated looks for the object of a create.
func (r resolver) lookForCreated(ctx context.Context, in lockfile.Intent) outcome {
	found, err := r.finder.Find(ctx, in.Entry.Entry, in.Since)
	switch {
	case err != nil:
		return unknown(fmt.Errorf("look for the object of a lost answer: %w", err))
	case len(found) == 1:
		return outcome{known: platform.Done, id: found[0].ID, etag: found[0].ETag, adopted: true}
	case len(found) > 1:
		return unknown(&AmbiguousError{Address: in.Address, Candidates: candidates(found)})
	}
	return notDone(nil)
}
