package compiler

import (
	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/xdm"
)

// checkExpiration checks after how long the rows of a dataset are deleted: the platform
// does so by the time of an event, which records do not have.
func checkExpiration(d *datasetSymbol, schema *schemaSymbol, report *diag.Report) {
	if d.RowExpiration == "" {
		return
	}
	at := d.at("rowExpiration")
	period, ok := specs.ParsePeriod(d.RowExpiration)
	shortest, longest := specs.ShortestExpiration, specs.LongestExpiration
	switch {
	case !ok:
		report.Add(badExpiration{at, "`" + d.RowExpiration + "` is not a period", "expected a period such as P90D",
			decode.PeriodHelp})
	case !period.IsAtLeast(shortest) && shortest.IsAtLeast(period):
		report.Add(badExpiration{at, "rows expire after less than 30 days", "the platform keeps rows for 30 days at least",
			"write `P30D`, or a longer period"})
	case !longest.IsAtLeast(period):
		report.Add(badExpiration{at, "rows expire after more than 10 years", "the platform takes at most P10Y",
			"write `P10Y`, or remove `rowExpiration` to keep all rows"})
	}
	if schema == nil {
		return
	}
	isRecord := schema.fields.Class().Behavior == xdm.RecordBehavior
	if schema.Relational != nil {
		isRecord = schema.Relational.Behavior != "time-series"
	}
	if isRecord {
		report.Add(badExpiration{at, "rows of records cannot expire", "the schema describes records, which have no time",
			"remove `rowExpiration`: only datasets of events have it"})
	}
}

type badExpiration struct {
	at                   decode.Place
	message, label, help string
}

func (p badExpiration) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.RowExpiration, Severity: diag.Error, Path: p.at.Path.String(),
		Message: p.message, Labels: p.at.Labels(p.label), Help: p.help,
	}
}
