package emulator

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// store keeps the tables on disk. It is written to by one goroutine that takes
// everything waiting into one transaction: a call is answered when the
// transaction that holds its changes is committed.
//
// Commits do not sync. That is safe against the death of the process at any
// instruction (written pages belong to the kernel, and bbolt writes the meta
// page last), and not against a power cut; for a stand-in that is the right
// trade, for it makes a commit fifty times cheaper.
type store struct {
	db *bbolt.DB

	mu      sync.Mutex
	work    sync.Cond
	waiting []change
	tickets []chan error // of the callers whose changes are waiting
	closing bool
	failed  error
	stopped chan struct{}
}

// change is one write: a nil value deletes.
type change struct {
	bucket string
	key    []byte
	value  []byte
}

const (
	stateFile   = "emulator.db"
	metaBucket  = "meta"
	stateFormat = "1"
	lockTimeout = 300 * time.Millisecond
)

func openStore(dir string) (*store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open emulator state: %w", err)
	}
	path := filepath.Join(dir, stateFile)
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:      lockTimeout,
		NoSync:       true,
		NoGrowSync:   true,
		FreelistType: bbolt.FreelistMapType,
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("open emulator state: %s is in use by another process; wait for it or stop it", path)
	}
	if err != nil {
		return nil, fmt.Errorf("open emulator state %s: %w", path, err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		meta, err := tx.CreateBucketIfNotExists([]byte(metaBucket))
		if err != nil {
			return err
		}
		switch format := string(meta.Get([]byte("format"))); format {
		case stateFormat:
			return nil
		case "":
			return meta.Put([]byte("format"), []byte(stateFormat))
		default:
			return fmt.Errorf("written by a newer version (format %s, this one reads %s); delete the file to start afresh", format, stateFormat)
		}
	})
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("open emulator state %s: %w", path, err)
	}
	s := &store{db: db, stopped: make(chan struct{})}
	s.work.L = &s.mu
	go s.write()
	return s, nil
}

// commit queues changes and gives back a func that waits for them to be on
// disk. Changes queued in an order are written in that order.
func (s *store) commit(changes []change) (wait func() error) {
	if s == nil || len(changes) == 0 {
		return func() error { return nil }
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil || s.closing {
		err := s.failed
		if err == nil {
			err = errors.New("emulator is closed")
		}
		return func() error { return err }
	}
	ticket := make(chan error, 1)
	s.waiting = append(s.waiting, changes...)
	s.tickets = append(s.tickets, ticket)
	s.work.Signal()
	return func() error { return <-ticket }
}

func (s *store) write() {
	defer close(s.stopped)
	for {
		s.mu.Lock()
		for len(s.waiting) == 0 && !s.closing {
			s.work.Wait()
		}
		changes, tickets := s.waiting, s.tickets
		s.waiting, s.tickets = nil, nil
		failed := s.failed
		s.mu.Unlock()
		if len(changes) == 0 {
			return
		}
		err := failed
		if err == nil {
			err = s.db.Update(func(tx *bbolt.Tx) error { return writeChanges(tx, changes) })
		}
		if err != nil && failed == nil {
			// Memory is now ahead of the disk: nothing may be acknowledged
			// any more, or a restart would lose it.
			err = fmt.Errorf("write emulator state: %w", err)
			s.mu.Lock()
			s.failed = err
			s.mu.Unlock()
		}
		for _, t := range tickets {
			t <- err
		}
	}
}

func writeChanges(tx *bbolt.Tx, changes []change) error {
	for _, c := range changes {
		b, err := tx.CreateBucketIfNotExists([]byte(c.bucket))
		if err != nil {
			return err
		}
		if c.value == nil {
			err = b.Delete(c.key)
		} else {
			// Keys grow with time, so pages may be filled to the brim.
			b.FillPercent = 0.9
			err = b.Put(c.key, c.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *store) close() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	s.closing = true
	s.work.Signal()
	s.mu.Unlock()
	<-s.stopped
	return s.db.Close()
}

// load fills a table from its bucket, in order of creation.
func (s *store) load(bucket string, t *table) error {
	if s == nil {
		return nil
	}
	return s.db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucket))
		if b == nil {
			return nil
		}
		return b.ForEach(func(k, v []byte) error {
			r, err := unpack(k, v, len(t.paths))
			if err != nil {
				return fmt.Errorf("read emulator state, %s: %w", bucket, err)
			}
			t.put(r)
			return nil
		})
	})
}

// meta reads a value of the state itself, making and keeping it when absent.
func (s *store) meta(key string, fresh func() []byte) ([]byte, error) {
	if s == nil {
		return fresh(), nil
	}
	var value []byte
	err := s.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(metaBucket))
		if v := b.Get([]byte(key)); v != nil {
			value = append([]byte(nil), v...)
			return nil
		}
		value = fresh()
		return b.Put([]byte(key), value)
	})
	return value, err
}

// read gives a value of the state itself, nil when there is none.
func (s *store) read(key []byte) ([]byte, error) {
	if s == nil {
		return nil, nil
	}
	var value []byte
	err := s.db.View(func(tx *bbolt.Tx) error {
		value = bytes.Clone(tx.Bucket([]byte(metaBucket)).Get(key))
		return nil
	})
	return value, err
}

func seqKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

// A record on disk is: created, slot, due, id, per indexed path its values,
// body. Keeping the index values beside the body makes a restart free of JSON.
func pack(r *record) []byte {
	b := make([]byte, 0, len(r.body)+128)
	for _, n := range []int64{r.created, r.slot, r.due} {
		b = binary.AppendVarint(b, n)
	}
	b = appendBytes(b, r.id)
	for _, values := range r.keys {
		b = binary.AppendUvarint(b, uint64(len(values)))
		for _, v := range values {
			b = appendBytes(b, v)
		}
	}
	return append(b, r.body...)
}

func appendBytes(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func unpack(key, b []byte, paths int) (*record, error) {
	damaged := errors.New("damaged record")
	if len(key) != 8 {
		return nil, damaged
	}
	r := &record{seq: binary.BigEndian.Uint64(key), keys: make([][]string, paths)}
	bad := false
	number := func() uint64 {
		n, w := binary.Uvarint(b)
		if w <= 0 {
			bad = true
			return 0
		}
		b = b[w:]
		return n
	}
	str := func() string {
		n := number()
		if bad || n > uint64(len(b)) {
			bad = true
			return ""
		}
		s := string(b[:n])
		b = b[n:]
		return s
	}
	for _, n := range []*int64{&r.created, &r.slot, &r.due} {
		v, w := binary.Varint(b)
		if w <= 0 {
			return nil, damaged
		}
		*n, b = v, b[w:]
	}
	r.id = str()
	for i := range r.keys {
		for n := number(); n > 0 && !bad; n-- {
			r.keys[i] = append(r.keys[i], str())
		}
	}
	if bad {
		return nil, damaged
	}
	r.body = append([]byte(nil), b...)
	return r, nil
}
