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

// adoptedFaults are the errors that a dataflow which was taken over would have if it
// were new.
func adoptedFaults(u *unit) []string {
	if u.dataflow == nil || !isAdopted(u) {
		return nil
	}
	found := &diag.Report{}
	resolveSchedule(u, found)
	if u.dataflow.Delta != nil && u.dataflow.Schedule.Frequency == "once" {
		found.Add(deltaWithOnce{u})
	}
	var out []string
	for _, d := range found.Sorted() {
		out = append(out, d.Message)
	}
	return out
}
