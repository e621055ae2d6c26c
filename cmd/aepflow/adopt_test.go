package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/lockfile"
)

// elsewhere runs commands in another checkout of the project, which has no journal,
// and brings its lockfile back.
func (l *lab) elsewhere(commands ...[]string) {
	l.t.Helper()
	here, there := l.dir, l.t.TempDir()
	copyTree(l.t, here, there)
	if err := os.RemoveAll(filepath.Join(there, ".aepflow")); err != nil {
		l.t.Fatal(err)
	}
	l.dir = there
	for _, args := range commands {
		l.mustRun(args...)
	}
	text := l.read("dataflow.here.lock")
	l.dir = here
	l.write("dataflow.here.lock", text)
}

// repaired checks that every command stops at the journal and names the way out,
// and takes it.
func (l *lab) repaired(says ...string) ran {
	l.t.Helper()
	before := l.writes()
	for _, args := range [][]string{{"plan"}, applyArgs(), {"state", "list"}} {
		if r := l.run(args...); r.code != exitStale || !strings.Contains(r.stderr, "here.journal") || !strings.Contains(r.stderr, "aepflow state repair") {
			l.t.Errorf("aepflow %s: %s\nwant exit code %d and the command to run", strings.Join(args, " "), r, exitStale)
		}
	}
	r := l.mustRun("state", "repair")
	for _, s := range says {
		if !strings.Contains(r.stderr, s) {
			l.t.Errorf("the repair does not say %q: %s", s, r)
		}
	}
	if n := l.writes(); n != before {
		l.t.Errorf("the repair made %d writes", n-before)
	}
	if err := os.Remove(l.paths().Journal + ".old"); err != nil {
		l.t.Error(err)
	}
	return r
}

// TestRepairTakesOverJournal kills an apply in its middle, and puts another lockfile
// in the place of the one that its journal goes on from.
func TestRepairTakesOverJournal(t *testing.T) {
	t.Parallel()
	first := newLab(t, emulator.Options{KeepRequests: -1}, crashed{})
	first.docs("a")
	first.mustRun(applyArgs()...)
	made := first.freeze()
	calm := newLab(t, emulator.Options{KeepRequests: -1}, made)
	calm.docs("b")
	calm.mustRun(applyArgs()...)
	want := calm.inventory()

	for _, c := range []struct {
		name string
		kill int // request at which the apply dies
		turn func(l *lab)
		says []string
	}{
		{"a newer lockfile", 29, func(l *lab) {
			l.elsewhere([]string{"state", "mv", "flow.still", "flow.other"}, []string{"state", "mv", "flow.other", "flow.still"})
		}, []string{"taken over from the journal", "without an answer", "kept as"}},
		{"in the middle of a cut-over", 41, func(l *lab) {
			l.elsewhere([]string{"state", "mv", "flow.still", "flow.other"}, []string{"state", "mv", "flow.other", "flow.still"})
		}, []string{"taken over from the journal"}},
		{"another lineage", 29, func(l *lab) {
			seen, err := lockfile.ReadDamaged(l.paths())
			if err != nil {
				l.t.Fatal(err)
			}
			lock := seen.Sides[0]
			lock.Lineage = "0123456789abcdef0123456789abcdef"
			text, err := lock.Marshal()
			if err != nil {
				l.t.Fatal(err)
			}
			l.write("dataflow.here.lock", string(text))
		}, []string{"taken over from the journal"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, emulator.Options{}, made)
			l.docs("b")
			if l.killByPlatform(applyArgs("--parallelism", "1"), c.kill, true) != 1 {
				t.Fatal("the apply was not killed")
			}
			l.t = t
			c.turn(l)
			l.repaired(c.says...)
			l.mustRun(applyArgs()...)
			l.settled(want)
		})
	}
}

// TestRepairWithoutLockfile: the lockfile is lost, and the journal is all there is.
func TestRepairWithoutLockfile(t *testing.T) {
	t.Parallel()
	l := newLab(t, emulator.Options{}, crashed{})
	l.docs("a")
	l.mustRun(applyArgs("--target-resource", "connection.crm")...)
	if l.killByPlatform(applyArgs("--parallelism", "1"), 28, true) != 1 {
		t.Fatal("the apply was not killed")
	}
	kept := l.read("dataflow.here.lock")
	if err := os.Remove(l.paths().Lock); err != nil {
		t.Fatal(err)
	}
	l.repaired("there is no lockfile", "taken over from the journal")
	seen, err := lockfile.Load(l.paths())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(seen.Lock.Entries); n < 10 {
		t.Errorf("%d entries", n)
	}
	for _, e := range seen.Lock.Entries {
		if e.Address.String() == "connection.crm" || strings.Contains(kept, e.ID) {
			t.Errorf("%s is not of the journal", e.Address)
		}
	}
}

// TestRepairRefusesForeignJournal: what belongs elsewhere is left alone, and why is
// said.
func TestRepairRefusesForeignJournal(t *testing.T) {
	t.Parallel()
	l := newLab(t, emulator.Options{}, crashed{})
	l.docs("a")
	if l.killByPlatform(applyArgs("--parallelism", "1"), 28, true) != 1 {
		t.Fatal("the apply was not killed")
	}
	journal := l.read(".aepflow/here.journal")
	l.write("aepflow.yaml", strings.ReplaceAll(l.read("aepflow.yaml"), "sandbox: dev", "sandbox: prod"))
	r := l.run("state", "repair")
	if r.code != exitStale || !strings.Contains(r.stderr, "belongs to organization "+emulator.DefaultOrg+", sandbox dev, and target here is organization "+emulator.DefaultOrg+", sandbox prod") {
		t.Errorf("repair: %s", r)
	}
	if l.read(".aepflow/here.journal") != journal {
		t.Error("the journal was touched")
	}
	if _, err := os.Stat(l.paths().Lock); err == nil {
		t.Error("a lockfile was written")
	}
	// Nobody knows where a journal without its first line belongs.
	_, rest, _ := strings.Cut(journal, "\n")
	l.write(".aepflow/here.journal", "00000000 00000000 []\n"+rest)
	if r := l.run("state", "repair"); r.code != exitStale || !strings.Contains(r.stderr, "its first line cannot be read") {
		t.Errorf("repair without a first line: %s", r)
	}
	// With a line in the middle broken, the others still count.
	l.write("aepflow.yaml", strings.ReplaceAll(l.read("aepflow.yaml"), "sandbox: prod", "sandbox: dev"))
	lines := strings.SplitAfter(journal, "\n")
	lines[len(lines)/2] = "broken\n"
	l.write(".aepflow/here.journal", strings.Join(lines, ""))
	l.repaired("1 line of .aepflow/here.journal cannot be read", "taken over from the journal")
}

// TestKilledRunner kills a first apply at several points, and removes .aepflow as the end of a pipeline's runner does.
// The next apply takes over what exists, and nothing is made a second time, but for mapping sets whose dataflow was
// not made yet: a set is found through its dataflow, and is left over (docs/security.md).
func TestKilledRunner(t *testing.T) {
	t.Parallel()
	calm := newLab(t, emulator.Options{KeepRequests: -1}, crashed{})
	calm.docs("a")
	calm.mustRun(applyArgs()...)
	want := calm.inventory()
	for _, kill := range []int{11, 15, 19, 24, 34, 38, 41, 45} {
		t.Run(strconv.Itoa(kill), func(t *testing.T) {
			t.Parallel()
			l := newLab(t, emulator.Options{}, crashed{})
			l.docs("a")
			if l.killByPlatform(applyArgs("--parallelism", "1"), kill, true) != 1 {
				t.Fatal("the apply was not killed")
			}
			if err := os.RemoveAll(filepath.Join(l.dir, ".aepflow")); err != nil {
				t.Fatal(err)
			}
			before, unused := l.writes(), l.unusedSets()
			r := l.run(applyArgs()...)
			named := strings.Contains(r.stderr, "to take over what exists, run: aepflow adopt")
			if r.code != exitRefused || !named || l.writes() != before {
				t.Fatalf("the next apply: %s", r)
			}
			l.mustRun(applyArgs("--adopt")...)
			l.left = slices.DeleteFunc(l.unusedSets(), func(id string) bool { return !slices.Contains(unused, id) })
			l.settled(want)
		})
	}
}
