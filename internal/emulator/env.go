package emulator

import (
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// env is what the services share: the state with its organizations and
// sandboxes, the clock, the source of ids, and what runs read.
type env struct {
	sw       Switches
	base     func() time.Time // the clock before it is moved
	tokenTTL time.Duration
	store    *store
	signKey  []byte
	offset   atomic.Int64 // ns that the clock was moved by
	clockMu  sync.Mutex

	orgs    []*org     // sorted by id
	adminMu sync.Mutex // held while the list of sandboxes changes
	spaces  sync.Map
	tokens  sync.Map // token text → token

	randMu sync.Mutex
	rand   io.Reader

	sources   map[string]*fixture
	runFaults runFaults
	hooks     hooks
}

// hooks are what one service does when another, or the store, changes an
// object of its own.
type hooks struct {
	// nextDue gives the time of a flow's next run in ms, 0 for none, after the
	// one in slot.
	nextDue func(flow object, slot int64) int64
	// datasetChanged comes after a dataset was stored; before is nil for a new
	// one, after is nil for one that was deleted.
	datasetChanged func(c *call, id string, before, after object)
}

// now is the emulator's clock.
func (e *env) now() time.Time {
	return e.base().Add(time.Duration(e.offset.Load())).UTC()
}

// space gives a sandbox's state, made at first use.
func (e *env) space(o *org, box *sandbox) *space {
	key := spaceKey(o, box)
	if sp, ok := e.spaces.Load(key); ok {
		return sp.(*space)
	}
	sp, _ := e.spaces.LoadOrStore(key, newSpace(e, o, box))
	return sp.(*space)
}

func spaceKey(o *org, box *sandbox) string { return o.ID + "\x00" + box.Name }

// allSpaces lists every sandbox of every org, sorted.
func (e *env) allSpaces() []*space {
	var all []*space
	for _, o := range e.orgs {
		for _, box := range o.boxes() {
			all = append(all, e.space(o, box))
		}
	}
	return all
}

// setNow moves the clock; it goes on running from there. Scheduled runs that
// fell due meanwhile have happened at the next look.
func (e *env) setNow(t time.Time) {
	e.clockMu.Lock()
	defer e.clockMu.Unlock()
	e.offset.Store(int64(t.Sub(e.base())))
}

// advance moves the clock by d.
func (e *env) advance(d time.Duration) {
	e.clockMu.Lock()
	defer e.clockMu.Unlock()
	e.offset.Add(int64(d))
}
