package compiler

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/words"
)

type connectionNotNeeded struct {
	at        decode.Place
	connector specs.Connector
}

func (p connectionNotNeeded) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.ConnectionNotNeeded, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("%s needs no connection", p.connector.Name),
		Labels:  p.at.Labels("has no sign-in"),
		Help:    "remove the document",
	}
}

type withdrawnSignIn struct {
	at        decode.Place
	connector specs.Connector
	method    specs.Auth
}

func (p withdrawnSignIn) Diagnose() diag.Diagnostic {
	var others []string
	for _, m := range p.connector.Auth {
		if m.Withdrawn == "" && (m.Cloud == "" || m.Cloud == p.method.Cloud) {
			others = append(others, m.Name)
		}
	}
	return diag.Diagnostic{
		Code: diag.AuthWithdrawn, Severity: diag.Warning, Path: p.at.Path.String(),
		Message: fmt.Sprintf("sign-in method `%s` of %s is withdrawn", p.method.Name, p.connector.Name),
		Labels:  p.at.Labels(p.method.Withdrawn),
		Help: "use " + words.Quoted(sortedUnique(others), "or") + "; `aepflow explain " + p.connector.Slug +
			"` lists the parameters",
	}
}

// uncheckedSignIn is a difference from what is published of a connector whose
// sign-in methods are not all published.
type uncheckedSignIn struct {
	difference problem
	connector  specs.Connector
}

func (p uncheckedSignIn) Diagnose() diag.Diagnostic {
	d := p.difference.Diagnose()
	d.Code, d.Severity, d.Fix = diag.AuthUnchecked, diag.Note, nil
	d.Message = "not checked: " + d.Message
	if len(p.connector.Auth) == 0 {
		d.Message, d.Labels[0].Text, d.Help = "not checked: sign-in of "+p.connector.Name, "not published", ""
	}
	switch {
	case strings.HasSuffix(d.Help, "?"):
		d.Help += " "
	case d.Help != "":
		d.Help += "; "
	}
	d.Help += "Adobe does not publish every sign-in method of " + p.connector.Name + ", the platform decides"
	return d
}
