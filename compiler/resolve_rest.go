package compiler

import (
	"slices"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
)

// resolveRest compares the parameters of a self-serve source with those that Adobe
// publishes. Where it publishes none, they are noted as not checked.
func (r *sourceResolver) resolveRest() {
	c, ok := r.connector(r.u)
	if !ok || c.FlowSpec != "RestStorageToAEP" {
		return
	}
	if c.SourceParams == nil {
		if r.u.has("rest", "params") {
			r.report.Add(uncheckedParams{r.u.at("rest", "params")})
		}
		return
	}
	var params resource.Value
	if text := r.u.dataflow.Rest.Params.JSON; text != nil {
		params, _ = resource.ParsePlain(text) // the decoder wrote it
	}
	for _, f := range params.Fields {
		at := r.u.at("rest", "params", f.Name)
		known := slices.IndexFunc(c.SourceParams, func(p specs.Param) bool { return p.Name == f.Name })
		if known < 0 {
			r.report.Add(unknownSourceParam{at, f.Name, c})
		} else if fault := sourceParamFault(at, f.Value, c.SourceParams[known]); fault != nil {
			r.report.Add(fault)
		}
	}
	for _, p := range c.SourceParams {
		if _, given := params.Get(p.Name); p.Required && !given && !misspelled(p.Name, params.Fields, c) {
			r.report.Add(missingSourceParam{r.u, p, c})
		}
	}
}

// misspelled reports whether one of the unknown parameters is another spelling of name.
func misspelled(name string, given []resource.Field, c specs.Connector) bool {
	return slices.ContainsFunc(given, func(f resource.Field) bool {
		near, ok := diag.Nearest(f.Name, sourceParamNames(c))
		return ok && near == name
	})
}

func sourceParamNames(c specs.Connector) []string {
	var out []string
	for _, p := range c.SourceParams {
		out = append(out, p.Name)
	}
	return out
}

// sourceParamFault checks a value against the type and the published values of its parameter.
func sourceParamFault(at decode.Place, v resource.Value, p specs.Param) problem {
	if v.Kind != resource.StringValue {
		return sourceParamType{at, p, v.Kind == resource.NumberValue || v.Kind == resource.BoolValue}
	}
	if len(p.Enum) > 0 && !slices.Contains(p.Enum, v.Text) {
		return unlistedSourceParam{at, p, v.Text}
	}
	return nil
}
