package applier

import (
	"container/heap"
	"fmt"
	"slices"
	"sync"
)

// state is where a task stands.
type state uint8

const (
	waiting state = iota // for other tasks
	ready
	running // from being taken until its outcome is known
	done
	failed
	blocked // by a failed one
)

// task is one unit of work: a call of the plan, or a read that follows one.
type task struct {
	after  []int // tasks that must have succeeded
	then   []int // tasks that wait for this one
	waits  int   // how many of after are not released yet
	height int   // how many tasks the longest chain behind this one has
	band   int   // see setBands
	state  state
	cause  int // of blocked: the failed task
}

// queue hands out tasks so that each comes after all that it needs: band by band,
// and in a band the longest chains first, which with few slots is what keeps the
// whole short. It knows nothing of what a task does.
type queue struct {
	mu     sync.Mutex
	moved  *sync.Cond
	tasks  []task
	ready  heapOf
	busy   int              // tasks taken and not released
	halted bool             // nothing more is handed out
	claims map[string][]int // twins that wait for the holder of a claim
}

// newQueue makes a queue of tasks that know what they come after.
func newQueue(tasks []task, slots int) (*queue, error) {
	q := &queue{tasks: tasks, claims: map[string][]int{}}
	q.moved = sync.NewCond(&q.mu)
	for i := range tasks {
		for _, n := range tasks[i].after {
			if n < 0 || n >= len(tasks) || n == i {
				return nil, fmt.Errorf("order the calls: call %d comes after one that is not in the plan", i+1)
			}
			tasks[n].then = append(tasks[n].then, i)
			tasks[i].waits++
		}
	}
	q.ready.tasks = tasks
	if err := q.measure(); err != nil {
		return nil, err
	}
	q.setBands(8 * slots)
	for i := range tasks {
		if tasks[i].waits == 0 {
			q.offer(i)
		}
	}
	return q, nil
}

// measure sets the heights, from the tasks that nothing waits for backwards. A
// plan whose calls wait for one another in a ring is refused.
func (q *queue) measure() error {
	left := make([]int, len(q.tasks))
	var order []int
	for i, t := range q.tasks {
		if left[i] = len(t.then); left[i] == 0 {
			order = append(order, i)
		}
	}
	for k := 0; k < len(order); k++ {
		t := q.tasks[order[k]]
		for _, n := range t.after {
			q.tasks[n].height = max(q.tasks[n].height, t.height+1)
			if left[n]--; left[n] == 0 {
				order = append(order, n)
			}
		}
	}
	if len(order) != len(q.tasks) {
		return fmt.Errorf("order the calls: some of them wait for one another in a ring")
	}
	return nil
}

// setBands puts tasks that lead to one end next to each other, and cuts their row
// into bands of a size. With the longest chains of all first, every schema would
// come before the first dataflow: an interrupted apply would leave thousands of
// things begun and nothing done. The last band is a whole one, so that there is
// enough beside the last chains to keep the slots busy.
func (q *queue) setBands(size int) {
	const (
		opened = 1 + iota // what it comes after is on its way into the row
		placed
	)
	mark := make([]uint8, len(q.tasks))
	var row, path []int
	for end := range q.tasks {
		if len(q.tasks[end].then) == 0 {
			path = append(path, end)
		}
		for len(path) > 0 {
			i := path[len(path)-1]
			if mark[i] == 0 {
				mark[i] = opened
				for _, n := range slices.Backward(q.tasks[i].after) {
					if mark[n] == 0 {
						path = append(path, n)
					}
				}
				continue
			}
			path = path[:len(path)-1]
			if mark[i] == opened {
				mark[i] = placed
				row = append(row, i)
			}
		}
	}
	for k, i := range row {
		q.tasks[i].band = -((len(row) - 1 - k) / size)
	}
}

func (q *queue) offer(i int) {
	q.tasks[i].state = ready
	heap.Push(&q.ready, i)
}

// take hands out the best task that is ready, once room says that there is room
// for it. It blocks until then, or until no more will come.
func (q *queue) take(room func() bool) (i int, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		switch {
		case q.over():
			return 0, false
		case q.halted: // others still have tasks, but there is nothing more to take
			return 0, false
		case q.ready.Len() > 0 && room():
			i = heap.Pop(&q.ready).(int)
			q.tasks[i].state = running
			q.busy++
			return i, true
		}
		q.moved.Wait()
	}
}

// over reports whether all that will ever be done is done. mu is held.
func (q *queue) over() bool { return q.busy == 0 && (q.halted || q.ready.Len() == 0) }

// finish notes the end of a task. What waited for nothing else is ready from now
// on: what it records comes behind the record of this end, and is durable only
// with it. It returns the tasks that a failure blocks, in order.
func (q *queue) finish(i int, ok bool) (stuck []int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if ok {
		q.tasks[i].state = done
		for _, n := range q.tasks[i].then {
			if q.tasks[n].waits--; q.tasks[n].waits == 0 && q.tasks[n].state == waiting {
				q.offer(n)
			}
		}
		q.moved.Broadcast()
		return nil
	}
	q.tasks[i].state = failed
	stuck = append(stuck, i)
	for k := 0; k < len(stuck); k++ {
		for _, n := range q.tasks[stuck[k]].then {
			if q.tasks[n].state == waiting {
				q.tasks[n].state, q.tasks[n].cause = blocked, i
				stuck = append(stuck, n)
			}
		}
	}
	stuck = stuck[1:]
	slices.Sort(stuck)
	return stuck
}

// release ends the hold on a task that was taken.
func (q *queue) release() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.busy--
	q.moved.Broadcast()
}

// claim makes i the only running task with a key. When another one has it, i
// goes back to wait for that one's end.
func (q *queue) claim(key string, i int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if twins, taken := q.claims[key]; taken {
		q.claims[key] = append(twins, i)
		q.tasks[i].state = waiting
		q.busy--
		return false
	}
	q.claims[key] = nil
	return true
}

// disclaim ends a claim; its twins may try again.
func (q *queue) disclaim(key string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, i := range q.claims[key] {
		q.offer(i)
	}
	delete(q.claims, key)
	q.moved.Broadcast()
}

// halt stops handing out tasks.
func (q *queue) halt() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.halted = true
	q.moved.Broadcast()
}

func (q *queue) isHalted() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.halted
}

// heapOf orders task numbers: by band, the longest chain first, then the plan's order.
type heapOf struct {
	tasks []task
	order []int
}

func (h *heapOf) before(a, b int) bool {
	x, y := &h.tasks[a], &h.tasks[b]
	switch {
	case x.band != y.band:
		return x.band < y.band
	case x.height != y.height:
		return x.height > y.height
	}
	return a < b
}

func (h *heapOf) Len() int           { return len(h.order) }
func (h *heapOf) Less(i, j int) bool { return h.before(h.order[i], h.order[j]) }
func (h *heapOf) Swap(i, j int)      { h.order[i], h.order[j] = h.order[j], h.order[i] }
func (h *heapOf) Push(x any)         { h.order = append(h.order, x.(int)) }
func (h *heapOf) Pop() any {
	last := len(h.order) - 1
	x := h.order[last]
	h.order = h.order[:last]
	return x
}
