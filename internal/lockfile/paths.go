package lockfile

import (
	"fmt"
	"path/filepath"

	"github.com/aepflow/aepflow/internal/files"
)

// LocalTarget is the name of the target on this machine.
const LocalTarget = "local"

// Paths are the files of one target. The lockfile is committed to Git; what
// lies in Folder belongs to one checkout. The lockfile of LocalTarget lies there too, with the state of the
// embedded emulator: one without the other is of no use.
type Paths struct {
	Lock    string // dataflow.<target>.lock, .aepflow/local.lock
	Folder  string // .aepflow
	Journal string // .aepflow/<target>.journal
	Held    string // .aepflow/<target>.lock-file: held while an apply runs
	Holder  string // .aepflow/<target>.holder: who holds it, for people

	project files.Folder // none of them lies outside
}

// PathsIn returns the files of a target of the project in dir. The target's name
// is one that the project file accepts, which no path can be made of.
func PathsIn(dir, target string) Paths {
	folder := filepath.Join(dir, ".aepflow")
	lock := RootLock(dir, target)
	if target == LocalTarget {
		lock = filepath.Join(folder, LocalTarget+".lock")
	}
	return Paths{
		Lock:    lock,
		Folder:  folder,
		Journal: filepath.Join(folder, target+".journal"),
		Held:    filepath.Join(folder, target+".lock-file"),
		Holder:  filepath.Join(folder, target+".holder"),
		project: files.Project(dir),
	}
}

// RootLock is the path of a target's lockfile in the folder of the project.
func RootLock(dir, target string) string { return filepath.Join(dir, "dataflow."+target+".lock") }

func (p Paths) lock() files.File     { return p.project.At(p.Lock) }
func (p Paths) journal() files.File  { return p.project.At(p.Journal) }
func (p Paths) held() files.File     { return p.project.At(p.Held) }
func (p Paths) holder() files.File   { return p.project.At(p.Holder) }
func (p Paths) folder() files.Folder { return p.project.Sub(".aepflow") }

// readLock reads a lockfile; an absent one is an empty lock without lineage.
func readLock(p Paths) (*Lock, []byte, error) {
	text, err := p.lock().Read(files.MaxLock)
	if files.IsAbsent(err) {
		return &Lock{}, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	l, err := Parse(text)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", p.Lock, err)
	}
	return l, text, nil
}

// The modes of new files: a lockfile is committed, a journal is private.
const (
	lockMode    = 0o644
	journalMode = 0o600
)
