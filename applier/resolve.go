package applier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// resolver finds out what came of calls whose outcome is unknown. It only reads.
type resolver struct {
	platform *clocked
	session  *lockfile.Session
	tenant   string
}

func (r *run) resolver() resolver {
	return resolver{platform: r.platform, session: r.session, tenant: r.tenant}
}

// finder returns a finder for one look at the platform.
func (r resolver) finder() *remote.Finder {
	return &remote.Finder{Client: r.platform, Tenant: r.tenant, Owned: r.session.Owns}
}

// resolve finds out whether a call of this run was carried out. Where it was not, that
// is believed at a time only: until then it may still be, or may be listed.
func (r *run) resolve(ctx context.Context, p *prepared, until time.Time) outcome {
	look := r.resolver()
	o := look.resolve(ctx, p.intent, p.now, look.finder())
	for wait := range waits(until) {
		if !o.mayChange(p) {
			break
		}
		r.tell(Waiting{Subject: p.subject(), Calls: 1, Most: time.Until(until)})
		if err := r.awaitLookup(ctx, wait); err != nil {
			return unknown(err)
		}
		o = look.resolve(ctx, p.intent, p.now, look.finder())
	}
	return o
}

// mayChange reports whether another look-up may find something else. A delete is
// sent again without any wait: twice does no harm. Where the object has another
// version than the one that the call named, the call is void from now on.
func (o outcome) mayChange(p *prepared) bool {
	switch {
	case p.call().Step == planner.StepDelete, o.known == platform.Done:
		return false
	case o.known == platform.NotDone && o.err != nil, o.known == platform.Unknown && !platform.IsTemporary(o.err):
		return false
	}
	return o.etag == "" || p.request.IfMatch == "" || o.etag == p.request.IfMatch
}

// deadline is when a call that has not been seen to be carried out is taken for not
// done: Late after it was sent, and not before the lists had time to show it.
func (r *run) deadline(cause error) time.Time {
	now := time.Now()
	sent := now
	var lost *platform.LostAnswerError
	if errors.As(cause, &lost) && !lost.Sent.IsZero() {
		sent = lost.Sent
	}
	until, least := sent.Add(r.late()), now.Add(min(r.late(), listing))
	if until.Before(least) {
		return least
	}
	return until
}

// conflicts bounds how often a call is sent again with a version that was just read:
// who moves it that often is at work on the object.
const conflicts = 2

// conflict resolves a 412. Runs and changes of state move the version of an object
// too, so one whose managed fields are still as applied is sent again with the
// version that was read. Anything else was changed by somebody.
func (r *run) conflict(ctx context.Context, p *prepared, cause error) outcome {
	o, ok, err := remote.Read(ctx, r.platform, p.change.Kind, p.intent.Object)
	switch {
	case err != nil:
		return notDone(errors.Join(cause, err))
	case !ok:
		return notDone(fmt.Errorf("it is gone from the platform: %w", cause))
	case o.ETag == p.request.IfMatch:
		return notDone(errors.Join(cause, errors.New("the version was read again and is the same")))
	}
	resend := func() outcome {
		if p.attempt > conflicts {
			return notDone(&ConflictError{Address: p.change.Address, ID: o.ID, Err: cause})
		}
		p.request.IfMatch = o.ETag
		return outcome{known: platform.NotDone, resend: true, err: cause}
	}
	if p.call().Step != planner.StepUpdate {
		if isAction(p.call().Step) && remote.State(o) == stateAfter(p.call().Step) {
			return outcome{known: platform.Done, etag: o.ETag, adopted: true}
		}
		return resend()
	}
	diff, err1 := remote.Compare(p.now, o, r.tenant)
	ahead, err2 := remote.Compare(p.intent.Entry.Entry, o, r.tenant)
	if err := errors.Join(err1, err2); err != nil {
		return notDone(errors.Join(cause, err))
	}
	switch {
	case len(diff) == 0, r.overwrites(p.change.Address):
		return resend()
	case len(ahead) == 0:
		return outcome{known: platform.Done, etag: o.ETag, adopted: true}
	}
	return notDone(&ConflictError{Address: p.change.Address, ID: o.ID, Fields: threeWay(diff, ahead), Err: cause})
}

func stateAfter(s planner.Step) string {
	if s == planner.StepEnable {
		return "enabled"
	}
	return "disabled"
}

// stopped waits until a flow that was told to stop has stopped: deleting it
// earlier could cut off a run.
func (r *run) stopped(ctx context.Context, p *prepared, o outcome) outcome {
	for wait := time.Second; ; wait *= 2 {
		live, ok, err := remote.Read(ctx, r.platform, p.change.Kind, p.intent.Object)
		switch {
		case err != nil:
			return unknown(fmt.Errorf("check that it has stopped: %w", err))
		case !ok:
			return o // gone altogether
		case remote.State(live) == "disabled":
			o.etag = live.ETag
			return o
		case wait > 32*time.Second:
			return unknown(fmt.Errorf("check that it has stopped: its state is %q after a minute", remote.State(live)))
		}
		if err := r.pause(ctx, wait); err != nil {
			return unknown(fmt.Errorf("check that it has stopped: %w", err))
		}
	}
}

// resolve looks at the platform to see whether a call was done:
//
//	POST                   an object with all that was sent, made since, owned by no entry
//	PATCH, PUT             as desired: done; as applied: not done; else a conflict
//	enable, disable        the state
//	DELETE                 gone or not
func (r resolver) resolve(ctx context.Context, in lockfile.Intent, now lockfile.Entry, f *remote.Finder) outcome {
	if in.Step == string(planner.StepCreate) {
		return created(ctx, in, f)
	}
	o, ok, err := remote.Read(ctx, r.platform, in.Address.Kind, in.Object)
	if err != nil {
		return unknown(err)
	}
	switch step := planner.Step(in.Step); {
	case step == planner.StepDelete && !ok, step == planner.StepRetire && !ok:
		return outcome{known: platform.Done, adopted: true}
	case step == planner.StepDelete:
		return notDone(nil)
	case !ok:
		return notDone(errors.New("it is gone from the platform"))
	case isAction(step):
		if remote.State(o) == stateAfter(step) {
			return outcome{known: platform.Done, etag: o.ETag, adopted: true}
		}
		return outcome{known: platform.NotDone, etag: o.ETag}
	}
	return r.updated(in, now, o)
}

func (r resolver) updated(in lockfile.Intent, now lockfile.Entry, o platform.Object) outcome {
	if o.ETag != "" && o.ETag == now.ETag {
		return outcome{known: platform.NotDone, etag: o.ETag} // not written since
	}
	diff, err1 := r.lacks(now, o)
	ahead, err2 := r.lacks(in.Entry.Entry, o)
	if err := errors.Join(err1, err2); err != nil {
		return unknown(err)
	}
	switch {
	case len(diff) == 0: // also when only a secret changes, which cannot be seen: sending it twice does no harm
		return outcome{known: platform.NotDone, etag: o.ETag}
	case len(ahead) == 0:
		return outcome{known: platform.Done, etag: o.ETag, adopted: true}
	}
	return notDone(&ConflictError{Address: in.Address, ID: o.ID, Fields: threeWay(diff, ahead)})
}

// lacks returns where an object differs from what was sent of an entry.
func (r resolver) lacks(e lockfile.Entry, o platform.Object) ([]resource.Difference, error) {
	sent, err := e.AsSent()
	if err != nil {
		return nil, err
	}
	return remote.Compare(sent, o, r.tenant)
}

// created looks for the object of a create.
func created(ctx context.Context, in lockfile.Intent, f *remote.Finder) outcome {
	found, err := f.Find(ctx, in.Entry.Entry, in.Since)
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

// pause waits without holding a slot, so that others go on.
func (r *run) pause(ctx context.Context, d time.Duration) error {
	return r.line.away(func() error { return pause(ctx, d) })
}

// awaitLookup is pause, but an interruption ends it too: nothing is under way that
// could still come to its end by itself.
func (r *run) awaitLookup(ctx context.Context, d time.Duration) error {
	return r.line.away(func() error {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return nil
		case <-r.stop:
		case <-ctx.Done():
		}
		return errors.New("interrupted while it was looked for")
	})
}

// pause waits, or returns why it need not go on.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
