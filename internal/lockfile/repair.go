package lockfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/resource"
)

// Damaged is a lockfile that strict reading refuses, read as far as it goes: one
// version of it, or the two of a merge that Git left to people; and what a journal
// beside it knows.
type Damaged struct {
	Path    string
	Sides   []*Lock // ours, and theirs when there are conflict markers; none without a lockfile
	Intact  bool    // strict reading accepts the lockfile, and the journal goes on from it
	Journal *LeftJournal
}

// ReadDamaged reads a lockfile without asking its digests, and the journal whether
// or not it goes on from it. Conflict markers give two sides; what else is wrong
// with the text stays an error. Without a lockfile the journal is all there is.
func ReadDamaged(p Paths) (Damaged, error) {
	text, err := p.lock().Read(files.MaxLock)
	gone := files.IsAbsent(err)
	if err != nil && !gone {
		return Damaged{}, err
	}
	d := Damaged{Path: p.Lock}
	if !gone {
		for _, side := range sides(text) {
			l, err := parseLock(side, false)
			if err != nil {
				return Damaged{}, fmt.Errorf("read %s: %w", p.Lock, err)
			}
			d.Sides = append(d.Sides, l)
		}
	}
	if d.Journal, err = leftJournal(p, text, d.Sides); err != nil {
		return Damaged{}, err
	}
	_, strict := Parse(text)
	d.Intact = !gone && strict == nil && (d.Journal == nil || d.Journal.Why == nil)
	if gone && d.Journal == nil {
		return Damaged{}, fmt.Errorf("read lockfile: %w", fs.ErrNotExist)
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
	Entries []Entry  // one for each side that has it
	From    []string // the side of each: journal, ours, theirs
}

// Merge puts the sides together, what the journal knows as one of them: what only
// one side has is kept, what both have alike is kept once, and what differs is a
// choice for the caller. The serial is the higher one. A journal that goes on from
// the lockfile knows all of it, and better.
func (d Damaged) Merge() (*Lock, []Choice) {
	all, names := d.Sides, []string{"ours", "theirs"}
	if j := d.Journal; j != nil && j.Made != nil {
		if j.Why == nil {
			all = nil
		}
		// First: where two versions differ, the journal has the later one.
		all, names = append([]*Lock{j.Made}, all...), append([]string{"journal"}, names...)
	}
	out := all[0].Clone()
	if len(d.Sides) > 0 {
		out.Lineage, out.Target = d.Sides[0].Lineage, d.Sides[0].Target
	}
	var choices []Choice
	for i, side := range all[1:] {
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
				choices = addChoice(choices, Choice{e.Address, []Entry{mine, e}, []string{names[0], names[i+1]}})
			}
		}
	}
	return out, choices
}

// addChoice adds the second entry of a choice to that of the same address, or the choice.
func addChoice(choices []Choice, add Choice) []Choice {
	for i, c := range choices {
		if c.Address == add.Address {
			choices[i].Entries, choices[i].From = append(c.Entries, add.Entries[1]), append(c.From, add.From[1])
			return choices
		}
	}
	return append(choices, add)
}

func equal(a, b Entry) bool { return a.digest() == b.digest() }

// SameHistory reports whether the sides belong to one target and one lineage.
func (d Damaged) SameHistory() error {
	for _, side := range d.Sides {
		one, other := d.Sides[0], side
		if one.Lineage != other.Lineage || one.Target.Org != other.Target.Org ||
			one.Target.Sandbox != other.Target.Sandbox {
			return fmt.Errorf("%s: the two sides of the merge belong to different targets or histories; "+
				"keep one of them whole", d.Path)
		}
	}
	return nil
}

// Overwrite puts a lock in the place of a damaged one, with its serial grown by
// one unless the file has all of it already, holding the operating system's lock
// meanwhile. A journal that is left is kept under its name with .old added, whose path
// is returned; its calls without an answer go on in a new one. A crash before the lockfile is replaced changes
// nothing; one after it leaves a journal that does not fit, whose repair finds
// everything in the lockfile already.
func Overwrite(
	ctx context.Context, p Paths, l *Lock, left *LeftJournal, now time.Time,
) (out Overwritten, err error) {
	held, err := hold(ctx, p, 0, now)
	if err != nil {
		return Overwritten{}, err
	}
	defer func() { err = errors.Join(err, release(held, p)) }()
	is, err := p.lock().Read(files.MaxLock)
	if err != nil && !files.IsAbsent(err) {
		return Overwritten{}, err
	}
	l = l.Clone()
	slices.SortFunc(l.Entries, func(a, b Entry) int { return a.Address.Compare(b.Address) })
	changed := !bytes.Equal(is, bytes.Join(l.print(), nil))
	if changed {
		l.Serial++
	}
	out = Overwritten{Serial: l.Serial, Changed: changed}
	out.Journal, err = overwrite(p, l, left, changed)
	return out, err
}

// Overwritten is what Overwrite did.
type Overwritten struct {
	Serial  uint64
	Changed bool   // the lockfile was written
	Journal string // where the old journal is kept, "" for none
}

func overwrite(p Paths, l *Lock, left *LeftJournal, changed bool) (old string, err error) {
	switch journal, err := p.journal().Read(files.MaxLock); {
	case err == nil:
		old = p.Journal + ".old"
		if err := p.project.At(old).WriteSynced(journalMode, journal); err != nil {
			return "", fmt.Errorf("put the journal aside: %w", err)
		}
	case !files.IsAbsent(err):
		return "", err
	}
	if changed {
		if err := p.lock().WriteSynced(lockMode, l.print()...); err != nil {
			return old, fmt.Errorf("replace the lockfile: %w", err)
		}
	}
	switch {
	case left != nil && len(left.Open) > 0:
		err = p.journal().WriteSynced(journalMode, left.reopen(l))
	case old != "":
		err = p.journal().Remove()
	}
	if err != nil {
		return old, fmt.Errorf("replace the journal: %w", err)
	}
	return old, nil
}
