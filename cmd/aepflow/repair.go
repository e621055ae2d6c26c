package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/remote"
)

type stateRepairCmd struct {
	stateFlags
	Rate float64 `default:"-1" placeholder:"N" help:"Requests a second at most, 0 for no limit. Default: 2 against Adobe, none against an emulator."`
}

func (stateRepairCmd) Help() string {
	return `For a lockfile with conflict markers, or one whose digest does not fit its
content; and for a journal that does not go on from the lockfile. Puts both sides
of the merge and what the journal knows together, asks the platform where they
differ, and writes a lockfile that is whole again. Changes nothing on the platform.`
}

func (c stateRepairCmd) Run(ctx context.Context, a *app) error {
	p, t, err := c.open(a)
	if err != nil {
		return err
	}
	damaged, err := lockfile.ReadDamaged(p.paths(t))
	if errors.Is(err, fs.ErrNotExist) {
		return exit(exitWorld, "there is nothing to repair: neither %s nor a journal", display(p.paths(t).Lock))
	}
	if err != nil {
		return err
	}
	if err := damaged.SameHistory(); err != nil {
		return exit(exitStale, "%v", err)
	}
	if len(damaged.Sides) > 0 {
		if err := sameTarget(p.paths(t), damaged.Sides[0], t); err != nil {
			return err
		}
	}
	if err := adoptable(a, damaged, t); err != nil {
		return err
	}
	lock, choices := damaged.Merge()
	if err := c.settle(ctx, a, p, t, lock, choices, damaged.Journal); err != nil {
		return err
	}
	old, err := lockfile.Overwrite(ctx, p.paths(t), lock, damaged.Journal, time.Now())
	if err != nil {
		return err
	}
	if old != "" {
		a.tellAdopted(damaged, lock, old)
	}
	a.say("%s is whole again: %s, serial %d. Look at it with `aepflow plan --refresh`.",
		display(damaged.Path), entries(len(lock.Entries)), lock.Serial+1)
	if _, err := lock.Owners(); err != nil {
		a.say("warning: %v\n  = help: %s", err, wayOut(err))
	}
	return nil
}

// adoptable says why what a journal speaks of is not taken over, and warns of what
// nobody knows.
func adoptable(a *app, d lockfile.Damaged, t target) error {
	j := d.Journal
	if j == nil {
		return nil
	}
	if have := t.lockTarget(); j.Target.Org != have.Org || j.Target.Sandbox != have.Sandbox {
		return exit(exitStale, "%s is not taken over: it belongs to organisation %s, sandbox %s; target %s is organisation %s, sandbox %s; move it away, or repair that target",
			display(j.Path), j.Target.Org, j.Target.Sandbox, t.name, have.Org, have.Sandbox)
	}
	if j.Broken > 0 {
		a.say("warning: %s of %s cannot be read; objects that only they tell of are on the platform and in no lockfile", count(j.Broken, "line"), display(j.Path))
	}
	if len(d.Sides) == 0 && j.Made != nil && j.Made.Serial > 0 {
		a.say("warning: there is no lockfile; what serial %d of it held, beside what the journal speaks of, is not known: put it back from Git first if you can, and repair again",
			j.Made.Serial)
	}
	return nil
}

// tellAdopted says what the journal has added to the lockfile.
func (a *app) tellAdopted(d lockfile.Damaged, lock *lockfile.Lock, old string) {
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
		a.say("The next apply finds out what came of %s without an answer.", count(len(d.Journal.Open), "call"))
	}
	a.say("The journal as it was is kept as %s.", display(old))
}

// settle asks the platform which of the entries that differ is true, and whether
// every entry still has its object.
func (c stateRepairCmd) settle(ctx context.Context, a *app, p *project, t target, lock *lockfile.Lock, choices []lockfile.Choice, left *lockfile.LeftJournal) (err error) {
	conn, err := a.connect(p, t, c.Rate, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	if _, err := checkSandbox(ctx, conn, t); err != nil {
		return err
	}
	for _, choice := range choices {
		e, err := choose(ctx, conn, choice)
		if err != nil {
			return err
		}
		lock.Put(e)
		a.say("%s: it differs between them; the platform has %s", e.Address, e.ID)
	}
	found, err := remote.ReadEntries(ctx, conn.Client, lock, refreshReads)
	if err != nil {
		return err
	}
	for _, o := range found {
		e, _ := lock.Get(o.Address)
		if o.Missing {
			a.say("%s: %s is not on the platform; the entry is dropped", o.Address, o.ID)
			lock.Remove(o.Address)
			continue
		}
		// Of a call without an answer the version tells later whether it was done.
		if !left.IsOpen(o.Address) {
			e.ETag = o.ETag
			lock.Put(e)
		}
	}
	return nil
}

// choose takes the entry whose object is there. Of two versions of one object the
// one with the live etag is true; where neither has it the first is taken, and the
// next refresh shows what differs. Of two objects that are both there the one that
// was about to take the other's place is true; without that they are for people to
// decide.
func choose(ctx context.Context, conn *connection, choice lockfile.Choice) (lockfile.Entry, error) {
	var there, current []lockfile.Entry
	var ids []string
	for _, e := range choice.Entries {
		found, err := remote.ReadEntries(ctx, conn.Client, &lockfile.Lock{Entries: []lockfile.Entry{e}}, 1)
		if err != nil {
			return lockfile.Entry{}, err
		}
		if len(found) != 1 || found[0].Missing {
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
		if len(ids) > 1 && slices.ContainsFunc(e.Deposed, func(d lockfile.Deposed) bool { return slices.Contains(ids, d.ID) }) {
			return e, nil
		}
	}
	switch {
	case len(there) == 0:
		return choice.Entries[0], nil // it is dropped below
	case len(ids) > 1:
		slices.Sort(ids)
		return lockfile.Entry{}, exit(exitStale,
			"%s: there are two objects for it on the platform: %s; remove one of them there, then run this again",
			choice.Address, strings.Join(ids, " and "))
	case len(current) > 0:
		return current[0], nil
	}
	return there[0], nil
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}
