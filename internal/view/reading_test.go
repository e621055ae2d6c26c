package view

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
)

// TestReading: a long read of the platform is a bar with counts, or a line every ten seconds without a terminal. A
// short one is silent.
func TestReading(t *testing.T) {
	const counts = "40 of 100 objects: 1 schema, 39 dataflows"
	for _, c := range []struct {
		live     bool
		expected int
		after    time.Duration
		lines    string
		last     string // status
	}{
		{false, 100, 9 * time.Second, "", ""},
		{false, 100, 21 * time.Second, "still reading: [=======>            ] " + counts + "\n" +
			"still reading: [=======>            ] " + counts + "\n", ""},
		{false, 0, 11 * time.Second, "still reading: 40 objects: 1 schema, 39 dataflows\n", ""},
		{false, 30, 11 * time.Second,
			"still reading: [====================] 30 of 30 objects: 1 schema, 39 dataflows\n", ""},
		{true, 100, 900 * time.Millisecond, "", ""},
		{true, 100, 11 * time.Second, "", "reading [=======>            ] " + counts},
	} {
		synctest.Test(t, func(t *testing.T) {
			var s screen
			r := NewReading(&s, c.live)
			r.Notify(40, c.expected, map[resource.Kind]int{resource.Flow: 39, resource.Schema: 1})
			time.Sleep(c.after)
			r.Close()
			if got := s.String(); got != c.lines {
				t.Errorf("after %v: got\n%swant\n%s", c.after, got, c.lines)
			}
			last := ""
			if len(s.status) > 1 {
				last = s.status[len(s.status)-2]
			}
			if last != c.last || c.live && s.status[len(s.status)-1] != "" {
				t.Errorf("after %v: status %q", c.after, s.status)
			}
		})
	}
}

// TestReadingRows: a long read of a file is a bar of its bytes with the number of rows.
func TestReadingRows(t *testing.T) {
	for _, c := range []struct {
		live       bool
		done, size int64
		after      time.Duration
		lines      string
		last       string
	}{
		{false, 40, 100, 9 * time.Second, "", ""},
		{false, 40, 100, 11 * time.Second, "still reading: [=======>            ] 1,234,000 rows\n", ""},
		{false, 0, 100, 11 * time.Second, "still reading: 1,234,000 rows\n", ""}, // a file that is read from its end
		{false, 40, 0, 11 * time.Second, "still reading: 1,234,000 rows\n", ""},  // a stream
		{true, 200, 100, 2 * time.Second, "", "reading [====================] 1,234,000 rows"},
		{true, 40, 100, 900 * time.Millisecond, "", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			var s screen
			r := NewReadingRows(&s, c.live, c.size)
			r.Notify(1_234_000, c.done)
			time.Sleep(c.after)
			r.Close()
			last := ""
			if len(s.status) > 1 {
				last = s.status[len(s.status)-2]
			}
			if got := s.String(); got != c.lines || last != c.last {
				t.Errorf("after %v: got\n%sstatus %q, want\n%s%q", c.after, got, last, c.lines, c.last)
			}
		})
	}
}
