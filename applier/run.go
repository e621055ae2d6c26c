package applier

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// run is one Apply.
type run struct {
	*Applier
	platform *clocked
	session  *lockfile.Session
	plan     *planner.Plan
	queue    *queue
	line     *line
	calls    []callRef // by task
	secrets  *secretStore
	pace     pace
	tenant   string
	before   []secretAt      // secrets as they were, to see whether any changed
	was      string          // the hash over all of them
	stop     <-chan struct{} // closed by an interruption

	mu       sync.Mutex
	touched  map[resource.Address]bool // entries that this run has changed
	unread   []unversioned             // objects whose answers have no version
	made     map[string]bool           // ids that answers of this run gave to new objects
	failures map[int]Failure           // by task
	halting  error                     // why nothing more may be sent
	notify   sync.Mutex
}

// callRef is a call and the change that it belongs to.
type callRef struct {
	change *planner.Change
	k      int // index into change.Calls
}

func (c callRef) call() *planner.Call { return &c.change.Calls[c.k] }

func (c callRef) subject() Subject {
	return Subject{Address: c.change.Address, Call: c.call().N, Step: c.call().Step, Action: c.change.Action}
}

func (a *Applier) newRun(p *planner.Plan, s *lockfile.Session) (*run, error) {
	r := &run{
		Applier: a, session: s, plan: p, platform: newClocked(a.Client, a.now),
		secrets: newSecretStore(a.Secrets, a.Client), tenant: s.Target().Tenant,
		touched: map[resource.Address]bool{}, made: map[string]bool{}, failures: map[int]Failure{},
	}
	for i := range p.Changes {
		for k := range p.Changes[i].Calls {
			r.calls = append(r.calls, callRef{&p.Changes[i], k})
		}
	}
	slices.SortFunc(r.calls, func(a, b callRef) int { return cmp.Compare(a.call().N, b.call().N) })
	index := make(map[int]int, len(r.calls))
	for i, c := range r.calls {
		if _, twice := index[c.call().N]; twice {
			return nil, fmt.Errorf("order the calls: two calls have the number %d", c.call().N)
		}
		index[c.call().N] = i
	}
	tasks := make([]task, len(r.calls))
	for i, c := range r.calls {
		for _, n := range c.call().After {
			before, ok := index[n]
			if !ok {
				return nil, fmt.Errorf("order the calls: call %d comes after call %d, which is not in the plan", c.call().N, n)
			}
			tasks[i].after = append(tasks[i].after, before)
		}
	}
	var err error
	if r.queue, err = newQueue(tasks, a.workers()); err != nil {
		return nil, err
	}
	r.line = newLine(r.queue, a.workers(), func() int { return r.pace.ahead(a.workers()) })
	lock := s.Lock()
	r.before, r.was = secretsOf(lock), lock.Secrets
	return r, nil
}

// begin does what needs no call of the plan: it learns the platform's clock and
// the tenant, and changes entries that change in the lockfile only.
func (r *run) begin(ctx context.Context) error {
	if len(r.calls) > 0 {
		if err := r.learn(ctx); err != nil {
			return err
		}
	}
	var last lockfile.Ticket
	var told []Event
	if moves := movesOf(r.plan); len(moves) > 0 {
		last = r.session.Edit(lockfile.Edit{Moves: moves})
	}
	for i := range r.plan.Changes {
		c := &r.plan.Changes[i]
		for _, e := range r.edits(c) {
			last = r.session.Edit(e)
		}
		if len(c.Calls) == 0 && c.Action.Changes() {
			told = append(told, Done{Subject: Subject{Address: c.Address, Action: c.Action}, ID: c.ID, Last: true})
		}
	}
	if last != 0 {
		if err := r.session.Wait(last); err != nil {
			return err
		}
	}
	for _, e := range told {
		r.tell(e)
	}
	return nil
}

// learn reads the tenant. When the plan does without it, this read still tells the
// platform's clock before anything is made, and that the platform can be reached
// at all before anything is on record.
func (r *run) learn(ctx context.Context) error {
	need := r.tenant == "" && slices.ContainsFunc(r.calls, func(c callRef) bool {
		return hasTenant(c.call().Body) || hasTenant([]byte(c.call().URL)) || hasTenant(c.change.Desired)
	})
	if !need && r.platform.known() {
		return nil
	}
	tenant, err := platform.Tenant(ctx, r.platform)
	var refused *platform.Error
	switch {
	case err == nil:
	case !need && errors.As(err, &refused) && !platform.IsAuth(err):
		return nil // not allowed to read the registry's figures: nothing lost
	default:
		return fmt.Errorf("ask for the tenant: %w", err)
	}
	if need {
		r.tenant = tenant
		return r.session.Wait(r.session.Edit(lockfile.Edit{Tenant: tenant}))
	}
	return nil
}

// movesOf returns the renames of a plan. They are one record, which a crash leaves
// whole or not at all: half of a ring is none.
func movesOf(p *planner.Plan) []lockfile.Move {
	var out []lockfile.Move
	for i := range p.Changes {
		if c := &p.Changes[i]; !c.MovedFrom.IsZero() && c.MovedFrom != c.Address {
			out = append(out, lockfile.Move{From: c.MovedFrom, To: c.Address})
		}
	}
	return out
}

// edits returns what a change does to the lockfile without a call, once the
// renames are done.
func (r *run) edits(c *planner.Change) []lockfile.Edit {
	var out []lockfile.Edit
	now, has := r.session.Get(c.Address)
	switch {
	case len(c.Calls) > 0:
		return out
	case c.Action == planner.Forget:
		return append(out, lockfile.Edit{Forget: c.Address})
	case c.Action == planner.Import && c.ID != "":
		e, err := r.entryAfter(callRef{c, -1}, lockfile.Entry{Address: c.Address, ID: c.ID, ETag: c.ETag}, nil)
		if err == nil {
			out = append(out, lockfile.Edit{Put: &lockfile.EntryText{Entry: e}})
		}
		return out
	case !has:
		return out
	case (c.Action == planner.Update || c.Action == planner.Move) && len(c.Desired) > 0 && !bytes.Equal(now.Applied, c.Desired):
		// What exists in the documents only, or what the platform has already.
		now.Applied = c.Desired
		if needs, err := r.needsOf(c); err == nil {
			now.Needs = needs
		}
		if c.ETag != "" {
			now.ETag = c.ETag // as a refresh saw it: what refers to a version is moved to it
		}
	case now.Protect == c.Protect && now.MovedFrom == c.RenamedFrom:
		return out
	}
	now.Protect, now.MovedFrom = c.Protect, c.RenamedFrom
	return append(out, lockfile.Edit{Put: &lockfile.EntryText{Entry: now}})
}

// tell hands an event to the listener, one at a time. A listener that panics ends the
// run, not the process: what was done is still put on record.
func (r *run) tell(e Event) {
	if r.Notify == nil {
		return
	}
	r.notify.Lock()
	defer r.notify.Unlock()
	if err := bug.Catch(func() { r.Notify(e) }); err != nil {
		r.halt(err)
	}
}

// keepAlive puts on record from time to time that this process is at work, until
// it is told that the run has ended. Crash after that: whoever comes next knows how
// long a call of ours may still be on its way.
func (r *run) keepAlive() (ended func()) {
	if r.late() == 0 || len(r.calls) == 0 {
		return func() {}
	}
	mark := func() {
		var err error
		if e := bug.Catch(func() { err = r.session.Wait(r.session.Alive(r.platform.time())) }); e != nil {
			err = e
		}
		if err != nil {
			r.halt(err)
		}
	}
	stop := make(chan struct{})
	var beats sync.WaitGroup
	beats.Go(func() {
		t := time.NewTicker(r.beat())
		defer t.Stop()
		for {
			select {
			case <-stop:
				return
			case <-t.C:
				mark()
			}
		}
	})
	return func() {
		close(stop)
		beats.Wait()
		if len(r.session.Unresolved()) > 0 {
			mark()
		}
	}
}

// unversioned is an object whose version is to be read: the answer to some calls does not
// say which version they made, and later updates name it.
type unversioned struct {
	address resource.Address
	remote.Object
}

// noteChange notes that the run has changed an entry, and whether its version has
// to be read.
func (r *run) noteChange(p *prepared, id, etag string) {
	style := resource.SpecOf(p.change.Kind).Update
	r.mu.Lock()
	defer r.mu.Unlock()
	r.touched[p.change.Address] = true
	if etag == "" && makes(p.call().Step) && (style == resource.PatchMatch || style == resource.PatchTyped) {
		o := remote.Object{Kind: p.change.Kind, ID: id, New: p.call().Step == planner.StepCreate}
		r.unread = append(r.unread, unversioned{p.change.Address, o})
	}
}

// readVersions completes entries at the end of a run, when nothing waits for it.
func (r *run) readVersions(ctx context.Context) {
	if r.queue.isHalted() || len(r.unread) == 0 {
		return
	}
	objects := make([]remote.Object, len(r.unread))
	for i, w := range r.unread {
		objects[i] = w.Object
	}
	versions := remote.Versions(ctx, r.platform, objects, r.workers())
	for _, w := range r.unread {
		if etag := versions[w.ID]; etag != "" {
			r.session.Edit(lockfile.Edit{ETag: &lockfile.ETag{Address: w.address, ID: w.ID, ETag: etag}})
		}
	}
}

// halt stops the run because the journal takes no more, or because of a bug.
func (r *run) halt(err error) {
	r.mu.Lock()
	if r.halting == nil {
		r.halting = err
	}
	r.mu.Unlock()
	r.queue.halt()
}

func (r *run) broken() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.halting
}

// clocked keeps the platform's clock as its answers tell it.
type clocked struct {
	next Doer
	now  func() time.Time

	mu     sync.Mutex
	ahead  time.Duration // of the platform's clock over ours
	synced bool
}

func newClocked(d Doer, now func() time.Time) *clocked {
	c := &clocked{next: d, now: now}
	if k, ok := d.(interface{ Date() time.Time }); ok && !k.Date().IsZero() {
		c.ahead, c.synced = k.Date().Sub(now()), true
	}
	return c
}

func (c *clocked) Do(ctx context.Context, req platform.Request) (platform.Response, error) {
	res, err := c.next.Do(ctx, req)
	if !res.Date.IsZero() {
		c.mu.Lock()
		c.ahead, c.synced = res.Date.Sub(c.now()), true
		c.mu.Unlock()
	}
	return res, err
}

// time returns the platform's time, ours before its first answer.
func (c *clocked) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now().Add(c.ahead)
}

func (c *clocked) known() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.synced
}
