package lockfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
)

// Damaged is a lockfile that strict reading refuses, read as far as it goes: one
// version of it, or the two of a merge that Git left to people.
type Damaged struct {
	Path  string
	Sides []*Lock // ours, and theirs when there are conflict markers
}

// ReadDamaged reads a lockfile without asking its digests. Conflict markers give
// two sides; what else is wrong with the text stays an error.
func ReadDamaged(p Paths) (Damaged, error) {
	text, err := os.ReadFile(p.Lock)
	if err != nil {
		return Damaged{}, fmt.Errorf("read lockfile: %w", err)
	}
	d := Damaged{Path: p.Lock}
	for _, side := range sides(text) {
		l, err := parseLock(side, false)
		if err != nil {
			return Damaged{}, fmt.Errorf("read %s: %w", p.Lock, err)
		}
		d.Sides = append(d.Sides, l)
	}
	return d, nil
}

// sides splits a text at Git's conflict markers into the two that were merged; a
// text without markers is its only side. The base that some settings show
// between them belongs to neither.
func sides(text []byte) [][]byte {
	if !hasConflictMarkers(text) {
		return [][]byte{text}
	}
	const (
		both = iota
		ours
		base
		theirs
	)
	var a, b bytes.Buffer
	at := both
	for line := range bytes.Lines(text) {
		switch {
		case bytes.HasPrefix(line, []byte("<<<<<<< ")):
			at = ours
		case at != both && bytes.HasPrefix(line, []byte("||||||| ")):
			at = base
		case at != both && strings.TrimRight(string(line), "\r\n") == "=======":
			at = theirs
		case at != both && bytes.HasPrefix(line, []byte(">>>>>>> ")):
			at = both
		default:
			if at == both || at == ours {
				a.Write(line)
			}
			if at == both || at == theirs {
				b.Write(line)
			}
		}
	}
	return [][]byte{a.Bytes(), b.Bytes()}
}

// Choice is an address for which the sides of a merge hold different objects.
type Choice struct {
	Address resource.Address
	Entries []Entry // one for each side that has it
}

// Merge puts the sides together: what only one side has is kept, what both have
// alike is kept once, and what differs is a choice for the caller. The serial is
// the higher one.
func (d Damaged) Merge() (*Lock, []Choice) {
	out := d.Sides[0].Clone()
	var choices []Choice
	for _, side := range d.Sides[1:] {
		out.Serial = max(out.Serial, side.Serial)
		if out.Secrets != side.Secrets {
			out.Secrets = "" // the next plan looks at each secret
		}
		if out.Target.Tenant == "" {
			out.Target.Tenant = side.Target.Tenant
		}
		for _, e := range side.Entries {
			mine, ok := out.Get(e.Address)
			switch {
			case !ok:
				out.Put(e)
			case !equal(mine, e):
				choices = append(choices, Choice{e.Address, []Entry{mine, e}})
			}
		}
	}
	return out, choices
}

func equal(a, b Entry) bool {
	_, x, err1 := a.encode()
	_, y, err2 := b.encode()
	return err1 == nil && err2 == nil && x == y
}

// SameHistory reports whether the sides belong to one target and one lineage.
func (d Damaged) SameHistory() error {
	for _, side := range d.Sides[1:] {
		if side.Lineage != d.Sides[0].Lineage || side.Target.Org != d.Sides[0].Target.Org || side.Target.Sandbox != d.Sides[0].Target.Sandbox {
			return fmt.Errorf("%s: the two sides of the merge belong to different targets or histories; keep one of them whole", d.Path)
		}
	}
	return nil
}

// Overwrite puts a lock in the place of a damaged one, with its serial grown by
// one, holding the operating system's lock meanwhile. A journal that is left
// belongs to the damaged lockfile; it is kept beside with .old behind its name,
// whose path is the answer.
func Overwrite(ctx context.Context, p Paths, l *Lock, now time.Time) (old string, err error) {
	held, err := hold(ctx, p, 0, now)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, release(held, p)) }()
	l = l.Clone()
	l.Serial++
	slices.SortFunc(l.Entries, func(a, b Entry) int { return a.Address.Compare(b.Address) })
	text, err := l.Marshal()
	if err != nil {
		return "", fmt.Errorf("print lockfile: %w", err)
	}
	if err := os.Rename(p.Journal, p.Journal+".old"); err == nil {
		old = p.Journal + ".old"
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("put the journal aside: %w", err)
	}
	if err := replaceFile(p.Lock, text); err != nil {
		return old, fmt.Errorf("replace %s: %w", p.Lock, err)
	}
	return old, nil
}
