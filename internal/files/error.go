package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrOutside is the Err of a refusal of a file that lies outside its folder.
var ErrOutside = errors.New("outside its folder")

// Error says why a file was not read or written. What the system refused has
// its error in Err.
type Error struct {
	Op    string // read, write, list, make, remove, open
	Path  string // from the working directory
	Found string // what is there: "it is a named pipe"
	Want  string // what was expected, "" when there is nothing to expect
	Size  int64  // of a file that is too large, 0 for all others
	Err   error
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s %s: %s", e.Op, filepath.ToSlash(filepath.Clean(e.Path)), e.Reason())
}

// Reason is the error without what was done and the path.
func (e *Error) Reason() string {
	if e.Want == "" {
		return e.Found
	}
	return e.Found + "; expected " + e.Want
}

func (e *Error) Unwrap() error { return e.Err }

// IsAbsent reports whether an error says that there is no such file.
func IsAbsent(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// IsExist reports whether an error says that the file is there already.
func IsExist(err error) bool { return errors.Is(err, fs.ErrExist) }

// failed wraps an error of the system, nil for nil.
func failed(op, path string, err error) error {
	if err == nil {
		return nil
	}
	var ours *Error
	if errors.As(err, &ours) {
		return ours
	}
	e := &Error{Op: op, Path: path, Found: err.Error(), Err: err}
	var inner *fs.PathError
	if errors.As(err, &inner) {
		e.Found = inner.Err.Error()
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		e.Found = link.Err.Error()
	}
	// os has no error value for this one; a test holds it to its words.
	if strings.HasSuffix(e.Found, "path escapes from parent") {
		e.Found, e.Want, e.Err = "it points outside its folder", "a file inside", ErrOutside
	}
	if strings.HasSuffix(e.Found, "too many levels of symbolic links") {
		e.Found = "its links form a cycle"
	}
	return e
}

func refused(op, path string, mode fs.FileMode, want string) error {
	return &Error{Op: op, Path: path, Found: "it is " + kindOf(mode), Want: want}
}

func tooLarge(path string, size, limit int64) error {
	return &Error{
		Op: "read", Path: path, Size: size,
		Found: fmt.Sprintf("it has %.1f MiB", float64(size)/(1<<20)), Want: fmt.Sprintf("at most %d MiB", limit>>20),
	}
}

// kindOf names what is not what was expected.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return "a file"
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "not a regular file"
}
