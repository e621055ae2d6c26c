package lockfile

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
)

func lockWith(t *testing.T, serial uint64, ids map[string]string) (*Lock, []byte) {
	t.Helper()
	l := &Lock{Lineage: "l", Serial: serial, Target: Target{Org: "o", Sandbox: "s"}}
	for name, id := range ids {
		l.Put(Entry{Address: resource.Address{Kind: resource.Flow, Name: name}, ID: id, ETag: id + "-tag", Applied: json.RawMessage(`{"name":"` + name + `"}`)})
	}
	text, err := l.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return l, text
}

// conflicted writes what Git leaves of two whole files that differ everywhere.
func conflicted(ours, theirs []byte) []byte {
	return []byte("<<<<<<< HEAD\n" + string(ours) + "=======\n" + string(theirs) + ">>>>>>> branch\n")
}

func TestMergeOfTwoBranches(t *testing.T) {
	_, ours := lockWith(t, 4, map[string]string{"a": "1", "b": "2", "d": "x"})
	_, theirs := lockWith(t, 5, map[string]string{"a": "1", "c": "3", "d": "y"})
	p := PathsIn(t.TempDir(), "dev")
	if err := os.WriteFile(p.Lock, conflicted(ours, theirs), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(p); !errors.Is(err, ErrConflict) {
		t.Fatalf("strict reading says %v, want ErrConflict", err)
	}
	d, err := ReadDamaged(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.SameHistory(); err != nil {
		t.Fatal(err)
	}
	merged, choices := d.Merge()
	if len(merged.Entries) != 4 || merged.Serial != 5 {
		t.Errorf("merged has %d entries and serial %d, want 4 and 5", len(merged.Entries), merged.Serial)
	}
	if len(choices) != 1 || choices[0].Address.Name != "d" || len(choices[0].Entries) != 2 {
		t.Errorf("choices %v, want one, for flow.d", choices)
	}
	if _, err := Overwrite(t.Context(), p, merged, d.Journal, time.Now()); err != nil {
		t.Fatal(err)
	}
	seen, err := Load(p)
	if err != nil {
		t.Fatalf("the repaired lockfile does not read: %v", err)
	}
	if seen.Lock.Serial != 6 || len(seen.Lock.Entries) != 4 {
		t.Errorf("repaired: serial %d, %d entries", seen.Lock.Serial, len(seen.Lock.Entries))
	}
}

// TestCleanButWrongMerge: Git joined two sides without a conflict, which the
// digest gives away.
func TestCleanButWrongMerge(t *testing.T) {
	_, text := lockWith(t, 4, map[string]string{"a": "1"})
	p := PathsIn(t.TempDir(), "dev")
	wrong := []byte(string(text[:len(text)-len("  }\n}\n")]) + "  ,\"flow.b\": {\"id\": \"2\"}\n  }\n}\n")
	if err := os.WriteFile(p.Lock, wrong, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(p); !errors.Is(err, ErrDigest) {
		t.Fatalf("strict reading says %v, want ErrDigest", err)
	}
	d, err := ReadDamaged(p)
	if err != nil {
		t.Fatal(err)
	}
	if merged, _ := d.Merge(); len(merged.Entries) != 2 {
		t.Errorf("%d entries, want both", len(merged.Entries))
	}
}

func TestSidesOfOtherHistories(t *testing.T) {
	a, _ := lockWith(t, 1, map[string]string{"a": "1"})
	b, _ := lockWith(t, 1, map[string]string{"a": "2"})
	b.Lineage = "other"
	if err := (Damaged{Sides: []*Lock{a, b}}).SameHistory(); err == nil {
		t.Error("two lineages were taken for one")
	}
}
