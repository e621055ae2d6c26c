package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

// refreshReads is how many reads of a refresh are under way at a time.
const refreshReads = 4

// refresh reads what the platform has for every entry of a lock into the options
// of a plan, and what the tenant's placeholder stands for there.
func (a *app) refresh(ctx context.Context, p *project, t target, lock *lockfile.Lock, rate float64, o *planner.Options) (err error) {
	conn := p.open
	if conn == nil {
		if conn, err = a.connect(p, t, rate, nil); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, conn.close()) }()
	}
	if _, err := checkSandbox(ctx, conn, t); err != nil {
		return err
	}
	o.Refreshed = true
	o.Tenant = cmp.Or(lock.Target.Tenant, t.config.Tenant)
	if o.Tenant == "" && len(lock.Entries) > 0 {
		if o.Tenant, err = platform.Tenant(ctx, conn.Client); err != nil {
			return fmt.Errorf("ask for the tenant: %w", err)
		}
	}
	o.Live, err = remote.ReadEntries(ctx, conn.Client, lock, refreshReads)
	return err
}

type driftCmd struct {
	Path string  `arg:"" optional:"" default:"." help:"Folder of the project."`
	Rate float64 `default:"-1" placeholder:"N" help:"Requests a second at most, 0 for no limit. Default: 2 against Adobe, none against an emulator."`
}

func (driftCmd) Help() string {
	return `Compares what was last applied with what is on the platform. Changes nothing.

  aepflow drift --target prod    # 0 no drift, 2 drift found`
}

func (c driftCmd) Run(ctx context.Context, a *app) error {
	format, err := a.format("text", "json")
	if err != nil {
		return err
	}
	p, err := a.load(c.Path)
	if err != nil {
		return err
	}
	if err := a.compile(p); err != nil {
		return err
	}
	t, err := a.target(p)
	if err != nil {
		return err
	}
	seen, err := lockfile.Load(p.paths(t))
	if err != nil {
		return err
	}
	if err := sameTarget(p.paths(t), seen.Lock, t); err != nil {
		return err
	}
	o := planner.Options{
		At: a.now(), Tool: toolVersion(), Secrets: planner.Secrets{Unchecked: true},
		Target: t.planTarget(),
	}
	if err := a.refresh(ctx, p, t, planner.Moved(seen.Lock, p.graph), c.Rate, &o); err != nil {
		return err
	}
	plan, _ := planner.Diff(seen.Lock, p.graph, o)
	if format == "json" {
		err = planJSON(a.stdout, plan)
	} else {
		err = view.Drift(a.stdout, plan, a.viewOptions(a.stdout))
	}
	if err == nil && len(plan.Drift) > 0 {
		return quiet(exitPending)
	}
	return err
}
