package compiler

import (
	"sync"

	"github.com/aepflow/aepflow/internal/diag"

	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// noSchema is a schema of which nothing is known: any path may be one
// of its fields.
var noSchema = sync.OnceValue(func() *xdm.Schema { s, _ := xdm.NewSchema("", nil, nil, ""); return s })

// maxSuggested is how many misspelt paths of a schema are reported with what was
// likely meant. To find that out takes a look at every field of the standard.
const maxSuggested = 100

// checkDestinations compares the mappings of a dataflow with the fields of its
// schema: that they exist, take the values, and that none is left out.
func (r *dataflowResolver) checkDestinations(rows []filled) {
	target, known := r.targetFields(), &diag.Report{}
	defer r.accordingly(known)
	schema, fields := target.schema, target.fields
	paths := make([]string, len(rows))
	suggested := map[string]bool{} // what misspelt destinations were likely meant to be
	columns := make(map[string]*schemas.Column, len(r.u.dataflow.Columns))
	for i := range r.u.dataflow.Columns {
		columns[r.u.dataflow.Columns[i].Name] = &r.u.dataflow.Columns[i]
	}
	unchecked, faults := 0, 0
	for i, row := range rows {
		paths[i] = row.Destination
		f, fault := fields.Find(row.Destination)
		if fault != nil {
			if faults++; faults <= maxSuggested {
				_, fault = fields.Lookup(row.Destination)
			}
		}
		report := target.from(row.Destination, r.report, known)
		switch {
		case fault != nil:
			for _, path := range fault.Near {
				suggested[path] = true
			}
			report.Add(destinationFault{at: row.at, fault: fault, schema: schema, namespace: r.options.Tenant})
		case !f.Checked:
			unchecked++
		default:
			target.addDeprecations(row, f, r.report, known)
			checkField(r.u, row, f, columns, report)
		}
	}
	for _, c := range fields.Conflicts(paths) {
		r.report.Add(mappingConflict{first: rows[c.First].at, second: rows[c.Second].at, inside: c.Inside})
	}
	ref := r.u.dataflow.Target.Schema.Ref
	switch {
	case schema != nil, target.foreign != nil:
		for _, m := range fields.Required(paths) {
			if !suggested[m.Path] {
				target.from(m.Path, r.report, known).Add(requiredField(r.u, rows, m, schema))
			}
		}
		if unchecked > 0 {
			r.report.Add(uncheckedDestinations{at: r.u.at("mappings"), count: unchecked, unknown: fields.Unknown()})
		}
	case isURL(ref):
		r.report.Add(uncheckedSchema{r.u.at("target", "schema")})
	}
}

// checkField checks one mapping against the field that it fills.
func checkField(u *unit, row filled, f xdm.Field, columns map[string]*schemas.Column, report *diag.Report) {
	if f.ReadOnly {
		report.Add(readOnlyField{row.at})
	}
	for _, n := range f.Notes {
		if n.Code == xdm.IndexMissing {
			report.Add(indexMissing{at: row.at, note: n})
		}
	}
	switch {
	case f.Kind == xdm.Scalar && f.Type == "": // of an unknown type, as an error says
	case row.Value != nil && f.Kind == xdm.Scalar:
		if fault := xdm.CheckConstant(row.Value.Text, f); fault != nil {
			report.Add(constantValue{at: row.from, key: row.at, value: row.Value.Text, field: f, fault: *fault,
				whole: true})
		}
	case row.Value != nil:
		convert(u, row, "string", f, columns, report)
	case row.expr != nil && f.Kind == xdm.Scalar && checkResults(row, f, report):
		// Each value that can come out was checked by itself.
	default:
		convert(u, row, row.typ, f, columns, report)
	}
}

// deprecationsOf are the field that a mapping fills and the objects that it lies in, where they are deprecated.
func deprecationsOf(row filled, f xdm.Field) (out []deprecatedField) {
	own := f.Own || f.Marked
	if f.Deprecated {
		out = append(out, deprecatedField{at: row.at, path: f.Path, start: 0, end: len(row.Destination), own: own})
	}
	for _, n := range f.Notes {
		if n.Code == xdm.DeprecatedParent {
			out = append(out, deprecatedField{at: row.at, path: n.Path, start: n.Start, end: n.End, own: own})
		}
	}
	return out
}

// checkResults checks the literals that an expression may return. It reports
// whether there is nothing else that it may come to.
func checkResults(row filled, f xdm.Field, report *diag.Report) bool {
	all := true
	for _, r := range dataprep.Results(row.expr) {
		value, ok := literal(r)
		if !ok {
			if _, null := r.(*dataprep.Null); !null {
				all = false
			}
			continue
		}
		if fault := xdm.CheckConstant(value, f); fault != nil {
			at := r.Where()
			report.Add(constantValue{at: row.from, key: row.at, value: value, field: f, fault: *fault,
				start: at.Start, end: at.End})
		}
	}
	return all
}

// literal returns the text that a literal of an expression arrives as. Numbers
// in other notations than the decimal one are left to the platform.
func literal(e dataprep.Expr) (string, bool) {
	switch e := e.(type) {
	case *dataprep.Text:
		return e.Value, true
	case *dataprep.Bool:
		if e.Value {
			return "true", true
		}
		return "false", true
	case *dataprep.Number:
		for i := range len(e.Text) {
			if c := e.Text[i]; (c < '0' || c > '9') && c != '.' || i == 0 && c == '0' && len(e.Text) > 1 &&
				e.Text[1] != '.' {
				return "", false
			}
		}
		return e.Text, true
	}
	return "", false
}

// convert checks the type of a value against its field.
func convert(u *unit, row filled, typ string, f xdm.Field, columns map[string]*schemas.Column, report *diag.Report) {
	c := xdm.Convertible(typ, f)
	if c.Outcome == xdm.Fits {
		return
	}
	report.Add(conversion{u: u, row: row, typ: typ, field: f, conversion: c, column: columns[row.Source]})
}
