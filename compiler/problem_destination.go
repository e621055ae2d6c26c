package compiler

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/internal/xdm"
)

// destinationFault: a destination that is not a field of the schema.
type destinationFault struct {
	at        decode.Place
	fault     *xdm.PathError
	schema    *schemaSymbol // nil when nothing is known about it
	namespace string        // of the tenant, when it is known
}

func (p destinationFault) Diagnose() diag.Diagnostic {
	e := p.fault
	d := diag.Diagnostic{Severity: diag.Error, Path: p.at.Path.String(), Labels: p.at.KeyLabels("")}
	d.Labels[0].Span = p.at.KeyPart(e.Start, e.End)
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
		d.Labels[0].Text = "unknown field"
		d.Help = whereFieldsAre(p.schema)
	case xdm.WrongTenant:
		d.Code = diag.WrongTenant
		d.Message = fmt.Sprintf("`%s` is neither a standard namespace nor this organization's", e.Name)
		d.Labels[0].Text = "expected " + xdm.TenantNamespace
		if p.namespace != "" {
			d.Labels[0].Text += " or _" + p.namespace
		}
		d.Help = "write " + xdm.TenantNamespace + ": it is replaced by the namespace of the target's organization"
	case xdm.NoOwnFields:
		d.Code = diag.NoOwnFields
		d.Message = "the schema has no custom fields"
		d.Labels[0].Text = "namespace of custom fields"
		d.Help = "declare the field under `fields` of the schema"
	case xdm.NotAnArray:
		d.Code = diag.DestinationIndex
		d.Message = fmt.Sprintf("`%s` is %s and has no elements", e.Name, kindPhrase(e.Kind))
		d.Labels[0].Text = "only lists have an index"
		d.Help = "remove the index"
		if span := d.Labels[0].Span; p.at.Key().Text() == e.Path {
			d.Fix = &diag.Fix{Title: "remove " + span.Text(), Edits: []diag.Edit{{Span: span}}}
		}
	case xdm.ChildOfLeaf:
		d.Code = diag.DestinationBelow
		d.Message = fmt.Sprintf("%s is a single value of type %s and has no fields", parent, e.Type)
		d.Labels[0].Text = "has no fields"
		d.Help = "map to " + parent + " itself"
	default:
		d.Code = diag.DestinationPath
		d.Message = fmt.Sprintf("invalid field path `%s`: %s", e.Path, pathDetail(e.Detail))
		d.Labels[0].Text = pathDetail(e.Detail)
		d.Help = "write names joined by dots, such as person.name.firstName, with [0] or [*] after a list"
	}
	suggestPath(&d, p.at, e)
	if p.schema != nil && (e.Code == xdm.UnknownPath || e.Code == xdm.NoOwnFields) {
		d.Labels = append(d.Labels, diag.Label{Span: p.schema.whole().Key(), Text: "the schema"})
	}
	return d
}

// whereFieldsAre says which fields a schema has.
func whereFieldsAre(s *schemaSymbol) string {
	if s == nil {
		return "use a field that the schema has, or add it to the schema"
	}
	if s != nil && s.Relational != nil {
		return "declare it in `fields`: a relational schema has no other fields"
	}
	return "use a field of the class, a field group, or `fields`"
}

func pathDetail(detail string) string {
	switch detail {
	case "empty segment":
		return "missing name between dots"
	case "unclosed ${", "unclosed [":
		return "missing closing bracket"
	case "] without [":
		return "unmatched closing bracket"
	case "index":
		return "expected a number or * as the index"
	case "too deep":
		return "more levels than a schema can have"
	}
	return "expected a dot"
}

type indexMissing struct {
	at   decode.Place
	note xdm.FieldNote
}

func (p indexMissing) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.IndexMissing, Severity: diag.Warning, Path: p.at.Path.String(),
		Message: fmt.Sprintf("missing index for the list `%s`", p.note.Path),
		Labels:  p.at.KeyLabels(""),
		Help:    "write [0] after it for the first element, or [*] to map a list to each element",
	}
	d.Labels[0].Span, d.Labels[0].Text = p.at.KeyPart(p.note.Start, p.note.End), "expected an index"
	return d
}

type deprecatedField struct {
	at         decode.Place
	path       string
	start, end int
	own        bool // the organization's, or not deprecated in Adobe's published model
}

// isAbout reports whether two findings are about one field.
func (p deprecatedField) isAbout(other deprecatedField) bool { return p.path == other.path }

func (p deprecatedField) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.DeprecatedField, Severity: diag.Warning, Path: p.at.Path.String(),
		Message: fmt.Sprintf("field `%s` is deprecated", p.path),
		Labels:  p.at.KeyLabels(""),
		Help:    "use the replacement that Adobe documents; data in this field will eventually be ignored",
	}
	d.Labels[0].Span, d.Labels[0].Text = p.at.KeyPart(p.start, p.end), "deprecated by Adobe"
	if p.own {
		d.Labels[0].Text = "deprecated"
		d.Help = "map to the field that replaces it, or remove the mapping"
	}
	return d
}

type readOnlyField struct{ at decode.Place }

func (p readOnlyField) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.ReadOnlyField, Severity: diag.Warning, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` is set by the platform", p.at.Path[len(p.at.Path)-1].Key),
		Labels:  p.at.KeyLabels("the mapped value is overwritten"),
		Help:    "remove the mapping, or map to a field of your own",
	}
}

// missingField: a field that every record must have, or that its object must
// have once something in it is mapped.
type missingField struct {
	at      decode.Place // the mappings, or the mapping that makes the object
	missing xdm.Missing
	schema  *schemaSymbol
	beside  string // destination that makes the object, "" for a field of every record
}

func requiredField(u *unit, rows []filled, m xdm.Missing, s *schemaSymbol) missingField {
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
			Code: diag.RequiredSibling, Severity: diag.Warning, Path: p.at.Path.String(),
			Message: fmt.Sprintf("`%s` requires `%s`, which is not mapped", parent, field),
			Labels:  p.at.KeyLabels("creates `" + parent + "`"),
			Notes:   []string{"the platform drops rows in which an object lacks a required field"},
			Help:    "add a mapping `" + field + ":`",
		}
	}
	return diag.Diagnostic{
		Code: diag.RequiredField, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("required field `%s` is not mapped", p.missing.Path),
		Labels:  append(p.at.KeyLabels("no mapping for it"), p.requiredBy()),
		Help:    "add a mapping `" + p.missing.Path + ":`; the platform drops every row without it",
	}
}

// requiredBy is what requires a field of every record.
func (p missingField) requiredBy() diag.Label {
	if p.schema == nil {
		return diag.Label{Span: p.at.Doc.Lookup("target", "schema").Span(), Text: "the schema requires it"}
	}
	if p.schema.Relational != nil {
		return diag.Label{Span: p.schema.at("fields", p.missing.Path).Key(), Text: "every row has it"}
	}
	return diag.Label{Span: p.schema.whole().Key(), Text: "required by its class"}
}

// uncheckedSchema: a schema that only the platform knows.
type uncheckedSchema struct{ at decode.Place }

func (p uncheckedSchema) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.DestinationsUnchecked, Severity: diag.Note, Path: p.at.Path.String(),
		Message: "mapping destinations were not checked",
		Labels:  p.at.Labels("only the platform knows the fields of this schema"),
		Help:    "run `aepflow catalog` once to check paths and types, or describe the schema in a Schema document",
	}
}

type uncheckedDestinations struct {
	at      decode.Place
	count   int
	unknown []string
}

func (p uncheckedDestinations) Diagnose() diag.Diagnostic {
	note := "the fields of standard data types, and of those by $id, are unknown here"
	if len(p.unknown) > 0 {
		note = "unknown here: " + words.List(p.unknown, "and")
	}
	return diag.Diagnostic{
		Code: diag.DestinationsUnchecked, Severity: diag.Note, Path: p.at.Path.String(),
		Message: fmt.Sprintf("%s could not be checked", words.Spelled(p.count, "mapping destination")),
		Labels:  p.at.KeyLabels("some are in parts that only the platform knows"),
		Notes:   []string{note},
	}
}
