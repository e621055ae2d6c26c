package main

import (
	"errors"
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

// unlocked is the result of unlock in JSON.
type unlocked struct {
	resultHead
	Held        bool             `json:"held"`
	Holder      *lockfile.Holder `json:"holder,omitempty"`
	NoteRemoved bool             `json:"note_removed"` // of a holder that was killed
}

func (c unlockCmd) Run(a *app) error {
	p, err := a.open(c.Path, needTarget, "text", "json")
	if err != nil {
		return failedJSON(a, "unlock", err)
	}
	out := unlocked{resultHead: headOf("unlock", p)}
	if err = unlock(a, p, &out); a.Output == "json" {
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
