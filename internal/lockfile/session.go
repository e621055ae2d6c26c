package lockfile

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/resource"
)

// Options say how a session opens.
type Options struct {
	Target  Target        // where it will be applied; a lockfile of another target is refused
	Timeout time.Duration // how long to wait for another apply to end; 0 does not wait
	Now     time.Time     // for the note about the holder
	Repair  bool          // open a lock whose objects have two owners, too

	open func(p Paths, whole int64) (journalFile, error) // nil: the file system
}

// Session is the lock of one target in the hands of one process, from taking the
// operating system's lock to giving it back. Its methods may be called from many
// goroutines. In order:
//
//	Intend   what is about to be sent         durable before the request
//	Settle   its result                       durable before a dependent starts
//	Commit   the lockfile is replaced by rename, then the journal removed
//
// A crash at any point loses nothing: before Intend is durable nothing was sent;
// between Intend and Settle the next session finds the intent open; after Settle
// it finds the outcome; after the rename it sees that the journal is in the lock.
type Session struct {
	paths Paths
	held  *flock.Flock
	open  func(p Paths, whole int64) (journalFile, error)

	mu      sync.Mutex
	state   *state
	was     string // digest of the lockfile on disk, its serial left out; "" when there is none
	serial  uint64 // the lockfile's serial on disk
	whole   int    // bytes of an earlier journal to go on from
	pending bool   // there is a journal on disk, ours or an earlier one
	journal *journal
	err     error // the journal could not be started
}

// Open takes the lock of a target and reads lockfile and journal. It fails with
// a *HeldError, *TargetError, *JournalError or *OwnerError, or an error of Parse.
func Open(ctx context.Context, p Paths, o Options) (*Session, error) {
	held, err := hold(ctx, p, o.Timeout, o.Now)
	if err != nil {
		return nil, err
	}
	p.lock().Sweep()
	p.journal().Sweep()
	s, err := openHeld(p, o)
	if err != nil {
		return nil, errors.Join(err, release(held, p))
	}
	s.held = held
	return s, nil
}

func openHeld(p Paths, o Options) (*Session, error) {
	f, err := load(p)
	if err != nil {
		return nil, err
	}
	if f.state == nil {
		f.state = newState(f.lock)
	}
	if !o.Repair {
		if _, err := f.state.snapshot().Owners(); err != nil {
			return nil, err
		}
	}
	s := &Session{
		paths: p, open: o.open, state: f.state, was: digestOnDisk(f.text), serial: f.state.lock.Serial,
		whole: f.whole, pending: f.had,
	}
	if s.open == nil {
		s.open = openJournal
	}
	have := &s.state.lock.Target
	switch {
	case have.Org == "" && have.Sandbox == "":
		have.Org, have.Sandbox = o.Target.Org, o.Target.Sandbox
	case have.Org != o.Target.Org || have.Sandbox != o.Target.Sandbox:
		return nil, &TargetError{Path: p.Lock, Have: *have, Asked: o.Target}
	}
	if o.Target.Tenant != "" {
		have.Tenant = o.Target.Tenant
	}
	return s, nil
}

// Lock returns the lock as it is now, the journal folded in.
func (s *Session) Lock() *Lock {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.snapshot()
}

// Get returns the entry at an address as it is now.
func (s *Session) Get(a resource.Address) (Entry, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.state.entries[a]
	return e, ok
}

// Target returns where the lock was applied.
func (s *Session) Target() Target {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.lock.Target
}

// Owns reports whether an entry holds an object, its own or a replaced one.
func (s *Session) Owns(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.owns(id)
}

// Heartbeat records that the process is at work at a time of the server's clock. After
// a crash, nothing that it sent can have been sent much later than its last record.
func (s *Session) Heartbeat(at time.Time) Ticket {
	return s.record(Record{Heartbeat: &Heartbeat{At: at.UTC().Truncate(time.Second)}})
}

// LastHeartbeat returns the newest such time of the journal, zero when it has none.
func (s *Session) LastHeartbeat() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.heartbeat
}

// Unresolved returns the intents without an outcome, in order.
func (s *Session) Unresolved() []Intent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.unresolved()
}

// Ticket identifies a record on its way to the disk.
type Ticket ticket

// Intend records a call that is about to be sent and returns its number. The
// request may go out when Wait has returned without error.
func (s *Session) Intend(in Intent) (int, Ticket) {
	s.mu.Lock()
	in.N = s.state.last + 1
	s.state.last = in.N // taken; encoded below, outside the lock
	s.mu.Unlock()
	return in.N, s.record(Record{Intent: &in})
}

// Settle records the result of an intent and changes the lock accordingly.
func (s *Session) Settle(out Outcome) Ticket { return s.record(Record{Outcome: &out}) }

// Edit changes the lock without a call.
func (s *Session) Edit(e Edit) Ticket { return s.record(Record{Edit: &e}) }

// record encodes a record, folds it and hands it to the journal: the last two
// together, so that a replay sees the order that memory saw.
func (s *Session) record(r Record) Ticket {
	text := encode(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.journal == nil && s.err == nil {
		s.err = s.start() // before the fold: it begins with what is open already
	}
	s.state.fold(r)
	if s.err != nil {
		return 0
	}
	return Ticket(s.journal.add(text))
}

// Wait returns when a record is durable. An error means that the disk takes no
// more: nothing may be sent from then on.
func (s *Session) Wait(t Ticket) error {
	s.mu.Lock()
	j, err := s.journal, s.err
	s.mu.Unlock()
	if err != nil || j == nil {
		return err // without a journal nothing was recorded
	}
	return j.wait(ticket(t))
}

// start begins the journal with its header, or goes on with an earlier one. It
// also finds out, before anything is sent, whether the lockfile can be replaced.
// s.mu is held.
func (s *Session) start() error {
	if err := s.paths.lock().Writable(); err != nil {
		return fmt.Errorf("prepare the lockfile: %w", err)
	}
	if s.state.lock.Lineage == "" {
		s.state.lock.Lineage = newLineage()
	}
	if open := s.state.unresolved(); s.whole == 0 && len(open) > 0 {
		if err := s.restart(open); err != nil {
			return err
		}
	}
	f, err := s.open(s.paths, int64(s.whole))
	if err != nil {
		return fmt.Errorf("open journal: %w", err)
	}
	s.paths.folder().SyncFolder()
	s.journal, s.pending = newJournal(f, int64(s.whole)), true
	if s.whole == 0 {
		s.journal.add(s.opening(nil)[0])
	}
	return nil
}

// restart puts a journal that holds only open intents in the old one's place, by
// rename: cutting the old one short first would lose them in a crash.
func (s *Session) restart(open []Intent) error {
	line := frameEncoded(s.opening(open))
	if err := s.paths.journal().WriteSynced(journalMode, line); err != nil {
		return fmt.Errorf("replace journal: %w", err)
	}
	s.whole = len(line)
	return nil
}

func newLineage() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	return hex.EncodeToString(b)
}

// Commit replaces the lockfile if anything changed, with the serial grown by
// one, and removes the journal; intents that are still open start a new one.
// secrets is the hash over all secrets in use. Nothing may be recorded meanwhile.
func (s *Session) Commit(secrets string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if !s.pending {
		return nil // nothing was recorded, now or before
	}
	s.state.lock.Secrets, s.state.lock.Serial = secrets, s.serial+1
	text := s.state.snapshot().print()
	var err error
	if is := text.digestButSerial(); is != s.was && (s.was != "" || len(s.state.entries) > 0) {
		if err = s.replace(text); err == nil {
			s.was, s.serial = is, s.state.lock.Serial
		}
	}
	s.state.lock.Serial = s.serial // as it is on disk
	if err != nil {
		return err
	}
	return s.clear()
}

// digestOnDisk is kept instead of the text, which may be large.
func digestOnDisk(text []byte) string {
	if text == nil {
		return ""
	}
	return pieces{text}.digestButSerial()
}

// replace writes the lockfile. The commit record goes first: with it, a crash
// right after the rename differs from a lockfile that another process replaced.
func (s *Session) replace(text pieces) error {
	if s.journal == nil {
		if err := s.start(); err != nil {
			return err
		}
	}
	rec := encode(Record{Commit: &Commit{Serial: s.state.lock.Serial, Digest: text.digest()}})
	if err := s.journal.wait(s.journal.add(rec)); err != nil {
		return err
	}
	if err := s.paths.lock().WriteSynced(lockMode, text...); err != nil {
		return fmt.Errorf("replace the lockfile: %w (the journal holds everything; the next command puts it in)", err)
	}
	return nil
}

// clear ends the journal. Intents without an outcome outlive it: they open a new
// journal that takes the old one's place by rename.
func (s *Session) clear() error {
	if s.journal != nil {
		if err := s.journal.close(); err != nil {
			return fmt.Errorf("close journal: %w", err)
		}
		s.journal = nil
	}
	s.whole = 0
	open := s.state.unresolved()
	if len(open) == 0 {
		if err := s.paths.journal().Remove(); err != nil && !files.IsAbsent(err) {
			return fmt.Errorf("end the journal: %w", err)
		}
		s.paths.folder().SyncFolder()
		s.pending = false
		return nil
	}
	return s.restart(open)
}

// opening is how a journal begins: its header, and intents of an earlier one.
func (s *Session) opening(open []Intent) [][]byte {
	h := Header{Version: plainVersion, Lineage: s.state.lock.Lineage, Serial: s.serial, Target: s.state.lock.Target}
	recs := [][]byte{encode(Record{Header: &h})}
	for _, in := range open {
		recs = append(recs, encode(Record{Intent: &in}))
	}
	if len(open) > 0 && !s.state.heartbeat.IsZero() {
		recs = append(recs, encode(Record{Heartbeat: &Heartbeat{At: s.state.heartbeat}}))
	}
	return recs
}

// Close gives the lock back. What was recorded and not committed stays in the
// journal for the next session.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	if s.journal != nil {
		err = s.journal.close()
		s.journal = nil
	}
	return errors.Join(err, release(s.held, s.paths))
}
