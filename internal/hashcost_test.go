package internal

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestHashCost: nothing but tests makes the hashes of secrets cheaper.
func TestHashCost(t *testing.T) {
	use := regexp.MustCompile(`\bHashCost\b`)
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if used := use.Match(text); used != (filepath.ToSlash(path) == "../internal/lockfile/secret.go") {
			t.Errorf("%s: uses lockfile.HashCost: %v", path, used)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
