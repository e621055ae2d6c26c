package compiler

import (
	"slices"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/schemas"
)

// resolveSignIn compares auth with the sign-in methods of the connector. Where
// not all of them are published, what differs is a note and not an error.
func resolveSignIn(u *unit, c specs.Connector, report *diag.Report) {
	if c.AuthComplete && len(c.Auth) == 0 {
		report.Add(connectionNotNeeded{at: u.at("connector"), connector: c})
		return
	}
	methods := c.Methods(u.connection.Auth.Type)
	if len(methods) == 0 {
		addSignIn(c, unknownAuthType{at: u.at("auth", "type"), got: u.connection.Auth.Type, connector: c}, report)
		return
	}
	// Methods of one name differ in parameters, mostly between clouds: what fits
	// one of them is right, otherwise the nearest is what the user meant.
	method, faults := nearestMethod(u, c, methods)
	if method.Withdrawn != "" {
		report.Add(withdrawnSignIn{at: u.at("auth", "type"), connector: c, method: method})
	}
	for _, f := range faults {
		addSignIn(c, f, report)
	}
}

func addSignIn(c specs.Connector, f problem, report *diag.Report) {
	if !c.AuthComplete {
		f = uncheckedSignIn{f, c}
	}
	report.Add(f)
}

// nearestMethod returns the first of the methods that the parameters fit best,
// with what does not fit. Of two with as many faults, the one whose parameters
// the unknown ones resemble is nearer.
func nearestMethod(u *unit, c specs.Connector, methods []specs.Auth) (method specs.Auth, faults []problem) {
	fewest := 0
	for i, m := range methods {
		found, strange := authFaults(u, c, m)
		if n := 2*len(found) + strange; i == 0 || n < fewest {
			method, faults, fewest = m, found, n
		}
	}
	return method, faults
}

// authFaults compares the parameters with those of one method. A misspelled
// parameter is not missing as well. strange is how many resemble none.
func authFaults(u *unit, c specs.Connector, method specs.Auth) (out []problem, strange int) {
	names := paramNames(method)
	given := map[string]bool{} // what the document gives, under the right names
	for _, param := range u.connection.Auth.Params {
		at := u.at("auth", "params", param.Name)
		q, known := method.Param(param.Name)
		if !known {
			near, ok := diag.Nearest(param.Name, names)
			if !ok {
				strange++
			}
			given[near] = true
			out = append(out, unknownAuthParam{at: at, name: param.Name, connector: c, way: method})
			continue
		}
		given[q.Name] = true
		if fault := valueFault(at, param, q); fault != nil {
			out = append(out, fault)
		}
	}
	for _, q := range method.Params {
		if q.Required && !given[q.Name] {
			out = append(out, missingAuthParam{at: u.at("auth", "params"), param: q, connector: c, way: method})
		}
	}
	return out, strange
}

func paramNames(methods ...specs.Auth) []string {
	var names []string
	for _, m := range methods {
		for _, q := range m.Params {
			names = append(names, q.Name)
		}
	}
	return names
}

// valueFault checks a literal against the type and the values of its parameter.
func valueFault(at decode.Place, param schemas.Param, q specs.Param) problem {
	if param.Value == nil || isReference(param.Value.Text) {
		return nil
	}
	switch {
	case q.Type == "integer" && param.Value.Kind != schemas.Integer:
		return authValue{at: at, name: q.Name, want: "an integer"}
	case q.Type == "boolean" && param.Value.Text != "true" && param.Value.Text != "false":
		return authValue{at: at, name: q.Name, want: "true or false"}
	case len(q.Enum) > 0 && !slices.Contains(q.Enum, param.Value.Text):
		return authValue{at: at, name: q.Name, want: words.List(q.Enum, "or"), known: q.Enum, got: param.Value.Text}
	}
	return nil
}
