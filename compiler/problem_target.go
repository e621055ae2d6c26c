package compiler

import "github.com/aepflow/aepflow/compiler/decode"

import "github.com/aepflow/aepflow/internal/diag"

type profileWithoutSchema struct {
	at     decode.Place
	schema *schemaSymbol
}

func (p profileWithoutSchema) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.ProfileSchema, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "schema of a Profile dataset is not enabled for Profile",
		Labels:  p.at.Labels("the dataset is enabled for Profile"),
		Help:    "add `profile: true` to the schema (this cannot be undone), or remove it here",
	}
	if p.schema.Relational != nil {
		d.Help = "remove `profile`: a relational schema cannot be enabled for Profile"
	}
	return d
}

type profileWithoutIdentity struct{ at decode.Place }

func (p profileWithoutIdentity) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.ProfileIdentity, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "missing primary identity in a schema enabled for Profile",
		Labels:  p.at.Labels("the platform rejects this without one (XDM-1528-400)"),
		Help:    "add `identities: {PATH: {namespace: Email, primary: true}}` to the schema",
	}
}

type datasetSchema struct {
	u       *unit
	dataset decode.Place // where the dataset says its schema
	schema  string
}

func (p datasetSchema) Diagnose() diag.Diagnostic {
	at := p.u.at("target", "dataset")
	return diag.Diagnostic{
		Code: diag.DatasetSchema, Severity: diag.Error, Path: at.Path.String(),
		Message: "dataset and dataflow have different schemas",
		Labels: append(at.Labels("its schema is `"+p.schema+"`"),
			diag.Label{Span: p.dataset.Key(), Text: "set here"},
			diag.Label{Span: p.u.at("target", "schema").Key(), Text: "the dataflow's schema"}),
		Help: "use the same schema in both, or another dataset",
	}
}
