package planner_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/aepflow/aepflow/internal/golden"
	"github.com/aepflow/aepflow/planner"
)

// timetable prints a timetable as these tests compare it.
func timetable(t planner.Timetable) string {
	var b strings.Builder
	for _, f := range t.Flows {
		start := "when it is created"
		if f.Start != nil {
			start = f.Start.Format(time.RFC3339)
		}
		if f.Passed {
			start += " (passed)"
		}
		fmt.Fprintf(&b, "%s: %s, every %d %s from %s, %g runs a day\n", f.Address, f.State, f.Interval, f.Frequency,
			start, f.RunsPerDay)
		for _, next := range f.Next {
			fmt.Fprintf(&b, "    %s\n", next.Format(time.RFC3339))
		}
	}
	for _, c := range t.Crowded {
		fmt.Fprintf(&b, "crowded %s at %s: %v\n", c.Connection, c.At.Format(time.RFC3339), c.Flows)
	}
	return b.String()
}

// TestSchedule runs every case of testdata/schedule: documents, and the timetables
// that they have. Each file want begins with its time and how many runs are shown.
func TestSchedule(t *testing.T) {
	golden.Cases(t, "testdata/schedule/*.txtar", func(t *testing.T, a *txtar.Archive) {
		g := compile(t, string(a.Files[0].Data))
		for _, f := range a.Files[1:] {
			at, runs, ok := strings.Cut(f.Name, " ")
			if !ok {
				t.Fatalf("file %q: expected TIME RUNS", f.Name)
			}
			table := planner.Schedule(g, must(time.Parse(time.RFC3339, at)), must(strconv.Atoi(runs)))
			for _, flow := range table.Flows {
				for _, next := range flow.Next {
					if next.Before(table.At) {
						t.Errorf("%s: %s shows a run at %s, in the past", f.Name, flow.Address, next)
					}
				}
			}
			golden.Set(a, f.Name, timetable(table))
		}
	})
}
