package internal

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestHashCost: nothing but tests makes the hashes of secrets cheaper. No package may import testsetup: see layers.
func TestHashCost(t *testing.T) {
	use := regexp.MustCompile(`\bHashCost\b`)
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		where := strings.TrimPrefix(filepath.ToSlash(path), "../internal/")
		if use.Match(text) != (where == "lockfile/secret.go" || where == "testsetup/testsetup.go") {
			t.Errorf("%s uses lockfile.HashCost, or does not any longer", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
