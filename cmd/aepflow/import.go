package main

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/compiler/lift"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/importing"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
	"github.com/aepflow/aepflow/schemas"
)

type importCmd struct {
	rateFlag
	Flows   []string `arg:"" optional:"" name:"flow" help:"${import_flows}"`
	Sandbox string   `required:"" placeholder:"NAME" help:"Sandbox to read."`
	Out     string   `default:"." placeholder:"DIR" help:"Folder of the project. It may have documents already."`
	Skip    []string `placeholder:"TITLE" help:"Leave out dataflows with this title, where * is any text. Repeatable."`
	DryRun  bool     `help:"Show what would be written, and write nothing."`
}

func (importCmd) Help() string {
	return `Reads a sandbox and writes a project for it: documents of its source dataflows and of
what they use, aepflow.yaml, and a lockfile that says which objects they describe. It
only reads the platform, overwrites no file, and lists in import-report.md what it left
alone and what the documents do not say. Run again, it adds what is new. Exit code 2:
done, but a dataflow was left out, or a document lacks what a replacement would lose.

  aepflow import --sandbox prod
  aepflow import "CRM *" --sandbox dev --out crm
  aepflow import --sandbox prod --dry-run -o json`
}

// sandboxImport is one import.
type sandboxImport struct {
	*operation
	importCmd
	sandbox lift.Sandbox
	lock    *lockfile.Lock
	count   int // objects that were read
	result  importing.Report
}

func (c importCmd) Run(ctx context.Context, a *app) (err error) {
	if err := a.writes("text", "json"); err != nil {
		return err
	}
	p, err := c.openProject(a)
	if err != nil {
		return err
	}
	if err := a.checkHosts(p); err != nil {
		return err
	}
	op := &operation{app: a, applyFlags: applyFlags{rateFlag: c.rateFlag}, project: p, verb: "import"}
	i := &sandboxImport{operation: op, importCmd: c}
	if !c.DryRun {
		op.session, err = lockfile.Open(ctx, p.paths(), lockfile.Options{Target: p.target.lockTarget(), Now: time.Now()})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, op.close()) }()
	}
	ctx, _, stop := a.interrupts(ctx, "interrupted")
	defer stop()
	err = i.run(ctx)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return quiet(exitInterrupted)
	}
	return err
}

// openProject opens the project that an import adds to, with the target that is imported.
func (c importCmd) openProject(a *app) (*project, error) {
	root := files.Project(c.Out)
	is, err := root.IsFolder()
	if err == nil && !is {
		return nil, exit(exitUsage, "--out %s is a file: name the folder of the project", display(c.Out))
	}
	p := newProject(c.Out, a.globals)
	if err == nil || !c.DryRun {
		if err := root.Make(); err != nil {
			return nil, exit(exitWorld, "%v", err)
		}
		if p, err = a.load(c.Out); err != nil {
			return nil, err
		}
	}
	if err := a.diagnose(p.report.AtLeast(diag.Warning)); err != nil {
		return nil, err
	}
	if a.Target == "" {
		a.Target = targetNameOf(c.Sandbox)
	}
	configured := slices.IndexFunc(p.config.Targets, func(t schemas.TargetConfig) bool { return t.Name == a.Target })
	if configured < 0 && a.Target != localTarget {
		org, _ := p.env.get("IMS_OAUTH_S2S_ORG_ID")
		if org == "" {
			return nil, exitHelp(exitUsage, "set it to the ID of the organization, such as 0123456789ABCDEF01234567@AdobeOrg",
				"the environment variable IMS_OAUTH_S2S_ORG_ID is not set, and %s has no target %s", projectFile, a.Target)
		}
		p.config.Targets = append(p.config.Targets,
			schemas.TargetConfig{Name: a.Target, Org: org, Sandbox: c.Sandbox})
	}
	if p.target, err = p.findTarget(); err != nil {
		return nil, err
	}
	if have := p.target.config.Sandbox; have != c.Sandbox {
		return nil, exit(exitUsage, "target %s is sandbox %s, not %s; give another name with --target",
			p.target.name, have, c.Sandbox)
	}
	if len(p.files) > 0 {
		if err := p.compile(); err != nil {
			return nil, err
		}
		return p, a.diagnose(p.report.AtLeast(diag.Warning))
	}
	p.graph = resource.NewGraph(nil)
	return p, nil
}

// targetNameOf makes the name of a target of that of a sandbox.
func targetNameOf(sandbox string) string {
	return strings.Trim(regexp.MustCompile(`[^A-Za-z0-9_-]+`).ReplaceAllString(sandbox, "-"), "-")
}

func (i *sandboxImport) run(ctx context.Context) error {
	p := i.project
	if i.session != nil {
		if err := i.takeTeamLock(ctx); err != nil {
			return err
		}
		if open := i.session.Unresolved(); len(open) > 0 {
			return exitHelp(exitStale, "run `aepflow apply` first: it finds out what came of them",
				"an apply was interrupted and left calls without an answer")
		}
		i.lock = i.session.Lock()
		if err := p.owns(i.lock); err != nil {
			return err
		}
	} else {
		seen, err := p.applied()
		if err != nil {
			return err
		}
		i.lock = seen.Lock
	}
	if err := i.connect(ctx); err != nil {
		return err
	}
	if i.session == nil {
		defer func() { _ = i.conn.close() }()
	}
	if err := i.read(ctx); err != nil {
		return err
	}
	if err := i.lift(ctx); err != nil {
		return err
	}
	if err := i.prove(); err != nil {
		return err
	}
	if i.session != nil {
		if err := i.write(); err != nil {
			return err
		}
	}
	return i.report()
}

// glob returns a function that matches titles, where * is any text.
func glob(patterns []string) func(string) bool {
	var parts []string
	for _, p := range patterns {
		parts = append(parts, strings.ReplaceAll(regexp.QuoteMeta(p), `\*`, `.*`))
	}
	if len(parts) == 0 {
		return func(string) bool { return false }
	}
	return regexp.MustCompile(`(?s)^(?:` + strings.Join(parts, "|") + `)$`).MatchString
}

// prove compares what is taken over with the platform by a plan: nothing may be left to do.
func (i *sandboxImport) prove() error {
	lock := i.lock.Clone()
	for _, e := range i.result.Entries {
		lock.Put(e)
	}
	o := planner.Options{
		At: i.now(), Tool: toolVersion(), Target: i.project.target.planTarget(), Refreshed: true, Live: i.result.Lives,
		Tenant: i.sandbox.Tenant, Secrets: planner.Secrets{Unchecked: true},
	}
	for _, e := range i.result.Entries {
		o.Only = append(o.Only, e.Address)
	}
	if len(o.Only) == 0 {
		return nil
	}
	only := &lockfile.Lock{Lineage: lock.Lineage, Serial: lock.Serial, Target: lock.Target, Entries: i.result.Entries}
	plan, report := planner.Diff(only, i.result.Graph, o)
	if err := i.diagnose(report); err != nil {
		return err
	}
	if len(plan.Changes) > 0 {
		c := plan.Changes[0]
		return exitHelp(exitWorld, "nothing was written; please report this, with the object as the platform returns it",
			"the plan after the import is not empty: it would %s %s", c.Action, c.Address)
	}
	return nil
}
