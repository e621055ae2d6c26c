package applier

import (
	"context"
	"errors"
	"fmt"

	"github.com/aepflow/aepflow/internal/lockfile"
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
// which nobody knows whether they were done. Recover finds out.
var ErrUnresolved = errors.New("an earlier apply left calls without an answer")

// Recover finds out what came of the calls that an earlier apply left open, and
// puts it into the lockfile. It changes nothing on the platform. It comes before
// the diff: a plan made earlier does not know what it finds, and is stale after
// it. An error joins what stands in the way; what could be resolved, is.
func (a *Applier) Recover(ctx context.Context, s *lockfile.Session) ([]Recovered, error) {
	open := s.Unresolved()
	if len(open) == 0 {
		return nil, nil
	}
	r := resolver{platform: newClocked(a.Client, a.now), session: s, tenant: s.Target().Tenant, late: a.late(), pause: pause}
	var out []Recovered
	var errs []error
	for _, in := range open {
		now, _ := s.Get(in.Address)
		f := r.resolve(ctx, in, now)
		switch f.verdict {
		case unknownCall:
			errs = append(errs, fmt.Errorf("find out what came of %s %s: %w", in.Step, in.Address, f.err))
			continue
		case settledCall:
			s.Settle(lockfile.Outcome{N: in.N, ID: f.id, ETag: f.etag})
		case voidCall:
			// Also when somebody else changed the object meanwhile: the next plan
			// sends the change again and meets the conflict, with its ways out.
			s.Settle(lockfile.Outcome{N: in.N, Void: true})
		}
		rec := Recovered{Address: in.Address, Step: planner.Step(in.Step), Done: f.verdict == settledCall, Note: f.err}
		if rec.Done {
			if rec.ID = f.id; rec.ID == "" {
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
