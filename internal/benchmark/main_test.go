package benchmark_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/benchmark"
)

func TestMain(m *testing.M) {
	// The floor of whole processes is this program, started to do nothing else.
	if work, dir, ok := strings.Cut(os.Getenv("AEPFLOW_BENCH_FLOOR"), ":"); ok {
		floorProcess(work, dir)
		return
	}
	os.Exit(measureAll(m))
}

func measureAll(m *testing.M) int {
	var err error
	if workspace, err = os.MkdirTemp("", "aepflow-bench-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(workspace)
	code := m.Run()
	if len(figures) > 0 {
		fmt.Println()
		if err := benchmark.Print(os.Stdout, append(figures, benchmark.Growth(figures)...)); err != nil {
			return 1
		}
	}
	return code
}

func floorProcess(work, dir string) {
	switch work {
	case "plan":
		floorPlan(dir)
	case "first":
		floorCompile(floorSchema(), floorRead(dir))
	case "launch":
		launch(os.Args[1:])
	case "start":
		fmt.Println("aepflow")
	}
}

func itoa(n int) string { return strconv.Itoa(n) }
