package view

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/runs"
)

// NewRun writes what a run that is asked for reads, and what that does to the data.
func NewRun(w io.Writer, name string, window runs.Window, repeats string, duplicates bool, o Options) error {
	c := newCanvas(o)
	what := "Run " + name
	if repeats != "" {
		what = "Repeat run " + repeats + " of " + name
	}
	c.wrapped(bold, "", what)
	c.wrapped(plain, "  ", "reads what changed from "+window.String()+" UTC")
	effect := "no successful run has ingested records of this window"
	if duplicates {
		effect = "duplicates possible: a successful run may have ingested the same records"
	}
	c.wrapped(plain, "  ", "data: "+effect)
	return flush(w, c)
}

// Waiting shows that a command waits: a line that counts on a terminal, a line a minute without one.
type Waiting struct {
	out  Live
	live bool
	what string

	began time.Time
	last  time.Time
	tick  *ticker
	once  sync.Once
}

// NewWaiting returns a line that runs until Close.
func NewWaiting(w Live, live bool, what string) *Waiting {
	now := time.Now()
	s := &Waiting{out: w, live: live, what: what, began: now, last: now}
	s.tick = repeat(redrawn, s.show, func() {
		if live {
			_ = w.Status("")
		}
	})
	return s
}

func (s *Waiting) show() {
	text := fmt.Sprintf("waiting for %s: %s", s.what, runs.Short(time.Since(s.began).Round(time.Second)))
	switch {
	case s.live:
		_ = s.out.Status(text) // a closed terminal must not stop a command
	case time.Since(s.last) >= time.Minute:
		_, _ = fmt.Fprintln(s.out, text)
		s.last = time.Now()
	}
}

// Close ends the line. It may be called again.
func (s *Waiting) Close() { s.once.Do(s.tick.close) }
