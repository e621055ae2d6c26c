package compiler

import (
	"fmt"

	"github.com/aepflow/aepflow/internal/diag"
)

// wellKnownName: references would mean the standard one.
type wellKnownName struct {
	at                place
	name, noun, title string
}

func (p wellKnownName) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.WellKnownName, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("`%s` is a standard %s", p.name, p.noun),
		Labels:  p.at.labels("also names Adobe's " + p.title),
		Help:    "choose another name",
	}
}

// noClasses: a field group belongs to no schema.
type noClasses struct{ at place }

func (p noClasses) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FieldGroupClass, Severity: diag.Error, Path: p.at.path.String(),
		Message: "a field group needs at least one class", Labels: p.at.labels("no class"),
		Help: "list the classes of the schemas that may have it, such as `classes: [profile]`",
	}
}

// groupDocumentClass: the field group of a document is not for the class of a schema.
type groupDocumentClass struct {
	at, class place
	group     *groupSymbol
	of        string
}

func (p groupDocumentClass) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FieldGroupClass, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("field group `%s` is not for class `%s`", p.group.name, p.of),
		Labels: append(p.at.labels("does not extend the class"), diag.Label{Span: p.class.span(), Text: "class"},
			diag.Label{Span: p.group.at("classes").span(), Text: "its classes"}),
		Help: fmt.Sprintf("add `%s` to the `classes` of the field group, or remove the field group", p.of),
	}
}

// partClash: two parts of a schema define a field in different ways.
type partClash struct {
	schema        *schemaSymbol
	first, second declaredField
}

func (p partClash) Diagnose() diag.Diagnostic {
	at := p.schema.itemAt(p.second.group, "fieldGroups")
	where := func(d declaredField) diag.Label {
		text := "field of the schema"
		if d.group >= 0 {
			text = fmt.Sprintf("field of `%s`", d.in.name)
		}
		return diag.Label{Span: d.in.at("fields", d.in.Fields[d.index].Path).key(), Text: text}
	}
	return diag.Diagnostic{
		Code: diag.PartClash, Severity: diag.Error, Path: at.path.String(),
		Message: fmt.Sprintf("two parts of the schema define `%s` differently", p.second.path()),
		Labels:  append(at.labels("defines the field again"), where(p.second), where(p.first)),
		Help:    "define the field in one of the two, or in both with the same type and limits",
	}
}
