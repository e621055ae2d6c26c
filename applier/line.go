package applier

import (
	"container/heap"
	"context"
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/lockfile"
)

// line carries calls from being ready to being on record as done. Each stage runs
// on its own, so that no slot is idle while something is put on record, and one
// sync of the journal serves all that has gathered meanwhile:
//
//	queue ─► prepare ─► journal ─► a slot ─► journal ─► told
//	         │ bind, intend        │ send    │ settle: dependents are ready at once
//	         └ a bounded number    └ w       └ but their intents come behind this
//	           ahead of the slots              record, and are durable only with it
//
// Crash before an intent is durable: it was not sent. After it: the next apply
// looks whether it was done.
type line struct {
	*queue
	recorded []record   // handed to the journal, not known to be durable
	durable  sendable   // calls whose intents are, waiting for a slot
	ahead    int        // calls that are prepared, or about to be, and not sent
	slots    int        // free ones
	most     func() int // how many calls may be ahead
}

// record is a piece of the journal on its way to the disk, and what comes then:
// a call is sent, or an end is told.
type record struct {
	ticket lockfile.Ticket
	send   *prepared
	told   Event
}

func newLine(q *queue, slots int, most func() int) *line {
	return &line{queue: q, slots: slots, most: most, durable: sendable{order: &q.ready}}
}

// next takes a task to prepare; false when no more will come.
func (l *line) next() (int, bool) {
	return l.take(func() bool {
		if l.ahead >= l.most() {
			return false
		}
		l.ahead++
		return true
	})
}

// drop takes back a task that next has handed out and that is not sent.
func (l *line) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ahead--
	l.moved.Broadcast()
}

// keep hands in a record whose durability something waits for.
func (l *line) keep(r record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.recorded = append(l.recorded, r)
	l.moved.Broadcast()
}

// records returns all that was recorded since the last time; nil when no more
// will come.
func (l *line) records() []record {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.recorded) == 0 {
		if l.over() {
			return nil
		}
		l.moved.Wait()
	}
	all := l.recorded
	l.recorded = nil
	return all
}

// offerCalls makes calls ready to be sent.
func (l *line) offerCalls(calls []*prepared) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range calls {
		heap.Push(&l.durable, p)
	}
	l.moved.Broadcast()
}

// call returns the best call that is ready, with a slot to send it from; without
// one, once nothing more is to be sent. nil when no more will come.
func (l *line) call() (p *prepared, slot bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.durable.Len() == 0 || l.slots <= 0 && !l.halted {
		if l.over() {
			return nil, false
		}
		l.moved.Wait()
	}
	p = heap.Pop(&l.durable).(*prepared)
	l.ahead--
	if slot = !l.halted; slot {
		l.slots--
	}
	l.moved.Broadcast()
	return p, slot
}

// vacate gives a slot back.
func (l *line) vacate() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.slots++
	l.moved.Broadcast()
}

// away gives the slot back while a call waits for the platform to come to itself,
// and takes one again when it goes on.
func (l *line) away(wait func() error) error {
	l.vacate()
	err := wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.slots <= 0 {
		l.moved.Wait()
	}
	l.slots--
	return err
}

// again puts a task back that was prepared too long ago.
func (l *line) again(i int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy--
	l.offer(i)
	l.moved.Broadcast()
}

// sendable orders calls as their tasks are ordered.
type sendable struct {
	order *heapOf
	calls []*prepared
}

func (s *sendable) Len() int           { return len(s.calls) }
func (s *sendable) Less(i, j int) bool { return s.order.before(s.calls[i].task, s.calls[j].task) }
func (s *sendable) Swap(i, j int)      { s.calls[i], s.calls[j] = s.calls[j], s.calls[i] }
func (s *sendable) Push(x any)         { s.calls = append(s.calls, x.(*prepared)) }
func (s *sendable) Pop() any {
	last := len(s.calls) - 1
	p := s.calls[last]
	s.calls[last] = nil
	s.calls = s.calls[:last]
	return p
}

// walk makes the calls of the plan, as far as they can be made.
func (r *run) walk(ctx context.Context) {
	var stages, sent sync.WaitGroup
	stages.Go(r.prepareCalls)
	stages.Go(r.keepRecords)
	for {
		p, slot := r.line.call()
		if p == nil {
			break
		}
		switch {
		case !slot:
			r.unsend(p)
		case p.stale(r.platform.time()):
			r.line.vacate()
			r.unsend(p)
		default:
			sent.Go(func() {
				defer r.line.vacate()
				began := time.Now()
				r.send(ctx, p)
				r.pace.called(time.Since(began))
			})
		}
	}
	sent.Wait()
	stages.Wait()
}

// prepareCalls binds calls as their turn comes and puts their intents on record.
func (r *run) prepareCalls() {
	for {
		i, ok := r.line.next()
		if !ok {
			return
		}
		var p *prepared
		var err error
		if e := bug.Catch(func() { p, err = r.prepare(i) }); e != nil {
			r.halt(e)
			p, err = &prepared{callRef: r.calls[i], task: i, began: time.Now()}, e
		}
		if err != nil {
			r.line.drop()
			r.fail(p, err, false, 0)
			continue
		}
		if p.key = twinKey(p); !r.queue.claim(p.key, i) {
			r.line.drop()
			continue
		}
		var ticket lockfile.Ticket
		p.intent.N, ticket = r.session.Intend(p.intent)
		r.line.keep(record{ticket: ticket, send: p})
	}
}

// keepRecords makes durable what the others record, and lets go on what waits for
// that.
func (r *run) keepRecords() {
	for {
		all := r.line.records()
		if all == nil {
			return
		}
		var newest lockfile.Ticket
		for _, rec := range all {
			newest = max(newest, rec.ticket)
		}
		began := time.Now()
		err := r.session.Wait(newest)
		if err != nil {
			r.halt(err)
		} else if newest > 0 {
			r.pace.synced(time.Since(began))
		}
		var calls []*prepared
		for _, rec := range all {
			switch {
			case rec.send != nil:
				calls = append(calls, rec.send) // also then: halted, they are only taken back
				continue
			case rec.told != nil && err == nil:
				r.tell(rec.told)
			}
			r.queue.release()
		}
		if len(calls) > 0 {
			r.line.offerCalls(calls)
		}
	}
}

// unsend takes back a call that was not sent: because of an interruption, or
// because it waited so long that what it says is out of date.
func (r *run) unsend(p *prepared) {
	ticket := r.session.Settle(lockfile.Outcome{N: p.intent.N, Void: true})
	r.queue.disclaim(p.key)
	if !r.queue.isHalted() {
		r.line.again(p.task)
		return
	}
	r.line.keep(record{ticket: ticket})
}
