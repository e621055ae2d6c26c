package core

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/state"
)

// Env is what the services share: the state with its organizations and
// sandboxes, the clock, the source of ids, and what runs read.
type Env struct {
	Switches Switches
	Base     func() time.Time // the clock before it is moved
	TokenTTL time.Duration
	Store    *state.Store
	SignKey  []byte
	offset   atomic.Int64 // ns that the clock was moved by
	clockMu  sync.Mutex

	Orgs    []*Org     // sorted by id
	AdminMu sync.Mutex // held while the list of sandboxes changes
	Spaces  sync.Map
	Tokens  sync.Map // token text → token

	randMu sync.Mutex
	Rand   io.Reader

	Sources   map[string]*Fixture
	IsSecret  func(value string) bool // values that are not stored; nil knows none
	RunFaults runFaults
	Hooks     Hooks
}

// Hooks are what one service does when another, or the store, changes an
// object of its own.
type Hooks struct {
	// NextDue gives the time of a flow's next run in ms, 0 for none, after the
	// one in slot.
	NextDue func(flow object, slot int64) int64
	// DatasetChanged comes after a dataset was stored; before is nil for a new
	// one, after is nil for one that was deleted.
	DatasetChanged func(c *Call, id string, before, after object)
}

// Now is the emulator's clock.
func (e *Env) Now() time.Time {
	return e.Base().Add(time.Duration(e.offset.Load())).UTC()
}

// Space gives a sandbox's state, made at first use.
func (e *Env) Space(o *Org, sandbox *Sandbox) *Space {
	key := SpaceKey(o, sandbox)
	if sp, ok := e.Spaces.Load(key); ok {
		return sp.(*Space)
	}
	sp, _ := e.Spaces.LoadOrStore(key, NewSpace(e, o, sandbox))
	return sp.(*Space)
}

// OrgSpace gives the state of an organization that its sandboxes share.
func (e *Env) OrgSpace(o *Org) *Space { return e.Space(o, &Sandbox{Seeded: true}) }

// SpaceKey names a sandbox among those of all organizations.
func SpaceKey(o *Org, sandbox *Sandbox) string { return o.ID + "\x00" + sandbox.Name }

// AllSpaces lists every sandbox of every org, sorted.
func (e *Env) AllSpaces() []*Space {
	var all []*Space
	for _, o := range e.Orgs {
		for _, sandbox := range o.Sandboxes() {
			all = append(all, e.Space(o, sandbox))
		}
	}
	return all
}

// SetNow moves the clock; it goes on running from there. Scheduled runs that
// fell due meanwhile have happened at the next look.
func (e *Env) SetNow(t time.Time) {
	e.clockMu.Lock()
	defer e.clockMu.Unlock()
	e.offset.Store(int64(t.Sub(e.Base())))
}

// Advance moves the clock by d.
func (e *Env) Advance(d time.Duration) {
	e.clockMu.Lock()
	defer e.clockMu.Unlock()
	e.offset.Add(int64(d))
}
