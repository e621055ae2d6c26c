package main

import (
	"context"
	"time"

	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/runs"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// disturbed are the dataflows that a plan stops, because it replaces, deletes, or disables them, by the IDs of their
// flows.
func disturbed(plan *planner.Plan) map[string]string {
	flows := map[string]string{}
	for _, c := range plan.Changes {
		if c.Kind != resource.Flow || c.ID == "" {
			continue
		}
		for _, call := range c.Calls {
			if call.Step == planner.StepDisable || call.Step == planner.StepDelete {
				flows[c.ID] = c.Address.Name
			}
		}
	}
	return flows
}

// underway says which runs of dataflows that a plan stops are under way.
func (a *app) underway(ctx context.Context, conn *connection, plan *planner.Plan) ([]runs.Run, error) {
	flows := disturbed(plan)
	if len(flows) == 0 {
		return nil, nil
	}
	list, _, err := remote.Runs(ctx, conn, remote.RunQuery{InProgress: true, Limit: maxRuns})
	if err != nil {
		return nil, err
	}
	var out []runs.Run
	for _, r := range list {
		if name, ok := flows[r.FlowID]; ok {
			r.Dataflow = name
			out = append(out, r)
		}
	}
	return out, nil
}

// noteRuns prints the runs that a plan disturbs, and what it reads again.
func (op *operation) noteRuns(ctx context.Context, plan *planner.Plan) error {
	if len(disturbed(plan)) == 0 {
		return nil
	}
	if err := op.connect(ctx); err != nil {
		return err
	}
	list, err := op.underway(ctx, op.conn, plan)
	if op.sayUnderway(list, !op.WaitForRuns); err != nil {
		return err
	}
	return op.sayRereads(ctx, plan)
}

// awaitRuns waits until the runs that a plan disturbs have ended, if that was asked for.
func (op *operation) awaitRuns(ctx context.Context, plan *planner.Plan) error {
	for op.WaitForRuns {
		list, err := op.underway(ctx, op.conn, plan)
		if err != nil || len(list) == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(waitForRuns):
		}
	}
	return nil
}

// waitForRuns is the time between two looks of --wait-for-runs.
const waitForRuns = 2 * time.Second

func (a *app) sayUnderway(list []runs.Run, hint bool) {
	for _, r := range list {
		a.say("note: run %s of dataflow %s is under way since %s; stopping the dataflow may end it", r.ID, r.Dataflow,
			r.Started.Format("2006-01-02 15:04:05 UTC"))
	}
	if hint && len(list) > 0 {
		a.say("  = help: --wait-for-runs waits for %s", words.Count(len(list), "run"))
	}
}
