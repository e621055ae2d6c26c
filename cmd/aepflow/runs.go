package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/runs"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/internal/words"
)

type runsCmd struct {
	List runsListCmd `cmd:"" default:"withargs" formats:"text,json" help:"List the runs of dataflows, the newest first."`
	Show runsShowCmd `cmd:"" formats:"text,json" help:"${run}"`
}

type runsListCmd struct {
	Flows  []string `arg:"" optional:"" name:"flow" help:"Dataflows: names, or patterns such as crm-*. Default: all."`
	Failed bool     `help:"Only failed runs."`
	Since  string   `placeholder:"TIME" help:"Only runs that began in this time, such as 90m, 24h, or 7d."`
	Limit  int      `default:"20" placeholder:"N" help:"Most runs to list."`
	ID     bool     `name:"id" help:"The arguments are IDs of flows on the platform, also of those in no document."`
	Full   bool     `help:"Show the errors of all runs."`
	rateFlag
}

func (runsListCmd) Help() string {
	return `  aepflow runs orders --failed --since 7d
  aepflow runs show 8f3c1d2e`
}

// maxRuns is how many runs a command lists at most.
const maxRuns = 10_000

func (c runsListCmd) Validate() error {
	if c.Limit < 1 || c.Limit > maxRuns {
		return fmt.Errorf("--limit %d: expected 1 to %d", c.Limit, maxRuns)
	}
	if _, ok := runs.ParseSpan(c.Since); !ok {
		return fmt.Errorf("--since %s: expected a time such as 90m, 24h, or 7d", c.Since)
	}
	return c.rateFlag.Validate()
}

// runsResult is the JSON of `aepflow runs`; docs/status.md has the meaning of its members.
type runsResult struct {
	resultHead
	Runs    []runs.Run `json:"runs"`
	Summary struct {
		Runs int  `json:"runs"`
		More bool `json:"more"` // there are older ones
	} `json:"summary"`
}

func (c runsListCmd) Run(ctx context.Context, a *app) (err error) {
	p, lock, conn, err := a.openRuns(ctx, c.Rate)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	queries, err := c.queries(a, p, lock)
	if err != nil {
		return err
	}
	result := runsResult{resultHead: headOf("runs", p), Runs: []runs.Run{}}
	names := flowNames(lock)
	for _, q := range queries {
		list, more, err := remote.Runs(ctx, conn, q)
		if err != nil {
			return err
		}
		result.Runs = append(result.Runs, list...)
		result.Summary.More = result.Summary.More || more
	}
	if runs.NewestFirst(result.Runs); len(result.Runs) > c.Limit {
		result.Runs, result.Summary.More = result.Runs[:c.Limit], true
	}
	for i := range result.Runs {
		result.Runs[i].Dataflow = names[result.Runs[i].FlowID]
	}
	result.Summary.Runs = len(result.Runs)
	if a.Output == "json" {
		return a.printJSON(result)
	}
	o := a.viewOptions(a.stdout)
	o.Full = c.Full
	return view.Runs(a.stdout, result.Runs, result.Summary.More, o)
}

// queries are what to ask for: the runs of each chosen flow, or of all.
func (c runsListCmd) queries(a *app, p *project, lock *lockfile.Lock) ([]remote.RunQuery, error) {
	q := remote.RunQuery{Failed: c.Failed, Limit: c.Limit}
	if span, _ := runs.ParseSpan(c.Since); span > 0 {
		q.Since = a.now().Add(-span)
	}
	if len(c.Flows) == 0 {
		return []remote.RunQuery{q}, nil
	}
	ids := c.Flows
	if !c.ID {
		names, err := p.dataflowNames(lock, c.Flows)
		if err != nil {
			return nil, err
		}
		ids = nil
		for _, name := range names {
			e, ok := lock.Get(resource.Address{Kind: resource.Flow, Name: name})
			if !ok || e.ID == "" {
				return nil, exit(exitUsage, "dataflow %s was not applied to %s: it has no runs", name, p.target.name)
			}
			ids = append(ids, e.ID)
		}
	}
	var out []remote.RunQuery
	for _, id := range ids {
		q.FlowID = id
		out = append(out, q)
	}
	return out, nil
}

// openRuns opens what the commands about runs read: the documents, the lock, and the platform.
func (a *app) openRuns(ctx context.Context, rate *float64) (*project, *lockfile.Lock, *connection, error) {
	p, err := a.open(".", needGraph|needTarget, "text", "json")
	if err != nil {
		return nil, nil, nil, err
	}
	seen, err := p.applied()
	if err != nil {
		return nil, nil, nil, err
	}
	conn, err := a.connect(ctx, p, rate, nil)
	return p, seen.Lock, conn, err
}

// flowNames are the names of the dataflows in a lock by the IDs of their flows.
func flowNames(lock *lockfile.Lock) map[string]string {
	names := map[string]string{}
	for _, e := range lock.Entries {
		if e.Address.Kind != resource.Flow {
			continue
		}
		if e.ID != "" {
			names[e.ID] = e.Address.Name
		}
		for _, d := range e.Deposed {
			names[d.ID] = e.Address.Name
		}
	}
	return names
}

type runsShowCmd struct {
	What     string `arg:"" name:"run-or-flow" complete:"dataflow" help:"${run_or_flow}"`
	Rows     bool   `help:"Also print rows that failed, with their errors."`
	Limit    int    `default:"10" placeholder:"N" help:"Most failed rows to print."`
	ShowData bool   `help:"Print rows in a pipeline too, where logs may be public."`
	rateFlag
}

func (runsShowCmd) Help() string {
	return `  aepflow runs show 8f3c1d2e
  aepflow runs show orders                # its newest run
  aepflow runs show 8f3c1d2e --rows       # the rows that failed, and why

The platform keeps failed rows for 30 days, and only of dataflows with
options.errorDiagnosticsEnabled: true.`
}

func (c runsShowCmd) Validate() error {
	if c.Limit < 1 || c.Limit > mostShown {
		return fmt.Errorf("--limit %d: expected 1 to %d", c.Limit, mostShown)
	}
	return c.rateFlag.Validate()
}

// runResult is the JSON of `aepflow runs show`.
type runResult struct {
	resultHead
	Run     runs.Run          `json:"run"`
	Rows    *[]runs.FailedRow `json:"rows,omitempty"`    // with --rows
	Summary *rowsSummary      `json:"summary,omitempty"` // with --rows
}

type rowsSummary struct {
	Rows int  `json:"rows"`
	More bool `json:"more"` // there are others
}

func (c runsShowCmd) Run(ctx context.Context, a *app) (err error) {
	if c.Rows && !c.ShowData && isPipeline() {
		return exitHelp(exitUsage, "add --show-data if the log of this pipeline may contain them", "--rows prints rows")
	}
	p, lock, conn, err := a.openRuns(ctx, c.Rate)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	run, err := runOf(ctx, conn, p, lock, c.What)
	if err != nil {
		return err
	}
	run.Dataflow = flowNames(lock)[run.FlowID]
	result := runResult{resultHead: headOf("runs show", p), Run: run}
	if c.Rows {
		failed, more, err := remote.FailedRows(ctx, conn, run, c.Limit)
		if err != nil {
			return err
		}
		for i, r := range failed {
			failed[i].Row = output.EscapeJSON(r.Row)
		}
		result.Rows, result.Summary = &failed, &rowsSummary{len(failed), more}
	}
	if a.Output == "json" {
		return a.printJSON(result)
	}
	if err := view.Run(a.stdout, run, a.viewOptions(a.stdout)); err != nil || !c.Rows {
		return err
	}
	return view.FailedRows(a.stdout, run, *result.Rows, result.Summary.More, a.viewOptions(a.stdout))
}

const (
	// wholeID is how many characters the ID of a run has; a shorter one is the beginning of one of the recentRuns.
	wholeID    = 36
	recentRuns = 500
)

// runOf reads the run of an argument: of an ID, or the newest one of a dataflow.
func runOf(ctx context.Context, conn *connection, p *project, lock *lockfile.Lock, arg string) (runs.Run, error) {
	names, unknown := p.dataflowNames(lock, []string{arg})
	if unknown != nil {
		run, err := findRun(ctx, conn, arg)
		var said *exitError
		switch {
		case err == nil || looksLikeID(arg):
		case errors.As(unknown, &said) && len(said.details) == 0:
			err = exitHelp(exitUsage, "`aepflow runs` lists the IDs of runs", "%w", unknown)
		default:
			err = unknown
		}
		return run, err
	}
	if len(names) > 1 {
		return runs.Run{}, exit(exitUsage, "%s names %s: name one", arg, words.Count(len(names), "dataflow"))
	}
	e, ok := lock.Get(resource.Address{Kind: resource.Flow, Name: names[0]})
	if !ok || e.ID == "" {
		return runs.Run{}, exit(exitUsage, "dataflow %s was not applied to %s: it has no runs", names[0], p.target.name)
	}
	list, _, err := remote.Runs(ctx, conn, remote.RunQuery{FlowID: e.ID, Limit: 1})
	if err == nil && len(list) == 0 {
		err = exit(exitUsage, "dataflow %s has no runs", names[0])
	}
	if err != nil {
		return runs.Run{}, err
	}
	return list[0], nil
}

// looksLikeID reports whether an argument can be the beginning of the ID of a run.
func looksLikeID(arg string) bool {
	return strings.Trim(arg, "0123456789abcdef-") == ""
}

// findRun reads a run by its ID or the beginning of it.
func findRun(ctx context.Context, conn *connection, id string) (runs.Run, error) {
	if len(id) < wholeID {
		list, _, err := remote.Runs(ctx, conn, remote.RunQuery{Limit: recentRuns})
		if err != nil {
			return runs.Run{}, err
		}
		var found []runs.Run
		for _, r := range list {
			if strings.HasPrefix(r.ID, id) {
				found = append(found, r)
			}
		}
		switch len(found) {
		case 1:
			id = found[0].ID
		case 0:
			return runs.Run{}, exit(exitUsage, "no ID of the last %d runs begins with %s; `aepflow runs` lists them",
				recentRuns, id)
		default:
			return runs.Run{}, exit(exitUsage, "the IDs of %s begin with %s: give more of it",
				words.Count(len(found), "run"), id)
		}
	}
	run, ok, err := remote.Run(ctx, conn, id)
	if err == nil && !ok {
		err = exit(exitUsage, "no run %s in sandbox %s; `aepflow runs` lists them", id, conn.sandbox.Name)
	}
	return run, err
}
