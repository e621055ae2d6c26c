package applier

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// outcome is what is known of a call, and of the object that it made or changed.
type outcome struct {
	known    platform.Outcome
	id, etag string
	adopted  bool  // found on the platform, not named by the answer
	resend   bool  // not done, and worth another attempt
	err      error // why it is not done or not known
}

func notDone(err error) outcome { return outcome{known: platform.NotDone, err: err} }
func unknown(err error) outcome { return outcome{known: platform.Unknown, err: err} }

// send makes a call and records its outcome. After a panic the call stays open in the
// journal: the next apply finds out whether it was carried out.
func (r *run) send(ctx context.Context, p *prepared) {
	defer r.queue.disclaim(p.key)
	p.began = time.Now()
	r.tell(Started{Subject: p.subject(), Attempt: 1})
	var o outcome
	if err := bug.Catch(func() { o = r.perform(ctx, p) }); err != nil {
		r.halt(err)
		o = unknown(err)
	}
	switch o.known {
	case platform.Done:
		r.succeed(p, o)
	case platform.NotDone:
		r.fail(p, o.err, false, r.session.Settle(lockfile.Outcome{N: p.intent.N, Void: true}))
	default:
		r.fail(p, o.err, true, 0)
	}
}

func (r *run) succeed(p *prepared, o outcome) {
	ticket := r.session.Settle(lockfile.Outcome{N: p.intent.N, ID: o.id, ETag: o.etag})
	id := o.id
	if id == "" {
		id = p.intent.Object
	}
	r.noteChange(p, id, o.etag)
	r.queue.finish(p.task, true)
	r.line.keep(record{ticket: ticket, told: Done{
		Subject: p.subject(), Attempt: p.attempt, ID: id, Elapsed: time.Since(p.began), Adopted: o.adopted,
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

// resends bounds how often the applier itself sends a call again, beyond what the
// client does: after a look-up has shown that the call was not carried out. It is as
// often as the client sends what it may send again at once.
const resends = 4

// perform sends a call until its outcome is known, as platform.Answers says.
func (r *run) perform(ctx context.Context, p *prepared) outcome {
	for doubt := false; ; p.attempt++ {
		res, err := r.platform.Do(ctx, p.request)
		if err == nil {
			return r.accepted(ctx, p, res)
		}
		var o outcome
		if platform.OutcomeOf(err) == platform.Unknown {
			doubt = true
			o = r.lost(ctx, p, err)
		} else {
			o = r.refused(ctx, p, err, doubt)
		}
		if !o.resend || p.attempt > resends {
			return o
		}
		r.tell(Retried{Subject: p.subject(), Attempt: p.attempt + 1, Err: err})
		if p.attempt == 1 || platform.IsConflict(err) {
			continue // at once: the look-up took its time
		}
		if e := r.pause(ctx, time.Second<<p.attempt/8); e != nil {
			return notDone(errors.Join(err, e))
		}
	}
}

// lost finds out whether a call whose outcome is unknown was carried out.
func (r *run) lost(ctx context.Context, p *prepared, cause error) outcome {
	answer := platform.AnswerOf(cause)
	if answer == platform.Unreadable {
		return r.confirm(ctx, p, cause)
	}
	o := r.resolve(ctx, p, r.deadline(cause))
	switch {
	case o.known == platform.Done:
	case o.err != nil:
		o.err = errors.Join(cause, o.err)
	default:
		o.err = cause
		row := platform.Answers[answer]
		again := row.ChangeAgain
		if p.call().Step == planner.StepDelete {
			again = row.DeleteAgain
		}
		o.resend = again != platform.Never
	}
	return o
}

// refused says what is known of a call that was not carried out. doubt says that an
// earlier attempt may have been, although a look-up found nothing: then a refusal such
// as "the title is taken" is a reason to look again.
func (r *run) refused(ctx context.Context, p *prepared, err error, doubt bool) outcome {
	step := p.call().Step
	switch {
	case step == planner.StepDelete && isGone(p.change.Kind, err):
		return outcome{known: platform.Done}
	case platform.IsConflict(err):
		return r.conflict(ctx, p, err)
	case doubt, isAction(step) && hasStatus(err, http.StatusBadRequest):
		// Done by that earlier attempt; or already in that state, by an action of an
		// earlier run whose answer was lost.
		look := r.resolver()
		if o := look.resolve(ctx, p.intent, p.now, look.finder()); o.known == platform.Done {
			return o
		}
	}
	return notDone(err)
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

// accepted reads the answer to a call that the platform took.
func (r *run) accepted(ctx context.Context, p *prepared, res platform.Response) outcome {
	o := outcome{known: platform.Done}
	step := p.call().Step
	if step == planner.StepDelete {
		return o
	}
	id, etag, err := remote.Written(p.change.Kind, res.Body)
	if err == nil {
		err = r.mayName(p, id)
	}
	if err == nil {
		o.etag = etag
	}
	switch {
	case step == planner.StepRetire:
		return r.stopped(ctx, p, o) // reads the object, so the answer need not name it
	case err != nil:
		return r.confirm(ctx, p, fmt.Errorf("%s %s: %d, but %w", p.request.Method, p.request.Path, res.Status, err))
	case step == planner.StepCreate:
		o.id = id
	}
	return o
}

// mayName says why an id cannot be that of the object of a call; nil when it can.
func (r *run) mayName(p *prepared, id string) error {
	want := p.intent.Object
	if tag := resource.SpecOf(p.change.Kind).TagOf; p.call().Step == planner.StepCreate && tag != "" {
		for _, n := range p.intent.Entry.Needs {
			if n.Via == tag {
				want = n.ID
			}
		}
	}
	switch {
	case want != "" && id != want:
		return fmt.Errorf("the answer names %q instead of %s", id, want)
	case want == "" && !r.take(id):
		return fmt.Errorf("the answer names %s, which is another object", id)
	}
	return nil
}

// take makes an id that of a new object; false when it is another object's already.
func (r *run) take(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.made[id] || r.session.Owns(id) {
		return false
	}
	r.made[id] = true
	return true
}

// confirm looks up the object of a call that the platform accepted with an answer that
// does not say as what. Such a call is never taken for not done. Crash after the
// record is durable: the next apply knows as much.
func (r *run) confirm(ctx context.Context, p *prepared, cause error) outcome {
	isCreate := p.call().Step == planner.StepCreate
	if isCreate {
		if err := r.session.Wait(r.session.Settle(lockfile.Outcome{N: p.intent.N, Accepted: true})); err != nil {
			r.halt(err)
			return unknown(errors.Join(cause, err))
		}
	}
	o := r.resolve(ctx, p, r.deadline(cause))
	switch {
	case o.known == platform.Done:
	case o.err != nil:
		o.err = errors.Join(cause, o.err)
	case !isCreate && o.etag != "" && o.etag != p.now.ETag:
		o.known = platform.Done // another version with nothing else to see: a secret was changed
	default:
		o = unknown(&UnlistedError{Address: p.change.Address, Create: isCreate, Err: cause})
	}
	return o
}
