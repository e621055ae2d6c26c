package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/gitlock"
)

// team is a Git server, two clones of one project, and a platform.
type team struct {
	*lab
	server string
	clones [2]*lab
}

const teamRef = gitlock.DefaultRef + "/here"

// newTeam returns a team whose clones have a version of the documents.
func newTeam(t *testing.T, docs string) *team {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git here")
	}
	first := newLab(t, emulator.Options{}, crashed{})
	w := &team{lab: first, server: filepath.Join(t.TempDir(), "server.git")}
	first.mustGit("init", "-q", "--bare", "--initial-branch=main", w.server)
	first.docs(docs)
	first.edit("aepflow.yaml", "sandbox: dev}", "sandbox: dev, lock: {git: origin}}")
	first.write(".gitignore", ".aepflow/\n")
	first.mustGit("init", "-q", "-b", "main")
	first.mustGit("remote", "add", "origin", w.server)
	first.commit("the project")
	first.mustGit("push", "-q", "-u", "origin", "main")
	second := &lab{
		t: t, dir: t.TempDir(), box: first.box, url: first.url, now: first.now, ready: first.ready,
		arrived: first.arrived,
	}
	second.mustGit("clone", "-q", w.server, ".")
	w.clones = [2]*lab{first, second}
	return w
}

// state returns the subject of the lock's commit.
func (w *team) state() string {
	w.t.Helper()
	r := w.git("--git-dir="+w.server, "log", "-1", "--format=%s", teamRef)
	return strings.TrimSpace(r.stdout)
}

// publish commits the lockfile of a clone and brings it to the other.
func (w *team) publish(from, to *lab) {
	w.t.Helper()
	from.commit("applied")
	from.mustGit("push", "-q")
	to.mustGit("pull", "-q")
}

// TestTeamLock applies the same documents from two clones at the same time: a first plan, then a replacement. One of
// the two applies; the other one is told to wait or to pull, and changes nothing. No object is made twice.
//
// TEAM_LOCK=50 does that as often.
func TestTeamLock(t *testing.T) {
	t.Parallel()
	for round := range envInt("TEAM_LOCK", 1) {
		w := newTeam(t, "a")
		w.open()
		for _, docs := range []string{"a", "b"} {
			var wg sync.WaitGroup
			var ends [2]ran
			for i, l := range w.clones {
				l.docs(docs)
				wg.Go(func() { ends[i] = l.begin(applyArgs()...).end() })
			}
			wg.Wait()
			winner := 0
			if ends[1].code == exitOK {
				winner = 1
			}
			won, lost := ends[winner], ends[1-winner]
			told := strings.Contains(lost.stderr, "another apply is running") ||
				strings.Contains(lost.stderr, "pull the lockfile first")
			if won.code != exitOK || lost.code != exitStale || !told {
				t.Fatalf("round %d, version %s:\none: %s\nthe other: %s", round, docs, won, lost)
			}
			if s := w.state(); !strings.HasPrefix(s, teamRef+": free, released by ") {
				t.Errorf("round %d, version %s: the lock is %q", round, docs, s)
			}
			l := w.clones[winner]
			alone := newLab(t, emulator.Options{}, crashed{})
			alone.docs(docs)
			alone.mustRun(applyArgs()...)
			if docs == "a" && strings.Join(l.inventory(), "\n") != strings.Join(alone.inventory(), "\n") {
				t.Errorf("round %d: the platform has\n%s", round, strings.Join(l.inventory(), "\n"))
			}
			if docs == "b" {
				_ = os.RemoveAll(filepath.Join(l.dir, ".git")) // checkState knows the files of a project
				_ = os.Remove(filepath.Join(l.dir, ".gitignore"))
				l.checkState()
				continue
			}
			w.clones[1-winner].mustGit("checkout", "-q", ".")
			w.publish(l, w.clones[1-winner])
		}
	}
}

// TestTeamLockEnds: the lock is free after every end of an apply that is not a crash, with the serial of the lockfile.
func TestTeamLockEnds(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no SIGTERM here")
	}
	w := newTeam(t, "a")
	a, b := w.clones[0], w.clones[1]
	free := func(after string) {
		t.Helper()
		if s := w.state(); !strings.Contains(s, "free, released by ") {
			t.Errorf("after %s: the lock is %q", after, s)
		}
	}
	first := a.begin(applyArgs()...)
	<-a.arrived // it holds the lock and asks the platform for the first time
	if s := w.state(); !strings.Contains(s, fmt.Sprintf(":%d", first.cmd.Process.Pid)) {
		t.Errorf("during an apply, the lock is %q", s)
	}
	holder := fmt.Sprintf(":%d since ", first.cmd.Process.Pid)
	if r := b.begin(applyArgs()...).end(); r.code != exitStale || !strings.Contains(r.stderr, holder) ||
		!strings.Contains(r.stderr, "aepflow unlock") {
		t.Errorf("an apply of the other clone: %s", r)
	}
	if err := first.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	w.open()
	if r := first.end(); r.code != exitInterrupted {
		t.Errorf("the apply that was ended: %s", r)
	}
	free("SIGTERM")
	if r := a.run("apply"); r.code != exitUsage { // no terminal to ask at
		t.Errorf("an apply without a terminal: %s", r)
	}
	free("a usage error")
	a.mustRun(applyArgs()...)
	free("success")
	r := b.run(applyArgs()...)
	if r.code != exitStale || !strings.Contains(r.stderr, "it has serial 0, and the last apply") {
		t.Errorf("an apply of the clone without the lockfile: %s", r)
	}
	free("a refusal")
	w.publish(a, b)
	b.docs("b")
	b.mustRun(applyArgs()...)
	free("the second clone's apply")
	r = a.run("destroy", "--auto-approve")
	if r.code != exitStale || !strings.Contains(r.stderr, "pull the lockfile first") {
		t.Errorf("a destroy of the first clone: %s", r)
	}
}

// TestTeamLockOfKilled: the lock of a killed apply stays held until somebody says that its holder is gone.
func TestTeamLockOfKilled(t *testing.T) {
	t.Parallel()
	w := newTeam(t, "a")
	a, b := w.clones[0], w.clones[1]
	a.env = []string{"CI_JOB_URL=https://git.example.com/shop/-/jobs/7\x1b[2J", "GITHUB_RUN_ID="}
	first := a.begin(applyArgs()...)
	<-a.arrived
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	first.end()
	w.open()
	if r := a.run(applyArgs()...); r.code != exitStale {
		t.Errorf("an apply after the kill: %s", r)
	}
	r := b.run("unlock")
	if r.code != exitStale || strings.Contains(r.stderr, "\x1b") ||
		!strings.Contains(r.stderr, "Run: https://git.example.com/shop/-/jobs/7") {
		t.Errorf("unlock: %s", r)
	}
	_, command, _ := strings.Cut(r.stderr, "if the holder is gone: aepflow ")
	args := strings.Fields(strings.ReplaceAll(command, "\n", " "))
	if len(args) != 5 || args[3] != "--force" {
		t.Fatalf("unlock names the command %q", args)
	}
	r = b.run("unlock", "--force", "somebody@else:1")
	if r.code != exitStale || !strings.Contains(r.stderr, "the holder is ") {
		t.Errorf("unlock of another holder: %s", r)
	}
	if s := w.state(); !strings.Contains(s, "held by") {
		t.Errorf("the lock is %q", s)
	}
	r = b.mustRun(append(args, "--lost-after", "0s", "-o", "json")...)
	if !strings.Contains(r.stdout, `"cleared": true`) || strings.Contains(r.stderr, "Waiting") {
		t.Errorf("unlock: %s", r)
	}
	if r := b.mustRun("unlock"); !strings.Contains(r.stderr, "on origin is free") {
		t.Errorf("unlock again: %s", r)
	}
	a.mustRun(applyArgs()...)

	// A lock that cannot be released says so; what was applied stays applied.
	hook := "#!/bin/sh\nread old new ref\n! git log -1 --format=%s $new | grep -q 'free, released'\n"
	if err := os.WriteFile(filepath.Join(w.server, "hooks", "pre-receive"), []byte(hook), 0o755); err != nil {
		t.Fatal(err)
	}
	a.docs("b")
	if r := a.run(applyArgs()...); r.code != exitPending || !strings.Contains(r.stderr, "aepflow unlock --target here") {
		t.Errorf("an apply whose lock cannot be released: %s", r)
	}
	if r := a.run("plan", "--detailed-exitcode"); r.code != exitOK {
		t.Errorf("a plan after it: %s", r)
	}
}

func TestAgeOf(t *testing.T) {
	now := time.Date(2027, 1, 1, 0, 1, 0, 500, time.UTC)
	for since, want := range map[time.Time]time.Duration{
		now.Add(-1500 * time.Millisecond): time.Second, now: 0, now.Add(time.Hour): 0,
	} {
		if got := ageOf(since, now); got != want {
			t.Errorf("%v ago: %v, want %v", now.Sub(since), got, want)
		}
	}
}

// TestRunPage: the page of a run is what its pipeline calls it.
func TestRunPage(t *testing.T) {
	for want, env := range map[string]map[string]string{
		"": {"CI": "true"},
		"https://github.com/a/shop/actions/runs/7": {
			"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/shop", "GITHUB_RUN_ID": "7",
		},
		"https://dev.azure.com/a/shop/_build/results?buildId=7": {
			"SYSTEM_COLLECTIONURI": "https://dev.azure.com/a/", "SYSTEM_TEAMPROJECT": "shop", "BUILD_BUILDID": "7",
		},
		"https://gitlab.example.com/a/shop/-/jobs/7": {"CI_JOB_URL": "https://gitlab.example.com/a/shop/-/jobs/7"},
		"https://jenkins.example.com/job/shop/7/":    {"BUILD_URL": "https://jenkins.example.com/job/shop/7/"},
	} {
		if got := runPage(func(name string) string { return env[name] }); got != want {
			t.Errorf("%v: %q, want %q", env, got, want)
		}
	}
}
