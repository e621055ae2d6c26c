package cache

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

func documents(t *testing.T, n int) (files []*source.File) {
	t.Helper()
	text, err := os.ReadFile("../../examples/tutorial/dataflow.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		name := fmt.Sprintf("name: flow-%d", i)
		files = append(files, source.NewFile(fmt.Sprintf("%d.dataflow.yaml", i), bytes.Replace(text, []byte("name: mytable"), []byte(name), 1)))
	}
	return files
}

// compile is what a command does. It returns the graph as text and how many files
// were known.
func compile(t *testing.T, dir string, key Key, files []*source.File) (string, int) {
	t.Helper()
	c := Open(dir, key)
	known, rest := c.Split(files)
	g, report, fresh := compiler.CompileParts(rest, compiler.Options{}, known)
	if g == nil {
		t.Fatal(report.Sorted()[0].Message)
	}
	if err := c.Save(known, fresh); err != nil {
		t.Fatal(err)
	}
	return graphText(t, g), len(known)
}

func graphText(t *testing.T, g *resource.Graph) string {
	t.Helper()
	var b bytes.Buffer
	for _, r := range g.All() {
		v, err := r.Body.Value()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, r.Address, string(r.Body.JSON()), r.Needs, r.Origin.Path(), r.Origin.Pos())
		v.Walk(func(p resource.Path, v resource.Value) {
			fmt.Fprintln(&b, p, v.Origin.Path(), v.Origin.Start, v.Origin.End)
		})
	}
	return b.String()
}

func edited(files []*source.File, i int, interval string) []*source.File {
	out := append([]*source.File(nil), files...)
	out[i] = source.NewFile(files[i].Path, bytes.Replace(files[i].Text, []byte("interval: 15"), []byte("interval: "+interval), 1))
	return out
}

// Many files lie in several segments.
func TestManyFilesAreKnown(t *testing.T) {
	dir, key, files := t.TempDir(), KeyOf(), documents(t, 300)
	want, _ := compile(t, dir, key, files)
	got, known := compile(t, dir, key, files)
	if known != len(files) || got != want {
		t.Errorf("%d of %d files are known, same graph: %t", known, len(files), got == want)
	}
	text, err := os.ReadFile(filepath.Join(dir, "parts"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "parts"), text[:len(text)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	got, known = compile(t, dir, key, files)
	if known == 0 || known == len(files) || got != want {
		t.Errorf("half of the cache is torn off: %d of %d files are known, same graph: %t", known, len(files), got == want)
	}
}

func TestKnownFilesAreNotCompiledAgain(t *testing.T) {
	dir, key, files := t.TempDir(), KeyOf([]byte("tool")), documents(t, 5)
	step := func(name string, key Key, files []*source.File, known int) {
		t.Helper()
		want, _ := compile(t, t.TempDir(), key, files)
		got, n := compile(t, dir, key, files)
		if n != known {
			t.Errorf("%s: %d files known, want %d", name, n, known)
		}
		if got != want {
			t.Errorf("%s: another graph than without cache", name)
		}
	}
	step("first", key, files, 0)
	step("nothing changed", key, files, 5)
	step("one changed", key, edited(files, 2, "30"), 4)
	step("the same once more", key, edited(files, 2, "30"), 5)
	step("changed back", key, files, 4)
	step("one less", key, files[:4], 4)
	step("another build", KeyOf([]byte("tool 2")), files, 0)
	step("the first build", key, files, 0)
}

func TestPastIsForgotten(t *testing.T) {
	dir, key, files := t.TempDir(), KeyOf(), documents(t, 40)
	compile(t, dir, key, files)
	whole := size(t, dir)
	most := whole
	for i := range 40 {
		now := files
		for k := range files {
			now = edited(now, k, fmt.Sprint(16+i))
		}
		compile(t, dir, key, now)
		most = max(most, size(t, dir))
	}
	if most > 3*whole+2<<20 || most < 2*whole {
		t.Errorf("after 40 edits of all of %d bytes there were up to %d", whole, most)
	}
}

func size(t *testing.T, dir string) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, "parts"))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// Whatever lies in the place of the cache, the outcome is that of no cache.
func TestDamageIsIgnored(t *testing.T) {
	dir, key, files := t.TempDir(), KeyOf(), documents(t, 2)
	want, _ := compile(t, dir, key, files)
	path := filepath.Join(dir, "parts")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(name string, text []byte) {
		t.Helper()
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, _ := compile(t, dir, key, files); got != want {
			t.Errorf("%s: another graph", name)
		}
		if got, n := compile(t, dir, key, files); got != want || n != len(files) {
			t.Errorf("%s: then %d files known", name, n)
		}
	}
	for i := 0; i < len(good); i += 331 {
		changed := bytes.Clone(good)
		changed[i] ^= 0x41
		try(fmt.Sprintf("byte %d changed", i), changed)
		try(fmt.Sprintf("torn at %d", i), good[:i])
	}
	try("nothing", nil)
	try("with more behind", append(bytes.Clone(good), "0123456789abcdef"...))
	try("twice", append(bytes.Clone(good), good...))
}
