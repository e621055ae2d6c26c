//go:build linux && (amd64 || arm64)

package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCompletionOnlyReads: an answer to a shell makes no system call that writes or that uses a network.
func TestCompletionOnlyReads(t *testing.T) {
	t.Parallel()
	if !canTrace(t) {
		t.Skip("this machine lets no process trace another")
	}
	dir, err := filepath.EvalSymlinks(completionProject(t))
	if err != nil {
		t.Fatal(err)
	}
	// Other commands remove this folder.
	if err := os.MkdirAll(filepath.Join(dir, ".aepflow", "cache", "parts"), 0o755); err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	argv := []string{program(t), askCompletion, "zsh", "4", "plan", "--target", "dev", "--target-resource", "flow."}
	code, err := traced(dir, argv, os.Environ(), nil, out, func(b boundary) bool {
		t.Error(b)
		return false
	})
	said, _ := os.ReadFile(out.Name())
	if err != nil || code != exitOK || string(said) != ":words\nflow.customers\nflow.gone\nflow.orders\n" {
		t.Errorf("exit code %d, %v, %q", code, err, said)
	}
}
