package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

// operation is one apply or destroy, from taking the lock to releasing it.
type operation struct {
	*app
	applyFlags
	project   *project
	verb      string // "apply", "destroy", "run", "retry"
	session   *lockfile.Session
	team      *teamHold   // nil without a lock for teams, and before it is taken
	conn      *connection // nil until connect
	overwrite []resource.Address
	another   []resource.Address // that are created although the sandbox has one of that name
	adopts    bool               // takes over what the sandbox has instead of stopping
	tests     bool               // runs the tests of the dataflows that change
	events    feed
}

// feed emits the events of the applier and the client, one at a time.
type feed struct {
	emitting sync.Mutex
	emit     func(applier.Event)                  // set before the calls begin
	running  map[resource.Address]applier.Subject // guarded by emitting
}

// notify emits an event.
func (f *feed) notify(e applier.Event) {
	f.emitting.Lock()
	defer f.emitting.Unlock()
	if started, ok := e.(applier.Started); ok {
		if f.running == nil {
			f.running = map[resource.Address]applier.Subject{}
		}
		f.running[started.Address] = started.Subject
	}
	f.emit(e)
}

// retried emits an event when the client waits before it repeats a call, so that a slow platform does not look like a
// hanging program. It ignores reads that belong to no call.
func (f *feed) retried(r platform.Retry) {
	address, err := resource.ParseAddress(r.Tag)
	if err != nil || r.Err == nil {
		return
	}
	f.emitting.Lock()
	subject, ok := f.running[address]
	f.emitting.Unlock()
	if ok {
		f.notify(applier.Retried{Subject: subject, Attempt: r.Attempt + 1, Err: r.Err})
	}
}

// makePlan makes the plan of an operation that holds the lock.
type makePlan func(context.Context, *operation) (*planner.Plan, error)

// carryOut takes the locks, resolves the open calls of an earlier apply, plans, asks, makes the calls, and prints the
// result.
func (a *app) carryOut(ctx context.Context, p *project, f applyFlags, verb string, plan makePlan) (err error) {
	op := a.operation(p, f, verb)
	if op.overwrite, err = addresses("--overwrite", f.Overwrite); err != nil {
		return err
	}
	return op.held(ctx, func(ctx context.Context) error {
		made, err := op.prepare(ctx, plan)
		if made == nil || err != nil {
			return err
		}
		return op.execute(ctx, made)
	})
}

func (a *app) operation(p *project, f applyFlags, verb string) *operation {
	return &operation{app: a, applyFlags: f, project: p, verb: verb}
}

// held does the work of an operation while it holds the lock of the target.
func (op *operation) held(ctx context.Context, do func(context.Context) error) (err error) {
	if op.Output == "json" && !op.AutoApprove {
		return exit(exitUsage, "--output json cannot ask for confirmation; add --auto-approve")
	}
	if err := op.checkHosts(op.project); err != nil {
		return err
	}
	op.session, err = lockfile.Open(ctx, op.project.paths(), lockfile.Options{
		Target: op.project.target.lockTarget(), Timeout: op.LockTimeout, Now: time.Now(),
	})
	if err != nil {
		return err
	}
	ctx, stop := op.outliveSignals(ctx)
	defer stop()
	defer func() { err = errors.Join(err, op.close()) }()
	return do(ctx)
}

func (op *operation) close() error {
	var err error
	if op.conn != nil {
		err = errors.Join(op.conn.noteLineage(op.session.Lock().Lineage), op.conn.close())
	}
	return errors.Join(err, op.releaseTeamLock(), op.session.Close())
}

// prepare returns the plan to carry out; nil if there is nothing to do.
func (op *operation) prepare(ctx context.Context, plan makePlan) (_ *planner.Plan, err error) {
	ctx, _, stop := op.interrupts(ctx, "interrupted, nothing was changed")
	defer stop()
	defer func() { err = silenced(ctx, err) }()
	if err := op.start(ctx); err != nil {
		return nil, err
	}
	made, err := plan(ctx, op)
	if err != nil {
		return nil, err
	}
	if err := op.has("--overwrite", op.overwrite); err != nil {
		return nil, err
	}
	if len(made.Refusals()) == 0 {
		again, err := (&takeover{operation: op}).look(ctx, made)
		if again && err == nil {
			made, err = plan(ctx, op)
		}
		if err != nil {
			return nil, err
		}
	}
	if op.Output == "text" {
		o := op.viewOptions(op.stdout)
		o.Applying = true
		o.Quiet = op.Quiet
		if err := view.Plan(op.stdout, made, o); err != nil {
			return nil, err
		}
	}
	if len(made.Refusals()) == 0 {
		if err := op.noteRuns(ctx, made); err != nil {
			return nil, err
		}
	}
	if guards := made.Refusals(); len(guards) > 0 {
		return nil, refuse(guards)
	}
	if made.IsEmpty() {
		if err := op.recordSecrets(); err != nil {
			return nil, err
		}
		// An apply that was killed after its last call leaves only its journal: commit it to the lockfile.
		if err := op.session.Commit(op.session.Lock().Secrets); err != nil {
			return nil, err
		}
		if op.Output == "json" {
			unchanged := applier.Result{Unchanged: made.Summary.NoOp}
			return nil, view.NewEvents(op.stdout, made, explain).Finish(unchanged, op.elapsed())
		}
		return nil, nil
	}
	if op.tests {
		if err := op.testChanged(ctx, op.project, made); err != nil {
			return nil, err
		}
	}
	if !op.AutoApprove {
		if err := op.ask(ctx); err != nil {
			return nil, err
		}
	}
	if err := op.connectToChange(ctx); err != nil {
		return nil, err
	}
	if err := op.awaitRuns(ctx, made); err != nil {
		return nil, err
	}
	return made, op.recordSecrets()
}

// start takes the lock for teams and resolves the open calls of an earlier apply.
func (op *operation) start(ctx context.Context) error {
	if err := op.takeTeamLock(ctx); err != nil {
		return err
	}
	if len(op.session.Unresolved()) > 0 {
		return op.recover(ctx)
	}
	return nil
}

// silenced is the error of a command that was interrupted, whose notice says why.
func silenced(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return quiet(exitInterrupted)
	}
	return err
}

// recover asks the platform for the results of calls that an earlier apply left without an answer. It comes before
// the plan, because it may find objects.
func (op *operation) recover(ctx context.Context) error {
	if err := op.connectToChange(ctx); err != nil {
		return err
	}
	shown := view.NewLookup(op.stderr, op.stderr.IsTerminal() && !op.logged())
	worker := applier.Applier{
		Client: op.conn.Client, Workers: op.Parallelism, Now: op.now, SettleWindow: op.late(), Notify: shown.Notify,
	}
	found, err := worker.Recover(ctx, op.session)
	shown.Close()
	if len(found) > 0 {
		op.say("An earlier apply was interrupted. Results of the calls that it left without an answer:")
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

// addresses parses the values of a flag.
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

// has refuses addresses of a flag that are neither in the documents nor in the lockfile.
func (op *operation) has(flag string, list []resource.Address) error {
	for _, address := range list {
		if !op.project.has(op.session.Lock(), address) {
			return exit(exitUsage, "%s %s: no such resource in the documents or the lockfile", flag, address)
		}
	}
	return nil
}

// late is how long after it was sent a call without an answer may still be carried out; negative for not at all: the
// embedded emulator ends with the process that called it.
func (op *operation) late() time.Duration {
	if op.conn.emu != nil || op.LostAfter <= 0 {
		return -1
	}
	return op.LostAfter
}

func refuse(guards []planner.Guard) error {
	var details []string
	for _, g := range guards {
		details = append(details, g.Message)
		if g.Flag != "" {
			details = append(details, "  or add "+g.Flag)
		}
	}
	return exitDetails(exitRefused, details, "refused; nothing was changed:")
}

// ask asks for confirmation on the terminal.
func (op *operation) ask(ctx context.Context) error {
	if !op.canAsk() {
		return exit(exitUsage, "no terminal to ask on; add --auto-approve, or save a plan with `aepflow plan --out FILE` "+
			"and apply that file")
	}
	to := "to"
	if op.verb == "run" || op.verb == "retry" {
		to = "in"
	}
	question := fmt.Sprintf("%s %s %s (sandbox %s%s)? Type \"yes\" to continue:",
		strings.ToUpper(op.verb[:1])+op.verb[1:], to, op.project.target.name, op.project.target.config.Sandbox,
		view.HostText(op.project.target.planTarget()))
	yes, err := op.confirms(ctx, question)
	if err == nil && !yes {
		op.say("Not applied. Nothing was changed.")
		err = quiet(exitRefused)
	}
	return err
}

// connect opens the connection, once.
func (op *operation) connect(ctx context.Context) error {
	if op.conn != nil {
		return nil
	}
	conn, err := op.app.connect(ctx, op.project, op.Rate, op.events.retried)
	op.conn = conn
	return err
}

// connectToChange is connect for calls that change the sandbox.
func (op *operation) connectToChange(ctx context.Context) error {
	if err := op.connect(ctx); err != nil {
		return err
	}
	if op.conn.sandbox.Type == "production" && !op.Production {
		return exit(exitRefused, "sandbox %s is a production sandbox; nothing was changed; to change it, add --production",
			op.project.target.config.Sandbox)
	}
	return nil
}

// execute makes the calls of a plan and shows the progress.
func (op *operation) execute(ctx context.Context, plan *planner.Plan) error {
	ctx, abort, stop := op.interrupts(ctx, "interrupted: waiting up to 10 s for running calls, starting no new ones; "+
		"press Ctrl-C again to stop now")
	defer stop()
	worker := applier.Applier{
		Client: op.conn.Client, Workers: op.Parallelism, Secrets: op.project.env.secret, Now: op.now, Abort: abort,
		Notify: op.events.notify, SettleWindow: op.late(), Overwrite: op.overwrite,
	}
	begin := time.Now()
	if op.Output == "json" {
		events := view.NewEvents(op.stdout, plan, explain)
		op.events.emit = events.Notify
		result, err := worker.Apply(ctx, plan, op.session)
		events.Outputs(op.outputs(ctx, plan))
		return errors.Join(events.Finish(result, time.Since(begin)), outcome(plan, result, err))
	}
	var progress *view.Progress
	if op.stderr.IsTerminal() && !op.logged() {
		progress = view.NewLiveProgress(op.stderr, plan, op.viewOptions(op.stderr), explain)
	} else {
		progress = view.NewProgress(op.stderr, plan, op.viewOptions(op.stderr), explain)
	}
	op.events.emit = progress.Notify
	result, err := worker.Apply(ctx, plan, op.session)
	progress.Close()
	if !result.Begun {
		return err
	}
	end := view.Closing{Verb: op.verb, Elapsed: time.Since(begin), SavedIn: op.savedIn(), Explain: explain}
	end.Next, end.GoOn = op.advice(result)
	if err := view.Summary(op.stdout, plan, result, end, op.viewOptions(op.stdout)); err != nil {
		return err
	}
	if err := view.WriteOutputs(op.stdout, op.outputs(ctx, plan), true, op.viewOptions(op.stdout)); err != nil {
		return err
	}
	if op.conn.emu != nil && plan.Lock.Serial == 0 && result.OK() && !op.Quiet {
		folder := display(op.project.paths().Folder)
		op.say("To look at what is in the embedded emulator: aepflow emulator --data " + shellWords([]string{folder}))
	}
	return outcome(plan, result, err)
}

// savedIn is the file that records what was done: the journal, until its content is in the lockfile.
func (op *operation) savedIn() string {
	paths := op.project.paths()
	if files.Chosen(paths.Journal).IsAbsent() {
		return display(paths.Lock)
	}
	return display(paths.Journal)
}

// advice is what to do about an apply that is not complete: a lead and a command.
func (op *operation) advice(r applier.Result) (lead, command string) {
	words := []string{"aepflow", op.verb}
	if op.project.dir != "." {
		words = append(words, display(op.project.dir))
	}
	if op.Target != "" {
		words = append(words, "--target", op.Target)
	}
	command = shellWords(words)
	lead = "Continue with:"
	for _, f := range r.Failed {
		var refused *platform.Error
		switch {
		case is[*applier.HiddenError](f.Err):
			return "With a client that has the labels, continue with:", command
		case is[*applier.ExistsError](f.Err):
			return "After taking it over, continue with:", command
		case f.Unknown, !errors.As(f.Err, &refused), refused.Status >= 500, refused.Status == http.StatusTooManyRequests:
		case refused.Status == http.StatusNotFound && f.Step != planner.StepCreate:
			return "An object is gone from the platform. Create it again with:", command + " --refresh --recreate"
		default:
			lead = "After correcting the cause, continue with:"
		}
	}
	return lead, command
}

// outcome is the error of a result, with its exit code: exitPartial as soon as a call was made or may have been.
func outcome(plan *planner.Plan, r applier.Result, err error) error {
	code := exitWorld
	if done := plan.Calls() - len(r.Failed) - len(r.Blocked) - len(r.Left); done > 0 || r.Unknown > 0 || r.Changed() > 0 {
		code = exitPartial
	}
	switch {
	case errors.Is(err, applier.ErrInterrupted), errors.Is(err, context.Canceled):
		return err
	case err != nil:
		return &exitError{code: code, err: err}
	case r.OK():
		return nil
	}
	return quiet(code)
}
