package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

// applyFlags are the flags of apply and destroy.
type applyFlags struct {
	planFlags
	rateFlag
	AutoApprove bool          `help:"Do not ask for confirmation."`
	Quiet       bool          `short:"q" help:"${quiet}"`
	Production  bool          `help:"Allow a production sandbox."`
	Parallelism int           `default:"4" placeholder:"N" help:"Calls to run at the same time."`
	LockTimeout time.Duration `default:"0s" placeholder:"TIME" help:"Time to wait for another apply to end."`
	Overwrite   []string      `placeholder:"KIND.NAME" help:"${overwrite}"`
	WaitForRuns bool          `help:"Wait for the runs of dataflows that are stopped."`
	LostAfter   time.Duration `default:"92s" placeholder:"TIME" help:"${lost_after}"`
}

func (f applyFlags) Validate() error {
	switch {
	case f.Parallelism < 1:
		return fmt.Errorf("--parallelism %d: expected at least 1", f.Parallelism)
	case f.LockTimeout < 0:
		return fmt.Errorf("--lock-timeout %v: expected 0s or more", f.LockTimeout)
	}
	return errors.Join(checkLostAfter(f.LostAfter), f.rateFlag.Validate())
}

func checkLostAfter(d time.Duration) error {
	if d < 0 {
		return fmt.Errorf("--lost-after %v: expected 0s or more", d)
	}
	return nil
}

type applyCmd struct {
	applyFlags
	Adopt  bool     `help:"${adopt}"`
	Create []string `placeholder:"KIND.NAME" help:"${create}"`

	NoTests bool   `help:"${no_tests}"`
	Path    string `arg:"" complete:"file" optional:"" default:"." help:"${folder_or_plan}"`
}

func (applyCmd) Help() string {
	return `Shows the plan, asks for confirmation, and makes the calls. Each call is written to a
journal first. After a crash, run apply again: it continues where it stopped.

  aepflow apply
  aepflow apply examples/crm --auto-approve
  aepflow apply plan.json            # exactly the saved plan, or nothing`
}

func (c applyCmd) Run(ctx context.Context, a *app) error {
	if isPlanFile(c.Path) {
		return c.runSaved(ctx, a)
	}
	p, err := a.open(c.Path, needGraph|needTarget, "text", "json")
	if err != nil {
		return err
	}
	return c.carryOut(ctx, a, p, func(ctx context.Context, op *operation) (*planner.Plan, error) {
		return op.plan(ctx, c.planFlags, false, a.now())
	})
}

// carryOut is app.carryOut with the flags that only apply has.
func (c applyCmd) carryOut(ctx context.Context, a *app, p *project, plan makePlan) error {
	another, err := addresses("--create", c.Create)
	if err != nil {
		return err
	}
	return a.carryOut(ctx, p, c.applyFlags, "apply", func(ctx context.Context, op *operation) (*planner.Plan, error) {
		op.another, op.adopts, op.tests = another, c.Adopt, !c.NoTests
		if err := op.has("--create", another); err != nil {
			return nil, err
		}
		return plan(ctx, op)
	})
}

// plan is app.plan with the connection and the lock of the operation.
func (op *operation) plan(ctx context.Context, f planFlags, noSecrets bool, at time.Time) (*planner.Plan, error) {
	if f.Refresh {
		if err := op.connect(ctx); err != nil {
			return nil, err
		}
	}
	made, err := op.app.plan(ctx, op.project, op.conn, op.session.Lock(), f, noSecrets, at)
	if err != nil || f.Refresh || len(planner.Keys(made, op.project.graph)) == 0 {
		return made, err // a refresh has checked the keys
	}
	if err := op.connect(ctx); err != nil {
		return nil, err
	}
	return made, op.checkKeys(ctx, op.project, op.conn, made)
}

// runSaved applies a saved plan to the project in the current folder. It makes the plan again from documents and
// lockfile, and from the platform if that was read; what the file says must be the same. It does not ask: the plan was
// reviewed when it was saved.
func (c applyCmd) runSaved(ctx context.Context, a *app) error {
	if c.Adopt {
		return exit(exitUsage, "--adopt changes what there is to do, and a saved plan is applied as it is; "+
			"run `aepflow adopt`, then save the plan again")
	}
	plan, err := openPlan(a, c.Path, "text", "json")
	if err != nil {
		return err
	}
	again := "run `aepflow plan --out " + display(c.Path) + "` again"
	if theirs, ours := majorOf(plan.ToolVersion), majorOf(toolVersion()); theirs != ours && theirs != "" && ours != "" {
		return exit(exitStale, "aepflow %s made the plan, this is %s; %s", plan.ToolVersion, toolVersion(), again)
	}
	if a.Target != "" && a.Target != plan.Target.Name {
		return exit(exitStale, "the plan is for target %s, not %s", plan.Target.Name, a.Target)
	}
	a.Target, a.Planned = plan.Target.Name, plan.Options.Variables
	p, err := a.open(".", needGraph|needTarget, "text", "json")
	if err != nil {
		return err
	}
	if digest := planner.ConfigDigest(p.graph); digest != plan.ConfigDigest {
		return exit(exitStale, "the documents have changed since the plan was made; %s", again)
	}
	if have := p.target.planTarget(); plan.Target.Host != have.Host || plan.Target.SignInHost != have.SignInHost {
		return exit(exitStale, "the plan was made for %s, the target is now %s; %s",
			view.TargetText(plan.Target), view.TargetText(have), again)
	}
	c.AutoApprove, c.NoTests = true, true // plan has run the tests
	return c.carryOut(ctx, a, p, func(ctx context.Context, op *operation) (*planner.Plan, error) {
		if err := applier.Fits(plan, op.session.Lock(), p.target.lockTarget()); err != nil {
			return nil, err
		}
		made, err := op.plan(ctx, planFlagsOf(plan), plan.Options.SecretsUnchecked, plan.At)
		if err != nil {
			return nil, err
		}
		if address, differs := plan.DiffersAt(made); differs {
			return nil, exit(exitStale, "%s in the plan is not what the documents, the lockfile, and the platform ask for; %s",
				address, again)
		}
		return made, nil
	})
}

// majorOf is the first number of a semantic version; "" for other versions, such as builds between releases.
func majorOf(version string) string {
	head, _, ok := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	if _, err := strconv.ParseUint(head, 10, 32); !ok || err != nil {
		return ""
	}
	return head
}
