//go:build unix

package files

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// world is a project with everything that a repository may hold, and a folder
// beside it that nothing may reach.
func world(t *testing.T) (project string, f Folder) {
	t.Helper()
	dir := t.TempDir()
	project = filepath.Join(dir, "project")
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(os.MkdirAll(filepath.Join(project, "sub"), 0o755))
	check(os.MkdirAll(filepath.Join(dir, "outside"), 0o755))
	check(os.WriteFile(filepath.Join(dir, "outside", "victim"), []byte("victim"), 0o644))
	check(os.WriteFile(filepath.Join(project, "plain"), []byte("plain"), 0o640))
	check(syscall.Mkfifo(filepath.Join(project, "fifo"), 0o644))
	t.Chdir(project) // the path of a socket is short
	socket, err := net.Listen("unix", "socket")
	check(err)
	t.Cleanup(func() { socket.Close() })
	for name, to := range map[string]string{
		"inside": "plain", "leaves": "../outside/victim", "lost": "../outside/fresh", "absolute": filepath.Join(project, "plain"),
		"endless": "/dev/zero", "environ": "/proc/self/environ", "loop": "loop", "pool": "loop2", "loop2": "pool", "folder": "../outside",
	} {
		check(os.Symlink(to, filepath.Join(project, name)))
	}
	return project, Project(project)
}

// untouched fails when anything outside the project has changed.
func untouched(t *testing.T, project string) {
	t.Helper()
	outside := filepath.Join(filepath.Dir(project), "outside")
	list, err := os.ReadDir(outside)
	text, e := os.ReadFile(filepath.Join(outside, "victim"))
	if err != nil || e != nil || len(list) != 1 || string(text) != "victim" {
		t.Errorf("outside: %v, %q, %v, %v", list, text, err, e)
	}
}

// within fails a test that waits for what never comes.
func within(t *testing.T, do func()) {
	t.Helper()
	ended := make(chan struct{})
	go func() { defer close(ended); do() }()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Fatal("it waits")
	}
}

func TestReadRefuses(t *testing.T) {
	project, f := world(t)
	for name, want := range map[string]string{
		"none": "no such file or directory", "sub": "it is a folder; expected a regular file",
		"fifo":   "it is a named pipe; expected a regular file",
		"socket": "it is a socket; expected a regular file",
		"leaves": "it points outside its folder; expected a file inside", "lost": "it points outside its folder; expected a file inside",
		"absolute": "it points outside its folder; expected a file inside", "endless": "it points outside its folder; expected a file inside",
		"environ": "it points outside its folder; expected a file inside", "folder/victim": "it points outside its folder; expected a file inside",
		"../outside/victim": "it points outside its folder; expected a file inside", "/etc/hostname": "it points outside its folder; expected a file inside",
		"loop": "its links form a cycle", "pool": "its links form a cycle",
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func() {
				text, err := f.File(name).Read(100)
				var refused *Error
				if !errors.As(err, &refused) || refused.Reason() != want || text != nil {
					t.Errorf("%q, %v; expected %q", text, err, want)
				}
				if path := f.File(name).Path(); err != nil && !strings.HasPrefix(err.Error(), "read "+path+": ") {
					t.Errorf("%v does not name %s", err, path)
				}
			})
		})
	}
	for _, name := range []string{"plain", "inside", "sub/../plain"} {
		if text, err := f.File(name).Read(100); string(text) != "plain" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	untouched(t, project)
}

// A device in the project itself can only be made by root.
func TestReadRefusesDevices(t *testing.T) {
	_, err := Chosen("/dev/zero").Read(100)
	if err == nil || err.Error() != "read /dev/zero: it is a device; expected a regular file" {
		t.Error(err)
	}
}

func TestReadIsBounded(t *testing.T) {
	_, f := world(t)
	file := f.File("plain") // five bytes
	if text, err := file.Read(5); string(text) != "plain" || err != nil {
		t.Errorf("at the limit: %q, %v", text, err)
	}
	var large *Error
	if text, err := file.Read(4); text != nil || !errors.As(err, &large) || large.Size != 5 {
		t.Errorf("above the limit: %q, %v", text, err)
	}
	if err := os.WriteFile("plain", make([]byte, 5<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := file.Read(MaxDocument); err == nil || !strings.HasSuffix(err.Error(), "plain: it has 5.0 MiB; expected at most 4 MiB") {
		t.Error(err)
	}
	// Its size says nothing: what grows while it is read is read to the limit.
	if _, err := os.Stat("/proc/self/maps"); err != nil {
		return
	}
	if _, err := Project("/proc/self").File("maps").Read(10); !errors.As(err, &large) || large.Size != 11 {
		t.Errorf("a file without a size: %v", err)
	}
}

func TestWriteRefuses(t *testing.T) {
	project, f := world(t)
	writes := map[string]func(File) error{
		"write":  func(f File) error { return f.Write(0o644, []byte("new")) },
		"synced": func(f File) error { return f.WriteSynced(0o644, []byte("new")) },
		"create": func(f File) error { return f.Create(0o644, []byte("new")) },
		"probe":  func(f File) error { return f.Writable() },
		"open": func(f File) error {
			file, err := f.OpenWrite(os.O_CREATE|os.O_APPEND|os.O_TRUNC, 0o644)
			if err == nil {
				file.Close()
			}
			return err
		},
	}
	for how, write := range writes {
		for _, name := range []string{
			"sub", "fifo", "socket", "inside", "leaves", "lost", "absolute", "endless", "environ", "loop", "folder",
			"folder/victim", "folder/fresh", "../outside/victim", "../outside/fresh", "/tmp/aepflow-files-test", "none/fresh",
		} {
			within(t, func() {
				var refused *Error
				if err := write(f.File(name)); !errors.As(err, &refused) {
					t.Errorf("%s %s: %v", how, name, err)
				}
			})
		}
	}
	if text, err := os.ReadFile("plain"); string(text) != "plain" {
		t.Errorf("the file that a link leads to holds %q, %v", text, err)
	}
	err := f.File("inside").Write(0o644, nil)
	if want := "it is a symbolic link; expected a regular file"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%v, expected %s", err, want)
	}
	untouched(t, project)
}

func TestWrite(t *testing.T) {
	_, f := world(t)
	before, err := os.Open("plain")
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	for _, write := range []func(File, fs.FileMode, ...[]byte) error{File.Write, File.WriteSynced} {
		if err := write(f.File("plain"), 0o600, []byte("a "), []byte("text")); err != nil {
			t.Fatal(err)
		}
		if err := write(f.File("fresh"), 0o600, []byte("fresh")); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"plain": "a text -rw-r-----", "fresh": "fresh -rw-------"} {
		text, err := os.ReadFile(name)
		info, _ := os.Stat(name)
		if got := fmt.Sprintf("%s %v", text, info.Mode()); got != want || err != nil {
			t.Errorf("%s: %s, expected %s", name, got, want)
		}
	}
	var old bytes.Buffer
	if _, err := old.ReadFrom(before); old.String() != "plain" {
		t.Errorf("whoever has the old file open reads %q, %v", &old, err)
	}
	names, err := f.List()
	if err != nil || slices.ContainsFunc(names, func(s string) bool { return strings.HasPrefix(s, ".") }) {
		t.Errorf("left: %v, %v", names, err)
	}
	if err := f.File("plain").Create(0o644, nil); !IsExist(err) {
		t.Errorf("create what is there: %v", err)
	}
}

func TestPlace(t *testing.T) {
	_, f := world(t)
	state := f.File("state")
	for n, want := range []string{"first", "first"} {
		next := state.Temp()
		if err := next.Create(0o600, []byte([]string{"first", "second"}[n])); err != nil {
			t.Fatal(err)
		}
		if err := next.Place(state); IsExist(err) != (n > 0) || !IsExist(err) && err != nil {
			t.Errorf("%d: %v", n, err)
		}
		if text, err := state.Read(10); string(text) != want || !next.IsAbsent() {
			t.Errorf("%d: %q, %v; the other name is left: %v", n, text, err, !next.IsAbsent())
		}
	}
	next := state.Temp()
	if err := next.Create(0o600, nil); err != nil {
		t.Fatal(err)
	}
	if err := next.Place(f.File("lost")); err == nil {
		t.Error("placed through a link")
	}
}

// Nothing is cut off by opening; the caller does that when it has looked.
func TestOpenWriteKeeps(t *testing.T) {
	_, f := world(t)
	file, err := f.File("plain").OpenWrite(os.O_APPEND|os.O_TRUNC, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteString(" more")
	if err = errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile("plain"); string(text) != "plain more" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := f.File("none").OpenWrite(0, 0o644); !IsAbsent(err) || !f.File("none").IsAbsent() {
		t.Errorf("made a file without being asked: %v", err)
	}
}

func TestSweep(t *testing.T) {
	_, f := world(t)
	for _, name := range []string{".plain.123", ".plain.swp", ".plain.12x", ".plainer.1", ".plain."} {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f.File("plain").Sweep()
	names, err := f.List()
	want := ".plain. .plain.12x .plain.swp .plainer.1"
	if got := strings.Join(slices.DeleteFunc(names, func(s string) bool { return s[0] != '.' }), " "); got != want || err != nil {
		t.Errorf("left %s, %v; expected %s", got, err, want)
	}
}

func TestRemoveTakesTheLink(t *testing.T) {
	project, f := world(t)
	for _, name := range []string{"inside", "leaves", "fifo"} {
		if err := f.File(name).Remove(); err != nil || !f.File(name).IsAbsent() {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := f.File("folder/victim").Remove(); err == nil {
		t.Error("removed what a link leads out to")
	}
	if f.File("lost").IsAbsent() || f.File("plain").IsAbsent() {
		t.Error("a link that leads nowhere and a file are there")
	}
	untouched(t, project)
}

func TestMake(t *testing.T) {
	project, f := world(t)
	if err := f.Sub("a/b").Make(); err != nil {
		t.Fatal(err)
	}
	if is, err := f.Sub("a/b").IsFolder(); !is || err != nil {
		t.Errorf("made: %v, %v", is, err)
	}
	for name, want := range map[string]string{
		"plain": "it is a file; expected a folder", "folder/new": "it points outside its folder; expected a file inside",
	} {
		var refused *Error
		if err := f.Sub(name).Make(); !errors.As(err, &refused) || refused.Reason() != want {
			t.Errorf("make %s: %v, expected %s", name, err, want)
		}
	}
	untouched(t, project)
}

func TestWalk(t *testing.T) {
	_, f := world(t)
	for _, name := range []string{".git", "sub/deep", "closed"} {
		if err := os.MkdirAll(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("..", "sub/up"); err != nil {
		t.Fatal(err)
	}
	held, release, err := f.Hold()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = held.Walk(func(name string) bool { return name != ".git" }, func(path string, err error) { got = append(got, path) })
	release()
	want := "absolute closed endless environ fifo folder inside leaves loop loop2 lost plain pool socket sub sub/deep sub/up"
	if strings.Join(got, " ") != want || err != nil {
		t.Errorf("%v, %v; expected %s", got, err, want)
	}
	if text, err := held.File("plain").Read(10); string(text) != "plain" {
		t.Errorf("after the folder was let go: %q, %v", text, err)
	}
	if names, err := f.Sub("none").List(); names != nil || err != nil {
		t.Errorf("a folder that is not there has %v, %v", names, err)
	}
	if _, err := f.Sub("fifo").List(); err == nil {
		t.Error("a pipe has no names")
	}
	if os.Geteuid() == 0 {
		return // nothing is closed to root
	}
	if err := os.Chmod("closed", 0); err != nil {
		t.Fatal(err)
	}
	var refused []string
	err = f.Walk(func(string) bool { return true }, func(path string, err error) {
		if err != nil {
			refused = append(refused, path+": "+err.Error())
		}
	})
	if len(refused) != 1 || !strings.HasSuffix(refused[0], "permission denied") || err != nil {
		t.Errorf("refused %v, %v", refused, err)
	}
}

// The name is the person's choice; where a link of that name leads is not.
func TestChosen(t *testing.T) {
	project, _ := world(t)
	if text, err := Chosen(filepath.Join("..", "outside", "victim")).Read(10); string(text) != "victim" {
		t.Errorf("a file anywhere: %q, %v", text, err)
	}
	if text, err := Chosen("inside").Read(10); string(text) != "plain" {
		t.Errorf("a link that stays: %q, %v", text, err)
	}
	for _, name := range []string{"leaves", "environ"} {
		if text, err := Chosen(name).Read(1 << 20); err == nil {
			t.Errorf("%s: %q", name, text)
		}
		if err := Chosen(name).Write(0o600, nil); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	untouched(t, project)
}

func TestChosenFolder(t *testing.T) {
	project, _ := world(t)
	outside := filepath.Join("..", "outside")
	if err := os.Symlink(outside, "away"); err != nil {
		t.Fatal(err)
	}
	if err := ChosenFolder("away").Make(); err == nil {
		t.Error("a link that leaves its folder is a folder")
	}
	if err := ChosenFolder("away").File("new").Write(0o600, nil); err == nil {
		t.Error("a file was written through a link that leaves its folder")
	}
	if err := os.Remove("away"); err != nil {
		t.Fatal(err)
	}
	untouched(t, project)
	for _, path := range []string{".", "..", "made/below/", outside} {
		if err := ChosenFolder(path).Make(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestZeroFile(t *testing.T) {
	if _, err := (File{}).Read(10); err == nil || !(File{}).IsZero() {
		t.Error("no file is read")
	}
}
