package core

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// bound opens a folder of files by their names.
func bound(t *testing.T, names ...string) (*Fixture, string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil {
			err = os.WriteFile(path, []byte(name), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	all, err := OpenFixtures([]Source{{"c", "files", dir}})
	if err != nil {
		t.Fatal(err)
	}
	return all["c"], dir
}

func TestFilesOfAPath(t *testing.T) {
	f, _ := bound(t, "a.csv", "b.csv", "b.json", "sub/c.csv", "sub/deep/d.csv", "other/e.csv")
	for _, tt := range []struct {
		path      string
		recursive bool
		want      string
	}{
		{"a.csv", false, "a.csv"},
		{"/a.csv", false, "a.csv"},
		{"/", false, "a.csv b.csv b.json"},
		{"", true, "a.csv b.csv b.json other/e.csv sub/c.csv sub/deep/d.csv"},
		{"sub", false, "sub/c.csv"},
		{"/sub/", true, "sub/c.csv sub/deep/d.csv"},
		{"*.csv", false, "a.csv b.csv"},
		{"/sub/*.csv", true, "sub/c.csv sub/deep/d.csv"},
		{"b*", false, "b.csv b.json"},
		{"*", false, "a.csv b.csv b.json"},
		{"*/c.csv", false, ""}, // only the last part is a pattern
		{"none.csv", false, ""},
		{"none/", true, ""},
		{"../../etc/*", false, ""},
	} {
		entries, err := f.Files(tt.path, tt.recursive)
		var got []string
		for _, e := range entries {
			got = append(got, e.Path)
		}
		if strings.Join(got, " ") != tt.want || err != nil {
			t.Errorf("%q, recursive %v: %v %v, want %s", tt.path, tt.recursive, got, err, tt.want)
		}
	}
	if e, err := f.Entry("/sub/../a.csv"); err != nil || e.Path != "a.csv" {
		t.Errorf("a path with dots: %+v %v", e, err)
	}
	if _, err := f.Entries("a.csv"); err != ErrNoTable {
		t.Errorf("the entries of a file: %v", err)
	}
}

// Nothing outside of the folder is listed or read, whatever a path or a link says.
func TestBoundFolderHoldsItsFiles(t *testing.T) {
	_, outside := bound(t, "secret.csv")
	f, dir := bound(t, "a.csv", "sub/b.csv")
	for name, to := range map[string]string{"out.csv": filepath.Join(outside, "secret.csv"), "out": outside,
		"sub/in.csv": "b.csv", "gone.csv": "nowhere"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Skip("no symbolic links here")
		}
	}
	var got []string
	for _, at := range []string{"/", "out", "../" + filepath.Base(outside), outside} {
		entries, err := f.Files(at, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			text, err := e.Read()
			got = append(got, e.Path+"="+string(text))
			if err != nil {
				t.Errorf("%s: %v", e.Path, err)
			}
		}
	}
	if want := "a.csv=a.csv sub/b.csv=sub/b.csv sub/in.csv=sub/b.csv"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestTooManyFiles(t *testing.T) {
	f, dir := bound(t, "a", "b")
	if f.most != 10_000 {
		t.Errorf("at most %d entries", f.most)
	}
	f.most = 2
	if entries, err := f.Files("", true); err != nil || len(entries) != 2 {
		t.Errorf("%d files: %v", len(entries), err)
	}
	if err := os.WriteFile(filepath.Join(dir, "one more"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, recursive := range []bool{false, true} {
		if _, err := f.Files("", recursive); err == nil || !strings.Contains(err.Error(), "more than 2 entries") {
			t.Errorf("one more, recursive %v: %v", recursive, err)
		}
	}
}

func TestFits(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"a", "a", true}, {"a", "ab", false}, {"*", "", true}, {"a*", "a", true}, {"*a", "ba", true}, {"a*a", "a", false},
		{"*b*", "abc", true}, {"*b*", "ac", false}, {"a*b*c", "aXbYc", true}, {"a*b*c", "abc", true}, {"a*b*c", "acb", false},
		{"*bb*b", "bb", false}, {"[a]*", "[a]b", true}, {"a?", "ab", false},
	} {
		if got := fits(tt.pattern, tt.name); got != tt.want {
			t.Errorf("%s fits %s: %v", tt.name, tt.pattern, got)
		}
	}
}

func TestBindingFiles(t *testing.T) {
	_, dir := bound(t, "a.csv")
	for _, path := range []string{filepath.Join(dir, "a.csv"), filepath.Join(dir, "none")} {
		if _, err := OpenFixtures([]Source{{"c", "files", path}}); err == nil {
			t.Errorf("%s is bound as a folder of files", path)
		}
	}
	if s, err := ParseSource("c=files:x:y"); err != nil || s != (Source{"c", "files", "x:y"}) {
		t.Errorf("%+v %v", s, err)
	}
}
