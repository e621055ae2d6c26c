package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// takeover finds objects that the sandbox has already, and takes them over into the lockfile of an operation.
type takeover struct {
	*operation
	replaced map[resource.Address]string // IDs of the objects that entries had
}

// look finds what an operation is about to create and what the sandbox has already, although no entry owns it: the
// lockfile is lost or belongs to another clone, or an apply was killed and its journal is gone. It stops the operation,
// or takes the objects over if that was asked for; then the plan has to be made again.
func (t *takeover) look(ctx context.Context, plan *planner.Plan) (again bool, err error) {
	wanted := t.creates(plan)
	if len(wanted) == 0 {
		return false, nil
	}
	if err := t.connectToChange(ctx); err != nil {
		return false, err
	}
	found, err := t.namesakes(ctx, wanted, nil)
	if err != nil {
		return false, err
	}
	found = slices.DeleteFunc(found, func(n remote.Namesake) bool { return len(n.Apart) > 0 })
	if len(found) == 0 {
		return false, nil
	}
	ids := map[resource.Address]string{}
	for _, n := range found {
		ids[n.Address] = n.ID
	}
	if !t.adopts || len(ids) < len(found) {
		return false, t.existing(found)
	}
	adoption, err := t.adoption(ctx, ids)
	if err != nil {
		return false, err
	}
	if !t.AutoApprove {
		o := t.viewOptions(t.stdout)
		o.Applying, o.Quiet = true, t.Quiet
		if err := view.Plan(t.stdout, adoption, o); err != nil {
			return false, err
		}
	}
	if err := t.adopt(ctx, adoption); err != nil {
		return false, err
	}
	t.say("%s adopted.", words.Count(len(adoption.Changes), "object"))
	return true, nil
}

// namesakes returns the objects that have the names of resources and that no entry owns. ids are those of objects that
// the user chose.
func (t *takeover) namesakes(
	ctx context.Context, wanted []*resource.Resource, ids map[resource.Address]string,
) ([]remote.Namesake, error) {
	inventory, stop := t.reading(t.conn)
	defer stop()
	names := remote.Namesakes{
		Inventory: inventory, Lock: planner.Moved(t.session.Lock(), t.project.graph), Tenant: t.tenant, Given: ids,
		Shared: ids != nil,
	}
	found, err := names.Find(ctx, wanted)
	if err != nil {
		return nil, fmt.Errorf("look for objects of these names: %w", err)
	}
	return found, nil
}

// creates returns the resources of which a plan creates objects, without those of which the user wants another one.
func (t *takeover) creates(plan *planner.Plan) (out []*resource.Resource) {
	wholes := t.project.graph.Wholes()
	another := map[resource.Address]bool{}
	for _, a := range t.another {
		another[cmp.Or(wholes[a], a)] = true
	}
	isCreate := func(call planner.Call) bool { return call.Step == planner.StepCreate }
	for i := range plan.Changes {
		c := &plan.Changes[i]
		if slices.ContainsFunc(c.Calls, isCreate) && !another[cmp.Or(wholes[c.Address], c.Address)] {
			r, _ := t.project.graph.Get(c.Address)
			out = append(out, &r)
		}
	}
	return out
}

// tenant returns the tenant of the target, which the platform knows.
func (op *operation) tenant(ctx context.Context) (string, error) {
	if known := cmp.Or(op.session.Target().Tenant, op.project.target.config.Tenant); known != "" {
		return known, nil
	}
	tenant, err := platform.Tenant(ctx, op.conn.Client)
	if err != nil {
		return "", fmt.Errorf("ask for the tenant: %w", err)
	}
	return tenant, nil
}

// existing is the error about objects that an operation would create a second time.
func (t *takeover) existing(found []remote.Namesake) error {
	wholes, count := t.project.graph.Wholes(), map[resource.Address]int{}
	for _, n := range found {
		count[n.Address]++
	}
	var details, pairs, others []string
	for _, n := range found {
		details = append(details, described(n))
		pair, whole := n.Address.String()+"="+n.ID, wholes[n.Address]
		if count[n.Address] > 1 {
			pair = n.Address.String() + "=ID"
		}
		if comesWithWhole := count[whole] == 1 && count[n.Address] == 1; !comesWithWhole && !slices.Contains(pairs, pair) {
			pairs = append(pairs, pair)
		}
		flag := "--create " + cmp.Or(whole, n.Address).String()
		if !slices.Contains(others, flag) && t.canRepeat(n.Address, count) {
			others = append(others, flag)
		}
	}
	details = append(details, "to take over what exists, run: "+shellWords(append(t.adoptWords(), pairs...)))
	if len(others) > 0 {
		details = append(details, "to create it a second time, add: "+strings.Join(others, " "))
	}
	return exitDetails(exitRefused, details, "%s to create, and the sandbox has what no entry of the lockfile owns; "+
		"nothing was changed:", words.Count(len(count), "object"))
}

// canRepeat reports whether the platform takes a second object of a name, and whether that does not follow from a
// second one of what it refers to.
func (t *takeover) canRepeat(a resource.Address, found map[resource.Address]int) bool {
	r, _ := t.project.graph.Get(a)
	spec := resource.SpecOf(a.Kind)
	if spec.Title != "" || spec.Of != "" || spec.IsDescriptor() {
		return false
	}
	return !slices.ContainsFunc(r.Needs, func(e resource.Edge) bool { return found[e.To] > 0 })
}

// described is a line about an object that has the name of a resource.
func described(n remote.Namesake) string {
	line := n.Address.String() + " exists as " + n.ID
	if at := remote.Created(n.Object); !at.IsZero() {
		line += ", created " + at.UTC().Format(time.RFC3339)
	}
	if state := remote.State(n.Object); state != "" {
		line += ", " + state
	}
	for _, path := range n.Apart {
		line += ", with another " + path.String()
	}
	return output.Line(line)
}

// adoptWords are the words of `aepflow adopt` for the project and the target of the operation.
func (t *takeover) adoptWords() []string {
	words := []string{"aepflow", "adopt"}
	if t.project.dir != "." {
		words = append(words, "-C", display(t.project.dir))
	}
	if t.Target != "" {
		words = append(words, "--target", t.Target)
	}
	return words
}
