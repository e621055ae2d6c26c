package compiler

import (
	"fmt"
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/schemas"
)

// resolveLifecycle checks what a document says about its earlier name and about
// objects that exist.
func resolveLifecycle(u *unit, report *diag.Report) {
	l := u.lifecycle()
	if l == nil {
		return
	}
	if l.MovedFrom == u.name && u.name != "" {
		report.Add(movedFromItself{at: u.at("lifecycle", "movedFrom"), name: u.name})
	}
	resolveImports(u, l.Import, report)
	resolveIgnored(u, l.IgnoreChanges, report)
}

// resolveImports checks that a document imports only what it makes.
func resolveImports(u *unit, imports schemas.Imports, report *diag.Report) {
	makes := kindsMade(u)
	for _, i := range imports {
		if !slices.Contains(makes, resource.Kind(i.Kind)) {
			report.Add(unknownImport{at: u.at("lifecycle", "import", i.Kind), kind: i.Kind, makes: makes})
		}
	}
}

// kindsMade are the kinds of which a document makes one object.
func kindsMade(u *unit) (makes []resource.Kind) {
	switch {
	case u.dataflow != nil:
		makes = []resource.Kind{resource.Source, resource.Target, resource.Mapping, resource.Flow}
		if u.ownDataset != nil {
			makes = append(makes, kindsOfDataset(u.ownDataset)...)
		}
		makes = append(makes, kindsOfSchema(u.ownSchema)...)
	case u.connection != nil:
		makes = []resource.Kind{resource.Connection}
	case u.schema != nil:
		makes = kindsOfSchema(u.ownSchema)
	case u.dataset != nil:
		makes = kindsOfDataset(u.ownDataset)
	case u.group != nil:
		makes = []resource.Kind{resource.FieldGroup}
	case u.class != nil:
		makes = []resource.Kind{resource.Class}
	case u.dataType != nil:
		makes = []resource.Kind{resource.DataType}
	case u.namespace != nil:
		makes = []resource.Kind{resource.Namespace}
	}
	return makes
}

// kindsOfDataset are the kinds with one object for each dataset.
func kindsOfDataset(d *datasetSymbol) []resource.Kind {
	if len(d.Labels) > 0 {
		return []resource.Kind{resource.Dataset, resource.DatasetLabels}
	}
	return []resource.Kind{resource.Dataset}
}

// kindsOfSchema are the kinds with one object for each schema.
func kindsOfSchema(s *schemaSymbol) []resource.Kind {
	switch {
	case s == nil:
		return nil
	case len(s.Fields) > 0 && s.Relational == nil:
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
		Message: fmt.Sprintf("this document creates no `%s` to import", p.kind),
		Labels:  p.at.keyLabels("expected " + list(names, "or")),
		Help:    "it creates " + list(names, "and"),
	}
	if near, ok := diag.Nearest(p.kind, names); ok {
		d.Help = "did you mean `" + near + "`?"
	}
	return d
}
