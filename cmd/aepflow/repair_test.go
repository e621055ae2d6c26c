package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/lockfile"
)

// folder is a project on the embedded emulator, whose commands run in this process.
type folder struct {
	*testing.T
	dir string
}

func newFolder(t *testing.T, example string) folder {
	t.Helper()
	f := folder{t, t.TempDir()}
	copyExample(f.must, example, f.dir)
	return f
}

func (f folder) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// run runs a command line that ends with a code, and returns what it prints.
func (f folder) run(code int, args ...string) (stdout, stderr string) {
	f.Helper()
	var out, said bytes.Buffer
	args = append(args, "--target", "local", "--now", pinned)
	if got := run(context.Background(), args, strings.NewReader(""), &out, &said); got != code {
		f.Fatalf("%v: exit code %d, expected %d\n%s%s", args, got, code, &out, &said)
	}
	return out.String(), said.String()
}

func (f folder) read(name string) string {
	f.Helper()
	text, err := os.ReadFile(filepath.Join(f.dir, name))
	f.must(err)
	return string(text)
}

func (f folder) write(name, text string) {
	f.Helper()
	f.must(os.WriteFile(filepath.Join(f.dir, name), []byte(text), 0o644))
}

const localLock = ".aepflow/local.lock"

// result is what state repair and unlock print as JSON.
type result struct {
	FormatVersion string `json:"format_version"`
	Command       string
	Target        struct{ Name, Sandbox string }
	Written       bool
	Serial        int
	Held          bool
	Holder        struct{ PID int }
	NoteRemoved   bool `json:"note_removed"`
	Changes       []struct {
		Address, Change, Document string
		Candidates                []struct{ ID, Side string }
	}
	Error struct {
		Message  string
		Details  []string
		ExitCode int `json:"exit_code"`
	}
}

func (f folder) result(code int, args ...string) (r result) {
	f.Helper()
	text, _ := f.run(code, append(args, "-o", "json")...)
	f.must(json.Unmarshal([]byte(text), &r))
	command := strings.Join(args[:slices.Index(args, "-p")], " ")
	if r.FormatVersion != "1.0" || r.Command != command || r.Error.ExitCode != code {
		f.Errorf("%v prints %s", args, text)
	}
	return r
}

// TestRepairTwoSidedReplacement merges two lockfiles whose sides replaced the same dataflow: all pairs are listed at
// once, each with its sides and its place in the documents.
func TestRepairTwoSidedReplacement(t *testing.T) {
	t.Parallel()
	f := newFolder(t, "tutorial")
	apply := []string{"apply", f.dir, "--auto-approve", "--on-replace", "continue"}
	f.run(exitOK, apply...)
	base, document := f.read(localLock), f.read("dataflow.yaml")
	sides := make([]string, 2)
	for i, table := range []string{"test1.Ours", "test1.Theirs"} {
		f.write(localLock, base)
		f.write("dataflow.yaml", strings.Replace(document, "table: test1.Mytable", "table: "+table, 1))
		f.run(exitOK, apply...)
		sides[i] = f.read(localLock)
	}
	conflict := "<<<<<<< HEAD\n" + sides[0] + "=======\n" + sides[1] + ">>>>>>> theirs\n"
	f.write(localLock, conflict)

	_, said := f.run(exitStale, "state", "repair", "-p", f.dir)
	r := f.result(exitStale, "state", "repair", "-p", f.dir)
	if f.read(localLock) != conflict {
		t.Error("the lockfile was written")
	}
	lock := func(i int) *lockfile.Lock {
		l, err := lockfile.Parse([]byte(sides[i]))
		f.must(err)
		return l
	}
	ours, theirs := lock(0), lock(1)
	want := []string{"flow.mytable", "source.mytable", "target.mytable"}
	var got []string
	for i, c := range r.Changes {
		got = append(got, c.Address)
		a, b := idOf(ours, c.Address), idOf(theirs, c.Address)
		if len(c.Candidates) != 2 || c.Candidates[0].ID != a || c.Candidates[0].Side != "ours" ||
			c.Candidates[1].ID != b || c.Candidates[1].Side != "theirs" {
			t.Errorf("%s: %+v", c.Address, c.Candidates)
		}
		line := c.Address + ": ours " + a + ", theirs " + b + " (" + c.Document + ")"
		if c.Change != "undecided" || !strings.Contains(c.Document, "dataflow.yaml:") || r.Error.Details[i] != line ||
			!strings.Contains(said, line) {
			t.Errorf("%+v\nexpected %s in\n%s", c, line, said)
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) || len(r.Error.Details) != 3 {
		t.Errorf("undecided: %v, expected %v", got, want)
	}
}

func idOf(l *lockfile.Lock, address string) string {
	for _, e := range l.Entries {
		if e.Address.String() == address {
			return e.ID
		}
	}
	return ""
}

// TestRepairOfIntactLockfile keeps its text, serial included.
func TestRepairOfIntactLockfile(t *testing.T) {
	t.Parallel()
	f := newFolder(t, "tutorial")
	if r := f.result(exitWorld, "state", "repair", "-p", f.dir); !strings.Contains(r.Error.Message, "nothing to repair") {
		t.Errorf("without a lockfile: %+v", r)
	}
	f.run(exitOK, "apply", f.dir, "--auto-approve")
	before := f.read(localLock)
	_, said := f.run(exitOK, "state", "repair", "-p", f.dir)
	if !strings.Contains(said, "is intact: 4 entries, serial 1.") {
		t.Errorf("said %s", said)
	}
	if r := f.result(exitOK, "state", "repair", "-p", f.dir); r.Written || r.Serial != 1 || len(r.Changes) != 0 {
		t.Errorf("%+v", r)
	}
	if f.read(localLock) != before {
		t.Error("the lockfile was written")
	}
	f.write(localLock, strings.Replace(before, `"digest": "`, `"digest": "0`, 1))
	if r := f.result(exitOK, "state", "repair", "-p", f.dir); !r.Written || r.Serial != 2 || r.Target.Sandbox != "dev" {
		t.Errorf("with a wrong digest: %+v", r)
	}
}

// TestUnlockJSON: a free lock, the note of a dead holder, a holder, and a wrong target.
func TestUnlockJSON(t *testing.T) {
	t.Parallel()
	f := newFolder(t, "tutorial")
	if r := f.result(exitOK, "unlock", "-p", f.dir); r.Held || r.NoteRemoved || r.Target.Name != "local" {
		t.Errorf("free: %+v", r)
	}
	held, err := lockfile.Open(t.Context(), lockfile.PathsIn(f.dir, "local"), lockfile.Options{
		Target: lockfile.Target{Org: emulator.DefaultOrg, Sandbox: "dev"}, Now: time.Now(),
	})
	f.must(err)
	r := f.result(exitStale, "unlock", "-p", f.dir)
	if !r.Held || r.Holder.PID != os.Getpid() || !strings.Contains(r.Error.Message, "is held by a running process") {
		t.Errorf("held: %+v", r)
	}
	f.must(held.Close())
	f.write(".aepflow/local.holder", `{"pid":1,"host":"x"}`)
	if r := f.result(exitOK, "unlock", "-p", f.dir); r.Held || !r.NoteRemoved {
		t.Errorf("note: %+v", r)
	}
	r = f.result(exitUsage, "unlock", "-p", filepath.Join(f.dir, "dataflow.yaml"))
	if !strings.Contains(r.Error.Message, "is a file") {
		t.Errorf("wrong folder: %+v", r)
	}
}
