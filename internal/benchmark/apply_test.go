package benchmark_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/benchmark"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/planner"
)

// longestChain is how many calls of a dataflow wait for one another: schema,
// dataset, target, flow.
const longestChain = 4

// BenchmarkApplyLatency applies against an emulator that answers after 50 ms. The
// floor is what no applier can beat: the longest chain, or all calls shared among
// the workers.
func BenchmarkApplyLatency(b *testing.B) {
	const latency = 50 * time.Millisecond
	for _, n := range []int{100, 1_000} {
		g := compiled(b, benchmark.Project(n, seed))
		for _, workers := range []int{10, 50} {
			b.Run(fmt.Sprintf("n=%d/workers=%d", n, workers), func(b *testing.B) {
				rounds := max(longestChain, (n*benchmark.PerDataflow+workers-1)/workers)
				f := benchmark.Figure{
					Work: fmt.Sprintf("apply at 50 ms, %d workers", workers), Size: n, Unit: benchmark.Seconds,
					Floor: (time.Duration(rounds) * latency).Seconds(), Factor: 1.25,
				}
				for range b.N {
					w := newWorld(b, latency)
					// The command has signed in and knows the sandbox before it plans.
					if _, _, err := platform.FindSandbox(b.Context(), w.client, here.Sandbox); err != nil {
						b.Fatal(err)
					}
					f.Ours = w.apply(b, b.TempDir(), g, workers).Seconds()
					w.close(b)
					note(f)
				}
				b.ReportMetric(f.Ours/f.Floor, "x-ideal")
			})
		}
	}
}

// BenchmarkApply applies without latency, journal and lockfile included. The
// floor sends the same calls through the same client to the same emulator, and
// keeps nothing.
func BenchmarkApply(b *testing.B) {
	const workers = 16
	eachSize(b, func(b *testing.B, n int) {
		g := compiled(b, benchmark.Project(n, seed))
		f := benchmark.Figure{Work: "apply without latency", Size: n, Unit: benchmark.Seconds, Factor: 2}
		for range b.N {
			bare := newWorld(b, 0)
			floor := bare.send(b, diffed(b, nil, g), workers).Seconds()
			bare.close(b)
			w := newWorld(b, 0)
			ours := w.apply(b, b.TempDir(), g, workers).Seconds()
			w.close(b)
			if f.Floor == 0 || floor < f.Floor {
				f.Floor = floor
			}
			if f.Ours == 0 || ours < f.Ours {
				f.Ours = ours
			}
		}
		b.ReportMetric(f.Ours*1000, "best-ms")
		b.ReportMetric(f.Ours/f.Floor, "x-floor")
		note(f)
	})
}

// send makes the calls of a plan that only creates: each dataflow's in a row, the
// dataflows shared among workers.
func (w world) send(b *testing.B, plan *planner.Plan, workers int) time.Duration {
	b.Helper()
	rows := map[string][]planner.Change{}
	var names []string
	for _, c := range plan.Changes {
		if rows[c.Address.Name] == nil {
			names = append(names, c.Address.Name)
		}
		rows[c.Address.Name] = append(rows[c.Address.Name], c)
	}
	begin := time.Now()
	var wg sync.WaitGroup
	next := make(chan string)
	for range workers {
		wg.Go(func() {
			for name := range next {
				if err := w.row(rows[name]); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for _, name := range names {
		next <- name
	}
	close(next)
	wg.Wait()
	return time.Since(begin)
}

// row makes the calls of one dataflow, one after the other.
func (w world) row(changes []planner.Change) error {
	var known []string // pairs for a replacer
	for _, c := range changes {
		for _, call := range c.Calls {
			body := strings.NewReplacer(append(known, "{TENANT_ID}", "aepflow", "${time.start}", "1900000000")...).Replace(string(call.Body))
			res, err := w.client.Do(context.Background(), platform.Request{Method: call.Method, Path: call.URL, Body: []byte(body)})
			if err != nil {
				return fmt.Errorf("%s: %w", c.Address, err)
			}
			id, version := made(res.Body)
			known = append(known, "${"+c.Address.String()+".id}", id, `"${`+c.Address.String()+`.version}"`, version)
		}
	}
	return nil
}

// made reads the id and the version of a new object, however its service says it.
func made(body []byte) (id, version string) {
	var list []string
	if json.Unmarshal(body, &list) == nil && len(list) > 0 {
		return strings.TrimPrefix(list[0], "@/dataSets/"), ""
	}
	var object struct {
		ID      string `json:"id"`
		Ref     string `json:"$id"`
		Version any    `json:"version"`
	}
	_ = json.NewDecoder(bytes.NewReader(body)).Decode(&object)
	if object.Ref != "" {
		return object.Ref, ""
	}
	return object.ID, fmt.Sprint(object.Version)
}
