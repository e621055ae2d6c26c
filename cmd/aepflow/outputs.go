package main

import (
	"context"

	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

// outputs reads what the senders of the streams need that an apply has created or replaced. What cannot be read is
// said, and ends nothing: the apply is done.
func (op *operation) outputs(ctx context.Context, plan *planner.Plan) []view.Outputs {
	lock := op.session.Lock()
	var out []view.Outputs
	shown := map[string]bool{} // addresses that a dataflow has shown
	for _, kind := range []resource.Kind{resource.Flow, resource.Connection} {
		for _, c := range plan.Changes {
			e, ok := lock.Get(c.Address)
			isNew := c.Action == planner.Create || c.Action == planner.Replace
			if c.Kind != kind || !isNew || !ok || e.ID == "" || e.ID == c.ID {
				continue
			}
			got, err := remote.OutputsOf(ctx, op.conn, lock, e)
			o := view.Outputs{Address: c.Address, InletURL: got.InletURL, FlowID: got.FlowID, Problem: err}
			if o.FlowID != "" {
				o.WasFlowID = c.ID
			}
			if err == nil && (got == remote.Outputs{} || kind == resource.Connection && shown[got.InletURL]) {
				continue
			}
			shown[got.InletURL] = true
			out = append(out, o)
		}
	}
	return out
}
