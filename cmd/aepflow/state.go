package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/words"
)

type stateCmd struct {
	List   stateListCmd   `cmd:"" formats:"text,json" help:"List the entries of the lockfile."`
	Show   stateShowCmd   `cmd:"" formats:"text,json" help:"Print an entry of the lockfile."`
	Mv     stateMvCmd     `cmd:"" formats:"text" help:"Change the address of an entry."`
	Rm     stateRmCmd     `cmd:"" formats:"text" help:"Remove entries. The objects stay on the platform."`
	Repair stateRepairCmd `cmd:"" formats:"text,json" help:"Repair a lockfile, such as after a merge conflict."`
}

// stateFlags are the flags of the state commands.
type stateFlags struct {
	Path string `short:"p" default:"." placeholder:"DIR" help:"Folder of the project."`
}

// read returns the lock of the target with its journal folded in. Documents may be wrong.
func (f stateFlags) read(a *app, formats ...string) (*lockfile.Lock, error) {
	p, err := a.open(f.Path, needTarget, formats...)
	if err != nil {
		return nil, err
	}
	seen, err := lockfile.Look(p.paths())
	return seen.Lock, err
}

// stateEntry is an entry as the state commands print it.
type stateEntry struct {
	Address resource.Address   `json:"address"`
	ID      string             `json:"id"`
	ETag    string             `json:"etag,omitempty"`
	Protect bool               `json:"protect,omitempty"`
	Applied json.RawMessage    `json:"applied,omitempty"`
	Sent    []lockfile.Sent    `json:"sent,omitempty"`
	Needs   []lockfile.Need    `json:"needs,omitempty"`
	Deposed []lockfile.Deposed `json:"deposed,omitempty"`
	Outputs *remote.Outputs    `json:"outputs,omitempty"` // read from the platform, with --outputs
}

type stateListCmd struct{ stateFlags }

func (c stateListCmd) Run(a *app) error {
	lock, err := c.read(a, "text", "json")
	if err != nil {
		return err
	}
	if a.Output == "json" {
		list := []stateEntry{}
		for _, e := range lock.Entries {
			list = append(list, stateEntry{
				Address: e.Address, ID: e.ID, ETag: e.ETag, Protect: e.Protect, Deposed: e.Deposed,
			})
		}
		return a.printJSON(list)
	}
	for _, e := range lock.Entries {
		if err := a.stdout.Printf("%s  %s\n", e.Address, e.ID); err != nil {
			return err
		}
		for _, d := range e.Deposed {
			if err := a.stdout.Printf("%s  %s  (replaced, not yet deleted)\n", e.Address, d.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

type stateShowCmd struct {
	Address string `arg:"" complete:"entry" help:"Address of the entry, such as flow.customers."`
	Outputs bool   `help:"Read what the senders of a stream need: its address, and the ID of the dataflow."`
	stateFlags
}

func (c stateShowCmd) Run(ctx context.Context, a *app) error {
	lock, err := c.read(a, "text", "json")
	if err != nil {
		return err
	}
	e, err := entryAt(lock, c.Address)
	if err != nil {
		return err
	}
	shown := stateEntry{
		Address: e.Address, ID: e.ID, ETag: e.ETag, Protect: e.Protect, Applied: e.Applied,
		Sent: e.Sent, Needs: e.Needs, Deposed: e.Deposed,
	}
	if c.Outputs {
		if shown.Outputs, err = c.outputs(ctx, a, lock, e); err != nil {
			return err
		}
	}
	return a.printJSON(shown)
}

// outputs reads the outputs of an entry.
func (c stateShowCmd) outputs(
	ctx context.Context, a *app, lock *lockfile.Lock, e lockfile.Entry,
) (_ *remote.Outputs, err error) {
	p, err := a.open(c.Path, needTarget, "text", "json")
	if err != nil {
		return nil, err
	}
	conn, err := a.connect(ctx, p, nil, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	out, err := remote.OutputsOf(ctx, conn, lock, e)
	if err == nil && out == (remote.Outputs{}) {
		err = exit(exitUsage,
			"%s has no outputs: name the dataflow or connection of a stream that takes data at an address", e.Address)
	}
	return &out, err
}

func entryAt(lock *lockfile.Lock, text string) (lockfile.Entry, error) {
	address, err := resource.ParseAddress(text)
	if err != nil {
		return lockfile.Entry{}, exit(exitUsage, "%v", err)
	}
	e, ok := lock.Get(address)
	if !ok {
		return lockfile.Entry{}, exit(exitUsage, "the lockfile has no %s; `aepflow state list` shows its entries", address)
	}
	return e, nil
}

// session takes the lock of the target. With repair, an object may have two owners.
func (f stateFlags) session(ctx context.Context, a *app, repair bool) (*lockfile.Session, error) {
	p, err := a.open(f.Path, needTarget, "text")
	if err != nil {
		return nil, err
	}
	o := lockfile.Options{Target: p.target.lockTarget(), Now: time.Now(), Repair: repair}
	return lockfile.Open(ctx, p.paths(), o)
}

// lockEdit returns the edits to make to a lock.
type lockEdit func(*lockfile.Lock) ([]lockfile.Edit, error)

// edit changes the lockfile of a target without calling the platform.
func (f stateFlags) edit(ctx context.Context, a *app, repair bool, change lockEdit) (err error) {
	s, err := f.session(ctx, a, repair)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if n := len(s.Unresolved()); n > 0 {
		return exit(exitStale, "an apply was interrupted and left %s open; run `aepflow apply` first", words.Count(n, "call"))
	}
	lock := s.Lock()
	edits, err := change(lock)
	if err != nil {
		return err
	}
	for _, e := range edits {
		if err := s.Wait(s.Edit(e)); err != nil {
			return err
		}
	}
	return s.Commit(lock.Secrets)
}

type stateMvCmd struct {
	From string `arg:"" complete:"entry" help:"Address of the entry."`
	To   string `arg:"" help:"Its new address, of the same kind."`
	stateFlags
}

func (c stateMvCmd) Run(ctx context.Context, a *app) error {
	return c.edit(ctx, a, false, func(lock *lockfile.Lock) ([]lockfile.Edit, error) {
		from, err := entryAt(lock, c.From)
		if err != nil {
			return nil, err
		}
		to, err := resource.ParseAddress(c.To)
		switch {
		case err != nil:
			return nil, exit(exitUsage, "%v", err)
		case to.Kind != from.Address.Kind:
			return nil, exit(exitUsage, "%s is a %s and cannot become a %s", from.Address, from.Address.Kind, to.Kind)
		}
		if !resource.IsName(to.Name) {
			return nil, exit(exitUsage, "%s: no document can have this name; names consist of lowercase letters, digits, and "+
				"dashes inside", to)
		}
		if _, taken := lock.Get(to); taken {
			return nil, exit(exitUsage, "the lockfile already has a %s", to)
		}
		a.say("%s is now %s", from.Address, to)
		return []lockfile.Edit{{Moves: []lockfile.Move{{From: from.Address, To: to}}}}, nil
	})
}

type stateRmCmd struct {
	Address []string `arg:"" complete:"entry" help:"Addresses of the entries."`
	stateFlags
}

func (stateRmCmd) Help() string {
	return `The objects stay on the platform. If a document still defines them, the next apply
finds them and stops: aepflow adopt attaches them again.

Also closes a create that the platform accepted without returning an ID, if its object
does not exist. Look for it on the platform first.`
}

func (c stateRmCmd) Run(ctx context.Context, a *app) error {
	if gaveUp, err := c.giveUp(ctx, a); err != nil || gaveUp {
		return err
	}
	return c.edit(ctx, a, true, func(lock *lockfile.Lock) ([]lockfile.Edit, error) {
		var out []lockfile.Edit
		for _, text := range c.Address {
			e, err := entryAt(lock, text)
			if err != nil {
				return nil, err
			}
			a.say("removed from the lockfile, kept on the platform: %s %s", e.Address, e.ID)
			out = append(out, lockfile.Edit{Forget: e.Address})
		}
		return out, nil
	})
}

// giveUp closes accepted creates whose objects were never found, if all addresses are such.
func (c stateRmCmd) giveUp(ctx context.Context, a *app) (done bool, err error) {
	s, err := c.session(ctx, a, true)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var open []lockfile.Intent
	for _, text := range c.Address {
		for _, in := range s.Unresolved() {
			if in.Accepted && in.Address.String() == text {
				open = append(open, in)
			}
		}
	}
	if len(open) != len(c.Address) {
		return false, nil
	}
	for _, in := range open {
		if err := s.Wait(s.Settle(lockfile.Outcome{N: in.N, Aborted: true})); err != nil {
			return false, err
		}
		a.say("closed as not done: %s %s", in.Step, in.Address)
	}
	return true, s.Commit(s.Lock().Secrets)
}
