package planner

import (
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
)

// followTitles notes for each new title whose object has it until now: the platform
// refuses a title that is taken. Titles are unique across the kinds that have them.
func followTitles(list []*node, e *env) {
	holders := map[string]*node{}
	for _, n := range list {
		if title := n.titleLeft(e); title != "" {
			holders[title] = n
		}
	}
	if len(holders) == 0 {
		return
	}
	for _, n := range list {
		if holder := holders[n.titleTaken(e)]; holder != n {
			n.titleOf = holder
		}
	}
}

// titleLeft returns the title that the object of a node has and that the change takes from
// it, or from the lockfile; "" for none.
func (n *node) titleLeft(e *env) string {
	spec := n.spec()
	gone := n.removes() || n.change.Action == Forget && !n.missing
	if spec.Title == "" || !gone && !n.retitles(spec) {
		return ""
	}
	v, _ := spec.Find(parse(n.entry.Applied), spec.Title)
	return e.bound(v.Text)
}

// titleTaken returns the title that an object gets by a change; "" for none.
func (n *node) titleTaken(e *env) string {
	spec := n.spec()
	if spec.Title == "" || n.change.Action != Create && !n.retitles(spec) {
		return ""
	}
	v, _ := n.resource.Body.Member(spec.Title)
	return e.bound(v.Text)
}

// retitles reports whether a change updates the title.
func (n *node) retitles(spec *resource.Spec) bool {
	return slices.ContainsFunc(n.fields, func(f fieldDiff) bool { return f.change.Path == spec.Title })
}

// guardTitle refuses a title that stays taken until the change itself is done, or for good.
func guardTitle(n *node) {
	holder := n.titleOf
	v, _ := n.resource.Body.Member(n.spec().Title)
	how := "apply once with another title for one of the two, then with this one"
	switch {
	case holder.removes():
		how = "give it another title; if the document was renamed, write `movedFrom: " +
			holder.change.Address.Name + "` instead"
	case holder.change.Action == Forget:
		how = "give it another title"
	}
	n.guard("title", "", "%s cannot take the title %q, which %s has until then and the platform allows once: %s",
		n.change.Address, v.Text, holder.change.Address, how)
}
