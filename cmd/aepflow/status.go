package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/runs"
	"github.com/aepflow/aepflow/internal/view"
)

type statusCmd struct {
	Flows []string      `arg:"" optional:"" name:"flow" help:"Dataflows: names, or patterns such as crm-*. Default: all."`
	Watch bool          `help:"Read again and again, until Ctrl-C."`
	Every time.Duration `default:"30s" placeholder:"TIME" help:"Time between two reads of --watch."`

	Outputs bool `help:"Also read what the senders of streams need: the address, and the ID of the dataflow."`
	rateFlag
}

func (statusCmd) Help() string {
	return `Shows how each dataflow is: its last run, its next run, and how old its data are. Those
that need attention come first. Writes nothing.

  aepflow status --target prod       # 0 all is well, 2 something failed, is stale, or is late
  aepflow status 'crm-*' --watch
  aepflow status events --outputs    # the address of a stream
  aepflow status -o html > status.html

How old the data may be is said by freshness, in a dataflow or in the defaults of aepflow.yaml.`
}

func (c statusCmd) Validate() error {
	if c.Every < time.Second || c.Every > 24*time.Hour {
		return fmt.Errorf("--every %s: expected 1s to 24h", c.Every)
	}
	return c.rateFlag.Validate()
}

// statusResult is the JSON of `aepflow status`; docs/status.md has the meaning of its members.
type statusResult struct {
	resultHead
	At        time.Time       `json:"at"`
	Dataflows []runs.Dataflow `json:"dataflows"`
	Summary   runs.Summary    `json:"summary"`
}

func (c statusCmd) Run(ctx context.Context, a *app) (err error) {
	p, err := a.open(".", needGraph|needTarget, "text", "json", "html")
	if err != nil {
		return err
	}
	if c.Watch && a.Output == "html" {
		return exit(exitUsage, "--watch writes text or json")
	}
	if c.Outputs && (c.Watch || a.Output == "html") {
		return exit(exitUsage, "--outputs writes text or json, once")
	}
	seen, err := p.applied()
	if err != nil {
		return err
	}
	names, err := p.dataflowNames(seen.Lock, c.Flows)
	if err != nil {
		return err
	}
	conn, err := a.connect(ctx, p, c.Rate, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	if c.Watch {
		return c.watch(ctx, a, p, conn, seen.Lock, names)
	}
	result, err := readStatus(ctx, a, p, conn, seen.Lock, names)
	if err != nil {
		return err
	}
	var outputs []view.Outputs
	if c.Outputs {
		if outputs, err = streamOutputs(ctx, conn, seen.Lock, result.Dataflows); err != nil {
			return err
		}
	}
	switch a.Output {
	case "json":
		err = a.printJSON(result)
	case "html":
		err = view.StatusPage(a.stdout, result.Dataflows, *result.Target, result.At, toolVersion())
	default:
		err = view.Status(a.stdout, result.Dataflows, *result.Target, result.At, a.viewOptions(a.stdout))
		err = errors.Join(err, view.WriteOutputs(a.stdout, outputs, false, a.viewOptions(a.stdout)))
		if c.Outputs && len(outputs) == 0 {
			a.say("none of these is a stream that takes data at an address")
		}
	}
	if err == nil && result.Summary.Attention > 0 {
		return quiet(exitPending)
	}
	return err
}

// streamOutputs reads what the senders of streams need, and adds it to the dataflows.
func streamOutputs(
	ctx context.Context, conn *connection, lock *lockfile.Lock, dataflows []runs.Dataflow,
) (out []view.Outputs, err error) {
	for i, d := range dataflows {
		address := resource.Address{Kind: resource.Flow, Name: d.Name}
		e, ok := lock.Get(address)
		if d.Health == runs.IsGone || !ok {
			continue
		}
		got, err := remote.OutputsOf(ctx, conn, lock, e)
		switch {
		case err != nil:
			return nil, err
		case got != remote.Outputs{}:
			dataflows[i].Outputs = &runs.Outputs{InletURL: got.InletURL, FlowID: got.FlowID}
			out = append(out, view.Outputs{Address: address, InletURL: got.InletURL, FlowID: got.FlowID})
		}
	}
	return out, nil
}

// watch prints the status again and again: as text below the time, or as a line of JSON.
func (c statusCmd) watch(
	ctx context.Context, a *app, p *project, conn *connection, lock *lockfile.Lock, names []string,
) error {
	ctx, _, stop := a.interrupts(ctx, "stopped")
	defer stop()
	for {
		result, err := readStatus(ctx, a, p, conn, lock, names)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		case a.Output == "json":
			err = a.printLine("status", &result)
		default:
			if err = a.stdout.Printf("\n%s\n", result.At.Format("2006-01-02 15:04:05 UTC")); err == nil {
				err = view.Status(a.stdout, result.Dataflows, *result.Target, result.At, a.viewOptions(a.stdout))
			}
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(c.Every):
		}
	}
}

// readStatus reads flows and their newest runs.
func readStatus(
	ctx context.Context, a *app, p *project, conn *connection, lock *lockfile.Lock, names []string,
) (statusResult, error) {
	result := statusResult{resultHead: headOf("status", p)}
	subjects, err := subjectsOf(ctx, a, p, conn, lock, names)
	if err != nil {
		return result, err
	}
	result.At = a.now().UTC().Truncate(time.Second)
	result.Dataflows = runs.StatusOf(subjects, result.At)
	result.Summary = runs.Summarize(result.Dataflows)
	return result, nil
}

// subjectsOf reads what is known of dataflows: in the documents, in the lock, and on the platform.
func subjectsOf(
	ctx context.Context, a *app, p *project, conn *connection, lock *lockfile.Lock, names []string,
) ([]runs.Subject, error) {
	flows := &lockfile.Lock{Target: lock.Target}
	for _, e := range lock.Entries {
		if e.Address.Kind == resource.Flow && slices.Contains(names, e.Address.Name) && e.ID != "" {
			e.Deposed = nil
			flows.Put(e)
		}
	}
	inventory, stop := a.reading(conn)
	defer stop()
	objects, err := inventory.Entries(ctx, flows)
	if err != nil {
		return nil, err
	}
	lives := map[string]runs.Live{}
	for _, o := range objects {
		if o.Missing {
			continue
		}
		if lives[o.ID], err = runs.ParseFlow(o.Body); err != nil {
			return nil, err
		}
	}
	newest, err := remote.NewestRuns(ctx, conn, refreshReads, lives)
	if err != nil {
		return nil, err
	}
	var out []runs.Subject
	for _, name := range names {
		s := runs.Subject{Address: resource.Address{Kind: resource.Flow, Name: name}}
		if r, ok := p.graph.Get(s.Address); ok {
			state, _ := r.Body.Member(resource.SpecOf(resource.Flow).State)
			s.State, s.Freshness = state.Text, r.Fresh
		}
		if e, ok := flows.Get(s.Address); ok {
			s.ID, s.Runs = e.ID, newest[e.ID]
			if live, ok := lives[e.ID]; ok {
				s.Live = &live
			}
			s.Unseen = s.Live == nil && !flows.Unseen(resource.Live{Address: s.Address}, a.now()).IsZero()
		}
		out = append(out, s)
	}
	return out, nil
}
