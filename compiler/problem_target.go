package compiler

import "github.com/aepflow/aepflow/internal/diag"

type profileWithoutSchema struct{ at place }

func (p profileWithoutSchema) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.ProfileSchema, Severity: diag.Error, Path: p.at.path.String(),
		Message: "a Profile dataset needs a schema that takes part in Profile",
		Labels:  p.at.labels("the dataset is to feed Profile, its schema does not"),
		Help:    "add `profile: true` to the schema (this cannot be undone), or remove it here",
	}
}

type profileWithoutIdentity struct{ at place }

func (p profileWithoutIdentity) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.ProfileIdentity, Severity: diag.Error, Path: p.at.path.String(),
		Message: "a schema that takes part in Profile needs a primary identity",
		Labels:  p.at.labels("the platform refuses this without one (XDM-1528-400)"),
		Help:    "add `identities: {PATH: {namespace: Email, primary: true}}` to the schema",
	}
}
