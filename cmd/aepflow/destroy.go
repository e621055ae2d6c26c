package main

import (
	"context"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

type destroyCmd struct {
	applyFlags
	Path string `arg:"" optional:"" default:"." help:"Folder of the project."`
}

func (destroyCmd) Help() string {
	return `Removes the dataflows, source and target connections, mapping sets and base
connections that the lockfile holds. Schemas and datasets stay, with their
entries in the lockfile, unless --allow-data-loss is given.

  aepflow destroy examples/crm`
}

func (c destroyCmd) Run(ctx context.Context, a *app) error {
	p, err := a.load(c.Path)
	if err != nil {
		return err
	}
	if err := a.diagnose(p.report); err != nil {
		return err
	}
	t, err := a.target(p)
	if err != nil {
		return err
	}
	var kept []resource.Address
	err = a.carryOut(ctx, p, t, c.applyFlags, "destroy", func(lock *lockfile.Lock) (*planner.Plan, error) {
		plan, report := planner.Diff(lock, resource.NewGraph(nil), planner.Options{
			At: a.now(), Tool: toolVersion(), Destroy: true, AllowDataLoss: c.AllowDataLoss,
			Target: t.planTarget(),
		})
		kept = keptBy(plan, lock)
		return plan, a.diagnose(report)
	})
	if err == nil && len(kept) > 0 {
		a.say("Kept on the platform and in the lockfile:")
		for _, address := range kept {
			a.say("  %s", address)
		}
		a.say("--allow-data-loss removes these too, where the platform can.")
	}
	return err
}

// keptBy returns the entries that a plan leaves alone.
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
