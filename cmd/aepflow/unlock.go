package main

import (
	"context"
	"errors"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
)

type unlockCmd struct {
	stateFlags
	Force     string        `placeholder:"HOLDER" help:"Clear the team's lock of this holder without asking."`
	LostAfter time.Duration `default:"92s" placeholder:"TIME" help:"${unlock_lost_after}"`
}

func (c unlockCmd) Validate() error { return checkLostAfter(c.LostAfter) }

func (unlockCmd) Help() string {
	return `The lock of an apply belongs to its process and is released when the process ends,
for any reason. Prints the holder, and removes the note that a dead holder left.

The lock that a team shares (lock in aepflow.yaml) stays held if its holder is killed.
Prints the holder and its run, asks whether it is gone, and clears the lock.`
}

// unlocked is the result of unlock in JSON.
type unlocked struct {
	resultHead
	Held        bool             `json:"held"`
	Holder      *lockfile.Holder `json:"holder,omitempty"`
	NoteRemoved bool             `json:"note_removed"` // of a holder that was killed
	Team        *teamHeld        `json:"team,omitempty"`
}

func (c unlockCmd) Run(ctx context.Context, a *app) error {
	p, err := a.open(c.Path, needTarget, "text", "json")
	if err != nil {
		return failedJSON(a, "unlock", err)
	}
	out := unlocked{resultHead: headOf("unlock", p)}
	if err = unlock(a, p, &out); err == nil {
		if l, ok := p.teamLock(); ok {
			err = c.unlockTeam(ctx, a, p, l, &out)
		}
	}
	if a.Output == "json" {
		out.Error = errorJSON(err)
		err = errors.Join(err, a.printJSON(out))
	}
	return err
}

func unlock(a *app, p *project, out *unlocked) error {
	holder, held, err := lockfile.FindHolder(p.paths())
	if err != nil {
		return err
	}
	if out.Held = held; held {
		out.Holder = &holder
		return exit(exitStale, "%s is held by a running process: %d on %s since %s; end it, or wait with --lock-timeout",
			display(p.paths().Held), holder.PID, holder.Host, holder.Since.UTC().Format(time.RFC3339))
	}
	if out.NoteRemoved = lockfile.ClearHolder(p.paths()); out.NoteRemoved {
		a.say("The lock is free. The note of a dead holder was removed.")
		return nil
	}
	a.say("The lock is free.")
	return nil
}
