package main

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/emulator"
)

// readers are the commands that only look.
func readers(savedPlan string) [][]string {
	return [][]string{
		{"validate"}, {"compile", "-o", "json"}, {"plan"}, {"plan", "--refresh", "-o", "json"}, {"show", savedPlan}, {"graph"},
		{"schedule"}, {"drift"}, {"state", "list"}, {"state", "show", "connection.crm"},
		{"status"}, {"status", "-o", "html"}, {"runs", "-o", "json"}, {"status", "--outputs"}, {"schedule", "--calendar"},
		{"explore", "crm"}, {"explain", "FLOW-1360-400"}, {"catalog", "--check"},
		{"diff", "here", "here"}, {"diff", "here", "local", "-o", "markdown"},
	}
}

// forms are a plan in every form.
func forms(savedPlan string) [][]string {
	return [][]string{
		{"plan", "--full"}, {"plan", "-o", "json"}, {"plan", "-o", "markdown"}, {"plan", "-o", "html"}, {"plan", "--calls", "http"}, {"plan", "--calls", "curl"},
		{"show", savedPlan, "-o", "json"}, {"graph", savedPlan, "-o", "svg"},
	}
}

// halfway is a project that an apply has left in the middle: a lockfile, a journal
// with calls of unknown outcome, and documents that ask for
// more.
func halfway(t *testing.T) *lab {
	t.Helper()
	first := newLab(t, emulator.Options{KeepRequests: -1}, crashed{})
	first.docs("a")
	first.mustRun(applyArgs()...)
	l := newLab(t, emulator.Options{}, first.freeze())
	l.docs("b")
	if l.killByPlatform(applyArgs("--parallelism", "1"), 24, true) != 1 {
		t.Fatal("the apply was not killed")
	}
	if text := l.read(".aepflow/here.journal"); !strings.Contains(text, `"outcome":`) {
		t.Fatalf("the journal holds no outcome:\n%s", text)
	}
	l.box.ForgetRequests()
	return l
}

// ofTokenCache reports whether a system call writes the cached token: it names what
// it makes from the folder that it has open, and by the whole path what is open.
func ofTokenCache(target string) bool {
	return strings.HasPrefix(target, ".aepflow/cache") || slices.Contains([]string{"cache", ".gitignore", "here.token", ".here.token.*"}, target)
}

// TestReadersWriteNothing runs every command that only looks against a platform
// that refuses each write, and compares the project before and after, file by
// file; where the system lets it, no system call that writes is made at all.
func TestReadersWriteNothing(t *testing.T) {
	t.Parallel()
	l := halfway(t)
	saved := filepath.Join(t.TempDir(), "plan.json")
	l.mustRun("plan", "--allow-data-loss", "--on-replace", "continue", "--out", saved)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if err := l.box.Inject(emulator.Fault{Method: method, Path: "/data/foundation/*", Status: 500, Times: -1}); err != nil {
			t.Fatal(err)
		}
	}
	tracing := canTrace(t)
	before, objects := l.files(), l.inventory()
	lock(t, l.dir, 0o555, 0o444)
	defer lock(t, l.dir, 0o755, 0o644)
	for _, args := range readers(saved) {
		var wrote []string
		code, said := 0, ""
		if tracing {
			code, said = l.traced(args, nil, func(b boundary) bool {
				if b.target != "socket" && !ofTokenCache(b.target) {
					wrote = append(wrote, b.String())
				}
				return false
			})
		} else {
			r := l.run(args...)
			code, said = r.code, r.stdout+r.stderr
		}
		finds := slices.Contains([]string{"drift", "catalog", "diff"}, args[0]) // something to attend to
		if code != exitOK && !(finds && code == exitPending) {
			t.Errorf("aepflow %s: exit code %d\n%s", strings.Join(args, " "), code, said)
		}
		if len(wrote) > 0 {
			t.Errorf("aepflow %s writes: %s", strings.Join(args, " "), strings.Join(wrote, ", "))
		}
		if d := cmp.Diff(before, l.files()); d != "" {
			t.Fatalf("aepflow %s changes the project (-before +after):\n%s", strings.Join(args, " "), d)
		}
	}
	for _, r := range l.box.Requests() {
		if r.Method != http.MethodGet && !strings.HasPrefix(r.URL, "/ims/") {
			t.Errorf("%s %s", r.Method, r.URL)
		}
	}
	if d := cmp.Diff(objects, l.inventory()); d != "" {
		t.Errorf("the platform (-before +after):\n%s", d)
	}
}

// files lists the project with what is in it; the cache may come and go.
func (l *lab) files() []string {
	l.t.Helper()
	var out []string
	err := filepath.WalkDir(l.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(l.dir, path)
		if e.IsDir() {
			if rel == filepath.Join(".aepflow", "cache") {
				return filepath.SkipDir
			}
			out = append(out, rel)
			return nil
		}
		text, err := os.ReadFile(path)
		out = append(out, fmt.Sprintf("%s %x", rel, sha256.Sum256(text)))
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return out
}

// lock sets the modes of a folder and all below it.
func lock(t *testing.T, dir string, folders, files fs.FileMode) {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		paths = append(paths, path)
		if e.IsDir() {
			return os.Chmod(path, 0o755) // or it could not be walked
		}
		return os.Chmod(path, files)
	})
	for i := len(paths) - 1; err == nil && i >= 0; i-- {
		var info fs.FileInfo
		if info, err = os.Stat(paths[i]); err == nil && info.IsDir() {
			err = os.Chmod(paths[i], folders)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}
