//go:build unix

// Package linear holds the tool to work in proportion to its input: whatever
// grows, twice of it takes twice the time, and not four times.
package linear

import (
	"io"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/edit"
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

// size is what the sizes of the inputs are divided by. LINEAR_SIZE=1 takes them as
// they are.
func size() int {
	if v, err := strconv.Atoi(os.Getenv("LINEAR_SIZE")); err == nil && v > 0 {
		return v
	}
	if raced.Enabled {
		return 32
	}
	return 16
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
				edit.Format(f, compiler.KeyOrder)
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
			edit.Fixes(report.Sorted())
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

// checkRatio fails when the time grows faster than the input. make prepares the
// work on k times the input.
func checkRatio(t *testing.T, make func(k int) func()) {
	t.Helper()
	const noise = 30 * time.Millisecond // of one measurement; less than a person can feel
	small, large := time.Duration(1<<62), time.Duration(1<<62)
	for range tries {
		small, large = min(small, timed(make(1))), min(large, timed(make(growth)))
		if float64(large-noise) <= most*float64(small) {
			return
		}
	}
	t.Errorf("takes %v, and %v for %d times as much: %.1f times", small, large, growth, float64(large)/float64(small))
}

// timed returns the processor time that the work takes. The collector stays on: memory
// that is touched for the first time costs more than collecting what was used before.
func timed(work func()) time.Duration {
	runtime.GC()
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
