package applier

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// resolver finds out what came of calls whose answer nobody has. It only reads.
type resolver struct {
	platform *clocked
	session  *lockfile.Session
	tenant   string
	lists    *lists // nil: every look-up lists anew
}

// resolve finds out what came of a call of this run. An object that is not found
// is looked for again as long as it may still come.
func (r *run) resolve(ctx context.Context, in lockfile.Intent, now lockfile.Entry, patience time.Duration) finding {
	look := resolver{platform: r.platform, session: r.session, tenant: r.tenant}
	f := look.resolve(ctx, in, now)
	if in.Step != string(planner.StepCreate) {
		return f // sent again it meets its own version, or says the same once more
	}
	for _, wait := range pauses(patience) {
		if f.verdict != voidCall {
			return f
		}
		if err := r.pause(ctx, wait); err != nil {
			return finding{verdict: unknownCall, err: err}
		}
		f = look.resolve(ctx, in, now)
	}
	return f
}

// patience is how long the object of a create may take to be found after an error:
// a service that has answered is at work no more, and its lists lag a little; who
// did not answer, or answers for another, may be at work as long as calls take.
func (r *run) patience(err error) time.Duration {
	var refusal *platform.Error
	var lost *platform.LostAnswerError
	answered := errors.As(err, &refusal) && refusal.Status != http.StatusBadGateway && refusal.Status != http.StatusGatewayTimeout
	if answered || !errors.As(err, &lost) {
		return min(r.late(), listing)
	}
	if lost.Sent.IsZero() {
		return r.late()
	}
	return max(r.late()-time.Since(lost.Sent), min(r.late(), listing))
}

func (r *run) get(ctx context.Context, kind resource.Kind, id string) (platform.Object, bool, error) {
	return read(ctx, r.platform, kind, id)
}

// refused says what is known of a call that came back with an error.
func (r *run) refused(ctx context.Context, p *prepared, err error) finding {
	step := p.call().Step
	switch {
	case platform.IsLost(err):
		f := r.resolve(ctx, p.intent, p.now, r.patience(err))
		if f.err != nil {
			f.err = errors.Join(err, f.err)
		}
		return f
	case step == planner.StepDelete && isGone(p.change.Kind, err):
		return finding{verdict: settledCall}
	case platform.IsConflict(err):
		return r.conflict(ctx, p, err)
	case isAction(step) && hasStatus(err, http.StatusBadRequest):
		// Already in that state: an action of an earlier run whose answer was lost.
		if f := r.resolve(ctx, p.intent, p.now, 0); f.verdict == settledCall {
			return f
		}
	}
	return finding{err: err}
}

// isGone reports whether a refused delete leaves nothing to delete. Data Prep
// documents no delete: where it knows none, the set stays and is forgotten.
func isGone(kind resource.Kind, err error) bool {
	return platform.IsNotFound(err) || kind == resource.Mapping && hasStatus(err, http.StatusMethodNotAllowed)
}

func isAction(s planner.Step) bool {
	return s == planner.StepEnable || s == planner.StepDisable || s == planner.StepRetire
}

func hasStatus(err error, status int) bool {
	var refusal *platform.Error
	return errors.As(err, &refusal) && refusal.Status == status
}

// conflicts bounds how often a call is sent again with a version that was just read:
// who moves it that often is at work on the object.
const conflicts = 2

// conflict settles a 412. Runs and changes of state move the version of an object
// too, so one whose managed fields are still as applied is sent again with the
// version that was read. Anything else was changed by somebody.
func (r *run) conflict(ctx context.Context, p *prepared, cause error) finding {
	o, ok, err := r.get(ctx, p.change.Kind, p.intent.Object)
	switch {
	case err != nil:
		return finding{err: errors.Join(cause, err)}
	case !ok:
		return finding{err: fmt.Errorf("it is gone from the platform: %w", cause)}
	case o.ETag == p.request.IfMatch:
		return finding{err: errors.Join(cause, errors.New("the version was read again and is the same"))}
	}
	resend := func() finding {
		if p.attempt > conflicts {
			return finding{err: &ConflictError{Address: p.change.Address, ID: o.ID, Err: cause}}
		}
		p.request.IfMatch = o.ETag
		return finding{}
	}
	if p.call().Step != planner.StepUpdate {
		if isAction(p.call().Step) && stateOf(o.Body) == stateAfter(p.call().Step) {
			return finding{verdict: settledCall, etag: o.ETag, adopted: true}
		}
		return resend()
	}
	applied, err := managed(p.now, r.tenant)
	if err != nil {
		return finding{err: errors.Join(cause, err)}
	}
	desired, err := managed(p.intent.Entry.Entry, r.tenant)
	if err != nil {
		return finding{err: errors.Join(cause, err)}
	}
	diff := differences(p.change.Kind, applied, o.Body)
	ahead := differences(p.change.Kind, desired, o.Body)
	switch {
	case len(diff) == 0, r.overwrites(p.change.Address):
		return resend()
	case len(ahead) == 0:
		return finding{verdict: settledCall, etag: o.ETag, adopted: true}
	}
	return finding{err: &ConflictError{Address: p.change.Address, ID: o.ID, Fields: threeWay(diff, ahead), Err: cause}}
}

// threeWay adds to each field what is desired there.
func threeWay(diff, ahead []Difference) []Difference {
	for i := range diff {
		diff[i].Desired = diff[i].Live
		if k := slices.IndexFunc(ahead, func(d Difference) bool { return d.Path == diff[i].Path }); k >= 0 {
			diff[i].Desired = ahead[k].Applied
		}
	}
	return diff
}

func stateAfter(s planner.Step) string {
	if s == planner.StepEnable {
		return "enabled"
	}
	return "disabled"
}

// stopped waits until a flow that was told to stop has stopped: deleting it
// earlier could cut off a run.
func (r *run) stopped(ctx context.Context, p *prepared, f finding) finding {
	for wait := time.Second; ; wait *= 2 {
		o, ok, err := r.get(ctx, p.change.Kind, p.intent.Object)
		switch {
		case err != nil:
			return finding{verdict: unknownCall, err: fmt.Errorf("check that it has stopped: %w", err)}
		case !ok:
			return f // gone altogether
		case stateOf(o.Body) == "disabled":
			f.etag = o.ETag
			return f
		case wait > 32*time.Second:
			return finding{verdict: unknownCall, err: fmt.Errorf("check that it has stopped: its state is %q after a minute", stateOf(o.Body))}
		}
		if err := r.pause(ctx, wait); err != nil {
			return finding{verdict: unknownCall, err: fmt.Errorf("check that it has stopped: %w", err)}
		}
	}
}

// resolve looks at the platform to see whether a call was done:
//
//	POST                   an object with all that was sent, made since, owned by no entry
//	PATCH, PUT             as desired: done; as applied: not done; else a conflict
//	enable, disable        the state
//	DELETE                 gone or not
func (r resolver) resolve(ctx context.Context, in lockfile.Intent, now lockfile.Entry) finding {
	kind := in.Address.Kind
	if in.Step == string(planner.StepCreate) {
		return r.created(ctx, in)
	}
	o, ok, err := read(ctx, r.platform, kind, in.Object)
	if err != nil {
		return finding{verdict: unknownCall, err: err}
	}
	switch step := planner.Step(in.Step); {
	case step == planner.StepDelete && !ok, step == planner.StepRetire && !ok:
		return finding{verdict: settledCall, adopted: true}
	case step == planner.StepDelete:
		return finding{}
	case !ok:
		return finding{err: errors.New("it is gone from the platform")}
	case isAction(step):
		if stateOf(o.Body) == stateAfter(step) {
			return finding{verdict: settledCall, etag: o.ETag, adopted: true}
		}
		return finding{}
	}
	return r.updated(in, now, o)
}

func (r resolver) updated(in lockfile.Intent, now lockfile.Entry, o platform.Object) finding {
	kind := in.Address.Kind
	if o.ETag != "" && o.ETag == now.ETag {
		return finding{} // not written since
	}
	applied, err1 := managed(now, r.tenant)
	desired, err2 := managed(in.Entry.Entry, r.tenant)
	if err := errors.Join(err1, err2); err != nil {
		return finding{verdict: unknownCall, err: err}
	}
	diff, ahead := differences(kind, applied, o.Body), differences(kind, desired, o.Body)
	switch {
	case len(diff) == 0: // also when only a secret changes, which cannot be seen: sending it twice does no harm
		return finding{}
	case len(ahead) == 0:
		return finding{verdict: settledCall, etag: o.ETag, adopted: true}
	}
	return finding{err: &ConflictError{Address: in.Address, ID: o.ID, Fields: threeWay(diff, ahead)}}
}

// created looks for the object of a create.
func (r resolver) created(ctx context.Context, in lockfile.Intent) finding {
	found, err := r.find(ctx, in)
	switch {
	case err != nil:
		return finding{verdict: unknownCall, err: fmt.Errorf("look for the object of a lost answer: %w", err)}
	case len(found) == 1:
		return finding{verdict: settledCall, id: found[0].ID, etag: found[0].ETag, adopted: true}
	case len(found) > 1:
		return finding{verdict: unknownCall, err: &AmbiguousError{Address: in.Address, Candidates: candidates(found)}}
	}
	return finding{}
}

// pause waits without holding a slot, so that others go on.
func (r *run) pause(ctx context.Context, d time.Duration) error {
	return r.line.away(func() error { return pause(ctx, d) })
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
