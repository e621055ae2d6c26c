package compiler

import (
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"

	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/dataprep/eval"
	"github.com/aepflow/aepflow/schemas"
)

// filled is a mapping with what is known about its value.
type filled struct {
	*schemas.Mapping
	at   decode.Place  // its key and value
	from decode.Place  // the value alone
	expr dataprep.Expr // nil unless it is an expression without errors
	typ  string        // of the value, as TypeOf says; "" when it is not known
	// according says where typ comes from if not from the documents.
	according string
}

// resolveMappings checks where each mapping takes its value from and where it
// puts it.
func (r *dataflowResolver) resolveMappings() {
	f := r.u.dataflow
	env := columnEnv(f)
	rows := make([]filled, len(f.Mappings))
	formats := map[string]string{}
	work := eval.MaxWork // for what fails on every row
	if f.Delta != nil {
		formats[f.Delta.Column] = f.Delta.DateFormat
	}
	for i := range f.Mappings {
		rows[i] = resolveMapping(r.u, &f.Mappings[i], env, &work, r.report)
		for _, fault := range eval.FormatFaults(rows[i].expr, env.Columns, formats) {
			r.report.Add(expressionFault{at: rows[i].from, problem: dataprep.Problem{
				Code: "date-unreadable", Severity: diag.Warning, Start: fault.Start, End: fault.End, Message: fault.Message,
				Help: "write the format of the column's values, or leave it out",
			}})
		}
	}
	r.checkSource(rows)
	r.checkDestinations(rows)
	lintColumns(r.u, rows, r.report)
	checkChangeMapped(r.u, rows, r.report)
}

// resolveMapping fills in what the short form means and checks expressions.
func resolveMapping(u *unit, m *schemas.Mapping, env dataprep.Env, work *int, report *diag.Report) filled {
	at := u.at("mappings", m.Destination)
	row := filled{Mapping: m, at: at, from: at}
	given := 0
	for _, is := range []bool{m.From != "", m.Source != "", m.Expression != "", m.Value != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		report.Add(mappingForm{at: at, given: given})
		return row
	}
	switch {
	case m.From != "":
		if isAttribute(m.From, env) {
			m.Source = m.From
		} else {
			m.Expression = m.From
		}
	case m.Source != "":
		row.from.Path = at.Path.Field("source")
	case m.Expression != "":
		row.from.Path = at.Path.Field("expression")
	default:
		row.from.Path = at.Path.Field("value")
	}
	switch {
	case m.Source != "":
		typ, ok := sourceType(m.Source, env)
		if !ok {
			report.Add(unknownColumn{at: row.from, name: m.Source, columns: env.Names})
		}
		row.typ = typ
	case m.Expression != "":
		row.expr = resolveExpression(row.from, m.Expression, env, work, report)
		if row.expr != nil {
			row.typ = columnWord(dataprep.TypeOf(row.expr, env))
		}
	}
	return row
}

// resolveExpression returns an expression in which nothing is wrong, nil when
// something is. Work bounds the search for what fails on every row.
func resolveExpression(
	at decode.Place, text string, env dataprep.Env, work *int, report *diag.Report,
) dataprep.Expr {
	expr, problems := dataprep.Parse(text)
	if !dataprep.HasErrors(problems) {
		if n, ok := expr.(*dataprep.Name); ok {
			if _, known := env.Columns[n.Name]; !known && env.Columns != nil {
				// A bare word is far more likely a misspelt column than an expression.
				report.Add(unknownColumn{at: at, name: n.Name, columns: env.Names})
				return nil
			}
		}
		problems = append(problems, dataprep.Check(expr, env)...)
	}
	if !dataprep.HasErrors(problems) {
		for _, f := range eval.Faults(expr, work) {
			problems = append(problems, dataprep.Problem{
				Code: "expression-fails", Severity: diag.Warning, Start: f.Start, End: f.End, Message: f.Message,
				Help: "this part always fails: where a row needs it, the field stays empty",
			})
		}
	}
	for _, found := range problems {
		report.Add(expressionFault{at: at, problem: found})
	}
	if dataprep.HasErrors(problems) {
		return nil
	}
	return expr
}

// columnWord returns the word of package xdm for the type of an expression, ""
// when it has none: the functions know types that columns do not.
func columnWord(typ string) string {
	base, _, _ := strings.Cut(typ, "<")
	switch base {
	case "string", "boolean", "integer", "long", "double", "date", "date-time", "array", "map", "object", "null":
		return typ
	case "float":
		return "double"
	}
	return ""
}
