package decode

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/schemas"
)

type unknownKind struct{ got *document.Node }

func (p unknownKind) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownKind, Severity: diag.Error, Path: "kind",
		Message: fmt.Sprintf("unknown kind `%s`", p.got.Text),
		Labels:  p.got.Where("expected " + words.List(schemas.Kinds(), "or")),
		Help:    "write `kind: Dataflow`, or omit the key: a document without a kind is a Dataflow",
	}
	if near := Meant(&d, p.got.Text, schemas.Kinds()); near != "" {
		d.Fix = fixScalar(p.got, p.got.Text, near)
	}
	return d
}

type unknownKey struct {
	at    Place
	key   string
	known []string
}

func (p unknownKey) Diagnose() diag.Diagnostic {
	parent := Place{p.at.Doc, p.at.Path.Parent()}
	d := diag.Diagnostic{
		Code: diag.UnknownKey, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("unknown key `%s` %s", p.key, parent.within()),
		Labels:  p.at.KeyLabels("unknown key"),
	}
	if len(p.known) > 0 {
		d.Help = "keys here are " + words.List(p.known, "and")
	}
	near := diag.NearestAll(p.key, p.known)
	if len(near) > 0 {
		d.Help = didYouMean(near)
	} else if hint := keyHint(p.key, p.known); hint != "" {
		d.Help = hint
	}
	if len(near) == 1 && !parent.Has(near[0]) {
		d.Fix = p.at.FixKey(p.key, near[0])
	}
	return d
}

// MissingKey reports that a map lacks a key.
type MissingKey struct {
	At  Place
	Key string
}

func (p MissingKey) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.MissingKey, Severity: diag.Error, Path: p.At.Path.Field(p.Key).String(),
		Message: fmt.Sprintf("missing key `%s` %s", p.Key, p.At.within()),
		Labels:  p.At.KeyLabels("`" + p.Key + "` is required here"),
		Help:    "add `" + p.Key + ":`; `aepflow explain " + p.At.topic() + "." + p.Key + "` shows what it takes",
	}
}

// WrongType reports a value of another type.
type WrongType struct {
	At   Place
	Want string
	Got  *document.Node
}

func (p WrongType) Diagnose() diag.Diagnostic {
	name := "the document"
	if len(p.At.Path) > 0 {
		name = "`" + p.At.Path.String() + "`"
	}
	d := diag.Diagnostic{
		Code: diag.WrongType, Severity: diag.Error, Path: p.At.Path.String(),
		Message: fmt.Sprintf("%s is %s, expected %s", name, p.Got.Kind, p.Want),
		Labels:  p.At.Labels("this is " + p.Got.Kind.String()), Help: p.At.takes(),
	}
	hint := formHint(p.At.Path, p.Got)
	switch {
	case hint != "":
		d.Help = hint
	case p.Got.Kind == document.NullKind:
		d.Message = fmt.Sprintf("%s has no value, expected %s", name, p.Want)
		d.Labels = p.At.KeyLabels("no value")
		d.Help = "give it a value, or remove the key"
	case p.Got.Kind.IsScalar() && strings.Contains(p.Want, "text"):
		d.Help = "put it in quotes: \"" + p.Got.Text + "\""
		d.Fix = fixScalar(p.Got, p.Got.Span.Text(), `"`+p.Got.Text+`"`)
	case p.Got.Kind == document.StringKind && p.Got.Style.IsQuoted() && strings.Contains(p.Want, "integer") &&
		document.ResolveScalar(p.Got.Text) == document.IntKind:
		d.Help = "write it without quotes: " + p.Got.Text
		d.Fix = fixScalar(p.Got, p.Got.Span.Text(), p.Got.Text)
	case p.Got.Kind.IsScalar() && strings.HasPrefix(p.Want, "a list") && fitsInList(p.Got.Span.Text()):
		d.Help = "write a list: [" + p.Got.Span.Text() + "]"
		d.Fix = fixScalar(p.Got, p.Got.Span.Text(), "["+p.Got.Span.Text()+"]")
	case p.Got.Kind == document.StringKind && strings.Contains(p.Want, "true or false"):
		d.Help = "write `true` or `false`; `yes`, `no`, `on`, and `off` are text in YAML 1.2"
	}
	return d
}

// fitsInList reports whether a scalar, as it is written, means the same between brackets.
func fitsInList(text string) bool {
	return len(text) <= mostShown && !strings.ContainsAny(text, "\n[]{},:#|>")
}

type notInEnum struct {
	at   Place
	got  *document.Node
	want []string
}

func (p notInEnum) Diagnose() diag.Diagnostic {
	code, noun := diag.InvalidValue, "value"
	last := ""
	if len(p.at.Path) > 0 {
		last = p.at.Path[len(p.at.Path)-1].Key
	}
	d := diag.Diagnostic{Severity: diag.Error, Path: p.at.Path.String(), Labels: p.at.Labels("")}
	shown := slices.DeleteFunc(slices.Clone(p.want), func(s string) bool { return strings.HasSuffix(s, "[]") })
	switch {
	case last == "connector":
		return unknownConnector{at: p.at, got: p.got, known: p.want}.Diagnose()
	case len(p.at.Path) > 1 && (p.at.Path[0].Key == "columns"):
		code, noun = diag.UnknownType, "type"
		d.Message = fmt.Sprintf("column `%s` has unknown type `%s`", p.at.Path[1].Key, p.got.Text)
	default:
		d.Message = fmt.Sprintf("`%s` is not a valid %s for `%s`", p.got.Text, noun, p.at.Path)
	}
	d.Code = code
	d.Labels[0].Text = "expected " + words.List(shown, "or")
	if p.got.Kind == document.StringKind && p.got.Style.IsQuoted() &&
		document.ResolveScalar(p.got.Text) == document.BoolKind && slices.Contains(p.want, p.got.Text) {
		d.Message = fmt.Sprintf("`%s` is text, expected %s", p.at.Path, words.List(p.want, "or"))
		d.Help = "write it without quotes: " + p.got.Text
		d.Fix = fixScalar(p.got, p.got.Span.Text(), p.got.Text)
		return d
	}
	d.Help = "write one of " + words.List(shown, "or")
	if hint, want := valueHint(last, p.got.Text, p.want); hint != "" {
		d.Help = hint
		if want != "" {
			d.Fix = fixScalar(p.got, p.got.Text, want)
		}
		return d
	}
	near := shown
	if strings.Contains(p.got.Text, "[") {
		near = p.want
	}
	if near := Meant(&d, p.got.Text, near); near != "" {
		d.Fix = fixScalar(p.got, p.got.Text, near)
	}
	return d
}

type badName struct {
	at      Place
	got     *document.Node
	pattern string
}

// namePattern begins every pattern of names; other patterns are forms of their own.
const namePattern = "^[a-z0-9]"

func (p badName) Diagnose() diag.Diagnostic {
	if !strings.HasPrefix(p.pattern, namePattern) {
		return p.badForm()
	}
	d := diag.Diagnostic{
		Code: diag.InvalidName, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("invalid name `%s`", p.got.Text),
		Labels:  p.at.Labels("expected lowercase letters, digits, and dashes"),
		Help:    "use lowercase letters, digits, and dashes; begin and end with a letter or digit",
	}
	if name := AsName(p.got.Text); name != "" {
		d.Help = "write `" + name + "`"
	}
	return d
}

// badForm says what a text should look like by the example of the file format.
func (p badName) badForm() diag.Diagnostic {
	last := p.at.Path[len(p.at.Path)-1].Key
	want := "text that matches " + p.pattern
	if e, _, ok := format.Explain(p.at.topic()); ok && len(e.Examples) > 0 {
		want = "a value like " + e.Examples[0]
	}
	return diag.Diagnostic{
		Code: diag.InvalidValue, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` is `%s`, expected %s", last, p.got.Text, want),
		Labels:  p.at.Labels("expected " + want), Help: p.at.takes(),
	}
}

// mostShown is how many characters of a value a message quotes whole.
const mostShown = 40

// outOfRange reports a value beyond a limit.
type outOfRange struct {
	at   Place
	got  *document.Node
	want string
}

func (p outOfRange) Diagnose() diag.Diagnostic {
	found := p.got.Text
	switch {
	case len(p.got.Items) > 0:
		found = words.Count(len(p.got.Items), "item")
	case len(p.got.Pairs) > 0:
		found = words.Count(len(p.got.Pairs), "key")
	case !p.got.Kind.IsScalar():
		found = "empty"
	case found == "":
		found = "empty text"
	case utf8.RuneCountInString(found) > mostShown:
		found = string([]rune(found)[:mostShown-3]) + "…"
	}
	return diag.Diagnostic{
		Code: diag.InvalidValue, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` is %s, expected %s", p.at.Path, found, p.want),
		Labels:  p.at.Labels("expected " + p.want), Help: p.at.takes(),
	}
}

type notFinite struct {
	at  Place
	got *document.Node
}

func (p notFinite) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.InvalidValue, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` is not a number that the platform accepts", diag.FirstLine(p.got.Text)),
		Labels:  p.at.Labels("infinite, NaN, or too long"),
		Help:    "write a finite number, or put it in quotes if it is text",
	}
}
