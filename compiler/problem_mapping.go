package compiler

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

type mappingForm struct {
	at    decode.Place
	given int
}

func (p mappingForm) Diagnose() diag.Diagnostic {
	found := "none"
	if p.given > 1 {
		found = fmt.Sprint(p.given)
	}
	return diag.Diagnostic{
		Code: diag.MappingForm, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("expected one of `source`, `expression`, and `value`, found %s", found),
		Labels:  p.at.KeyLabels("a field takes one value"),
		Help:    "use `source` for a column, `expression` for a Data Prep expression, or `value` for a constant",
	}
}

type expressionFault struct {
	at      decode.Place
	problem dataprep.Problem
}

func (p expressionFault) Diagnose() diag.Diagnostic {
	n := p.at.Doc.Find(p.at.Path).Node
	span := p.at.Part(p.problem.Start, p.problem.End)
	d := diag.Diagnostic{
		Code: p.problem.Code, Severity: p.problem.Severity, Path: p.at.Path.String(),
		Message: p.problem.Message,
		Labels:  p.at.PartLabels(p.problem.Start, p.problem.End, ""),
		Help:    p.problem.Help,
	}
	if p.isSafe(span.Text()) && n.Alias().IsZero() &&
		span.Text() == strings.ToValidUTF8(n.Text[p.problem.Start:p.problem.End], "") {
		d.Fix = decode.Replace(span, p.problem.Replacement)
	}
	return d
}

// isSafe reports whether the replacement may be made without asking: a near name
// may as well be another column or function.
func (p expressionFault) isSafe(got string) bool {
	want := p.problem.Replacement
	switch p.problem.Code {
	case diag.UnknownColumn:
	case "unknown-function":
		return diag.Mistyped(got, want) // a function of another language may take other arguments
	default:
		return want != ""
	}
	bare := strings.TrimSuffix(strings.TrimPrefix(want, "${"), "}")
	return got == bare || diag.Mistyped(strings.Trim(got, "${}"), bare)
}

// mappingConflict: one destination twice, or one inside another.
type mappingConflict struct {
	first, second decode.Place
	inside        bool
}

func (p mappingConflict) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.DuplicateMapping, Severity: diag.Error, Path: p.second.Path.String(),
		Message: "duplicate mapping for the same field",
		Labels:  append(p.second.KeyLabels("mapped again"), diag.Label{Span: p.first.Key(), Text: "first mapped here"}),
		Help:    "remove one of the two",
	}
	if p.inside {
		d.Code, d.Severity = diag.MappingConflict, diag.Warning
		d.Message = "conflicting mappings for an object and a field in it"
		d.Labels[0].Text = "inside the object"
		d.Labels[len(d.Labels)-1].Text = "maps the whole object"
		d.Help = "map either the object or its fields"
	}
	return d
}

// conversion: a value of a type that its field does not take, or only some of
// whose values it takes.
type conversion struct {
	u          *unit
	row        filled
	typ        string
	field      xdm.Field
	conversion xdm.Conversion
	column     *schemas.Column // where the value comes from, when it is a column
}

func (p conversion) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.IncompatibleType, Severity: diag.Error, Path: p.row.at.Path.String(),
		Message: fmt.Sprintf("%s cannot be mapped to field `%s` of type %s", typePhrase(p.typ), p.row.Destination,
			p.field.Type),
		Labels: p.row.from.Labels("this is " + typePhrase(p.typ)),
		Help:   "map it to a field of a matching type, or convert it with an expression",
	}
	d.Labels = append(d.Labels, diag.Label{Span: p.row.at.Key(), Text: "of type " + p.field.Type})
	if p.column != nil {
		d.Labels = append(d.Labels, diag.Label{Span: p.u.at("columns", p.column.Name).Span(), Text: "declared here"})
	}
	if p.conversion.Outcome == xdm.Doubtful {
		d.Code, d.Severity = diag.DoubtfulConversion, diag.Warning
		d.Message = fmt.Sprintf("not every %s fits field `%s` of type %s", p.typ, p.row.Destination, p.field.Type)
	}
	from := "…"
	if p.column != nil {
		from = dataprep.QuoteAttribute(p.column.Name)
	}
	switch p.conversion.Reason {
	case xdm.NeedsObject:
		d.Code = diag.NotALeaf
		d.Message = fmt.Sprintf("`%s` is %s, expected a field for a single value", p.row.Destination,
			kindPhrase(p.field.Kind))
		d.Help = "map to a field inside it, such as " + p.row.Destination + "." + "NAME"
		if p.field.Kind == xdm.Array {
			d.Help = fmt.Sprintf("map to one element, `%s[0]`, or create a list with to_array(false, %s)",
				p.row.Destination, from)
		}
	case xdm.NeedsScalar:
		d.Help = "reduce it to one value, for example with first(…) or join(…)"
	case xdm.TextToNumber:
		d.Notes = []string{"a row fails if its text is not a number"}
		d.Help = fmt.Sprintf("convert it explicitly: to_integer(%s)", from)
		if p.field.Type == "number" {
			d.Help = fmt.Sprintf("convert it explicitly: to_decimal(%s)", from)
		}
	case xdm.TextToDate:
		d.Notes = []string{"a row fails if its text has none of the platform's date formats"}
		d.Help = fmt.Sprintf("specify the format: date(%s, \"yyyy-MM-dd\")", from)
	case xdm.TextToBoolean:
		d.Notes = []string{"only y, yes, on, true, n, no, off, and false are recognized, in any case"}
		d.Help = fmt.Sprintf("compare it: %s == \"T\"", from)
	case xdm.Lossy:
		d.Notes = []string{"the fraction is lost"}
		d.Help = "use whole numbers in the database, or map to a field of type number"
	case xdm.Narrowing:
		d.Notes = []string{"a row fails if its value is outside the field's range"}
		d.Help = "make sure the values are in range, or silence this with # aepflow:ignore " +
			string(diag.DoubtfulConversion) + " REASON"
	case xdm.NumberToDate:
		d.Notes = []string{"a number is read as milliseconds since 1970, if it is accepted at all"}
		d.Help = fmt.Sprintf("specify what it is: dformat(%s, \"yyyy-MM-dd\") takes milliseconds", from)
	}
	if p.row.according != "" {
		d.Notes = append(d.Notes, p.row.according)
	}
	return d
}

func typePhrase(typ string) string {
	switch {
	case strings.HasPrefix(typ, "array"):
		return "a list"
	case typ == "integer" || typ == "object":
		return "an " + typ
	case typ == "string":
		return "text"
	}
	return "a " + typ
}

type constantValue struct {
	at, key    decode.Place // the value, and the destination
	value      string
	field      xdm.Field
	fault      xdm.ConstantFault
	start, end int  // of a literal in an expression
	whole      bool // the value is the constant itself
}

func (p constantValue) Diagnose() diag.Diagnostic {
	want, help := "", ""
	switch p.fault.Code {
	case xdm.NotInEnum:
		want, help = "one of "+words.List(p.fault.Want, "and"), "write one of "+words.List(p.fault.Want, "or")
	case xdm.NotAPattern:
		want, help = "text like "+p.fault.Want[0], "match the pattern"
	case xdm.NotANumber:
		want, help = "a number", "write digits"
	case xdm.NotABoolean:
		want, help = "true or false", "write true or false"
	case xdm.NotADate:
		want, help = "a date", "write it like 2027-02-03 or 2027-02-03T00:01:06Z"
	case xdm.BelowMinimum, xdm.AboveMaximum:
		want, help = "a number in the field's range", "the range is "+rangePhrase(p.field)
	case xdm.TooShort, xdm.TooLong:
		want, help = "text of another length", "see `minLength` and `maxLength` of the field"
	}
	d := diag.Diagnostic{
		Code: diag.ConstantValue, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%[2]s` is not a valid value for field `%[1]s`", p.key.Path[len(p.key.Path)-1].Key,
			diag.FirstLine(p.value)),
		Help: help,
	}
	if p.whole {
		d.Labels = p.at.Labels("expected " + want)
	} else {
		d.Labels = p.at.PartLabels(p.start, p.end, "expected "+want)
	}
	d.Labels = append(d.Labels, diag.Label{Span: p.key.Key(), Text: "of type " + p.field.Type})
	if p.fault.Near != "" {
		d.Help = "did you mean `" + p.fault.Near + "`?"
		switch s := d.Labels[0].Span; {
		case s.Text() == p.value:
			d.Fix = decode.Replace(s, p.fault.Near)
		case s.Text() == `"`+p.value+`"`:
			d.Fix = decode.Replace(s, `"`+p.fault.Near+`"`)
		}
	}
	return d
}

// rangePhrase says which numbers a field takes.
func rangePhrase(f xdm.Field) string {
	least, most := "", ""
	if f.Minimum != nil {
		least = strconv.FormatFloat(*f.Minimum, 'f', -1, 64)
	}
	if f.Maximum != nil {
		most = strconv.FormatFloat(*f.Maximum, 'f', -1, 64)
	}
	switch {
	case least != "" && most != "":
		return least + " to " + most
	case least != "":
		return least + " and above"
	case most != "":
		return most + " and below"
	}
	return "that of the type " + f.Type
}
