package state

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"syscall"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/aepflow/aepflow/internal/files"
)

// createState makes an empty state where there is none. It is complete before
// it has its name, so a full disk or a killed process leaves no half of one.
func createState(state files.File) (err error) {
	if !state.IsAbsent() {
		return nil
	}
	temp := state.Temp()
	db, err := bbolt.Open(temp.Path(), 0o600, &bbolt.Options{
		OpenFile: func(_ string, flag int, mode os.FileMode) (*os.File, error) { return temp.OpenWrite(flag, mode) },
	})
	defer func() { _ = temp.Remove() }() // there is none once it has its name
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		meta, err := tx.CreateBucket([]byte(MetaBucket))
		if err != nil {
			return err
		}
		return meta.Put([]byte("format"), []byte(stateFormat))
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	// Of two processes, the second opens the file of the first.
	if err = temp.Place(state); files.IsExist(err) {
		return nil
	}
	return err
}

// open opens the file for reading first: bbolt then looks at its two first
// pages only, and holds the lock that keeps the others as they are.
func (s *Store) open() error {
	err := s.guard(func() error {
		for _, toRead := range []bool{true, false} {
			db, err := bbolt.Open(s.Path, 0o600, &bbolt.Options{
				Timeout:      lockTimeout,
				NoSync:       true,
				NoGrowSync:   true,
				FreelistType: bbolt.FreelistMapType,
				ReadOnly:     toRead,
				OpenFile:     s.openFile,
			})
			if err != nil {
				return err
			}
			s.db = db
			if !toRead {
				return nil
			}
			info, err := s.file.Stat()
			sound := err == nil && soundPages(s.file, info.Size())
			if err = errors.Join(err, db.Close()); err != nil {
				return err
			}
			if !sound {
				return s.damage()
			}
		}
		return nil
	})
	if s.broken {
		_ = s.release() // the message says why
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, bolterrors.ErrTimeout):
		return fmt.Errorf("open emulator state: %s is in use by another process; wait for it or stop it", s.Path)
	case errors.As(err, new(*files.Error)), errors.As(err, new(*fs.PathError)), errors.As(err, new(syscall.Errno)):
		return fmt.Errorf("open emulator state: %w", err)
	}
	return s.damage() // as guard, soundPages or bbolt found
}

// openFile makes no file, and takes none that bbolt would fill as a new one.
func (s *Store) openFile(_ string, flag int, mode os.FileMode) (*os.File, error) {
	open := s.state.Open
	if flag&os.O_RDWR != 0 {
		open = func() (*os.File, error) { return s.state.OpenWrite(flag&^os.O_CREATE, mode) }
	}
	f, err := open()
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || info.Size() == 0 {
		return nil, errors.Join(cmp.Or(err, s.damage()), f.Close())
	}
	s.file = f
	return f, nil
}

func (s *Store) checkFormat() error {
	format := ""
	err := s.guard(func() error {
		return s.db.View(func(tx *bbolt.Tx) error {
			if meta := tx.Bucket([]byte(MetaBucket)); meta != nil {
				format = string(meta.Get([]byte("format")))
			}
			return nil
		})
	})
	switch {
	case err != nil:
		return err
	case format == "":
		return s.damage()
	case format != stateFormat:
		return fmt.Errorf("open emulator state %s: written by a newer version (format %s, this one reads %s); "+
			"delete the file to start afresh", s.Path, format, stateFormat)
	}
	return nil
}

// Damaged says that the state file is not what bbolt wrote.
type Damaged struct{ path string }

func (d Damaged) Error() string {
	return fmt.Sprintf("emulator state %s is damaged; delete the file to start afresh", d.path)
}

func (s *Store) damage() error { return Damaged{s.Path} }

// guard runs a piece of work on the file. bbolt reads it through the memory
// and trusts it: where the file is cut off, a read is a fault, and where its
// pages are not pages, a panic. Both become an error. Such a panic leaves locks
// of bbolt behind, so that nothing may wait for them: work comes one at a time,
// and none after it.
func (s *Store) guard(work func() error) (err error) {
	s.bolt.Lock()
	defer s.bolt.Unlock()
	if s.broken {
		return s.damage()
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			s.broken = true
			err = s.damage()
		}
	}()
	return work()
}

// release closes the file. After a panic, bbolt cannot: the file stays mapped
// until the process ends, so its lock has to be given back apart.
func (s *Store) release() error {
	if !s.broken {
		return s.db.Close()
	}
	unlock(s.file)
	return s.file.Close()
}
