package policy

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/expr-lang/expr"
)

// Policy is a policy of a project. Its expression compiles.
type Policy struct {
	Code, When    string
	On            Scope
	Deny          bool // otherwise it warns
	Message, Link string
	Params        map[string]any
	Waivers       []Waiver
}

// Waiver lets resources break a policy until the end of a day in UTC.
type Waiver struct {
	Resource string // an address or a pattern
	Reason   string
	Until    time.Time
}

// Breach is one change, or a plan as a whole, that breaks a policy.
type Breach struct {
	Policy  Policy
	Change  int // index in the plan, -1 for the plan as a whole
	Message string
	Waiver  *Waiver // lets it pass
	Expired *Waiver // would have, before
}

// Check returns what in a plan breaks policies, at a time. The plan is JSON. An expression that cannot be evaluated
// counts as broken: a policy that does not answer protects nothing.
func Check(policies []Policy, planJSON []byte, production bool, at time.Time) ([]Breach, error) {
	var plan Plan
	if err := json.Unmarshal(planJSON, &plan); err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	plan.Target.Production = production
	for i := range plan.Changes {
		c := &plan.Changes[i]
		_, c.Name, _ = strings.Cut(c.Address, ".")
		c.Action = actionOf(c.Actions)
	}
	var out []Breach
	for _, p := range policies {
		program, err := Compile(p.When, p.On)
		if err != nil {
			return nil, fmt.Errorf("policy %s: %w", p.Code, err)
		}
		ask := func(index int, address string, env any) {
			broken, err := expr.Run(program, env)
			message := p.Message
			switch {
			case err != nil:
				message = "its expression cannot be evaluated: " + fault(err)
			case broken != true:
				return
			}
			b := Breach{Policy: p, Change: index, Message: message}
			b.Waiver, b.Expired = p.waiver(address, at)
			out = append(out, b)
		}
		if p.On == WholePlan {
			ask(-1, "", planEnv{plan, p.Params})
			continue
		}
		for i, c := range plan.Changes {
			ask(i, c.Address, changeEnv{c, plan.head(), p.Params})
		}
	}
	return out, nil
}

func actionOf(actions []string) string {
	if len(actions) == 2 {
		return "replace"
	}
	return strings.Join(actions, "+")
}

// waiver returns the waiver that covers an address at a time, or one that no longer does.
func (p Policy) waiver(address string, at time.Time) (valid, expired *Waiver) {
	for i := range p.Waivers {
		w := &p.Waivers[i]
		if covered, _ := path.Match(w.Resource, address); !covered {
			continue
		}
		if at.Before(w.Until.AddDate(0, 0, 1)) {
			return w, nil
		}
		expired = w
	}
	return nil, expired
}
