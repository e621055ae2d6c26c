package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

type adoptCmd struct {
	rateFlag
	Pairs       []string      `arg:"" optional:"" name:"pair" help:"KIND.NAME=ID: a resource and the ID of its object."`
	ByName      bool          `help:"Find the objects that have the names of resources without an entry."`
	Exclude     []string      `placeholder:"KIND.NAME" help:"${adopt_exclude}"`
	AutoApprove bool          `help:"Do not ask. Refused if an object differs from its document."`
	Quiet       bool          `short:"q" help:"${quiet}"`
	LockTimeout time.Duration `default:"0s" placeholder:"TIME" help:"Time to wait for another apply to end."`
	LostAfter   time.Duration `default:"92s" placeholder:"TIME" help:"${lost_after}"`
}

func (c adoptCmd) Validate() error {
	return errors.Join(checkLostAfter(c.LostAfter), c.rateFlag.Validate())
}

func (adoptCmd) Help() string {
	return `Attaches objects of the sandbox to the documents that describe them: after a lost
lockfile, a killed pipeline, or work in the user interface. Shows the pairs and how they
differ, asks, and writes the lockfile. Changes nothing on the platform; the next plan
shows the differences as changes.

  aepflow adopt flow.orders=5f3c0a1e-…     # with its source, target, and mapping set
  aepflow adopt --by-name                  # rebuild a lost lockfile
  aepflow adopt --by-name --auto-approve   # only if everything is as documented`
}

// adopted is the result of adopt in JSON.
type adopted struct {
	resultHead
	Pairs     []adoptedPair `json:"pairs"`
	Undecided []adoptChoice `json:"undecided,omitempty"`
	Written   bool          `json:"written"`
	Summary   adoptSummary  `json:"summary"`
}

type adoptedPair struct {
	Address  resource.Address  `json:"address"`
	ID       string            `json:"id"`
	Replaces string            `json:"replaces,omitempty"` // the object that the entry had: the next apply removes it
	Differs  []adoptDifference `json:"differs,omitempty"`
}

// adoptDifference is a field in which an object is not as documented.
type adoptDifference struct {
	Path     string          `json:"path"`
	Document json.RawMessage `json:"document,omitempty"`
	Platform json.RawMessage `json:"platform,omitempty"`
}

// adoptChoice is a resource of which it is not clear which object it is.
type adoptChoice struct {
	Address    resource.Address `json:"address"`
	Candidates []adoptCandidate `json:"candidates"`
}

type adoptCandidate struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created,omitzero"`
	State   string    `json:"state,omitempty"`
	Differs []string  `json:"differs,omitempty"` // paths of the fields that make it another object
}

type adoptSummary struct {
	Pairs     int `json:"pairs"`
	Differing int `json:"differing"`
	Undecided int `json:"undecided"`
}

func (c adoptCmd) Run(ctx context.Context, a *app) error {
	if err := a.writes("text", "json"); err != nil {
		return err
	}
	if len(c.Pairs) == 0 && !c.ByName {
		return exit(exitUsage, "name what to adopt: KIND.NAME=ID, or --by-name")
	}
	p, err := a.open(".", needGraph|needTarget, "text", "json")
	if err != nil {
		return failedJSON(a, "adopt", err)
	}
	out := adopted{resultHead: headOf("adopt", p), Pairs: []adoptedPair{}}
	op := a.operation(p, applyFlags{
		rateFlag: c.rateFlag, AutoApprove: c.AutoApprove, Quiet: c.Quiet, LockTimeout: c.LockTimeout, LostAfter: c.LostAfter,
		Parallelism: 4, Production: true, // adopt changes nothing there
	}, "adopt")
	err = op.held(ctx, func(ctx context.Context) (err error) {
		ctx, _, stop := op.interrupts(ctx, "interrupted, nothing was changed")
		defer stop()
		defer func() { err = silenced(ctx, err) }()
		return c.adopt(ctx, op, &out)
	})
	if a.Output == "json" {
		out.Error = errorJSON(err)
		err = errors.Join(err, a.printJSON(out))
	}
	return err
}

func (c adoptCmd) adopt(ctx context.Context, op *operation, out *adopted) error {
	ids, err := c.given(op.project)
	if err != nil {
		return err
	}
	excluded, err := addresses("--exclude", c.Exclude)
	if err != nil {
		return err
	}
	if err := op.start(ctx); err != nil {
		return err
	}
	if err := op.connect(ctx); err != nil {
		return err
	}
	t := &takeover{operation: op}
	if c.ByName {
		if err := c.findByName(ctx, t, ids, excluded, out); err != nil {
			return err
		}
	}
	plan, err := t.adoption(ctx, ids)
	if err != nil {
		return err
	}
	out.note(plan, t.replaced)
	if plan.IsEmpty() {
		op.say("Nothing to adopt: the lockfile has these objects, or the sandbox has none of these names.")
		return nil
	}
	if op.Output == "text" {
		o := op.viewOptions(op.stdout)
		o.Applying, o.Quiet = true, op.Quiet
		if err := view.Plan(op.stdout, plan, o); err != nil {
			return err
		}
	}
	if err := t.adopt(ctx, plan); err != nil {
		return err
	}
	out.Written = true
	op.say("%s adopted. To see what the documents change, run: aepflow plan --refresh --target %s",
		words.Count(len(plan.Changes), "object"), op.project.target.name)
	return nil
}

// given returns the pairs of the command line.
func (c adoptCmd) given(p *project) (map[resource.Address]string, error) {
	ids := map[resource.Address]string{}
	for _, pair := range c.Pairs {
		name, id, ok := strings.Cut(pair, "=")
		if !ok || id == "" {
			return nil, exit(exitUsage, "%s: expected KIND.NAME=ID, such as flow.orders=5f3c0a1e-6d0c-4d43-9b8e-0a1b2c3d4e5f",
				pair)
		}
		address, err := resource.ParseAddress(name)
		if err != nil {
			return nil, exit(exitUsage, "%s: %v", pair, err)
		}
		if _, ok := p.graph.Get(address); !ok {
			return nil, exit(exitUsage, "%s: no document defines %s", pair, address)
		}
		if other := ids[address]; other != "" && other != id {
			return nil, exit(exitUsage, "%s is given as %s and as %s", address, other, id)
		}
		ids[address] = id
	}
	return ids, nil
}

// findByName adds the objects that have the names of resources without an entry. It refuses to choose.
func (c adoptCmd) findByName(
	ctx context.Context, t *takeover, ids map[resource.Address]string, excluded []resource.Address, out *adopted,
) error {
	lock := planner.Moved(t.session.Lock(), t.project.graph)
	var wanted []*resource.Resource
	wholes := t.project.graph.Wholes()
	all := t.project.graph.All()
	for i := range all {
		isLeftOut := slices.Contains(excluded, all[i].Address) || slices.Contains(excluded, wholes[all[i].Address])
		if e, _ := lock.Get(all[i].Address); e.ID == "" && !isLeftOut {
			wanted = append(wanted, &all[i])
		}
	}
	found, err := t.namesakes(ctx, wanted, ids)
	if err != nil {
		return err
	}
	var lines, choose, leave []string
	for len(found) > 0 {
		n := 1
		for n < len(found) && found[n].Address == found[0].Address {
			n++
		}
		of := found[:n]
		found = found[n:]
		switch address := of[0].Address; {
		case ids[address] != "", ids[wholes[address]] != "", slices.Contains(choose, wholes[address].String()+"=ID"):
			// A dataflow comes before its parts, and brings them.
		case n == 1 && len(of[0].Apart) == 0:
			ids[address] = of[0].ID
		default:
			choice := adoptChoice{Address: address}
			for _, o := range of {
				choice.Candidates = append(choice.Candidates, candidateOf(o))
				lines = append(lines, described(o))
			}
			out.Undecided = append(out.Undecided, choice)
			if of := cmp.Or(wholes[address], address); !slices.Contains(choose, of.String()+"=ID") {
				choose = append(choose, of.String()+"=ID")
				leave = append(leave, "--exclude "+of.String())
			}
		}
	}
	out.Summary.Undecided = len(out.Undecided)
	if len(lines) == 0 {
		return nil
	}
	lines = append(lines,
		"to choose one of each: "+shellWords(slices.Concat(t.adoptWords(), []string{"--by-name"}, choose)),
		"to leave them out, add: "+strings.Join(leave, " "))
	return exitDetails(exitRefused, lines, "%s for which a name does not say which object it is; nothing was changed:",
		words.Count(len(out.Undecided), "resource"))
}

func candidateOf(n remote.Namesake) adoptCandidate {
	out := adoptCandidate{ID: n.ID, Created: remote.Created(n.Object).UTC(), State: remote.State(n.Object)}
	for _, path := range n.Apart {
		out.Differs = append(out.Differs, path.String())
	}
	return out
}

// note puts the pairs of a plan into the result.
func (r *adopted) note(plan *planner.Plan, replaced map[resource.Address]string) {
	for _, ch := range plan.Changes {
		pair := adoptedPair{Address: ch.Address, ID: ch.ID, Replaces: replaced[ch.Address]}
		for _, f := range ch.Fields {
			pair.Differs = append(pair.Differs, adoptDifference{Path: f.Path, Document: f.Desired, Platform: f.Applied})
		}
		if pair.Replaces != "" || len(pair.Differs) > 0 {
			r.Summary.Differing++
		}
		r.Pairs = append(r.Pairs, pair)
	}
	r.Summary.Pairs = len(r.Pairs)
}
