package compiler

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/diag"
)

// lintColumns tells of columns that are read from the database for nothing, and
// of columns that a database may take for one.
func (p *project) lintColumns(u *unit, rows []filled) {
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
			p.report.Add(unmappedColumn{at: u.at("columns", c.Name), name: c.Name})
		}
		folded := strings.ToLower(c.Name)
		if other, taken := first[folded]; taken {
			p.report.Add(caseCollision{first: u.at("columns", other), second: u.at("columns", c.Name), what: "columns"})
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
		Message: fmt.Sprintf("the column `%s` is read and goes nowhere", p.name),
		Labels:  p.at.keyLabels("no mapping uses it"),
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
		Message: fmt.Sprintf("two %s differ in capital letters only", p.what),
		Labels:  append(p.second.keyLabels("this one"), diag.Label{Span: p.first.key(), Text: "and this one"}),
		Help:    "much of what reads data does not tell capital letters apart: rename one of them",
	}
}
