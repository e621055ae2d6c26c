package planner

import (
	"fmt"
	"time"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

// startPassed: a new flow would start before it exists.
type startPassed struct {
	at         source.Span
	name       resource.Address
	start, now time.Time
}

func (p startPassed) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.ScheduleStart, Severity: diag.Error, Path: "schedule.startTime",
		Message: fmt.Sprintf("the start of the new dataflow `%s` has passed: %s", p.name.Name, p.start.Format(time.RFC3339)),
		Labels:  []diag.Label{{Span: p.at, Text: "it is " + p.now.Format(time.RFC3339) + " now"}},
		Help:    "write a later start, or leave startTime out: the dataflow then starts a minute after it is created",
	}
}
