package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/aepflow/aepflow/internal/curlscript"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// planFlags are the flags of plan, apply, and destroy.
type planFlags struct {
	OnReplace     string `enum:",backfill,continue" default:"" placeholder:"HOW" help:"${on_replace}"`
	AllowDataLoss bool   `help:"Allow the deletion of datasets, schemas, what belongs to them, and rows that expire."`
	Refresh       bool   `help:"Read the platform first, and plan against it."`
	Recreate      bool   `help:"Create objects again that a refresh did not find."`

	ResendSecrets []string `placeholder:"KIND.NAME" help:"Send the secrets of this connection again. Repeatable."`

	Only            []string `name:"target-resource" placeholder:"KIND.NAME" help:"${only}"`
	Exclude         []string `placeholder:"KIND.NAME" help:"Leave out these resources and their dependents. Repeatable."`
	AllowMassDelete bool     `help:"Allow the deletion of more than a quarter of the resources."`
}

// selection adds the addresses of --target-resource and --exclude to the options of a plan.
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
				return exit(exitUsage, "%s %s: no such resource in the documents or the lockfile", list.flag, a)
			}
			*list.into = append(*list.into, a)
		}
	}
	return nil
}

// planFlagsOf are the flags that a saved plan was made with.
func planFlagsOf(p *planner.Plan) planFlags {
	o := p.Options
	f := planFlags{
		OnReplace: o.OnReplace, AllowDataLoss: o.AllowDataLoss, AllowMassDelete: o.AllowMassDelete,
		Refresh: p.Refreshed, Recreate: o.Recreate,
	}
	for _, a := range o.Only {
		f.Only = append(f.Only, a.String())
	}
	for _, a := range o.Exclude {
		f.Exclude = append(f.Exclude, a.String())
	}
	for _, a := range o.ResendSecrets {
		f.ResendSecrets = append(f.ResendSecrets, a.String())
	}
	return f
}

type planCmd struct {
	planFlags
	Path             string `arg:"" optional:"" default:"." help:"Folder of the project."`
	Out              string `placeholder:"FILE" help:"Save the plan. To apply it: aepflow apply FILE."`
	DetailedExitcode bool   `help:"Exit with 2 if there are changes, with 5 if apply would refuse them."`
	NoSecrets        bool   `help:"Plan without reading secrets."`
	Calls            string `placeholder:"FORM" default:"" enum:",http,curl" help:"${calls}"`
	Full             bool   `help:"${full}"`
	Strict           bool   `help:"Treat warnings about the documents as errors."`
	Quiet            bool   `short:"q" help:"${quiet}"`
	NoTests          bool   `help:"${no_tests}"`
}

func (planCmd) Help() string {
	return `Compares the documents with the lockfile, dataflow.TARGET.lock (.aepflow/local.lock for
the target local). Needs no network.

  aepflow plan
  aepflow plan examples/crm --target prod --out plan.json
  aepflow plan --detailed-exitcode     # 0 no changes, 2 changes, 5 refused
  aepflow plan -o markdown             # for a pull request; html for a page
  aepflow plan --calls=curl > apply.sh # the same calls as a script`
}

func (c planCmd) Run(ctx context.Context, a *app) error {
	p, err := a.open(c.Path, needGraph|needTarget, "text", "json", "markdown", "html")
	if err != nil {
		return err
	}
	if c.Strict && p.report.Fails(true) {
		return quiet(exitDocuments)
	}
	seen, err := p.applied()
	if err != nil {
		return err
	}
	if holder, held := lockfile.NotedHolder(p.paths()); held {
		a.say("note: an apply is running (process %d on %s); this plan does not include what it has yet to do",
			holder.PID, holder.Host)
	} else if len(seen.Open) > 0 {
		a.say("note: an apply was interrupted; the next one first finds the results of %s",
			words.Count(len(seen.Open), "call"))
	}
	plan, err := planFresh(a, ctx, p, seen.Lock, c.planFlags, c.NoSecrets)
	if err != nil {
		return err
	}
	plan.Options.Variables = p.outsideVars()
	failed := error(nil)
	if !c.NoTests {
		failed = a.testChanged(ctx, p, plan)
	}
	if c.Out != "" && failed == nil {
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
	if err := showPlan(a.stdout, plan, a.Output, c.Calls, o, known(planner.Moved(seen.Lock, p.graph))); err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	if c.Out != "" {
		a.say("Plan saved. To apply it, run: aepflow apply %s", display(c.Out))
	}
	switch {
	case !c.DetailedExitcode:
		return nil
	case len(plan.Refusals()) > 0:
		return quiet(exitRefused)
	case !plan.IsEmpty():
		return quiet(exitPending)
	}
	return nil
}

// planFresh is plan with a connection of its own if a refresh needs one.
func planFresh(
	a *app, ctx context.Context, p *project, lock *lockfile.Lock, f planFlags, noSecrets bool,
) (_ *planner.Plan, err error) {
	var conn *connection
	if f.Refresh {
		if conn, err = a.connect(ctx, p, nil, nil); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, conn.close()) }()
	}
	plan, err := a.plan(ctx, p, conn, lock, f, noSecrets, a.now())
	if err != nil || !f.Refresh {
		return plan, err
	}
	notes, err := a.rereads(ctx, conn, plan)
	if err != nil {
		return plan, err
	}
	plan.Diagnostics = append(plan.Diagnostics, notes...)
	list, err := a.underway(ctx, conn, plan)
	a.sayUnderway(list, false)
	return plan, err
}

// plan compares the project at a time with a lock and, with --refresh, with the platform.
func (a *app) plan(
	ctx context.Context, p *project, conn *connection, lock *lockfile.Lock, f planFlags, noSecrets bool, at time.Time,
) (*planner.Plan, error) {
	o := planner.Options{
		At: at, Tool: toolVersion(),
		Target:    p.target.planTarget(),
		OnReplace: f.OnReplace, AllowDataLoss: f.AllowDataLoss, Recreate: f.Recreate,
		Secrets: planner.Secrets{Unchecked: true},
	}
	named := planner.Moved(lock, p.graph)
	var later []unsetSecret
	if resend, err := p.connectionsToResend(f.ResendSecrets); err != nil {
		return nil, err
	} else if !noSecrets {
		secrets, unset, report, err := p.checkSecrets(named, resend)
		if err == nil {
			err = a.diagnose(report)
		}
		if err != nil {
			return nil, err
		}
		o.Secrets, later = secrets, unset
	}
	err := f.selection(&o, func(address resource.Address) bool { return p.has(named, address) })
	if err != nil {
		return nil, err
	}
	if f.Refresh {
		if err := a.refresh(ctx, p, conn, named, p.graph, &o); err != nil {
			return nil, err
		}
	}
	plan, report := planner.Diff(lock, p.graph, o)
	for _, secret := range later {
		if sends(plan, secret) {
			report.Add(secret)
		}
	}
	if err := a.diagnose(report); err != nil {
		return plan, err
	}
	if f.Refresh {
		if err := a.checkKeys(ctx, p, conn, plan); err != nil {
			return plan, err
		}
	}
	return plan, p.judge(plan)
}

func planJSON(w io.Writer, plan *planner.Plan) error {
	text, err := planner.Marshal(plan)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// showPlan writes a plan in a format, or its calls.
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
