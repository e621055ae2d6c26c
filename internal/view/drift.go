package view

import (
	"io"
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// Drift writes what changed on the platform since the last apply, without the plan.
func Drift(w io.Writer, p *planner.Plan, o Options) error {
	t := newPlanText(p, o)
	t.notices(slices.DeleteFunc(slices.Clone(p.Diagnostics), func(d planner.Diagnostic) bool {
		return d.Code != string(diag.NewerVersion) // others are about what an apply would do
	}))
	if len(p.Drift) == 0 {
		t.wrapped(green, "", "No drift: the platform is as it was last applied to "+TargetText(p.Target)+".")
		return flush(w, t.canvas)
	}
	t.drift()
	t.wrapped(plain, "", words.Count(len(p.Drift), "resource")+" drifted in "+TargetText(p.Target)+". "+
		"`aepflow plan --refresh` shows what apply would do about it.")
	return flush(w, t.canvas)
}
