// Package files is the one way to the disk. Everything that the tool reads or
// writes goes through it, because a repository chooses the names and the links
// in it, and whoever clones one has not looked at them.
//
// Laws:
//
//   - A file of a Folder never lies outside the folder, whatever its name is and
//     wherever a link leads. A link that stays inside is read like the file that
//     it leads to.
//   - Only regular files are read and written: a named pipe, a device, or a
//     socket is refused, and opening one does not block.
//   - A read ends at the limit that its caller gives.
//   - Nothing is written through a link. A file is replaced by rename.
//
// Every refusal is an *Error.
package files

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Folder is a folder and all that lies in it. The zero Folder is none.
type Folder struct {
	dir  string // what no file leaves
	sub  string // the folder in it; "." for the folder itself
	held *held
}

// held is a directory that is open for many operations; a nil root is one that is
// opened for each.
type held struct{ root *os.Root }

// File is a file of a folder, whether it exists or not. The zero File is none.
type File struct {
	in   Folder
	name string // below in.dir
}

// Project returns the folder of a project. Every path that comes from a
// document, aepflow.yaml, or .env belongs to it.
func Project(dir string) Folder { return Folder{dir: dir, sub: "."} }

// Chosen returns the file at a path that the person gave on the command line. The
// folder may be anywhere; the file may be a link only if it stays in that folder,
// because the person chose the name and not where it leads.
func Chosen(path string) File { return Project(filepath.Dir(path)).File(filepath.Base(path)) }

// ChosenFolder is Chosen for a folder. A path that ends in no name, such as `..`, is
// taken as it is.
func ChosenFolder(path string) Folder {
	path = filepath.Clean(path)
	switch name := filepath.Base(path); name {
	case ".", "..", string(filepath.Separator):
		return Project(path)
	default:
		return Project(filepath.Dir(path)).Sub(name)
	}
}

// IsZero reports whether f is none.
func (f Folder) IsZero() bool { return f.dir == "" }

// Sub returns a folder below f. It is no limit of its own: links in it may lead to
// wherever links in f may.
func (f Folder) Sub(name string) Folder {
	f.sub = filepath.Join(f.sub, name)
	return f
}

// File returns a file of the folder. A name that leads out of it is refused when
// the file is used.
func (f Folder) File(name string) File {
	if !filepath.IsAbs(name) {
		name = filepath.Join(f.sub, name)
	}
	return File{f, name}
}

// At returns the file at a path that begins with the folder's own path.
func (f Folder) At(path string) File {
	if rel, err := filepath.Rel(f.dir, path); err == nil {
		return File{f, rel}
	}
	return File{f, path}
}

// Path is where the folder is, from the working directory.
func (f Folder) Path() string { return filepath.Join(f.dir, f.sub) }

// Hold returns the folder with its directory held open, for many operations, and
// what ends that; neither it nor its files may be in use then. Without Hold, and
// after it, each operation opens the directory.
func (f Folder) Hold() (Folder, func(), error) {
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return f, nil, failed("open", f.dir, err)
	}
	h := &held{root}
	f.held = h
	return f, func() { h.root = nil; _ = root.Close() }, nil
}

// in calls do with the directory that no file leaves.
func (f Folder) in(do func(*os.Root) error) error {
	if f.held != nil && f.held.root != nil {
		return do(f.held.root)
	}
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return failed("open", f.dir, err)
	}
	defer root.Close()
	return do(root)
}

// Make makes the folder and those above it, the outermost one included.
func (f Folder) Make() error {
	if err := os.MkdirAll(f.dir, 0o755); err != nil {
		return failed("make", f.dir, err)
	}
	return f.in(func(root *os.Root) error {
		err := root.MkdirAll(f.sub, 0o755)
		if info, e := root.Stat(f.sub); err != nil && e == nil && !info.IsDir() {
			return refused("make", f.Path(), info.Mode(), "a folder")
		}
		return failed("make", f.Path(), err)
	})
}

// IsFolder reports whether there is a folder, and an *Error when there is nothing.
func (f Folder) IsFolder() (is bool, err error) {
	if f.sub == "." && f.held == nil {
		info, err := os.Stat(f.dir)
		return err == nil && info.IsDir(), failed("read", f.dir, err)
	}
	err = f.in(func(root *os.Root) error {
		info, err := root.Stat(f.sub)
		if err != nil {
			return failed("read", f.Path(), err)
		}
		is = info.IsDir()
		return nil
	})
	return is, err
}

// List returns the names in the folder, sorted; none when there is no folder.
func (f Folder) List() (names []string, err error) {
	err = f.in(func(root *os.Root) error {
		info, err := root.Stat(f.sub)
		if err == nil && !info.IsDir() {
			return refused("list", f.Path(), info.Mode(), "a folder")
		}
		dir, err := root.Open(f.sub)
		if err != nil {
			return failed("list", f.Path(), err)
		}
		defer dir.Close()
		if names, err = dir.Readdirnames(-1); err != nil {
			return failed("list", f.Path(), err)
		}
		return nil
	})
	if IsAbsent(err) {
		return nil, nil
	}
	slices.Sort(names)
	return names, err
}

// Walk calls each with the path below the folder of everything in it, in the order
// of the names. Links are not followed. A folder that cannot be read is given with
// the error. Folders for which enter is false are left out.
func (f Folder) Walk(enter func(name string) bool, each func(path string, err error)) error {
	return f.in(func(root *os.Root) error {
		return fs.WalkDir(root.FS(), filepath.ToSlash(f.sub), func(path string, e fs.DirEntry, err error) error {
			rel, _ := filepath.Rel(f.sub, filepath.FromSlash(path))
			switch {
			case err != nil && rel == ".":
				return failed("read", f.Path(), err)
			case err != nil:
				each(rel, failed("read", filepath.Join(f.dir, path), err))
				return fs.SkipDir
			case rel == ".":
			case e.IsDir() && !enter(e.Name()):
				return fs.SkipDir
			default:
				each(rel, nil)
			}
			return nil
		})
	})
}

// IsZero reports whether f is none.
func (f File) IsZero() bool { return f.in.IsZero() }

// Path is where the file is, from the working directory.
func (f File) Path() string {
	if filepath.IsAbs(f.name) {
		return f.name
	}
	return filepath.Join(f.in.dir, f.name)
}

// Info describes the file, a link as the file that it leads to.
func (f File) Info() (info fs.FileInfo, err error) {
	err = f.do(func(root *os.Root) error {
		if info, err = root.Stat(f.name); err != nil {
			return failed("read", f.Path(), err)
		}
		return nil
	})
	return info, err
}

// IsAbsent reports whether there is nothing at all by the name, not even a link
// that leads nowhere.
func (f File) IsAbsent() bool {
	return IsAbsent(f.do(func(root *os.Root) error {
		_, err := root.Lstat(f.name)
		return failed("read", f.Path(), err)
	}))
}

// Target returns the absolute path that the file leads to, links resolved, inside
// its folder or not. Nothing is read there.
func (f File) Target() (string, error) {
	path, err := filepath.Abs(f.Path())
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	return path, failed("read", f.Path(), err)
}

// Remove removes the file; a link goes, and what it leads to stays.
func (f File) Remove() error {
	return f.do(func(root *os.Root) error { return failed("remove", f.Path(), root.Remove(f.name)) })
}

// MakeFolder makes the folder that the file is in.
func (f File) MakeFolder() error { return f.folder().Make() }

// SyncFolder makes a rename or removal survive a loss of power. Not every file
// system can do it; there is nothing else to do then.
func (f Folder) SyncFolder() {
	_ = f.in(func(root *os.Root) error {
		if dir, err := root.Open(f.sub); err == nil {
			_ = dir.Sync()
			_ = dir.Close()
		}
		return nil
	})
}

func (f File) folder() Folder {
	f.in.sub = filepath.Dir(f.name)
	return f.in
}

func (f File) do(op func(*os.Root) error) error {
	if f.IsZero() {
		return &Error{Op: "open", Found: "empty file name"}
	}
	return f.in.in(op)
}

// tempHead begins the names of the files that are to take the place of one; digits
// end them.
func tempHead(name string) string { return "." + filepath.Base(name) + "." }

func temp(name string) string {
	return filepath.Join(filepath.Dir(name), tempHead(name)+strconv.FormatUint(rand.Uint64(), 10))
}

// Sweep removes what a killed process has left of replacing the file. Only who
// alone replaces it may: to anybody else it may be the file of a process at work.
func (f File) Sweep() {
	names, _ := f.folder().List() // what comes next says so
	for _, name := range names {
		if of, is := Replaces(name); is && of == filepath.Base(f.name) {
			_ = f.folder().File(name).Remove()
		}
	}
}

// Replaces returns the name of the file that a temporary file of this package was to replace. is is false for the names
// of other files, such as .NAME.swp.
func Replaces(name string) (of string, is bool) {
	head, digits, _ := cutLast(name, ".")
	of = strings.TrimPrefix(head, ".")
	return of, of != "" && tempHead(of)+digits == name && digits != "" && strings.Trim(digits, "0123456789") == ""
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
