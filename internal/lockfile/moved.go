package lockfile

import (
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
)

// Moved returns the lock as it is once entries have other addresses, with every
// reference to them. All moves happen at once, so that they may form chains and
// rings; those that Movable leaves out do not happen. l is not changed.
func (l *Lock) Moved(moves []Move) *Lock {
	if len(moves) == 0 {
		return l
	}
	s := newState(l)
	s.move(moves)
	return s.snapshot()
}

// Movable returns the moves that can happen at once, in order: their entry is
// there, no other move has it or its new address, and an object that is at the
// new address moves away itself.
func (l *Lock) Movable(moves []Move) []Move {
	return movable(moves, func(a resource.Address) (Entry, bool) { return l.Get(a) })
}

func movable(moves []Move, get func(resource.Address) (Entry, bool)) []Move {
	goes := make(map[resource.Address]resource.Address, len(moves)) // from → to
	comes := make(map[resource.Address]resource.Address, len(moves))
	for _, m := range moves {
		_, there := get(m.From)
		_, gone := goes[m.From]
		_, taken := comes[m.To]
		if there && !gone && !taken && m.From != m.To {
			goes[m.From], comes[m.To] = m.To, m.From
		}
	}
	for _, m := range moves {
		// One that cannot go keeps its address, and so keeps another from coming.
		for to, ok := m.To, true; ok; {
			var from resource.Address
			if from, ok = comes[to]; !ok {
				break
			}
			_, leaves := goes[to]
			if e, _ := get(to); leaves || e.ID == "" {
				break
			}
			delete(comes, to)
			delete(goes, from)
			to = from
		}
	}
	var out []Move
	for _, m := range moves {
		if to, ok := goes[m.From]; ok && to == m.To {
			out = append(out, m)
			delete(goes, m.From) // the same move twice is one
		}
	}
	return out
}

// move renames entries, all at once, and notes in each the address that it had.
// What refers to them refers to the new names from now on, as the documents do:
// the next plan sees no change. Replaced objects that are left at a new address
// stay there.
func (s *state) move(moves []Move) {
	moves = movable(moves, func(a resource.Address) (Entry, bool) { e, ok := s.entries[a]; return e, ok })
	to := make(map[resource.Address]resource.Address, len(moves))
	moving := make([]Entry, len(moves))
	for i, m := range moves {
		to[m.From] = m.To
		moving[i] = s.entries[m.From]
	}
	for _, m := range moves {
		s.forget(m.From)
	}
	for i, m := range moves {
		e := moving[i]
		e.Address, e.MovedFrom = m.To, m.From
		e.Deposed = slices.Concat(e.Deposed, s.entries[m.To].Deposed)
		s.put(e)
	}
	for a, e := range s.entries {
		if !slices.ContainsFunc(e.Needs, func(n Need) bool { _, ok := to[n.To]; return ok }) {
			continue
		}
		e.Applied = referring(e.Applied, to)
		e.Needs = slices.Clone(e.Needs)
		for i := range e.Needs {
			if is, ok := to[e.Needs[i].To]; ok {
				e.Needs[i].To = is
			}
		}
		s.entries[a] = e
	}
}

// referring returns a configuration whose references follow the moves.
func referring(applied []byte, to map[resource.Address]resource.Address) []byte {
	v, err := resource.Parse(applied)
	if err != nil {
		return applied // as it is, it shows as a change
	}
	v, _ = v.Map(func(_ resource.Path, leaf resource.Value) (resource.Value, error) { // never fails
		if is, ok := to[leaf.Ref.To]; ok && leaf.Kind == resource.RefValue {
			leaf.Ref.To = is
		}
		return leaf, nil
	})
	return v.JSON()
}
