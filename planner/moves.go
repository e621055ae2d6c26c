package planner

import (
	"fmt"
	"slices"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

// Moved returns the lock with its entries at the addresses that the documents give
// them. A refresh reads by it.
func Moved(lock *lockfile.Lock, graph *resource.Graph) *lockfile.Lock {
	return lock.Moved(follow(lock, graph).moves)
}

// followed is the outcome of every movedFrom: what moves, and why the rest does not.
type followed struct {
	moves []lockfile.Move
	notes []Diagnostic
}

// follow pairs resources with entries by movedFrom, all at once: an entry moves
// where its new address is free, or where the object there moves away itself.
// A move that an entry has followed is not followed again, so that a document may
// keep the key when another one takes the old name; see reopened. A document that
// moves nothing gets a note that says why.
func follow(lock *lockfile.Lock, graph *resource.Graph) followed {
	var claims, settled []lockfile.Move
	var done, waiting []resource.Resource // resources with a movedFrom that they have not followed
	fine := map[source.Span]bool{}        // documents whose movedFrom needs no note
	for _, r := range graph.All() {
		if r.Moved.IsZero() {
			continue
		}
		now, _ := lock.Get(r.Address)
		before, _ := lock.Get(r.Moved)
		if now.ID != "" && now.MovedFrom == r.Moved {
			done = append(done, r)
			settled = append(settled, lockfile.Move{From: r.Moved, To: r.Address})
			continue
		}
		waiting = append(waiting, r)
		if before.ID != "" {
			claims = append(claims, lockfile.Move{From: r.Moved, To: r.Address})
		}
	}
	again := reopened(claims, settled)
	for i, r := range done {
		if !again[settled[i]] {
			fine[r.MovedAt] = true
			continue
		}
		waiting, claims = append(waiting, r), append(claims, settled[i])
	}
	f := followed{moves: lock.Movable(claims)}
	leaves, comes := map[resource.Address]bool{}, map[resource.Address]bool{}
	for _, m := range f.moves {
		leaves[m.From], comes[m.To] = true, true
	}
	var blocked, unmatched []resource.Resource
	for _, r := range waiting {
		now, _ := lock.Get(r.Address)
		before, _ := lock.Get(r.Moved)
		switch {
		case comes[r.Address]:
			fine[r.MovedAt] = true
		case before.ID != "":
			blocked = append(blocked, r)
		case now.ID != "" && !leaves[r.Address]:
			fine[r.MovedAt] = true // followed by an earlier release
		case len(lock.Entries) > 0:
			unmatched = append(unmatched, r)
		}
	}
	f.note(blocked, nil, func(r resource.Resource) (message, help string) {
		return fmt.Sprintf("%s is not moved to %s: the lockfile already has an object at that address, "+
				"and it does not move", r.Moved, r.Address),
			"remove `movedFrom` if the rename is done; otherwise give the other object a new address with `aepflow state mv`"
	})
	f.note(unmatched, fine, func(r resource.Resource) (message, help string) {
		return fmt.Sprintf("`movedFrom: %s` matches nothing: the lockfile has no %s, so %s is created",
				r.Moved.Name, r.Moved, r.Address),
			"correct the name, or remove the key"
	})
	return f
}

// reopened returns the settled moves that close a ring with one that is not: a
// rename was followed, and now the documents exchange these names.
func reopened(claims, settled []lockfile.Move) map[lockfile.Move]bool {
	next := make(map[resource.Address]lockfile.Move, len(claims)+len(settled))
	for _, m := range slices.Concat(settled, claims) {
		next[m.From] = m
	}
	out := map[lockfile.Move]bool{}
	seen := map[resource.Address]bool{}
	for _, m := range claims {
		var ring []lockfile.Move
		at := m.To
		for more := true; more && at != m.From && !seen[at]; {
			var step lockfile.Move
			seen[at] = true
			if step, more = next[at]; more {
				ring, at = append(ring, step), step.To
			}
		}
		if at != m.From {
			continue
		}
		for _, step := range ring {
			out[step] = true
		}
	}
	return out
}

// note adds one note for each document, about the resource that has the document's
// own name. Documents in fine get none.
func (f *followed) note(
	about []resource.Resource, fine map[source.Span]bool, text func(resource.Resource) (message, help string),
) {
	first := map[source.Span]resource.Resource{}
	for _, r := range about {
		if known, ok := first[r.MovedAt]; !ok || len(r.Moved.Name) < len(known.Moved.Name) {
			first[r.MovedAt] = r
		}
	}
	for _, r := range about {
		if first[r.MovedAt].Address != r.Address || fine[r.MovedAt] {
			continue
		}
		message, help := text(r)
		f.notes = append(f.notes, Diagnostic{
			Severity: "note", Code: "moved-from", Message: message, Help: help, Origin: originOf(r.MovedAt),
		})
	}
}

// recorded is the movedFrom that an entry keeps: that of its document while another
// document has the name. Without it, two documents that exchanged their names would
// exchange them again with every apply.
func (e *env) recorded(from resource.Address) resource.Address {
	if _, used := e.graph.Get(from); used {
		return from
	}
	return resource.Address{}
}
