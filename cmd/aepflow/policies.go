package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/aepflow/aepflow/internal/policy"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// judge adds to a plan what breaks the policies of the project: a guard of a change or of the whole plan, which makes
// apply refuse it, or a warning.
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
		var c planner.Change // none of a breach by the whole plan
		guards := &plan.Guards
		if b.Change >= 0 {
			guards, c = &plan.Changes[b.Change].Guards, plan.Changes[b.Change]
		}
		severity, message := verdict(b, c.Address)
		if severity == "error" {
			*guards = append(slices.Clone(*guards), planner.Guard{Code: "policy:" + b.Policy.Code, Message: message})
			plan.Applyable = false
			continue
		}
		plan.Diagnostics = append(plan.Diagnostics, planner.Diagnostic{
			Severity: severity, Code: "policy", Message: message, Origin: c.Origin,
		})
	}
	return nil
}

// verdict is what a breach leads to, error, warning, or note, and why. A breach by a whole plan has no address.
func verdict(b policy.Breach, address resource.Address) (severity, message string) {
	where, what := "", ""
	if b.Change >= 0 {
		where, what = address.String()+": ", " for "+address.String()
	}
	if w := b.Waiver; w != nil {
		return "note", fmt.Sprintf("policy %s is waived%s until %s: %s", b.Policy.Code, what,
			w.Until.Format(time.DateOnly), w.Reason)
	}
	message = fmt.Sprintf("policy %s: %s%s", b.Policy.Code, where, b.Message)
	if w := b.Expired; w != nil {
		message += fmt.Sprintf("; the waiver (%s) ended on %s", w.Reason, w.Until.Format(time.DateOnly))
	}
	if b.Policy.Link != "" {
		message += "; see " + b.Policy.Link
	}
	if b.Policy.Deny {
		return "error", message
	}
	return "warning", message
}

// judgeRun refuses a run that breaks the policies of the project, or says what it breaks. Policies see it as a plan
// with one change, whose action is run or retry.
func (op *operation) judgeRun(r newRun, effect planner.Effect) error {
	p := op.project
	policies := p.config.PolicyList()
	if len(policies) == 0 {
		return nil
	}
	address := resource.Address{Kind: resource.Flow, Name: cmp.Or(r.name, r.flowID)}
	change := map[string]any{
		"address": address, "kind": address.Kind, "id": r.flowID, "actions": []string{op.verb}, "data_effect": effect,
	}
	if documented, ok := p.graph.Get(address); ok {
		change["desired"] = documented.Body.JSON()
	}
	text, err := json.Marshal(map[string]any{
		"at": op.now().UTC(), "target": p.target.planTarget(), "refreshed": true, "changes": []any{change},
	})
	if err != nil {
		return err
	}
	breaches, err := policy.Check(policies, text, p.options().Production, op.now())
	if err != nil {
		return err
	}
	var denied []planner.Guard
	for _, b := range breaches {
		severity, message := verdict(b, address)
		if severity == "error" {
			denied = append(denied, planner.Guard{Message: message})
			continue
		}
		op.say("%s: %s", severity, message)
	}
	if len(denied) > 0 {
		return refuse(denied)
	}
	return nil
}
