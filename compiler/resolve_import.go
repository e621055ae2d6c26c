package compiler

import (
	"fmt"
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/schemas"
)

// resolveImports checks that a document imports only what it makes.
func (p *project) resolveImports(u *unit) {
	var l *schemas.Lifecycle
	var makes []resource.Kind
	switch {
	case u.dataflow != nil:
		l = u.dataflow.Lifecycle
		makes = []resource.Kind{resource.Source, resource.Target, resource.Mapping, resource.Flow}
		schema, dataset := u.inline()
		if dataset != nil {
			makes = append(makes, resource.Dataset)
		}
		makes = append(makes, kindsOfSchema(schema)...)
	case u.connection != nil:
		l, makes = u.connection.Lifecycle, []resource.Kind{resource.Connection}
	case u.schema != nil:
		l, makes = u.schema.Lifecycle, kindsOfSchema(&u.schema.SchemaBody)
	case u.dataset != nil:
		l, makes = u.dataset.Lifecycle, []resource.Kind{resource.Dataset}
	}
	if l == nil {
		return
	}
	for _, i := range l.Import {
		if !slices.Contains(makes, resource.Kind(i.Kind)) {
			p.report.Add(unknownImport{at: u.at("lifecycle", "import", i.Kind), kind: i.Kind, makes: makes})
		}
	}
}

// kindsOfSchema are the kinds with one object for each schema.
func kindsOfSchema(body *schemas.SchemaBody) []resource.Kind {
	switch {
	case body == nil:
		return nil
	case len(body.Fields) > 0:
		return []resource.Kind{resource.Schema, resource.FieldGroup}
	}
	return []resource.Kind{resource.Schema}
}

type unknownImport struct {
	at    place
	kind  string
	makes []resource.Kind
}

func (p unknownImport) Diagnose() diag.Diagnostic {
	var names []string
	for _, k := range p.makes {
		names = append(names, string(k))
	}
	d := diag.Diagnostic{
		Code: diag.ImportKind, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("this document makes no `%s` that could be imported", p.kind),
		Labels:  p.at.keyLabels("expected " + list(names, "or")),
		Help:    "it makes " + list(names, "and"),
	}
	if near, ok := diag.Nearest(p.kind, names); ok {
		d.Help = "did you mean `" + near + "`?"
	}
	return d
}
