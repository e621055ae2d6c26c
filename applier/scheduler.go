package applier

import (
	"container/heap"
	"fmt"
	"slices"
	"sync"

	"github.com/aepflow/aepflow/internal/bug"
)

// phase is how far a task is.
type phase uint8

const (
	waiting phase = iota // for other tasks
	ready
	running  // taken
	prepared // waits for its slot
	sending  // has had its slot
	done
	failed
	blocked    // by a failed one
	unanswered // sent; the run was interrupted before its outcome was known
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
//	holds a slot (acquireSlot), while it sends: tasks are prepared at the same time and still get
//	slots in the order in which they were taken, or a better one first
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
	taken   []int             // tasks that were taken, in order, until they and all before them are prepared
	queue   taskHeap          // tasks that wait for a slot only
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

// run calls do for each task in a goroutine of its own, and returns when no task is left. A panic of
// do halts the scheduler.
func (s *scheduler) run(do func(i int)) {
	var tasks sync.WaitGroup
	for i, ok := s.next(); ok; i, ok = s.next() {
		tasks.Go(func() {
			defer s.leave()
			if err := bug.Catch(func() { do(i) }); err != nil {
				s.halt(err)
			}
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
			s.taken = append(s.taken, i)
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
		s.leaveWindow(i)
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

// acquireSlot waits for a slot. It returns false when the scheduler was halted: then the task must
// not send.
func (s *scheduler) acquireSlot(i int) bool {
	s.mu.Lock()
	s.tasks[i].phase = prepared
	granted := s.request(i)
	if s.halted {
		s.grant(i, false)
	}
	s.admit()
	s.mu.Unlock()
	ok := <-granted
	s.skipSlot(i)
	return ok
}

// skipSlot makes room in the window for another task.
func (s *scheduler) skipSlot(i int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tasks[i].phase = sending
	s.leaveWindow(i)
}

// leaveWindow ends the preparation of a task. mu is held.
func (s *scheduler) leaveWindow(i int) {
	s.ahead--
	s.taken = slices.DeleteFunc(s.taken, func(n int) bool { return n == i })
	s.admit()
	s.changed.Signal()
}

// request returns where a task learns whether it got a slot. mu is held.
func (s *scheduler) request(i int) <-chan bool {
	granted := make(chan bool, 1)
	s.grants[i] = granted
	return granted
}

// admit grants the free slots to the best of the tasks that are prepared, but to none while a task
// that was taken earlier is being prepared. mu is held.
func (s *scheduler) admit() {
	for len(s.taken) > 0 && s.tasks[s.taken[0]].phase == prepared {
		if s.grants[s.taken[0]] != nil {
			heap.Push(&s.queue, s.taken[0])
		}
		s.taken = s.taken[1:]
	}
	for s.slots > 0 && s.queue.Len() > 0 {
		s.slots--
		s.grant(heap.Pop(&s.queue).(int), true)
	}
}

// grant tells a task whether it has a slot. mu is held.
func (s *scheduler) grant(i int, ok bool) {
	s.grants[i] <- ok
	delete(s.grants, i)
}

func (s *scheduler) releaseSlot() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slots++
	s.admit()
}

// yieldSlot calls wait without the slot of a task and takes a slot again afterward, also when the
// scheduler was halted.
func (s *scheduler) yieldSlot(i int, wait func() error) error {
	s.releaseSlot()
	err := wait()
	s.mu.Lock()
	granted := s.request(i)
	heap.Push(&s.queue, i)
	s.admit()
	s.mu.Unlock()
	<-granted
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

// interrupt notes that a task has no outcome because the run was interrupted. What waits for it keeps waiting.
func (s *scheduler) interrupt(i int, sent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tasks[i].phase = waiting; sent {
		s.tasks[i].phase = unanswered
	}
}

// halt ends the run as soon as what is being sent has its outcome. cause is nil after an interruption.
func (s *scheduler) halt(cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cause == nil {
		s.cause = cause
	}
	s.halted = true
	s.queue.order = slices.DeleteFunc(s.queue.order, func(i int) bool { return s.tasks[i].phase == prepared })
	heap.Init(&s.queue)
	for i := range s.grants {
		if s.tasks[i].phase == prepared {
			s.grant(i, false)
		}
	}
	s.changed.Signal()
}

// isHalted reports whether the run ends before its time, and why; nil after an interruption.
func (s *scheduler) isHalted() (halted bool, cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.halted, s.cause
}
