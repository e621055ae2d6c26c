package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/live"
	"github.com/aepflow/aepflow/internal/lockfile"
)

type stateRepairCmd struct {
	stateFlags
	Rate float64 `default:"-1" placeholder:"N" help:"Requests a second at most, 0 for no limit. Default: 2 against Adobe, none against an emulator."`
}

func (stateRepairCmd) Help() string {
	return `For a lockfile with conflict markers, or one whose digest does not fit its
content. Puts both sides of the merge together, asks the platform where they
differ, and writes a lockfile that is whole again. Changes nothing on the platform.`
}

func (c stateRepairCmd) Run(ctx context.Context, a *app) error {
	p, t, err := c.open(a)
	if err != nil {
		return err
	}
	damaged, err := lockfile.ReadDamaged(p.paths(t))
	if err != nil {
		return err
	}
	if err := damaged.SameHistory(); err != nil {
		return exit(exitStale, "%v", err)
	}
	if err := sameTarget(p.paths(t), damaged.Sides[0], t); err != nil {
		return err
	}
	lock, choices := damaged.Merge()
	if err := c.settle(ctx, a, p, t, lock, choices); err != nil {
		return err
	}
	old, err := lockfile.Overwrite(ctx, p.paths(t), lock, time.Now())
	if err != nil {
		return err
	}
	if old != "" {
		a.say("The journal of the damaged lockfile is kept as %s.", display(old))
	}
	a.say("%s is whole again: %s, serial %d. Look at it with `aepflow plan --refresh`.",
		display(damaged.Path), entries(len(lock.Entries)), lock.Serial+1)
	return nil
}

// settle asks the platform which of the entries that differ is true, and whether
// every entry still has its object.
func (c stateRepairCmd) settle(ctx context.Context, a *app, p *project, t target, lock *lockfile.Lock, choices []lockfile.Choice) (err error) {
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
		a.say("%s: both sides changed it; the platform has %s", e.Address, e.ID)
	}
	found, err := live.Read(ctx, conn.Client, lock, refreshReads)
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
		e.ETag = o.ETag
		lock.Put(e)
	}
	return nil
}

// choose takes the entry whose object is there. Of two versions of one object
// the one with the live etag is true; where neither has it the first is taken,
// and the next refresh shows what differs. Two objects that are both there are
// for people to decide.
func choose(ctx context.Context, conn *connection, choice lockfile.Choice) (lockfile.Entry, error) {
	var there []lockfile.Entry
	for _, e := range choice.Entries {
		found, err := live.Read(ctx, conn.Client, &lockfile.Lock{Entries: []lockfile.Entry{e}}, 1)
		if err != nil {
			return lockfile.Entry{}, err
		}
		if len(found) == 1 && !found[0].Missing {
			if found[0].ETag == e.ETag {
				return e, nil
			}
			there = append(there, e)
		}
	}
	ids := func(list []lockfile.Entry) []string {
		var out []string
		for _, e := range list {
			out = append(out, e.ID)
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	switch known := ids(there); len(known) {
	case 0:
		return choice.Entries[0], nil // neither is there: it is dropped below
	case 1:
		return there[0], nil
	default:
		return lockfile.Entry{}, exit(exitStale,
			"%s: both sides of the merge made an object, and both are on the platform: %s; remove one of them there, then run this again",
			choice.Address, strings.Join(known, " and "))
	}
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}
