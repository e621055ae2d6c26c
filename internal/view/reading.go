package view

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/words"
)

// slow shows how far something that takes long is: a status on a terminal, a line every ten seconds without one. The
// first second is silent.
type slow struct {
	out   Live
	live  bool
	doing string // reading

	mu    sync.Mutex
	began time.Time
	last  time.Time // of a line
	tick  *ticker
}

// start shows what text returns, which is called with mu held, until Close.
func (s *slow) start(w Live, live bool, doing string, text func() string) {
	s.out, s.live, s.doing, s.began = w, live, doing, time.Now()
	s.last = s.began
	s.tick = repeat(redrawn, func() { s.show(text) }, func() {
		if live {
			_ = w.Status("")
		}
	})
}

func (s *slow) show(text func() string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case time.Since(s.began) < time.Second:
	case s.live:
		_ = s.out.Status(s.doing + " " + text()) // a closed terminal must not stop a command
	case time.Since(s.last) >= stillEvery:
		_, _ = fmt.Fprintf(s.out, "still %s: %s\n", s.doing, text())
		s.last = time.Now()
	}
}

// Close ends the lines.
func (s *slow) Close() { s.tick.close() }

// ReadingRows shows how far a file of rows is read.
type ReadingRows struct {
	slow
	rows, done, size int64
}

// NewReadingRows returns a listener that writes to w until Close. Size is that of the file in bytes, 0 if it is not
// known.
func NewReadingRows(w Live, live bool, size int64) *ReadingRows {
	r := &ReadingRows{size: size}
	r.start(w, live, "reading", r.text)
	return r
}

// Notify takes the rows and the bytes that were read so far.
func (r *ReadingRows) Notify(rows, done int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows, r.done = rows, done
}

// text is `[=======>            ] 1,234,000 rows`.
func (r *ReadingRows) text() string {
	if r.size <= 0 || r.done <= 0 {
		return rowCount(r.rows)
	}
	const parts = 1000
	return bar(20, int(min(r.done, r.size)*parts/r.size), parts) + " " + rowCount(r.rows)
}

// Reading shows how far a read of the platform is.
type Reading struct {
	slow
	read     int
	expected int // 0: not known
	kinds    map[resource.Kind]int
}

// NewReading returns a listener that writes to w until Close.
func NewReading(w Live, live bool) *Reading {
	r := &Reading{kinds: map[resource.Kind]int{}}
	r.start(w, live, "reading", r.text)
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

// text is `[=======>            ] 40 of 100 objects: 20 schemas, 20 dataflows`.
func (r *Reading) text() string {
	text := words.Count(r.read, "object")
	if r.expected > 0 {
		done := min(r.read, r.expected)
		text = fmt.Sprintf("%s %d of %s", bar(20, done, r.expected), done, words.Count(r.expected, "object"))
	}
	var counts []string
	for _, k := range resource.Kinds() {
		if n := r.kinds[k]; n > 0 {
			counts = append(counts, words.Count(n, resource.SpecOf(k).Noun))
		}
	}
	if len(counts) > 0 {
		text += ": " + strings.Join(counts, ", ")
	}
	return text
}
