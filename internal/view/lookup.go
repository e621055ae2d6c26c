package view

import (
	"fmt"
	"sync"
	"time"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/words"
)

// Lookup shows how long calls of an earlier apply are looked for: counted down below the other lines on a
// terminal, in a line every ten seconds without one. The first second is silent.
type Lookup struct {
	out  Live
	live bool

	mu    sync.Mutex
	calls int
	until time.Time
	last  time.Time // of a line
	tick  *ticker
}

// NewLookup returns a listener that writes to w until Close.
func NewLookup(w Live, live bool) *Lookup {
	l := &Lookup{out: w, live: live}
	l.tick = repeat(time.Second, l.show, func() {
		if live {
			_ = w.Status("")
		}
	})
	return l
}

// Notify takes the events of applier.Recover.
func (l *Lookup) Notify(e applier.Event) {
	if w, ok := e.(applier.Waiting); ok {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.calls, l.until = w.Calls, time.Now().Add(w.Most)
	}
}

func (l *Lookup) show() {
	l.mu.Lock()
	defer l.mu.Unlock()
	left := max(time.Until(l.until), 0).Round(time.Second)
	switch {
	case l.calls == 0:
		return
	case l.last.IsZero():
		_, _ = fmt.Fprintf(l.out, "%s of an earlier apply may still be under way: looking for the result, %s at most "+
			"(--lost-after)\n", words.Count(l.calls, "call"), left)
		l.last = time.Now()
	case !l.live && time.Since(l.last) >= stillEvery:
		_, _ = fmt.Fprintf(l.out, "  still looking for %s, %s at most\n", words.Count(l.calls, "call"), left)
		l.last = time.Now()
	}
	if l.live {
		_ = l.out.Status(fmt.Sprintf("looking for %s, %s left", words.Count(l.calls, "call"), left))
	}
}

// Close ends the lines.
func (l *Lookup) Close() { l.tick.close() }
