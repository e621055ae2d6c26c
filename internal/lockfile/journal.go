package lockfile

import (
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"sync"
)

// journalFile is what a journal needs of a file.
type journalFile interface {
	io.WriteCloser
	Sync() error
	Truncate(size int64) error
}

// openJournal opens a journal to write after its first `whole` bytes.
func openJournal(p Paths, whole int64) (journalFile, error) {
	f, err := p.journal().OpenWrite(os.O_CREATE, journalMode)
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(whole); err != nil {
		f.Close()
		return nil, err
	}
	if _, err := f.Seek(whole, io.SeekStart); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// ticket identifies a record that was handed in; wait returns once all records
// up to it are durable.
type ticket uint64

// journal appends records to a file by group commit: while one group is being
// synced, the records of all other workers gather and go with the next. So the
// price of a sync is shared, and a record never waits for more than two syncs.
type journal struct {
	file journalFile

	mu      sync.Mutex
	changed *sync.Cond
	buf     [][]byte // encoded records of the next group
	taken   ticket   // last ticket handed out
	durable ticket   // last ticket that is on disk
	syncing bool
	err     error // the first failure; the journal takes nothing after it
	size    int64
}

func newJournal(f journalFile, size int64) *journal {
	j := &journal{file: f, size: size}
	j.changed = sync.NewCond(&j.mu)
	return j
}

// add hands in a record. Records become durable in the order of their tickets.
func (j *journal) add(rec []byte) ticket {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.buf = append(j.buf, rec)
	j.taken++
	return j.taken
}

// wait returns when the ticket's record is durable. Whoever comes while no sync
// runs does the sync for all.
func (j *journal) wait(t ticket) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for j.durable < t {
		switch {
		case j.err != nil:
			return j.err
		case j.syncing:
			j.changed.Wait()
		default:
			j.flush()
		}
	}
	return nil
}

// flush writes and syncs what has gathered. mu is held on entry and exit, not
// in between.
func (j *journal) flush() {
	group, upTo := j.buf, j.taken
	j.buf, j.syncing = nil, true
	j.mu.Unlock()
	n, err := j.write(group)
	j.mu.Lock()
	j.syncing = false
	if err != nil {
		j.err = fmt.Errorf("write journal: %w", err)
	} else {
		j.durable, j.size = upTo, j.size+n
	}
	j.changed.Broadcast()
}

func (j *journal) write(group [][]byte) (int64, error) {
	line := frameEncoded(group)
	if _, err := j.file.Write(line); err != nil {
		// A full disk: take back the half line, so that the rest stays readable.
		// When even that fails, the next reader drops it as torn.
		_ = j.file.Truncate(j.size)
		return 0, err
	}
	return int64(len(line)), j.file.Sync()
}

func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.file.Close()
}

// frameEncoded is frame for records that are encoded already.
func frameEncoded(group [][]byte) []byte {
	size := 1 + len(group)
	for _, r := range group {
		size += len(r)
	}
	line := make([]byte, frameHead, frameHead+size+1)
	line = append(line, '[')
	for i, r := range group {
		if i > 0 {
			line = append(line, ',')
		}
		line = append(line, r...)
	}
	line = append(line, ']')
	head := fmt.Appendf(nil, "%08x %08x ", len(line)-frameHead, crc32.ChecksumIEEE(line[frameHead:]))
	copy(line, head)
	return append(line, '\n')
}
