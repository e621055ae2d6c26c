package gitlock

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
)

const ref = DefaultRef + "/prod"

// world is a Git server and clones of it.
type world struct {
	t      *testing.T
	server string // a bare repository
}

func newWorld(t *testing.T) *world {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git here")
	}
	for _, name := range []string{"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"} {
		t.Setenv(name, os.DevNull) // not the settings of this machine
	}
	w := &world{t, filepath.Join(t.TempDir(), "server.git")}
	w.git("", "init", "-q", "--bare", "--initial-branch=main", w.server)
	return w
}

func (w *world) git(dir string, args ...string) string {
	w.t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.com"}, args...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// clone returns the lock as a clone of its own sees it.
func (w *world) clone() Lock {
	w.t.Helper()
	dir := w.t.TempDir()
	w.git("", "clone", "-q", w.server, dir)
	return Lock{Dir: dir, Remote: "origin", Ref: ref}
}

// head is the commit of the lock on the server, "" for none.
func (w *world) head() string {
	w.t.Helper()
	return w.git(w.server, "for-each-ref", "--format=%(objectname)", ref)
}

// hook installs a script on the server.
func (w *world) hook(name, script string) {
	w.t.Helper()
	writeScript(w.t, filepath.Join(w.server, "hooks", name), script)
}

func writeScript(t *testing.T, path, script string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

var begin = time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)

func by(pid int) Owner {
	return Owner{Holder: lockfile.Holder{PID: pid, Host: "laptop", Since: begin}, Run: "https://ci.example.com/run/7"}
}

func (w *world) take(l Lock, have lockfile.Base) *Taken {
	w.t.Helper()
	taken, err := l.Take(w.t.Context(), by(1), have, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return taken
}

func TestTakeAndRelease(t *testing.T) {
	w := newWorld(t)
	a, b := w.clone(), w.clone()
	if tip, err := a.Look(t.Context()); err != nil || tip.Commit != "" {
		t.Fatalf("before the first take: %+v, %v", tip, err)
	}
	var none lockfile.Base
	taken := w.take(a, none)
	_, err := b.Take(t.Context(), by(2), none, 0)
	var held *HeldError
	if !errors.As(err, &held) || !strings.HasSuffix(held.Holder, "@laptop:1") || held.Run != by(1).Run ||
		!held.Since.Equal(begin) {
		t.Fatalf("take of a held lock: %v", err)
	}
	for _, want := range []string{"refs/aepflow/lock/prod on origin", "@laptop:1 since 2027-01-02T03:04:05Z", by(1).Run} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %q", err, want)
		}
	}
	first := lockfile.Base{Lineage: "l", Serial: 1, Digest: "d1"}
	if err := taken.Release(t.Context(), none, first, begin.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	tip, err := b.Look(t.Context())
	if err != nil || tip.State != Free || tip.lockfile() != first || !tip.Since.Equal(begin.Add(time.Minute)) {
		t.Fatalf("after the release: %+v, %v", tip, err)
	}
	// An apply that wrote nothing leaves what the lock knows.
	taken = w.take(b, first)
	if err := taken.Release(t.Context(), first, first, begin); err != nil {
		t.Fatal(err)
	}
	if tip, err = a.Look(t.Context()); err != nil || tip.lockfile() != first {
		t.Fatalf("after an apply that wrote nothing: %+v, %v", tip, err)
	}
	if n := w.git(w.server, "rev-list", "--count", ref); n != "1" {
		t.Errorf("the commit has %s ancestors with itself, want 1", n)
	}
	message := w.git(w.server, "log", "-1", "--format=%an <%ae>%n%B", ref)
	for _, want := range []string{
		"aepflow <aepflow@localhost>\n" + ref + ": free, released by ", "\nRun: " + by(1).Run + "\n",
	} {
		if !strings.Contains(message, want) {
			t.Errorf("the commit is\n%s\nwant %q", message, want)
		}
	}
	if got := w.git(a.Dir, "for-each-ref"); got != "" {
		t.Errorf("the clone has gained refs: %s", got)
	}
	if _, err := os.Stat(filepath.Join(a.Dir, ".git", "FETCH_HEAD")); err == nil {
		t.Error("the clone's FETCH_HEAD was written")
	}
}

// TestOneWins: of many takes at the same time, from several clones, exactly one has the lock.
func TestOneWins(t *testing.T) {
	w := newWorld(t)
	clones := []Lock{w.clone(), w.clone()}
	have := lockfile.Base{}
	for round := range 2 {
		var wg sync.WaitGroup
		won := make([]*Taken, 2*len(clones))
		failed := make([]error, len(won))
		for i := range won {
			wg.Go(func() {
				won[i], failed[i] = clones[i%len(clones)].Take(t.Context(), by(i+1), have, 0)
			})
		}
		wg.Wait()
		var winner *Taken
		for i := range won {
			var held *HeldError
			switch {
			case won[i] != nil && winner != nil:
				t.Fatalf("round %d: two have the lock", round)
			case won[i] != nil:
				winner = won[i]
			case !errors.As(failed[i], &held):
				t.Errorf("round %d: %v", round, failed[i])
			}
		}
		if winner == nil {
			t.Fatalf("round %d: nobody has the lock", round)
		}
		next := lockfile.Base{Lineage: "l", Serial: have.Serial + 1, Digest: fmt.Sprint(round)}
		if err := winner.Release(t.Context(), have, next, begin); err != nil {
			t.Fatal(err)
		}
		have = next
	}
}

func TestWait(t *testing.T) {
	w := newWorld(t)
	a, b := w.clone(), w.clone()
	taken := w.take(a, lockfile.Base{})
	done := make(chan error)
	go func() {
		second, err := b.Take(context.Background(), by(2), lockfile.Base{}, time.Minute)
		if err == nil {
			err = second.Release(context.Background(), lockfile.Base{}, lockfile.Base{}, begin)
		}
		done <- err
	}()
	if err := taken.Release(t.Context(), lockfile.Base{}, lockfile.Base{}, begin); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("the one who waited: %v", err)
	}
	w.take(a, lockfile.Base{})
	ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer stop()
	if _, err := b.Take(ctx, by(2), lockfile.Base{}, time.Minute); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("interrupted while waiting: %v", err)
	}
}

func TestIsAhead(t *testing.T) {
	last := lockfile.Base{Lineage: "l", Serial: 5, Digest: "d"}
	for _, c := range []struct {
		name string
		have lockfile.Base
		says string // "" when have may be applied
	}{
		{"the same", last, ""},
		{"changed by state commands since", lockfile.Base{Lineage: "l", Serial: 6, Digest: "e"}, ""},
		{"behind", lockfile.Base{Lineage: "l", Serial: 4, Digest: "c"},
			"it has serial 4, and the last apply, by x@y:1, wrote serial 5; pull the lockfile first"},
		{"none", lockfile.Base{},
			"it has serial 0, and the last apply, by x@y:1, wrote serial 5; pull the lockfile first"},
		{"another with that serial", lockfile.Base{Lineage: "l", Serial: 5, Digest: "e"},
			"differs from the one with the same serial"},
		{"another history", lockfile.Base{Lineage: "m", Serial: 9, Digest: "d"}, "its lineage is l, the lockfile's is m"},
	} {
		tip := Tip{Record: Record{Holder: "x@y:1", Lineage: last.Lineage, Serial: last.Serial, Digest: last.Digest}}
		if got := tip.isAhead(c.have); got != (c.says != "") {
			t.Errorf("%s: ahead %v", c.name, got)
		}
		if text := (&BehindError{Have: c.have, Released: tip.Record}).Error(); !strings.Contains(text, c.says) {
			t.Errorf("%s: %s\nwant %q", c.name, text, c.says)
		}
	}
	if (Tip{}).isAhead(last) {
		t.Error("a lock that was never taken is ahead")
	}
	w := newWorld(t)
	a := w.clone()
	if err := w.take(a, lockfile.Base{}).Release(t.Context(), lockfile.Base{}, last, begin); err != nil {
		t.Fatal(err)
	}
	before := w.head()
	var behind *BehindError
	if _, err := a.Take(t.Context(), by(2), lockfile.Base{}, time.Minute); !errors.As(err, &behind) || w.head() != before {
		t.Errorf("a take with an old lockfile: %v", err)
	}
}

// TestLostAnswer: the server moves the ref and dies before it says so.
func TestLostAnswer(t *testing.T) {
	w := newWorld(t)
	a := w.clone()
	w.hook("post-receive", "kill -9 $PPID")
	taken := w.take(a, lockfile.Base{})
	if w.head() != taken.tip.Commit {
		t.Fatal("the lock is not at the commit of its owner")
	}
	if err := taken.Release(t.Context(), lockfile.Base{}, lockfile.Base{}, begin); err != nil {
		t.Error(err)
	}
	if tip, err := a.Look(t.Context()); err != nil || tip.State != Free {
		t.Errorf("after the release: %+v, %v", tip, err)
	}
}

func TestServerRefuses(t *testing.T) {
	w := newWorld(t)
	a := w.clone()
	w.hook("pre-receive", "echo 'tokens of https://ada:s3cret@git.example.com may not write' >&2; exit 1")
	_, err := a.Take(t.Context(), by(1), lockfile.Base{}, time.Minute)
	if err == nil || !strings.Contains(err.Error(), "may not write") || strings.Contains(err.Error(), "s3cret") ||
		w.head() != "" {
		t.Errorf("a take that the server refuses: %v", err)
	}
	w.git(a.Dir, "remote", "set-url", "origin", filepath.Join(t.TempDir(), "nowhere"))
	_, err = a.Take(t.Context(), by(1), lockfile.Base{}, time.Minute)
	if err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a take without a server: %v", err)
	}
}

// TestBroken: unlock gives the lock of a holder to somebody else. The holder says so, and does not take it back.
func TestBroken(t *testing.T) {
	w := newWorld(t)
	a, b := w.clone(), w.clone()
	lost := w.take(a, lockfile.Base{})
	seen, err := b.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Break(t.Context(), seen, by(2)); err != nil {
		t.Fatal(err)
	}
	now := w.take(b, lockfile.Base{})
	err = lost.Release(t.Context(), lockfile.Base{}, lockfile.Base{}, begin)
	if err == nil || !strings.Contains(err.Error(), "taken away from this apply") || w.head() != now.tip.Commit {
		t.Errorf("release of a broken lock: %v", err)
	}
	if err := b.Break(t.Context(), seen, by(3)); !errors.Is(err, errMoved) || w.head() != now.tip.Commit {
		t.Errorf("break of a lock that was moved since: %v", err)
	}
}

// TestForeignRef: a ref that aepflow has not written is never moved.
func TestForeignRef(t *testing.T) {
	w := newWorld(t)
	a := w.clone()
	tree := w.git(w.server, "hash-object", "-t", "tree", "-w", "/dev/null")
	for name, message := range map[string]string{
		"a change":  "a change",
		"too large": strings.Repeat("x", maxOutput) + "\n\n" + `{"version":"1.0","state":"free","holder":"x"}`,
	} {
		file := filepath.Join(t.TempDir(), "message")
		if err := os.WriteFile(file, []byte(message), 0o644); err != nil {
			t.Fatal(err)
		}
		commit := w.git(w.server, "commit-tree", tree, "-F", file)
		w.git(w.server, "update-ref", ref, commit)
		_, err := a.Take(t.Context(), by(1), lockfile.Base{}, 0)
		if !errors.Is(err, errForeign) || w.head() != commit {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseCommit(t *testing.T) {
	record := Record{Lineage: "l", Serial: 3}.with(Held, by(1))
	text := "tree x\n\n" + record.message(ref)
	if got, err := parseCommit(text); err != nil || got != record {
		t.Errorf("%+v, %v", got, err)
	}
	if other := record.with(Held, by(1)); other == record {
		t.Error("two takes are one commit")
	}
	for name, text := range map[string]string{
		"nothing":         "",
		"any message":     "tree x\n\na change\n",
		"another object":  "tree x\n\nlock\n\n{\"a\":1}",
		"broken record":   "tree x\n\nlock\n\n{\"version\":\"1.0\",\"state\":",
		"unknown state":   strings.Replace(text, `"held"`, `"lent"`, 1),
		"spaces in names": strings.Replace(text, `@laptop`, `@ laptop`, 2),
		"negative serial": strings.Replace(text, `"serial":3`, `"serial":-3`, 1),
	} {
		if got, err := parseCommit(text); !errors.Is(err, errForeign) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	_, err := parseCommit(strings.Replace(text, `"version":"1.0"`, `"version":"2.0"`, 1))
	if err == nil || !strings.Contains(err.Error(), "install a later version") {
		t.Errorf("a later version: %v", err)
	}
	if _, err := parseCommit(strings.Replace(text, `"serial":3`, `"serial":3,"more":1`, 1)); err != nil {
		t.Errorf("a record with one more member: %v", err)
	}
}

// TestNoClone: each folder, remote, and machine that cannot have a lock is named.
func TestNoClone(t *testing.T) {
	w := newWorld(t)
	a := w.clone()
	outside := Lock{Dir: t.TempDir(), Remote: "origin", Ref: ref}
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(outside.Dir))
	two := w.clone()
	w.git(two.Dir, "remote", "set-url", "--push", "origin", "elsewhere")
	for want, l := range map[string]Lock{
		"the project is in no Git clone":      outside,
		"has no remote upstream":              {Dir: a.Dir, Remote: "upstream", Ref: ref},
		"remote origin has several addresses": two,
	} {
		if _, err := l.Take(t.Context(), by(1), lockfile.Base{}, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %q", err, want)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := a.Look(t.Context()); err == nil || !strings.Contains(err.Error(), "git is not in PATH") {
		t.Errorf("without git: %v", err)
	}
}
