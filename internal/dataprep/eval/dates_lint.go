package eval

import (
	"slices"

	"github.com/aepflow/aepflow/internal/dataprep"
)

// columnTexts are the texts in which a source may give the values of a column of a type.
var columnTexts = map[string][]string{
	"date": {"2027-11-23", "2027-11-23T00:00:00", "2027-11-23T00:00:00Z", "2027-11-23 00:00:00"},
	"date-time": {
		"2027-11-23T13:45:56Z", "2027-11-23T13:45:56", "2027-11-23 13:45:56", "2027-11-23T13:45:56+00:00",
		"2027-11-23T13:45:56.789Z", "2027-11-23T13:45:56.789", "2027-11-23 13:45:56.789", "2027-11-23T13:45:56.789+00:00",
	},
}

// sampleMillis is 2027-11-23T13:45:56.789Z: no part of it can be mistaken for another.
const sampleMillis = "1826977556789"

// FormatFaults are the literal formats of date(COLUMN, FORMAT), without a default, that cannot read the column:
// the format of its values if it is known, or else the texts of its type.
func FormatFaults(e dataprep.Expr, types, formats map[string]string) (faults []*Error) {
	dataprep.Walk(e, func(e dataprep.Expr) bool {
		if lambda, is := e.(*dataprep.Lambda); is {
			hides := func(param string) bool { return types[param]+formats[param] != "" }
			return !slices.ContainsFunc(lambda.Params, hides)
		}
		call, isCall := e.(*dataprep.Call)
		if !isCall || call.Name != "date" || len(call.Args) != 2 {
			return true
		}
		name, isName := call.Args[0].(*dataprep.Name)
		format, isText := call.Args[1].(*dataprep.Text)
		if !isName || !isText {
			return true
		}
		texts := columnTexts[types[name.Name]]
		if known := formats[name.Name]; known != "" {
			texts = nil
			if text, ok := ofLiterals("dformat", &dataprep.Number{Text: sampleMillis + "L"}, &dataprep.Text{Value: known}); ok {
				texts = []string{text.Str()}
			}
		}
		for _, text := range texts {
			if _, reads := ofLiterals("date", &dataprep.Text{Value: text}, format); reads {
				return true
			}
		}
		if len(texts) > 0 {
			faults = append(faults, &Error{Code: "date-unreadable", Message: "the column has values such as " + texts[0] +
				", which this format cannot read", Start: format.Start, End: format.End})
		}
		return true
	})
	return faults
}

// ofLiterals calls a function with literals; false if it fails.
func ofLiterals(name string, args ...dataprep.Expr) (Value, bool) {
	set := NewSet(Default, Inputs{})
	p, err := set.Compile(&dataprep.Call{Name: name, Args: args})
	if err != nil {
		return Value{}, false
	}
	v, err := NewMachine(set).Run(p)
	return v, err == nil
}
