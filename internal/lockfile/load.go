package lockfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/resource"
)

// The ways in which a journal can be unusable. Callers branch with errors.Is.
var (
	ErrDamaged = errors.New("the journal is damaged")
	ErrForeign = errors.New("the journal belongs to another lockfile")
	ErrStale   = errors.New("the lockfile was replaced since the journal was written")
)

// JournalError says that the journal of an interrupted apply does not go with
// the lockfile. Nothing of either was changed.
type JournalError struct {
	Path string
	Made string // objects that only the journal knows
	Err  error  // wraps ErrDamaged, ErrForeign or ErrStale
}

func (e *JournalError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "read %s: %v", e.Path, e.Err)
	if e.Made != "" {
		fmt.Fprintf(&b, "; it holds %s", e.Made)
	}
	return b.String()
}

func (e *JournalError) Unwrap() error { return e.Err }

// TargetError says that a lockfile was applied somewhere else.
type TargetError struct {
	Path        string
	Have, Asked Target
}

func (e *TargetError) Error() string {
	return fmt.Sprintf("%s belongs to organization %s, sandbox %s; asked for organization %s, sandbox %s",
		e.Path, e.Have.Org, e.Have.Sandbox, e.Asked.Org, e.Asked.Sandbox)
}

// View is what a reader sees: the lock with the journal folded in, in memory
// only, and the calls with an unknown result.
type View struct {
	Lock *Lock
	Open []Intent
}

// Load reads the lock of a target without locking or writing anything. An absent
// lockfile is an empty lock without lineage.
// An object with two owners is an *OwnerError.
func Load(p Paths) (View, error) {
	v, err := Look(p)
	if err != nil {
		return View{}, err
	}
	return checked(v)
}

// Look is Load for who shows or repairs a lock: its objects may have two owners.
func Look(p Paths) (View, error) {
	f, err := load(p)
	if err != nil {
		return View{}, err
	}
	if f.state == nil {
		return View{Lock: f.lock}, nil
	}
	return View{Lock: f.state.snapshot(), Open: f.state.unresolved()}, nil
}

// loaded is a lock with its journal folded in.
type loaded struct {
	lock  *Lock  // as it is on disk
	state *state // with the journal; nil when there is nothing to fold
	text  []byte // of the lockfile, nil when there is none
	whole int    // bytes of the journal that are to be kept; 0: start a new one
	had   bool   // there is a journal to clear away
}

// load reads lockfile and journal as they belong together: a reader does not
// lock, so an apply may end and replace both while it reads.
func load(p Paths) (loaded, error) {
	for {
		before, _ := p.lock().Info()
		lock, text, err := readLock(p)
		if err != nil {
			return loaded{}, err
		}
		journal, err := p.journal().Read(files.MaxLock)
		absent := files.IsAbsent(err)
		if err != nil && !absent {
			return loaded{}, err
		}
		after, err := p.lock().Info()
		if err != nil && !files.IsAbsent(err) {
			return loaded{}, err
		}
		if sameText(before, after) {
			return join(p, lock, text, journal, absent)
		}
	}
}

// sameText reports whether a lockfile was not replaced between two looks: it is
// only ever replaced by rename, so another text is another file. Reading a large
// one twice would cost more than the rest of a plan.
func sameText(before, after fs.FileInfo) bool {
	if before == nil || after == nil {
		return before == nil && after == nil
	}
	return os.SameFile(before, after) && before.ModTime().Equal(after.ModTime()) && before.Size() == after.Size()
}

func join(p Paths, lock *Lock, text, journal []byte, absent bool) (loaded, error) {
	out := loaded{lock: lock, text: text, had: !absent}
	recs, whole, err := unframeAll(journal)
	if err != nil {
		return loaded{}, &JournalError{Path: p.Journal, Err: err}
	}
	if len(recs) == 0 {
		return out, nil // its first line was torn: nothing was sent
	}
	h := recs[0].Header
	if h == nil || !sameMajor(h.Version) {
		err := fmt.Errorf("%w: its first line is not one that this aepflow reads", ErrDamaged)
		return loaded{}, &JournalError{Path: p.Journal, Err: err}
	}
	folded, err := fits(lock, text, h, recs)
	if err != nil {
		return loaded{}, &JournalError{Path: p.Journal, Made: describe(recs), Err: err}
	}
	out.state = newState(lock)
	if text == nil {
		out.state.lock.Lineage, out.state.lock.Target = h.Lineage, h.Target
	}
	if folded {
		// The crash was between the lockfile's rename and the journal's removal:
		// only what had no outcome yet still counts.
		replayed := newState(&Lock{})
		for _, r := range recs {
			replayed.fold(r)
		}
		out.state.open, out.state.last, out.state.heartbeat = replayed.open, replayed.last, replayed.heartbeat
		return out, nil
	}
	for _, r := range recs {
		out.state.fold(r)
	}
	out.whole = whole
	return out, nil
}

// fits reports whether the lockfile already holds what the journal says, or that
// the two do not belong together.
func fits(lock *Lock, text []byte, h *Header, recs []Record) (folded bool, err error) {
	switch {
	case text == nil && h.Serial == 0:
		return false, nil
	case text == nil:
		return false, fmt.Errorf("%w: it goes on from serial %d of lineage %s, and there is no lockfile",
			ErrForeign, h.Serial, h.Lineage)
	case h.Lineage != lock.Lineage:
		return false, fmt.Errorf("%w: it has lineage %s, the lockfile %s", ErrForeign, h.Lineage, lock.Lineage)
	case h.Serial == lock.Serial:
		return false, nil
	}
	for _, r := range recs {
		if r.Commit != nil && r.Commit.Serial == lock.Serial && r.Commit.Digest == resource.Digest(text) {
			return true, nil
		}
	}
	return false, fmt.Errorf("%w: the journal goes on from serial %d, the lockfile has serial %d",
		ErrStale, h.Serial, lock.Serial)
}
