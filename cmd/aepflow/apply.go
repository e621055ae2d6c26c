package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

// applyFlags are what apply and destroy have in common.
type applyFlags struct {
	planFlags
	AutoApprove bool          `help:"Do not ask."`
	Quiet       bool          `short:"q" help:"Of the plan, show totals and what is destroyed, nothing else."`
	Production  bool          `help:"Go on although the sandbox is one for production."`
	Parallelism int           `default:"4" placeholder:"N" help:"Calls under way at a time."`
	Rate        float64       `default:"-1" placeholder:"N" help:"Requests a second at most, 0 for no limit. Default: 2 against Adobe, none against an emulator."`
	LockTimeout time.Duration `default:"0s" placeholder:"TIME" help:"How long to wait for another apply to end."`
	Overwrite   []string      `placeholder:"KIND.NAME" help:"Undo what somebody else has changed on the platform in these resources, where it stands in the way. Repeatable."`
	LostAfter   time.Duration `default:"92s" placeholder:"TIME" help:"How long after it was sent a call with an unknown result may still be carried out. A look-up that finds nothing is repeated until then, and the call is not sent again."`
}

type applyCmd struct {
	applyFlags
	Path string `arg:"" optional:"" default:"." help:"Folder of the project, or a saved plan (a .json file)."`
}

func (applyCmd) Help() string {
	return `Shows the plan, asks, and makes it so. Every call is written to a journal first:
after a crash, run it again and it goes on where it stopped.

  aepflow apply
  aepflow apply examples/crm --auto-approve
  aepflow apply plan.json            # exactly the saved plan, or nothing`
}

func (c applyCmd) Run(ctx context.Context, a *app) error {
	if isPlanFile(c.Path) {
		return c.runSaved(ctx, a)
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
	return a.carryOut(ctx, p, t, c.applyFlags, "apply", func(lock *lockfile.Lock) (*planner.Plan, error) {
		return a.plan(ctx, p, t, lock, c.planFlags, false)
	})
}

// runSaved applies a saved plan in the folder that it is run from. It needs no
// question: the plan was reviewed when it was saved.
func (c applyCmd) runSaved(ctx context.Context, a *app) error {
	plan, err := readPlan(c.Path)
	if err != nil {
		return err
	}
	if theirs, ours := majorOf(plan.ToolVersion), majorOf(toolVersion()); theirs != ours && theirs != "" && ours != "" {
		return exit(exitStale, "the plan was made by aepflow %s, this is %s; run `aepflow plan --out %s` again", plan.ToolVersion, toolVersion(), display(c.Path))
	}
	if a.Target != "" && a.Target != plan.Target.Name {
		return exit(exitStale, "the plan is for target %s, not %s", plan.Target.Name, a.Target)
	}
	a.Target = plan.Target.Name
	p, err := a.load(".")
	if err != nil {
		return err
	}
	if err := a.compile(p); err != nil {
		return err
	}
	if digest := planner.ConfigDigest(p.graph); digest != plan.ConfigDigest {
		return exit(exitStale, "the documents have changed since the plan was made; run `aepflow plan --out %s` again", display(c.Path))
	}
	t, err := a.target(p)
	if err != nil {
		return err
	}
	if have := t.planTarget(); plan.Target.Host != have.Host || plan.Target.SignInHost != have.SignInHost {
		return exit(exitStale, "the plan was made for %s, the target is now %s; run `aepflow plan --out %s` again",
			view.TargetText(plan.Target), view.TargetText(have), display(c.Path))
	}
	c.AutoApprove = true
	return a.carryOut(ctx, p, t, c.applyFlags, "apply", func(lock *lockfile.Lock) (*planner.Plan, error) {
		return plan, applier.Fits(plan, lock, t.lockTarget())
	})
}

// majorOf is the first number of a semantic version, "" of anything else, such
// as a build between releases.
func majorOf(version string) string {
	head, _, ok := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	if _, err := strconv.ParseUint(head, 10, 32); !ok || err != nil {
		return ""
	}
	return head
}
