package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/words"
)

type stateRepairCmd struct {
	stateFlags
	rateFlag
}

func (stateRepairCmd) Help() string {
	return `Repairs a lockfile with conflict markers or a wrong digest, and a lockfile that its
journal does not continue. Merges both sides and the journal, asks the platform where
they differ, and writes the lockfile. Changes nothing on the platform.`
}

func (c stateRepairCmd) Run(ctx context.Context, a *app) error {
	p, err := a.open(c.Path, needTarget, "text", "json")
	if err != nil {
		return failedJSON(a, "state repair", err)
	}
	r := &stateRepair{app: a, project: p}
	r.resultHead, r.Changes = headOf("state repair", p), []repairChange{}
	return r.finish(r.run(ctx, c.Rate))
}

// stateRepair is one repair of a lockfile, told on stderr and, with -o json, as one object on stdout.
type stateRepair struct {
	*app
	project *project
	damaged lockfile.Damaged
	repaired
}

// repaired is the result of a repair in JSON.
type repaired struct {
	resultHead
	Lockfile string          `json:"lockfile"`
	Serial   uint64          `json:"serial,omitempty"` // of the lockfile afterward
	Written  bool            `json:"written"`
	Journal  string          `json:"journal,omitempty"`    // where the old one is kept
	Open     int             `json:"open_calls,omitempty"` // calls without an answer
	Changes  []repairChange  `json:"changes"`
	Summary  *repairedCounts `json:"summary,omitempty"`
}

// repairChange is a decision of a repair about one object.
type repairChange struct {
	Address resource.Address `json:"address"`
	// Change is chosen, undecided, removed, hidden, or taken_over.
	Change     string            `json:"change"`
	ID         string            `json:"id,omitempty"`
	Document   string            `json:"document,omitempty"` // FILE:LINE, of undecided
	Candidates []repairCandidate `json:"candidates,omitempty"`
}

// repairCandidate is an object of one side: journal, ours, or theirs.
type repairCandidate struct {
	ID   string `json:"id"`
	Side string `json:"side"`
}

type repairedCounts struct {
	Entries int `json:"entries"`
}

// finish prints the result as JSON if that was asked for.
func (r *stateRepair) finish(err error) error {
	if r.Output != "json" {
		return err
	}
	r.Error = errorJSON(err)
	return errors.Join(err, r.printJSON(r.repaired))
}

func (r *stateRepair) run(ctx context.Context, rate *float64) (err error) {
	p := r.project
	r.Lockfile = display(p.paths().Lock)
	r.damaged, err = lockfile.ReadDamaged(p.paths())
	if errors.Is(err, fs.ErrNotExist) {
		return exit(exitWorld, "nothing to repair: there is neither %s nor a journal", r.Lockfile)
	}
	if err != nil {
		return err
	}
	if err := r.damaged.SameHistory(); err != nil {
		return exit(exitStale, "%v", err)
	}
	if len(r.damaged.Sides) > 0 {
		if err := p.owns(r.damaged.Sides[0]); err != nil {
			return err
		}
	}
	if err := adoptable(r.app, r.damaged, p.target); err != nil {
		return err
	}
	lock, choices := r.damaged.Merge()
	if err := r.resolve(ctx, rate, lock, choices); err != nil {
		return err
	}
	done, err := lockfile.Overwrite(ctx, p.paths(), lock, r.damaged.Journal, time.Now())
	if err != nil {
		return err
	}
	r.Serial, r.Written, r.Summary = done.Serial, done.Changed, &repairedCounts{len(lock.Entries)}
	if done.Journal != "" {
		r.Journal = display(done.Journal)
		r.sayAdopted(lock)
	}
	what := "repaired"
	if !done.Changed {
		what = "is intact"
	}
	r.say("%s %s: %s, serial %d. To check it, run `aepflow plan --refresh`.",
		r.Lockfile, what, words.Count(len(lock.Entries), "entry"), r.Serial)
	if _, err := lock.Owners(); err != nil {
		r.say("warning: %v\n  = help: %s", err, wayOut(err))
	}
	return nil
}

// adoptable refuses a journal of another target, and warns of objects that no file knows.
func adoptable(a *app, d lockfile.Damaged, t target) error {
	j := d.Journal
	if j == nil {
		return nil
	}
	if have := t.lockTarget(); j.Target.Org != have.Org || j.Target.Sandbox != have.Sandbox {
		return exit(exitStale, "%s belongs to organization %s, sandbox %s, and target %s is organization %s, sandbox %s; "+
			"move the journal away, or repair its own target",
			display(j.Path), j.Target.Org, j.Target.Sandbox, t.name, have.Org, have.Sandbox)
	}
	if j.Broken > 0 {
		a.say("warning: %s of %s cannot be read; objects that are only there are on the platform and in no lockfile",
			words.Count(j.Broken, "line"), display(j.Path))
	}
	if len(d.Sides) == 0 && j.Made != nil && j.Made.Serial > 0 {
		a.say("warning: there is no lockfile; entries of its serial %d that are not in the journal are lost; "+
			"if you can, restore it from Git and repair again", j.Made.Serial)
	}
	return nil
}

// sayAdopted tells what the journal added to the lockfile.
func (r *stateRepair) sayAdopted(lock *lockfile.Lock) {
	d := r.damaged
	if d.Journal != nil && d.Journal.Made != nil && d.Journal.Why != nil {
		for _, e := range d.Journal.Made.Entries {
			now, kept := lock.Get(e.Address)
			known := false
			for _, side := range d.Sides {
				was, ok := side.Get(e.Address)
				known = known || ok && was.ID == e.ID
			}
			if kept && now.ID == e.ID && !known {
				r.Changes = append(r.Changes, repairChange{Address: e.Address, Change: "taken_over", ID: e.ID})
				r.say("%s: taken over from the journal, %s", e.Address, e.ID)
			}
		}
	}
	if d.Journal != nil && len(d.Journal.Open) > 0 {
		r.Open = len(d.Journal.Open)
		r.say("The next apply finds the results of %s without an answer.", words.Count(r.Open, "call"))
	}
	r.say("The old journal is kept as %s.", r.Journal)
}

// resolve asks the platform which of several entries is right, and whether every entry still has its object. What a
// person must decide is an error that lists all of it.
func (r *stateRepair) resolve(
	ctx context.Context, rate *float64, lock *lockfile.Lock, choices []lockfile.Choice,
) (err error) {
	conn, err := r.connect(ctx, r.project, rate, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	var undecided []string
	for _, choice := range choices {
		e, both, err := choose(ctx, conn, choice)
		if err != nil {
			return err
		}
		if len(both) > 0 {
			undecided = append(undecided, r.undecided(choice.Address, both))
			continue
		}
		lock.Put(e)
		r.Changes = append(r.Changes, repairChange{Address: e.Address, Change: "chosen", ID: e.ID})
		r.say("%s: the sides differ; the platform has %s", e.Address, e.ID)
	}
	if len(undecided) > 0 {
		return exitDetails(exitStale, undecided, "the platform has an object of each side for %s; delete one of each there, "+
			"dataflows first, then run this again:", words.Count(len(undecided), "resource"))
	}
	inventory, stop := r.reading(conn)
	defer stop()
	found, err := inventory.Entries(ctx, lock)
	if err != nil {
		return err
	}
	for _, o := range found {
		e, _ := lock.Get(o.Address)
		switch {
		case o.Missing && !lock.Unseen(o, r.now()).IsZero():
			r.Changes = append(r.Changes, repairChange{Address: o.Address, Change: "hidden", ID: o.ID})
			r.say("%s: %s is not visible to this client, perhaps for its labels or its age; the entry stays", o.Address, o.ID)
		case o.Missing:
			what := "the entry was removed"
			if o.Deposed {
				what = "it was removed from the entry, which replaced it"
			}
			r.Changes = append(r.Changes, repairChange{Address: o.Address, Change: "removed", ID: o.ID})
			r.say("%s: %s is not on the platform; %s", o.Address, o.ID, what)
			forgetObject(lock, e, o.ID)
		case !o.Deposed && !r.damaged.Intact && !r.damaged.Journal.IsOpen(o.Address):
			// The version shows later whether a call without an answer was carried out.
			e.ETag = o.ETag
			lock.Put(e)
		}
	}
	return nil
}

// undecided is a line about a resource of which both sides have an object on the platform.
func (r *stateRepair) undecided(address resource.Address, both []repairCandidate) string {
	change := repairChange{Address: address, Change: "undecided", Candidates: both, Document: r.documentOf(address)}
	r.Changes = append(r.Changes, change)
	var sides []string
	for _, c := range both {
		sides = append(sides, c.Side+" "+c.ID)
	}
	text := address.String() + ": " + strings.Join(sides, ", ")
	if change.Document != "" {
		text += " (" + change.Document + ")"
	}
	return text
}

// documentOf returns the place of a resource in the documents; "" if they cannot be compiled or do not have it.
func (r *stateRepair) documentOf(address resource.Address) string {
	p := r.project
	if p.graph == nil {
		p.graph, _ = compiler.Compile(p.files, p.options())
	}
	if p.graph == nil {
		return ""
	}
	found, ok := p.graph.Get(address)
	if !ok || found.Origin.File == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d", found.Origin.Path(), found.Origin.Pos().Line)
}

// forgetObject removes an object from its entry, and an entry of which nothing is left.
func forgetObject(lock *lockfile.Lock, e lockfile.Entry, id string) {
	if left, ok := e.Without(id); ok {
		lock.Put(left)
		return
	}
	lock.Remove(e.Address)
}

// choose returns the entry whose object exists. Of two versions of one object, it takes the one with the live etag, or
// else the first, and the next refresh shows the differences. Of two objects that both exist, it takes the one that
// was replacing the other; otherwise a person must decide between both.
func choose(
	ctx context.Context, conn *connection, choice lockfile.Choice,
) (_ lockfile.Entry, both []repairCandidate, err error) {
	var there, current []lockfile.Entry
	for i, e := range choice.Entries {
		one := remote.NewInventory(conn.Client, remote.Options{})
		found, err := one.Entries(ctx, &lockfile.Lock{Entries: []lockfile.Entry{e}})
		if err != nil {
			return lockfile.Entry{}, nil, err
		}
		if len(found) == 0 || found[0].Deposed || found[0].Missing { // an entry's own object comes first
			continue
		}
		there = append(there, e)
		if !slices.ContainsFunc(both, func(c repairCandidate) bool { return c.ID == e.ID }) {
			both = append(both, repairCandidate{e.ID, choice.From[i]})
		}
		if found[0].ETag == e.ETag {
			current = append(current, e)
		}
	}
	for _, e := range there {
		replaces := func(d lockfile.Deposed) bool {
			return slices.ContainsFunc(both, func(c repairCandidate) bool { return c.ID == d.ID })
		}
		if len(both) > 1 && slices.ContainsFunc(e.Deposed, replaces) {
			return e, nil, nil
		}
	}
	switch {
	case len(there) == 0:
		return choice.Entries[0], nil, nil // resolve removes it
	case len(both) > 1:
		return lockfile.Entry{}, both, nil
	case len(current) > 0:
		return current[0], nil, nil
	}
	return there[0], nil, nil
}
