package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator"
)

// job is a command that is under way.
type job struct {
	cmd       *exec.Cmd
	out, diag bytes.Buffer
}

func (l *lab) begin(args ...string) *job {
	l.t.Helper()
	b := &job{cmd: l.command(args...)}
	b.cmd.Stdout, b.cmd.Stderr = &b.out, &b.diag
	if err := b.cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = b.cmd.Process.Kill() }) // gone already, mostly
	return b
}

func (b *job) end() ran {
	_ = b.cmd.Wait() // its state says how it ended
	return ran{b.cmd.ProcessState.ExitCode(), b.out.String(), b.diag.String()}
}

// TestTwoApplies starts a second apply while the platform keeps the first one
// waiting.
func TestTwoApplies(t *testing.T) {
	t.Parallel()
	l := newLab(t, emulator.Options{}, crashed{})
	l.docs("a")
	first := l.begin(applyArgs()...)
	<-l.arrived // it holds the lock and asks the platform for the first time

	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	holder := fmt.Sprintf(`process %d on %s since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`, first.cmd.Process.Pid, regexp.QuoteMeta(host))
	second := l.begin(applyArgs()...).end()
	if second.code != exitStale || !regexp.MustCompile(holder).MatchString(second.stderr) {
		t.Errorf("the second apply: %s\nwant exit code %d and %s", second, exitStale, holder)
	}
	if r := l.begin("unlock").end(); r.code != exitStale || !strings.Contains(r.stderr, fmt.Sprint(first.cmd.Process.Pid)) {
		t.Errorf("unlock beside it: %s", r)
	}
	for _, reader := range [][]string{{"plan", "-q"}, {"state", "list"}, {"validate"}} {
		if r := l.begin(reader...).end(); r.code != exitOK {
			t.Errorf("%s beside it: %s", reader, r)
		}
	}
	if r := l.begin(applyArgs("--lock-timeout", "200ms")...).end(); r.code != exitStale {
		t.Errorf("an apply that waits too short: %s", r)
	}

	waiting := l.begin(applyArgs("--lock-timeout", "2m")...)
	l.open()
	if r := first.end(); r.code != exitOK {
		t.Fatalf("the first apply: %s", r)
	}
	made := l.writes()
	if r := waiting.end(); r.code != exitOK || !strings.Contains(r.stdout, "No changes.") {
		t.Errorf("the apply that waited: %s", r)
	}
	if n := l.writes(); n != made || made != 37 {
		t.Errorf("%d writes, %d of them by the first apply, want 37 by the first", n, made)
	}
	l.checkState()
}

// TestKilledHolder: the lock belongs to the process. Nobody has to remove a file.
func TestKilledHolder(t *testing.T) {
	t.Parallel()
	l := newLab(t, emulator.Options{}, crashed{})
	l.docs("a")
	first := l.begin(applyArgs()...)
	<-l.arrived
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	first.end()
	if _, err := os.Stat(l.paths().Holder); err != nil {
		t.Errorf("the dead holder left no note: %v", err)
	}
	l.open()
	if r := l.mustRun("unlock"); !strings.Contains(r.stderr, "note of a dead holder was removed") {
		t.Errorf("unlock: %s", r)
	}
	if r := l.mustRun("unlock"); !strings.Contains(r.stderr, "The lock is free.") {
		t.Errorf("unlock again: %s", r)
	}
	l.mustRun(applyArgs()...)
	l.checkState()
}

// git runs Git in the lab's folder, away from the settings of this machine.
func (l *lab) git(args ...string) ran {
	l.t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=lab", "-c", "user.email=lab@example.com", "-c", "commit.gpgsign=false"}, args...)...)
	cmd.Dir = l.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
	var out, diag bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &diag
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		l.t.Fatal(err)
	}
	return ran{cmd.ProcessState.ExitCode(), out.String(), diag.String()}
}

func (l *lab) mustGit(args ...string) {
	l.t.Helper()
	if r := l.git(args...); r.code != 0 {
		l.t.Fatalf("git %s: %s", strings.Join(args, " "), r)
	}
}

func (l *lab) commit(message string) {
	l.t.Helper()
	l.mustGit("add", "-A", ".")
	l.mustGit("commit", "-q", "-m", message)
}

func (l *lab) edit(file, old, now string) {
	l.t.Helper()
	text := l.read(file)
	if !strings.Contains(text, old) {
		l.t.Fatalf("%s has no %q", file, old)
	}
	l.write(file, strings.ReplaceAll(text, old, now))
}

// TestMergedLockfiles merges the lockfiles of two branches, each applied from its
// own, with Git: once so that it stops at a conflict, once so that it does not.
func TestMergedLockfiles(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git here")
	}
	base := newLab(t, emulator.Options{KeepRequests: -1}, crashed{})
	base.docs("a")
	base.write(".gitignore", ".aepflow/\n")
	base.mustRun(applyArgs()...)
	base.mustGit("init", "-q", "-b", "main")
	base.commit("as it was")

	base.mustGit("checkout", "-q", "-b", "ours")
	base.edit("flows.dataflow.yaml", "schedule: {frequency: day, interval: 1,", "schedule: {frequency: day, interval: 2,")
	base.mustRun(applyArgs()...)
	base.commit("still runs every other day")

	base.mustGit("checkout", "-q", "main")
	base.mustGit("checkout", "-q", "-b", "theirs")
	base.edit("connections.dataflow.yaml", "title: CRM", "title: CRM, read only")
	base.mustRun(applyArgs()...)
	base.commit("another title")
	both := base.freeze()

	lock := filepath.Base(base.paths().Lock)
	for _, c := range []struct {
		name  string
		merge []string
		code  int
	}{
		{"conflict", []string{"merge", "-q", "ours"}, 1},
		{"clean and wrong", []string{"merge", "-q", "-X", "ours", "ours"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, emulator.Options{}, both)
			l.mustGit("checkout", "-q", "--", "aepflow.yaml") // the port differs, which is not what is merged
			port := l.url
			if r := l.git(c.merge...); r.code != c.code {
				t.Fatalf("git %s: %s", c.merge, r)
			}
			l.write("aepflow.yaml", strings.ReplaceAll(l.read("aepflow.yaml"), base.url, port))
			if has := strings.Contains(l.read(lock), "<<<<<<<"); has != (c.code == 1) {
				t.Fatalf("the lockfile has conflict markers: %v", has)
			}
			commands := [][]string{{"plan"}, applyArgs(), {"state", "rm", "flow.still"}}
			if c.code != 0 {
				commands = append(commands, [][]string{
					{"destroy", "--auto-approve"}, {"drift"}, {"state", "list"}, {"state", "show", "flow.still"}, {"state", "mv", "flow.still", "flow.other"},
				}...)
			}
			for _, cmd := range commands {
				if r := l.run(cmd...); r.code != exitStale || !strings.Contains(r.stderr, "aepflow state repair") {
					t.Errorf("aepflow %s: %s\nwant exit code %d and the command to run", strings.Join(cmd, " "), r, exitStale)
				}
			}
			if n := l.writes(); n != 0 {
				t.Errorf("%d writes with a lockfile that is no good", n)
			}
			l.mustRun("state", "repair")
			if r := l.run("plan", "--refresh", "--detailed-exitcode"); r.code != exitOK {
				t.Errorf("after the repair: %s", r)
			}
			if n := l.writes(); n != 0 {
				t.Errorf("the repair made %d writes", n)
			}
			l.mustRun("drift")
			l.mustRun(applyArgs()...)
		})
	}
}
