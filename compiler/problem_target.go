package compiler

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
)

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

type twoPrimaries struct{ at place }

func (p twoPrimaries) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.PrimaryIdentity, Severity: diag.Error, Path: p.at.path.String(),
		Message: "a schema has at most one primary identity",
		Labels:  p.at.keyLabels("another one is primary already"),
		Help:    "keep `primary: true` at one of them",
	}
}

type unknownClass struct {
	at  place
	got string
}

func (p unknownClass) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownClass, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("unknown class `%s`", p.got),
		Labels:  p.at.labels("expected profile, event or the $id of a class"),
		Help:    "write `profile` for people, `event` for what they do, or an $id such as https://ns.adobe.com/{TENANT_ID}/classes/…",
	}
	if near, ok := diag.Nearest(p.got, []string{"profile", "event"}); ok {
		d.Help = "did you mean `" + near + "`?"
		d.Fix = p.at.fix(p.got, near)
	}
	return d
}

type unknownFieldGroup struct {
	at    place
	got   string
	known []string
}

func (p unknownFieldGroup) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownFieldGroup, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("unknown field group `%s`", p.got),
		Labels:  p.at.labels("neither a standard field group nor an $id"),
		Help:    "write a name such as profile-person-details, or the $id of a field group",
	}
	if near, ok := diag.Nearest(p.got, p.known); ok {
		d.Help = "did you mean `" + near + "`?"
		d.Fix = p.at.fix(p.got, near)
	}
	return d
}

type unknownFieldType struct {
	at        place
	path, got string
}

func (p unknownFieldType) Diagnose() diag.Diagnostic {
	known := fieldTypeNames()
	d := diag.Diagnostic{
		Code: diag.UnknownType, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("field `%s` has unknown type `%s`", p.path, p.got),
		Labels:  p.at.labels("no such type"),
		Help:    "types are " + strings.Join(known, ", ") + ", each also with [] for a list",
	}
	if near, ok := diag.Nearest(p.got, known); ok {
		d.Help = "did you mean `" + near + "`?"
		d.Fix = p.at.fix(p.got, near)
	}
	return d
}

type badFieldPath struct {
	at        place
	got, step string
}

func (p badFieldPath) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FieldPath, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("`%s` cannot name a field", p.step),
		Labels:  p.at.keyLabels("expected names of letters, digits, - and _, joined by dots"),
		Help:    "begin every name with a letter; a leading underscore is kept for namespaces",
	}
}

type fieldClash struct{ first, second place }

func (p fieldClash) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FieldClash, Severity: diag.Error, Path: p.second.path.String(),
		Message: "a field is both a value and an object of other fields",
		Labels: []diag.Label{
			{Span: p.second.key(), Text: "this field"},
			{Span: p.first.key(), Text: "and this one lie inside each other"},
		},
		Help: "rename one of them",
	}
}
