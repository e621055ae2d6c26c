package applier

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// outcome is what is known of a call, and of the object that it created or changed.
type outcome struct {
	known    platform.Outcome // NotDone, Done, or Unknown
	id, etag string
	adopted  bool  // found on the platform, not named by the answer
	already  bool  // the platform had it before the call
	resend   bool  // not done, and worth another attempt
	err      error // why it is not done or not known; of one that is done, why it is not seen any more
}

func notDone(err error) outcome { return outcome{known: platform.NotDone, err: err} }
func unknown(err error) outcome { return outcome{known: platform.Unknown, err: err} }

// executor binds calls, sends them, and finds out what came of them.
type executor struct {
	client      *clockedClient
	tenant      string
	recorder    *recorder  // looked up; the executor only records that a call was accepted
	scheduler   *scheduler // its slots are yielded during waits
	emit        func(Event)
	overwrite   []resource.Address
	settling    time.Duration   // see Applier.SettleWindow
	interrupted <-chan struct{} // ends look-ups
}

// resends bounds how often the applier itself sends a call again, beyond what the client does: after
// a look-up has shown that the call was not carried out. It is as often as the client sends what it
// may send again at once.
const resends = 4

// send sends a call until its outcome is known, as platform.Answers says.
func (e *executor) send(ctx context.Context, c *boundCall) outcome {
	for doubt := false; ; c.attempt++ {
		o, isSettled := e.keep(ctx, c)
		if isSettled {
			return o
		}
		res, err := e.client.Do(ctx, c.request)
		if err == nil {
			return e.accepted(ctx, c, res)
		}
		if platform.OutcomeOf(err) == platform.Unknown {
			doubt = true
			o = e.lost(ctx, c, err)
		} else {
			o = e.refused(ctx, c, err, doubt)
		}
		if !o.resend || c.attempt > resends {
			return o
		}
		e.emit(Retried{Subject: c.subject(), Attempt: c.attempt + 1, Err: err})
		if c.attempt == 1 || platform.IsConflict(err) {
			continue // at once: the look-up took its time
		}
		if e := e.pause(ctx, c, time.Second<<c.attempt/8); e != nil {
			return notDone(errors.Join(err, e))
		}
	}
}

// lost finds out whether a call whose outcome is unknown was carried out.
func (e *executor) lost(ctx context.Context, c *boundCall, cause error) outcome {
	answer := platform.AnswerOf(cause)
	if answer == platform.Unreadable {
		return e.confirm(ctx, c, cause)
	}
	o := e.resolve(ctx, c, e.deadline(cause))
	switch {
	case o.known == platform.Done:
	case o.err != nil:
		o.err = errors.Join(cause, o.err)
	default:
		o.err = cause
		row := platform.Answers[answer]
		again := row.ChangeAgain
		if c.call().Step == planner.StepDelete {
			again = row.DeleteAgain
		}
		o.resend = again != platform.Never
	}
	return o
}

// refused says what is known of a call that was not carried out. doubt says that an earlier attempt
// may have been, although a look-up found nothing: then a refusal such as "the title is taken" is a
// reason to look again.
func (e *executor) refused(ctx context.Context, c *boundCall, err error, doubt bool) outcome {
	step := c.call().Step
	switch {
	case step == planner.StepDelete && isGone(c.change.Kind, err), step == planner.StepRetire && platform.IsNotFound(err):
		return outcome{known: platform.Done}
	case platform.IsConflict(err):
		return e.conflict(ctx, c, err).withoutLoss(doubt)
	case doubt, isAction(step) && hasStatus(err, http.StatusBadRequest):
		// Done by that earlier attempt; or already in that state, by an action of an earlier run
		// whose answer was lost.
		if o := e.resolver().look(ctx, c.intent, c.before); o.known == platform.Done {
			return o.withoutLoss(doubt)
		}
	}
	if step == planner.StepCreate {
		return e.existing(ctx, c, err)
	}
	return notDone(err)
}

// withoutLoss turns an object that was found on the platform into one that had the change already, unless an answer was
// lost.
func (o outcome) withoutLoss(lost bool) outcome {
	if o.adopted && !lost {
		o.adopted, o.already = false, true
	}
	return o
}

// existing names the object that a refused create collides with. A descriptor that the schema has with the same
// content, such as one that destroy could not delete, is taken over with its schema.
func (e *executor) existing(ctx context.Context, c *boundCall, cause error) outcome {
	sent := c.intent.Entry.Entry
	switch {
	case resource.SpecOf(c.change.Kind).IsDescriptor() && hasStatus(cause, http.StatusBadRequest):
		found, err := e.resolver().finder.Find(ctx, sent, time.Time{})
		if err == nil && len(found) == 1 && e.recorder.claim(found[0].ID) {
			return outcome{known: platform.Done, id: found[0].ID, etag: found[0].ETag, already: true}
		}
	case resource.SpecOf(c.change.Kind).SharedBy != "" && hasStatus(cause, http.StatusConflict):
		return e.share(ctx, c, cause)
	case platform.IsTitleTaken(cause):
		if id, err := e.resolver().finder.Namesake(ctx, sent); err == nil && id != "" {
			return notDone(errors.Join(cause, &ExistsError{Address: c.change.Address, ID: id}))
		}
	}
	return notDone(cause)
}

// isGone reports whether a refused delete leaves nothing to delete. Data Prep documents no delete:
// where it knows none, the mapping set stays and is forgotten.
func isGone(kind resource.Kind, err error) bool {
	return platform.IsNotFound(err) || kind == resource.Mapping && hasStatus(err, http.StatusMethodNotAllowed)
}

func hasStatus(err error, status int) bool {
	var refusal *platform.Error
	return errors.As(err, &refusal) && refusal.Status == status
}

// accepted reads the answer to a call that the platform accepted.
func (e *executor) accepted(ctx context.Context, c *boundCall, res platform.Response) outcome {
	o := outcome{known: platform.Done}
	step := c.call().Step
	if step == planner.StepDelete {
		return o
	}
	id, etag, err := remote.Written(c.change.Kind, res.Body)
	if !remote.HasList(c.change.Kind) {
		id, etag = c.target(), res.Header.Get("ETag") // the path names the object
	}
	if err == nil {
		err = e.checkID(c, id)
	}
	if err == nil {
		o.etag = etag
	}
	switch {
	case step == planner.StepRetire:
		return e.stopped(ctx, c, o) // reads the object, so the answer need not name it
	case err != nil:
		return e.confirm(ctx, c, fmt.Errorf("%s %s: %d, but %w", c.request.Method, c.request.Path, res.Status, err))
	case step == planner.StepCreate:
		o.id = id
	}
	o.err = e.seeLabeled(ctx, c)
	return o
}

// checkID says why an ID cannot be that of the object of a call; nil when it can.
func (e *executor) checkID(c *boundCall, id string) error {
	want := c.target()
	switch {
	case want != "" && id != want:
		return fmt.Errorf("the answer names %q instead of %s", id, want)
	case want == "" && !e.recorder.claim(id):
		return fmt.Errorf("the answer names %s, which is another object", id)
	}
	return nil
}

// confirm looks up the object of a call that the platform accepted with an answer that does not name
// it. Such a call is never taken for not done: a crash after the record is durable leaves it open.
func (e *executor) confirm(ctx context.Context, c *boundCall, cause error) outcome {
	isCreate := c.call().Step == planner.StepCreate
	if isCreate {
		if err := e.recorder.accept(c); err != nil {
			e.scheduler.halt(err)
			return unknown(errors.Join(cause, err))
		}
	}
	o := e.resolve(ctx, c, e.deadline(cause))
	switch {
	case o.known == platform.Done:
	case o.err != nil:
		o.err = errors.Join(cause, o.err)
	case !isCreate && o.etag != "" && o.etag != c.before.ETag:
		o.known = platform.Done // another version with nothing else to see: a secret was changed
	default:
		o = unknown(&UnlistedError{Address: c.change.Address, Create: isCreate, Err: cause})
	}
	return o
}

// conflicts bounds how often a call is sent again with a version that was just read: who changes it
// that often is at work on the object.
const conflicts = 2

// conflict resolves a 412. Runs and changes of state change the version of an object too, so one
// whose managed fields are still as applied is sent again with the version that was read. Anything
// else was changed by somebody.
func (e *executor) conflict(ctx context.Context, c *boundCall, cause error) outcome {
	o, ok, err := remote.Read(ctx, e.client, c.change.Kind, c.intent.Object)
	switch {
	case err != nil:
		return notDone(errors.Join(cause, err))
	case remote.IsGone(c.change.Kind, o, ok) && c.call().Step == planner.StepDelete:
		return outcome{known: platform.Done}
	case !ok:
		return notDone(fmt.Errorf("it is gone from the platform: %w", cause))
	case o.ETag == c.request.IfMatch:
		return notDone(errors.Join(cause, errors.New("the version was read again and is the same")))
	}
	done := outcome{known: platform.Done, etag: o.ETag, adopted: true}
	if step := c.call().Step; step != planner.StepUpdate {
		if isAction(step) && remote.State(o) == stateAfter(step) {
			return done
		}
		return c.resendWith(o, cause)
	}
	fromApplied, err1 := remote.Compare(c.before, o, e.tenant, c.change.Ignores)
	fromDesired, err2 := remote.Compare(c.intent.Entry.Entry, o, e.tenant, c.change.Ignores)
	if err := errors.Join(err1, err2); err != nil {
		return notDone(errors.Join(cause, err))
	}
	switch {
	case len(fromApplied) == 0, slices.Contains(e.overwrite, c.change.Address):
		return c.resendWith(o, cause)
	case len(fromDesired) == 0:
		return done
	}
	fields := threeWay(fromApplied, fromDesired)
	return notDone(&ConflictError{Address: c.change.Address, ID: o.ID, Fields: fields, Err: cause})
}

// resendWith asks for another attempt with the version of an object that was just read.
func (c *boundCall) resendWith(o platform.Object, cause error) outcome {
	if c.attempt > conflicts {
		return notDone(&ConflictError{Address: c.change.Address, ID: o.ID, Err: cause})
	}
	c.request.IfMatch = o.ETag
	return outcome{known: platform.NotDone, resend: true, err: cause}
}

// stopped waits until a flow that is stopping has stopped: deleting it earlier could cut off a run.
func (e *executor) stopped(ctx context.Context, c *boundCall, o outcome) outcome {
	for wait := time.Second; ; wait *= 2 {
		live, ok, err := remote.Read(ctx, e.client, c.change.Kind, c.intent.Object)
		state := remote.State(live)
		switch {
		case err != nil:
		case !ok:
			return o // gone altogether
		case state == "disabled":
			o.etag = live.ETag
			return o
		case wait > 32*time.Second:
			err = fmt.Errorf("its state is %q after a minute", state)
		default:
			err = e.pause(ctx, c, wait)
		}
		if err != nil {
			return unknown(fmt.Errorf("check that it has stopped: %w", err))
		}
	}
}

// pause waits without holding a slot, so that others go on.
func (e *executor) pause(ctx context.Context, c *boundCall, d time.Duration) error {
	return e.scheduler.yieldSlot(c.task, func() error { return pause(ctx, d) })
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
