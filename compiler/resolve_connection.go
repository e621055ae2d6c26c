package compiler

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// resolveConnection checks that a connection signs in as its connector wants.
func (p *project) resolveConnection(u *unit) {
	c := u.connection
	connector, ok := specs.ConnectorBySlug(c.Connector)
	if !ok {
		return // the schema has said so
	}
	p.checkConnector(u.at("connector"), connector)
	for _, param := range c.Auth.Params {
		p.checkReference(u, connector, param)
	}
	if len(connector.Auth) == 0 {
		return // nobody published how to sign in: the platform decides
	}
	var ways []specs.Auth
	for _, way := range connector.Auth {
		if way.Name == c.Auth.Type {
			ways = append(ways, way)
		}
	}
	if len(ways) == 0 {
		p.report.Add(unknownAuthType{at: u.at("auth", "type"), got: c.Auth.Type, connector: connector})
		return
	}
	// The platform on AWS takes other parameters under the same name: what fits
	// one of the ways is right, otherwise the first is what the user meant.
	var faults [][]problem
	for _, way := range ways {
		found := authFaults(u, connector, way)
		if len(found) == 0 {
			return
		}
		faults = append(faults, found)
	}
	least := slices.MinFunc(faults, func(a, b []problem) int { return len(a) - len(b) })
	for _, f := range least {
		p.report.Add(f)
	}
}

// authFaults says what of the parameters does not fit one way to sign in.
func authFaults(u *unit, connector specs.Connector, way specs.Auth) []problem {
	var out []problem
	for _, param := range u.connection.Auth.Params {
		at := u.at("auth", "params", param.Name)
		i := slices.IndexFunc(way.Params, func(q specs.Param) bool { return q.Name == param.Name })
		if i < 0 {
			out = append(out, unknownAuthParam{at: at, name: param.Name, connector: connector, way: way})
			continue
		}
		if fault := valueFault(at, param, way.Params[i]); fault != nil {
			out = append(out, fault)
		}
	}
	for _, q := range way.Params {
		given := slices.ContainsFunc(u.connection.Auth.Params, func(p schemas.Param) bool { return p.Name == q.Name })
		if q.Required && !given {
			out = append(out, missingAuthParam{at: u.at("auth", "params"), param: q, connector: connector, way: way})
		}
	}
	return out
}

// valueFault checks a literal against the type and the values of its parameter.
func valueFault(at place, param schemas.Param, q specs.Param) problem {
	if param.Value == nil || isReference(param.Value.Text) {
		return nil
	}
	switch {
	case q.Type == "integer" && param.Value.Kind != schemas.Integer:
		return authValue{at: at, name: q.Name, want: "an integer"}
	case q.Type == "boolean" && param.Value.Kind != schemas.Boolean:
		return authValue{at: at, name: q.Name, want: "true or false"}
	case len(q.Enum) > 0 && !slices.Contains(q.Enum, param.Value.Text):
		return authValue{at: at, name: q.Name, want: list(q.Enum, "or"), known: q.Enum, got: param.Value.Text}
	}
	return nil
}

// checkReference refuses a secret that stands in the document.
func (p *project) checkReference(u *unit, connector specs.Connector, param schemas.Param) {
	at := u.at("auth", "params", param.Name)
	switch {
	case param.Value == nil:
		if strings.TrimSpace(param.File) == "" {
			p.report.Add(badReference{at: at, name: param.Name})
		}
	case isReference(param.Value.Text):
	case strings.Contains(param.Value.Text, "${"):
		p.report.Add(badReference{at: at, name: param.Name, mixed: true})
	case isSecretParam(connector, param.Name):
		u.doc.File.Hide(at.span()) // no excerpt of this file may show it
		p.report.Add(literalSecret{at: at, connection: u.name, name: param.Name})
	}
}

// isSecretParam reports whether a parameter is secret: as published, or by its
// name where nothing is.
func isSecretParam(c specs.Connector, name string) bool {
	for _, way := range c.Auth {
		for _, q := range way.Params {
			if q.Name == name {
				return q.Secret
			}
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
