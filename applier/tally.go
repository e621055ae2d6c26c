package applier

import "github.com/aepflow/aepflow/planner"

// result counts what became of each change.
func (r *run) result(interrupted bool) Result {
	res := Result{Unchanged: r.plan.Summary.NoOp}
	finished := map[*planner.Change]int{}
	for i, c := range r.calls {
		switch t := r.queue.tasks[i]; t.state {
		case done:
			finished[c.change]++
		case failed:
			f := r.failures[i]
			res.Failed = append(res.Failed, f)
			if f.Unknown {
				res.Unknown++
			}
		case blocked:
			cause := r.calls[t.cause].subject()
			res.Blocked = append(res.Blocked, BlockedStep{Subject: c.subject(), Origin: c.change.Origin, By: cause.Address, ByCall: cause.Call})
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
