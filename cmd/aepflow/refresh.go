package main

import (
	"context"
	"errors"

	"github.com/aepflow/aepflow/internal/live"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

// refreshReads is how many reads of a refresh are under way at a time.
const refreshReads = 4

// refresh reads what the platform has for every entry of a lock.
func (a *app) refresh(ctx context.Context, p *project, t target, lock *lockfile.Lock, rate float64) (_ []planner.Live, err error) {
	conn := p.open
	if conn == nil {
		if conn, err = a.connect(p, t, rate, nil); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, conn.close()) }()
	}
	if _, err := checkSandbox(ctx, conn, t); err != nil {
		return nil, err
	}
	objects, err := live.Read(ctx, conn.Client, lock, refreshReads)
	if err != nil {
		return nil, err
	}
	out := make([]planner.Live, 0, len(objects))
	for _, o := range objects {
		out = append(out, planner.Live{Address: o.Address, ETag: o.ETag, Body: o.Body, Missing: o.Missing})
	}
	return out, nil
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
	found, err := a.refresh(ctx, p, t, seen.Lock, c.Rate)
	if err != nil {
		return err
	}
	plan, _ := planner.Diff(seen.Lock, p.graph, planner.Options{
		At: a.now(), Tool: toolVersion(), Secrets: planner.Secrets{Unchecked: true},
		Target:    planner.Target{Name: t.name, Org: t.config.Org, Sandbox: t.config.Sandbox},
		Refreshed: true, Live: found,
	})
	if format == "json" {
		err = view.PlanJSON(a.stdout, plan)
	} else {
		err = view.Drift(a.stdout, plan, a.viewOptions(a.stdout))
	}
	if err == nil && len(plan.Drift) > 0 {
		return quiet(exitPending)
	}
	return err
}
