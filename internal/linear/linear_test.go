//go:build unix

// Package linear holds the tool to work in proportion to its input: whatever
// grows, twice of it takes twice the time, and not four times.
package linear

import (
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/raced"
)

// most is the ratio that is allowed when an input doubles: n·log n, a step of the
// memory's size, and noise fit in it; a square does not.
const most = 2.4

// tries is how often a doubling that looks like a square is measured again. The
// machine may be busy; the shortest of all times counts.
const tries = 12

// size is what the sizes of the inputs are divided by. LINEAR_SIZE=1 takes them as
// they are.
func size() int {
	if v, err := strconv.Atoi(os.Getenv("LINEAR_SIZE")); err == nil && v > 0 {
		return v
	}
	if raced.Enabled {
		return 16
	}
	return 8
}

// stages are what commands do with documents, each with what comes before it left
// out of the time.
var stages = []struct {
	name string
	work func(in input) func()
}{
	{"compile", func(in input) func() {
		return func() { compiler.Compile(in.files, in.options) }
	}},
	{"resolve", func(in input) func() {
		return func() {
			docs, _ := compiler.Resolve(in.files, in.options)
			for _, d := range docs {
				_ = d.WriteYAML(io.Discard, true)
			}
		}
	}},
	{"format", func(in input) func() {
		return func() {
			for _, f := range in.files {
				compiler.Format(f)
			}
		}
	}},
	{"report", func(in input) func() {
		_, report := compiler.Compile(in.files, in.options)
		return func() {
			_ = diag.Text(io.Discard, report, diag.TextOptions{Color: true})
			_ = diag.JSON(io.Discard, report)
			_ = diag.SARIF(io.Discard, report, "1.0.0")
			_ = diag.GitHub(io.Discard, report)
			diag.Fixes(report.Sorted())
		}
	}},
}

func TestDoubledInputs(t *testing.T) {
	for _, in := range inputs {
		for _, stage := range stages {
			t.Run(in.name+"/"+stage.name, func(t *testing.T) {
				n := max(in.n/size(), 1)
				checkRatio(t, func(k int) func() { return stage.work(in.make(n * k).fresh()) })
			})
		}
	}
}

// checkRatio fails when twice the input takes more than twice the time. make
// prepares the work on k times the input.
func checkRatio(t *testing.T, make func(k int) func()) {
	t.Helper()
	const noise = time.Millisecond // of one measurement
	one, two := time.Duration(1<<62), time.Duration(1<<62)
	for range tries {
		one, two = min(one, timed(make(1))), min(two, timed(make(2)))
		if float64(two-noise) <= most*float64(one) {
			return
		}
	}
	t.Errorf("takes %v, and %v for twice as much: %.1f times", one, two, float64(two)/float64(one))
}

// timed returns the processor time that the work takes, that of a collector of
// garbage left out: it comes in jumps.
func timed(work func()) time.Duration {
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	start := processorTime()
	work()
	return processorTime() - start
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
