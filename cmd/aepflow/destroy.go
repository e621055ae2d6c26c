package main

import (
	"context"
	"slices"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

type destroyCmd struct {
	applyFlags
	Path string `arg:"" optional:"" default:"." help:"Folder of the project."`
}

func (destroyCmd) Help() string {
	return `Deletes the dataflows, source connections, target connections, mapping sets, and
base connections in the lockfile. Schemas and datasets, and their entries in the
lockfile, are kept unless you pass --allow-data-loss.

  aepflow destroy examples/crm`
}

func (c destroyCmd) Run(ctx context.Context, a *app) error {
	p, err := a.open(c.Path, needTarget, "text", "json")
	if err != nil {
		return err
	}
	if err := a.diagnose(p.report); err != nil {
		return err
	}
	var kept []resource.Address
	plan := func(_ context.Context, op *operation) (*planner.Plan, error) {
		lock := op.session.Lock()
		o := planner.Options{
			At: a.now(), Tool: toolVersion(), Destroy: true, AllowDataLoss: c.AllowDataLoss,
			Target: p.target.planTarget(),
		}
		if err := c.selection(&o, func(address resource.Address) bool { return p.has(lock, address) }); err != nil {
			return nil, err
		}
		plan, report := planner.Diff(lock, resource.NewGraph(nil), o)
		kept = keptBy(plan, lock)
		if err := a.diagnose(report); err != nil {
			return plan, err
		}
		return plan, p.judge(plan)
	}
	err = a.carryOut(ctx, p, c.applyFlags, "destroy", plan)
	if err == nil && len(kept) > 0 {
		a.say("Kept on the platform and in the lockfile:")
		for _, address := range kept {
			a.say("  %s", address)
		}
		holdsData := func(a resource.Address) bool { return resource.SpecOf(a.Kind).KeepsData }
		if slices.ContainsFunc(kept, holdsData) && !c.AllowDataLoss {
			a.say("--allow-data-loss deletes what holds data too, where the platform allows it.")
		}
	}
	return err
}

// keptBy returns the entries of a lock that a plan does not change.
func keptBy(plan *planner.Plan, lock *lockfile.Lock) []resource.Address {
	gone := map[resource.Address]bool{}
	for _, c := range plan.Changes {
		gone[c.Address] = true
	}
	var out []resource.Address
	for _, e := range lock.Entries {
		if !gone[e.Address] {
			out = append(out, e.Address)
		}
	}
	return out
}
