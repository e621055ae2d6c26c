//go:build unix

package benchmark_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/benchmark"
)

// usage is what a process took.
type usage struct {
	Wall, CPU time.Duration
	Peak      int64 // bytes
	Code      int
}

// launch runs a program and prints its usage as JSON. It is a process of its own,
// a small one: Linux counts the memory of the parent into a child's peak.
func launch(args []string) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	begin := time.Now()
	err := cmd.Run()
	u := usage{Wall: time.Since(begin), Code: -1}
	if cmd.ProcessState == nil {
		panic(err)
	}
	u.Code = cmd.ProcessState.ExitCode()
	u.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.Peak = int64(r.Maxrss)
		if runtime.GOOS == "linux" {
			u.Peak *= 1024
		}
	}
	_ = json.NewEncoder(os.Stdout).Encode(u)
}

// spend runs a program by way of launch; work is for the floor's own process.
func spend(b *testing.B, code int, work string, args ...string) usage {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	if work != "" {
		args = []string{"/usr/bin/env", "AEPFLOW_BENCH_FLOOR=" + work, self}
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), "AEPFLOW_BENCH_FLOOR=launch:")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		b.Fatalf("%s: %v", args[0], err)
	}
	var u usage
	if err := json.Unmarshal(out, &u); err != nil {
		b.Fatal(err)
	}
	if u.Code != code {
		b.Fatalf("%s: exit code %d, want %d", strings.Join(args, " "), u.Code, code)
	}
	return u
}

// binary is the tool, built as `make build` does.
var binary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(workspace, "aepflow")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, "../../cmd/aepflow")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	return path, cmd.Run()
})

func tool(b *testing.B) string {
	b.Helper()
	path, err := binary()
	if err != nil {
		b.Fatalf("build aepflow: %v", err)
	}
	return path
}

// Allowed peak memory of a plan of 10,000 dataflows, in MB.
const (
	peakApplied = 300
	peakNew     = 360
)

// race runs two programs in turns and notes wall time and peak memory of the best
// of each. most is the allowed peak memory at 10,000 dataflows, in MB.
func race(b *testing.B, f benchmark.Figure, most float64, floor, ours func() usage) {
	b.Helper()
	var mine, theirs []time.Duration
	f.Unit = benchmark.Seconds
	peak := benchmark.Figure{Work: f.Work + ", peak memory", Size: f.Size, Unit: benchmark.Megabytes}
	cpu := benchmark.Figure{Work: f.Work + ", CPU time", Size: f.Size, Unit: benchmark.Seconds}
	lower := func(best *float64, v float64) {
		if *best == 0 || v < *best {
			*best = v
		}
	}
	for b.Loop() {
		u := floor()
		theirs = append(theirs, u.Wall)
		lower(&peak.Floor, float64(u.Peak)/1e6)
		lower(&cpu.Floor, u.CPU.Seconds())
		u = ours()
		mine = append(mine, u.Wall)
		lower(&peak.Ours, float64(u.Peak)/1e6)
		lower(&cpu.Ours, u.CPU.Seconds())
	}
	f.Ours, f.Floor = benchmark.Best(mine), benchmark.Best(theirs)
	b.ReportMetric(f.Ours*1000, "best-ms")
	b.ReportMetric(f.Ours/f.Floor, "x-floor")
	b.ReportMetric(cpu.Ours/cpu.Floor, "x-floor-CPU")
	b.ReportMetric(peak.Ours, "peak-MB")
	note(f)
	if f.Size > 0 {
		note(cpu)
		if f.Size == 10_000 {
			peak.Most = most
		}
		note(peak)
	}
}

func BenchmarkProcessStart(b *testing.B) {
	path := tool(b)
	race(b, benchmark.Figure{Work: "process: version", Most: 0.020}, 0,
		func() usage { return spend(b, 0, "start:") },
		func() usage { return spend(b, 0, "", path, "version") })
}

// BenchmarkProcessComplete asks for what a shell proposes that takes longest: addresses, from documents and lockfile.
func BenchmarkProcessComplete(b *testing.B) {
	path := tool(b)
	eachSize(b, func(b *testing.B, n int) {
		dir := applied(b, n)
		f := benchmark.Figure{Work: "process: completion of addresses", Size: n}
		if n <= 1_000 {
			f.Most = 0.050
		}
		race(b, f, 0, func() usage { return spend(b, 0, "start:") }, func() usage {
			args := []string{"zsh", "5", "plan", dir, "--target", here.Name, "--target-resource", "flow."}
			return spend(b, 0, "", append([]string{path, "__complete"}, args...)...)
		})
	})
}

func BenchmarkProcessPlan(b *testing.B) {
	path := tool(b)
	eachSize(b, func(b *testing.B, n int) {
		dir := applied(b, n)
		lock := filepath.Join(dir, "dataflow."+here.Name+".lock")
		plan := func(code int) usage {
			return spend(b, code, "", path, "plan", dir, "--target", here.Name, "--detailed-exitcode", "--now", at.Format(time.RFC3339))
		}
		floor := func() usage { return spend(b, 0, "plan:"+dir) }

		b.Run("unchanged", func(b *testing.B) {
			race(b, benchmark.Figure{Work: "process: plan, nothing changed", Size: n, Factor: 1.3}, peakApplied,
				floor, func() usage { return plan(0) })
		})
		b.Run("one-change", func(b *testing.B) {
			edited := benchmark.Edit(benchmark.Project(n, seed), n/2)[n/2 : n/2+1]
			if err := benchmark.Write(dir, edited); err != nil {
				b.Fatal(err)
			}
			race(b, benchmark.Figure{Work: "process: plan, one change", Size: n, Factor: 1.3}, peakApplied,
				floor, func() usage { return plan(2) })
			if err := benchmark.Write(dir, benchmark.Project(n, seed)[n/2:n/2+1]); err != nil {
				b.Fatal(err)
			}
		})
		b.Run("first", func(b *testing.B) {
			if err := os.Rename(lock, lock+".away"); err != nil {
				b.Fatal(err)
			}
			defer os.Rename(lock+".away", lock)
			race(b, benchmark.Figure{Work: "process: plan, everything new", Size: n}, peakNew,
				func() usage { return spend(b, 0, "first:"+dir) }, func() usage { return plan(2) })
		})
	})
}
