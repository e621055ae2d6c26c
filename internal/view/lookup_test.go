package view

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aepflow/aepflow/applier"
)

// screen is a terminal that keeps what it shows.
type screen struct {
	bytes.Buffer
	status []string
}

func (s *screen) Status(line string) error {
	s.status = append(s.status, line)
	return nil
}

// TestLookup: the wait for calls of an earlier apply is one line that is counted down, or a line every ten seconds
// without a terminal. A short one is silent.
func TestLookup(t *testing.T) {
	const first = "2 calls of an earlier apply may still be under way: looking for the result, " +
		"1m20s at most (--lost-after)\n"
	for _, c := range []struct {
		live  bool
		after time.Duration
		lines string
		last  string // status
		count int
	}{
		{false, 900 * time.Millisecond, "", "", 0},
		{false, 9 * time.Second, first, "", 0},
		{false, 12 * time.Second, first + "  still looking for 2 calls, 1m10s at most\n", "", 0},
		{true, 900 * time.Millisecond, "", "", 1},
		{true, 12500 * time.Millisecond, first, "looking for 2 calls, 1m9s left", 13},
	} {
		synctest.Test(t, func(t *testing.T) {
			var s screen
			l := NewLookup(&s, c.live)
			l.Notify(applier.Waiting{Calls: 2, Most: 81 * time.Second})
			time.Sleep(c.after)
			l.Close()
			if got := s.String(); got != c.lines {
				t.Errorf("after %v: got\n%swant\n%s", c.after, got, c.lines)
			}
			if len(s.status) != c.count || c.count > 1 && (s.status[c.count-2] != c.last || s.status[c.count-1] != "") {
				t.Errorf("after %v: status %q", c.after, s.status)
			}
		})
	}
}
