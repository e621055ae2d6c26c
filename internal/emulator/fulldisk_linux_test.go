package emulator

import (
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/files"
	"golang.org/x/sys/unix"
)

// A process whose files may not grow simulates a full disk: writes of bytes
// that are new to the file fail.
func TestFullDisk(t *testing.T) {
	if dir := os.Getenv("EMULATOR_TEST_FULL"); dir != "" {
		fillDisk(t, dir)
		return
	}
	dir := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run=^TestFullDisk$", "-test.v")
	child.Env = append(os.Environ(), "EMULATOR_TEST_FULL="+dir)
	out, err := child.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestFullDisk") {
		t.Fatalf("%v\n%s", err, out)
	}
	// What was answered before is there again, and nothing else is.
	a := open(t, Options{Dir: files.Project(dir)})
	if n, _ := core.AsInt(core.At(a.get(flowBase+"/connections?count=true").want(200).v, "count")); n < 10 {
		t.Errorf("%d connections", n)
	}
	for _, name := range []string{"kept", "lost"} {
		if got := len(core.List(a.get(flowBase+"/connections?property=name=="+name).v,
			"items")); got != map[string]int{"kept": 1}[name] {
			t.Errorf("%d connections are called %s", got, name)
		}
	}
}

func fillDisk(t *testing.T, dir string) {
	a := open(t, Options{Dir: files.Project(dir)})
	if _, ok := a.tryCreate("kept"); !ok {
		t.Fatal("no connection was made")
	}
	signal.Ignore(unix.SIGXFSZ)
	info, err := os.Stat(a.s.env.Store.Path)
	if err != nil {
		t.Fatal(err)
	}
	limit := uint64(info.Size() + 32<<10)
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
		t.Fatal(err)
	}
	made := 0
	for name := "filled"; ; made++ {
		if _, ok := a.tryCreate(name); !ok {
			break
		}
		if made > 1000 {
			t.Fatal("the disk does not fill")
		}
	}
	if _, ok := a.tryCreate("lost"); ok || made < 10 {
		t.Errorf("%d connections were made, and one more on a full disk: %v", made, ok)
	}
	a.showsNothing()
	// A new state does not fit either, and leaves nothing behind.
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 4096, Max: limit}); err != nil {
		t.Fatal(err)
	}
	other := t.TempDir()
	if _, err := Open(Options{Dir: files.Project(other)}); err == nil ||
		!strings.Contains(err.Error(), "create emulator state") {
		t.Errorf("a new state: %v", err)
	}
	if files, err := os.ReadDir(other); err != nil || len(files) != 0 {
		t.Errorf("left behind: %v %v", files, err)
	}
}
