// Package gitlock is the lock of a target that a team shares: a ref on a Git server.
//
// In: a clone, the name of a remote, and who asks. Out: the lock, or who holds it. The ref points to a commit without
// parents whose message contains a Record. It is moved by a push that the server accepts only if the ref is still where
// it was read, so of several pushes one wins; it is never deleted. Law: of all that Take the lock, at most one has it.
//
//	Take      free → held   by whoever applies
//	Release   held → free   with the serial and digest of the lockfile that was written
//	Break     held → free   by unlock, when the holder is gone
package gitlock

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
)

// DefaultRef is the folder of the locks' refs, which are named after targets.
const DefaultRef = "refs/aepflow/lock"

// Lock is where the lock of a target is.
type Lock struct {
	Dir    string // in a clone
	Remote string // name of a remote of the clone
	Ref    string // whole name of the ref
}

// Owner is who asks for a lock. Since is now.
type Owner struct {
	Holder lockfile.Holder
	Run    string // page of the pipeline's run, "" outside of one
}

// Tip is the newest record of a lock. Commit is "" when it was never taken.
type Tip struct {
	Record
	Commit string
}

// Taken is a lock in the hands of its owner.
type Taken struct {
	lock Lock
	tip  Tip
	by   Owner
}

// HeldError says that somebody else holds a lock.
type HeldError struct {
	Lock Lock
	Record
}

func (e *HeldError) Error() string {
	text := fmt.Sprintf("lock %s: another apply is running: %s since %s",
		e.Lock, e.Holder, e.Since.UTC().Format(time.RFC3339))
	if e.Run != "" {
		text += ", " + e.Run
	}
	return text
}

// BehindError says that the lockfile of a checkout is not the one that the last holder of a lock wrote.
type BehindError struct {
	Lock     Lock
	Have     lockfile.Base
	Released Record
}

func (e *BehindError) Error() string {
	last := fmt.Sprintf("the last apply, by %s, wrote serial %d", e.Released.Holder, e.Released.Serial)
	switch {
	case e.Have.Lineage != "" && e.Have.Lineage != e.Released.Lineage:
		return fmt.Sprintf("lock %s belongs to another lockfile: its lineage is %s, the lockfile's is %s",
			e.Lock, e.Released.Lineage, e.Have.Lineage)
	case e.Have.Serial < e.Released.Serial:
		return fmt.Sprintf("the lockfile is behind: it has serial %d, and %s; pull the lockfile first", e.Have.Serial, last)
	}
	return fmt.Sprintf("the lockfile differs from the one with the same serial: %s; pull the lockfile first", last)
}

// errMoved says that a ref is no longer where it was read.
var errMoved = errors.New("somebody else moved it")

// String is how messages name a lock.
func (l Lock) String() string { return l.Ref + " on " + l.Remote }

// wrap puts the lock's name before an error.
func (l Lock) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("lock %s: %w", l, err)
}

// pollEvery is how often a waiting apply looks at the lock.
const pollEvery = 2 * time.Second

// Take takes the lock, waiting up to timeout for its holder. have is the lockfile of the checkout. The error is a
// *HeldError or a *BehindError, or one of git. After a lost answer Take looks whether the push was accepted.
func (l Lock) Take(ctx context.Context, by Owner, have lockfile.Base, timeout time.Duration) (*Taken, error) {
	if err := l.check(ctx); err != nil {
		return nil, l.wrap(err)
	}
	for begin := time.Now(); ; {
		tip, err := l.look(ctx)
		switch {
		case err != nil:
			return nil, err
		case tip.State == Held && time.Since(begin) >= timeout:
			return nil, &HeldError{Lock: l, Record: tip.Record}
		case tip.State == Held:
			if err := sleep(ctx, min(pollEvery, timeout-time.Since(begin))); err != nil {
				return nil, err
			}
			continue
		case tip.isAhead(have):
			return nil, &BehindError{Lock: l, Have: have, Released: tip.Record}
		}
		now, err := l.move(ctx, tip.Commit, tip.with(Held, by))
		if err == nil {
			return &Taken{lock: l, tip: now, by: by}, nil
		}
		if !errors.Is(err, errMoved) {
			return nil, l.wrap(err)
		}
	}
}

// isAhead reports whether a lock knows a lockfile that have does not continue. One with a higher serial does: commands
// that change only the lockfile do not take the lock.
func (t Tip) isAhead(have lockfile.Base) bool {
	last := t.lockfile()
	switch {
	case last.Lineage == "":
		return false
	case have.Lineage != last.Lineage, have.Serial < last.Serial:
		return true
	}
	return have.Serial == last.Serial && have.Digest != last.Digest
}

// releaseTries is how often a release is tried before it is given up.
const releaseTries = 3

// Release gives the lock back. wrote is the lockfile as it is now; it is not recorded if it is the one that the
// checkout had when the lock was taken, because nothing was applied then.
func (t *Taken) Release(ctx context.Context, had, wrote lockfile.Base, now time.Time) error {
	next := t.tip.Record
	if wrote != had || next.Lineage == "" {
		next.Lineage, next.Serial, next.Digest = wrote.Lineage, wrote.Serial, wrote.Digest
	}
	by := t.by
	by.Holder.Since = now
	next = next.with(Free, by)
	var err error
	for try := 1; try <= releaseTries; try++ {
		if _, err = t.lock.move(ctx, t.tip.Commit, next); err == nil {
			return nil
		}
		if errors.Is(err, errMoved) {
			if now, e := t.lock.look(ctx); e == nil && now.Nonce == next.Nonce {
				return nil // by an earlier try, whose answer was lost
			}
			return t.lock.wrap(errors.New("it was taken away from this apply while it was running"))
		}
		if err := sleep(ctx, time.Duration(try)*time.Second/2); err != nil {
			break
		}
	}
	return t.lock.wrap(fmt.Errorf("release: %w", err))
}

// Break clears the lock of a holder that is gone. It fails when the lock was moved since it was looked at.
func (l Lock) Break(ctx context.Context, seen Tip, by Owner) error {
	_, err := l.move(ctx, seen.Commit, seen.with(Free, by))
	return l.wrap(err)
}

// Look returns the newest record of the lock.
func (l Lock) Look(ctx context.Context) (Tip, error) {
	if err := l.check(ctx); err != nil {
		return Tip{}, l.wrap(err)
	}
	return l.look(ctx)
}

// look is Look in a clone that was checked.
func (l Lock) look(ctx context.Context) (Tip, error) {
	const tries = 5
	for try := 1; ; try++ {
		commit, err := l.head(ctx)
		if err != nil || commit == "" {
			return Tip{}, l.wrap(err)
		}
		text, err := l.read(ctx, commit)
		if err == nil {
			r, err := parseCommit(text)
			return Tip{Record: r, Commit: commit}, l.wrap(err)
		}
		if now, e := l.head(ctx); try == tries || e != nil || now == commit {
			return Tip{}, l.wrap(err)
		} // else it was moved meanwhile
	}
}

// read returns the text of a commit that the ref points to. The clone gains objects and no refs.
func (l Lock) read(ctx context.Context, commit string) (string, error) {
	if text, err := run(ctx, l.Dir, "", "cat-file", "commit", commit); err == nil {
		return text, nil // the clone has it already
	}
	_, err := run(ctx, l.Dir, "", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc", "--no-prune",
		"--no-recurse-submodules", "--refmap=", "--", l.Remote, l.Ref)
	if err != nil {
		return "", err
	}
	return run(ctx, l.Dir, "", "cat-file", "commit", commit)
}

// check refuses a folder that is in no clone, and a remote that the clone does not have: git would take its name for
// the path of a repository, which the project could contain.
func (l Lock) check(ctx context.Context) error {
	bare, err := run(ctx, l.Dir, "", "rev-parse", "--is-bare-repository")
	switch {
	case err != nil:
		return fmt.Errorf("the project is in no Git clone: %w", err)
	case strings.TrimSpace(bare) != "false":
		return errors.New("the project is in a bare Git repository, not in a clone")
	}
	list, err := run(ctx, l.Dir, "", "remote", "--verbose")
	if err != nil {
		return err
	}
	return checkRemote(list, l.Remote)
}

// checkRemote looks for a remote in a list of lines `NAME<tab>ADDRESS (fetch)` and `NAME<tab>ADDRESS (push)`.
func checkRemote(list, name string) error {
	addresses := map[string]bool{}
	for line := range strings.Lines(list) {
		if rest, ok := strings.CutPrefix(line, name+"\t"); ok {
			address, _, _ := strings.Cut(rest, " (")
			addresses[address] = true
		}
	}
	switch len(addresses) {
	case 0:
		return fmt.Errorf("the clone has no remote %s; add it with `git remote add`, or correct `lock.git`", name)
	case 1:
		return nil
	}
	return fmt.Errorf("remote %s has several addresses, and a lock has one: use another remote", name)
}

// head returns the commit that the ref points to on the server, "" for none.
func (l Lock) head(ctx context.Context) (string, error) {
	out, err := run(ctx, l.Dir, "", "ls-remote", "--quiet", "--", l.Remote, l.Ref)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(out) {
		commit, ref, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if ref == l.Ref && isHash(commit) {
			return commit, nil
		}
	}
	return "", nil
}

// move moves the ref from one commit to a new one with a record. errMoved means that the server had another. A push is
// not cut off by the end of ctx, because it could be accepted all the same; without an answer, the server is asked
// again.
func (l Lock) move(ctx context.Context, from string, r Record) (Tip, error) {
	ctx = context.WithoutCancel(ctx)
	tree, err := run(ctx, l.Dir, "", "hash-object", "-t", "tree", "-w", "--stdin")
	if err != nil {
		return Tip{}, err
	}
	out, err := run(ctx, l.Dir, r.message(l.Ref), "commit-tree", strings.TrimSpace(tree), "-F", "-")
	if err != nil {
		return Tip{}, err
	}
	commit := strings.TrimSpace(out)
	_, err = run(ctx, l.Dir, "", "push", "--quiet", "--no-verify", "--no-follow-tags", "--no-signed",
		"--recurse-submodules=no", "--force-with-lease="+l.Ref+":"+from, "--", l.Remote, commit+":"+l.Ref)
	if err == nil {
		return Tip{Record: r, Commit: commit}, nil
	}
	now, e := l.head(ctx)
	switch {
	case e != nil:
		return Tip{}, errors.Join(err, fmt.Errorf("it may have been moved: %w", e))
	case now == commit:
		return Tip{Record: r, Commit: commit}, nil
	case now != from:
		return Tip{}, errMoved
	}
	return Tip{}, err
}

// isHash reports whether a text is the name of an object: SHA-1 or SHA-256 in hex.
func isHash(text string) bool {
	return (len(text) == 40 || len(text) == 64) && strings.Trim(text, "0123456789abcdef") == ""
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
