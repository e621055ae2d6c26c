package lockfile

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/raced"
	"github.com/aepflow/aepflow/internal/resource"
)

// big is a lock with enough entries for every core, and every kind of member.
func big() *Lock {
	l := sample()
	for i := range 40 {
		e := l.Entries[i%len(sample().Entries)]
		e.Address.Name = fmt.Sprintf("more-%02d", i)
		if i%3 == 0 {
			e.MovedFrom = addr(fmt.Sprintf("flow.was-%02d", i))
		}
		e.ID = fmt.Sprintf(`quote " and \ and ünï <&> %d`, i)
		l.Put(e)
	}
	return l
}

func TestPrintedReadsWhatIsPrinted(t *testing.T) {
	for name, l := range map[string]*Lock{"sample": sample(), "big": big()} {
		text := []byte(print(t, l))
		want, err := parseWhole(text, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{1, 7, 100, 1000, blockSize} {
			got, ok := readPrinted(bytes.NewReader(text), nil, size)
			if !ok {
				t.Fatalf("%s: a printed lockfile is not taken for one when read by %d bytes", name, size)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: read by lines and read as JSON differ (-JSON +lines):\n%s", name, diff)
			}
		}
	}
}

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

// A graph changes nothing about what is read but whose memory it is.
func TestLoadForSharesBodies(t *testing.T) {
	lock := sample()
	g := halfOf(t, lock)
	p := PathsIn(t.TempDir(), "dev")
	if err := os.WriteFile(p.Lock, []byte(print(t, lock)), 0o644); err != nil {
		t.Fatal(err)
	}
	want, err := Load(p)
	if err != nil {
		t.Fatal(err)
	}
	got, err := LoadFor(p, g)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("with a graph and without it (-without +with):\n%s", diff)
	}
	shared := 0
	for _, e := range got.Lock.Entries {
		if r, _ := g.Get(e.Address); len(e.Applied) > 0 && &r.Body.JSON()[0] == &e.Applied[0] {
			shared++
		}
	}
	if shared == 0 {
		t.Error("no entry shares the bytes of its resource")
	}
	// Whatever is not as printed takes the long way to the same end.
	if err := os.WriteFile(p.Lock, append([]byte(" "), print(t, lock)...), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err = LoadFor(p, g); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("in another layout (-printed +other):\n%s", diff)
	}
}

// Every text that differs from the printed one in a byte either reads the same by
// both ways, or is left to the long way, which says what is wrong.
func TestPrintedTakesNothingElse(t *testing.T) {
	text := []byte(print(t, sample()))
	step := 1
	if raced.Enabled {
		step = 7
	}
	for i := 0; i < len(text); i += step {
		for _, c := range []byte{'x', '"', '\n', '}'} {
			if text[i] == c {
				continue
			}
			changed := bytes.Clone(text)
			changed[i] = c
			sameBothWays(t, changed)
		}
		sameBothWays(t, append(bytes.Clone(text[:i]), text[i+1:]...))
	}
	for _, old := range []string{"  ", "\n", ",\n", ": "} {
		sameBothWays(t, []byte(strings.ReplaceAll(string(text), old, "")))
		sameBothWays(t, []byte(strings.Replace(string(text), old, old+old, 1)))
	}
}

func sameBothWays(t *testing.T, text []byte) {
	t.Helper()
	got, ok := readPrinted(bytes.NewReader(text), nil, 4096)
	if !ok {
		return
	}
	want, err := parseWhole(text, true)
	if err != nil {
		t.Errorf("read by lines, refused as JSON: %v\n%s", err, text)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read by lines and read as JSON differ (-JSON +lines):\n%s", diff)
	}
}
