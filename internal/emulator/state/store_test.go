package state

import (
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/files"
)

func openStore(t *testing.T) *Store {
	t.Helper()
	s, err := Open(files.Project(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// What is committed is there, in order of the keys; a nil value deletes.
func TestCommitAndRead(t *testing.T) {
	s := openStore(t)
	for _, changes := range [][]Change{
		{{"b", []byte("2"), []byte("two")}, {"b", []byte("1"), []byte("one")}},
		{{"b", []byte("3"), []byte("three")}, {"b", []byte("2"), nil}},
	} {
		if err := s.Commit(changes)(); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	if err := s.Each("b", func(k, v []byte) error { got = append(got, string(k)+"="+string(v)); return nil }); err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(got, " "); all != "1=one 3=three" {
		t.Errorf("got %s", all)
	}
	if err := s.Each("none", func(k, v []byte) error { t.Errorf("%s", k); return nil }); err != nil {
		t.Fatal(err)
	}
}

// A panic of the goroutine that writes is the error of everyone who waits for it,
// and nothing is committed after it.
func TestPanicOfTheWriterIsAnError(t *testing.T) {
	s := openStore(t)
	s.store = func([]Change) error { panic("boom") }
	first := s.Commit([]Change{{"b", []byte("1"), []byte("one")}})
	for _, wait := range []func() error{first, s.Settled(), s.Commit([]Change{{"b", []byte("2"), nil}})} {
		done := make(chan error, 1)
		go func() { done <- wait() }()
		select {
		case err := <-done:
			if err == nil || !strings.Contains(err.Error(), "internal error; this is a bug in aepflow: boom") {
				t.Errorf("got %v", err)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("still waiting")
		}
	}
	if s.Failure() == nil {
		t.Error("the store goes on")
	}
}
