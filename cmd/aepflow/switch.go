package main

import (
	"context"
	"errors"
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

// switchFlags are the arguments of enable and disable.
type switchFlags struct {
	Flows []string `arg:"" name:"flow" help:"Dataflows: names, or patterns such as crm-*."`
	applyFlags
}

type enableCmd struct{ switchFlags }

func (enableCmd) Help() string {
	return `Writes the state into the documents and applies just that. Other changes of these
dataflows have to be applied before.

  aepflow enable orders --target prod --production`
}

func (c enableCmd) Run(ctx context.Context, a *app) error { return c.set(ctx, a, "enabled") }

type disableCmd struct{ switchFlags }

func (disableCmd) Help() string {
	return `Writes the state into the documents and applies just that: the dataflows stop running.

  aepflow disable orders
  aepflow disable 'crm-*' --target prod --production`
}

func (c disableCmd) Run(ctx context.Context, a *app) error { return c.set(ctx, a, "disabled") }

// set gives dataflows a state: in their documents, and on the platform.
func (c switchFlags) set(ctx context.Context, a *app, state string) error {
	p, err := a.open(".", needGraph|needTarget, "text", "json")
	if err != nil {
		return err
	}
	seen, err := p.applied()
	if err != nil {
		return err
	}
	names, err := p.dataflowNames(seen.Lock, c.Flows)
	if err != nil {
		return err
	}
	if err := c.isApplied(p, seen.Lock, names, state); err != nil {
		return err
	}
	texts, err := p.statesIn(names, state)
	if err != nil {
		return err
	}
	next := *p
	next.files = slices.Clone(p.files)
	next.report = &diag.Report{}
	for i, f := range p.files {
		if text, ok := texts[f.Path]; ok {
			next.files[i] = source.NewFile(f.Path, text)
		}
	}
	if err := next.compile(); err != nil {
		return err
	}
	if err := a.diagnose(next.report.AtLeast(diag.Warning)); err != nil {
		return err
	}
	return c.carryOutEdited(ctx, a, p, &next, texts, state)
}

// isApplied refuses dataflows that another apply has to come before: those without an object or a document, and those
// with other changes.
func (c *switchFlags) isApplied(p *project, lock *lockfile.Lock, names []string, state string) error {
	for _, name := range names {
		address := resource.Address{Kind: resource.Flow, Name: name}
		r, documented := p.graph.Get(address)
		if !documented {
			return exit(exitUsage, "dataflow %s has no document", name)
		}
		if e, ok := lock.Get(address); !ok || e.ID == "" {
			return exit(exitUsage, "dataflow %s was not applied to %s: run `aepflow apply`", name, p.target.name)
		}
		if has, _ := r.Body.Member(resource.SpecOf(resource.Flow).State); has.Text == "draft" && state == "disabled" {
			return exit(exitRefused, "dataflow %s is a draft, which never runs", name)
		}
		c.Only = append(c.Only, address.String())
	}
	f := planFlags{Only: c.Only}
	o := planner.Options{Target: p.target.planTarget(), Secrets: planner.Secrets{Unchecked: true}}
	if err := f.selection(&o, func(resource.Address) bool { return true }); err != nil {
		return err
	}
	plan, _ := planner.Diff(planner.Moved(lock, p.graph), p.graph, o)
	for _, change := range plan.Changes {
		if change.Action != planner.NoOp {
			return exitHelp(exitRefused, "run `aepflow apply` first", "%s has other changes that were not applied",
				change.Address)
		}
	}
	return nil
}

// statesIn returns the texts of files with a state for dataflows of the project's target. Those that have it already
// stay as they are.
func (p *project) statesIn(names []string, state string) (map[string][]byte, error) {
	edits := map[*source.File][]diag.Edit{}
	for _, name := range names {
		r, _ := p.graph.Get(resource.Address{Kind: resource.Flow, Name: name})
		if has, _ := r.Body.Member(resource.SpecOf(resource.Flow).State); has.Text == state {
			continue
		}
		f, root, err := p.dataflowDocument(name)
		if err != nil {
			return nil, err
		}
		e, err := edit.SetForTarget(f, root, "state", state, p.target.name, p.servesAlone())
		var elsewhere *edit.Elsewhere
		if errors.As(err, &elsewhere) {
			return nil, exitHelp(exitRefused, "change it there", "%s:%d: the state of dataflow %s comes from %s",
				display(elsewhere.At.Path()), elsewhere.At.Pos().Line, name, elsewhere.Why)
		}
		edits[f] = append(edits[f], e)
	}
	texts := map[string][]byte{}
	for f, list := range edits {
		text, err := edit.Apply(f.Text, list)
		if err != nil {
			return nil, err
		}
		texts[f.Path] = text
	}
	return texts, nil
}

// servesAlone reports whether the documents are for no other target than the project's: an overlay is not needed.
func (p *project) servesAlone() bool {
	for _, t := range p.config.Targets {
		if t.Name != p.target.name {
			return false
		}
	}
	return len(p.config.Targets) > 0 || p.target.name == localTarget
}

// carryOutEdited writes edited files and applies them. A refused apply, which changed nothing, gives the files their
// old text back.
func (c switchFlags) carryOutEdited(
	ctx context.Context, a *app, p, next *project, texts map[string][]byte, state string,
) error {
	old := map[string][]byte{}
	for _, f := range p.files {
		text, ok := texts[f.Path]
		if !ok {
			continue
		}
		old[f.Path] = f.Text
		if a.Output == "text" {
			if err := view.FileDiff(a.stdout, f.Path, string(f.Text), string(text), a.viewOptions(a.stdout)); err != nil {
				return err
			}
		}
		if err := p.places[f.Path].Write(0o644, text); err != nil {
			return exit(exitWorld, "write %s: %s", display(f.Path), reason(err))
		}
	}
	if len(texts) == 0 && a.Output == "text" {
		a.say("the documents say %s already", state)
	}
	err := a.carryOut(ctx, next, c.applyFlags, "apply", func(ctx context.Context, op *operation) (*planner.Plan, error) {
		return op.plan(ctx, c.planFlags, false, a.now())
	})
	if code := codeOf(err); code == exitRefused || code == exitUsage || code == exitStale {
		for path, text := range old {
			if undo := p.places[path].Write(0o644, text); undo != nil {
				err = errors.Join(err, exit(exitWorld, "write %s: %s", display(path), reason(undo)))
			}
		}
	}
	return err
}
