package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	versionHeading = regexp.MustCompile(`^## (\d+\.\d+\.\d+), (\d{1,2} [A-Z][a-z]+ 20\d\d|not released yet)$`)
	changeLine     = regexp.MustCompile(`^(- |  \S)`)
)

// TestChangelog: versions fall, only the first may be without a date, and every change is an item below a heading. A
// build without a release is one before the first of them.
func TestChangelog(t *testing.T) {
	text, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	_, sections, _ := strings.Cut(string(text), "\n\n## ")
	last, topic := "", false
	for i, line := range strings.Split("## "+strings.TrimSpace(sections), "\n") {
		m := versionHeading.FindStringSubmatch(line)
		switch {
		case m != nil && last == "":
			if want := m[1] + "-dev"; version == "" && unreleased != want && m[2] == "not released yet" {
				t.Errorf("a build without a version calls itself %s, expected %s", unreleased, want)
			}
			last, topic = m[1], false
		case m != nil:
			if m[2] == "not released yet" || slices.Compare(numbers(t, m[1]), numbers(t, last)) >= 0 {
				t.Errorf("%s after %s", line, last)
			}
			last, topic = m[1], false
		case strings.HasPrefix(line, "### "):
			topic = true
		case strings.HasPrefix(line, "## "):
			t.Errorf("%q: expected \"## VERSION, DATE\" or \"## VERSION, not released yet\"", line)
		case topic && line != "" && !changeLine.MatchString(line):
			t.Errorf("line %d of the versions is not an item of a list: %q", i+1, line)
		}
	}
	if last == "" {
		t.Error("no version")
	}
}

func numbers(t *testing.T, version string) []int {
	t.Helper()
	n := make([]int, 3)
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &n[0], &n[1], &n[2]); err != nil {
		t.Fatalf("version %s: %v", version, err)
	}
	return n
}

// TestReleaseNotes: the notes of a release are its section, and a version without one is not released.
func TestReleaseNotes(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh")
	}
	script, err := filepath.Abs("../../.ci/notes.sh")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	changes := "# Changes\n\n## 0.3.0, not released yet\n\n- c\n\n" +
		"## 0.2.0, 3 May 2027\n\n### Plan\n\n- b\n  more\n\n## 0.1.0, 1 May 2027\n\n- a\n"
	if err := os.WriteFile(filepath.Join(dir, "CHANGELOG.md"), []byte(changes), 0o644); err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]string{
		"0.2.0": "\n### Plan\n\n- b\n  more\n", "0.1.0": "\n- a\n", "0.3.0": "", "0.2": "", "2.0": "", ".*": "",
	} {
		cmd := exec.Command(shell, script, version)
		cmd.Dir = dir
		out, err := cmd.Output()
		if string(out) != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", version, out, err)
		}
	}
}
