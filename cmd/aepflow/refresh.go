package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

// refreshReads is how many reads of a refresh run at the same time.
const refreshReads = 10

// reading returns an inventory of the platform that shows on stderr how far it is until stop.
func (a *app) reading(conn *connection) (_ *remote.Inventory, stop func()) {
	shown := view.NewReading(a.stderr, a.stderr.IsTerminal() && !a.logged())
	return remote.NewInventory(conn.Client, remote.Options{
		Limit: refreshReads, Notify: func(p remote.Progress) { shown.Notify(p.Read, p.Expected, p.Kinds) },
	}), shown.Close
}

// rateFlag is the limit of requests of commands that call the platform.
type rateFlag struct {
	Rate *float64 `placeholder:"N" help:"${rate}"`
}

func (f rateFlag) Validate() error {
	if f.Rate != nil && *f.Rate < 0 {
		return fmt.Errorf("--rate %v: expected 0 for no limit, or requests per second", *f.Rate)
	}
	return nil
}

// refresh adds to the options of a plan the live objects of every entry of a lock, those that a graph imports, and the
// tenant.
func (a *app) refresh(
	ctx context.Context, p *project, conn *connection, lock *lockfile.Lock, g *resource.Graph, o *planner.Options,
) (err error) {
	o.Refreshed = true
	o.Tenant = cmp.Or(lock.Target.Tenant, p.target.config.Tenant)
	imports := planner.Imports(lock, g, nil, o.Tenant)
	if o.Tenant == "" && len(lock.Entries)+len(imports) > 0 {
		if o.Tenant, err = platform.Tenant(ctx, conn.Client); err != nil {
			return fmt.Errorf("ask for the tenant: %w", err)
		}
		imports = planner.Imports(lock, g, nil, o.Tenant)
	}
	inventory, stop := a.reading(conn)
	defer stop()
	if o.Live, err = inventory.Entries(ctx, withImports(lock, imports)); err != nil {
		return err
	}
	// An imported dataflow says which parts it has.
	parts := planner.Imports(lock, g, o.Live, o.Tenant)
	maps.DeleteFunc(parts, func(a resource.Address, _ string) bool { return imports[a] != "" })
	if len(parts) == 0 {
		return nil
	}
	live, err := inventory.Entries(ctx, withImports(&lockfile.Lock{}, parts))
	o.Live = append(o.Live, live...)
	slices.SortFunc(o.Live, resource.Live.Compare)
	return err
}

// withImports returns a lock that also has objects that documents take over, so that a refresh reads them.
func withImports(lock *lockfile.Lock, imports map[resource.Address]string) *lockfile.Lock {
	out := lock.Clone()
	for a, id := range imports {
		e, _ := lock.Get(a)
		e.Address, e.ID = a, id
		out.Put(e)
	}
	return out
}

type driftCmd struct {
	Path      string `arg:"" optional:"" default:"." help:"Folder of the project."`
	Unmanaged bool   `help:"Also list what the sandbox has that no entry of the lockfile owns, and orphans among it."`
	Full      bool   `help:"With --unmanaged, print whole IDs, and list what belongs to destinations or the platform."`
	rateFlag
}

func (driftCmd) Help() string {
	return `Compares the last applied state with the platform. Changes nothing.

  aepflow drift --target prod    # 0 no drift, 2 drift found
  aepflow drift --unmanaged      # also what no document describes`
}

func (c driftCmd) Run(ctx context.Context, a *app) (err error) {
	p, err := a.open(c.Path, needGraph|needTarget, "text", "json")
	if err != nil {
		return err
	}
	seen, err := p.applied()
	if err != nil {
		return err
	}
	o := planner.Options{
		At: a.now(), Tool: toolVersion(), Secrets: planner.Secrets{Unchecked: true}, Target: p.target.planTarget(),
	}
	conn, err := a.connect(ctx, p, c.Rate, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	if err := a.refresh(ctx, p, conn, planner.Moved(seen.Lock, p.graph), resource.NewGraph(nil), &o); err != nil {
		return err
	}
	plan, _ := planner.Diff(seen.Lock, p.graph, o)
	if c.Unmanaged {
		found, err2 := a.unmanaged(ctx, conn, seen.Lock)
		if err = err2; err == nil {
			err = a.printUnmanaged(p, plan, found, c.Full)
		}
	} else if a.Output == "json" {
		err = planJSON(a.stdout, plan)
	} else {
		err = view.Drift(a.stdout, plan, a.viewOptions(a.stdout))
	}
	if err == nil && len(plan.Drift) > 0 {
		return quiet(exitPending)
	}
	return err
}
