package files

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
)

// Write puts text in the place of the file, whole or not at all, by rename. A file
// that exists keeps its mode; mode is that of a new one.
func (f File) Write(mode fs.FileMode, text ...[]byte) error { return f.replace(mode, false, text) }

// WriteSynced is Write that also holds for a loss of power: a crash before the
// rename leaves the old file, one after it the new one.
func (f File) WriteSynced(mode fs.FileMode, text ...[]byte) error { return f.replace(mode, true, text) }

func (f File) replace(mode fs.FileMode, synced bool, text [][]byte) error {
	return f.do(func(root *os.Root) error {
		mode, err := f.writable(root, mode)
		if err != nil {
			return err
		}
		name := temp(f.name)
		file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return failed("write", f.Path(), err)
		}
		out := bufio.NewWriterSize(file, 1<<16)
		for _, piece := range text {
			_, _ = out.Write(piece) // Flush returns the first error
		}
		if err = out.Flush(); err == nil {
			err = file.Chmod(mode)
		}
		if err == nil && synced {
			err = file.Sync()
		}
		if e := file.Close(); err == nil {
			err = e
		}
		if err == nil {
			err = root.Rename(name, f.name)
		}
		if err != nil {
			_ = root.Remove(name) // the first error counts
			return failed("write", f.Path(), err)
		}
		if synced {
			f.folder().SyncFolder()
		}
		return nil
	})
}

// Writable says why the file could not be replaced, without changing it: it is a
// link, it is not a regular file, or its folder takes no files.
func (f File) Writable() error {
	return f.do(func(root *os.Root) error {
		if _, err := f.writable(root, 0); err != nil {
			return err
		}
		name := temp(f.name)
		file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return failed("write", f.Path(), err)
		}
		return failed("write", f.Path(), errors.Join(file.Close(), root.Remove(name)))
	})
}

// writable refuses what is not written to, and returns the mode to keep.
func (f File) writable(root *os.Root, mode fs.FileMode) (fs.FileMode, error) {
	info, err := root.Lstat(f.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return mode, nil
	case err != nil:
		return 0, failed("write", f.Path(), err)
	case !info.Mode().IsRegular():
		return 0, refused("write", f.Path(), info.Mode(), "a regular file")
	}
	return info.Mode().Perm(), nil
}

// Create makes a file that must not exist; IsExist reports one that does.
func (f File) Create(mode fs.FileMode, text []byte) error {
	return f.do(func(root *os.Root) error {
		file, err := root.OpenFile(f.name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
		if err != nil {
			return failed("write", f.Path(), err)
		}
		_, err = file.Write(text)
		return failed("write", f.Path(), errors.Join(err, file.Close()))
	})
}

// Temp returns a file beside f that may take its place; Sweep knows its name.
func (f File) Temp() File {
	f.name = temp(f.name)
	return f
}

// Place gives a file the name of another one in the same folder, whose name must
// be free: IsExist reports one that is not.
func (f File) Place(as File) error {
	return f.do(func(root *os.Root) error {
		// A hard link replaces nothing. Where there are none, a rename has to do.
		if err := root.Link(f.name, as.name); err == nil || IsExist(err) {
			return failed("write", as.Path(), errors.Join(err, root.Remove(f.name)))
		}
		return failed("write", as.Path(), root.Rename(f.name, as.name))
	})
}

// OpenWrite opens a regular file to be written in place. flag adds os.O_CREATE,
// os.O_APPEND, os.O_RDWR, and the like; nothing is cut off. The caller closes the
// file.
func (f File) OpenWrite(flag int, mode fs.FileMode) (file *os.File, err error) {
	if flag&os.O_RDWR == 0 {
		flag |= os.O_WRONLY
	}
	flag &^= os.O_TRUNC
	err = f.do(func(root *os.Root) error {
		if _, err := f.writable(root, mode); err != nil {
			return err
		}
		if file, err = f.open(root, "write", flag, mode); err != nil {
			return err
		}
		// A link may have taken its place since: what was opened must be the name's own.
		info, err := root.Lstat(f.name)
		opened, e := file.Stat()
		if err != nil || e != nil || !os.SameFile(info, opened) {
			_ = file.Close()
			return &Error{Op: "write", Path: f.Path(), Found: "it was replaced while being opened"}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return file, nil
}
