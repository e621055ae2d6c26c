package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/runs"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// runFlags are the flags of run and retry.
type runFlags struct {
	rateFlag
	AutoApprove     bool          `help:"Do not ask for confirmation."`
	Production      bool          `help:"Allow a production sandbox."`
	LockTimeout     time.Duration `default:"0s" placeholder:"TIME" help:"Time to wait for an apply to end."`
	LostAfter       time.Duration `default:"92s" placeholder:"TIME" help:"${lost_after}"`
	Wait            bool          `help:"Wait until the run ends. Exit with 2 if it fails."`
	Every           time.Duration `default:"10s" placeholder:"TIME" help:"Time between two reads of --wait."`
	AllowDuplicates bool          `help:"Read again what a successful run has read."`
}

func (f runFlags) Validate() error {
	if f.Every < 100*time.Millisecond || f.Every > time.Hour {
		return fmt.Errorf("--every %s: expected 100ms to 1h", f.Every)
	}
	return errors.Join(checkLostAfter(f.LostAfter), f.rateFlag.Validate())
}

func (f runFlags) apply() applyFlags {
	return applyFlags{
		rateFlag: f.rateFlag, AutoApprove: f.AutoApprove, Production: f.Production, LockTimeout: f.LockTimeout,
		LostAfter: f.LostAfter, Parallelism: 1,
	}
}

type runCmd struct {
	Flow  string     `arg:"" help:"The dataflow, which runs once by its schedule."`
	From  *time.Time `placeholder:"RFC3339" help:"Read what changed then or later. Default: everything."`
	To    *time.Time `placeholder:"RFC3339" help:"Read what changed before. Default: now."`
	Delta string     `placeholder:"COLUMN" help:"Column that says when a row changed, for the first run on demand."`
	runFlags
}

func (runCmd) Help() string {
	return `Starts a run of a one-time dataflow on demand. The platform has no such runs for dataflows
that repeat: they run by their schedule, and retry repeats a failed run.

  aepflow run customer-history --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z --delta changed_at --wait`
}

type retryCmd struct {
	What string `arg:"" name:"run-or-flow" complete:"dataflow" help:"${run_or_flow}"`
	runFlags
}

func (retryCmd) Help() string {
	return `Repeats a run with the same window. The platform repeats runs that failed, and runs that
succeeded without any record, of dataflows that are enabled.

  aepflow retry orders --wait
  aepflow retry 8f3c1d2e`
}

// runDone is the result of run and retry in JSON; with --wait there are two, each on a line: started, and ended.
type runDone struct {
	resultHead
	Run runs.Run `json:"run"`
}

// newRun is a run to ask for.
type newRun struct {
	name, flowID string
	window       runs.Window
	repeats      string // ID of the run that it repeats
	delta        string
}

func (c runCmd) Run(ctx context.Context, a *app) error {
	return a.startRun(ctx, c.runFlags, "run", func(ctx context.Context, op *operation) (newRun, error) {
		name, id, live, err := oneFlow(ctx, op, c.Flow)
		if err != nil {
			return newRun{}, err
		}
		switch {
		case live.State != "enabled":
			return newRun{}, exit(exitRefused, "dataflow %s is %s: only enabled dataflows run", name, live.State)
		case live.IsStream():
			return newRun{}, exit(exitRefused, "dataflow %s reads a stream, which has no runs", name)
		case live.Every != 0:
			return newRun{}, exitHelp(exitRefused, "`aepflow retry "+name+"` repeats its last run, if that failed",
				"dataflow %s repeats by its schedule; the platform starts only one-time dataflows on demand", name)
		}
		w := runs.Window{End: a.now().UTC().Truncate(time.Second)}
		if c.From != nil {
			w.Start = c.From.UTC().Truncate(time.Second)
		}
		if c.To != nil {
			w.End = c.To.UTC().Truncate(time.Second)
		}
		if !w.Start.Before(w.End) {
			return newRun{}, exit(exitUsage, "the window ends at %s, before it starts", w.End.Format(time.RFC3339))
		}
		return newRun{name: name, flowID: id, window: w, delta: c.Delta}, nil
	})
}

func (c retryCmd) Run(ctx context.Context, a *app) error {
	return a.startRun(ctx, c.runFlags, "retry", func(ctx context.Context, op *operation) (newRun, error) {
		old, err := runToRepeat(ctx, op, c.What)
		if err != nil {
			return newRun{}, err
		}
		written := old.Records.Written
		if isEmpty := old.Result == runs.Success && written != nil && *written == 0; old.Result != runs.Failed && !isEmpty {
			return newRun{}, exit(exitRefused, "run %s is %s; the platform repeats only runs that failed, or that succeeded "+
				"without records", old.ID, old.Result)
		}
		name := flowNames(op.session.Lock())[old.FlowID]
		return newRun{name: name, flowID: old.FlowID, window: old.Window, repeats: old.ID}, nil
	})
}

// oneFlow finds the dataflow of an argument, and what the platform says about it.
func oneFlow(ctx context.Context, op *operation, arg string) (name, id string, live runs.Live, err error) {
	lock := op.session.Lock()
	names, err := op.project.dataflowNames(lock, []string{arg})
	if err != nil {
		return "", "", live, err
	}
	if len(names) > 1 {
		return "", "", live, exit(exitUsage, "%s names %s: name one", arg, words.Count(len(names), "dataflow"))
	}
	e, ok := lock.Get(resource.Address{Kind: resource.Flow, Name: names[0]})
	if !ok || e.ID == "" {
		return "", "", live, exit(exitUsage, "dataflow %s was not applied to %s", names[0], op.project.target.name)
	}
	o, ok, err := remote.Read(ctx, op.conn, resource.Flow, e.ID)
	if err == nil && !ok {
		err = exit(exitWorld, "the platform does not show dataflow %s (%s)", names[0], e.ID)
	}
	if err == nil {
		live, err = runs.ParseFlow(o.Body)
	}
	return names[0], e.ID, live, err
}

// runToRepeat finds the run of an argument: the ID of a run, or a dataflow.
func runToRepeat(ctx context.Context, op *operation, arg string) (runs.Run, error) {
	name, id, live, err := oneFlow(ctx, op, arg)
	if err != nil {
		if run, fault := findRun(ctx, op.conn, arg); fault == nil {
			return run, nil
		}
		return runs.Run{}, err
	}
	if live.State != "enabled" {
		return runs.Run{}, exit(exitRefused, "dataflow %s is %s: only enabled dataflows run", name, live.State)
	}
	list, _, err := remote.Runs(ctx, op.conn, remote.RunQuery{FlowID: id, Limit: 1})
	if err == nil && len(list) == 0 {
		err = exit(exitRefused, "dataflow %s has no runs", name)
	}
	if err != nil {
		return runs.Run{}, err
	}
	return list[0], nil
}

// startRun asks for a run under the lock of the target, after it has said what the run does to the data.
func (a *app) startRun(
	ctx context.Context, f runFlags, verb string,
	choose func(context.Context, *operation) (newRun, error),
) error {
	p, err := a.open(".", needGraph|needTarget, "text", "json")
	if err != nil {
		return err
	}
	var started runs.Run
	op := a.operation(p, f.apply(), verb)
	err = op.held(ctx, func(ctx context.Context) error {
		if err := op.start(ctx); err != nil {
			return err
		}
		if err := op.connectToChange(ctx); err != nil {
			return err
		}
		r, err := choose(ctx, op)
		if err != nil {
			return err
		}
		if err := f.check(ctx, op, r); err != nil {
			return err
		}
		if !f.AutoApprove {
			if err := op.ask(ctx); err != nil {
				return err
			}
		}
		started, err = op.sendRun(ctx, r)
		return err
	})
	if err != nil {
		return err
	}
	result := runDone{headOf(verb, p), started}
	switch {
	case a.Output == "text":
		a.say("started run %s", started.ID)
	case f.Wait:
		err = a.printLine("started", &result)
	default:
		err = a.printJSON(result)
	}
	if err != nil || !f.Wait {
		return err
	}
	return f.follow(ctx, a, p, result)
}

// check says what the run reads, and refuses what would read records twice.
func (f runFlags) check(ctx context.Context, op *operation, r newRun) error {
	earlier, _, err := remote.Runs(ctx, op.conn, remote.RunQuery{FlowID: r.flowID, Limit: recentRuns})
	if err != nil {
		return err
	}
	for _, other := range earlier {
		if !other.Window.Overlaps(r.window) {
			continue
		}
		written := other.Records.Written
		switch {
		case other.Result == runs.InProgress || other.Result == runs.Scheduled:
			return exit(exitRefused, "run %s reads this window already", other.ID)
		case f.AllowDuplicates || written != nil && *written == 0:
		case other.Result == runs.Success || other.Result == runs.Partial:
			return exitHelp(exitRefused, "add --allow-duplicates to read it again",
				"run %s has ingested records of this window, %s; they would be in the dataset twice", other.ID, other.Window)
		}
	}
	effect := planner.EffectNone
	if f.AllowDuplicates {
		effect = planner.EffectDuplicates
	}
	if err := op.judgeRun(r, effect); err != nil {
		return err
	}
	if op.Output == "text" {
		return view.NewRun(op.stdout, r.name, r.window, r.repeats, f.AllowDuplicates, op.viewOptions(op.stdout))
	}
	return nil
}

// sendRun sends the call. If the answer is lost, it looks for the run among those of the flow: the call is never sent
// again.
func (op *operation) sendRun(ctx context.Context, r newRun) (runs.Run, error) {
	before := op.now()
	var id string
	var err error
	if r.repeats != "" {
		id, err = platform.RepeatRun(ctx, op.conn, r.repeats)
	} else {
		id, err = platform.StartRun(ctx, op.conn, platform.OnDemand{
			FlowID: r.flowID, Start: before, From: r.window.Start, To: r.window.End, Delta: r.delta,
		})
	}
	var lost *platform.LostAnswerError
	if errors.As(err, &lost) {
		return op.findStarted(ctx, r, before, err)
	}
	return runs.Run{ID: id, FlowID: r.flowID, Dataflow: r.name, Result: runs.Scheduled, Window: r.window}, err
}

// findStarted looks for the run of a call without an answer until the call cannot be carried out any more.
func (op *operation) findStarted(ctx context.Context, r newRun, before time.Time, cause error) (runs.Run, error) {
	for until := time.Now().Add(max(op.late(), 0)); ; {
		list, _, err := remote.Runs(ctx, op.conn, remote.RunQuery{FlowID: r.flowID, Limit: recentRuns})
		if err != nil {
			return runs.Run{}, errors.Join(cause, err)
		}
		for _, run := range list {
			// Times of the platform are whole seconds in places.
			if run.Window == r.window && run.ID != r.repeats && !run.Created.Before(before.Add(-time.Second)) {
				run.Dataflow = r.name
				return run, nil
			}
		}
		if time.Now().After(until) {
			return runs.Run{}, exitHelp(exitPartial, "`aepflow runs "+r.name+"` shows whether it began",
				"no run was found: %w", cause)
		}
		select {
		case <-ctx.Done():
			return runs.Run{}, context.Cause(ctx)
		case <-time.After(2 * time.Second):
		}
	}
}

// follow waits until a run ends. It holds no lock.
func (f runFlags) follow(ctx context.Context, a *app, p *project, result runDone) (err error) {
	started := result.Run
	conn, err := a.connect(ctx, p, f.Rate, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	ctx, _, stop := a.interrupts(ctx, "stopped waiting; the run goes on")
	defer stop()
	waiting := view.NewWaiting(a.stderr, a.stderr.IsTerminal() && !a.logged(), "run "+started.ID)
	defer waiting.Close()
	for {
		run, ok, err := remote.Run(ctx, conn, started.ID)
		switch {
		case ctx.Err() != nil:
			return quiet(exitInterrupted)
		case err != nil:
			return err
		case ok && run.Result.IsOver():
			waiting.Close()
			run.Dataflow = started.Dataflow
			result.Run = run
			return result.ended(a)
		}
		select {
		case <-ctx.Done():
			return quiet(exitInterrupted)
		case <-time.After(f.Every):
		}
	}
}

// ended prints how a run went that was waited for.
func (r runDone) ended(a *app) error {
	var err error
	if a.Output == "json" {
		err = a.printLine("ended", &r)
	} else {
		err = view.Run(a.stdout, r.Run, a.viewOptions(a.stdout))
	}
	if err == nil && r.Run.Result == runs.Failed {
		return quiet(exitPending)
	}
	return err
}
