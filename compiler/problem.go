package compiler

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/schemas"
)

// place is a path in a document; problems point with it.
type place struct {
	d    *variant
	path document.Path
}

func (p place) span() source.Span { return p.d.Span(p.path) }

// key returns the span of the key at the place, its value's when it has none.
func (p place) key() source.Span { return p.d.Find(p.path).KeySpan() }

// has reports whether the map at the place has a key.
func (p place) has(key string) bool { return p.d.Find(p.path.Field(key)).Here }

// labels returns the labels of the value at the place: through an alias, the
// use as well.
func (p place) labels(text string) []diag.Label {
	f := p.d.Find(p.path)
	if f.Here && !f.Node.Alias().IsZero() {
		return f.Node.Where(text)
	}
	return diag.At(p.span(), text)
}

func (p place) keyLabels(text string) []diag.Label {
	labels := p.labels(text)
	labels[0].Span = p.key()
	return labels
}

// within says where a place is in words: "in `schedule`", or "at the top".
func (p place) within() string {
	if len(p.path) == 0 {
		return "at the top of the document"
	}
	return "in `" + p.path.String() + "`"
}

type unknownKind struct{ got *document.Node }

func (p unknownKind) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownKind, Severity: diag.Error, Path: "kind",
		Message: fmt.Sprintf("unknown kind `%s`", p.got.Text),
		Labels:  p.got.Where("expected " + list(schemas.Kinds(), "or")),
		Help:    "write `kind: Dataflow`, or omit the key: a document without a kind is a Dataflow",
	}
	if near := meant(&d, p.got.Text, schemas.Kinds()); near != "" {
		d.Fix = fixScalar(p.got, p.got.Text, near)
	}
	return d
}

type unknownKey struct {
	at    place
	key   string
	known []string
}

func (p unknownKey) Diagnose() diag.Diagnostic {
	parent := place{p.at.d, p.at.path.Parent()}
	d := diag.Diagnostic{
		Code: diag.UnknownKey, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("unknown key `%s` %s", p.key, parent.within()),
		Labels:  p.at.keyLabels("unknown key"),
	}
	if len(p.known) > 0 {
		d.Help = "keys here are " + list(p.known, "and")
	}
	if near := meant(&d, p.key, p.known); near != "" && !parent.has(near) {
		d.Fix = p.at.fixKey(p.key, near)
	} else if hint := keyHint(p.key, p.known); hint != "" {
		d.Help = hint
	}
	return d
}

type missingDocumentKey struct {
	at  place
	key string
}

func (p missingDocumentKey) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.MissingKey, Severity: diag.Error, Path: p.at.path.Field(p.key).String(),
		Message: fmt.Sprintf("missing key `%s` %s", p.key, p.at.within()),
		Labels:  p.at.keyLabels("`" + p.key + "` is required here"),
		Help:    "add `" + p.key + ":`; `aepflow explain " + p.at.topic() + "." + p.key + "` shows what it takes",
	}
}

// takes says where to read what the value at a place may be.
func (p place) takes() string {
	if len(p.path) == 0 {
		return ""
	}
	return "`aepflow explain " + p.topic() + "` shows what it takes"
}

// topic is the argument of `aepflow explain` for the place.
func (p place) topic() string {
	kind, _ := p.d.kind()
	return format.Topic(kind, p.path)
}

type wrongType struct {
	at   place
	want string
	got  *document.Node
}

func (p wrongType) Diagnose() diag.Diagnostic {
	name := "the document"
	if len(p.at.path) > 0 {
		name = "`" + p.at.path.String() + "`"
	}
	d := diag.Diagnostic{
		Code: diag.WrongType, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("%s is %s, expected %s", name, p.got.Kind, p.want),
		Labels:  p.at.labels("this is " + p.got.Kind.String()), Help: p.at.takes(),
	}
	hint := formHint(p.at.path, p.got)
	switch {
	case hint != "":
		d.Help = hint
	case p.got.Kind == document.NullKind:
		d.Message = fmt.Sprintf("%s has no value, expected %s", name, p.want)
		d.Labels = p.at.keyLabels("no value")
		d.Help = "give it a value, or remove the key"
	case p.got.Kind.IsScalar() && strings.Contains(p.want, "text"):
		d.Help = "put it in quotes: \"" + p.got.Text + "\""
		d.Fix = fixScalar(p.got, p.got.Span.Text(), `"`+p.got.Text+`"`)
	case p.got.Kind == document.StringKind && p.got.Style.IsQuoted() && strings.Contains(p.want, "integer") &&
		document.ResolveScalar(p.got.Text) == document.IntKind:
		d.Help = "write it without quotes: " + p.got.Text
		d.Fix = fixScalar(p.got, p.got.Span.Text(), p.got.Text)
	case p.got.Kind.IsScalar() && strings.HasPrefix(p.want, "a list") && fitsInList(p.got.Span.Text()):
		d.Help = "write a list: [" + p.got.Span.Text() + "]"
		d.Fix = fixScalar(p.got, p.got.Span.Text(), "["+p.got.Span.Text()+"]")
	case p.got.Kind == document.StringKind && strings.Contains(p.want, "true or false"):
		d.Help = "write `true` or `false`; `yes`, `no`, `on`, and `off` are text in YAML 1.2"
	}
	return d
}

// fitsInList reports whether a scalar, as it is written, means the same between brackets.
func fitsInList(text string) bool {
	return len(text) <= mostShown && !strings.ContainsAny(text, "\n[]{},:#|>")
}

type notInEnum struct {
	at   place
	got  *document.Node
	want []string
}

func (p notInEnum) Diagnose() diag.Diagnostic {
	code, noun := diag.InvalidValue, "value"
	last := ""
	if len(p.at.path) > 0 {
		last = p.at.path[len(p.at.path)-1].Key
	}
	d := diag.Diagnostic{Severity: diag.Error, Path: p.at.path.String(), Labels: p.at.labels("")}
	shown := slices.DeleteFunc(slices.Clone(p.want), func(s string) bool { return strings.HasSuffix(s, "[]") })
	switch {
	case last == "connector":
		return unknownConnector{at: p.at, got: p.got, known: p.want}.Diagnose()
	case len(p.at.path) > 1 && (p.at.path[0].Key == "columns"):
		code, noun = diag.UnknownType, "type"
		d.Message = fmt.Sprintf("column `%s` has unknown type `%s`", p.at.path[1].Key, p.got.Text)
	default:
		d.Message = fmt.Sprintf("`%s` is not a valid %s for `%s`", p.got.Text, noun, p.at.path)
	}
	d.Code = code
	d.Labels[0].Text = "expected " + list(shown, "or")
	if p.got.Kind == document.StringKind && p.got.Style.IsQuoted() &&
		document.ResolveScalar(p.got.Text) == document.BoolKind && slices.Contains(p.want, p.got.Text) {
		d.Message = fmt.Sprintf("`%s` is text, expected %s", p.at.path, list(p.want, "or"))
		d.Help = "write it without quotes: " + p.got.Text
		d.Fix = fixScalar(p.got, p.got.Span.Text(), p.got.Text)
		return d
	}
	d.Help = "write one of " + list(shown, "or")
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
	if near := meant(&d, p.got.Text, near); near != "" {
		d.Fix = fixScalar(p.got, p.got.Text, near)
	}
	return d
}

type badName struct {
	at      place
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
		Code: diag.InvalidName, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("invalid name `%s`", p.got.Text),
		Labels:  p.at.labels("expected lowercase letters, digits, and dashes"),
		Help:    "use lowercase letters, digits, and dashes; begin and end with a letter or digit",
	}
	if name := asName(p.got.Text); name != "" {
		d.Help = "write `" + name + "`"
	}
	return d
}

// badForm says what a text should look like by the example of the file format.
func (p badName) badForm() diag.Diagnostic {
	last := p.at.path[len(p.at.path)-1].Key
	want := "text that matches " + p.pattern
	if e, _, ok := format.Explain(p.at.topic()); ok && len(e.Examples) > 0 {
		want = "a value like " + e.Examples[0]
	}
	return diag.Diagnostic{
		Code: diag.InvalidValue, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("`%s` is `%s`, expected %s", last, p.got.Text, want),
		Labels:  p.at.labels("expected " + want), Help: p.at.takes(),
	}
}

// asName returns the nearest name to a text, "" when nothing is left of it.
func asName(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

// mostShown is how many characters of a value a message quotes whole.
const mostShown = 40

type outOfRange struct {
	at   place
	got  *document.Node
	want string
}

func (p outOfRange) Diagnose() diag.Diagnostic {
	found := p.got.Text
	switch {
	case !p.got.Kind.IsScalar():
		found = "none"
	case found == "":
		found = "empty text"
	case utf8.RuneCountInString(found) > mostShown:
		found = string([]rune(found)[:mostShown-3]) + "…"
	}
	return diag.Diagnostic{
		Code: diag.InvalidValue, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("`%s` is %s, expected %s", p.at.path, found, p.want),
		Labels:  p.at.labels("expected " + p.want), Help: p.at.takes(),
	}
}

type notFinite struct {
	at  place
	got *document.Node
}

func (p notFinite) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.InvalidValue, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("`%s` is not a number that the platform accepts", diag.FirstLine(p.got.Text)),
		Labels:  p.at.labels("infinite, NaN, or too long"),
		Help:    "write a finite number, or put it in quotes if it is text",
	}
}

// meant puts the names that are nearest to a wrong one into the help. It returns
// the name when there is only one: between several, the user must choose.
func meant(d *diag.Diagnostic, got string, known []string) string {
	return meantName(d, got, nearest.Of(known))
}

// meantName is meant for names that are searched more than once.
func meantName(d *diag.Diagnostic, got string, known *nearest.Names) string {
	const most = 3
	near := known.AllBegun(got)
	if len(near) == 0 {
		return ""
	}
	d.Help = "did you mean " + quotedList(near[:min(most, len(near))], "or") + "?"
	if len(near) > 1 {
		return ""
	}
	return near[0]
}

// replace is the repair that writes text instead of a part of the document. It
// must keep the meaning and be the only one in question; everything else is help.
func replace(s source.Span, text string) *diag.Fix {
	return &diag.Fix{Title: "write " + text, Edits: []diag.Edit{{Span: s, Text: text}}}
}

// fixScalar replaces a scalar that is written as got. A value that came through an
// alias is left alone: its other uses may be right.
func fixScalar(n *document.Node, got, want string) *diag.Fix {
	if n == nil || !n.Alias().IsZero() || n.Span.Text() != got {
		return nil
	}
	return replace(n.Span, want)
}

// list joins names for a sentence: "a, b or c". Long lists are cut.
func list(names []string, and string) string {
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + " …"
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + and + " " + names[len(names)-1]
}
