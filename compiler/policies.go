package compiler

import (
	"errors"
	"strconv"
	"time"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/policy"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/schemas"
)

// PolicyList returns the policies of the project, in order. It leaves out those that checkPolicies reports.
func (f *ProjectFile) PolicyList() []policy.Policy {
	var out []policy.Policy
	for _, p := range f.Policies {
		made, is := policy.ReadymadeByCode(p.Code)
		if !is {
			made = policy.Readymade{When: p.When, On: policy.EachChange}
			if p.On != "" {
				made.On = policy.Scope(p.On)
			}
		}
		one := policy.Policy{
			Code: p.Code, When: made.When, On: made.On, Deny: p.Level != "warn", Message: title(p.Message, made.Message),
			Link: p.Link, Params: map[string]any{},
		}
		for name, value := range made.Params {
			one.Params[name] = value
		}
		for _, v := range p.Params {
			one.Params[v.Name] = policyParam(v.Value)
		}
		for _, w := range p.Waivers {
			if until, err := time.Parse(time.DateOnly, w.Until); err == nil {
				one.Waivers = append(one.Waivers, policy.Waiver{Resource: w.Resource, Reason: w.Reason, Until: until})
			}
		}
		out = append(out, one)
	}
	return out
}

// policyParam is a scalar as an expression compares it.
func policyParam(c schemas.Constant) any {
	switch c.Kind {
	case schemas.Integer:
		if n, err := strconv.Atoi(c.Text); err == nil {
			return n
		}
	case schemas.Decimal:
		if n, err := strconv.ParseFloat(c.Text, 64); err == nil {
			return n
		}
	case schemas.Boolean:
		return c.Text == "true"
	}
	return c.Text
}

// checkPolicies checks the policies of aepflow.yaml.
func (f *ProjectFile) checkPolicies(report *diag.Report) {
	for _, p := range f.Policies {
		at := decode.Place{Doc: f.doc, Path: document.At("policies", p.Code)}
		_, is := policy.ReadymadeByCode(p.Code)
		switch {
		case is && (p.When != "" || p.On != ""):
			report.Add(policyFault{at: at, message: "policy `" + p.Code + "` is ready-made and has its own expression",
				help: "remove `when` and `on`, or give yours another name"})
		case !is && p.When == "":
			report.Add(unknownPolicy{at, p.Code})
		case !is && p.Message == "":
			report.Add(policyFault{at: at, message: "policy `" + p.Code + "` has no message",
				help: "add `message:` with what is wrong, and what to do instead"})
		case !is:
			f.checkExpression(p, report)
		}
		for _, w := range p.Waivers {
			if _, err := time.Parse(time.DateOnly, w.Until); err != nil {
				until := at.Path.Field("waivers").Field(w.Resource).Field("until")
				report.Add(policyFault{at: decode.Place{Doc: f.doc, Path: until}, value: true,
					message: "`" + w.Until + "` is not a day of the calendar", help: "write it as YEAR-MONTH-DAY"})
			}
		}
	}
}

func (f *ProjectFile) checkExpression(p schemas.Policy, report *diag.Report) {
	scope := policy.EachChange
	if p.On != "" {
		scope = policy.Scope(p.On)
	}
	_, err := policy.Compile(p.When, scope)
	var wrong *policy.Error
	if errors.As(err, &wrong) {
		report.Add(policyExpression{decode.Place{Doc: f.doc, Path: document.At("policies", p.Code, "when")}, *wrong, scope})
	}
}

type policyFault struct {
	at            decode.Place
	value         bool // the place is a value, not a key
	message, help string
}

func (p policyFault) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.InvalidValue, Severity: diag.Error, Path: p.at.Path.String(),
		Message: p.message, Help: p.help,
	}
	if p.value {
		d.Labels = p.at.Labels("")
	} else {
		d.Labels = p.at.KeyLabels("")
	}
	return d
}

type unknownPolicy struct {
	at   decode.Place
	code string
}

func (p unknownPolicy) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.InvalidValue, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "policy `" + p.code + "` has no expression, and is not ready-made",
		Labels:  p.at.KeyLabels(""),
	}
	var known []string
	for _, r := range policy.Readymades() {
		known = append(known, r.Code)
	}
	d.Help = "add `when:`; ready-made policies are " + words.Quoted(known, "and")
	if near, ok := diag.Nearest(p.code, known); ok {
		d.Help = "did you mean `" + near + "`? Other policies need `when:`"
	}
	return d
}

// policyExpression: an expression of a policy that does not compile.
type policyExpression struct {
	at    decode.Place
	wrong policy.Error
	scope policy.Scope
}

func (p policyExpression) Diagnose() diag.Diagnostic {
	known := "`change`, `plan`, and `params`"
	if p.scope == policy.WholePlan {
		known = "`plan` and `params`"
	}
	return diag.Diagnostic{
		Code: diag.InvalidValue, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "wrong expression: " + p.wrong.Message,
		Labels:  p.at.PartLabels(p.wrong.Start, p.wrong.End, ""),
		Help:    "the expression reads " + known + "; docs/policies.md lists their members",
	}
}
