package main

import (
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
)

type unlockCmd struct {
	stateFlags
}

func (unlockCmd) Help() string {
	return `The lock of an apply belongs to its process: when that ends, however it ends, the
lock is free. This says who holds it, and clears the note of a holder that is dead.`
}

func (c unlockCmd) Run(a *app) error {
	p, t, err := c.open(a)
	if err != nil {
		return err
	}
	paths := p.paths(t)
	holder, held, err := lockfile.FindHolder(paths)
	switch {
	case err != nil:
		return err
	case held:
		return exit(exitStale, "%s is held by a living process: %d on %s since %s; end that, or wait with --lock-timeout",
			display(paths.Held), holder.PID, holder.Host, holder.Since.UTC().Format(time.RFC3339))
	}
	if lockfile.ClearHolder(paths) {
		a.say("The lock is free; the note of a dead holder is cleared.")
		return nil
	}
	a.say("The lock is free.")
	return nil
}
