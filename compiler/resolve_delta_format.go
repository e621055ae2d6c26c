package compiler

import (
	"fmt"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/specs"
)

// checkDeltaFormat checks delta.dateFormat: a pattern in Java letters, or for a
// connector with a format of its own exactly that one, which is no such pattern.
func (r *dataflowResolver) checkDeltaFormat() {
	got := r.u.dataflow.Delta.DateFormat
	c, _ := r.connector(r.u)
	at := r.u.at("delta", "dateFormat")
	switch {
	case got == "" || got == c.DeltaColumnFormat:
	case c.DeltaColumnFormat != "" && c.DeltaColumnFormat != specs.UsualDeltaFormat:
		r.report.Add(foreignDateFormat{at: at, got: got, connector: c})
	default:
		for _, found := range dataprep.CheckPattern(got) {
			r.report.Add(oddDateFormat{at: at, problem: found})
		}
	}
}

type foreignDateFormat struct {
	at        decode.Place
	got       string
	connector specs.Connector
}

func (p foreignDateFormat) Diagnose() diag.Diagnostic {
	want := p.connector.DeltaColumnFormat
	return diag.Diagnostic{
		Code: diag.DeltaFormat, Severity: diag.Warning, Path: p.at.Path.String(),
		Message: fmt.Sprintf("%s has the date format `%s`", p.connector.Name, want),
		Labels:  p.at.Labels("another format"),
		Help:    "write `" + want + "`",
		Fix:     p.at.Fix(p.got, want),
	}
}
