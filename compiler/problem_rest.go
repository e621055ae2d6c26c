package compiler

import (
	"fmt"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/words"
)

// unknownSourceParam is a warning: Adobe's pages show samples, not specifications.
type unknownSourceParam struct {
	at        decode.Place
	name      string
	connector specs.Connector
}

func (p unknownSourceParam) Diagnose() diag.Diagnostic {
	known := sourceParamNames(p.connector)
	d := diag.Diagnostic{
		Code: diag.SourceParam, Severity: diag.Warning, Path: p.at.Path.String(),
		Message: fmt.Sprintf("parameter `%s` of %s is not documented", p.name, p.connector.Name),
		Labels:  p.at.KeyLabels("unknown parameter"),
		Help:    p.connector.Name + " has no documented parameters: remove it",
	}
	if len(known) > 0 {
		d.Help = "documented parameters: " + words.List(known, "and")
	}
	parent := decode.Place{Doc: p.at.Doc, Path: p.at.Path.Parent()}
	if near := decode.Meant(&d, p.name, known); diag.Mistyped(p.name, near) && !parent.Has(near) {
		d.Fix = p.at.FixKey(p.name, near)
	}
	return d
}

type missingSourceParam struct {
	u         *unit
	param     specs.Param
	connector specs.Connector
}

func (p missingSourceParam) Diagnose() diag.Diagnostic {
	at := p.u.at("rest", "params")
	if !p.u.has("rest", "params") {
		at = p.u.at("rest")
	}
	d := diag.Diagnostic{
		Code: diag.SourceParam, Severity: diag.Error, Path: "rest.params." + p.param.Name,
		Message: fmt.Sprintf("missing parameter `%s` of %s", p.param.Name, p.connector.Name),
		Labels:  at.KeyLabels("`params." + p.param.Name + "` is required here"),
		Help:    "add `" + p.param.Name + ":` to `params`",
	}
	if len(p.param.Enum) > 0 {
		d.Help += ": " + words.List(p.param.Enum, "or")
	}
	return d
}

type sourceParamType struct {
	at     decode.Place
	param  specs.Param
	scalar bool
}

func (p sourceParamType) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.SourceParam, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("parameter `%s` expects text", p.param.Name),
		Labels:  p.at.Labels("expected text"),
	}
	if p.scalar {
		d.Help = "write the value in quotes"
	}
	return d
}

// unlistedSourceParam is a warning for the same reason as unknownSourceParam.
type unlistedSourceParam struct {
	at    decode.Place
	param specs.Param
	got   string
}

func (p unlistedSourceParam) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.SourceParam, Severity: diag.Warning, Path: p.at.Path.String(),
		Message: fmt.Sprintf("value `%s` of parameter `%s` is not documented", p.got, p.param.Name),
		Labels:  p.at.Labels("expected " + words.List(p.param.Enum, "or")),
	}
	if near, ok := diag.Nearest(p.got, p.param.Enum); ok {
		d.Help = "did you mean `" + near + "`?"
		d.Fix = p.at.Fix(p.got, near)
	}
	return d
}
