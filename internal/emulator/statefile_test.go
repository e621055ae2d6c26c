package emulator

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/state"
	"github.com/aepflow/aepflow/internal/files"
)

// What the disk refuses is never shown: not the object whose create
// failed, and nothing else that only the memory holds.
func TestFailedWriteIsNotShown(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be removed, renamed or cut off")
	}
	for name, fail := range map[string]func(*testing.T, *state.Store){
		"the file is gone": func(t *testing.T, s *state.Store) {
			if err := os.Remove(s.Path); err != nil {
				t.Fatal(err)
			}
		},
		"another file is there": func(t *testing.T, s *state.Store) {
			if err := os.Rename(s.Path, s.Path+"x"); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(s.Path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"the file is cut off": func(t *testing.T, s *state.Store) {
			if err := os.Truncate(s.Path, 4096); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, Options{Dir: files.Project(t.TempDir())})
			a.flow()
			fail(t, a.s.env.Store)
			a.post(flowBase+"/sourceConnections", sourceBody()).want(500)
			a.showsNothing()
		})
	}
}

// showsNothing checks that the emulator refuses every look at its objects and
// says what to do.
func (a *api) showsNothing() {
	a.t.Helper()
	a.signIn()
	a.get("/_emulator/clock").want(200)
	for _, path := range []string{
		flowBase + "/sourceConnections", flowsPath, catalogBase + "/dataSets", prepBase + "/mappingSets",
		"/_emulator/objects", "/", "/data/foundation/sandbox-management/sandboxes",
	} {
		r := a.get(path).want(500)
		if said := string(r.raw); !strings.Contains(said, "until the emulator is started again: write emulator state: ") &&
			!strings.Contains(said, "delete the file") {
			a.t.Errorf("%s: the answer does not say what to do: %s", path, r.raw)
		}
	}
}

// A read that sees what is still on its way to the disk waits for it.
func TestReadsWaitForTheDisk(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be removed")
	}
	a := open(t, Options{Dir: files.Project(t.TempDir())})
	st := a.s.env.Store
	st.Mu.Lock() // nothing is written now
	sp := a.s.env.Space(a.s.env.Orgs[0], a.s.env.Orgs[0].Sandbox("prod"))
	sp.Mu.Lock()
	sp.Put(core.KindNamespace, "1", 0, object{"code": "x"})
	changes := sp.Pending
	sp.Pending = nil
	st.Waiting = append(st.Waiting, changes...)
	sp.Mu.Unlock()
	st.Mu.Unlock()
	if err := os.Remove(st.Path); err != nil {
		t.Fatal(err)
	}
	a.get(flowsPath).want(500)
}

func contents(t *testing.T) (dir string, raw []byte) {
	t.Helper()
	dir = t.TempDir()
	a := open(t, Options{Dir: files.Project(dir)})
	a.flow()
	fill(a.s, 400)
	if err := a.s.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, state.File))
	if err != nil {
		t.Fatal(err)
	}
	return dir, raw
}

// use opens a state, reads all of it and writes to it: it works, or says that
// the file is damaged.
func use(dir string) (err error) {
	s, err := Open(Options{Dir: files.Project(dir)})
	if err != nil {
		return err
	}
	defer s.Close()
	defer func() {
		if p, is := recover().(core.StateError); is {
			err = p.Err
		}
	}()
	s.Objects()
	sp := s.env.AllSpaces()[0]
	sp.Mu.Lock()
	sp.Put(core.KindNamespace, "1", 0, object{"code": "x"})
	wait := sp.Flush()
	sp.Mu.Unlock()
	return wait()
}

func TestDamagedStateIsAnError(t *testing.T) {
	dir, whole := contents(t)
	path := filepath.Join(dir, state.File)
	damage := map[string][]byte{
		"empty": {}, "one byte": whole[:1], "half a page": whole[:2048], "text": []byte(strings.Repeat("hello\n", 10_000)),
		"zeroes": make([]byte, len(whole)),
	}
	for n := 4096; n < len(whole); n += max(4096, len(whole)/4096/12*4096) {
		damage[fmt.Sprintf("cut to %d", n)] = whole[:n]
	}
	for name, raw := range damage {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(path, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			err := use(dir)
			if want := path + " is damaged; delete the file to start afresh"; err == nil ||
				!strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %q in it", err, want)
			}
		})
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := use(dir); err != nil {
		t.Errorf("the whole file: %v", err)
	}
}

// A state that somebody made to harm has sums that fit.
func TestCraftedStateIsAnError(t *testing.T) {
	dir, whole := contents(t)
	path := filepath.Join(dir, state.File)
	size := os.Getpagesize()
	// Where the members of a meta page are, behind the head of the page.
	const root, freelist, end = 16, 32, 40
	number := func(page []byte, at int) uint64 { return state.Native.Uint64(page[state.PageHead+at:]) }
	for name, change := range map[string]func(page []byte) (at int, value uint64){
		"no change":              func(p []byte) (int, uint64) { return end, number(p, end) },
		"more pages than bytes":  func([]byte) (int, uint64) { return end, 1 << 40 },
		"root is not a tree":     func(p []byte) (int, uint64) { return root, number(p, freelist) },
		"root is beyond the end": func(p []byte) (int, uint64) { return root, number(p, end) },
		"free pages are a tree":  func(p []byte) (int, uint64) { return freelist, number(p, root) },
		"free pages far away":    func([]byte) (int, uint64) { return freelist, 1 << 62 },
		"page size of zero":      func(p []byte) (int, uint64) { return 8, 0 },
	} {
		t.Run(name, func(t *testing.T) {
			raw := append([]byte(nil), whole...)
			for _, page := range [][]byte{raw[:size], raw[size : 2*size]} {
				at, value := change(page)
				state.Native.PutUint64(page[state.PageHead+at:], value)
				sum := fnv.New64a()
				sum.Write(page[state.PageHead : state.PageHead+56])
				state.Native.PutUint64(page[state.PageHead+56:], sum.Sum64())
			}
			if err := os.WriteFile(path, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			err := use(dir)
			if sound := name == "no change"; sound != (err == nil) || !sound && !errors.As(err, new(state.Damaged)) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// Whatever bytes of it are wrong, a state is used or refused; it ends nothing.
func TestFlippedStateEndsNothing(t *testing.T) {
	dir, whole := contents(t)
	path := filepath.Join(dir, state.File)
	rnd := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for i := range 200 {
		raw := append([]byte(nil), whole...)
		for range 1 + rnd.IntN(64) {
			page := rnd.IntN(len(raw) / 4096)
			raw[page*4096+rnd.IntN(128)] = byte(rnd.IntN(256)) // heads of pages matter most
		}
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- use(dir) }()
		select {
		case err := <-done:
			if err != nil {
				refused++
			}
		case <-time.After(3 * time.Second):
			panic(fmt.Sprintf("round %d hangs", i))
		}
	}
	t.Logf("%d of 200 are refused", refused)
}

func TestStateIsCreatedWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, state.File)
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Dir: files.Project(dir)}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a folder in its place: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s, err := Open(Options{Dir: files.Project(dir)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 || files[0].Name() != state.File {
		t.Errorf("the folder has %v, %v", files, err)
	}
}
