package applier

import (
	"container/heap"
	"fmt"
	"slices"
	"sync"
)

// phase is how far a task is.
type phase uint8

const (
	waiting phase = iota // for other tasks
	ready
	running // taken
	sending // has had its slot
	done
	failed
	blocked // by a failed one
)

// task is a call as the scheduler sees it.
type task struct {
	after  []int // tasks that must have succeeded
	then   []int // tasks that wait for this one
	waits  int   // how many of after have not succeeded yet
	height int   // how many tasks the longest chain that waits for this one has
	batch  int   // see setBatches
	phase  phase
	cause  int // of a blocked task: the failed one
}

// scheduler decides which task is next and how many are under way. It knows nothing of what a
// task does. In order, a task
//
//	is taken (next), when all tasks that it needs have succeeded and the window has room
//	holds a key (lockKey), so that no other task with that key is under way
//	holds a slot (acquireSlot), while it sends
//	has an outcome (finish), which starts or blocks what waits for it
//	leaves, when its outcome is on record
type scheduler struct {
	window func() int // how many tasks may be taken that have had no slot yet

	mu      sync.Mutex
	changed *sync.Cond // for next
	tasks   []task
	ready   taskHeap
	under   int               // tasks that were taken and have not left
	ahead   int               // those of them that have had no slot yet
	slots   int               // free ones
	queue   taskHeap          // tasks that wait for a slot
	grants  map[int]chan bool // of those: whether they got it
	keys    map[string][]int  // locked keys, each with the tasks that wait for it
	halted  bool              // no task is taken or gets its first slot any more
	cause   error             // why, nil after an interruption
}

// newScheduler returns a scheduler of tasks that know what they come after. It refuses tasks that
// wait for one another in a cycle.
func newScheduler(tasks []task, slots int, window func() int) (*scheduler, error) {
	s := &scheduler{window: window, tasks: tasks, slots: slots, keys: map[string][]int{}, grants: map[int]chan bool{}}
	s.changed = sync.NewCond(&s.mu)
	for i := range tasks {
		for _, n := range tasks[i].after {
			if n < 0 || n >= len(tasks) || n == i {
				return nil, fmt.Errorf("order the calls: call %d comes after one that is not in the plan", i+1)
			}
			tasks[n].then = append(tasks[n].then, i)
			tasks[i].waits++
		}
	}
	if err := setHeights(tasks); err != nil {
		return nil, err
	}
	setBatches(tasks, 8*slots)
	s.ready.tasks, s.queue.tasks = tasks, tasks
	for i := range tasks {
		if tasks[i].waits == 0 {
			s.offer(i)
		}
	}
	return s, nil
}

// run calls do for each task in a goroutine of its own, and returns when no task is left.
func (s *scheduler) run(do func(i int)) {
	var tasks sync.WaitGroup
	for i, ok := s.next(); ok; i, ok = s.next() {
		tasks.Go(func() {
			defer s.leave()
			do(i)
		})
	}
	tasks.Wait()
}

// offer makes a task ready. mu is held.
func (s *scheduler) offer(i int) {
	s.tasks[i].phase = ready
	heap.Push(&s.ready, i)
	s.changed.Signal()
}

// next takes the best task that is ready, as soon as the window has room. It returns false when no
// more will come.
func (s *scheduler) next() (i int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.halted, s.under == 0 && s.ready.Len() == 0:
			return 0, false
		case s.ready.Len() > 0 && s.ahead < s.window():
			i = heap.Pop(&s.ready).(int)
			s.tasks[i].phase = running
			s.under++
			s.ahead++
			return i, true
		}
		s.changed.Wait()
	}
}

// leave ends what next began.
func (s *scheduler) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.under--
	s.changed.Signal()
}

// lockKey gives a key to a task. While another task has it, it returns false: the task is to leave
// and is taken again later.
func (s *scheduler) lockKey(key string, i int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if others, locked := s.keys[key]; locked {
		s.keys[key] = append(others, i)
		s.tasks[i].phase = waiting
		s.ahead--
		return false
	}
	s.keys[key] = nil
	return true
}

func (s *scheduler) unlockKey(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.keys[key] {
		s.offer(i)
	}
	delete(s.keys, key)
}

// acquireSlot waits for a slot; the best of the tasks that wait gets it first. It returns false when
// the scheduler was halted: then the task must not send.
func (s *scheduler) acquireSlot(i int) bool {
	ok := s.waitForSlot(i)
	s.skipSlot(i)
	return ok
}

// skipSlot makes room in the window for another task.
func (s *scheduler) skipSlot(i int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tasks[i].phase = sending
	s.ahead--
	s.changed.Signal()
}

func (s *scheduler) waitForSlot(i int) bool {
	s.mu.Lock()
	if s.halted && s.tasks[i].phase != sending {
		s.mu.Unlock()
		return false
	}
	if s.slots > 0 {
		s.slots--
		s.mu.Unlock()
		return true
	}
	granted := make(chan bool, 1)
	s.grants[i] = granted
	heap.Push(&s.queue, i)
	s.mu.Unlock()
	return <-granted
}

func (s *scheduler) releaseSlot() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.queue.Len() == 0 {
		s.slots++
		return
	}
	s.grant(heap.Pop(&s.queue).(int), true)
}

func (s *scheduler) grant(i int, ok bool) {
	s.grants[i] <- ok
	delete(s.grants, i)
}

// yieldSlot calls wait without the slot of a task and takes a slot again afterward, also when the
// scheduler was halted.
func (s *scheduler) yieldSlot(i int, wait func() error) error {
	s.releaseSlot()
	err := wait()
	s.waitForSlot(i)
	return err
}

// requeue makes a task ready again that has not sent.
func (s *scheduler) requeue(i int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offer(i)
}

// finish notes the outcome of a task. What waited for nothing else is ready at once. It returns the
// tasks that a failure blocks, in order.
func (s *scheduler) finish(i int, ok bool) (stuck []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ok {
		s.tasks[i].phase = done
		for _, n := range s.tasks[i].then {
			if s.tasks[n].waits--; s.tasks[n].waits == 0 && s.tasks[n].phase == waiting {
				s.offer(n)
			}
		}
		return nil
	}
	s.tasks[i].phase = failed
	stuck = append(stuck, i)
	for k := 0; k < len(stuck); k++ {
		for _, n := range s.tasks[stuck[k]].then {
			if s.tasks[n].phase == waiting {
				s.tasks[n].phase, s.tasks[n].cause = blocked, i
				stuck = append(stuck, n)
			}
		}
	}
	stuck = stuck[1:]
	slices.Sort(stuck)
	return stuck
}

// halt ends the run as soon as what is being sent has its outcome. cause is nil after an interruption.
func (s *scheduler) halt(cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cause == nil {
		s.cause = cause
	}
	s.halted = true
	s.queue.order = slices.DeleteFunc(s.queue.order, func(i int) bool {
		first := s.tasks[i].phase != sending
		if first {
			s.grant(i, false)
		}
		return first
	})
	heap.Init(&s.queue)
	s.changed.Signal()
}

// isHalted reports whether the run ends before its time, and why; nil after an interruption.
func (s *scheduler) isHalted() (halted bool, cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.halted, s.cause
}
