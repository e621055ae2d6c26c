package main

import (
	"bufio"
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

// operation is one apply or destroy from taking the lock to giving it back.
type operation struct {
	*app
	applyFlags
	project *project
	target  target
	verb    string // "apply", "destroy"
	format  string // "text", "json"
	session *lockfile.Session
	conn    *connection // nil until the platform is needed

	overwrite []resource.Address

	telling sync.Mutex
	tell    func(applier.Event) // nil until there are calls to tell of
	running map[resource.Address]applier.Subject
}

// carryOut holds the lock, finds out what an earlier apply left open, plans,
// asks, applies and says how it went.
func (a *app) carryOut(ctx context.Context, p *project, t target, f applyFlags, verb string, plan func(*lockfile.Lock) (*planner.Plan, error)) (err error) {
	op := &operation{app: a, applyFlags: f, project: p, target: t, verb: verb, running: map[resource.Address]applier.Subject{}}
	if op.format, err = a.format("text", "json"); err != nil {
		return err
	}
	if op.overwrite, err = addresses("--overwrite", f.Overwrite); err != nil {
		return err
	}
	if op.format == "json" && !f.AutoApprove {
		return exit(exitUsage, "--output json asks nothing: add --auto-approve")
	}
	if err := a.checkHosts(p, t); err != nil {
		return err
	}
	op.session, err = lockfile.Open(ctx, p.paths(t), lockfile.Options{Target: t.lockTarget(), Timeout: f.LockTimeout, Now: time.Now()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, op.close()) }()
	made, err := op.prepare(ctx, plan)
	if made == nil || err != nil {
		return err
	}
	return op.execute(ctx, made)
}

func (op *operation) close() error {
	var err error
	if op.conn != nil {
		err = op.conn.close()
	}
	return errors.Join(err, op.session.Close())
}

// prepare comes to a plan that is to be carried out; nil when there is nothing
// to do.
func (op *operation) prepare(ctx context.Context, plan func(*lockfile.Lock) (*planner.Plan, error)) (*planner.Plan, error) {
	ctx, _, stop := op.interrupts(ctx, "interrupted, nothing was changed")
	defer stop()
	if len(op.session.Unresolved()) > 0 {
		if err := op.recover(ctx); err != nil {
			return nil, err
		}
	}
	made, err := plan(op.session.Lock())
	if err != nil {
		return nil, err
	}
	if op.format == "text" {
		o := op.viewOptions(op.stdout)
		o.Quiet = op.Quiet
		if err := view.Plan(op.stdout, made, o); err != nil {
			return nil, err
		}
	}
	if guarded := made.Guarded(); len(guarded) > 0 {
		return nil, refuse(guarded)
	}
	if made.IsEmpty() && len(made.Changes) == 0 {
		// An apply that was killed after its last call leaves nothing to do, but
		// its journal: only now does the lockfile say what is there.
		if err := op.session.Commit(op.session.Lock().Secrets); err != nil {
			return nil, err
		}
		if op.format == "json" {
			return nil, view.NewEvents(op.stdout, made, explain).Finish(applier.Result{Unchanged: made.Summary.NoOp}, op.elapsed())
		}
		return nil, nil
	}
	if !op.AutoApprove {
		if err := op.ask(ctx, made); err != nil {
			return nil, err
		}
	}
	return made, op.connect(ctx)
}

// recover asks the platform what came of the calls that an earlier apply left
// without an answer. The plan comes after it, because it may find objects.
func (op *operation) recover(ctx context.Context) error {
	if err := op.connect(ctx); err != nil {
		return err
	}
	worker := applier.Applier{Client: op.conn.Client, Workers: op.Parallelism, Now: op.now, Late: op.late(), Notify: op.waiting()}
	found, err := worker.Recover(ctx, op.session)
	if len(found) > 0 {
		op.say("An earlier apply was cut short. What came of the calls that it left without an answer:")
	}
	for _, r := range found {
		switch {
		case r.Done && r.ID != "":
			op.say("  %s %s: done, %s", r.Step, r.Address, r.ID)
		case r.Done:
			op.say("  %s %s: done", r.Step, r.Address)
		default:
			op.say("  %s %s: not done", r.Step, r.Address)
		}
		if r.Note != nil {
			op.say("    %v", r.Note)
		}
	}
	return err
}

// addresses reads the values of a flag.
func addresses(flag string, texts []string) ([]resource.Address, error) {
	var out []resource.Address
	for _, text := range texts {
		a, err := resource.ParseAddress(text)
		if err != nil {
			return nil, exit(exitUsage, "%s %s: %v", flag, text, err)
		}
		out = append(out, a)
	}
	return out, nil
}

// late is how long a call without an answer is looked for. The embedded emulator is
// part of the process that called it: what it has not done it will not do.
func (op *operation) late() time.Duration {
	if op.conn.emu != nil || op.LostAfter <= 0 {
		return -1
	}
	return op.LostAfter
}

// waiting returns what to tell while calls of an earlier apply may still come: how much
// longer that may take, every ten seconds.
func (op *operation) waiting() func(applier.Event) {
	var last time.Time
	return func(e applier.Event) {
		w, ok := e.(applier.Waiting)
		switch {
		case !ok:
		case last.IsZero():
			op.say("%s of an earlier apply may still be under way: looking for what it makes, %s at most (--lost-after)", count(w.Calls, "call"), w.Most.Round(time.Second))
			last = time.Now()
		case time.Since(last) >= 10*time.Second:
			op.say("  still looking for %s, %s at most", count(w.Calls, "call"), w.Most.Round(time.Second))
			last = time.Now()
		}
	}
}

func refuse(guarded []planner.Change) error {
	var details []string
	for _, c := range guarded {
		for _, g := range c.Guards {
			details = append(details, g.Message)
			if g.Flag != "" {
				details = append(details, "  or add "+g.Flag)
			}
		}
	}
	return exitDetails(exitRefused, details, "refused, nothing was changed:")
}

// ask puts the question. Without a terminal there is nobody to ask.
func (op *operation) ask(ctx context.Context, plan *planner.Plan) error {
	if f, ok := op.stdin.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return exit(exitUsage, "nobody to ask: add --auto-approve, or save a plan with `aepflow plan --out` and apply that")
	}
	_ = op.stderr.Printf("\n%s to %s (sandbox %s%s)? %s. Only \"yes\" goes on: ",
		strings.ToUpper(op.verb[:1])+op.verb[1:], op.target.name, op.target.config.Sandbox,
		view.HostText(op.target.planTarget()), view.SummaryLine(plan.Summary))
	answer := make(chan string, 1) // the reader may outlive the question
	go func() {
		text, _ := bufio.NewReader(op.stdin).ReadString('\n')
		answer <- text
	}()
	select {
	case <-ctx.Done():
		return quiet(exitInterrupted)
	case text := <-answer:
		if strings.TrimSpace(text) != "yes" {
			return exit(exitRefused, "not applied, nothing was changed")
		}
	}
	return nil
}

// connect opens the way to the target, once, and looks whether its sandbox is
// there and may be changed.
func (op *operation) connect(ctx context.Context) error {
	if op.conn != nil {
		return nil
	}
	conn, err := op.app.connect(op.project, op.target, op.Rate, op.retried)
	if err != nil {
		return err
	}
	op.conn, op.project.open = conn, conn
	sandbox, err := checkSandbox(ctx, conn, op.target)
	if err != nil {
		return err
	}
	if sandbox.Type == "production" && !op.Production {
		return exit(exitRefused, "sandbox %s is a production sandbox: nothing was changed; add --production if that is meant", op.target.config.Sandbox)
	}
	return nil
}

// notify passes an event on, one at a time: the applier and the client both tell.
func (op *operation) notify(e applier.Event) {
	op.telling.Lock()
	defer op.telling.Unlock()
	if started, ok := e.(applier.Started); ok {
		op.running[started.Address] = started.Subject
	}
	op.tell(e)
}

// retried tells that the client waits before it sends a call again, so that a slow
// platform does not look like a hanging program. Reads that belong to no call are
// not told.
func (op *operation) retried(r platform.Retry) {
	address, err := resource.ParseAddress(r.Tag)
	if err != nil || r.Err == nil {
		return
	}
	op.telling.Lock()
	subject, ok := op.running[address]
	op.telling.Unlock()
	if ok {
		op.notify(applier.Retried{Subject: subject, Attempt: r.Attempt + 1, Err: r.Err})
	}
}

// execute makes the calls and shows how it goes.
func (op *operation) execute(ctx context.Context, plan *planner.Plan) error {
	ctx, abort, stop := op.interrupts(ctx, "interrupted: calls under way may finish (10 s), no new ones start; once more stops at once")
	defer stop()
	worker := applier.Applier{
		Client: op.conn.Client, Workers: op.Parallelism, Secrets: op.project.secret, Now: op.now, Abort: abort, Notify: op.notify,
		Late: op.late(), Overwrite: op.overwrite,
	}
	begin := time.Now()
	if op.format == "json" {
		events := view.NewEvents(op.stdout, plan, explain)
		op.tell = events.Notify
		result, err := worker.Apply(ctx, plan, op.session)
		return errors.Join(events.Finish(result, time.Since(begin)), outcome(result, err))
	}
	progress := view.NewProgress(op.stderr, plan, op.viewOptions(op.stderr), explain)
	if op.stderr.IsTerminal() && !op.logged() {
		progress = view.NewLiveProgress(op.stderr, plan, op.viewOptions(op.stderr), explain)
	}
	op.tell = progress.Notify
	result, err := worker.Apply(ctx, plan, op.session)
	progress.Close()
	if !result.Begun {
		return err
	}
	if shown := view.Summary(op.stdout, plan, result, view.Closing{Verb: op.verb, Elapsed: time.Since(begin), GoOn: op.goOn()}, op.viewOptions(op.stdout)); shown != nil {
		return shown
	}
	return outcome(result, err)
}

// goOn is the command that goes on where this one stops.
func (op *operation) goOn() string {
	words := []string{"aepflow", op.verb}
	if op.project.dir != "." {
		words = append(words, display(op.project.dir))
	}
	if op.Target != "" {
		words = append(words, "--target", op.Target)
	}
	return strings.Join(words, " ")
}

// outcome turns a result into an exit code.
func outcome(r applier.Result, err error) error {
	var panicked *bug.Panic
	code := exitPartial
	if r.Changed() == 0 && r.Unknown == 0 {
		code = exitWorld
	}
	switch {
	case errors.As(err, &panicked):
		return &exitError{code: code, err: err}
	case err != nil:
		return err
	case r.OK():
		return nil
	}
	return quiet(code)
}
