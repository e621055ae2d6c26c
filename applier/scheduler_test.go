package applier

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aepflow/aepflow/internal/bug"
)

// wide is a window that never holds a task back.
func wide() int { return math.MaxInt }

// sends is a task that holds a slot for a time.
func sends(s *scheduler, latency time.Duration) func(i int) {
	return func(i int) {
		s.acquireSlot(i)
		<-time.After(latency)
		s.finish(i, true)
		s.releaseSlot()
	}
}

// TestSchedulerOrder runs random graphs with several workers: each task comes after
// all that it needs, each exactly once, and those blocked by a failure never.
func TestSchedulerOrder(t *testing.T) {
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
		slots := 1 + rnd.IntN(5)
		q, err := newScheduler(tasks, slots, (&window{slots: slots}).size)
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		ended := make([]bool, n)
		busy := 0
		takes := func(n int) {
			mu.Lock()
			defer mu.Unlock()
			if busy += n; busy > slots {
				t.Errorf("round %d: %d tasks have one of %d slots", round, busy, slots)
			}
		}
		q.run(func(i int) {
			if !q.acquireSlot(i) {
				t.Errorf("round %d: task %d got no slot", round, i)
			}
			takes(1)
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
			takes(-1)
			_ = q.yieldSlot(i, func() error { return nil })
			takes(1)
			q.finish(i, !fails[i])
			takes(-1)
			q.releaseSlot()
		})
		for i := range tasks {
			stuck := false
			for _, j := range after[i] {
				stuck = stuck || fails[j] || q.tasks[j].phase == blocked
			}
			if stuck != (q.tasks[i].phase == blocked) || !stuck && !ended[i] {
				t.Errorf("round %d: task %d is in state %d", round, i, q.tasks[i].phase)
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
			q, err := newScheduler(tasks, workers, (&window{slots: workers}).size)
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			q.run(sends(q, latency))
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
	q, err := newScheduler(tasks, slots, wide)
	if err != nil {
		t.Fatal(err)
	}
	begun, ended, most := 0, 0, 0
	for {
		i, ok := q.next()
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
		q.leave()
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
				q, err := newScheduler(tasks, slots, (&window{slots: slots}).size)
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				q.run(sends(q, latency))
				if took, ideal := time.Since(began), time.Duration(len(tasks)/slots)*latency; took > ideal {
					t.Errorf("%d dataflows, %d slots: took %v, ideal is %v", n, slots, took, ideal)
				}
			})
		}
	}
}

// TestHalt: once halted, the scheduler gives no slot to a task that has not sent, and takes no other
// task; one that yielded its slot gets it back.
func TestHalt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, err := newScheduler(make([]task, 5), 1, func() int { return 3 })
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var refused []int
		taken, resumed := 0, false
		q.run(func(i int) {
			mu.Lock()
			taken++
			mu.Unlock()
			if !q.acquireSlot(i) {
				mu.Lock()
				refused = append(refused, i)
				mu.Unlock()
				return
			}
			if i > 0 {
				time.Sleep(3 * time.Second)
			} else if err := q.yieldSlot(i, func() error {
				time.Sleep(time.Second) // another task has the slot meanwhile
				q.halt(errors.New("first"))
				q.halt(errors.New("second"))
				return nil
			}); err == nil {
				resumed = true
			}
			q.finish(i, true)
			q.releaseSlot()
		})
		if halted, cause := q.isHalted(); !halted || cause.Error() != "first" {
			t.Errorf("halted %t by %v", halted, cause)
		}
		if taken != 5 || len(refused) < 2 || !resumed {
			t.Errorf("%d tasks taken, %v refused, resumed %t", taken, refused, resumed)
		}
		for _, i := range refused {
			if p := q.tasks[i].phase; p == done || p == failed {
				t.Errorf("task %d is in phase %d", i, p)
			}
		}
	})
}

// TestSendsInOrder: tasks that are prepared at the same time, each for another time, are sent in the
// order in which they were taken.
func TestSendsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 20
		q, err := newScheduler(make([]task, n), 1, func() int { return 5 })
		if err != nil {
			t.Fatal(err)
		}
		var sent []int
		q.run(func(i int) {
			time.Sleep(time.Duration(n-i) * time.Second)
			q.acquireSlot(i)
			sent = append(sent, i)
			q.finish(i, true)
			q.releaseSlot()
		})
		if !slices.IsSorted(sent) || len(sent) != n {
			t.Errorf("sent %v", sent)
		}
	})
}

// TestPanicOfATask: a panic of a task halts the run and is its cause.
func TestPanicOfATask(t *testing.T) {
	q, err := newScheduler(make([]task, 3), 1, func() int { return 1 })
	if err != nil {
		t.Fatal(err)
	}
	q.run(func(int) { panic("a bug") })
	var caught *bug.Panic
	if halted, cause := q.isHalted(); !halted || !errors.As(cause, &caught) {
		t.Errorf("halted %t by %v", halted, cause)
	}
}
