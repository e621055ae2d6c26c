package view

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
)

// Reading shows how far a read of the platform is: a bar on a terminal, a line every ten seconds without one. The first
// second is silent.
type Reading struct {
	out  Live
	live bool

	mu       sync.Mutex
	read     int
	expected int // 0: not known
	kinds    map[resource.Kind]int
	began    time.Time
	last     time.Time // of a line
	tick     *ticker
}

// NewReading returns a listener that writes to w until Close.
func NewReading(w Live, live bool) *Reading {
	now := time.Now()
	r := &Reading{out: w, live: live, began: now, last: now, kinds: map[resource.Kind]int{}}
	r.tick = repeat(redrawn, r.show, func() {
		if live {
			_ = w.Status("")
		}
	})
	return r
}

// Notify takes the objects that were read so far, all and by kind, and how many are looked for, 0 if that is not known.
func (r *Reading) Notify(read, expected int, kinds map[resource.Kind]int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read, r.expected = read, expected
	for k, n := range kinds {
		r.kinds[k] = n
	}
}

func (r *Reading) show() {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case time.Since(r.began) < time.Second:
	case r.live:
		_ = r.out.Status("reading " + r.text()) // a closed terminal must not stop a command
	case time.Since(r.last) >= stillEvery:
		_, _ = fmt.Fprintf(r.out, "still reading: %s\n", r.text())
		r.last = time.Now()
	}
}

// text is `[=======>            ] 40 of 100 objects: 20 schemas, 20 dataflows`.
func (r *Reading) text() string {
	text := Count(r.read, "object")
	if r.expected > 0 {
		done := min(r.read, r.expected)
		text = fmt.Sprintf("%s %d of %s", bar(20, done, r.expected), done, Count(r.expected, "object"))
	}
	var counts []string
	for _, k := range resource.Kinds() {
		if n := r.kinds[k]; n > 0 {
			counts = append(counts, Count(n, resource.SpecOf(k).Noun))
		}
	}
	if len(counts) > 0 {
		text += ": " + strings.Join(counts, ", ")
	}
	return text
}

// Close ends the lines.
func (r *Reading) Close() { r.tick.close() }
