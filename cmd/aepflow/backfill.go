package main

import (
	"context"
	"fmt"

	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/runs"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// rereads are the dataflows of a plan that read their history again, with what is known of how much that is. Rows are
// estimated from earlier runs alone: what the source has now is not what it had.
func (a *app) rereads(ctx context.Context, conn *connection, plan *planner.Plan) ([]planner.Diagnostic, error) {
	var notes []planner.Diagnostic
	for _, c := range plan.Changes {
		if c.Kind != resource.Flow || c.Effect != planner.EffectReingests || c.ID == "" {
			continue
		}
		list, more, err := remote.Runs(ctx, conn, remote.RunQuery{FlowID: c.ID, Limit: earlierRuns})
		if err != nil {
			return nil, err
		}
		history := runs.History(list)
		if more {
			o, ok, err := remote.Read(ctx, conn, resource.Flow, c.ID)
			if err != nil {
				return nil, err
			}
			if live, fault := runs.ParseFlow(o.Body); ok && fault == nil {
				history.Windows = live.Windows(a.now())
			}
		}
		until := "its start"
		if c.Start != nil && c.Start.Time != nil {
			until = c.Start.Time.UTC().Format("2006-01-02 15:04:05 UTC")
		}
		notes = append(notes, planner.Diagnostic{
			Severity: "note", Code: "backfill", Origin: c.Origin,
			Message: fmt.Sprintf("%s reads its history again: 1 window, the beginning to %s, in 1 run; %s", c.Address, until,
				rowsText(history)),
		})
	}
	return notes, nil
}

// earlierRuns is how many runs an estimate is made from.
const earlierRuns = 100

// rowsText says how many rows a dataflow has read so far, as far as that is known.
func rowsText(h runs.Read) string {
	switch {
	case h.Runs == 0:
		return "how many rows is not known: no earlier run has counted them"
	case h.Windows <= h.Runs:
		return fmt.Sprintf("about %s (estimate: the sum of %s)", view.Rows(h.Sum), words.Count(h.Runs, "earlier run"))
	}
	return fmt.Sprintf("about %s (estimate: the mean of %s times %s)", view.Rows(h.Sum/int64(h.Runs)*int64(h.Windows)),
		words.Count(h.Runs, "earlier run"), words.Count(h.Windows, "window"))
}

// sayRereads prints what a plan reads again.
func (op *operation) sayRereads(ctx context.Context, plan *planner.Plan) error {
	notes, err := op.rereads(ctx, op.conn, plan)
	for _, n := range notes {
		op.say("%s: %s", n.Severity, n.Message)
	}
	return err
}
