package planner_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

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
		fmt.Fprintf(&b, "%s: %s, every %d %s from %s, %g runs a day\n", f.Address, f.State, f.Interval, f.Frequency, start, f.RunsPerDay)
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
	files, err := filepath.Glob("testdata/schedule/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			g := compile(t, string(a.Files[0].Data))
			for i, f := range a.Files[1:] {
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
				got := timetable(table)
				if os.Getenv("UPDATE") != "" {
					a.Files[i+1].Data = []byte(got)
					continue
				}
				if diff := cmp.Diff(string(f.Data), got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", f.Name, diff)
				}
			}
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
