package applier

import (
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func always() bool { return true }

// TestQueueOrder runs random graphs with several workers: each task comes after
// all that it needs, each exactly once, and those behind a failure never.
func TestQueueOrder(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		n := 1 + rnd.IntN(40)
		tasks, fails := make([]task, n), make([]bool, n)
		for i := range tasks {
			for j := range i {
				if rnd.IntN(6) == 0 {
					tasks[i].after = append(tasks[i].after, j)
				}
			}
			fails[i] = rnd.IntN(15) == 0
		}
		after := make([][]int, n)
		for i := range tasks {
			after[i] = tasks[i].after
		}
		q, err := newQueue(tasks, 1+rnd.IntN(3))
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		ended := make([]bool, n)
		var wg sync.WaitGroup
		for range 1 + rnd.IntN(5) {
			wg.Go(func() {
				for {
					i, ok := q.take(always)
					if !ok {
						return
					}
					mu.Lock()
					for _, j := range after[i] {
						if !ended[j] || fails[j] {
							t.Errorf("round %d: task %d came before %d", round, i, j)
						}
					}
					if ended[i] {
						t.Errorf("round %d: task %d came twice", round, i)
					}
					ended[i] = true
					mu.Unlock()
					q.finish(i, !fails[i])
					q.release()
				}
			})
		}
		wg.Wait()
		for i := range tasks {
			stuck := false
			for _, j := range after[i] {
				stuck = stuck || fails[j] || q.tasks[j].state == blocked
			}
			if stuck != (q.tasks[i].state == blocked) || !stuck && !ended[i] {
				t.Errorf("round %d: task %d is in state %d", round, i, q.tasks[i].state)
			}
		}
	}
}

// TestMakespan: w workers need no more than 1.25 of what is possible at all, the
// longest chain or the work divided among them.
func TestMakespan(t *testing.T) {
	const flows, latency = 30, 50 * time.Millisecond
	for _, workers := range []int{1, 4, 10} {
		synctest.Test(t, func(t *testing.T) {
			// A dataflow: group, schema, dataset, target, flow in a chain; source and
			// mapping beside it.
			var tasks []task
			for range flows {
				b := len(tasks)
				tasks = append(tasks, task{}, task{after: []int{b}}, task{after: []int{b + 1}}, task{after: []int{b + 2}},
					task{}, task{after: []int{b + 1}}, task{after: []int{b + 3, b + 4, b + 5}})
			}
			q, err := newQueue(tasks, workers)
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			var wg sync.WaitGroup
			for range workers {
				wg.Go(func() {
					for {
						i, ok := q.take(always)
						if !ok {
							return
						}
						<-time.After(latency)
						q.finish(i, true)
						q.release()
					}
				})
			}
			wg.Wait()
			ideal := max(5, (len(tasks)+workers-1)/workers) * int(latency)
			if took := time.Since(began); float64(took) > 1.25*float64(ideal) {
				t.Errorf("%d workers took %v, ideal is %v", workers, took, time.Duration(ideal))
			}
		})
	}
}

// TestFirstThingsFirst: an apply of many dataflows finishes the first ones before it
// begins the last ones.
func TestFirstThingsFirst(t *testing.T) {
	const flows, slots = 300, 4
	var tasks []task
	for range flows { // all schemas, then all datasets, … as a plan has them
		tasks = append(tasks, task{})
	}
	for k := 1; k < 4; k++ {
		for i := range flows {
			tasks = append(tasks, task{after: []int{(k-1)*flows + i}})
		}
	}
	q, err := newQueue(tasks, slots)
	if err != nil {
		t.Fatal(err)
	}
	begun, ended, most := 0, 0, 0
	for {
		i, ok := q.take(always)
		if !ok {
			break
		}
		if i < flows {
			begun++
		}
		q.finish(i, true)
		if i >= 3*flows {
			ended++
		}
		q.release()
		most = max(most, begun-ended)
	}
	if ended != flows || most > 4*slots {
		t.Errorf("%d dataflows of %d, up to %d of them begun and not done", ended, flows, most)
	}
}

// TestMakespanOfMany: many dataflows in the order of a plan, which has them by kind,
// take no longer than their calls divided among the slots.
func TestMakespanOfMany(t *testing.T) {
	const latency = 50 * time.Millisecond
	for _, n := range []int{100, 1_000} {
		for _, slots := range []int{10, 50} {
			synctest.Test(t, func(t *testing.T) {
				tasks := make([]task, 6*n) // schemas, datasets, sources, targets, mappings, flows
				for i := range n {
					tasks[n+i].after = []int{i}
					tasks[3*n+i].after = []int{i, n + i}
					tasks[4*n+i].after = []int{i}
					tasks[5*n+i].after = []int{2*n + i, 3*n + i, 4*n + i}
				}
				q, err := newQueue(tasks, slots)
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				var wg sync.WaitGroup
				for range slots {
					wg.Go(func() {
						for i, ok := q.take(always); ok; i, ok = q.take(always) {
							<-time.After(latency)
							q.finish(i, true)
							q.release()
						}
					})
				}
				wg.Wait()
				if took, ideal := time.Since(began), time.Duration(len(tasks)/slots)*latency; took > ideal {
					t.Errorf("%d dataflows, %d slots: took %v, ideal is %v", n, slots, took, ideal)
				}
			})
		}
	}
}
