package compiler

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

type unknownClass struct {
	at    decode.Place
	got   string
	names []string // of classes
}

func (p unknownClass) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownClass, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("unknown class `%s`", p.got),
		Labels:  p.at.Labels("expected profile, event, a Class document, or the $id of a class"),
		Help: "write `profile` for people, `event` for their actions, the name of a document `kind: Class`, or an $id " +
			"such as https://ns.adobe.com/{TENANT_ID}/classes/…",
	}
	if near := decode.Meant(&d, p.got, p.names); near != "" {
		d.Fix = p.at.Fix(p.got, near)
	}
	return d
}

type unknownFieldGroup struct {
	at   decode.Place
	got  string
	near []string
}

func (p unknownFieldGroup) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownFieldGroup, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("unknown field group `%s`", p.got),
		Labels:  p.at.Labels("neither a document, nor a standard field group, nor an $id"),
		Help:    "write the name of a FieldGroup document, a standard name such as profile-person-details, or an $id",
	}
	if len(p.near) > 0 {
		d.Help = "did you mean " + words.Quoted(p.near, "or") + "?"
	}
	if len(p.near) == 1 {
		d.Fix = p.at.FixName(p.got, p.near[0])
	}
	return d
}

type fieldGroupClass struct {
	at, class decode.Place
	group     xdm.FieldGroup
	of        xdm.Class
}

func (p fieldGroupClass) Diagnose() diag.Diagnostic {
	var fit []string
	for _, id := range p.group.Extends {
		if c, ok := xdm.ClassByName(id); ok && c.Title != "" {
			fit = append(fit, c.Title)
		}
	}
	d := diag.Diagnostic{
		Code: diag.FieldGroupClass, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("field group %s does not extend class %s", p.group.Title, p.of.Title),
		Labels:  append(p.at.Labels("does not extend the class"), diag.Label{Span: p.class.Span(), Text: "class"}),
		Help:    "remove it, or choose a field group that extends the class",
	}
	if len(fit) > 0 {
		d.Notes = []string{"it extends " + words.List(fit, "and")}
	}
	return d
}

type unknownFieldType struct {
	at        decode.Place
	path, got string
}

// mapHelp says what the platform takes as the values of a map.
const mapHelp = "write `map of string` or `map of integer`, the only maps that the platform takes; for many of an " +
	"object or a data type, declare a list: write [] after the path of the field"

func (p unknownFieldType) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownType, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("field `%s` has unknown type `%s`", p.path, p.got),
		Labels:  p.at.Labels("unknown type"),
		Help:    "types are " + strings.Join(xdm.FieldTypes(), ", ") + "; append [] for a list",
	}
	if strings.HasPrefix(p.got, "map of ") {
		d.Help = mapHelp
	}
	if near := xdm.NearestFieldType(p.got); near != "" {
		d.Help = "did you mean `" + near + "`?"
		d.Fix = p.at.Fix(p.got, near)
	}
	return d
}

type fieldLimit struct {
	at     decode.Place
	field  schemas.OwnField
	misfit xdm.Misfit
}

func (p fieldLimit) Diagnose() diag.Diagnostic {
	message, help := "", ""
	typ := title(p.field.Type, "`"+p.field.Ref+"`")
	switch p.misfit.Code {
	case xdm.NotForType:
		message, help = fmt.Sprintf("`%s` is not allowed for type %s", p.misfit.Member, typ),
			"use `enum`, `suggestions`, `pattern`, and lengths for text, `minimum` and `maximum` for numbers"
	case xdm.NotWhole:
		message, help = fmt.Sprintf("`%s` of an integer must be a whole number", p.misfit.Member),
			"write a whole number, or change the type to number"
	case xdm.OutOfRange:
		message, help = fmt.Sprintf("`%s` is outside the range of type %s", p.misfit.Member, p.field.Type),
			"use a wider type such as long, or change the limit"
	case xdm.EmptyRange:
		least := strings.Replace(p.misfit.Member, "max", "min", 1)
		message, help = fmt.Sprintf("`%s` is greater than `%s`", least, p.misfit.Member), "swap the two values"
	case xdm.BothChoices:
		message, help = "`enum` and `suggestions` are mutually exclusive",
			"write `enum` for the only values, or `suggestions` where others may occur"
	case xdm.BadDefault:
		message, help = "`default` is not a value of the field", "write a value that the type and the limits allow"
	case xdm.BadPattern:
		message, help = "`pattern` is not a valid regular expression", "look for unclosed brackets"
	case xdm.RepeatedWord:
		message, help = "duplicate value in `enum`", "remove one of them"
	}
	return diag.Diagnostic{
		Code: diag.FieldLimit, Severity: diag.Error, Path: p.at.Path.String(),
		Message: message, Labels: p.at.Labels("of the field `" + p.field.Path + "`"), Help: help,
	}
}

type badFieldPath struct {
	at      decode.Place
	problem xdm.OwnProblem
}

func (p badFieldPath) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.FieldPath, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("invalid field name `%s`", p.problem.Name),
		Labels: diag.At(p.at.KeyPart(p.problem.Start, p.problem.End),
			"expected letters, digits, `-`, and `_`, with dots between names"),
		Help: "begin every name with a letter or digit; a leading underscore is reserved for namespaces",
	}
	switch p.problem.Code {
	case xdm.OwnBadPath:
		d.Message = fmt.Sprintf("invalid field path `%s`", p.at.Path[len(p.at.Path)-1].Key)
	case xdm.OwnIndex:
		d.Message = fmt.Sprintf("a field of the list `%s` cannot be declared for one element", p.problem.Name)
		d.Labels[0].Text = "expected [*] followed by a member"
		d.Help = "declare the list as TYPE[], and the members of its elements as " + p.problem.Name + "[*].MEMBER"
	}
	return d
}

type ownTenant struct {
	at         decode.Place
	namespace  string
	start, end int
	relational bool
}

func (p ownTenant) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.WrongTenant, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` is not this organization's namespace", p.namespace),
		Labels:  diag.At(p.at.KeyPart(p.start, p.end), "custom fields belong to "+xdm.TenantNamespace),
		Help:    "remove the namespace; custom fields are always in the organization's namespace",
		Fix:     removeHead(p.at, p.start, p.end+1),
	}
	if p.relational {
		d.Message = fmt.Sprintf("`%s` is not allowed in a relational schema or a data type", p.namespace)
		d.Labels[0].Text = "fields are at the root"
		d.Help = "remove the namespace"
	}
	return d
}

// removeHead takes a part out of a key that is written as it reads.
func removeHead(at decode.Place, start, end int) *diag.Fix {
	span := at.KeyPart(start, end)
	if at.Key().Text() != at.Path[len(at.Path)-1].Key {
		return nil
	}
	return &diag.Fix{Title: "remove " + span.Text(), Edits: []diag.Edit{{Span: span}}}
}

type fieldClash struct {
	first, second decode.Place
	same          bool
}

func (p fieldClash) Diagnose() diag.Diagnostic {
	if p.same {
		return diag.Diagnostic{
			Code: diag.FieldClash, Severity: diag.Error, Path: p.second.Path.String(),
			Message: "duplicate field",
			Labels: []diag.Label{{Span: p.second.Key(), Text: "declared again"},
				{Span: p.first.Key(), Text: "first declared here"}},
			Help: "remove one of the two",
		}
	}
	return diag.Diagnostic{
		Code: diag.FieldClash, Severity: diag.Error, Path: p.second.Path.String(),
		Message: "field is both a value and an object",
		Labels: []diag.Label{
			{Span: p.second.Key(), Text: "this field"},
			{Span: p.first.Key(), Text: "conflicts with this one"},
		},
		Help: "rename one of them",
	}
}

type twoPrimaries struct{ at, first decode.Place }

func (p twoPrimaries) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.PrimaryIdentity, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "duplicate primary identity",
		Labels: append(p.at.KeyLabels("second primary identity"),
			diag.Label{Span: p.first.Key(), Text: "first primary identity"}),
		Help: "keep `primary: true` on one of them",
	}
}

type unknownIdentity struct {
	at     decode.Place
	fault  *xdm.PathError
	schema *schemaSymbol
}

func (p unknownIdentity) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownIdentity, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("identity `%s` is not a field of the schema", p.fault.Path),
		Labels:  p.at.KeyLabels("unknown field"),
		Help:    whereFieldsAre(p.schema),
	}
	suggestPath(&d, p.at, p.fault)
	return d
}

type identityObstacle struct {
	at       decode.Place
	path     string
	field    xdm.Field
	obstacle string
}

func (p identityObstacle) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.IdentityField, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` cannot be an identity", p.path),
		Labels:  p.at.KeyLabels(""),
		Help:    "use a text field that is not in a list or a map",
	}
	switch p.obstacle {
	case xdm.IdentityComposite:
		d.Labels[0].Text = fmt.Sprintf("this is %s, not a value", kindPhrase(p.field.Kind))
		if p.path == "identityMap" {
			d.Help = "remove the line and map to identityMap.NAMESPACE[0].id; identityMap needs no identity descriptor"
		}
	case xdm.IdentityBelowList:
		d.Labels[0].Text = fmt.Sprintf("inside %s, has many values", kindPhrase(p.field.Below))
	case xdm.IdentityRecordID:
		d.Labels[0].Text = "identifies the record, not the person"
		d.Help = "use a field with the customer's number or address"
	default:
		d.Labels[0].Text = fmt.Sprintf("has type %s, expected string", p.field.Type)
	}
	return d
}

// kindPhrase names the kind of a field with its article.
func kindPhrase(k xdm.Kind) string {
	switch k {
	case xdm.Array:
		return "a list"
	case xdm.Map:
		return "a map"
	case xdm.Object:
		return "an object"
	}
	return "a single value"
}

// suggestPath adds to a diagnostic what may have been meant by a path.
func suggestPath(d *diag.Diagnostic, at decode.Place, e *xdm.PathError) {
	if len(e.Near) > 0 {
		d.Help = "did you mean " + words.Quoted(e.Near, "or") + "?"
		if len(e.Near) == 1 && diag.Mistyped(e.Path, e.Near[0]) {
			d.Fix = at.FixKey(e.Path, e.Near[0])
		}
		return
	}
	if len(e.Groups) > 0 {
		d.Help = "the field group " + words.Quoted(e.Groups[:min(3, len(e.Groups))], "or") +
			" has this field; add it to `fieldGroups`"
	}
}
