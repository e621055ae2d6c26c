package emulator

import "sync"

// space is one sandbox of one org: everything that calls with the same org and
// sandbox header see. Calls that write hold mu exclusively from their first
// check to their last change, so that a check cannot be overtaken.
type space struct {
	env     *env
	org     *org
	sandbox *sandbox

	mu      sync.RWMutex
	tables  map[kind]*lazyTable
	pending []change // of the call that holds mu
	recent  []*record
	oldest  int // of recent, once it is full

	due     map[string]int64 // flow → ms of its next run; nil until it is needed
	nextRun int64            // ms; nothing falls due before
	gone    bool             // the sandbox was deleted
}

// lazyTable is read from disk at its first use: a command that touches one
// flow does not pay for all mapping sets.
type lazyTable struct {
	once sync.Once
	t    *table
	err  error
}

func newSpace(e *env, o *org, box *sandbox) *space {
	sp := &space{env: e, org: o, sandbox: box, tables: map[kind]*lazyTable{}}
	for k := range indexed {
		sp.tables[k] = &lazyTable{}
	}
	return sp
}

func (sp *space) bucket(k kind) string {
	return sp.org.ID + "\x00" + sp.sandbox.Name + "\x00" + string(k)
}

// stateError is a table that cannot be read; it travels as a panic because no
// look-up can go on without its table, and becomes a 500.
type stateError struct{ err error }

func (sp *space) table(k kind) *table {
	l := sp.tables[k]
	l.once.Do(func() {
		l.t = newTable(k)
		l.err = sp.env.store.load(sp.bucket(k), l.t)
	})
	if l.err != nil {
		panic(stateError{l.err})
	}
	return l.t
}

// put stores an object under its id and queues it for the disk. The tree
// belongs to the store from now on: nobody changes it any more.
func (sp *space) put(k kind, id string, created int64, o object) *record {
	r := &record{id: id, created: created, body: toJSON(o), keys: keysOf(k, o)}
	if old := sp.get(k, id); old != nil {
		r.created, r.slot = old.created, old.slot
	}
	sp.store(k, r, o)
	return r
}

// ranAt stores a flow together with the slot of the run it just had.
func (sp *space) ranAt(r *record, flow object, slot int64) {
	sp.store(kindFlow, &record{id: r.id, created: r.created, slot: slot, body: toJSON(flow), keys: keysOf(kindFlow, flow)}, flow)
}

func (sp *space) store(k kind, r *record, o object) {
	t := sp.table(k)
	if k == kindFlow {
		r.due = sp.env.hooks.nextDue(o, r.slot)
		sp.noteDue(r.id, r.due)
	}
	t.put(r)
	sp.remember(r, o)
	if sp.env.store != nil {
		sp.pending = append(sp.pending, change{sp.bucket(k), seqKey(r.seq), pack(r)})
	}
}

// recentTrees bounds the trees that are kept beside their bytes.
const recentTrees = 4096

// remember keeps the tree of a record and drops that of the oldest. It is
// called with mu held, so no reader has the one that is dropped.
func (sp *space) remember(r *record, o object) {
	r.tree = o
	if len(sp.recent) < recentTrees {
		sp.recent = append(sp.recent, r)
		return
	}
	sp.recent[sp.oldest].tree = nil
	sp.recent[sp.oldest] = r
	sp.oldest = (sp.oldest + 1) % recentTrees
}

// noteDue keeps the flow's next run where the clock looks; 0 forgets it.
func (sp *space) noteDue(id string, due int64) {
	if sp.due == nil {
		return // built at the next look
	}
	delete(sp.due, id)
	if due != 0 {
		sp.due[id] = due
		sp.nextRun = min(sp.nextRun, due)
	}
}

func (sp *space) remove(k kind, id string) {
	if k == kindFlow {
		sp.noteDue(id, 0)
	}
	r := sp.table(k).remove(id)
	if r != nil && sp.env.store != nil {
		sp.pending = append(sp.pending, change{bucket: sp.bucket(k), key: seqKey(r.seq)})
	}
}

func (sp *space) get(k kind, id string) *record { return sp.table(k).byID[id] }

// flush queues what the finished call changed. It is called with mu held, so
// that the disk sees changes in the order memory did; waiting comes after.
func (sp *space) flush() (wait func() error) {
	changes := sp.pending
	sp.pending = nil
	return sp.env.store.commit(changes)
}
