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
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// Recovered is what became of a call that an earlier apply left without outcome.
type Recovered struct {
	Address resource.Address
	Step    planner.Step
	ID      string // of the object that was found; "" when the call was not done
	Done    bool   // the platform had done it; else the next plan does it again
	Note    error  // why it is not as either side left it; nil mostly
}

// ErrUnresolved says that a session still holds calls of an earlier apply of
// unknown outcome. Recover finds out.
var ErrUnresolved = errors.New("an earlier apply left calls without an answer")

// Recover finds out what came of the calls that an earlier apply left open, and
// puts it into the lockfile. It changes nothing on the platform. Call it before
// planner.Diff: a plan that is older is stale afterward. The error joins what could
// not be resolved; the rest is resolved all the same.
//
// A call of a process that has ended may still be under way. So Recover looks up the calls
// that were not done again and again, together, until they cannot be carried out any more.
func (a *Applier) Recover(ctx context.Context, s *lockfile.Session) ([]Recovered, error) {
	open := s.Unresolved()
	if len(open) == 0 {
		return nil, nil
	}
	client := newClockedClient(a.Client, a.now)
	found := make([]outcome, len(open))
	left := make([]int, len(open)) // indexes of those whose outcome may change
	for i := range left {
		left[i] = i
	}
	look := func(end time.Time) {
		a.look(ctx, client, s, open, found, left, end)
		left = slices.DeleteFunc(left, func(i int) bool { return !mayCome(open[i], found[i]) })
	}
	began := time.Now()
	end := began.Add(max(inFlight, a.settleWindow()))
	a.announce(len(left), end)
	look(end)
	// after the first answer, which shows the platform's clock
	until := time.Now().Add(a.mayTake(open, s.LastHeartbeat(), client.time()))
	end = until.Add(lastLook(time.Since(began)))
	for wait := range waits(until) {
		if len(left) == 0 {
			break
		}
		a.announce(len(left), end)
		if err := pause(ctx, wait); err != nil {
			for _, i := range left {
				found[i] = unknown(err)
			}
			break
		}
		look(end)
	}
	return a.recovered(s, open, found)
}

// announce emits how many calls are looked for, and how much longer at most.
func (a *Applier) announce(calls int, end time.Time) {
	if a.Notify != nil {
		a.Notify(Waiting{Calls: calls, Most: time.Until(end)})
	}
}

// mayTake returns how long calls of an earlier apply may still be carried out: it counts from that
// apply's last heartbeat, or from its last intent when that is newer.
func (a *Applier) mayTake(open []lockfile.Intent, alive, now time.Time) time.Duration {
	for _, in := range open {
		if sent := in.Since.Add(clockMargin); sent.After(alive) {
			alive = sent
		}
	}
	return min(alive.Add(time.Second+a.heartbeat()+a.settleWindow()).Sub(now), a.heartbeat()+a.settleWindow())
}

// mayCome reports whether a call that was not done may still be carried out with an effect: to
// remove something twice has none.
func mayCome(in lockfile.Intent, o outcome) bool {
	step := planner.Step(in.Step)
	return o.known == platform.NotDone && o.err == nil && step != planner.StepDelete && step != planner.StepRetire
}

// look asks the platform until a time about those of the open calls that are left, several at once. What is
// found is on record at once, so that no two calls find the same object.
func (a *Applier) look(
	ctx context.Context, d *clockedClient, s *lockfile.Session, open []lockfile.Intent, found []outcome, left []int,
	end time.Time,
) {
	r := newResolver(d, s.Target().Tenant, s)
	slots := make(chan struct{}, a.workers())
	var looks sync.WaitGroup
	for _, i := range left {
		slots <- struct{}{}
		looks.Go(func() {
			defer func() { <-slots }()
			before, _ := s.Get(open[i].Address)
			look := func(ctx context.Context) outcome { return r.look(ctx, open[i], before) }
			if err := bug.Catch(func() { found[i] = lookBefore(ctx, end, look) }); err != nil {
				found[i] = unknown(err)
			}
			if o := found[i]; o.known == platform.Done {
				s.Settle(lockfile.Outcome{N: open[i].N, ID: o.id, ETag: o.etag})
			}
		})
	}
	looks.Wait()
}

// recovered puts on record what was not done, and says what became of each call.
func (a *Applier) recovered(s *lockfile.Session, open []lockfile.Intent, found []outcome) ([]Recovered, error) {
	var out []Recovered
	var errs []error
	for i, in := range open {
		o := found[i]
		if o.known == platform.NotDone && in.Accepted {
			o = unknown(&UnlistedError{Address: in.Address, Create: true})
		}
		switch o.known {
		case platform.Unknown:
			errs = append(errs, fmt.Errorf("find out what came of %s %s: %w", in.Step, in.Address, o.err))
			continue
		case platform.NotDone:
			// Also when somebody else changed the object meanwhile: the next plan
			// sends the change again and meets the conflict, with its ways out.
			s.Settle(lockfile.Outcome{N: in.N, Aborted: true})
		}
		rec := Recovered{Address: in.Address, Step: planner.Step(in.Step), Done: o.known == platform.Done, Note: o.err}
		if rec.Done {
			if rec.ID = o.id; rec.ID == "" {
				rec.ID = in.Object
			}
		}
		out = append(out, rec)
	}
	if len(errs) > 0 {
		return out, errors.Join(errs...)
	}
	if err := s.Commit(s.Lock().Secrets); err != nil {
		return out, err
	}
	return out, nil
}
