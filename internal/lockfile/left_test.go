package lockfile

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestSweep removes what a process left that was killed between making a file and
// renaming it, and nothing that only looks like it.
func TestSweep(t *testing.T) {
	p := PathsIn(t.TempDir(), "dev")
	if err := openAt(t, p, Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		p.Folder + "/.dev.journal.123", p.Folder + "/.dev.holder.5", filepath.Dir(p.Lock) + "/.dataflow.dev.lock.9917",
		filepath.Dir(p.Lock) + "/.dataflow.dev.lock.swp", filepath.Dir(p.Lock) + "/.dataflow.prod.lock.12",
	} {
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := openAt(t, p, Options{})
	defer s.Close()
	var left []string
	for _, pattern := range []string{p.Folder + "/.*.*", filepath.Dir(p.Lock) + "/.data*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			left = append(left, filepath.Base(f))
		}
	}
	if want := []string{".dataflow.dev.lock.swp", ".dataflow.prod.lock.12"}; !slices.Equal(left, want) {
		t.Errorf("left: %v, want %v", left, want)
	}
}

// TestSecretChangesBack: an apply puts another secret on record and dies before
// the lockfile is written. The hash over all secrets must not outlive that: with
// it, the secret that was there first would pass as unchanged.
func TestSecretChangesBack(t *testing.T) {
	p := PathsIn(t.TempDir(), "dev")
	s := openAt(t, p, Options{})
	in := create("connection.crm", `{"name":"crm"}`)
	in.Entry.Secrets = []SecretHash{{"auth.params.password", "hash of one"}}
	done(t, s, in, "c-1", "e1")
	if err := s.Commit("hash over one"); err != nil {
		t.Fatal(err)
	}
	if got := s.Lock().Secrets; got != "hash over one" {
		t.Fatalf("committed %q", got)
	}
	again := update("connection.crm", `{"name":"crm"}`)
	again.Entry.Secrets = []SecretHash{{"auth.params.password", "hash of two"}}
	done(t, s, again, "", "e2")
	if err := s.Close(); err != nil { // without a commit, as a kill leaves it
		t.Fatal(err)
	}
	if got := loadAt(t, p).Lock.Secrets; got != "" {
		t.Errorf("after the crash the hash over all secrets is %q", got)
	}
}
