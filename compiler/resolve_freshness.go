package compiler

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/schemas"
)

// freshness returns the limits of a dataflow that has runs again and again. Another one does not use those that
// aepflow.yaml has for all.
func freshness(f *schemas.Dataflow) resource.Freshness {
	if f.Freshness == nil || withoutRuns(f) != "" {
		return resource.Freshness{}
	}
	return resource.Freshness{WarnAfter: age(f.Freshness.WarnAfter), ErrorAfter: age(f.Freshness.ErrorAfter)}
}

// withoutRuns says why a dataflow does not run again and again, "" if it does.
func withoutRuns(f *schemas.Dataflow) string {
	switch {
	case f.Stream != nil:
		return "a stream has no runs"
	case f.State == "draft":
		return "a draft never runs"
	case f.Schedule.Frequency == "once":
		return "a one-time dataflow is not repeated"
	}
	return ""
}

// age reads a time such as 90m, 2h, or 7d, whose form the schema has checked; 0 for none.
func age(text string) time.Duration {
	if text == "" {
		return 0
	}
	n, _ := strconv.ParseInt(text[:len(text)-1], 10, 32)
	unit := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[text[len(text)-1]]
	return time.Duration(n) * unit
}

// resolveFreshness checks that the limits suit the dataflow and each other.
func resolveFreshness(u *unit, report *diag.Report) {
	f := u.dataflow
	if f.Freshness == nil {
		return
	}
	if why := withoutRuns(f); why != "" {
		isDefault := func(o decode.Origin) bool { return o.How == decode.ByDefault }
		if !slices.ContainsFunc(u.doc.Provenance[u.doc.Lookup("freshness").Node], isDefault) {
			report.Add(freshnessUnused{u.at("freshness"), why})
		}
		return
	}
	warn, fail := age(f.Freshness.WarnAfter), age(f.Freshness.ErrorAfter)
	if warn != 0 && fail != 0 && warn >= fail {
		report.Add(freshnessOrder{u, f.Freshness.WarnAfter, f.Freshness.ErrorAfter})
	}
	every := time.Duration(period(&f.Schedule)) * time.Minute
	if warn != 0 && warn < every {
		report.Add(freshnessShort{u.at("freshness", "warnAfter"), f.Freshness.WarnAfter})
	}
	if fail != 0 && fail < every {
		report.Add(freshnessShort{u.at("freshness", "errorAfter"), f.Freshness.ErrorAfter})
	}
}

type freshnessUnused struct {
	at  decode.Place
	why string
}

func (p freshnessUnused) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FreshnessUnused, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "freshness of a dataflow that is not repeated", Labels: p.at.KeyLabels(p.why),
		Help: "remove `freshness`",
	}
}

type freshnessOrder struct {
	u          *unit
	warn, fail string
}

func (p freshnessOrder) Diagnose() diag.Diagnostic {
	at := p.u.at("freshness", "warnAfter")
	return diag.Diagnostic{
		Code: diag.FreshnessOrder, Severity: diag.Error, Path: at.Path.String(),
		Message: fmt.Sprintf("the warning after %s never comes before the error after %s", p.warn, p.fail),
		Labels: append(at.Labels("expected less than "+p.fail),
			p.u.at("freshness", "errorAfter").Labels("fails after "+p.fail)...),
		Help: "warn earlier, or remove `warnAfter`",
	}
}

type freshnessShort struct {
	at    decode.Place
	limit string
}

func (p freshnessShort) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FreshnessShort, Severity: diag.Warning, Path: p.at.Path.String(),
		Message: fmt.Sprintf("%s is over before the next run", p.limit),
		Labels:  p.at.Labels("shorter than the time between two runs"),
		Help:    "allow more time than passes between two runs, or run more often",
	}
}
