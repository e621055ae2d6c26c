//go:build unix

package main

import (
	"strings"
	"testing"
	"time"
)

// TestTeamLockAtTerminal: Ctrl-C during an apply releases the lock, although the terminal sends the signal to the whole
// group of processes; unlock asks before it clears the lock of a holder.
func TestTeamLockAtTerminal(t *testing.T) {
	t.Parallel()
	w := newTeam(t, "a")
	a := w.clones[0]
	apply := a.atTerminal(applyArgs()...)
	<-a.arrived
	apply.press(ctrlC)
	apply.until("interrupted, nothing was changed")
	w.open()
	if code := apply.end(); code != exitInterrupted || !strings.Contains(w.state(), "free, released by ") {
		t.Errorf("exit code %d, the lock is %q\n%s", code, w.state(), apply.seen)
	}

	second := a.atTerminal("apply") // asks, with the lock in its hands
	second.until(`Type "yes" to continue:`)
	if err := second.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	second.end()
	unlock := w.clones[1].atTerminal("unlock", "--lost-after", "1s")
	unlock.until(`Type "yes" to clear the lock:`)
	unlock.press("no\n")
	if code := unlock.end(); code != exitRefused || !strings.Contains(w.state(), "held by ") {
		t.Errorf("exit code %d, the lock is %q\n%s", code, w.state(), unlock.seen)
	}
	begin := time.Now()
	unlock = w.clones[1].atTerminal("unlock", "--lost-after", "1h")
	unlock.until(`Type "yes" to clear the lock:`)
	unlock.press("yes\n")
	unlock.until(`Waiting (1h0m0s|59m\d+s): until then, a call that the holder sent may still be carried out`)
	unlock.press(ctrlC)
	if unlock.end(); !strings.Contains(w.state(), "held by ") {
		t.Errorf("after Ctrl-C in the wait, the lock is %q\n%s", w.state(), unlock.seen)
	}
	unlock = w.clones[1].atTerminal("unlock", "--lost-after", (time.Since(begin) + 3*time.Second).String())
	unlock.until(`Type "yes" to clear the lock:`)
	unlock.press("yes\n")
	if code := unlock.end(); code != exitOK || !strings.Contains(w.state(), "free, released by ") {
		t.Errorf("exit code %d, the lock is %q\n%s", code, w.state(), unlock.seen)
	}
}
