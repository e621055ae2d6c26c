package compiler

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
)

// targetLetters are the letters of a target's name: lockfile, journal, and token
// are files that are named after it.
var targetLetters = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// IsTargetName reports whether a target may have a name.
func IsTargetName(name string) bool { return targetLetters.MatchString(name) }

// targetNames reports names of targets that files cannot be named after.
func (f *ProjectFile) targetNames(report *diag.Report) {
	for _, t := range f.Targets {
		if !IsTargetName(t.Name) {
			report.Add(targetName{f.doc.Root.Get("targets").Pair(t.Name).Key, document.At("targets", t.Name)})
		}
	}
	if name := f.doc.Root.Get("defaultTarget"); name != nil && !IsTargetName(name.Text) {
		report.Add(targetName{name, document.At("defaultTarget")})
	}
}

type targetName struct {
	name *document.Node
	path document.Path
}

func (p targetName) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.InvalidName, Severity: diag.Error, Path: p.path.String(),
		Message: fmt.Sprintf("invalid target name `%s`", p.name.Text),
		Labels:  []diag.Label{{Span: p.name.Span, Text: "expected letters, digits, `-`, and `_`"}},
		Help:    "rename the target: its lockfile is named after it",
	}
	near := strings.Trim(regexp.MustCompile(`[^A-Za-z0-9_-]+`).ReplaceAllString(p.name.Text, "-"), "-")
	if near != "" {
		d.Help = fmt.Sprintf("rename the target, for example to `%s`: its lockfile is named after it", near)
	}
	return d
}
