package compiler

import (
	"fmt"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/xdm"
)

// unknownField: a schema describes a field that it, or the schema that it refers to,
// does not have.
type unknownField struct {
	at    decode.Place
	key   bool // the path is a key, not a value
	fault *xdm.PathError
}

func (p unknownField) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownField, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` is not a field of the schema", p.fault.Path),
		Labels:  p.at.Labels("unknown field"),
		Help:    "use a field of the class, a field group, or `fields`",
	}
	if p.key {
		d.Labels = p.at.KeyLabels("unknown field")
	}
	suggestPath(&d, p.at, p.fault)
	if d.Fix != nil && !p.key {
		d.Fix = p.at.Fix(p.fault.Path, p.fault.Near[0])
	}
	return d
}

type repeatedField struct {
	at, first decode.Place
	path      string
}

func (p repeatedField) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.RepeatedField, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("duplicate field `%s`", p.path),
		Labels:  append(p.at.Labels("listed again"), diag.Label{Span: p.first.Span(), Text: "first listed here"}),
		Help:    "remove one of the two",
	}
}

// ownFieldDescribed: an own field under a key that is only for Adobe's.
type ownFieldDescribed struct {
	at       decode.Place
	path, of string
	key      bool
}

// insteadOf is what an own field has in place of a key for Adobe's fields.
var insteadOf = map[string]string{
	"displayNames": "title:", "deprecated": "deprecated: true", "fieldLabels": "labels:",
}

func (p ownFieldDescribed) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.OwnFieldDescribed, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` is for Adobe's fields, and `%s` is a custom field", p.of, p.path),
		Labels:  p.at.Labels("custom field"),
		Help:    fmt.Sprintf("remove it here, and write `%s` where the field is declared", insteadOf[p.of]),
	}
	if p.key {
		d.Labels = p.at.KeyLabels("custom field")
	}
	return d
}

// notReferring: a field that cannot hold the identity of a record.
type notReferring struct {
	at    decode.Place
	path  string
	key   bool // the path is a key, not a value
	field xdm.Field
}

func (p notReferring) Diagnose() diag.Diagnostic {
	what := "this is " + kindPhrase(p.field.Kind) + ", not a text"
	if p.field.Kind == xdm.Scalar {
		what = "has type " + p.field.Type + ", expected string"
	}
	d := diag.Diagnostic{
		Code: diag.RelationshipField, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` cannot refer to a record", p.path),
		Labels:  p.at.Labels(what),
		Help:    "use a text field that holds the identity of a record",
	}
	if p.key {
		d.Labels = p.at.KeyLabels(what)
	}
	return d
}

// relationshipIdentity: the field of a relationship has no reference identity.
type relationshipIdentity struct {
	at              decode.Place
	path, namespace string // the namespace may be ""
}

func (p relationshipIdentity) Diagnose() diag.Diagnostic {
	namespace := p.namespace
	if namespace == "" {
		namespace = "NAMESPACE"
	}
	return diag.Diagnostic{
		Code: diag.RelationshipIdentity, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("the relationship of `%s` needs a reference identity", p.path),
		Labels:  p.at.KeyLabels("no reference identity for it"),
		Help:    fmt.Sprintf("add `referenceIdentities: {%s: %s}`", p.path, namespace),
	}
}

// relationshipTarget: a relationship leads to a schema without a primary identity.
type relationshipTarget struct {
	at    decode.Place
	other *schemaSymbol
}

func (p relationshipTarget) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.RelationshipIdentity, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("schema `%s` has no primary identity to refer to", p.other.name),
		Labels: append(p.at.Labels("refers to it"),
			diag.Label{Span: p.other.whole().Span(), Text: "has no primary identity"}),
		Help: "mark one of its identities with `primary: true`",
	}
}

// relationshipNamespace: another namespace than that of the primary identity that is
// referred to.
type relationshipNamespace struct {
	at, primary decode.Place
	got, want   string
}

func (p relationshipNamespace) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.RelationshipNamespace, Severity: diag.Warning, Path: p.at.Path.String(),
		Message: fmt.Sprintf("namespace `%s` is not that of the identity that is referred to", p.got),
		Labels: append(p.at.Labels("expected "+p.want),
			diag.Label{Span: p.primary.Span(), Text: "the primary identity"}),
		Help: "write `" + p.want + "`",
		Fix:  p.at.Fix(p.got, p.want),
	}
}

// relationshipCardinality: a key that needs a cardinality, or another one.
type relationshipCardinality struct {
	at       decode.Place
	key, got string // got is the cardinality, "" for none
}

func (p relationshipCardinality) Diagnose() diag.Diagnostic {
	if p.got != "" {
		return diag.Diagnostic{
			Code: diag.RelationshipCardinality, Severity: diag.Error, Path: p.at.Path.String(),
			Message: fmt.Sprintf("a relationship with a `namespace` is M:1, not %s", p.got),
			Labels:  p.at.Labels("expected M:1"),
			Help:    "write `cardinality: M:1`, or remove `namespace`",
			Fix:     p.at.Fix(p.got, "M:1"),
		}
	}
	return diag.Diagnostic{
		Code: diag.RelationshipCardinality, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` of a relationship needs a `cardinality`", p.key),
		Labels:  p.at.KeyLabels("a relationship without a cardinality has none"),
		Help:    "add `cardinality: 1:1`, or `M:1` where many records refer to one",
	}
}

type emptyDisplayName struct{ at decode.Place }

func (p emptyDisplayName) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.DisplayName, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "empty display name",
		Labels:  p.at.KeyLabels("expected a name"),
		Help:    "write a name, or an object with `title`, `description`, `suggestions`, or `hiddenSuggestions`",
	}
}

type suggestionsOfType struct {
	at    decode.Place
	path  string
	field xdm.Field
}

func (p suggestionsOfType) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.DisplayName, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` is not a text field and has no suggested values", p.path),
		Labels:  p.at.KeyLabels("the field has type " + p.field.Type),
		Help:    "remove the key",
	}
}
