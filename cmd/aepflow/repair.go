package main

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/view"
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
	p, err := a.open(c.Path, needTarget, "text")
	if err != nil {
		return err
	}
	damaged, err := lockfile.ReadDamaged(p.paths())
	if errors.Is(err, fs.ErrNotExist) {
		return exit(exitWorld, "nothing to repair: there is neither %s nor a journal", display(p.paths().Lock))
	}
	if err != nil {
		return err
	}
	if err := damaged.SameHistory(); err != nil {
		return exit(exitStale, "%v", err)
	}
	if len(damaged.Sides) > 0 {
		if err := p.owns(damaged.Sides[0]); err != nil {
			return err
		}
	}
	if err := adoptable(a, damaged, p.target); err != nil {
		return err
	}
	lock, choices := damaged.Merge()
	if err := c.resolve(ctx, a, p, lock, choices, damaged.Journal); err != nil {
		return err
	}
	old, err := lockfile.Overwrite(ctx, p.paths(), lock, damaged.Journal, time.Now())
	if err != nil {
		return err
	}
	if old != "" {
		sayAdopted(a, damaged, lock, old)
	}
	a.say("%s repaired: %s, serial %d. To check it, run `aepflow plan --refresh`.",
		display(damaged.Path), view.Count(len(lock.Entries), "entry"), lock.Serial+1)
	if _, err := lock.Owners(); err != nil {
		a.say("warning: %v\n  = help: %s", err, wayOut(err))
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
			view.Count(j.Broken, "line"), display(j.Path))
	}
	if len(d.Sides) == 0 && j.Made != nil && j.Made.Serial > 0 {
		a.say("warning: there is no lockfile; entries of its serial %d that are not in the journal are lost; "+
			"if you can, restore it from Git and repair again", j.Made.Serial)
	}
	return nil
}

// sayAdopted prints what the journal added to the lockfile.
func sayAdopted(a *app, d lockfile.Damaged, lock *lockfile.Lock, old string) {
	if d.Journal != nil && d.Journal.Made != nil && d.Journal.Why != nil {
		for _, e := range d.Journal.Made.Entries {
			now, kept := lock.Get(e.Address)
			known := false
			for _, side := range d.Sides {
				was, ok := side.Get(e.Address)
				known = known || ok && was.ID == e.ID
			}
			if kept && now.ID == e.ID && !known {
				a.say("%s: taken over from the journal, %s", e.Address, e.ID)
			}
		}
	}
	if d.Journal != nil && len(d.Journal.Open) > 0 {
		a.say("The next apply finds the results of %s without an answer.", view.Count(len(d.Journal.Open), "call"))
	}
	a.say("The old journal is kept as %s.", display(old))
}

// resolve asks the platform which of several entries is right, and whether every entry still has its object.
func (c stateRepairCmd) resolve(
	ctx context.Context, a *app, p *project, lock *lockfile.Lock, choices []lockfile.Choice, left *lockfile.LeftJournal,
) (err error) {
	conn, err := a.connect(ctx, p, c.Rate, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	for _, choice := range choices {
		e, err := choose(ctx, conn, choice)
		if err != nil {
			return err
		}
		lock.Put(e)
		a.say("%s: the sides differ; the platform has %s", e.Address, e.ID)
	}
	found, err := remote.ReadEntries(ctx, conn.Client, lock, refreshReads)
	if err != nil {
		return err
	}
	for _, o := range found {
		e, _ := lock.Get(o.Address)
		switch {
		case o.Missing && o.Deposed:
			a.say("%s: the replaced object %s is not on the platform; it was removed from the entry", o.Address, o.ID)
			forgetObject(lock, e, o.ID)
		case o.Missing:
			a.say("%s: %s is not on the platform; the entry was removed", o.Address, o.ID)
			forgetObject(lock, e, o.ID)
		case !o.Deposed && !left.IsOpen(o.Address):
			// The version shows later whether a call without an answer was carried out.
			e.ETag = o.ETag
			lock.Put(e)
		}
	}
	return nil
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
// was replacing the other; otherwise a person must decide.
func choose(ctx context.Context, conn *connection, choice lockfile.Choice) (lockfile.Entry, error) {
	var there, current []lockfile.Entry
	var ids []string
	for _, e := range choice.Entries {
		found, err := remote.ReadEntries(ctx, conn.Client, &lockfile.Lock{Entries: []lockfile.Entry{e}}, 1)
		if err != nil {
			return lockfile.Entry{}, err
		}
		if len(found) == 0 || found[0].Deposed || found[0].Missing { // an entry's own object comes first
			continue
		}
		there = append(there, e)
		if !slices.Contains(ids, e.ID) {
			ids = append(ids, e.ID)
		}
		if found[0].ETag == e.ETag {
			current = append(current, e)
		}
	}
	for _, e := range there {
		replaces := func(d lockfile.Deposed) bool { return slices.Contains(ids, d.ID) }
		if len(ids) > 1 && slices.ContainsFunc(e.Deposed, replaces) {
			return e, nil
		}
	}
	switch {
	case len(there) == 0:
		return choice.Entries[0], nil // resolve removes it
	case len(ids) > 1:
		slices.Sort(ids)
		return lockfile.Entry{}, exit(exitStale,
			"%s has two objects on the platform: %s; delete one of them there, then run this again",
			choice.Address, strings.Join(ids, " and "))
	case len(current) > 0:
		return current[0], nil
	}
	return there[0], nil
}
