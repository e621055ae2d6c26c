package compiler

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/schemas"
)

// lintColumns reports columns that are read from the database for nothing, and
// of columns that a database may take for one.
func lintColumns(u *unit, rows []filled, report *diag.Report) {
	f := u.dataflow
	used, known := readColumns(f, rows)
	if !known {
		return
	}
	first := make(map[string]string, len(f.Columns))
	for _, c := range f.Columns {
		if !used.has(c.Name) && !(f.CDC && c.Name == changeType) {
			report.Add(unmappedColumn{at: u.at("columns", c.Name), name: c.Name})
		}
		folded := strings.ToLower(c.Name)
		if other, taken := first[folded]; taken {
			report.Add(caseCollision{first: u.at("columns", other), second: u.at("columns", c.Name), what: "columns"})
			continue
		}
		first[folded] = c.Name
	}
}

// use is what the mappings of a dataflow read: names of columns, or paths where rows
// have objects, with all levels above them.
type use struct {
	nests         bool
	read, through map[string]bool
}

// readColumns returns what the mappings read; false when not all of it is known.
func readColumns(f *schemas.Dataflow, rows []filled) (use, bool) {
	u := use{canNest(f), make(map[string]bool, len(f.Columns)), map[string]bool{}}
	for _, row := range rows {
		switch {
		case row.expr != nil:
			for _, a := range dataprep.Attributes(row.expr) {
				u.add(a.Root, a.Path)
			}
		case row.Expression != "":
			return u, false
		case row.Source != "" && u.nests:
			path, _ := dataprep.AttributePath(row.Source)
			u.add(row.Source, path)
		case row.Source != "":
			u.read[row.Source] = true
		}
	}
	if f.Delta != nil {
		u.add(f.Delta.Column, "")
	}
	return u, true
}

func (u *use) add(name, path string) {
	if !u.nests {
		u.read[name] = true
		return
	}
	path = dataprep.ElementPath(path)
	u.read[path] = true
	n := 0
	for above := range levels(path) {
		if n++; n > 2*maxColumnSteps {
			return // deeper than any column
		}
		u.through[above] = true
	}
}

// has reports whether a column is read, alone, with the object that holds it, or in part.
func (u *use) has(column string) bool {
	if u.read[column] || u.through[column] {
		return true
	}
	if u.nests {
		for above := range levels(column) {
			if u.read[above] {
				return true
			}
		}
	}
	return false
}

type unmappedColumn struct {
	at   decode.Place
	name string
}

func (p unmappedColumn) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.UnmappedColumn, Severity: diag.Note, Path: p.at.Path.String(),
		Message: fmt.Sprintf("column `%s` is not mapped", p.name),
		Labels:  p.at.KeyLabels("not used by any mapping"),
		Help:    "map it, or remove it from `columns`",
	}
}

type caseCollision struct {
	first, second decode.Place
	what          string
}

func (p caseCollision) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.CaseCollision, Severity: diag.Warning, Path: p.second.Path.String(),
		Message: fmt.Sprintf("two %s differ only in case", p.what),
		Labels:  append(p.second.KeyLabels("here"), diag.Label{Span: p.first.Key(), Text: "and here"}),
		Help:    "many readers of the data ignore case; rename one of them",
	}
}
