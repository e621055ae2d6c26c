package planner

import (
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
)

// number gives every call its number and says which calls must have succeeded
// before it:
//
//	make      needs first, then what needs them
//	unmake    after everything is made; what needs others first
//
// Within one resource the calls follow one another. A number is always greater
// than those it waits for.
func (d *differ) number() {
	n := 0
	next := func(c *Call, after []int) int {
		n++
		slices.Sort(after)
		c.N, c.After = n, slices.Compact(after)
		return n
	}
	made := map[resource.Address]int{} // the last call that makes it
	for _, it := range d.order {
		var after []int
		if it.change.Deposed == "" {
			for _, dep := range it.change.DependsOn {
				if last, ok := made[dep.To]; ok {
					after = append(after, last)
				}
			}
		}
		for i := range it.make {
			last := next(&it.make[i], slices.Clone(after))
			after = []int{last}
			made[it.change.Address] = last
		}
	}
	gone := map[resource.Address]int{} // the last call that removes the old object
	for _, it := range d.unmakeOrder() {
		var after []int
		if last, ok := made[it.change.Address]; ok {
			after = append(after, last) // the new object exists before the old one goes
		}
		for _, user := range d.users()[it.change.Address] {
			for _, last := range []int{made[user], gone[user]} {
				if last > 0 {
					after = append(after, last)
				}
			}
		}
		for i := range it.unmake {
			last := next(&it.unmake[i], slices.Clone(after))
			after = []int{last}
			gone[it.change.Address] = last
		}
	}
}

// users says, for each address, whose applied configuration needs it. They let
// go of the old object before it is removed.
func (d *differ) users() map[resource.Address][]resource.Address {
	if d.usedBy == nil {
		d.usedBy = map[resource.Address][]resource.Address{}
		for _, e := range d.lock.Entries {
			for _, n := range e.Needs {
				d.usedBy[n.To] = append(d.usedBy[n.To], e.Address)
			}
		}
	}
	return d.usedBy
}

// unmakeOrder returns the items that remove something, users before what they
// use: by kind from the flow down to the connection.
func (d *differ) unmakeOrder() []*item {
	rank := map[resource.Kind]int{}
	for i, k := range resource.Kinds() {
		rank[k] = i
	}
	var out []*item
	for _, it := range d.order {
		if len(it.unmake) > 0 {
			out = append(out, it)
		}
	}
	slices.SortStableFunc(out, func(a, b *item) int {
		if c := rank[b.change.Kind] - rank[a.change.Kind]; c != 0 {
			return c
		}
		return a.change.Address.Compare(b.change.Address)
	})
	return out
}
