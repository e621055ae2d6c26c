package compiler

import "github.com/aepflow/aepflow/internal/diag"

// isAdopted reports whether a dataflow was taken over as it is.
func isAdopted(u *unit) bool {
	l := u.dataflow.Lifecycle
	return l != nil && l.Adopted
}

// adoptable is what the platform once accepted: an error, and a note for a dataflow that
// was taken over with it.
type adoptable struct {
	diag.Problem
	adopted bool
}

func (p adoptable) Diagnose() diag.Diagnostic {
	d := p.Problem.Diagnose()
	if p.adopted {
		d.Severity = diag.Note
		d.Notes = append(d.Notes, "`lifecycle.adopted` keeps it; a new dataflow is refused")
	}
	return d
}

// addAdoptable reports what the platform once accepted, and keeps it for the plan if the
// dataflow was taken over with it.
func (u *unit) addAdoptable(p diag.Problem, report *diag.Report) {
	adopted := isAdopted(u)
	if adopted {
		u.adoptedFaults = append(u.adoptedFaults, p.Diagnose().Message)
	}
	report.Add(adoptable{p, adopted})
}
