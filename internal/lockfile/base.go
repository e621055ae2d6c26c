package lockfile

import "github.com/aepflow/aepflow/internal/resource"

// Base identifies a lockfile on disk. The zero Base is that of a project that was never applied.
type Base struct {
	Lineage string
	Serial  uint64
	Digest  string // of the entries; line endings and spaces do not matter
}

// ReadBase reads the lockfile of a target without its journal.
func ReadBase(p Paths) (Base, error) {
	l, text, err := readLock(p)
	if err != nil || text == nil {
		return Base{}, err
	}
	var lines []byte
	for i := range l.Entries {
		lines = append(lines, digestLine(l.Entries[i].Address, l.Entries[i].digest())...)
	}
	return Base{Lineage: l.Lineage, Serial: l.Serial, Digest: resource.Digest(lines)}, nil
}
