package compiler

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// resolveConnection checks that a connection signs in as its connector wants.
func resolveConnection(u *unit, report *diag.Report) {
	c := u.connection
	connector, ok := specs.ConnectorBySlug(c.Connector)
	if !ok {
		return // the schema has said so
	}
	checkRetired(u.at("connector"), connector, report)
	for _, param := range c.Auth.Params {
		checkReference(u, connector, param, report)
	}
	resolveSignIn(u, connector, report)
	if connector.IsHTTPAPI() {
		lintInlet(u, report)
	}
}

// lintInlet warns of a stream that takes data from anyone.
func lintInlet(u *unit, report *diag.Report) {
	const key = "authenticationRequired"
	for _, p := range u.connection.Auth.Params {
		if p.Name != key {
			continue
		}
		if p.Value != nil && p.Value.Text == "false" {
			report.Add(openInlet{u.at("auth", "params", key)})
		}
		return
	}
	report.Add(openInlet{u.at("auth", "params")})
}

// checkReference reports a literal secret.
func checkReference(u *unit, connector specs.Connector, param schemas.Param, report *diag.Report) {
	at := u.at("auth", "params", param.Name)
	meant := meantParam(connector, param.Name)
	switch {
	case param.Value == nil:
		if strings.TrimSpace(param.File) == "" {
			report.Add(badReference{at: at, name: param.Name})
		}
	case isReference(param.Value.Text):
	case strings.Contains(param.Value.Text, "${"):
		report.Add(badReference{at: at, name: param.Name, mixed: true})
	case isSecretParam(connector, meant):
		u.doc.File.Hide(at.Span()) // no excerpt of this file may show it
		report.Add(literalSecret{at: at, connection: u.name, name: meant})
	}
}

// meantParam returns the declared parameter that a name is, or is a slip of the
// hand for; else the name.
func meantParam(c specs.Connector, name string) string {
	names := paramNames(c.Auth...)
	if slices.Contains(names, name) {
		return name
	}
	if near, ok := diag.Nearest(name, names); ok && diag.Mistyped(name, near) {
		return near
	}
	return name
}

// isSecretParam reports whether a parameter is secret: as published, or by its
// name where nothing is.
func isSecretParam(c specs.Connector, name string) bool {
	for _, method := range c.Auth {
		if q, ok := method.Param(name); ok {
			return q.Secret
		}
	}
	lower := strings.ToLower(name)
	for _, word := range []string{"password", "secret", "token", "key", "connectionstring", "credential"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

// envName returns NAME of `${env.NAME}`.
func envName(text string) (string, bool) {
	name, ok := strings.CutPrefix(text, "${env.")
	if !ok || !strings.HasSuffix(name, "}") {
		return "", false
	}
	name = strings.TrimSuffix(name, "}")
	for i, r := range name {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return "", false
		}
	}
	return name, name != ""
}

func isReference(text string) bool {
	_, ok := envName(text)
	return ok
}
