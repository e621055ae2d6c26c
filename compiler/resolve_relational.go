package compiler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/internal/xdm"
)

const timeSeries = "time-series"

// resolveRelational checks what a relational schema is made of: fields, and those of
// them that identify and order its rows.
func resolveRelational(s *schemaSymbol, report *diag.Report) {
	for _, key := range []string{"class", "fieldGroups", "profile"} {
		if found := s.lookup(key); found.Here && (key != "profile" || s.Profile) {
			report.Add(notRelational{at: s.at(key), relational: s.at("relational"), key: key})
		}
	}
	if len(s.Fields) == 0 {
		report.Add(decode.MissingKey{At: s.at(), Key: "fields"})
		return // no field could be the key
	}
	r := s.Relational
	events := r.Behavior == timeSeries
	for i, path := range r.PrimaryKey {
		if at := s.keyPlace(i); slices.Contains(r.PrimaryKey[:i], path) {
			report.Add(keyField{at: at, path: path, label: "duplicate field", help: "remove one of them"})
		} else {
			s.checkKey(at, path, report)
		}
	}
	s.checkVersion(report)
	switch {
	case !events && r.Timestamp != "":
		report.Add(keyField{
			at: s.at("relational", "timestamp"), path: r.Timestamp, label: "only events have a timestamp",
			help: "remove it, or write `behavior: time-series`",
		})
	case events && r.Timestamp == "":
		report.Add(decode.MissingKey{At: s.at("relational"), Key: "timestamp"})
	case events:
		s.checkTimestamp(report)
	}
}

// keyPlace is where a document names field i of the primary key.
func (s *schemaSymbol) keyPlace(i int) decode.Place {
	at := s.at("relational", "primaryKey")
	if n := at.Doc.Find(at.Path).Node; n != nil && n.Kind == document.ListKind {
		at.Path = at.Path.Index(i)
	}
	return at
}

// checkKey reports a path that is not a field with a single value at the root.
func (s *schemaSymbol) checkKey(at decode.Place, path string, report *diag.Report) (xdm.Field, bool) {
	f, fault := s.fields.Lookup(path)
	problem := keyField{at: at, path: path}
	switch {
	case fault != nil:
		problem.near, problem.label = fault.Near, "not in `fields`"
		problem.help = "declare it in `fields`"
	case strings.ContainsAny(path, ".["):
		problem.label, problem.help = "inside another field", "use a field at the root, without a dot"
	case f.Kind != xdm.Scalar:
		problem.label, problem.help = "this is "+kindPhrase(f.Kind), "use a field with a single value"
	default:
		return f, true
	}
	report.Add(problem)
	return f, false
}

// checkVersion reports a version whose values have no order, or that is a part of the
// primary key, where it would never change.
func (s *schemaSymbol) checkVersion(report *diag.Report) {
	at, path := s.at("relational", "version"), s.Relational.Version
	f, ok := s.checkKey(at, path, report)
	switch i := slices.Index(s.Relational.PrimaryKey, path); {
	case !ok:
	case i >= 0:
		report.Add(keyField{
			at: at, path: path, label: "also in the primary key", other: s.keyPlace(i), otherLabel: "the primary key",
			help: "use a field that changes with each change of a row, such as the time of its last update",
		})
	case f.Type == "boolean":
		report.Add(keyField{
			at: at, path: path, label: "boolean values have no order",
			help: "use a number, a date-time, or text whose order is that of the changes",
		})
	}
}

// checkTimestamp reports a timestamp that is not a time, or not in the primary key.
func (s *schemaSymbol) checkTimestamp(report *diag.Report) {
	at, path := s.at("relational", "timestamp"), s.Relational.Timestamp
	f, ok := s.checkKey(at, path, report)
	if !ok {
		return
	}
	if f.Type != "date-time" {
		report.Add(keyField{
			at: at, path: path, label: fmt.Sprintf("has type %s, expected date-time", f.Type),
			help: "use a field of type date-time",
		})
		return
	}
	key := s.Relational.PrimaryKey
	if len(key) < 2 || !slices.Contains(key, path) {
		report.Add(keyField{
			at: s.at("relational", "primaryKey"), path: strings.Join(key, ", "), other: at, otherLabel: "the timestamp",
			label: "expected at least two fields, one of them `" + path + "`",
			help:  "the primary key of events has the timestamp and the fields that identify whose event it is",
		})
	}
}

// notRelational: a key that only schemas with a class have.
type notRelational struct {
	at, relational decode.Place
	key            string
}

func (p notRelational) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.RelationalSchema, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` is not allowed in a relational schema", p.key),
		Labels: append(p.at.KeyLabels("only in a schema with a class"),
			diag.Label{Span: p.relational.Key(), Text: "makes the schema relational"}),
		Help: fmt.Sprintf("remove `%s`, or remove `relational`", p.key),
	}
}

// keyField: a field that cannot identify or order the rows of a relational schema.
type keyField struct {
	at, other         decode.Place
	path              string
	label, otherLabel string
	help              string
	near              []string
}

func (p keyField) Diagnose() diag.Diagnostic {
	role := map[string]string{
		"primaryKey": "the primary key", "version": "the version", "timestamp": "the timestamp",
	}[roleOf(p.at.Path)]
	d := diag.Diagnostic{
		Code: diag.RelationalKey, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` cannot be %s", p.path, role),
		Labels:  p.at.Labels(p.label),
		Help:    p.help,
	}
	if len(p.near) > 0 {
		d.Help = "did you mean " + words.Quoted(p.near, "or") + "?"
	}
	if len(p.near) == 1 {
		d.Fix = p.at.Fix(p.path, p.near[0])
	}
	if p.otherLabel != "" {
		d.Labels = append(d.Labels, diag.Label{Span: p.other.Span(), Text: p.otherLabel})
	}
	return d
}

// roleOf is the last key of a path.
func roleOf(p document.Path) string {
	last := p[len(p)-1]
	if last.IsIndex {
		last = p[len(p)-2]
	}
	return last.Key
}
