package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/output"
)

// TestBugExits: a bug is reported with the stack of its place, and the code says
// whether anything was done or is still open.
func TestBugExits(t *testing.T) {
	caught := bug.Catch(func() { panic("boom") })
	for code, r := range map[int]applier.Result{exitWorld: {}, exitPartial: {Unknown: 1}} {
		var stderr bytes.Buffer
		a := &app{globals: &globals{}, stdout: output.New(&stderr), stderr: output.New(&stderr)}
		if got := a.finish(outcome(r, errors.Join(caught))); got != code {
			t.Errorf("code %d, want %d", got, code)
		}
		text := stderr.String()
		if !strings.HasPrefix(text, "error: internal error; this is a bug in aepflow: boom\n") || !strings.Contains(text, "TestBugExits") {
			t.Errorf("got %s", text)
		}
	}
	if outcome(applier.Result{Created: 1, Failed: []applier.Failure{{}}}, caught).(*exitError).code != exitPartial {
		t.Error("something was done, and the code says that nothing is half done")
	}
}

// TestWaitingIsCountedDown: at once, and then not more often than every ten seconds.
func TestWaitingIsCountedDown(t *testing.T) {
	var stderr bytes.Buffer
	op := &operation{app: &app{globals: &globals{}, stderr: output.New(&stderr)}}
	tell := op.waiting()
	for range 3 {
		tell(applier.Waiting{Calls: 2, Most: 81 * time.Second})
	}
	if got, want := stderr.String(), "2 calls of an earlier apply may still be under way: looking for the result, 1m21s at most (--lost-after)\n"; got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}
