// Package linear holds the tool to work in proportion to its input: whatever
// grows, twice of it takes twice the time, and not four times. Tests only.
package linear

import (
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/raced"
)

// An input is doubled twice, because one doubling is lost in the noise of a busy
// machine. Each doubling may take 2.4 times as long: n·log n and a step of the
// memory's size fit in that; a square takes 4 times.
const (
	growth = 2 * 2
	most   = 2.4 * 2.4
)

// tries is how often a doubling that looks like a square is measured again. The
// machine may be busy; the shortest of all times counts.
const tries = 8

// Size returns how large to make an input that a test gives as n: a sixteenth of it,
// so that all of them together take seconds. LINEAR_SIZE=1 takes the whole.
func Size(n int) int {
	part := 16
	if v, err := strconv.Atoi(os.Getenv("LINEAR_SIZE")); err == nil && v > 0 {
		part = v
	}
	return max(n/part, 1)
}

// Sampled reports whether to check the i-th of many inputs: all, but a few of them
// under the race detector, which looks for something else.
func Sampled(i int) bool { return !raced.Enabled || i%8 == 0 }

// Check fails when the time of a work grows faster than its input. prepare makes k
// times the input and returns the work on it, which is done several times. What
// looks like a square has to look like one with larger inputs too: in short times
// there is much else.
func Check(t *testing.T, prepare func(k int) func()) {
	t.Helper()
	for k := 1; ; k *= 2 {
		small, large, ok := fits(prepare(k), prepare(k*growth))
		switch {
		case ok:
			return
		case k == 8 || large > time.Second:
			t.Errorf("takes %v, and %v for %d times as much: %.1f times", small, large, growth, float64(large)/float64(small))
			return
		}
	}
}

// fits measures a work and that on the grown input until their times fit.
func fits(workSmall, workLarge func()) (small, large time.Duration, ok bool) {
	const noise = 2 * time.Millisecond // of one measurement
	runtime.GC()
	small, large = time.Duration(1<<62), time.Duration(1<<62)
	for range tries {
		small, large = min(small, timed(workSmall)), min(large, timed(workLarge))
		if float64(large-noise) <= most*float64(small) {
			return small, large, true
		}
	}
	return small, large, false
}

// timed returns the processor time that the work takes. The collector stays on: memory
// that is touched for the first time costs more than collecting what was used before.
// On one core, the others cannot spend time on looking for work.
func timed(work func()) time.Duration {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	start := processorTime()
	work()
	return processorTime() - start
}
