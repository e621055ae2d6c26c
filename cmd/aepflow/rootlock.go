package main

import (
	"errors"
	"path/filepath"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/lockfile"
)

// moveRootLock moves dataflow.local.lock, where earlier releases kept the lockfile of the target local, to
// .aepflow if it lists objects of the embedded emulator in this folder. Otherwise, such as in a clone of a
// repository with that file, it warns that the file is ignored.
func moveRootLock(a *app, p *project) error {
	if p.target.name != localTarget {
		return nil
	}
	old := p.root.File(filepath.Base(lockfile.RootLock(p.dir, localTarget)))
	if old.IsAbsent() {
		return nil
	}
	to := p.paths().Lock
	text, known, err := isKnownLock(a, p, old)
	if err != nil {
		return err
	}
	if known {
		lock := p.root.At(to)
		if err = lock.WriteSynced(0o644, text); err == nil {
			err = old.Remove()
		}
		if err == nil {
			a.say("moved %s to %s: the lockfile of target local belongs to this checkout, not to Git",
				display(old.Path()), display(to))
		}
		return err
	}
	help := "remove it: `git rm " + display(old.Path()) + "`"
	if !p.target.isEmbedded() {
		help += "; if its objects exist at " + p.target.platform.Host + ", move it there instead"
	}
	a.say("warning: %s is ignored: the lockfile of target local is %s", display(old.Path()), display(to))
	a.sayWrapped("  = help: ", help)
	return nil
}

// isKnownLock returns the text of a lockfile, and whether the state of the embedded emulator has its lineage. A
// state of a release that kept no lineage knows it by its objects.
func isKnownLock(a *app, p *project, old files.File) (text []byte, known bool, err error) {
	hasState := !p.root.Sub(".aepflow").File(emulator.StateFile).IsAbsent()
	if !p.target.isEmbedded() || !hasState || !p.root.At(p.paths().Lock).IsAbsent() {
		return nil, false, nil
	}
	if text, err = old.Read(files.MaxLock); err != nil {
		return nil, false, nil // a link or a named pipe
	}
	lock, err := lockfile.Parse(text)
	if err != nil {
		return nil, false, nil
	}
	emu, err := a.openEmulator(p)
	if err != nil {
		return nil, false, err
	}
	defer func() { err = errors.Join(err, emu.Close()) }()
	lineage, err := emu.Lineage()
	if err != nil || lineage != "" {
		return text, lineage == lock.Lineage, err
	}
	held := map[string]bool{}
	for _, o := range emu.Objects() {
		held[o.ID] = true
	}
	for _, e := range lock.Entries {
		known = known || held[e.ID]
	}
	return text, known, nil
}
