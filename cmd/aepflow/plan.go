package main

import (
	"context"
	"io"

	"github.com/aepflow/aepflow/internal/curlscript"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

// planFlags are what plan, apply and destroy have in common.
type planFlags struct {
	OnReplace     string `enum:",backfill,continue" default:"" placeholder:"HOW" help:"What a replaced dataflow does with the data, where its document says nothing: backfill or continue."`
	AllowDataLoss bool   `help:"Let datasets, schemas and what belongs to them be removed."`
	Refresh       bool   `help:"Read what is on the platform first, and plan against that."`
	Recreate      bool   `help:"Make again what a refresh did not find."`

	Only            []string `name:"target-resource" placeholder:"KIND.NAME" help:"Only these resources and what they need. Repeatable."`
	Exclude         []string `placeholder:"KIND.NAME" help:"Leave out these resources and what needs them. Repeatable."`
	AllowMassDelete bool     `help:"Let a plan remove more than a quarter of the resources, or all of them."`
}

// selection reads the addresses of a selection.
func (f planFlags) selection(o *planner.Options, known func(resource.Address) bool) error {
	o.AllowMassDelete = f.AllowMassDelete
	for _, list := range []struct {
		flag string
		text []string
		into *[]resource.Address
	}{{"--target-resource", f.Only, &o.Only}, {"--exclude", f.Exclude, &o.Exclude}} {
		for _, text := range list.text {
			a, err := resource.ParseAddress(text)
			if err != nil {
				return exit(exitUsage, "%s: %v", list.flag, err)
			}
			if !known(a) {
				return exit(exitUsage, "%s %s: neither the documents nor the lockfile have it", list.flag, a)
			}
			*list.into = append(*list.into, a)
		}
	}
	return nil
}

type planCmd struct {
	planFlags
	Path             string `arg:"" optional:"" default:"." help:"Folder of the project."`
	Out              string `placeholder:"FILE" help:"Save the plan, to be applied with: aepflow apply FILE."`
	DetailedExitcode bool   `help:"Exit with 2 when there is something to change."`
	NoSecrets        bool   `help:"Plan without reading secrets."`
	Calls            string `placeholder:"FORM" default:"" enum:",http,curl" help:"Print the calls instead: http, or curl for a script that makes them."`
	Full             bool   `help:"Leave nothing out."`
	Strict           bool   `help:"Fail on warnings about the documents too."`
	Quiet            bool   `short:"q" help:"Totals and what is destroyed, nothing else."`
}

func (planCmd) Help() string {
	return `Compares the documents with the lockfile dataflow.TARGET.lock. Needs no network.

  aepflow plan
  aepflow plan examples/crm --target prod --out plan.json
  aepflow plan --detailed-exitcode     # 0 nothing to change, 2 changes
  aepflow plan --calls=curl > apply.sh # the same calls as a script`
}

func (c planCmd) Run(ctx context.Context, a *app) error {
	format, err := a.format("text", "json", "markdown", "html")
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
	if c.Strict && p.report.Fails(true) {
		return quiet(exitDocuments)
	}
	t, err := a.target(p)
	if err != nil {
		return err
	}
	seen, err := lockfile.LoadFor(p.paths(t), p.graph)
	if err != nil {
		return err
	}
	if err := sameTarget(p.paths(t), seen.Lock, t); err != nil {
		return err
	}
	if len(seen.Open) > 0 {
		a.say("note: an apply was cut short; the next one first finds out what became of %s", count(len(seen.Open), "call"))
	}
	plan, err := a.plan(ctx, p, t, seen.Lock, c.planFlags, c.NoSecrets)
	if err != nil {
		return err
	}
	if c.Out != "" {
		text, err := planner.Marshal(plan)
		if err != nil {
			return err
		}
		if err := files.Chosen(c.Out).Write(0o600, text); err != nil {
			return exit(exitWorld, "save plan %s: %s", display(c.Out), reason(err))
		}
	}
	o := a.viewOptions(a.stdout)
	o.Full, o.Quiet = c.Full, c.Quiet
	if err := showPlan(a.stdout, plan, format, c.Calls, o, known(planner.Moved(seen.Lock, p.graph))); err != nil {
		return err
	}
	if c.Out != "" {
		a.say("The plan is saved. Apply it with: aepflow apply %s", display(c.Out))
	}
	if c.DetailedExitcode && !plan.IsEmpty() {
		return quiet(exitPending)
	}
	return nil
}

// plan compares the project with a lock and, when asked to, with the platform.
func (a *app) plan(ctx context.Context, p *project, t target, lock *lockfile.Lock, f planFlags, noSecrets bool) (*planner.Plan, error) {
	o := planner.Options{
		At: a.now(), Tool: toolVersion(),
		Target:    t.planTarget(),
		OnReplace: f.OnReplace, AllowDataLoss: f.AllowDataLoss, Recreate: f.Recreate,
		Secrets: planner.Secrets{Unchecked: true},
	}
	named := planner.Moved(lock, p.graph)
	if !noSecrets {
		secrets, report, err := p.checkSecrets(named)
		if err == nil {
			err = a.diagnose(report)
		}
		if err != nil {
			return nil, err
		}
		o.Secrets = secrets
	}
	err := f.selection(&o, func(address resource.Address) bool {
		_, wanted := p.graph.Get(address)
		_, applied := named.Get(address)
		return wanted || applied
	})
	if err != nil {
		return nil, err
	}
	if f.Refresh {
		if err := a.refresh(ctx, p, t, withImports(named, p.graph), -1, &o); err != nil {
			return nil, err
		}
	}
	plan, report := planner.Diff(lock, p.graph, o)
	return plan, a.diagnose(report)
}

// withImports returns a lock that also has what is to be imported, so that a
// refresh reads it.
func withImports(lock *lockfile.Lock, g *resource.Graph) *lockfile.Lock {
	out := lock
	for _, r := range g.All() {
		if e, ok := lock.Get(r.Address); r.Import != "" && (!ok || e.ID == "") {
			if out == lock {
				out = lock.Clone()
			}
			out.Put(lockfile.Entry{Address: r.Address, ID: r.Import})
		}
	}
	return out
}

func sameTarget(paths lockfile.Paths, lock *lockfile.Lock, t target) error {
	have := lock.Target
	if have.Org == "" && have.Sandbox == "" || have.Org == t.config.Org && have.Sandbox == t.config.Sandbox {
		return nil
	}
	return &lockfile.TargetError{Path: paths.Lock, Have: have, Asked: t.lockTarget()}
}

func planJSON(w io.Writer, plan *planner.Plan) error {
	text, err := planner.Marshal(plan)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// showPlan writes a plan in the form that was asked for.
func showPlan(w io.Writer, plan *planner.Plan, format, calls string, o view.Options, k curlscript.Known) error {
	switch {
	case calls == "http":
		return view.Calls(w, plan, o)
	case calls == "curl":
		return curlscript.Write(w, plan, k)
	case format == "json":
		return planJSON(w, plan)
	case format == "markdown":
		return view.Markdown(w, plan)
	case format == "html":
		return view.HTML(w, plan)
	}
	return view.Plan(w, plan, o)
}
