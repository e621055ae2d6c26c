package core

import (
	"sync"

	"github.com/aepflow/aepflow/internal/emulator/state"
)

// Space is one sandbox of one org: everything that calls with the same org and
// sandbox header see. Calls that write hold mu exclusively from their first
// check to their last change, so that a check cannot be overtaken.
type Space struct {
	Env     *Env
	Org     *Org
	Sandbox *Sandbox

	Mu      sync.RWMutex
	Tables  map[Kind]*lazyTable
	Pending []state.Change // of the call that holds mu
	derived map[string]any // see Derive
	recent  []*Record
	oldest  int // of recent, once it is full

	Due     map[string]int64 // flow → ms of its next run; nil until it is needed
	NextRun int64            // ms; nothing falls due before
	Gone    bool             // the sandbox was deleted
}

// lazyTable is read from disk at its first use: a command that touches one
// flow does not pay for all mapping sets.
type lazyTable struct {
	once sync.Once
	t    *Table
	err  error
}

// NewSpace makes the state of a sandbox, whose tables are read when they are used.
func NewSpace(e *Env, o *Org, sandbox *Sandbox) *Space {
	sp := &Space{Env: e, Org: o, Sandbox: sandbox, Tables: map[Kind]*lazyTable{}}
	for k := range indexed {
		sp.Tables[k] = &lazyTable{}
	}
	return sp
}

// Bucket names the bucket of a table in the state file.
func (sp *Space) Bucket(k Kind) string {
	return sp.Org.ID + "\x00" + sp.Sandbox.Name + "\x00" + string(k)
}

// StateError is a table that cannot be read; it travels as a panic because no
// look-up can go on without its table, and becomes a 500.
type StateError struct{ Err error }

// Table reads a table at its first use. One that cannot be read panics with a
// StateError.
func (sp *Space) Table(k Kind) *Table {
	l := sp.Tables[k]
	l.once.Do(func() {
		l.t = newTable(k)
		l.err = sp.Env.Store.Each(sp.Bucket(k), l.t.load)
	})
	if l.err != nil {
		panic(StateError{l.err})
	}
	return l.t
}

// Put stores an object under its id and queues it for the disk. The tree
// belongs to the store from now on: it does not change any more.
func (sp *Space) Put(k Kind, id string, created int64, o object) *Record {
	r := &Record{ID: id, Created: created, Body: ToJSON(o), Keys: keysOf(k, o)}
	if old := sp.Get(k, id); old != nil {
		r.Created, r.Slot = old.Created, old.Slot
	}
	sp.store(k, r, o)
	return r
}

// RanAt stores a flow together with the slot of the run it just had.
func (sp *Space) RanAt(r *Record, flow object, slot int64) {
	sp.store(KindFlow, &Record{ID: r.ID, Created: r.Created, Slot: slot, Body: ToJSON(flow), Keys: keysOf(KindFlow, flow)},
		flow)
}

// RunsUntil stores a run that takes another time than most, with its end in ms.
func (sp *Space) RunsUntil(id string, created int64, o object, end int64) {
	sp.store(KindRun, &Record{ID: id, Created: created, Slot: end, Body: ToJSON(o), Keys: keysOf(KindRun, o)}, o)
}

func (sp *Space) store(k Kind, r *Record, o object) {
	t := sp.Table(k)
	sp.forgetDerived(k)
	if k == KindFlow {
		r.Due = sp.Env.Hooks.NextDue(o, r.Slot)
		sp.NoteDue(r.ID, r.Due)
	}
	t.put(r)
	sp.remember(r, o)
	if sp.Env.Store != nil {
		sp.Pending = append(sp.Pending, state.Change{Bucket: sp.Bucket(k), Key: SeqKey(r.Seq), Value: pack(r)})
	}
}

// recentTrees bounds the trees that are kept beside their bytes.
const recentTrees = 4096

// remember keeps the tree of a record and drops that of the oldest. It is
// called with mu held, so no reader has the one that is dropped.
func (sp *Space) remember(r *Record, o object) {
	r.tree = o
	if len(sp.recent) < recentTrees {
		sp.recent = append(sp.recent, r)
		return
	}
	sp.recent[sp.oldest].tree = nil
	sp.recent[sp.oldest] = r
	sp.oldest = (sp.oldest + 1) % recentTrees
}

// maxDerived bounds what is kept by Derive.
const maxDerived = 64

// Derive keeps what takes long to make from schemas and a mapping set, until one of them changes. It is called with mu
// held.
func (sp *Space) Derive(key string, v any) {
	if sp.derived == nil || len(sp.derived) == maxDerived {
		sp.derived = map[string]any{}
	}
	sp.derived[key] = v
}

// Derived is what Derive has kept, nil for nothing.
func (sp *Space) Derived(key string) any { return sp.derived[key] }

func (sp *Space) forgetDerived(changed Kind) {
	switch changed {
	case KindSchema, KindFieldGroup, KindClass, KindDataType, KindMappingSet:
		sp.derived = nil
	}
}

// NoteDue keeps the flow's next run where the clock looks; 0 forgets it.
func (sp *Space) NoteDue(id string, due int64) {
	if sp.Due == nil {
		return // built at the next look
	}
	delete(sp.Due, id)
	if due != 0 {
		sp.Due[id] = due
		sp.NextRun = min(sp.NextRun, due)
	}
}

// Remove deletes an object, if there is one, and queues that for the disk.
func (sp *Space) Remove(k Kind, id string) {
	if k == KindFlow {
		sp.NoteDue(id, 0)
	}
	sp.forgetDerived(k)
	r := sp.Table(k).remove(id)
	if r != nil && sp.Env.Store != nil {
		sp.Pending = append(sp.Pending, state.Change{Bucket: sp.Bucket(k), Key: SeqKey(r.Seq)})
	}
}

// Get finds an object by its id; nil when there is none.
func (sp *Space) Get(k Kind, id string) *Record { return sp.Table(k).byID[id] }

// HasData reports whether a dataset has a batch that did not fail.
func (sp *Space) HasData(dataset string) bool {
	for _, b := range sp.Table(KindBatch).By("dataSetId", dataset) {
		if Text(b.View(), "status") != "failed" {
			return true
		}
	}
	return false
}

// Flush queues what the finished call changed. It is called with mu held, so
// that the disk sees changes in the order memory did; waiting comes after.
func (sp *Space) Flush() (wait func() error) {
	changes := sp.Pending
	sp.Pending = nil
	return sp.Env.Store.Commit(changes)
}
