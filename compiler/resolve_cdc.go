package compiler

import (
	"fmt"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// changeType is the column of a file that says what becomes of a row: u inserts or
// updates it, d deletes it.
const changeType = "_change_request_type"

// resolveCDC checks that the source knows its changes, and that the schema has the
// primary key by which they are applied.
func (r *dataflowResolver) resolveCDC() {
	f := r.u.dataflow
	column, has := r.u.column(changeType)
	if !f.CDC {
		if has && f.Stream == nil && f.Rest == nil {
			r.report.Add(changeColumn{at: r.u.at("columns", changeType), label: "without `cdc: true`, an ordinary column",
				severity: diag.Warning, message: "column of changes without `cdc`",
				help: "add `cdc: true`, or silence this with # aepflow:ignore cdc-column REASON"})
		}
		return
	}
	if f.Rest != nil || f.Stream != nil {
		r.report.Add(cdcElsewhere{r.u})
		return
	}
	c, known := r.connector(r.u)
	if known && !c.CDC {
		r.report.Add(noCDC{r.u, c})
	}
	if s := r.targetSchema(r.u); s != nil && s.Relational == nil {
		r.report.Add(notRelationalTarget{r.u, s})
	}
	switch {
	case has && column.Type != "string":
		r.report.Add(changeColumn{at: r.u.at("columns", changeType), label: "expected string", severity: diag.Error,
			message: fmt.Sprintf("`%s` has type %s", changeType, column.Type),
			help:    "write `" + changeType + ": string`: its values are `u` and `d`"})
	case !has && f.Files != nil && len(f.Columns) > 0:
		r.report.Add(changeColumn{at: r.u.at("columns"), label: "no `" + changeType + "`", severity: diag.Note,
			message: "no row is ever deleted",
			help:    "declare `" + changeType + ": string` if the files have it; without it, every row is inserted or updated"})
	}
}

// column returns a declared column.
func (u *unit) column(name string) (schemas.Column, bool) {
	for _, c := range u.dataflow.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return schemas.Column{}, false
}

// checkChangeMapped reports mappings that read what is not there when they run.
func checkChangeMapped(u *unit, rows []filled, report *diag.Report) {
	if !u.dataflow.CDC {
		return
	}
	for _, row := range rows {
		reads := row.Source == changeType
		if row.expr != nil {
			for _, a := range dataprep.Attributes(row.expr) {
				reads = reads || a.Root == changeType
			}
		}
		if reads {
			report.Add(changeColumn{at: row.from, inMapping: true, label: "not available to mappings", severity: diag.Error,
				message: "`" + changeType + "` cannot be mapped",
				help:    "remove the mapping: the platform reads the column during ingestion and does not store it"})
		}
	}
}

type changeColumn struct {
	at                   decode.Place
	inMapping            bool
	severity             diag.Severity
	message, label, help string
}

func (p changeColumn) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.CDCColumn, Severity: p.severity, Path: p.at.Path.String(), Message: p.message,
		Labels: p.labels(), Help: p.help,
	}
}

func (p changeColumn) labels() []diag.Label {
	if p.inMapping {
		return p.at.Labels(p.label)
	}
	return p.at.KeyLabels(p.label)
}

// cdcElsewhere: changes of what has no rows to change.
type cdcElsewhere struct{ u *unit }

func (p cdcElsewhere) Diagnose() diag.Diagnostic {
	key, _ := viaOf(p.u.dataflow)
	return diag.Diagnostic{
		Code: diag.CDCSupport, Severity: diag.Error, Path: "cdc",
		Message: fmt.Sprintf("`cdc` is not allowed with `%s`", key),
		Labels: []diag.Label{
			{Span: p.u.at("cdc").Key(), Text: "only tables and files have it"},
			{Span: p.u.at(key).Key(), Text: "reads neither"},
		},
		Help: "remove `cdc`",
	}
}

type noCDC struct {
	u         *unit
	connector specs.Connector
}

func (p noCDC) Diagnose() diag.Diagnostic {
	other := "remove `cdc`"
	if readsTable(p.u.dataflow) {
		other = "remove `cdc`, and find changes with `delta`"
	}
	return diag.Diagnostic{
		Code: diag.CDCSupport, Severity: diag.Warning, Path: "cdc",
		Message: fmt.Sprintf("Adobe does not document change data capture for %s", p.connector.Name),
		Labels:  p.u.at("cdc").KeyLabels("may be ignored"),
		Help:    other + "; or silence this with # aepflow:ignore cdc-support REASON",
	}
}

type notRelationalTarget struct {
	u      *unit
	schema *schemaSymbol
}

func (p notRelationalTarget) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.CDCSchema, Severity: diag.Error, Path: "cdc",
		Message: fmt.Sprintf("schema `%s` is not relational", p.schema.name),
		Labels:  p.u.at("cdc").KeyLabels("needs a primary key to update and delete by"),
		Help:    "write `relational:` in place of `class:`, or remove `cdc`",
	}
	if class := p.schema.lookup("class"); class.Here {
		d.Labels = append(d.Labels, diag.Label{Span: p.schema.at("class").Key(), Text: "a schema with a class"})
	}
	return d
}
