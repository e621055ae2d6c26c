package core

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/files"
)

// A bound folder is what a file connector reads. Paths are those of callers; they
// have slashes, with or without one at the beginning, and never lead out of the folder.

// maxEntries bounds what one path may stand for.
const maxEntries = 10_000

// Entry is a file or a folder of a bound folder.
type Entry struct {
	Path     string // below the folder
	IsFolder bool
	Modified time.Time
	file     files.File
}

// Read reads the file.
func (e Entry) Read() ([]byte, error) { return e.file.Read(files.MaxSeed) }

// HasFiles reports whether the data is a folder of files.
func (f *Fixture) HasFiles() bool { return f != nil && f.Source.Kind == "files" }

// inFolder is a caller's path below the folder, "." for the folder itself.
func inFolder(p string) string { return strings.TrimPrefix(path.Clean("/"+p), "/") }

// entry describes what is at a path; ErrNoTable when nothing is.
func (f *Fixture) entry(folder files.Folder, name string) (Entry, error) {
	file := folder.File(name)
	info, err := file.Info()
	switch {
	case err != nil:
		return Entry{}, ErrNoTable // also a link out of the folder
	case !info.IsDir() && !info.Mode().IsRegular():
		return Entry{}, ErrNoTable
	}
	return Entry{name, info.IsDir(), info.ModTime(), f.folder.File(name)}, nil
}

// Entry finds a file or folder; ErrNoTable when there is none.
func (f *Fixture) Entry(name string) (Entry, error) {
	if name = inFolder(name); name == "" {
		name = "."
	}
	return f.entry(f.folder, name)
}

// Entries lists a folder, sorted by name; ErrNoTable when there is none.
func (f *Fixture) Entries(dir string) ([]Entry, error) {
	e, err := f.Entry(dir)
	if err != nil || !e.IsFolder {
		return nil, ErrNoTable
	}
	names, err := f.folder.Sub(e.Path).List()
	if err != nil {
		return nil, err
	}
	return f.entries(names, e.Path)
}

// entries describes the names in a folder and leaves out what is neither a file nor
// a folder.
func (f *Fixture) entries(names []string, dir string) ([]Entry, error) {
	if len(names) > f.most {
		return nil, fmt.Errorf("%s has more than %d entries", dir, f.most)
	}
	held, release, err := f.folder.Hold()
	if err != nil {
		return nil, err
	}
	defer release()
	var out []Entry
	for _, name := range names {
		if e, err := f.entry(held, path.Join(dir, name)); err == nil {
			out = append(out, e)
		}
	}
	return out, nil
}

// Files lists the files that the path of a source connection names: the file
// itself, the files of a folder, also of those in it, or those that fit the * in the
// last part of the path.
func (f *Fixture) Files(p string, recursive bool) ([]Entry, error) {
	dir, last := path.Split("/" + p)
	pattern := "*"
	if strings.Contains(last, "*") {
		pattern = last
	} else {
		e, err := f.Entry(p)
		if err != nil {
			return nil, nil // it may come later
		}
		if !e.IsFolder {
			return []Entry{e}, nil
		}
		dir = p
	}
	all, err := f.below(dir, recursive)
	return slices.DeleteFunc(all, func(e Entry) bool { return e.IsFolder || !fits(pattern, path.Base(e.Path)) }), err
}

// below lists what is in a folder, with recursive also in the folders in it.
func (f *Fixture) below(dir string, recursive bool) ([]Entry, error) {
	e, err := f.Entry(dir)
	if err != nil || !e.IsFolder {
		return nil, nil
	}
	if !recursive {
		return f.Entries(dir)
	}
	var names []string
	err = f.folder.Sub(e.Path).Walk(func(string) bool { return len(names) <= f.most },
		func(name string, unread error) {
			if unread == nil {
				names = append(names, name)
			}
		})
	if err != nil {
		return nil, err
	}
	return f.entries(names, e.Path)
}

// fits reports whether a name fits a pattern, in which * is any run of characters.
func fits(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == name
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(name) < len(first)+len(last) || !strings.HasPrefix(name, first) || !strings.HasSuffix(name, last) {
		return false
	}
	name = name[len(first) : len(name)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name = name[i+len(part):]
	}
	return true
}
