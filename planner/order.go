package planner

import (
	"cmp"
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
)

// batch is the calls that create or update one object, or those that destroy it. They
// follow one another.
type batch struct {
	node  *node
	calls []Call
	after []*batch
	seen  bool
}

// numberCalls gives every call its number and says which calls must have succeeded
// before it:
//
//	create    needs first, then what needs them
//	destroy   after everything is created; what needs others first
//	stream    where one flow alone can read it, the old flow is gone before the new one is created
//	title     what frees a title, then what takes it
//	labels    after all that is created with what they may hide
//	rename    the new object of what looks like a renamed document, then the removal of the old one
//
// A number is always greater than those it waits for. A title that is free only after
// the change that takes it is a guard of that change.
func numberCalls(list []*node, renames []rename, e *env) {
	created, destroyed := map[*node]*batch{}, map[*node]*batch{}
	var order []*batch
	for _, n := range list {
		if len(n.create) > 0 {
			created[n] = &batch{node: n, calls: n.create}
			order = append(order, created[n])
		}
	}
	last := map[resource.Address][]*batch{} // those that destroy an object of an address
	for _, n := range destroyOrder(list) {
		destroyed[n] = &batch{node: n, calls: n.destroy}
		order = append(order, destroyed[n])
		last[n.change.Address] = append(last[n.change.Address], destroyed[n])
	}
	var makes func(a resource.Address) []*batch
	makes = func(a resource.Address) (out []*batch) {
		n := e.nodes[a]
		if b := created[n]; b != nil {
			return []*batch{b}
		}
		for _, part := range e.partsOf(n) {
			out = append(out, makes(part)...)
		}
		return out
	}
	for n, b := range created {
		for _, dep := range n.change.DependsOn {
			b.after = append(b.after, makes(dep.To)...)
		}
		for _, holder := range n.readersOf {
			if gone := destroyed[holder]; gone != nil {
				b.after = append(b.after, gone)
			}
		}
	}
	orderHiding(list, created)
	for n, b := range destroyed {
		if n.freesFirst() {
			for _, dep := range n.change.DependsOn { // the rest is there, so that the gap is short
				b.after = append(b.after, makes(dep.To)...)
			}
		} else {
			b.after = append(b.after, makes(n.change.Address)...) // the new object exists before the old one goes
		}
		for _, user := range e.users()[n.change.Address] {
			b.after = slices.Concat(b.after, makes(user), last[user])
		}
	}
	orderTitles(list, created, destroyed)
	for _, r := range renames {
		from, to := destroyed[r.from], created[r.to]
		if from != nil && to != nil && !to.waitsFor(from) {
			from.after = append(from.after, to)
		}
	}
	number := 0
	for _, b := range order {
		number = b.number(number)
	}
}

// orderHiding makes what may hide an object from this client wait for all that is created with that object.
func orderHiding(list []*node, created map[*node]*batch) {
	hides := func(n *node) bool { return n.spec().Of != "" && n.spec().Hides != "" }
	if !slices.ContainsFunc(list, hides) {
		return
	}
	users := map[resource.Address][]*node{}
	for _, n := range list {
		for _, dep := range n.change.DependsOn {
			if created[n] != nil {
				users[dep.To] = append(users[dep.To], n)
			}
		}
	}
	for _, n := range list {
		b := created[n]
		if b == nil || !hides(n) {
			continue
		}
		seen := map[*node]bool{n: true}
		var wait func(resource.Address)
		wait = func(a resource.Address) {
			for _, user := range users[a] {
				if seen[user] || hides(user) {
					continue
				}
				seen[user] = true
				b.after = append(b.after, created[user])
				wait(user.change.Address)
			}
		}
		for _, dep := range n.change.DependsOn {
			if dep.Via == n.spec().Of {
				wait(dep.To)
			}
		}
	}
}

// partsOf returns what an unchanged schema is made of: a field that is added to one of its parts is a field of the
// schema, which others may use.
func (e *env) partsOf(n *node) (out []resource.Address) {
	if n == nil || n.resource == nil {
		return nil
	}
	for _, dep := range n.change.DependsOn {
		if resource.SpecOf(dep.To.Kind).Part {
			out = append(out, dep.To)
		}
	}
	return out
}

// orderTitles makes what takes a title wait for what frees it, and refuses what cannot.
func orderTitles(list []*node, created, destroyed map[*node]*batch) {
	for _, n := range list {
		takes := created[n]
		if n.titleOf == nil || takes == nil {
			continue
		}
		frees := destroyed[n.titleOf]
		if b := created[n.titleOf]; b != nil {
			frees = b
		}
		if frees == nil || frees.waitsFor(takes) {
			guardTitle(n)
			continue
		}
		takes.after = append(takes.after, frees)
	}
}

// waitsFor reports whether a batch comes after another one.
func (b *batch) waitsFor(other *batch) bool {
	seen := map[*batch]bool{}
	var visit func(*batch) bool
	visit = func(at *batch) bool {
		if at == other {
			return true
		}
		if seen[at] {
			return false
		}
		seen[at] = true
		return slices.ContainsFunc(at.after, visit)
	}
	return visit(b)
}

// number numbers the calls of a batch, and of what it waits for before that. It returns the
// last number.
func (b *batch) number(last int) int {
	if b.seen {
		return last
	}
	b.seen = true
	var after []int
	for _, other := range b.after {
		last = other.number(last)
		after = append(after, other.calls[len(other.calls)-1].N)
	}
	slices.Sort(after)
	after = slices.Compact(after)
	for i := range b.calls {
		last++
		b.calls[i].N, b.calls[i].After = last, after
		after = []int{last}
	}
	return last
}

// destroyOrder returns the nodes that destroy something, users before what they
// use: by kind from the flow down to the connection.
func destroyOrder(list []*node) []*node {
	rank := map[resource.Kind]int{}
	for i, k := range resource.Kinds() {
		rank[k] = i
	}
	var out []*node
	for _, n := range list {
		if len(n.destroy) > 0 {
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b *node) int {
		return cmp.Or(rank[b.change.Kind]-rank[a.change.Kind], a.change.Address.Compare(b.change.Address))
	})
	return out
}
