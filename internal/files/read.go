package files

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// Limits of what is read, in bytes.
const (
	MaxDocument = 4 << 20  // a document, aepflow.yaml
	MaxSecret   = 1 << 20  // a secret, .env, a token, a note
	MaxSeed     = 64 << 20 // a seed of the emulator, a table of a source, fault rules
	// MaxLock bounds lockfiles, journals, and saved plans. A lockfile of 50,000
	// dataflows has 480 MB.
	MaxLock = 1 << 30
)

// Open opens a regular file to be read. The caller closes it.
func (f File) Open() (file *os.File, err error) {
	err = f.do(func(root *os.Root) error {
		file, err = f.open(root, "read", os.O_RDONLY, 0)
		return err
	})
	return file, err
}

// open opens the file and refuses what is not regular. The kind is asked of what
// was opened, so that nothing can take its place in between; nothing blocks until
// then.
func (f File) open(root *os.Root, op string, flag int, mode fs.FileMode) (*os.File, error) {
	file, err := root.OpenFile(f.name, flag|nonblock, mode)
	if err != nil {
		// A named pipe or a socket may be refused by the system, in its own words.
		if info, e := root.Stat(f.name); e == nil && !info.Mode().IsRegular() {
			return nil, refused(op, f.Path(), info.Mode(), "a regular file")
		}
		return nil, failed(op, f.Path(), err)
	}
	info, err := file.Stat()
	if err == nil && info.Mode().IsRegular() {
		return file, nil
	}
	_ = file.Close()
	if err != nil {
		return nil, failed(op, f.Path(), err)
	}
	return nil, refused(op, f.Path(), info.Mode(), "a regular file")
}

// Read reads a file of at most limit bytes.
func (f File) Read(limit int64) ([]byte, error) {
	file, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, failed("read", f.Path(), err)
	}
	if info.Size() > limit {
		return nil, tooLarge(f.Path(), info.Size(), limit)
	}
	// A byte more than there should be: a file that has grown is read on.
	text := make([]byte, info.Size()+1)
	n, err := io.ReadFull(file, text)
	text = text[:n]
	if err == nil {
		var rest []byte
		rest, err = io.ReadAll(io.LimitReader(file, limit+1-int64(n)))
		text = append(text, rest...)
	}
	switch {
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, failed("read", f.Path(), err)
	case int64(len(text)) > limit:
		return nil, tooLarge(f.Path(), int64(len(text)), limit)
	}
	return text, nil
}
