package compiler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/words"
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
	makes, descriptors := kindsMade(u), descriptorsMade(u)
	for _, i := range imports {
		if !slices.Contains(makes, resource.Kind(i.Kind)) && !slices.Contains(descriptors, i.Kind) {
			report.Add(unknownImport{
				at: u.at("lifecycle", "import", i.Kind), kind: i.Kind, makes: makes, descriptors: descriptors,
			})
		}
	}
}

// descriptorsMade are the addresses of the descriptors that a document makes: there are several of a kind.
func descriptorsMade(u *unit) (out []string) {
	add := func(s *schemaSymbol, kind resource.Kind, path string) {
		out = append(out, s.describedBy(kind, path).String())
	}
	labels := func(s *schemaSymbol) {
		for _, f := range s.Fields {
			if len(f.Labels) > 0 {
				add(s, resource.Label, f.Path)
			}
		}
	}
	switch {
	case u.ownGroup != nil:
		labels(u.ownGroup.schemaSymbol)
	case u.ownClass != nil:
		labels(u.ownClass.schemaSymbol)
	}
	s := u.ownSchema
	if s == nil {
		return out
	}
	labels(s)
	for _, d := range s.Identities {
		add(s, resource.Descriptor, d.Path)
	}
	for _, d := range s.ReferenceIdentities {
		add(s, resource.ReferenceIdentity, d.Path)
	}
	for _, d := range s.Relationships {
		add(s, resource.Relationship, d.Path)
	}
	for _, d := range s.DisplayNames {
		add(s, resource.Display, d.Path)
	}
	for _, path := range s.Deprecated {
		add(s, resource.Deprecated, path)
	}
	for _, f := range s.FieldLabels {
		add(s, resource.Label, f.Path)
	}
	for _, r := range s.roles() {
		out = append(out, r.address.String())
	}
	return out
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
		return withTag(s, resource.Schema, resource.FieldGroup)
	}
	return withTag(s, resource.Schema)
}

// withTag adds the Profile tag of a schema that has it to the kinds that its document makes.
func withTag(s *schemaSymbol, kinds ...resource.Kind) []resource.Kind {
	if s.Profile {
		return append(kinds, resource.Union)
	}
	return kinds
}

type unknownImport struct {
	at    decode.Place
	kind  string
	makes []resource.Kind

	descriptors []string // their addresses
}

func (p unknownImport) Diagnose() diag.Diagnostic {
	var names []string
	for _, k := range p.makes {
		names = append(names, string(k))
	}
	d := diag.Diagnostic{
		Code: diag.ImportKind, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("this document creates no `%s` to import", p.kind),
		Labels:  p.at.KeyLabels("expected " + words.List(names, "or")),
		Help:    "it creates " + words.List(names, "and"),
	}
	of := slices.IndexFunc(p.descriptors, func(a string) bool { return strings.HasPrefix(a, p.kind+".") })
	kind, _, _ := strings.Cut(p.kind, ".")
	switch {
	case of >= 0:
		d.Help = "a descriptor is named by its address, such as `" + p.descriptors[of] + "`"
		return d
	case slices.Contains(names, kind):
		d.Help = "write `" + kind + "`: the document creates one"
		return d
	case strings.Contains(p.kind, ".") && len(p.descriptors) > 0:
		d.Help = "its descriptors are " + words.Quoted(p.descriptors, "and")
	}
	if near, ok := diag.Nearest(p.kind, append(names, p.descriptors...)); ok {
		d.Help = "did you mean `" + near + "`?"
	}
	return d
}
