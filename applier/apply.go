// Package applier makes a plan so.
//
// In: a plan, a session that holds the lockfile, and a client. Out: calls on the
// platform, each on record before the next one needs it, and a result. Laws: each
// object is made exactly once, whatever breaks and whenever; every call comes
// after what it needs; the lockfile says what is there.
package applier

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// Doer sends one call to the platform; *platform.Client does. What its error says of
// the call is platform.OutcomeOf.
type Doer interface {
	Do(context.Context, platform.Request) (platform.Response, error)
}

// Applier applies plans. Only Client is needed; the zero values of the rest are
// the defaults.
type Applier struct {
	Client  Doer
	Workers int // calls under way at a time; default 4
	// Secrets reads `env.NAME` and `file.PATH`. Nil: a plan with secrets fails.
	Secrets func(from string) (string, error)
	Now     func() time.Time // default time.Now
	Notify  func(Event)      // may be nil
	// Overwrite lists resources whose conflicts are settled in our favour.
	Overwrite []resource.Address
	Grace     time.Duration // how long running calls may take after an interruption; default 10 s
	// Abort, when closed, ends running calls at once: the second Ctrl-C.
	Abort <-chan struct{}
	// Late is how long after it was sent a call of unknown outcome may still be
	// carried out and its object be listed: until then a look-up that finds nothing
	// is repeated, and the call is not sent again. Default 92 s, negative: not repeated.
	Late time.Duration
}

// startMargin is how far ahead a schedule starts that the documents leave open.
const startMargin = 60 * time.Second

// clockMargin allows for clocks that disagree when objects are looked up by the
// time of their creation.
const clockMargin = 5 * time.Minute

// Apply carries out a plan. The error says that the apply as a whole could not
// go on: an error of Fits or ErrUnresolved before the first call, ErrInterrupted when ctx ended, or
// the journal's. Calls that fail are no error but stand in the result. Whatever
// happens, what was done is saved in lockfile or journal.
//
// When ctx ends no further call is sent; those under way have Grace to end.
func (a *Applier) Apply(ctx context.Context, p *planner.Plan, s *lockfile.Session) (Result, error) {
	if err := fits(p, s); err != nil {
		return Result{}, err
	}
	r, err := a.newRun(p, s)
	if err != nil {
		return Result{}, err
	}
	calls, stop := a.graceful(ctx)
	defer stop()
	if err := r.begin(calls); err != nil {
		return Result{}, err
	}
	r.stop = ctx.Done()
	leave := context.AfterFunc(ctx, r.queue.halt)
	defer leave()

	still := r.keepAlive()
	r.walk(calls)
	still()
	if err := bug.Catch(func() { r.readVersions(calls) }); err != nil {
		r.halt(err)
	}

	res := r.result(ctx.Err() != nil)
	res.Begun = true
	if err := errors.Join(r.broken(), s.Commit(r.secretsHash())); err != nil {
		return res, err
	}
	if res.Interrupted {
		return res, ErrInterrupted
	}
	return res, nil
}

func fits(p *planner.Plan, s *lockfile.Session) error {
	if open := s.Unresolved(); len(open) > 0 {
		return fmt.Errorf("%w: %s %s", ErrUnresolved, open[0].Step, open[0].Address)
	}
	return Fits(p, s.Lock(), s.Target())
}

// Fits holds that a plan is for a target and for this state of its lockfile: a
// *ElsewhereError or a *StaleError otherwise.
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

func (a *Applier) overwrites(addr resource.Address) bool { return slices.Contains(a.Overwrite, addr) }

// landing is how long a call that was sent may be on its way: as long as the client
// waits for an answer, which is longer than any gateway does. listing is how late
// the platform may list what it has made.
const (
	landing = 90 * time.Second
	listing = 2 * time.Second
)

func (a *Applier) late() time.Duration {
	if a.Late == 0 {
		return landing + listing
	}
	return max(a.Late, 0)
}

// beat is how often a run puts on record that it is at work.
func (a *Applier) beat() time.Duration { return min(a.late()/4, 10*time.Second) }

// waits yields the times between look-ups that find nothing, short ones first, until
// a time. A look-up that takes long does not move that time.
func waits(until time.Time) iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		for next := listing / 4; ; next = min(2*next, 10*time.Second) {
			left := time.Until(until)
			if left <= 0 || !yield(min(next, left)) {
				return
			}
		}
	}
}
