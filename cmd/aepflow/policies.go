package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/aepflow/aepflow/internal/policy"
	"github.com/aepflow/aepflow/planner"
)

// judge adds to a plan what breaks the policies of the project: a guard, which makes apply refuse it, or a warning. A
// policy about the plan as a whole guards its first change.
func (p *project) judge(plan *planner.Plan) error {
	policies := p.config.PolicyList()
	if len(policies) == 0 || len(plan.Changes) == 0 {
		return nil
	}
	text, err := planner.Marshal(plan)
	if err != nil {
		return err
	}
	breaches, err := policy.Check(policies, text, p.options().Production, plan.At)
	if err != nil {
		return err
	}
	for _, b := range breaches {
		i := max(b.Change, 0)
		c := &plan.Changes[i]
		where := c.Address.String() + ": "
		if b.Change < 0 {
			where = ""
		}
		message := fmt.Sprintf("policy %s: %s%s", b.Policy.Code, where, b.Message)
		if w := b.Expired; w != nil {
			message += fmt.Sprintf("; the waiver (%s) ended on %s", w.Reason, w.Until.Format(time.DateOnly))
		}
		if b.Policy.Link != "" {
			message += "; see " + b.Policy.Link
		}
		note := planner.Diagnostic{Severity: "warning", Code: "policy", Message: message, Origin: c.Origin}
		switch w := b.Waiver; {
		case w != nil:
			note.Severity = "note"
			note.Message = fmt.Sprintf("policy %s is waived for %s until %s: %s", b.Policy.Code, c.Address,
				w.Until.Format(time.DateOnly), w.Reason)
			if b.Change < 0 {
				note.Message = fmt.Sprintf("policy %s is waived until %s: %s", b.Policy.Code,
					w.Until.Format(time.DateOnly), w.Reason)
			}
		case b.Policy.Deny:
			c.Guards = append(slices.Clone(c.Guards), planner.Guard{Code: "policy:" + b.Policy.Code, Message: message})
			plan.Applyable = false
			continue
		}
		plan.Diagnostics = append(plan.Diagnostics, note)
	}
	return nil
}
