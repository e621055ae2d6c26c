package main

import (
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
)

type unlockCmd struct {
	stateFlags
}

func (unlockCmd) Help() string {
	return `The lock of an apply belongs to its process and is released when the process ends,
for any reason. Prints the holder, and removes the note that a dead holder left.`
}

func (c unlockCmd) Run(a *app) error {
	p, err := a.open(c.Path, needTarget, "text")
	if err != nil {
		return err
	}
	holder, held, err := lockfile.FindHolder(p.paths())
	switch {
	case err != nil:
		return err
	case held:
		return exit(exitStale, "%s is held by a running process: %d on %s since %s; end it, or wait with --lock-timeout",
			display(p.paths().Held), holder.PID, holder.Host, holder.Since.UTC().Format(time.RFC3339))
	}
	if lockfile.ClearHolder(p.paths()) {
		a.say("The lock is free. The note of a dead holder was removed.")
		return nil
	}
	a.say("The lock is free.")
	return nil
}
