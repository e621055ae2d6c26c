// Package state keeps the tables of an emulator in one file that survives the
// death of the process at any instruction. In: changes of keys and values in
// buckets. Out: what was committed, or an error that says what is wrong with the
// file; a damaged one is refused before anything in it is followed.
package state

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/files"
)

// Store keeps the tables on disk. It is written to by one goroutine that takes
// everything waiting into one transaction: a call is answered when the
// transaction that holds its changes is committed.
//
// Commits do not sync. That is safe against the death of the process at any
// instruction (written pages belong to the kernel, and bbolt writes the meta
// page last), and not against a power cut; for a stand-in that is the right
// trade, for it makes a commit fifty times cheaper.
type Store struct {
	db    *bbolt.DB
	state files.File
	Path  string   // of state
	file  *os.File // of db

	bolt   sync.Mutex // held while db works
	broken bool       // it panicked

	Mu      sync.Mutex
	work    sync.Cond
	Waiting []Change
	tickets []chan error // of the callers that wait for what was queued before
	writing bool
	closing bool
	failed  error
	stopped chan struct{}
	store   func([]Change) error // update, but for tests
}

// Change is one write: a nil value deletes.
type Change struct {
	Bucket string
	Key    []byte
	Value  []byte
}

const (
	File        = "emulator.db"
	MetaBucket  = "meta"
	stateFormat = "1"
	lockTimeout = 300 * time.Millisecond
)

// Open opens the state file of a folder, and makes both when they are not
// there. A file in use by another process, or a damaged one, is an error.
func Open(dir files.Folder) (*Store, error) {
	if err := dir.Make(); err != nil {
		return nil, fmt.Errorf("open emulator state: %w", err)
	}
	state := dir.File(File)
	s := &Store{state: state, Path: state.Path(), stopped: make(chan struct{})}
	s.work.L, s.store = &s.Mu, s.update
	if err := createState(state); err != nil {
		return nil, fmt.Errorf("create emulator state: %w", err)
	}
	if err := s.open(); err != nil {
		return nil, err
	}
	if err := s.checkFormat(); err != nil {
		s.release()
		return nil, err
	}
	go s.write()
	return s, nil
}

// Commit queues changes and gives back a func that waits for them to be on
// disk. Changes queued in an order are written in that order.
func (s *Store) Commit(changes []Change) (wait func() error) {
	if s == nil || len(changes) == 0 {
		return func() error { return nil }
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	if s.failed != nil || s.closing {
		err := cmp.Or(s.failed, errClosed)
		return func() error { return err }
	}
	s.Waiting = append(s.Waiting, changes...)
	return s.ticket()
}

var errClosed = errors.New("emulator is closed")

// Failure is why nothing may be shown any more, or nil.
func (s *Store) Failure() error {
	if s == nil {
		return nil
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return s.failed
}

// Settled gives back a func that waits until all that was queued so far is on
// disk. Whoever shows what memory holds calls it first, so that nothing is
// shown that the disk then refuses.
func (s *Store) Settled() (wait func() error) {
	if s == nil {
		return func() error { return nil }
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	if err := s.failed; err != nil || !s.writing && len(s.Waiting) == 0 || s.closing {
		return func() error { return err }
	}
	return s.ticket()
}

// ticket is called with mu held.
func (s *Store) ticket() (wait func() error) {
	ticket := make(chan error, 1)
	s.tickets = append(s.tickets, ticket)
	s.work.Signal()
	return func() error { return <-ticket }
}

func (s *Store) write() {
	defer close(s.stopped)
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for {
		for len(s.tickets) == 0 && !s.closing {
			s.work.Wait()
		}
		changes, tickets := s.Waiting, s.tickets
		s.Waiting, s.tickets = nil, nil
		if len(tickets) == 0 {
			return
		}
		if s.failed == nil && len(changes) > 0 {
			s.writing = true
			s.Mu.Unlock()
			var err error
			if p := bug.Catch(func() { err = s.store(changes) }); p != nil {
				err = p // who waits must not wait forever
			}
			s.Mu.Lock()
			s.writing = false
			if err != nil {
				// Memory is now ahead of the disk: nothing may be shown any
				// more that a restart would lose.
				s.failed = fmt.Errorf("nothing is answered until the emulator is started again: %w", err)
			}
		}
		for _, t := range tickets {
			t <- s.failed
		}
	}
}

// update writes changes in one transaction.
func (s *Store) update(changes []Change) error {
	// A file that was removed or replaced takes writes and keeps none.
	open, err := s.file.Stat()
	if err == nil {
		var named fs.FileInfo
		if named, err = s.state.Info(); err == nil && !os.SameFile(open, named) {
			err = fmt.Errorf("%s was replaced by another file", s.Path)
		}
	}
	if err == nil {
		err = s.guard(func() error {
			return s.db.Update(func(tx *bbolt.Tx) error { return writeChanges(tx, changes) })
		})
	}
	if err != nil {
		return fmt.Errorf("write emulator state: %w", err)
	}
	return nil
}

func writeChanges(tx *bbolt.Tx, changes []Change) error {
	for _, c := range changes {
		b, err := tx.CreateBucketIfNotExists([]byte(c.Bucket))
		if err != nil {
			return err
		}
		if c.Value == nil {
			err = b.Delete(c.Key)
		} else {
			// Keys grow with time, so pages may be filled to the brim.
			b.FillPercent = 0.9
			err = b.Put(c.Key, c.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Close writes what waits and closes the file.
func (s *Store) Close() error {
	if s == nil {
		return nil
	}
	s.Mu.Lock()
	s.closing = true
	s.work.Signal()
	s.Mu.Unlock()
	<-s.stopped
	return s.release()
}

// Each calls f with the keys and values of a bucket, in order of the keys. The
// file is damaged when f refuses one.
func (s *Store) Each(bucket string, f func(key, value []byte) error) error {
	if s == nil {
		return nil
	}
	return s.guard(func() error {
		return s.db.View(func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte(bucket))
			if b == nil {
				return nil
			}
			return b.ForEach(func(k, v []byte) error {
				if f(k, v) != nil {
					return s.damage()
				}
				return nil
			})
		})
	})
}

// Meta reads a value of the state itself, making and keeping it when absent.
func (s *Store) Meta(key string, fresh func() []byte) ([]byte, error) {
	value, err := s.Read([]byte(key))
	if err != nil || value != nil {
		return value, err
	}
	value = fresh()
	return value, s.Commit([]Change{{MetaBucket, []byte(key), value}})()
}

// Read gives a value of the state itself, nil when there is none.
func (s *Store) Read(key []byte) (value []byte, err error) {
	if s == nil {
		return nil, nil
	}
	return value, s.guard(func() error {
		return s.db.View(func(tx *bbolt.Tx) error {
			value = bytes.Clone(tx.Bucket([]byte(MetaBucket)).Get(key))
			return nil
		})
	})
}
