package planner

import (
	"fmt"
	"slices"
	"strings"
)

// massRemoval is how many removals need a flag when they are more than a quarter of
// all resources: that is more likely the wrong folder than a wish.
const massRemoval = 10

// guardRemovals marks the removals of a plan that removes too much at once.
func guardRemovals(list []*node, e *env) {
	if e.Destroy || e.AllowMassDelete {
		return
	}
	var removed []*node
	for _, n := range list {
		if n.removes() && !n.excluded {
			removed = append(removed, n)
		}
	}
	total := 0
	for i := range e.lock.Entries {
		if e.lock.Entries[i].ID != "" {
			total++
		}
	}
	empty := len(e.graph.All()) == 0 && len(removed) > 0
	if !empty && (len(removed) < massRemoval || len(removed)*4 <= total) {
		return
	}
	message := fmt.Sprintf("the plan removes %d of %d resources", len(removed), total)
	if empty {
		message = fmt.Sprintf("the documents ask for no resource, so the plan removes all %d; "+
			"to remove everything on purpose, run `aepflow destroy`", len(removed))
	}
	for _, n := range removed {
		n.change.Guards = append(n.change.Guards, Guard{Code: "mass-delete", Message: message, Flag: "--allow-mass-delete"})
	}
}

// guard adds a reason why apply refuses the change; flag allows it, "" when none does.
func (n *node) guard(code, flag, format string, args ...any) {
	n.change.Guards = append(n.change.Guards, Guard{Code: code, Flag: flag, Message: fmt.Sprintf(format, args...)})
}

// guardChange refuses what destroys data or cannot be carried out, unless a flag
// allows it.
func guardChange(n *node, e *env) {
	c, spec := &n.change, n.spec()
	guardLoss(n, e)
	guardAbsence(n, e)
	guardAdopted(n)
	guardFields(n)
	if c.Action == Replace && spec.Stops {
		guardReplacement(n, e)
	}
	if (c.Action == Update || c.Action == Replace) && isDraft(spec, n.desired) && !isDraft(spec, n.applied) {
		n.guard("state", "", "%s has been published and cannot become a draft again", c.Address)
	}
}

// guardLoss refuses to destroy what is protected, holds data, or is named by a document.
func guardLoss(n *node, e *env) {
	c, spec := &n.change, n.spec()
	destroys, address := c.Action.Destroys(), c.Address
	if destroys && c.Deposed == "" && n.entry.Protect {
		n.guard("protected", "", "%s is protected: apply it with lifecycle.protect removed, then change it", address)
	}
	if destroys && spec.KeepsData && !e.AllowDataLoss {
		n.guard("data-loss", "--allow-data-loss",
			"the %s %s would be removed, with what it holds or describes", spec.Noun, address)
	}
	if from, to, yes := shortens(spec, n); yes && !e.AllowDataLoss {
		if from == "" {
			from = "all stay now"
		} else {
			from += " now"
		}
		n.guard("data-loss", "--allow-data-loss", "rows of the %s %s that are older than %s would be deleted (%s)",
			spec.Noun, address, to, from)
	}
	if n.namedByID {
		n.guard("named-by-id", "",
			"%s %s would be deleted, but a document names it by its ID: name %s in that document instead",
			spec.Noun, c.ID, address)
	}
}

// guardAbsence refuses changes of what the platform does not show.
func guardAbsence(n *node, e *env) {
	c, address := &n.change, n.change.Address
	appears := c.Action == Create || c.Action == Delete
	switch {
	case c.Action == Import && !e.Refreshed:
		n.guard("import", "--refresh", "%s is imported as %s: the object is compared with the documents first", address, c.ID)
	case c.Action == Import && n.missing:
		n.guard("import", "", "%s is to be imported as %s, which is not on the platform", address, c.ID)
	case appears && n.hidden(e) == ReasonHidden:
		n.guard("hidden", "", "%s was not found on the platform; it has the labels %s, and a client without them "+
			"does not see it: "+
			"use one that has them, or forget it with `aepflow state rm %s`",
			address, strings.Join(n.unseen(e).Labels, ", "), address)
	case appears && n.hidden(e) == ReasonNotShown:
		n.guard("hidden", "", "%s was created less than five minutes ago, and the platform may not show it yet: "+
			"run this again later, or forget it with `aepflow state rm %s`", address, address)
	case c.Action == Create && n.missing && !e.Recreate:
		n.guard("missing", "--recreate",
			"%s was not found on the platform; if a label only hides it, creating it again duplicates it", address)
	}
}

// guardFields refuses changes of fields that neither an update nor a replacement can make.
func guardFields(n *node) {
	c, noun := &n.change, n.spec().Noun
	for _, f := range n.fields {
		switch {
		case !f.refused:
		case c.Action == Import:
			n.guard("schema-change", "", "%s imports the %s %s, whose %s differs and cannot change like this: %s",
				c.Address, noun, c.ID, f.change.Path, f.trait.Why)
		default:
			n.guard("schema-change", "", "%s of the %s %s cannot change like this: %s", f.change.Path, noun, c.Address,
				f.trait.Why)
		}
	}
}

// guardAdopted refuses to create or replace what was taken over: the platform may
// refuse today what it once accepted.
func guardAdopted(n *node) {
	if n.resource == nil || n.resource.Adopted == nil || n.change.Action != Create && n.change.Action != Replace {
		return
	}
	why := "it may be updated only"
	if faults := n.resource.Adopted.Faults; len(faults) > 0 {
		why = "the platform would refuse it: " + strings.Join(faults, "; ")
	}
	n.guard("adopted", "", "%s is marked lifecycle.adopted, and cannot be created or replaced: %s", n.change.Address, why)
}

// setEffect states what a change does to the data. Only a dataflow moves data: the
// effect of a change to one of its parts is stated there.
func setEffect(n *node, e *env) {
	c, spec := &n.change, n.spec()
	changes := func(f fieldDiff) bool { return isSwitched(spec, f.rule) }
	if spec.Stops {
		changes = func(f fieldDiff) bool {
			whole, _, _ := strings.Cut(f.change.Path, "[") // of an element of a list
			return !slices.Contains(spec.Cosmetic, whole)
		}
	}
	_, _, expires := shortens(spec, n)
	switch {
	case c.Action.Destroys() && spec.KeepsData, expires:
		c.Effect = EffectLost
	case c.Action == Update && slices.ContainsFunc(n.fields, changes):
		c.Effect = EffectFuture
	case c.Action == Delete && spec.Stops && c.Deposed == "":
		c.Effect = EffectStops
	case c.Action == Replace && spec.Stops:
		c.Start = startSent(spec, bodyToSend(n, e))
		c.Effect = replacementEffect(n, e)
	}
}
