package planner

import (
	"fmt"
	"time"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

// startPassed says that a flow would start before it exists, or before now.
type startPassed struct {
	at         source.Span
	name       resource.Address
	isNew      bool
	start, now time.Time
}

func (p startPassed) Diagnose() diag.Diagnostic {
	what, change := "the new start of the dataflow", "changed"
	if p.isNew {
		what, change = "the start of the new dataflow", "created"
	}
	return diag.Diagnostic{
		Code: diag.ScheduleStart, Severity: diag.Error, Path: "schedule.startTime",
		Message: fmt.Sprintf("%s `%s` has passed: %s", what, p.name.Name, p.start.Format(time.RFC3339)),
		Labels: []diag.Label{{Span: p.at, Text: fmt.Sprintf(
			"it is %s now, %s later", p.now.Format(time.RFC3339), DurationText(p.now.Sub(p.start)))}},
		Help: "write a later start, or leave startTime out: the dataflow then starts a minute after it is " + change,
	}
}

// ago returns a length of time in its largest unit of days, hours, minutes, or seconds.
// importOwned says that another entry has the object that is to be imported.
type importOwned struct {
	r     resource.Resource
	owner resource.Address
}

func (p importOwned) Diagnose() diag.Diagnostic {
	help := fmt.Sprintf("remove the import, or forget the other entry first with `aepflow state rm %s`", p.owner)
	if p.owner.Kind == p.r.Address.Kind && p.owner.Name != p.r.Address.Name {
		help += fmt.Sprintf("; if the document was renamed, write `movedFrom: %s` instead", p.owner.Name)
	}
	return diag.Diagnostic{
		Code: diag.DuplicateImport, Severity: diag.Error, Path: "lifecycle.import." + string(p.r.Address.Kind),
		Message: fmt.Sprintf("%s imports %s, which belongs to %s in the lockfile", p.r.Address, p.r.Import, p.owner),
		Labels:  []diag.Label{{Span: p.r.ImportAt, Text: "an object has one owner"}},
		Help:    help,
	}
}
