package view

import (
	_ "embed"
	"io"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/runs"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

//go:embed status.html.tmpl
var statusHTML string

type statusPage struct {
	Policy    string
	Target    planner.Target
	At        string
	Tool      string
	Line      string
	Dataflows []pageDataflow
}

type pageDataflow struct {
	Class, Name, Health, Reason       string
	Last, LastAt, Took, Records, Next string
	NextAt, Run                       string
	Errors                            []pageFault
}

type pageFault struct{ Text, Cause, Fix string }

// StatusPage writes the status of dataflows as one page that loads nothing, those that need attention first.
func StatusPage(w io.Writer, list []runs.Dataflow, target planner.Target, at time.Time, tool string) error {
	page := statusPage{
		Policy: policyOf(statusHTML), Target: target, At: timeText(at), Tool: tool,
		Line: words.Count(len(list), "dataflow") + healthCounts(list),
	}
	for _, d := range list {
		page.Dataflows = append(page.Dataflows, pageDataflowOf(d, at))
	}
	return writePage(w, statusHTML, page)
}

func pageDataflowOf(d runs.Dataflow, at time.Time) pageDataflow {
	out := pageDataflow{
		Class: healthClass(d.Health), Name: d.Name, Health: healthText(d.Health), Reason: d.Reason,
		Last: lastRunText(d, at), Records: recordsText(d.LastRun), Next: nextText(d.NextRun, at), NextAt: timeText(d.NextRun),
	}
	if d.LastRun == nil {
		return out
	}
	out.LastAt, out.Run = timeText(endOf(*d.LastRun)), d.LastRun.ID
	if took := d.LastRun.Duration(); took > 0 {
		out.Took = runs.Short(took)
	}
	for i, f := range d.LastRun.Errors {
		if i == 0 { // the reason begins with it
			said := faultText(runs.Fault{Code: f.Code, Message: f.Message})
			out.Reason = strings.TrimPrefix(strings.TrimPrefix(d.Reason, said), "; ")
		}
		known, _ := specs.ErrorByCode(f.Code)
		out.Errors = append(out.Errors, pageFault{faultText(f), known.Cause, known.Fix})
	}
	return out
}

// healthClass is the class of a row: its color.
func healthClass(h runs.Health) string {
	switch healthStyle(h) {
	case red:
		return "bad"
	case yellow:
		return "warn"
	case green:
		return "ok"
	}
	return "dim"
}
