package planner

import (
	"cmp"
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
)

// numberCalls gives every call its number and says which calls must have succeeded
// before it:
//
//	create    needs first, then what needs them
//	destroy   after everything is created; what needs others first
//
// Within one resource the calls follow one another. A number is always greater
// than those it waits for.
func numberCalls(list []*node, users func() map[resource.Address][]resource.Address) {
	number := 0
	chain := func(calls []Call, after []int) (last int) {
		for i := range calls {
			number++
			slices.Sort(after)
			calls[i].N, calls[i].After = number, slices.Compact(after)
			after = []int{number}
		}
		return number
	}
	created := map[resource.Address]int{} // the last call that creates or updates it
	for _, n := range list {
		var after []int
		for _, dep := range n.change.DependsOn {
			if last, ok := created[dep.To]; ok {
				after = append(after, last)
			}
		}
		if len(n.create) > 0 {
			created[n.change.Address] = chain(n.create, after)
		}
	}
	destroyed := map[resource.Address]int{} // the last call that destroys the old object
	for _, n := range destroyOrder(list) {
		var after []int
		if last, ok := created[n.change.Address]; ok {
			after = append(after, last) // the new object exists before the old one goes
		}
		for _, user := range users()[n.change.Address] {
			for _, last := range []int{created[user], destroyed[user]} {
				if last > 0 {
					after = append(after, last)
				}
			}
		}
		destroyed[n.change.Address] = chain(n.destroy, after)
	}
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
