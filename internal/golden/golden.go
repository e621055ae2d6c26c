// Package golden compares the output of tests with files. UPDATE=1 in the environment rewrites the files.
package golden

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// Check fails the test if a file does not have the bytes got.
func Check(t testing.TB, path string, got []byte) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		write(t, path, got)
		return
	}
	if diff := cmp.Diff(lines(read(t, path)), lines(got)); diff != "" {
		t.Errorf("%s (-want +got), UPDATE=1 rewrites it: %s", path, diff)
	}
}

// Section is Check for the part of a file between the first begin and the next end.
func Section(t testing.TB, path, begin, end, got string) {
	t.Helper()
	head, rest, ok := strings.Cut(string(read(t, path)), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no section from %q to %q", path, begin, end)
	}
	Check(t, path, []byte(head+begin+got+end+tail))
}

// Cases runs test for every txtar archive that matches the pattern, as a subtest named after the file. The test sets
// the archive's outputs, which are then compared with the file.
func Cases(t *testing.T, pattern string, test func(*testing.T, *txtar.Archive)) {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases match %s: %v", pattern, err)
	}
	folder, _, _ := strings.Cut(pattern, "*")
	for _, path := range paths {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(path), folder), ".txtar")
		t.Run(name, func(t *testing.T) {
			a := txtar.Parse(read(t, path))
			test(t, a)
			Check(t, path, txtar.Format(a))
		})
	}
}

// Set replaces the file with that name in an archive, or appends it.
func Set(a *txtar.Archive, name, text string) {
	i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		i = len(a.Files)
		a.Files = append(a.Files, txtar.File{Name: name})
	}
	a.Files[i].Data = []byte(text)
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func write(t testing.TB, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func lines(text []byte) []string { return strings.SplitAfter(string(text), "\n") }
