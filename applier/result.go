package applier

import (
	"errors"
	"fmt"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// Result is what an apply did, counted in resources.
type Result struct {
	Created, Updated, Replaced, Deleted int
	Moved, Forgotten, Imported          int
	Unchanged                           int
	Failed                              []Failure      // in the order of the plan
	Blocked                             []BlockedStep  // in the order of the plan
	Left                                []planner.Call // calls that an interruption kept from being sent
	Unanswered                          []Subject      // calls that an interruption left without an answer
	Unknown                             int            // those, and failures that may have been done all the same
	Interrupted                         bool
	Begun                               bool // false: the error is from before the first call
}

// OK reports whether everything that was planned was done.
func (r Result) OK() bool {
	return len(r.Failed) == 0 && len(r.Blocked) == 0 && len(r.Left) == 0 && len(r.Unanswered) == 0
}

// Changed reports how many resources were changed.
func (r Result) Changed() int {
	return r.Created + r.Updated + r.Replaced + r.Deleted + r.Moved + r.Forgotten + r.Imported
}

// Failure is a call that failed.
type Failure struct {
	Subject
	Method, URL string
	Origin      planner.Origin
	Unknown     bool // it may have been done; the next apply finds out
	Err         error
}

// BlockedStep is a call that was not made because of a failure.
type BlockedStep struct {
	Subject
	Origin planner.Origin
	By     resource.Address
	ByCall int
}

// summary counts what became of each change.
func (r *run) summary(interrupted bool) Result {
	res := Result{Unchanged: r.plan.Summary.NoOp}
	finished := map[*planner.Change]int{}
	for i, c := range r.calls {
		switch t := r.scheduler.tasks[i]; t.phase {
		case done:
			finished[c.change]++
			if f := r.failures[i]; f != nil { // done, and not visible any more
				res.Failed = append(res.Failed, *f)
			}
		case failed:
			f := r.failures[i]
			res.Failed = append(res.Failed, *f)
			if f.Unknown {
				res.Unknown++
			}
		case blocked:
			cause := r.calls[t.cause].subject()
			step := BlockedStep{Subject: c.subject(), Origin: c.change.Origin, By: cause.Address, ByCall: cause.Call}
			res.Blocked = append(res.Blocked, step)
		case unanswered:
			res.Unanswered = append(res.Unanswered, c.subject())
			res.Unknown++
		default:
			res.Left = append(res.Left, *c.call())
		}
	}
	for i := range r.plan.Changes {
		c := &r.plan.Changes[i]
		if finished[c] == len(c.Calls) {
			res.count(c)
		}
	}
	res.Interrupted = interrupted && !res.OK()
	return res
}

func (r *Result) count(c *planner.Change) {
	switch c.Action {
	case planner.Move:
		r.Moved++
	case planner.Forget:
		r.Forgotten++
	case planner.Import:
		r.Imported++
	case planner.Create:
		r.Created++
	case planner.Update:
		r.Updated++
	case planner.Replace:
		r.Replaced++
	case planner.Delete:
		r.Deleted++
	}
}

// ErrInterrupted says that the apply was interrupted. What was done is saved.
var ErrInterrupted = errors.New("interrupted; what was done is saved")

// ElsewhereError says that the plan was made for another organization or sandbox.
type ElsewhereError struct {
	Plan   planner.Target
	Target lockfile.Target
}

func (e *ElsewhereError) Error() string {
	return fmt.Sprintf("the plan is for organization %s, sandbox %s; "+
		"the target is organization %s, sandbox %s; plan again",
		e.Plan.Org, e.Plan.Sandbox, e.Target.Org, e.Target.Sandbox)
}

// StaleError says that the plan was made against another state of the lockfile.
type StaleError struct {
	Plan, Lock planner.LockRef
}

func (e *StaleError) Error() string {
	if e.Plan.Lineage != e.Lock.Lineage {
		return fmt.Sprintf("the plan belongs to another lockfile: lineage %q, this one has %q; plan again",
			e.Plan.Lineage, e.Lock.Lineage)
	}
	return fmt.Sprintf("the plan is stale: made at serial %d, the lockfile has %d; plan again",
		e.Plan.Serial, e.Lock.Serial)
}
