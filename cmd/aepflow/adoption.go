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
func (t *takeover) adoption(ctx context.Context, ids map[resource.Address]string) (*planner.Plan, error) {
	lock, err := t.released(ids)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(t.project.graph.All())
	for i := range all {
		all[i].Import = ids[all[i].Address]
	}
	graph := resource.NewGraph(all)
	o := planner.Options{
		At: t.now(), Tool: toolVersion(), Target: t.project.target.planTarget(), Secrets: planner.Secrets{Unchecked: true},
	}
	tenant, err := t.tenant(ctx)
	if err != nil {
		return nil, err
	}
	known := &lockfile.Lock{Target: lockfile.Target{Tenant: tenant}}
	if err := t.refresh(ctx, t.project, t.conn, known, graph, &o); err != nil {
		return nil, err
	}
	plan, _ := planner.Diff(lock, graph, o)
	plan.Changes = slices.DeleteFunc(plan.Changes, func(c planner.Change) bool { return c.Action != planner.Import })
	plan.Summary = planner.Summary{Import: len(plan.Changes)}
	if err := t.project.judge(plan); err != nil {
		return nil, err
	}
	if guards := plan.Refusals(); len(guards) > 0 {
		return nil, refuse(guards)
	}
	return plan, nil
}

// released returns the lock of the operation without the objects in whose place others are adopted. They are left to be
// removed, as after a replacement.
func (t *takeover) released(ids map[resource.Address]string) (*lockfile.Lock, error) {
	lock := t.session.Lock()
	named := planner.Moved(lock, t.project.graph)
	owners, err := named.Owners()
	if err != nil {
		return nil, err
	}
	t.replaced = map[resource.Address]string{}
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
			t.replaced[address] = e.ID
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
func (t *takeover) adopt(ctx context.Context, plan *planner.Plan) error {
	if err := t.confirmAdoption(ctx, plan); err != nil {
		return err
	}
	for address := range t.replaced {
		e, _ := t.session.Get(address)
		t.session.Edit(lockfile.Edit{Put: &lockfile.EntryText{Entry: deposed(e)}})
	}
	if tenant, err := t.tenant(ctx); err == nil && t.session.Target().Tenant == "" {
		t.session.Edit(lockfile.Edit{Tenant: tenant})
	}
	lock := t.session.Lock()
	plan.Lock = planner.LockRef{Lineage: lock.Lineage, Serial: lock.Serial}
	worker := applier.Applier{Client: t.conn.Client, Secrets: t.project.env.secret, Now: t.now}
	_, err := worker.Apply(ctx, plan, t.session)
	return err
}

// confirmAdoption asks whether the objects of a plan are the right ones. --auto-approve says so only of those that are
// as documented.
func (t *takeover) confirmAdoption(ctx context.Context, plan *planner.Plan) error {
	if !t.AutoApprove {
		if !t.canAsk() {
			return exit(exitUsage, "no terminal to ask on; add --auto-approve, which adopts what is as documented")
		}
		question := fmt.Sprintf("Adopt into %s? Type \"yes\" to continue:", display(t.project.paths().Lock))
		yes, err := t.confirms(ctx, question)
		if err == nil && !yes {
			t.say("Not adopted. Nothing was changed.")
			err = quiet(exitRefused)
		}
		return err
	}
	var differing []string
	for _, c := range plan.Changes {
		if old := t.replaced[c.Address]; old != "" {
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
