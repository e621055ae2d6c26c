package lockfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A crash may tear the first line at any byte, and leave zeros where nothing was
// written; whatever else a journal begins with is not ours, and stays as it is.
func TestOnlyATornFirstLineIsOverwritten(t *testing.T) {
	header := Record{Header: &Header{Version: Version, Lineage: "one", Target: dev}}
	whole := string(frameEncoded([][]byte{encode(header)}))
	for n := range len(whole) {
		for _, zeros := range []int{0, 7} {
			text := whole[:n] + strings.Repeat("\x00", zeros)
			if recs, kept, err := unframeAll([]byte(text)); err != nil || kept != 0 || len(recs) != 0 {
				t.Fatalf("%d bytes and %d zeros: %d kept, %v", n, zeros, kept, err)
			}
		}
	}
	for name, text := range map[string]string{
		"words": "export PATH=/usr/bin\n", "no line": "export", "a line break": "\n", "upper case": strings.ToUpper(whole[:12]),
		"another record": `0000001c 00000000 [{"intent":{`, "one letter": "x", "zeros first": "\x00" + whole[:20],
	} {
		t.Run(name, func(t *testing.T) {
			p := PathsIn(t.TempDir(), "dev")
			if err := errors.Join(os.MkdirAll(p.Folder, 0o755), os.WriteFile(p.Journal, []byte(text), 0o600)); err != nil {
				t.Fatal(err)
			}
			if _, err := Load(p); !errors.Is(err, ErrDamaged) {
				t.Errorf("load: %v", err)
			}
			if _, err := Open(t.Context(), p, Options{Target: dev}); !errors.Is(err, ErrDamaged) {
				t.Errorf("open: %v", err)
			}
			if _, err := ReadDamaged(p); !errors.Is(err, ErrNoTarget) {
				t.Errorf("repair: %v", err)
			}
			if got, err := os.ReadFile(p.Journal); string(got) != text {
				t.Errorf("the journal holds %q, %v", got, err)
			}
		})
	}
}

// A lockfile that is a link is read; it is refused before the first call, and stays
// a link to a file that did not change.
func TestLinkedLockfileIsNotReplaced(t *testing.T) {
	p := PathsIn(t.TempDir(), "dev")
	text := print(t, sample())
	real := filepath.Join(filepath.Dir(p.Lock), "real")
	if err := errors.Join(os.WriteFile(real, []byte(text), 0o644), os.Symlink("real", p.Lock)); err != nil {
		t.Fatal(err)
	}
	seen, err := Load(p)
	if err != nil || len(seen.Lock.Entries) != len(sample().Entries) {
		t.Fatalf("load: %v", err)
	}
	s := openAt(t, p, Options{Target: seen.Lock.Target})
	defer s.Close()
	_, ticket := s.Intend(create("source.a", `{}`))
	if err := s.Wait(ticket); err == nil || !strings.Contains(err.Error(), "it is a symbolic link; expected a regular file") {
		t.Errorf("wait: %v", err)
	}
	info, err := os.Lstat(p.Lock)
	if got, e := os.ReadFile(real); err != nil || e != nil || info.Mode()&os.ModeSymlink == 0 || string(got) != text {
		t.Errorf("the lockfile changed: %v, %v", err, e)
	}
}
