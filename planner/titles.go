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
	if !isUnique(spec) || !gone && !n.retitles(spec) {
		return ""
	}
	return uniqueText(spec, parse(n.entry.Applied), e)
}

// titleTaken returns the title that an object gets by a change; "" for none.
func (n *node) titleTaken(e *env) string {
	spec := n.spec()
	if !isUnique(spec) || n.change.Action != Create && !n.retitles(spec) {
		return ""
	}
	return uniqueText(spec, decode(n.resource.Body), e)
}

// isUnique reports whether the objects of a kind have a title, or what else no two have.
func isUnique(spec *resource.Spec) bool { return spec.Title != "" || len(spec.OnePer) > 0 }

// uniqueText is what no other object has: the title, or the members that take its place.
func uniqueText(spec *resource.Spec, body resource.Value, e *env) string {
	if spec.Title != "" {
		v, _ := spec.Find(body, spec.Title)
		return e.bound(v.Text)
	}
	text := string(spec.Kind)
	for _, member := range spec.OnePer {
		v, _ := body.Get(member)
		text += "\x00" + string(v.JSON())
	}
	return text
}

// retitles reports whether a change updates the title.
func (n *node) retitles(spec *resource.Spec) bool {
	return slices.ContainsFunc(n.fields, func(f fieldDiff) bool { return f.change.Path == spec.Title })
}

// guardTitle refuses a title that stays taken until the change itself is done, or for good.
func guardTitle(n *node) {
	holder := n.titleOf
	if n.spec().Title == "" {
		n.guard("title", "", "%s cannot be created while %s exists, because the platform allows one: keep the old one",
			n.change.Address, holder.change.Address)
		return
	}
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
