package lockfile

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/resource"
)

// halfOf is a graph that asks for half of the entries as they were applied.
func halfOf(t *testing.T, l *Lock) *resource.Graph {
	t.Helper()
	var list []resource.Resource
	for i, e := range l.Entries {
		if len(e.Applied) == 0 {
			continue // only what was deposed is left of it
		}
		v, err := resource.Parse(e.Applied)
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 1 {
			v = resource.String("something else")
		}
		list = append(list, resource.Resource{Address: e.Address, Body: resource.NewBody(v)})
	}
	return resource.NewGraph(list)
}

// What is known changes nothing about what is read: not with a graph, not without,
// not when the lockfile is another one, not when the cache is damaged.
func TestKnownBlocksReadTheSame(t *testing.T) {
	const size = 700
	lock := big()
	text := []byte(print(t, lock))
	want, err := parseWhole(text, true)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cache", "known")
	read := func(what string, text []byte, g *resource.Graph, want *Lock) *known {
		t.Helper()
		k := openKnown(path)
		got, ok := readPrinted(bytes.NewReader(text), g, size, k)
		if !ok {
			t.Fatalf("%s: not read", what)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-as JSON +by blocks):\n%s", what, diff)
		}
		return k
	}
	if err := read("first", text, nil, want).save(); err != nil {
		t.Fatal(err)
	}
	if k := read("again", text, halfOf(t, lock), want); len(k.sections) < 5 || len(k.fresh) > 0 {
		t.Errorf("%d blocks are known, %d are to be saved", len(k.sections), len(k.fresh))
	}
	read("again, without a graph", text, nil, want)

	changed := lock.Clone()
	changed.Entries[20].ID = "another"
	changedText := []byte(print(t, changed))
	wantChanged, err := parseWhole(changedText, true)
	if err != nil {
		t.Fatal(err)
	}
	if k := read("with a change", changedText, halfOf(t, lock), wantChanged); len(k.fresh) == 0 {
		t.Error("the block that changed is not to be saved")
	}

	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(whole); i += 131 {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 0x40
		if err := os.WriteFile(path, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		read("damaged", text, nil, want)
		if err := os.WriteFile(path, whole[:i], 0o644); err != nil {
			t.Fatal(err)
		}
		read("torn", text, nil, want)
	}
}
