package syntax

import (
	"regexp"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// marker is a line that a version control system writes where two changes meet.
var marker = regexp.MustCompile(`(?m)^(<{7}|\|{7}|={7}|>{7})( .*)?\r?$`)

// findConflict returns the first line of a merge conflict from an offset on, nil
// when there is none.
func findConflict(f *source.File, from int) diag.Problem {
	m := marker.FindIndex(f.Text[from:])
	if m == nil {
		return nil
	}
	start := from + m[0]
	return mergeConflict{f.Span(start, start+len("<<<<<<<"))}
}

type mergeConflict struct{ at source.Span }

func (p mergeConflict) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.MergeConflict, Severity: diag.Error,
		Message: "unresolved merge conflict",
		Labels:  diag.At(p.at, "conflict marker"),
		Help:    "keep the lines that are right and remove the lines that begin with <<<<<<<, =======, and >>>>>>>",
	}
}
