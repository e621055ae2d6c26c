package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// adoption returns a plan that takes over objects, given by address, and does nothing else. The parts of a dataflow
// come with it.
func (op *operation) adoption(ctx context.Context, ids map[resource.Address]string) (*planner.Plan, error) {
	lock, err := op.released(ids)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(op.project.graph.All())
	for i := range all {
		all[i].Import = ids[all[i].Address]
	}
	graph := resource.NewGraph(all)
	o := planner.Options{
		At: op.now(), Tool: toolVersion(), Target: op.project.target.planTarget(), Secrets: planner.Secrets{Unchecked: true},
	}
	tenant, err := op.tenant(ctx)
	if err != nil {
		return nil, err
	}
	known := &lockfile.Lock{Target: lockfile.Target{Tenant: tenant}}
	if err := op.refresh(ctx, op.project, op.conn, known, graph, &o); err != nil {
		return nil, err
	}
	plan, _ := planner.Diff(lock, graph, o)
	plan.Changes = slices.DeleteFunc(plan.Changes, func(c planner.Change) bool { return c.Action != planner.Import })
	plan.Summary = planner.Summary{Import: len(plan.Changes)}
	if err := op.project.judge(plan); err != nil {
		return nil, err
	}
	if guards := plan.Refusals(); len(guards) > 0 {
		return nil, refuse(guards)
	}
	return plan, nil
}

// released returns the lock of the operation without the objects in whose place others are adopted. They are left to be
// removed, as after a replacement.
func (op *operation) released(ids map[resource.Address]string) (*lockfile.Lock, error) {
	lock := op.session.Lock()
	named := planner.Moved(lock, op.project.graph)
	owners, err := named.Owners()
	if err != nil {
		return nil, err
	}
	op.replaced = map[resource.Address]string{}
	for address, id := range ids {
		spec := resource.SpecOf(address.Kind)
		owner, owned := owners[resource.KeyOfObject(address.Kind, id)]
		e, _ := named.Get(address)
		switch {
		case owned && owner == address && e.ID == id:
			delete(ids, address) // it has the object
		case owned:
			return nil, exitHelp(exitRefused, "to rename the entry: aepflow state mv "+owner.String()+" "+address.String(),
				"%s=%s: the object belongs to %s in the lockfile", address, id, owner)
		case e.ID == "":
		case spec.StaysOnDestroy():
			return nil, exitHelp(exitRefused, "to let go of that one: aepflow state rm "+address.String(),
				"%s=%s: the lockfile has %s for it, which holds or describes data", address, id, e.ID)
		default:
			op.replaced[address] = e.ID
			lock.Put(deposed(e))
		}
	}
	return lock, nil
}

// deposed returns an entry whose object is left to be removed.
func deposed(e lockfile.Entry) lockfile.Entry {
	steps := []string{lockfile.StepDelete}
	if resource.SpecOf(e.Address.Kind).Stops {
		steps = []string{lockfile.StepDisable, lockfile.StepDelete}
	}
	old := lockfile.Deposed{ID: e.ID, ETag: e.ETag, Kind: e.Address.Kind, StepsLeft: steps}
	return lockfile.Entry{Address: e.Address, Protect: e.Protect, Deposed: append(slices.Clone(e.Deposed), old)}
}

// adopt asks, and puts the objects of a plan into the lockfile.
func (op *operation) adopt(ctx context.Context, plan *planner.Plan) error {
	if err := op.confirmAdoption(ctx, plan); err != nil {
		return err
	}
	for address := range op.replaced {
		e, _ := op.session.Get(address)
		op.session.Edit(lockfile.Edit{Put: &lockfile.EntryText{Entry: deposed(e)}})
	}
	if tenant, err := op.tenant(ctx); err == nil && op.session.Target().Tenant == "" {
		op.session.Edit(lockfile.Edit{Tenant: tenant})
	}
	lock := op.session.Lock()
	plan.Lock = planner.LockRef{Lineage: lock.Lineage, Serial: lock.Serial}
	worker := applier.Applier{Client: op.conn.Client, Secrets: op.project.env.secret, Now: op.now}
	_, err := worker.Apply(ctx, plan, op.session)
	return err
}

// confirmAdoption asks whether the objects of a plan are the right ones. --auto-approve says so only of those that are
// as documented.
func (op *operation) confirmAdoption(ctx context.Context, plan *planner.Plan) error {
	if !op.AutoApprove {
		if !op.canAsk() {
			return exit(exitUsage, "no terminal to ask on; add --auto-approve, which adopts what is as documented")
		}
		question := fmt.Sprintf("Adopt into %s? Type \"yes\" to continue:", display(op.project.paths().Lock))
		yes, err := op.confirms(ctx, question)
		if err == nil && !yes {
			op.say("Not adopted. Nothing was changed.")
			err = quiet(exitRefused)
		}
		return err
	}
	var differing []string
	for _, c := range plan.Changes {
		if old := op.replaced[c.Address]; old != "" {
			differing = append(differing, fmt.Sprintf("%s: the next apply removes %s", c.Address, old))
		}
		for _, f := range c.Fields {
			differing = append(differing, fmt.Sprintf("%s: %s differs from the document", c.Address, f.Path))
		}
	}
	if len(differing) == 0 {
		return nil
	}
	return exitDetails(exitRefused, append(differing, "look at the differences on a terminal, without --auto-approve"),
		"--auto-approve adopts only what is as documented; nothing was changed:")
}
