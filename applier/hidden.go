package applier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// HiddenError says that an object got labels which this client does not have: it is as
// it should be, and the client sees it no longer.
type HiddenError struct {
	Address resource.Address
	ID      string
	Labels  []string
}

func (e *HiddenError) Error() string {
	return fmt.Sprintf("%s has the labels %s now, and is no longer visible to this client: "+
		"the platform answers 404 for %s",
		e.Address, strings.Join(e.Labels, ", "), e.ID)
}

// seeLabeled reads an object back after a call that gave it labels. It returns an error
// when the client does not see it any more; one that cannot be read for another reason
// says nothing.
func (e *executor) seeLabeled(ctx context.Context, c *boundCall) error {
	labels := labelsSet(c.callRef)
	if len(labels) == 0 {
		return nil
	}
	if _, ok, err := remote.Read(ctx, e.client, c.change.Kind, c.target()); ok || err != nil {
		return nil
	}
	return &HiddenError{Address: c.change.Address, ID: c.target(), Labels: labels}
}

// labelsSet are the labels that a call gives to its object: it is the last one of its
// change that makes something.
func labelsSet(c callRef) []string {
	spec := resource.SpecOf(c.change.Kind)
	member := spec.Hides
	isLate := slices.Contains(spec.Late, member)
	if member == "" || c.call().Step != planner.StepUpdate && (isLate || c.call().Step != planner.StepCreate) {
		return nil
	}
	for _, later := range c.later() {
		if later.Step == planner.StepUpdate {
			return nil
		}
	}
	desired, err := resource.Parse(c.change.Desired)
	if err != nil {
		return nil
	}
	list, _ := desired.Get(member)
	var out []string
	for _, l := range list.Items {
		out = append(out, l.Text)
	}
	return out
}

// isHidden reports whether a call was done, and its object is not visible any more.
func (o outcome) isHidden() bool {
	var hidden *HiddenError
	return errors.As(o.err, &hidden)
}
