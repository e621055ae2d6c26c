package planner

import "github.com/aepflow/aepflow/internal/resource"

// selectNodes excludes what the selection leaves out. Resources of Only bring the
// changes that they need; those of Exclude leave out what needs them.
func selectNodes(list []*node, e *env) {
	if len(e.Only) == 0 && len(e.Exclude) == 0 {
		return
	}
	needs := make(map[*node][]*node, len(list))
	users := make(map[*node][]*node, len(list))
	leftovers := leftoversOf(list)
	for _, n := range list {
		needs[n] = append(neededBy(n, e), leftWith(n, leftovers, e)...)
		for _, other := range needs[n] {
			users[other] = append(users[other], n)
		}
	}
	only, exclude := addressSet(e.Only), addressSet(e.Exclude)
	chosen := reach(list, needs, func(n *node) bool { return len(only) == 0 || only[n.change.Address] })
	dropped := reach(list, users, func(n *node) bool { return exclude[n.change.Address] })
	for _, n := range list {
		n.excluded = (!chosen[n] || dropped[n]) && n.change.Action.Changes()
	}
}

// reach returns the nodes that start says and all that edges lead to from them.
func reach(list []*node, edges map[*node][]*node, start func(*node) bool) map[*node]bool {
	out := map[*node]bool{}
	var visit func(*node)
	visit = func(n *node) {
		if out[n] {
			return
		}
		out[n] = true
		for _, other := range edges[n] {
			visit(other)
		}
	}
	for _, n := range list {
		if start(n) {
			visit(n)
		}
	}
	return out
}

// leftoversOf returns the removals of replaced objects by their addresses.
func leftoversOf(list []*node) map[resource.Address][]*node {
	out := map[resource.Address][]*node{}
	for _, n := range list {
		if n.change.Deposed != "" {
			out[n.change.Address] = append(out[n.change.Address], n)
		}
	}
	return out
}

// leftWith returns what a replaced object is selected with: the change of its address, and
// the replaced objects that used it or that it used. They are removed together or not at all.
func leftWith(n *node, leftovers map[resource.Address][]*node, e *env) []*node {
	if n.change.Deposed == "" {
		return nil
	}
	var out []*node
	if now := e.nodes[n.change.Address]; now != nil && now.change.Action.Changes() {
		out = append(out, now)
	}
	for _, user := range e.users()[n.change.Address] {
		out = append(out, leftovers[user]...)
	}
	for _, need := range n.entry.Needs {
		out = append(out, leftovers[need.To]...)
	}
	return out
}

func addressSet(list []resource.Address) map[resource.Address]bool {
	out := make(map[resource.Address]bool, len(list))
	for _, a := range list {
		out[a] = true
	}
	return out
}

// neededBy returns the changes that a change cannot do without: the creation,
// replacement, or new version of what it refers to; the changes that free its title and its
// stream, and the move that frees its address; for a removal, the change of everything that uses the object.
func neededBy(n *node, e *env) []*node {
	var out []*node
	var need func(a resource.Address)
	need = func(a resource.Address) {
		other := e.nodes[a]
		if other != nil && other.change.Action.Changes() && other.change.Action != Delete {
			out = append(out, other)
			return
		}
		for _, part := range e.partsOf(other) {
			need(part)
		}
	}
	for _, dep := range n.change.DependsOn {
		need(dep.To)
	}
	if n.titleOf != nil {
		out = append(out, n.titleOf)
	}
	out = append(out, n.readersOf...)
	if to, ok := e.frees[n.change.Address]; ok {
		out = append(out, e.nodes[to])
	}
	if !n.change.Action.Destroys() || n.change.Deposed != "" {
		return out
	}
	for _, user := range e.users()[n.change.Address] {
		if other := e.nodes[user]; other != nil && other.change.Action.Changes() {
			out = append(out, other)
		}
	}
	return out
}
