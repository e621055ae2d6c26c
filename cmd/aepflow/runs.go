package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/runs"
	"github.com/aepflow/aepflow/internal/view"
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
	if _, ok := spanOf(c.Since); !ok {
		return fmt.Errorf("--since %s: expected a time such as 90m, 24h, or 7d", c.Since)
	}
	return c.rateFlag.Validate()
}

// spanOf reads a time such as 90m, 24h, or 7d; "" is 0.
func spanOf(text string) (time.Duration, bool) {
	if text == "" {
		return 0, true
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		text = days + "h"
		d, err := time.ParseDuration(text)
		return 24 * d, err == nil && d > 0 && d < 1e5*time.Hour
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d > 0
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
	if span, _ := spanOf(c.Since); span > 0 {
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
	ID string `arg:"" name:"run" help:"ID of the run, or the beginning of the ID of a recent one."`
	rateFlag
}

func (runsShowCmd) Help() string {
	return `  aepflow runs show 8f3c1d2e`
}

// runResult is the JSON of `aepflow runs show`.
type runResult struct {
	resultHead
	Run runs.Run `json:"run"`
}

func (c runsShowCmd) Run(ctx context.Context, a *app) (err error) {
	p, lock, conn, err := a.openRuns(ctx, c.Rate)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	run, err := findRun(ctx, conn, c.ID)
	if err != nil {
		return err
	}
	run.Dataflow = flowNames(lock)[run.FlowID]
	if a.Output == "json" {
		return a.printJSON(runResult{headOf("runs show", p), run})
	}
	return view.Run(a.stdout, run, a.viewOptions(a.stdout))
}

const (
	// wholeID is how many characters the ID of a run has; a shorter one is the beginning of one of the recentRuns.
	wholeID    = 36
	recentRuns = 500
)

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
			return runs.Run{}, exit(exitUsage, "the IDs of %s begin with %s: give more of it", view.Count(len(found), "run"), id)
		}
	}
	run, ok, err := remote.Run(ctx, conn, id)
	if err == nil && !ok {
		err = exit(exitUsage, "no run %s in sandbox %s; `aepflow runs` lists them", id, conn.sandbox.Name)
	}
	return run, err
}
