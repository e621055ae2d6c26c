package lockfile

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/resource"
)

// LeftJournal is the journal of an interrupted apply, read without the
// lockfile that it goes on from: what it made, and of what it had no answer.
type LeftJournal struct {
	Path      string
	Target    Target
	Why       error // why it does not go on from the lockfile; nil when it does
	Broken    int   // lines that cannot be read; what they said is lost
	Made      *Lock // the entries that it speaks of, as they were after its last record
	Open      []Intent
	Heartbeat time.Time
}

// IsOpen reports whether a call about a resource has no answer.
func (j *LeftJournal) IsOpen(a resource.Address) bool {
	return j != nil && slices.ContainsFunc(j.Open, func(in Intent) bool { return in.Address == a })
}

// ErrNoTarget says that the target of a journal is unknown.
var ErrNoTarget = errors.New("its first line cannot be read, so its lockfile and target are unknown")

// leftJournal reads the journal beside a lockfile that may be damaged or gone, nil
// when there is none that says anything.
func leftJournal(p Paths, text []byte, sides []*Lock) (*LeftJournal, error) {
	raw, err := p.journal().Read(files.MaxLock)
	if files.IsAbsent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	recs, broken := readableLines(raw)
	if len(recs) == 0 && broken == 0 {
		return nil, nil // nothing was sent
	}
	if len(recs) == 0 || recs[0].Header == nil || !sameMajor(recs[0].Header.Version) {
		return nil, &JournalError{Path: p.Journal, Made: describe(recs), Err: ErrNoTarget}
	}
	h := recs[0].Header
	j := &LeftJournal{Path: p.Journal, Target: h.Target, Broken: broken}
	base := &Lock{}
	if len(sides) > 0 {
		base = sides[0]
	}
	folded := false
	switch {
	case len(sides) > 1:
		j.Why = ErrConflict
	case broken > 0:
		j.Why = ErrDamaged
	default:
		folded, j.Why = fits(base, text, h, recs)
	}
	s := salvage(base, recs, j.Why == nil && !folded)
	j.Open, j.Heartbeat = s.unresolved(), s.heartbeat
	if !folded {
		j.Made = s.snapshot()
		j.Made.Lineage, j.Made.Serial, j.Made.Target = h.Lineage, h.Serial, h.Target
	}
	return j, nil
}

// readableLines reads what can be read of a journal. A torn last line is not broken:
// nothing was sent because of it.
func readableLines(raw []byte) (recs []Record, broken int) {
	for line := range bytes.Lines(raw) {
		whole, ended := bytes.CutSuffix(line, []byte{'\n'})
		more, ok := unframe(whole)
		switch {
		case ok:
			recs = append(recs, more...)
		case ended:
			broken++
		}
	}
	switch _, _, err := unframeAll(raw); {
	case err == nil:
		broken = 0 // the last line is the only one
	case broken == 0:
		broken = 1 // a first line that is not ours, and has no end
	}
	return recs, broken
}

// salvage folds records. On a lock that they go on from the outcome is the lock as
// it is now; without, it is what they speak of and no more: an entry that is changed
// begins as it is in the lock, if that is the same object.
func salvage(base *Lock, recs []Record, goesOn bool) *state {
	if goesOn {
		s := newState(base)
		for _, r := range recs {
			s.fold(r)
		}
		return s
	}
	s := newState(&Lock{})
	for _, r := range recs {
		if in := r.Intent; in != nil {
			id := cmp.Or(in.Object, in.Replaces)
			if _, known := s.entries[in.Address]; !known && id != "" {
				e, _ := base.Get(in.Address)
				if e.ID != id {
					e = Entry{Address: in.Address, ID: id}
				}
				s.put(e)
			}
		}
		s.fold(r)
	}
	for a, e := range s.entries {
		if e.ID == "" || len(e.Applied) == 0 {
			s.forget(a) // only begun, or gone
		}
	}
	return s
}

// reopen returns the journal of calls that are still without an answer, for the lock
// that they now belong to.
func (j *LeftJournal) reopen(l *Lock) []byte {
	h := Header{Version: plainVersion, Lineage: l.Lineage, Serial: l.Serial, Target: l.Target}
	recs := [][]byte{encode(Record{Header: &h})}
	for _, in := range j.Open {
		recs = append(recs, encode(Record{Intent: &in}))
	}
	if !j.Heartbeat.IsZero() {
		recs = append(recs, encode(Record{Heartbeat: &Heartbeat{At: j.Heartbeat}}))
	}
	return frameEncoded(recs)
}
