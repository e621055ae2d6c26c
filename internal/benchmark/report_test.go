package benchmark_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/benchmark"
)

func TestPrintSetsOursBesideFloorAndBound(t *testing.T) {
	figures := []benchmark.Figure{
		{Work: "plan", Size: 100, Ours: 0.012, Floor: 0.010, Unit: benchmark.Seconds, Factor: 1.6},
		{Work: "plan", Size: 1000, Ours: 1.2, Floor: 0.5, Unit: benchmark.Seconds, Factor: 1.6},
		{Work: "peak memory", Size: 1000, Ours: 120, Unit: benchmark.Megabytes, Most: 300},
		{Work: "compile", Ours: 0.5, Unit: benchmark.Seconds},
	}
	figures = append(figures, benchmark.Growth(figures)...)
	var b strings.Builder
	if err := benchmark.Print(&b, figures); err != nil {
		t.Fatal(err)
	}
	const want = `
| work         | dataflows |    ours |   floor | ratio | allowed |      |
| -------------|----------:|--------:|--------:|------:|--------:|-----:|
| plan         |       100 | 12.0 ms | 10.0 ms |  1.20 | 16.0 ms |   ok |
| plan         |      1000 |  1.20 s |  500 ms |  2.40 |  800 ms | over |
| peak memory  |      1000 |  120 MB |         |       |  300 MB |   ok |
| compile      |           |  500 ms |         |       |         |      |
| growth: plan |           |  n^2.00 |         |       |  n^1.05 | over |
`
	if got := "\n" + b.String(); got != want {
		t.Errorf("got:%s", got)
	}
	if best := benchmark.Best([]time.Duration{3 * time.Second, 2 * time.Second}); best != 2 {
		t.Errorf("best of 3 s and 2 s: %v", best)
	}
}
