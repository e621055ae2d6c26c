package applier

import (
	"bytes"
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// recorder puts on record what a run does. Nothing else of a run writes to the session.
type recorder struct {
	session *lockfile.Session
	secrets *secretStore
	window  *window

	mu          sync.Mutex
	changed     map[resource.Address]bool // entries that this run has changed
	created     map[string]bool           // IDs that this run has given to new objects
	unversioned []unversioned
}

// unversioned is an object whose version is to be read: the answer to some calls does not contain
// the version that they made, and later updates name it.
type unversioned struct {
	address resource.Address
	remote.ObjectID
}

func newRecorder(s *lockfile.Session, secrets *secretStore, w *window) *recorder {
	return &recorder{
		session: s, secrets: secrets, window: w,
		changed: map[resource.Address]bool{}, created: map[string]bool{},
	}
}

// entry returns the entry at an address as it is now, an empty one when there is none.
func (r *recorder) entry(a resource.Address) lockfile.Entry {
	e, _ := r.session.Get(a)
	e.Address = a
	return e
}

func (r *recorder) setTenant(tenant string) error {
	return r.session.Wait(r.session.Edit(lockfile.Edit{Tenant: tenant}))
}

// heartbeat puts on record that the run is at work, at a time of the platform's clock.
func (r *recorder) heartbeat(at time.Time) error { return r.session.Wait(r.session.Heartbeat(at)) }

// intend puts on record that a call is about to be sent. It may be sent when intend has returned
// without an error.
func (r *recorder) intend(c *boundCall) error {
	var ticket lockfile.Ticket
	c.intent.N, ticket = r.session.Intend(c.intent)
	began := time.Now()
	err := r.session.Wait(ticket)
	if err == nil {
		r.window.synced(time.Since(began))
	}
	return err
}

// accept puts on record that the platform accepted a call without naming the object.
func (r *recorder) accept(c *boundCall) error {
	return r.session.Wait(r.session.Settle(lockfile.Outcome{N: c.intent.N, Accepted: true}))
}

// settle puts the outcome of a call on record. It is in memory when settle returns, and on disk when
// the ticket's Wait returns: later records are on disk only together with it. A call of unknown
// outcome stays open.
func (r *recorder) settle(c *boundCall, o outcome) lockfile.Ticket {
	switch {
	case c.intent.N == 0 || o.known == platform.Unknown:
		return 0
	case o.known == platform.NotDone:
		return r.session.Settle(lockfile.Outcome{N: c.intent.N, Aborted: true})
	}
	r.noteChange(c, o)
	return r.session.Settle(lockfile.Outcome{N: c.intent.N, ID: o.id, ETag: o.etag})
}

// noteChange notes that the run has changed an entry, and whether its version has to be read.
func (r *recorder) noteChange(c *boundCall, o outcome) {
	step := c.call().Step
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changed[c.change.Address] = true
	if o.etag == "" && makesObject(step) && hasETag(c.change.Kind) {
		object := remote.ObjectID{Kind: c.change.Kind, ID: c.objectOf(o), New: step == planner.StepCreate}
		r.unversioned = append(r.unversioned, unversioned{c.change.Address, object})
	}
}

// hasChanged reports whether this run has changed an entry.
func (r *recorder) hasChanged(a resource.Address) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed[a]
}

// claim makes an ID that of a new object. It returns false when another object has it.
func (r *recorder) claim(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.created[id] || r.session.Owns(id) {
		return false
	}
	r.created[id] = true
	return true
}

// readVersions completes entries at the end of a run, when nothing waits for it.
func (r *recorder) readVersions(ctx context.Context, d platform.Doer, parallel int) {
	objects := make([]remote.ObjectID, len(r.unversioned))
	for i, u := range r.unversioned {
		objects[i] = u.ObjectID
	}
	versions := remote.Versions(ctx, d, objects, parallel)
	for _, u := range r.unversioned {
		if etag := versions[u.ID]; etag != "" {
			r.session.Edit(lockfile.Edit{ETag: &lockfile.ETag{Address: u.address, ID: u.ID, ETag: etag}})
		}
	}
}

// editWithoutCalls makes the changes of a plan that need no call, and returns when they are durable.
func (r *recorder) editWithoutCalls(p *planner.Plan) error {
	var last lockfile.Ticket
	if moves := movesOf(p); len(moves) > 0 {
		last = r.session.Edit(lockfile.Edit{Moves: moves})
	}
	for i := range p.Changes {
		if e, ok := r.editOf(&p.Changes[i]); ok {
			last = r.session.Edit(e)
		}
	}
	return r.session.Wait(last)
}

// movesOf returns the renames of a plan. They are one record, which a crash leaves whole or not at
// all: half of a cycle is none.
func movesOf(p *planner.Plan) []lockfile.Move {
	var out []lockfile.Move
	for i := range p.Changes {
		if c := &p.Changes[i]; !c.MovedFrom.IsZero() && c.MovedFrom != c.Address {
			out = append(out, lockfile.Move{From: c.MovedFrom, To: c.Address})
		}
	}
	return out
}

// editOf returns what a change without a call does to the lockfile, once the renames are done.
func (r *recorder) editOf(c *planner.Change) (lockfile.Edit, bool) {
	now, has := r.session.Get(c.Address)
	keeps := c.Action == planner.Update || c.Action == planner.Move
	switch {
	case len(c.Calls) > 0:
		return lockfile.Edit{}, false
	case c.Action == planner.Forget:
		if left, ok := now.Without(c.ID); ok {
			return lockfile.Edit{Put: &lockfile.EntryText{Entry: left}}, true
		}
		return lockfile.Edit{Forget: c.Address}, true
	case c.Action == planner.Import && c.ID != "":
		e, err := r.entryAfter(callRef{c, -1}, lockfile.Entry{ID: c.ID, ETag: c.ETag}, nil)
		e.Deposed = now.Deposed
		return lockfile.Edit{Put: &lockfile.EntryText{Entry: e}}, err == nil
	case !has:
		return lockfile.Edit{}, false
	case keeps && len(c.Desired) > 0 && !bytes.Equal(now.Applied, c.Desired):
		// Only the documents changed, or the platform has the change already.
		now.Applied = c.Desired
		values, err1 := bindables(c.Desired)
		if needs, err2 := r.needsOf(c, values); err1 == nil && err2 == nil {
			now.Needs = needs
		}
		now.ETag = cmp.Or(c.ETag, now.ETag) // a refresh saw it: what refers to a version is moved to it
	case now.Protect == c.Protect && now.MovedFrom == c.RenamedFrom:
		return lockfile.Edit{}, false
	}
	now.Protect, now.MovedFrom = c.Protect, c.RenamedFrom
	return lockfile.Edit{Put: &lockfile.EntryText{Entry: now}}, true
}
