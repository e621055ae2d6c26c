package internal

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSamplesAreDocumented: docs/architecture.md names every variable that makes tests do more than by default.
func TestSamplesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	variable := regexp.MustCompile(`(?:Getenv|envInt)\("([A-Z]+_(?:ALL|FLOWS|FULL|POINTS|SEEDS?|SIZE))"`)
	found := map[string]bool{}
	err = filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range variable.FindAllSubmatch(text, -1) {
			found[string(m[1])] = true
		}
		return err
	})
	if err != nil || len(found) < 8 {
		t.Fatalf("%d variables, %v", len(found), err)
	}
	for name := range found {
		if !strings.Contains(string(page), name+"=") {
			t.Errorf("docs/architecture.md does not say what %s does", name)
		}
	}
}
