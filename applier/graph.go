package applier

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// callRef is a call of a plan and the change that it belongs to.
type callRef struct {
	change *planner.Change
	k      int // index into change.Calls; -1 for a change without a call
}

func (c callRef) call() *planner.Call { return &c.change.Calls[c.k] }

func (c callRef) subject() Subject {
	return Subject{Address: c.change.Address, Call: c.call().N, Step: c.call().Step, Action: c.change.Action}
}

// later returns the calls of the change that come after this one.
func (c callRef) later() []planner.Call { return c.change.Calls[c.k+1:] }

// callsOf returns the calls of a plan, sorted by number, and for each its task.
func callsOf(p *planner.Plan) ([]callRef, []task, error) {
	var calls []callRef
	for i := range p.Changes {
		for k := range p.Changes[i].Calls {
			calls = append(calls, callRef{&p.Changes[i], k})
		}
	}
	slices.SortFunc(calls, func(a, b callRef) int { return cmp.Compare(a.call().N, b.call().N) })
	index := make(map[int]int, len(calls))
	for i, c := range calls {
		if _, ok := index[c.call().N]; ok {
			return nil, nil, fmt.Errorf("order the calls: two calls have the number %d", c.call().N)
		}
		index[c.call().N] = i
	}
	tasks := make([]task, len(calls))
	for i, c := range calls {
		for _, n := range c.call().After {
			before, ok := index[n]
			if !ok {
				return nil, nil, fmt.Errorf("order the calls: call %d comes after call %d, which is not in the plan", c.call().N, n)
			}
			tasks[i].after = append(tasks[i].after, before)
		}
	}
	return calls, tasks, nil
}

// makesObject reports whether a step creates or changes the current object.
func makesObject(s planner.Step) bool {
	switch s {
	case planner.StepCreate, planner.StepUpdate, planner.StepEnable, planner.StepDisable:
		return true
	}
	return false
}

func isAction(s planner.Step) bool {
	return s == planner.StepEnable || s == planner.StepDisable || s == planner.StepRetire
}

func stateAfter(s planner.Step) string {
	if s == planner.StepEnable {
		return "enabled"
	}
	return "disabled"
}

// hasETag reports whether updates of a kind name the version of the object.
func hasETag(k resource.Kind) bool {
	style := resource.SpecOf(k).Update
	return style == resource.PatchMatch || style == resource.PatchTyped || style == resource.PutMatch
}

// object returns the ID of the object that a retire or delete is about.
func (c callRef) object(before lockfile.Entry) string {
	return cmp.Or(c.call().Object, c.change.Deposed, c.change.ID, before.ID)
}

// stepsLeft returns the steps that remain for the object whose place a create takes.
func (c callRef) stepsLeft(old string) []string {
	var out []string
	if old == "" {
		return nil
	}
	for _, l := range c.later() {
		switch {
		case l.Object != "" && l.Object != old:
		case l.Step == planner.StepRetire:
			out = append(out, "disable")
		case l.Step == planner.StepDelete:
			out = append(out, "delete")
		}
	}
	return out
}

// applied returns the configuration that the platform has once a call is done: all that is desired
// after the last call of a change that makes something, and before it only the fields that the calls so
// far settle.
func (c callRef) applied(before json.RawMessage) (json.RawMessage, error) {
	desired := c.change.Desired
	if c.k < 0 || !slices.ContainsFunc(c.later(), func(l planner.Call) bool { return makesObject(l.Step) }) {
		return desired, nil
	}
	if leaves := c.call().Leaves; len(leaves) > 0 {
		return leaves, nil
	}
	want, err := resource.Parse(desired)
	if err != nil {
		return nil, fmt.Errorf("read the desired configuration: %w", err)
	}
	have := resource.Object()
	if c.call().Step != planner.StepCreate && len(before) > 0 {
		if have, err = resource.Parse(before); err != nil {
			return nil, fmt.Errorf("read the applied configuration: %w", err)
		}
	}
	for _, name := range c.settled(want, have) {
		if v, ok := want.Get(name); ok {
			have = have.With(name, v)
		} else {
			have = have.Without(name)
		}
	}
	return have.JSON(), nil
}

// settled returns the members that a call brings to what is desired: those that it names, else
// all but those that later calls name and the state that they change.
func (c callRef) settled(want, have resource.Value) []string {
	if named := topNames(c.call().Settles); len(named) > 0 {
		return named
	}
	later := []string{resource.SpecOf(c.change.Kind).State}
	for _, l := range c.later() {
		later = append(later, topNames(l.Settles)...)
	}
	var out []string
	for _, f := range slices.Concat(want.Fields, have.Fields) {
		if !slices.Contains(later, f.Name) {
			out = append(out, f.Name)
		}
	}
	return out
}

// topNames returns the first steps of printed paths.
func topNames(paths []string) []string {
	var out []string
	for _, p := range paths {
		if end := slices.IndexFunc([]byte(p), func(c byte) bool { return c == '.' || c == '[' }); end > 0 {
			p = p[:end]
		}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}
