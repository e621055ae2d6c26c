package lockfile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"github.com/aepflow/aepflow/internal/files"
)

// Holder is who holds the lock of a target.
type Holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// Self is this process as the holder of a lock.
func Self(now time.Time) Holder {
	host, _ := os.Hostname()
	return Holder{PID: os.Getpid(), Host: host, Since: now.UTC().Truncate(time.Second)}
}

// Name identifies a holder among those of a team, in printable ASCII without spaces: USER@HOST:PID. The user is that
// of this process.
func (h Holder) Name() string {
	who := "unknown"
	if u, err := user.Current(); err == nil {
		who = u.Username
	}
	return fmt.Sprintf("%s@%s:%d", word(who), word(h.Host), h.PID)
}

// word replaces what people would have to quote.
func word(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return '-'
	}, s[:min(len(s), 64)])
}

// HeldError says that another apply is at work on the same lockfile. The
// operating system releases the lock when its holder ends, however it ends.
type HeldError struct {
	Path   string
	Holder Holder // zero when the holder left no readable note
}

func (e *HeldError) Error() string {
	if e.Holder.PID == 0 {
		return fmt.Sprintf("lock %s: another apply is running", e.Path)
	}
	return fmt.Sprintf("lock %s: another apply is running: process %d on %s since %s",
		e.Path, e.Holder.PID, e.Holder.Host, e.Holder.Since.UTC().Format(time.RFC3339))
}

// retryLock is how often a waiting apply asks for the lock.
const retryLock = 100 * time.Millisecond

// hold takes the operating system's lock of a target and leaves a note about
// the holder. The note has a file of its own because Windows does not let
// others read a locked one. It is for people; only the lock counts. timeout 0 asks once.
func hold(ctx context.Context, p Paths, timeout time.Duration, now time.Time) (*flock.Flock, error) {
	if err := p.folder().Make(); err != nil {
		return nil, fmt.Errorf("prepare the journal: %w", err)
	}
	f, err := p.held().OpenWrite(os.O_CREATE, journalMode)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	l := systemLock(p)
	ok, err := l.TryLock()
	if err == nil && !ok && timeout > 0 {
		waiting, stop := context.WithTimeout(ctx, timeout)
		ok, err = l.TryLockContext(waiting, retryLock)
		stop()
		if waiting.Err() != nil && ctx.Err() == nil {
			err = nil // waited long enough
		}
	}
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", p.Held, err)
	}
	if !ok {
		return nil, &HeldError{Path: p.Held, Holder: readHolder(p)}
	}
	p.holder().Sweep()
	note, err := json.Marshal(Self(now))
	if err == nil {
		err = p.holder().Write(0o644, append(note, '\n'))
	}
	if err != nil {
		_ = l.Unlock()
		return nil, fmt.Errorf("note the holder of %s: %w", p.Held, err)
	}
	return l, nil
}

// systemLock returns the operating system's lock of a target, not taken. The library
// opens the file by its path and makes none: the caller has opened it once.
func systemLock(p Paths) *flock.Flock { return flock.New(p.Held, flock.SetFlag(os.O_RDONLY)) }

// ClearHolder removes the note of a holder that is dead, and reports whether there
// was one.
func ClearHolder(p Paths) bool { return p.holder().Remove() == nil }

// release removes the note before the lock: removed after it, the note of the
// next holder would go. The locked file itself stays, because others may wait
// for it.
func release(l *flock.Flock, p Paths) error {
	_ = p.holder().Remove()
	if err := l.Unlock(); err != nil {
		return fmt.Errorf("unlock %s: %w", p.Held, err)
	}
	return nil
}

// FindHolder returns who holds a target's lock, without taking part; ok is false
// if it is free. A note of a holder that was killed does not count.
func FindHolder(p Paths) (h Holder, ok bool, err error) {
	f, err := p.held().Open()
	if files.IsAbsent(err) {
		return Holder{}, false, nil
	}
	if err != nil {
		return Holder{}, false, err
	}
	if err := f.Close(); err != nil {
		return Holder{}, false, err
	}
	l := systemLock(p)
	free, err := l.TryLock()
	if err != nil {
		return Holder{}, false, fmt.Errorf("ask for the lock %s: %w", p.Held, err)
	}
	if free {
		return Holder{}, false, l.Unlock()
	}
	return readHolder(p), true, nil
}

// NotedHolder returns the process of this machine that has noted that it holds a target's lock, if it
// is alive. It only reads, unlike FindHolder, and may take a process that reuses the ID for the holder:
// for notes to people.
func NotedHolder(p Paths) (h Holder, ok bool) {
	h = readHolder(p)
	host, _ := os.Hostname()
	if h.PID == 0 || h.Host != host {
		return Holder{}, false
	}
	process, err := os.FindProcess(h.PID)
	if err == nil {
		err = process.Signal(syscall.Signal(0))
	}
	return h, err == nil || errors.Is(err, os.ErrPermission)
}

func readHolder(p Paths) Holder {
	var h Holder
	if text, err := p.holder().Read(files.MaxSecret); err == nil {
		_ = json.Unmarshal(text, &h) // an unreadable note is not a note
	}
	return h
}
