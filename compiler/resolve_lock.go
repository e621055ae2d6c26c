package compiler

import (
	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
)

// checkLocks refuses a lock for teams on the target local, whose objects exist in one checkout only.
func (f *ProjectFile) checkLocks(report *diag.Report) {
	for _, t := range f.Targets {
		if t.Name == localTarget && t.Lock != nil {
			report.Add(localLock{decode.Place{Doc: f.doc, Path: document.At("targets", t.Name, "lock")}})
		}
	}
}

type localLock struct{ at decode.Place }

func (p localLock) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.InvalidValue, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "target `local` cannot have a lock for teams",
		Labels:  []diag.Label{{Span: p.at.Key(), Text: "its objects and its lockfile belong to one checkout"}},
		Help:    "remove `lock` here: no other checkout can apply to them",
	}
}
