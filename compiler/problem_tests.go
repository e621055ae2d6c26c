package compiler

import (
	"fmt"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/xdm"
)

// testForm: a test lacks something, or has too much.
type testForm struct {
	at            decode.Place
	key           string // below it, where the fault is shown; "" for the whole
	message, help string
}

func (p testForm) Diagnose() diag.Diagnostic {
	shown := p.at
	if p.key != "" {
		shown.Path = shown.Path.Field(p.key)
	}
	return diag.Diagnostic{
		Code: diag.TestForm, Severity: diag.Error, Path: p.at.Path.String(),
		Message: p.message, Labels: shown.Labels(""), Help: p.help,
	}
}

type duplicateTest struct {
	name      string
	at, first decode.Place
}

func (p duplicateTest) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.TestForm, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("duplicate test name `%s`", p.name),
		Labels:  append(p.at.Labels("name already in use"), diag.Label{Span: p.first.Span(), Text: "first used here"}),
		Help:    "rename one of them",
	}
}

type unknownTestColumn struct {
	at      decode.Place
	name    string
	columns *nearest.Names
}

func (p unknownTestColumn) Diagnose() diag.Diagnostic {
	d := unknownColumn(p).Diagnose()
	d.Labels, d.Fix = p.at.KeyLabels("not declared in `columns`"), nil
	return d
}

// testValue: a row has a value that its column never has.
type testValue struct {
	at          decode.Place
	got         *document.Node
	column, typ string
}

func (p testValue) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.TestValue, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("column `%s` is of type %s, found %s", p.column, p.typ, p.got.Kind),
		Labels:  p.at.Labels("the source never gives this"),
		Help:    "write a value of that type, or change the type of the column",
	}
	isText := takesValue(p.typ, &document.Node{Kind: document.StringKind})
	if isText && p.got.Kind.IsScalar() && p.got.Style == document.Plain {
		d.Help = "put it in quotes: " + document.QuoteText(p.got.Text)
	}
	return d
}

// testBelow: a test expects something of a field that the schema does not have, below one that a mapping fills.
type testBelow struct {
	destinationFault
	isKey bool
	path  string
}

func (p testBelow) Diagnose() diag.Diagnostic {
	d := p.destinationFault.Diagnose()
	if p.fault.Code == xdm.ChildOfLeaf {
		d.Help = "expect a value of `" + p.fault.Parent + "` itself"
	}
	switch {
	case !p.isKey:
		d.Labels[0].Span, d.Fix = p.at.Span(), nil
	case p.at.Key().Text() != p.path: // in a map: the key is only the end of the path
		d.Labels[0].Span, d.Fix = p.at.Key(), nil
	}
	return d
}

// testPath: a test expects something of a field that no mapping fills, or what it names is not a path.
type testPath struct {
	at    decode.Place
	path  string
	isKey bool
	known *nearest.Names // nil: it is not a path
}

func (p testPath) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.TestField, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("no mapping fills `%s`", p.path),
		Help:    "write the path of a field as in `mappings`",
	}
	if p.known == nil {
		d.Message = fmt.Sprintf("`%s` is not the path of one value", p.path)
		d.Help = "write the path of a field, with the number of an element, such as lines[0].sku"
	} else {
		decode.MeantName(&d, p.path, p.known)
	}
	if p.isKey {
		d.Labels = p.at.KeyLabels("expected here")
	} else {
		d.Labels = p.at.Labels("expected here")
	}
	return d
}
