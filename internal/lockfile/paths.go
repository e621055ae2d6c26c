package lockfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Paths are the files of one target. The lockfile is committed to Git; what
// lies in Folder belongs to one checkout.
type Paths struct {
	Lock    string // dataflow.<target>.lock
	Folder  string // .aepflow
	Journal string // .aepflow/<target>.journal
	Held    string // .aepflow/<target>.lock-file: held while an apply runs
	Holder  string // .aepflow/<target>.holder: who holds it, for people
}

// PathsIn returns the files of a target of the project in dir.
func PathsIn(dir, target string) Paths {
	folder := filepath.Join(dir, ".aepflow")
	return Paths{
		Lock:    filepath.Join(dir, "dataflow."+target+".lock"),
		Folder:  folder,
		Journal: filepath.Join(folder, target+".journal"),
		Held:    filepath.Join(folder, target+".lock-file"),
		Holder:  filepath.Join(folder, target+".holder"),
	}
}

// readLock reads a lockfile; an absent one is an empty lock without lineage.
func readLock(path string) (*Lock, []byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Lock{}, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read lockfile: %w", err)
	}
	l, err := Parse(text)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", path, err)
	}
	return l, text, nil
}

// tempOf is the pattern of the files that are to take the place of one.
func tempOf(path string) string { return "." + filepath.Base(path) + ".*" }

// sweep removes what a killed process has left of such files. Only the holder of
// the lock may: to anybody else they may be files of a process at work.
func sweep(paths ...string) {
	for _, path := range paths {
		head := strings.TrimSuffix(tempOf(path), "*")
		entries, err := os.ReadDir(filepath.Dir(path))
		if err != nil {
			continue // what comes next says so
		}
		for _, e := range entries {
			tail, ok := strings.CutPrefix(e.Name(), head)
			if ok && tail != "" && strings.Trim(tail, "0123456789") == "" { // .swp is somebody else's
				_ = os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
			}
		}
	}
}

// replaceFile puts pieces of text in the place of a file, whole or not at all: a crash
// before the rename leaves the old file, a crash after it the new one. Data and
// folder are synced, so this also holds for a loss of power. os.Rename replaces
// on every system that we build for; a symbolic link is followed, not replaced.
func replaceFile(path string, pieces ...[]byte) (err error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	f, err := os.CreateTemp(filepath.Dir(path), tempOf(path))
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // the first error counts
		}
	}()
	for _, text := range pieces {
		if err == nil {
			_, err = f.Write(text)
		}
	}
	if err == nil {
		err = f.Chmod(modeOf(path))
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		syncFolder(filepath.Dir(path))
	}
	return err
}

// modeOf keeps the mode of a file that exists.
func modeOf(path string) fs.FileMode {
	if info, err := os.Stat(path); err == nil {
		return info.Mode().Perm()
	}
	return 0o644
}

// syncFolder makes a rename or removal survive a loss of power. Not every file
// system and system can do it; there is nothing else to do then.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// probe checks that files can be made beside one, as a rename will need.
func probe(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), tempOf(path))
	if err != nil {
		return err
	}
	err = f.Close()
	if e := os.Remove(f.Name()); err == nil {
		err = e
	}
	return err
}
