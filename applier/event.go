package applier

import (
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// Event is something that a view may listen to. Events come one at a time; a
// listener that takes long holds up the apply.
type Event interface{ event() }

// listener hands events to a function, one at a time. A function that panics ends the run, not the
// process: what was done is still put on record.
type listener struct {
	notify func(Event) // may be nil
	halt   func(error)
	mu     sync.Mutex
}

func (l *listener) emit(e Event) {
	if l.notify == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := bug.Catch(func() { l.notify(e) }); err != nil {
		l.halt(err)
	}
}

// Subject says which call of which resource an event is about.
type Subject struct {
	Address resource.Address
	Call    int // planner.Call.N; 0 for a change without calls
	Step    planner.Step
	Action  planner.Action // of the whole change
}

// Started says that a request is about to be sent.
type Started struct {
	Subject
	Attempt int
}

// Retried says why a call is sent again by the applier; retries that the client
// makes on its own are in its Config.Notify.
type Retried struct {
	Subject
	Attempt int // the coming one
	Err     error
}

// Done says that a call succeeded and that this is on record.
type Done struct {
	Subject
	Attempt int
	ID      string
	Elapsed time.Duration
	Adopted bool // the answer was lost; the object was found on the platform
	Already bool // the platform had it before the call
	Last    bool // it was the last call of its change
}

// Failed says that a call failed for good.
type Failed struct {
	Subject
	Attempt int
	Elapsed time.Duration
	Err     error
}

// Blocked says that a call cannot be made because another one failed.
type Blocked struct {
	Subject
	By     resource.Address // whose failure is the cause
	ByCall int
}

// Interrupted says that the user's interruption kept a call from being sent, or from being
// waited for. The next apply finds out what became of an unanswered one.
type Interrupted struct {
	Subject
	Attempt    int
	Elapsed    time.Duration
	Unanswered bool // it was sent
}

// Waiting says that calls whose outcome is unknown are looked up, because they may still be carried
// out. It is emitted before each further look-up. Recover emits one for all calls together, without
// a subject, before the first look-up too.
type Waiting struct {
	Subject
	Calls int
	Most  time.Duration // how much longer it may take, look-ups included
}

func (Started) event()     {}
func (Waiting) event()     {}
func (Retried) event()     {}
func (Interrupted) event() {}
func (Done) event()        {}
func (Failed) event()      {}
func (Blocked) event()     {}
