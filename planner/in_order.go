package planner

import (
	"cmp"
	"slices"
)

// OwnedCall is a call with the change that it belongs to.
type OwnedCall struct {
	Call
	Change *Change
}

// InOrder returns the calls of all changes in a possible order of execution.
func (p *Plan) InOrder() []OwnedCall {
	var out []OwnedCall
	for i := range p.Changes {
		for _, call := range p.Changes[i].Calls {
			out = append(out, OwnedCall{call, &p.Changes[i]})
		}
	}
	slices.SortStableFunc(out, func(a, b OwnedCall) int { return cmp.Compare(a.N, b.N) })
	return out
}
