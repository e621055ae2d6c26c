package compiler

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/diag"
)

// lintColumns reports columns that are read from the database for nothing, and
// of columns that a database may take for one.
func lintColumns(u *unit, rows []filled, report *diag.Report) {
	f := u.dataflow
	used := make(map[string]bool, len(f.Columns))
	for _, row := range rows {
		used[row.Source] = true
		switch {
		case row.expr != nil:
			for _, a := range dataprep.Attributes(row.expr) {
				used[a.Root] = true
			}
		case row.Expression != "":
			return // what it reads is not known
		}
	}
	if f.Delta != nil {
		used[f.Delta.Column] = true
	}
	first := make(map[string]string, len(f.Columns))
	for _, c := range f.Columns {
		if !used[c.Name] {
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

type unmappedColumn struct {
	at   place
	name string
}

func (p unmappedColumn) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.UnmappedColumn, Severity: diag.Note, Path: p.at.path.String(),
		Message: fmt.Sprintf("column `%s` is not mapped", p.name),
		Labels:  p.at.keyLabels("not used by any mapping"),
		Help:    "map it, or remove it from `columns`",
	}
}

type caseCollision struct {
	first, second place
	what          string
}

func (p caseCollision) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.CaseCollision, Severity: diag.Warning, Path: p.second.path.String(),
		Message: fmt.Sprintf("two %s differ only in case", p.what),
		Labels:  append(p.second.keyLabels("here"), diag.Label{Span: p.first.key(), Text: "and here"}),
		Help:    "many readers of the data ignore case; rename one of them",
	}
}
