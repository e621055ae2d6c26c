package main

import (
	"context"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

// unmanagedResult is the result of drift --unmanaged in JSON.
type unmanagedResult struct {
	resultHead
	Drift   []planner.Change     `json:"drift"`
	Objects []resource.Unmanaged `json:"objects"`
	Summary unmanagedSummary     `json:"summary"`
}

type unmanagedSummary struct {
	Drift   int `json:"drift"`
	Objects int `json:"objects"`
	Orphans int `json:"orphans"`
}

// unmanaged returns the objects of the sandbox that no entry of a lock owns.
func (a *app) unmanaged(ctx context.Context, conn *connection, lock *lockfile.Lock) ([]resource.Unmanaged, error) {
	owners, err := lock.Owners()
	if err != nil {
		return nil, err
	}
	inventory, stop := a.reading(conn)
	defer stop()
	lists, err := inventory.Lists(ctx, remote.UnmanagedKinds()...)
	if err != nil {
		return nil, err
	}
	return remote.FindUnmanaged(lists, func(kind resource.Kind, id string) bool {
		_, owned := owners[resource.KeyOfObject(kind, id)]
		return owned
	}), nil
}

// printUnmanaged prints the drift and the objects that no document owns.
func (a *app) printUnmanaged(p *project, plan *planner.Plan, found []resource.Unmanaged, full bool) error {
	if a.Output != "json" {
		o := a.viewOptions(a.stdout)
		if err := view.Drift(a.stdout, plan, o); err != nil {
			return err
		}
		if err := a.stdout.Printf("\n"); err != nil {
			return err
		}
		o.Full = full
		return view.Unmanaged(a.stdout, found, o)
	}
	out := unmanagedResult{
		resultHead: headOf("drift", p), Drift: plan.Drift, Objects: found,
		Summary: unmanagedSummary{Drift: len(plan.Drift), Objects: len(found)},
	}
	if found == nil {
		out.Objects = []resource.Unmanaged{}
	}
	for _, u := range found {
		if u.What == resource.IsOrphan {
			out.Summary.Orphans++
		}
	}
	return a.printJSON(out)
}
