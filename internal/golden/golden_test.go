package golden

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"
)

// failures records whether a test failed.
type failures struct {
	testing.TB
	failed bool
}

func (f *failures) Helper()               {}
func (f *failures) Errorf(string, ...any) { f.failed = true }

func TestCheck(t *testing.T) {
	t.Setenv("UPDATE", "")
	path := filepath.Join(t.TempDir(), "case.txtar")
	write(t, path, []byte("-- in --\nx\n-- want --\nold\n"))
	same := func(got string) bool {
		f := &failures{TB: t}
		Section(f, path, "-- want --\n", "\n", got)
		return !f.failed
	}
	if !same("old") || same("new") {
		t.Error("a difference is not an error, or no difference is one")
	}
	t.Setenv("UPDATE", "1")
	Cases(t, filepath.Join(filepath.Dir(path), "*.txtar"), func(_ *testing.T, a *txtar.Archive) { Set(a, "want", "new") })
	if text, _ := os.ReadFile(path); string(text) != "-- in --\nx\n-- want --\nnew\n" {
		t.Errorf("rewrote it as %q", text)
	}
}
