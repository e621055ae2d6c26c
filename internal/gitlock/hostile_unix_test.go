//go:build unix

package gitlock

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
)

// TestSettings: git runs no program that the configuration of a repository names, whatever aepflow runs it for.
func TestSettings(t *testing.T) {
	w := newWorld(t)
	dir := w.clone().Dir
	mark := filepath.Join(t.TempDir(), "ran")
	evil := filepath.Join(t.TempDir(), "evil.sh")
	writeScript(t, evil, "touch "+mark)
	writeScript(t, filepath.Join(dir, ".git", "hooks", "reference-transaction"), "touch "+mark)
	writeScript(t, filepath.Join(dir, "githooks", "reference-transaction"), "touch "+mark)
	w.git(dir, "config", "core.fsmonitor", evil)
	w.git(dir, "config", "gpg.program", evil)
	w.git(dir, "config", "push.gpgSign", "true")
	w.git(dir, "config", "protocol.ext.allow", "always")
	tree := w.git(dir, "hash-object", "-t", "tree", "-w", "/dev/null")
	for _, hooks := range []string{".git/hooks", "githooks"} {
		w.git(dir, "config", "core.hooksPath", hooks)
		if _, err := run(t.Context(), dir, "", "update-ref", "refs/x/"+filepath.Base(hooks), tree); err != nil {
			t.Error(err)
		}
	}
	for name, args := range map[string][]string{
		"file monitor": {"status", "--short"},
		"transport":    {"ls-remote", "ext::" + evil},
		"signature":    {"push", "--quiet", "origin", tree + ":refs/x/tree"},
	} {
		_, err := run(t.Context(), dir, "", args...)
		if (err != nil) != (name == "transport") {
			t.Errorf("%s: %v", name, err)
		}
		if os.Remove(mark) == nil {
			t.Errorf("%s: a program of the repository has run", name)
		}
	}
	bare := filepath.Join(dir, "bare")
	w.git("", "init", "-q", "--bare", bare)
	if out, err := run(t.Context(), bare, "", "rev-parse", "--git-dir"); err == nil {
		t.Errorf("works in a repository among the files of a project: %s", out)
	}
}

// TestHostileRepository: a repository among the files of a project is neither one to work in nor a remote.
func TestHostileRepository(t *testing.T) {
	w := newWorld(t)
	mark := filepath.Join(t.TempDir(), "ran")
	script := "touch " + mark + "-$(basename $0)"
	evil := filepath.Join(t.TempDir(), "evil.sh")
	writeScript(t, evil, script)
	inner := w.clone()
	bare := filepath.Join(inner.Dir, "inner")
	w.git("", "init", "-q", "--bare", bare)
	for _, name := range []string{"pre-receive", "update", "post-receive", "reference-transaction", "pre-push"} {
		writeScript(t, filepath.Join(bare, "hooks", name), script)
	}
	w.git("", "--git-dir="+bare, "config", "core.fsmonitor", evil)
	w.git("", "--git-dir="+bare, "remote", "add", "origin", "ext::"+evil)
	for name, l := range map[string]Lock{
		"path as remote":   {Dir: inner.Dir, Remote: "inner", Ref: ref},
		"embedded project": {Dir: bare, Remote: "origin", Ref: ref},
		"option as remote": {Dir: inner.Dir, Remote: "--upload-pack=" + evil, Ref: ref},
	} {
		if _, err := l.Take(t.Context(), by(1), lockfile.Base{}, 0); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if ran, _ := filepath.Glob(mark + "*"); len(ran) > 0 {
		t.Errorf("programs of the repository have run: %v", ran)
	}
}

// TestRunEnds: a git that does not end is stopped with its helpers; it gets no credentials and no terminal.
func TestRunEnds(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("IMS_OAUTH_S2S_CLIENT_SECRET", "canary")
	t.Setenv("AEPFLOW_VAR_X", "canary")
	writeScript(t, filepath.Join(dir, "git"), "/usr/bin/env > "+dir+"/env; (sleep 60; touch "+dir+"/late) & sleep 60")
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	ctx, stop := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer stop()
	start := time.Now()
	if _, err := run(ctx, dir, "", "push"); err == nil || time.Since(start) > 20*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
	env, err := os.ReadFile(filepath.Join(dir, "env"))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(env); strings.Contains(text, "canary") || !strings.Contains(text, "GIT_TERMINAL_PROMPT=0") {
		t.Errorf("the environment of git:\n%s", text)
	}
}

func TestOutputIsBounded(t *testing.T) {
	dir := t.TempDir()
	writeScript(t, filepath.Join(dir, "git"),
		"yes | head -c 10000000; yes fatal: $(printf '\\033[2J') | head -c 10000000 >&2; exit 1")
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	out, err := run(t.Context(), dir, "", "fetch")
	if len(out) != maxOutput || err == nil || len(err.Error()) > 2*maxReason ||
		!strings.HasPrefix(err.Error(), "git fetch: fatal: ") || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("%d bytes, %v", len(out), err)
	}
}
