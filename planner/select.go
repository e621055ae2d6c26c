package planner

import "github.com/aepflow/aepflow/internal/resource"

// selectItems leaves out what the selection does not name. Named resources pull
// in the changes that they need; excluded ones take with them what needs them.
// A plan of a selection is not complete.
func (d *differ) selectItems() {
	if len(d.Only) == 0 && len(d.Exclude) == 0 {
		return
	}
	chosen := map[*item]bool{}
	var want func(*item)
	want = func(it *item) {
		if it == nil || chosen[it] {
			return
		}
		chosen[it] = true
		for _, other := range d.neededBy(it) {
			want(other)
		}
	}
	only, exclude := addressSet(d.Only), addressSet(d.Exclude)
	for _, it := range d.order {
		if len(only) == 0 || only[it.change.Address] {
			want(it)
		}
	}
	users := map[*item][]*item{} // that cannot go without it
	for _, it := range d.order {
		for _, other := range d.neededBy(it) {
			users[other] = append(users[other], it)
		}
	}
	var drop func(*item)
	drop = func(it *item) {
		if it == nil || !chosen[it] {
			return
		}
		delete(chosen, it)
		for _, other := range users[it] {
			drop(other)
		}
	}
	for _, it := range d.order {
		if exclude[it.change.Address] {
			drop(it)
		}
	}
	for _, it := range d.order {
		it.left = !chosen[it] && (it.change.Action.Changes() || it.keep)
	}
}

func addressSet(list []resource.Address) map[resource.Address]bool {
	out := make(map[resource.Address]bool, len(list))
	for _, a := range list {
		out[a] = true
	}
	return out
}

// neededBy returns the changes that a change cannot go without: what it refers
// to when that is made, replaced or gets a new version; what a replacement
// replaces with it; the move of what has its address; and, for a removal, the removal or replacement of what uses it.
func (d *differ) neededBy(it *item) []*item {
	var out []*item
	for _, dep := range it.change.DependsOn {
		if other := d.items[dep.To]; other != nil && other.change.Action.Changes() && other.change.Action != Delete {
			out = append(out, other)
		}
	}
	if to, ok := d.vacates[it.change.Address]; ok {
		out = append(out, d.items[to]) // its address is free only then
	}
	if !it.change.Action.Destroys() || it.change.Deposed != "" {
		return out
	}
	for _, user := range d.users()[it.change.Address] {
		if other := d.items[user]; other != nil && other.change.Action.Changes() {
			out = append(out, other)
		}
	}
	return out
}
