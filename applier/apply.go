// Package applier carries out a plan.
//
// In: a plan, a session that holds the lockfile, and a client. Out: calls to the platform, each on
// record before the next one needs it, and a result. Laws: each object is created exactly once,
// whatever breaks and whenever; every call comes after what it needs; the lockfile says what exists.
//
// A run has three parts. The scheduler decides which call is next; it knows nothing of the journal.
// The executor binds a call, sends it, and finds out what came of it. The recorder puts on record
// what is about to be sent and what came of it. run.carryOut is the life of one call.
package applier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// Doer sends one call to the platform; *platform.Client does. What its error says of
// the call is platform.OutcomeOf.
type Doer = platform.Doer

// Applier applies plans. Only Client is needed; the zero values of the rest are
// the defaults.
type Applier struct {
	Client  Doer
	Workers int // calls that are sent at a time; default 4
	// Secrets reads `env.NAME` and `file.PATH`. Nil: a plan with secrets fails.
	Secrets func(from string) (string, error)
	Now     func() time.Time // default time.Now
	Notify  func(Event)      // may be nil
	// Overwrite lists resources whose conflicts are resolved in favor of the documents.
	Overwrite []resource.Address
	Grace     time.Duration // how long running calls may take after an interruption; default 10 s
	// Abort, when closed, ends running calls at once: the second Ctrl-C.
	Abort <-chan struct{}
	// SettleWindow is how long after it was sent a call of unknown outcome may still be
	// carried out and its object be listed: until then a look-up that finds nothing
	// is repeated, and the call is not sent again. Default 92 s, negative: not repeated.
	SettleWindow time.Duration
}

// Apply carries out a plan. The error says that the apply as a whole could not
// go on: an error of Fits or ErrUnresolved before the first call, ErrInterrupted when ctx ended, or
// the journal's. Calls that fail are not an error but in the result. Whatever
// happens, what was done is saved in lockfile or journal.
//
// When ctx ends no further call is sent; those under way have Grace to end.
func (a *Applier) Apply(ctx context.Context, p *planner.Plan, s *lockfile.Session) (Result, error) {
	if open := s.Unresolved(); len(open) > 0 {
		return Result{}, fmt.Errorf("%w: %s %s", ErrUnresolved, open[0].Step, open[0].Address)
	}
	if err := Fits(p, s.Lock(), s.Target()); err != nil {
		return Result{}, err
	}
	r, err := a.newRun(p, s, ctx.Done())
	if err != nil {
		return Result{}, err
	}
	calls, stop := a.graceful(ctx)
	defer stop()
	before := s.Lock()
	if err := r.begin(calls); err != nil {
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			err = ErrInterrupted
		}
		return Result{}, err
	}
	unhook := context.AfterFunc(ctx, func() { r.scheduler.halt(nil) })
	defer unhook()

	stopHeartbeat := r.startHeartbeat(a.heartbeat())
	r.scheduler.run(func(i int) { r.carryOut(calls, i) })
	stopHeartbeat()
	halted, cause := r.scheduler.isHalted()
	if !halted {
		cause = bug.Catch(func() { r.recorder.readVersions(calls, r.executor.client, a.workers()) })
	}

	res := r.summary(ctx.Err() != nil)
	res.Begun = true
	if err := errors.Join(cause, s.Commit(r.recorder.secrets.secretsHash(before, s.Lock()))); err != nil {
		return res, err
	}
	if res.Interrupted {
		return res, ErrInterrupted
	}
	return res, nil
}

// Fits returns nil when a plan is for a target and for this state of its lockfile, else
// an *ElsewhereError or a *StaleError.
func Fits(p *planner.Plan, lock *lockfile.Lock, t lockfile.Target) error {
	if p.Target.Org != t.Org || p.Target.Sandbox != t.Sandbox {
		return &ElsewhereError{Plan: p.Target, Target: t}
	}
	if have := (planner.LockRef{Lineage: lock.Lineage, Serial: lock.Serial}); have != p.Lock {
		return &StaleError{Plan: p.Lock, Lock: have}
	}
	return nil
}

// graceful returns a context for calls that outlives ctx by the grace period,
// unless abort ends it at once.
func (a *Applier) graceful(ctx context.Context) (context.Context, context.CancelFunc) {
	grace := a.Grace
	if grace <= 0 {
		grace = 10 * time.Second
	}
	calls, cancel := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		select {
		case <-calls.Done():
			return
		case <-a.Abort:
		case <-ctx.Done():
			t := time.NewTimer(grace)
			defer t.Stop()
			select {
			case <-t.C:
			case <-a.Abort:
			case <-calls.Done():
			}
		}
		cancel()
	}()
	return calls, cancel
}

func (a *Applier) workers() int {
	if a.Workers <= 0 {
		return 4
	}
	return a.Workers
}

func (a *Applier) now() time.Time {
	if a.Now == nil {
		return time.Now()
	}
	return a.Now()
}

func (a *Applier) settleWindow() time.Duration {
	if a.SettleWindow == 0 {
		return inFlight + listLag
	}
	return max(a.SettleWindow, 0)
}

// heartbeat is how often a run puts on record that it is at work; 0 is never.
func (a *Applier) heartbeat() time.Duration { return min(a.settleWindow()/4, 10*time.Second) }
