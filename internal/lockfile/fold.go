package lockfile

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
)

// The steps that an Intent can have, which are those of a plan.
const (
	StepCreate  = "create"
	StepUpdate  = "update"
	StepEnable  = "enable"
	StepDisable = "disable"
	StepRetire  = "retire"
	StepDelete  = "delete"
)

// state is a lock while records change it. The running apply and the replay of a
// journal go through the same fold, so a crash leaves what the
// process had in memory. Entries are kept by address: a slice in order would be
// moved with every new object.
type state struct {
	lock      Lock // without entries
	entries   map[resource.Address]Entry
	open      map[int]Intent // no outcome yet
	last      int            // highest number of an intent
	heartbeat time.Time      // the newest of a process at work
	ids       map[string]int // see owns; nil until it is asked
}

func newState(l *Lock) *state {
	s := &state{lock: *l, entries: make(map[resource.Address]Entry, len(l.Entries)), open: map[int]Intent{}}
	s.lock.Entries = nil
	for _, e := range l.Entries {
		s.entries[e.Address] = e
	}
	return s
}

// snapshot returns the lock as it is now, entries in order.
func (s *state) snapshot() *Lock {
	l := s.lock
	// Addresses are sorted, not entries: those are large.
	order := slices.SortedFunc(maps.Keys(s.entries), resource.Address.Compare)
	if len(order) > 0 {
		l.Entries = make([]Entry, len(order))
	}
	for i, a := range order {
		l.Entries[i] = s.entries[a]
	}
	return &l
}

// unresolved returns the intents without an outcome, in order.
func (s *state) unresolved() []Intent {
	return slices.SortedFunc(maps.Values(s.open), func(a, b Intent) int { return a.N - b.N })
}

func (s *state) fold(r Record) {
	switch {
	case r.Intent != nil:
		s.open[r.Intent.N] = *r.Intent
		s.last = max(s.last, r.Intent.N)
	case r.Outcome != nil:
		in, ok := s.open[r.Outcome.N]
		if ok && r.Outcome.Accepted {
			in.Accepted = true
			s.open[in.N] = in
			return
		}
		delete(s.open, r.Outcome.N)
		if ok && !r.Outcome.Aborted {
			s.settle(in, *r.Outcome)
		}
	case r.Edit != nil:
		s.edit(*r.Edit)
	case r.Heartbeat != nil && r.Heartbeat.At.After(s.heartbeat):
		s.heartbeat = r.Heartbeat.At
	}
}

// settle changes the lock as a call that was done asks for.
func (s *state) settle(in Intent, out Outcome) {
	now := s.entries[in.Address]
	switch in.Step {
	case StepCreate:
		e := in.Entry.Entry
		e.ID, e.ETag, e.Deposed = out.ID, out.ETag, now.Deposed
		if now.ID != "" && now.ID != out.ID && len(in.Leaves) > 0 {
			old := Deposed{ID: now.ID, ETag: now.ETag, Kind: in.Address.Kind, StepsLeft: in.Leaves}
			e.Deposed = append(slices.Clone(now.Deposed), old)
		}
		s.put(e)
		s.tag(e)
	case StepUpdate, StepEnable, StepDisable:
		e := in.Entry.Entry
		e.ID, e.ETag, e.Deposed = now.ID, now.ETag, now.Deposed
		if out.ETag != "" {
			e.ETag = out.ETag
		}
		s.put(e)
	case StepRetire:
		s.retire(now, in, out)
	case StepDelete:
		s.remove(now, in.Object)
	}
}

// tag hands the version of a tagged object to the entry of the object itself: a
// tag is written into it and moves its version.
func (s *state) tag(e Entry) {
	spec := resource.SpecOf(e.Address.Kind)
	field := spec.Of
	for _, n := range e.Needs {
		if owner, ok := s.entries[n.To]; ok && spec.Tag && n.Via == field && owner.ID == e.ID && e.ETag != "" {
			owner.ETag = e.ETag
			s.put(owner)
		}
	}
}

// retire notes that an object was stopped: a replaced one, or the current one
// that is about to be deleted.
func (s *state) retire(now Entry, in Intent, out Outcome) {
	if now.ID == in.Object && now.Address == in.Address {
		if out.ETag != "" {
			now.ETag = out.ETag
		}
		now.Applied = stopped(now)
		s.put(now)
		return
	}
	now.Deposed = slices.Clone(now.Deposed)
	for i, d := range now.Deposed {
		if d.ID != in.Object {
			continue
		}
		if out.ETag != "" {
			d.ETag = out.ETag
		}
		d.StepsLeft = slices.DeleteFunc(slices.Clone(d.StepsLeft), func(step string) bool { return step == StepDisable })
		now.Deposed[i] = d
	}
	if now.Address == in.Address {
		s.put(now)
	}
}

// stopped is the applied configuration with its state set to disabled, so that
// a run that ends here does not stop the object a second time.
func stopped(e Entry) []byte {
	field := resource.SpecOf(e.Address.Kind).State
	v, err := resource.Parse(e.Applied)
	if err != nil || field == "" || v.Kind != resource.ObjectValue {
		return e.Applied
	}
	return v.With(field, resource.String("disabled")).JSON()
}

func (s *state) remove(now Entry, id string) {
	if now.Address.IsZero() {
		return
	}
	if left, ok := now.Without(id); ok {
		s.put(left)
		return
	}
	s.forget(now.Address)
}

func (s *state) forget(a resource.Address) {
	s.count(s.entries[a], -1)
	delete(s.entries, a)
}

// put sets an entry. With another secret in it the hash over all of them no longer
// says that nothing changed: until a new one is made, each secret is
// compared. Kept, it would hide a secret that changes back after a crash.
func (s *state) put(e Entry) {
	if len(e.Deposed) == 0 {
		e.Deposed = nil
	}
	if !slices.Equal(e.Secrets, s.entries[e.Address].Secrets) {
		s.lock.Secrets = ""
	}
	s.count(s.entries[e.Address], -1)
	s.count(e, 1)
	s.entries[e.Address] = e
}

func (s *state) edit(e Edit) {
	switch {
	case e.Put != nil:
		s.put(e.Put.Entry)
	case e.Move != nil:
		s.move([]Move{*e.Move})
	case len(e.Moves) > 0:
		s.move(e.Moves)
	case e.ETag != nil:
		if now, ok := s.entries[e.ETag.Address]; ok && now.ID == e.ETag.ID {
			now.ETag = e.ETag.ETag
			s.put(now)
		}
	case e.Tenant != "":
		s.lock.Target.Tenant = e.Tenant
	case !e.Forget.IsZero():
		s.forget(e.Forget)
	}
}

// owns reports whether an entry holds an object, current or deposed. The index is
// made when it is first asked, which is after a lost answer, and kept from then on.
func (s *state) owns(id string) bool {
	if s.ids == nil {
		s.ids = make(map[string]int, len(s.entries))
		for _, e := range s.entries {
			s.count(e, 1)
		}
	}
	return s.ids[id] > 0
}

func (s *state) count(e Entry, by int) {
	if s.ids == nil {
		return
	}
	// What belongs to another object has the id of that, which owns it.
	if e.ID != "" && resource.SpecOf(e.Address.Kind).Of == "" {
		s.ids[e.ID] += by
	}
	for _, d := range e.Deposed {
		s.ids[d.ID] += by
	}
}

// describe names what a journal's outcomes made, for a journal that fits no lock.
func describe(recs []Record) string {
	intents := map[int]Intent{}
	var made []string
	for _, r := range recs {
		if r.Intent != nil {
			intents[r.Intent.N] = *r.Intent
		}
		if r.Outcome != nil && r.Outcome.ID != "" && intents[r.Outcome.N].Step == StepCreate {
			made = append(made, intents[r.Outcome.N].Address.String()+" = "+r.Outcome.ID)
		}
	}
	if len(made) == 0 {
		return "no new object"
	}
	return strings.Join(made, ", ")
}
