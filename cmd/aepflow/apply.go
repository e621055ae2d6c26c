package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
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
	Production  bool          `help:"Go on although the sandbox is one for production."`
	Parallelism int           `default:"4" placeholder:"N" help:"Calls under way at a time."`
	Rate        float64       `default:"-1" placeholder:"N" help:"Requests a second at most, 0 for no limit. Default: 2 against Adobe, none against an emulator."`
	LockTimeout time.Duration `default:"0s" placeholder:"TIME" help:"How long to wait for another apply to end."`
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
	c.AutoApprove = true
	return a.carryOut(ctx, p, t, c.applyFlags, "apply", func(*lockfile.Lock) (*planner.Plan, error) { return plan, nil })
}

// carryOut holds the lock, plans, asks, applies and says how it went.
func (a *app) carryOut(ctx context.Context, p *project, t target, f applyFlags, verb string, plan func(*lockfile.Lock) (*planner.Plan, error)) (err error) {
	format, err := a.format("text", "json")
	if err != nil {
		return err
	}
	if format == "json" && !f.AutoApprove {
		return exit(exitUsage, "--output json asks nothing: add --auto-approve")
	}
	session, err := lockfile.Open(ctx, p.paths(t), lockfile.Options{Target: t.lockTarget(), Timeout: f.LockTimeout, Now: time.Now()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	made, err := plan(session.Lock())
	if err != nil {
		return err
	}
	if format == "text" {
		if err := view.Plan(a.stdout, made, a.viewOptions(a.stdout)); err != nil {
			return err
		}
	}
	if guarded := made.Guarded(); len(guarded) > 0 {
		return refuse(guarded)
	}
	if made.IsEmpty() && len(made.Changes) == 0 && len(session.Unresolved()) == 0 {
		if format == "json" {
			return view.NewEvents(a.stdout, made, explain).Finish(applier.Result{Unchanged: made.Summary.NoOp}, a.elapsed())
		}
		return nil
	}
	if !f.AutoApprove {
		if err := a.ask(made, t, verb); err != nil {
			return err
		}
	}
	return a.execute(ctx, p, t, f, verb, format, made, session)
}

func refuse(guarded []planner.Change) error {
	var b strings.Builder
	for _, c := range guarded {
		for _, g := range c.Guards {
			fmt.Fprintf(&b, "\n  %s", g.Message)
			if g.Flag != "" {
				fmt.Fprintf(&b, "\n    or add %s", g.Flag)
			}
		}
	}
	return exit(exitRefused, "refused, nothing was changed:%s", b.String())
}

// ask puts the question. Without a terminal there is nobody to ask.
func (a *app) ask(plan *planner.Plan, t target, verb string) error {
	if !isTerminal(a.stdin) {
		return exit(exitUsage, "nobody to ask: add --auto-approve, or save a plan with `aepflow plan --out` and apply that")
	}
	fmt.Fprintf(a.stderr, "\n%s to %s (sandbox %s)? %s. Only \"yes\" goes on: ",
		strings.ToUpper(verb[:1])+verb[1:], t.name, t.config.Sandbox, view.SummaryLine(plan.Summary))
	answer, _ := bufio.NewReader(a.stdin).ReadString('\n')
	if strings.TrimSpace(answer) != "yes" {
		return exit(exitRefused, "not applied, nothing was changed")
	}
	return nil
}

// execute makes the calls and shows how it goes.
func (a *app) execute(ctx context.Context, p *project, t target, f applyFlags, verb, format string, plan *planner.Plan, session *lockfile.Session) (err error) {
	ctx, abort, stop := a.interrupts(ctx, "interrupted: calls under way may finish (10 s), no new ones start; once more stops at once")
	defer stop()
	conn, err := a.connect(p, t, f.Rate, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	sandbox, err := checkSandbox(ctx, conn, t)
	if err != nil {
		return err
	}
	if sandbox.Type == "production" && !f.Production {
		return exit(exitRefused, "sandbox %s is a production sandbox: nothing was changed; add --production if that is meant", t.config.Sandbox)
	}
	worker := applier.Applier{
		Client: conn.Client, Workers: f.Parallelism, Secrets: p.secret, Now: a.now, Abort: abort,
	}
	goOn := "aepflow " + verb
	if p.dir != "." {
		goOn += " " + display(p.dir)
	}
	if a.Target != "" {
		goOn += " --target " + a.Target
	}
	begin := time.Now()
	if format == "json" {
		events := view.NewEvents(a.stdout, plan, explain)
		worker.Notify = events.Notify
		result, err := worker.Apply(ctx, plan, session)
		return errors.Join(events.Finish(result, time.Since(begin)), outcome(result, err))
	}
	progress := view.NewProgress(a.stderr, plan, a.viewOptions(a.stderr), isTerminal(a.stderr), explain)
	worker.Notify = progress.Notify
	result, err := worker.Apply(ctx, plan, session)
	progress.Close()
	if shown := view.Summary(a.stdout, plan, result, view.Closing{Elapsed: time.Since(begin), GoOn: goOn}, a.viewOptions(a.stdout)); shown != nil {
		return shown
	}
	return outcome(result, err)
}

// outcome turns a result into an exit code.
func outcome(r applier.Result, err error) error {
	switch {
	case err != nil:
		return err
	case r.OK():
		return nil
	case r.Changed() == 0 && r.Unknown == 0:
		return quiet(exitWorld)
	default:
		return quiet(exitPartial)
	}
}

// interrupts ends ctx with the first Ctrl-C or SIGTERM, says so, and closes abort
// with the second.
func (a *app) interrupts(ctx context.Context, notice string) (_ context.Context, abort <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	hard, done := make(chan struct{}), make(chan struct{})
	go func() {
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case <-signals:
			}
			if n == 0 {
				a.say("\n%s", notice)
				cancel()
				continue
			}
			close(hard)
			return
		}
	}()
	return ctx, hard, func() {
		signal.Stop(signals)
		close(done)
		cancel()
	}
}
