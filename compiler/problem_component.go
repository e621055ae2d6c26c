package compiler

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/words"
)

// wellKnownName: references would mean the standard one.
type wellKnownName struct {
	at                decode.Place
	name, noun, title string
}

func (p wellKnownName) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.WellKnownName, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` is a standard %s", p.name, p.noun),
		Labels:  p.at.Labels("also names Adobe's " + p.title),
		Help:    "choose another name",
	}
}

// noClasses: a field group belongs to no schema.
type noClasses struct{ at decode.Place }

func (p noClasses) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FieldGroupClass, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "a field group needs at least one class", Labels: p.at.Labels("no class"),
		Help: "list the classes of the schemas that may have it, such as `classes: [profile]`",
	}
}

// groupDocumentClass: the field group of a document is not for the class of a schema.
type groupDocumentClass struct {
	at, class decode.Place
	group     *groupSymbol
	of        string
}

func (p groupDocumentClass) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FieldGroupClass, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("field group `%s` is not for class `%s`", p.group.name, p.of),
		Labels: append(p.at.Labels("does not extend the class"), diag.Label{Span: p.class.Span(), Text: "class"},
			diag.Label{Span: p.group.at("classes").Span(), Text: "its classes"}),
		Help: fmt.Sprintf("add `%s` to the `classes` of the field group, or remove the field group", p.of),
	}
}

// partAt is where a schema names one of its parts.
func (s *schemaSymbol) partAt(part int) decode.Place {
	if part == classPart {
		return s.at("class")
	}
	return s.itemAt(part, "fieldGroups")
}

// partClash: two parts of a schema define a field in different ways.
type partClash struct {
	schema        *schemaSymbol
	first, second declaredField
}

func (p partClash) Diagnose() diag.Diagnostic {
	at := p.schema.partAt(p.second.part)
	where := func(d declaredField) diag.Label {
		text := "field of the schema"
		if d.part != itself {
			text = fmt.Sprintf("field of `%s`", d.in.name)
		}
		return diag.Label{Span: d.in.at("fields", d.in.Fields[d.index].Path).Key(), Text: text}
	}
	return diag.Diagnostic{
		Code: diag.PartClash, Severity: diag.Error, Path: at.Path.String(),
		Message: fmt.Sprintf("two parts of the schema define `%s` differently", p.second.path()),
		Labels:  append(at.Labels("defines the field again"), where(p.second), where(p.first)),
		Help:    "define the field in one of the two, or in both with the same type and limits",
	}
}

type unknownDataType struct {
	at   decode.Place
	got  string
	near []string
}

func (p unknownDataType) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownDataType, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("unknown data type `%s`", p.got),
		Labels:  p.at.Labels("neither a document, nor a standard data type, nor an $id"),
		Help: fmt.Sprintf("add a document `kind: DataType` with `name: %s`, or write the name of a standard data type or "+
			"an $id", p.got),
	}
	if len(p.near) > 0 {
		d.Help = "did you mean " + words.Quoted(p.near[:min(3, len(p.near))], "or") + "?"
	}
	if len(p.near) == 1 {
		d.Fix = p.at.FixName(p.got, p.near[0])
	}
	return d
}

// typeInItself: a data type has itself, directly or through others.
type typeInItself struct {
	at    decode.Place
	names []string
}

func (p typeInItself) Diagnose() diag.Diagnostic {
	names := p.names
	if len(names) > 6 {
		names = append(append(names[:3:3], "…"), names[len(names)-2:]...)
	}
	return diag.Diagnostic{
		Code: diag.DataTypeCycle, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("data type `%s` contains itself", p.names[0]),
		Labels:  p.at.Labels("leads back to `" + p.names[0] + "`"),
		Notes:   []string{"the way is " + strings.Join(names, " → ") + " → " + p.names[0]},
		Help:    "remove the field, or let it hold a key of the record in place of the record",
	}
}

type missingFieldType struct {
	at   decode.Place
	path string
}

func (p missingFieldType) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.MissingKey, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("field `%s` has no type", p.path),
		Labels:  p.at.KeyLabels("`type` or `$ref` is required here"),
		Help:    "write its type, such as `type: string`, or the data type that it is, such as `$ref: address`",
	}
}

type typeAndRef struct {
	at, other decode.Place
	typ       string
}

func (p typeAndRef) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.FieldLimit, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "`type` and `$ref` are mutually exclusive",
		Labels:  []diag.Label{{Span: p.at.Key(), Text: "data type"}, {Span: p.other.Key(), Text: "type"}},
		Help:    "remove one of the two; for a list of a data type, write [] after the path of the field",
	}
	if strings.HasPrefix(p.typ, "map") {
		d.Message, d.Help = "a map cannot hold a data type", "remove `$ref`: "+mapHelp
	}
	return d
}

type relationalRef struct{ at decode.Place }

func (p relationalRef) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.RelationalSchema, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "a field of a relational schema cannot be a data type", Labels: p.at.KeyLabels("not allowed here"),
		Help: "declare the columns that the table has",
	}
}
