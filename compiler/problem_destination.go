package compiler

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/xdm"
)

// destinationFault: a destination that is no field of the schema.
type destinationFault struct {
	at        place
	fault     *xdm.PathError
	schema    madeSchema // without a body when nothing is known about it
	namespace string     // of the tenant, when it is known
}

func (p destinationFault) Diagnose() diag.Diagnostic {
	e := p.fault
	d := diag.Diagnostic{Severity: diag.Error, Path: p.at.path.String(), Labels: p.at.keyLabels("")}
	d.Labels[0].Span = p.at.keyPart(e.Start, e.End)
	parent := e.Parent
	if parent == "" {
		parent = "the schema"
	} else {
		parent = "`" + parent + "`"
	}
	switch e.Code {
	case xdm.UnknownPath:
		d.Code = diag.UnknownDestination
		d.Message = fmt.Sprintf("%s has no field `%s`", parent, e.Name)
		d.Labels[0].Text = "no such field"
		d.Help = "name a field of the class, of one of the field groups or of `fields`"
	case xdm.WrongTenant:
		d.Code = diag.WrongTenant
		d.Message = fmt.Sprintf("`%s` is neither a namespace of the standard nor that of this organisation", e.Name)
		d.Labels[0].Text = "expected " + xdm.TenantPlaceholder
		if p.namespace != "" {
			d.Labels[0].Text += " or _" + p.namespace
		}
		d.Help = "write " + xdm.TenantPlaceholder + ": it stands for the namespace of whatever organisation the target has"
	case xdm.NoOwnFields:
		d.Code = diag.NoOwnFields
		d.Message = "the schema has no fields of its own"
		d.Labels[0].Text = "the namespace of own fields"
		d.Help = "declare the field under `fields` of the schema"
	case xdm.NotAnArray:
		d.Code = diag.DestinationIndex
		d.Message = fmt.Sprintf("`%s` is %s and has no elements", e.Name, kindPhrase(e.Kind))
		d.Labels[0].Text = "an index is for lists"
		d.Help = "remove the index"
		if span := d.Labels[0].Span; p.at.key().Text() == e.Path {
			d.Fix = &diag.Fix{Title: "remove " + span.Text(), Edits: []diag.Edit{{Span: span}}}
		}
	case xdm.ChildOfLeaf:
		d.Code = diag.DestinationBelow
		d.Message = fmt.Sprintf("%s is a single value of type %s and has no fields", parent, e.Type)
		d.Labels[0].Text = "nothing can be below it"
		d.Help = "map to " + parent + " itself"
	default:
		d.Code = diag.DestinationPath
		d.Message = fmt.Sprintf("`%s` is no path of a field: %s", e.Path, pathDetail(e.Detail))
		d.Labels[0].Text = pathDetail(e.Detail)
		d.Help = "a path is names joined by dots, such as person.name.firstName, with [0] or [*] behind a list"
	}
	suggestPath(&d, p.at, e)
	if p.schema.body != nil && (e.Code == xdm.UnknownPath || e.Code == xdm.NoOwnFields) {
		d.Labels = append(d.Labels, diag.Label{Span: p.schema.at.key(), Text: "the schema"})
	}
	return d
}

func pathDetail(detail string) string {
	switch detail {
	case "empty segment":
		return "a name is missing between dots"
	case "unclosed ${", "unclosed [":
		return "the bracket is never closed"
	case "] without [":
		return "a bracket is closed that was not opened"
	case "index":
		return "an index is a number or *"
	case "too deep":
		return "it has more levels than a schema can have"
	}
	return "expected a dot"
}

type indexMissing struct {
	at   place
	note xdm.FieldNote
}

func (p indexMissing) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.IndexMissing, Severity: diag.Warning, Path: p.at.path.String(),
		Message: fmt.Sprintf("`%s` is a list, and nothing says which element is meant", p.note.Path),
		Labels:  p.at.keyLabels(""),
		Help:    "write [0] behind it for the first element, or [*] when a list is mapped to each",
	}
	d.Labels[0].Span, d.Labels[0].Text = p.at.keyPart(p.note.Start, p.note.End), "expected an index"
	return d
}

type deprecatedField struct {
	at         place
	path       string
	start, end int
}

func (p deprecatedField) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.DeprecatedField, Severity: diag.Warning, Path: p.at.path.String(),
		Message: fmt.Sprintf("the field `%s` is deprecated", p.path),
		Labels:  p.at.keyLabels(""),
		Help:    "look for the field that Adobe names instead; data in this one will be ignored one day",
	}
	d.Labels[0].Span, d.Labels[0].Text = p.at.keyPart(p.start, p.end), "given up by Adobe"
	return d
}

type readOnlyField struct{ at place }

func (p readOnlyField) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.ReadOnlyField, Severity: diag.Warning, Path: p.at.path.String(),
		Message: fmt.Sprintf("the platform writes `%s` itself", p.at.path[len(p.at.path)-1].Key),
		Labels:  p.at.keyLabels("what is mapped here is overwritten"),
		Help:    "remove the mapping, or map to a field of your own",
	}
}

// missingField: a field that every record must have, or that its object must
// have once something in it is mapped.
type missingField struct {
	at      place // the mappings, or the mapping that makes the object
	missing xdm.Missing
	schema  madeSchema
	beside  string // destination that makes the object, "" for a field of every record
}

func requiredField(u *unit, rows []filled, m xdm.Missing, s madeSchema) missingField {
	if m.Index < 0 {
		return missingField{at: u.at("mappings"), missing: m, schema: s}
	}
	return missingField{at: rows[m.Index].at, missing: m, schema: s, beside: rows[m.Index].Destination}
}

// path is the missing field below the object as the document writes it: with
// its indexes and its namespace.
func (p missingField) path() (parent, field string) {
	parent = p.missing.Parent
	steps := strings.Split(p.beside, ".")
	if n := strings.Count(parent, ".") + 1; n < len(steps) && !strings.Contains(p.beside, `\.`) {
		parent = strings.Join(steps[:n], ".")
	}
	return parent, parent + strings.TrimPrefix(p.missing.Path, p.missing.Parent)
}

func (p missingField) Diagnose() diag.Diagnostic {
	if p.beside != "" {
		parent, field := p.path()
		return diag.Diagnostic{
			Code: diag.RequiredSibling, Severity: diag.Warning, Path: p.at.path.String(),
			Message: fmt.Sprintf("`%s` needs `%s`, which nothing fills", parent, field),
			Labels:  p.at.keyLabels("this makes `" + parent + "`"),
			Notes:   []string{"the platform drops a row whose object lacks a required field"},
			Help:    "add a mapping `" + field + ":`",
		}
	}
	return diag.Diagnostic{
		Code: diag.RequiredField, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("every record needs `%s`, which nothing fills", p.missing.Path),
		Labels:  append(p.at.keyLabels("no mapping of it"), diag.Label{Span: p.schema.at.key(), Text: "its class requires it"}),
		Help:    "add a mapping `" + p.missing.Path + ":`; the platform drops every row without it",
	}
}

// uncheckedSchema: a schema that only the platform knows.
type uncheckedSchema struct{ at place }

func (p uncheckedSchema) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.DestinationsUnchecked, Severity: diag.Note, Path: p.at.path.String(),
		Message: "the destinations of the mappings were not checked",
		Labels:  p.at.labels("only the platform knows the fields of this schema"),
		Help:    "describe the schema in a Schema document to have paths and types checked",
	}
}

type uncheckedDestinations struct {
	at      place
	count   int
	unknown []string
}

func (p uncheckedDestinations) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.DestinationsUnchecked, Severity: diag.Note, Path: p.at.path.String(),
		Message: fmt.Sprintf("%s of the mappings could not be checked", plural(p.count, "destination")),
		Labels:  p.at.keyLabels("some lie in what only the platform knows"),
		Notes:   []string{"not known here: " + list(p.unknown, "and")},
	}
}
