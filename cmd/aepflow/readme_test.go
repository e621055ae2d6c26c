package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReadmeTranscript runs the commands of the README's transcript and compares
// what they print with what it says. UPDATE=1 writes it.
func TestReadmeTranscript(t *testing.T) {
	const path, fence = "../../README.md", "```console\n"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(page), fence)
	want, tail, closed := strings.Cut(rest, "```\n")
	if !ok || !closed {
		t.Fatalf("%s has no transcript", path)
	}
	dir := t.TempDir()
	fatal := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	copyExample(fatal, "tutorial", filepath.Join(dir, "tutorial"))
	var got strings.Builder
	commands := 0
	for line := range strings.Lines(want) {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		commands++
		got.WriteString(line)
		got.WriteString(transcribe(t, dir, strings.TrimSpace(command)))
	}
	if commands == 0 {
		t.Fatalf("the transcript of %s has no commands", path)
	}
	if steady(got.String()) == steady(want) {
		return
	}
	if os.Getenv("UPDATE") == "" {
		t.Fatalf("the transcript is not what happens; UPDATE=1 writes it (-README +real):\n%s", cmp.Diff(steady(want), steady(got.String())))
	}
	fatal(os.WriteFile(path, []byte(head+fence+got.String()+"```\n"+tail), 0o644))
}

// transcribe runs one command of a transcript: the program, or a sed that
// replaces a text in a file, which is done here because seds differ.
func transcribe(t *testing.T, dir, command string) string {
	t.Helper()
	if rest, ok := strings.CutPrefix(command, "sed -i 's/"); ok {
		script, file, ok := strings.Cut(rest, "/' ")
		old, now, ok2 := strings.Cut(script, "/")
		path := filepath.Join(dir, filepath.FromSlash(file))
		text, err := os.ReadFile(path)
		if !ok || !ok2 || err != nil || !strings.Contains(string(text), old) {
			t.Fatalf("cannot do %q: %v", command, err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), old, now)), 0o644); err != nil {
			t.Fatal(err)
		}
		return ""
	}
	words := strings.Fields(command)
	if words[0] != "aepflow" {
		t.Fatalf("the transcript has %q: only aepflow and sed -i 's/a/b/' are known", command)
	}
	cmd := exec.Command("aepflow", words[1:]...) // TestMain has put it on the PATH
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "AEPFLOW_NOW="+pinned)
	out, err := cmd.CombinedOutput()
	if err != nil && !strings.Contains(string(out), "error") {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}

var madeID = regexp.MustCompile(`created [0-9a-f]{8}…`)

// steady is a transcript without what differs between runs: ids, times, and the
// order of calls that do not need each other.
func steady(text string) string {
	text = madeID.ReplaceAllString(text, "created ID")
	for _, v := range volatile {
		text = v.re.ReplaceAllString(text, v.with)
	}
	var said, progress strings.Builder
	for line := range strings.Lines(text) {
		if counter.MatchString(line) {
			progress.WriteString(counter.ReplaceAllString(line, ""))
			continue
		}
		said.WriteString(line)
	}
	return said.String() + sortLines(progress.String())
}
