package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/files"
)

// TestRootLockOfOldState moves a lockfile of a release whose emulator kept no lineage if the emulator
// has its objects, and not if the state has another lineage.
func TestRootLockOfOldState(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lineage string
		moved   bool
	}{{"", true}, {"another", false}} {
		dir := t.TempDir()
		copyExample(func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}, "tutorial", dir)
		command := func(args ...string) string {
			t.Helper()
			var said bytes.Buffer
			args = append(args, dir, "--target", "local", "--now", pinned)
			if code := run(context.Background(), args, strings.NewReader(""), &said, &said); code != exitOK {
				t.Fatalf("%v: exit code %d\n%s", args, code, &said)
			}
			return said.String()
		}
		command("apply", "--auto-approve")
		state := filepath.Join(dir, ".aepflow")
		emu, err := emulator.Open(emulator.Options{Dir: files.ChosenFolder(state)})
		if err != nil {
			t.Fatal(err)
		}
		if have, err := emu.Lineage(); err != nil || have == "" {
			t.Fatalf("apply notes the lineage %q, %v", have, err)
		}
		if err := emu.NoteLineage(c.lineage); err != nil {
			t.Fatal(err)
		}
		if err := emu.Close(); err != nil {
			t.Fatal(err)
		}
		root := filepath.Join(dir, "dataflow.local.lock")
		if err := os.Rename(filepath.Join(state, "local.lock"), root); err != nil {
			t.Fatal(err)
		}
		said := command("plan")
		if moved := strings.Contains(said, "moved "); moved != c.moved || isFile(root) == c.moved {
			t.Errorf("lineage %q: moved %v, expected %v\n%s", c.lineage, moved, c.moved, said)
		}
	}
}
