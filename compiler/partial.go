package compiler

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
)

// A document with faults of shape is resolved all the same, so that one run tells
// everything: an unknown connector does not hide an interval that is too short.
// What could only follow from a fault of shape is left out.

// dependsOn says which other keys of a dataflow the rules about a key look at.
var dependsOn = map[string][]string{
	"delta":     {"schedule", "columns"},
	"mappings":  {"columns", "target"},
	"columns":   {"mappings", "delta"},
	"target":    {"mappings"},
	"lifecycle": {"target"},
}

// halfDecoded returns a document with faults of shape as far as it can be read,
// and the paths that have faults. Nil when there is nothing to go on.
func halfDecoded(u unit, found *diag.Report) *partial {
	if u.doc.Root.Kind != MapKind || u.kind == "" {
		return nil
	}
	half := partial{unit: u}
	for _, d := range found.Sorted() {
		half.faulty = append(half.faulty, d.Path)
	}
	half.take(Decode(half.doc, &diag.Report{})) // its faults are known from the check
	return &half
}

// partial is a document that is read in part.
type partial struct {
	unit
	faulty []string // paths
}

// hides reports whether a finding could only follow from a fault of shape.
func (p *partial) hides(d diag.Diagnostic) bool {
	key := topKey(d.Path)
	if key == "" || d.Severity != diag.Error {
		return true
	}
	return slices.ContainsFunc(p.faulty, func(at string) bool {
		switch {
		case at == "" || isBelow(at, d.Path) || isBelow(d.Path, at):
			return true
		case d.Code == diag.UnknownColumn: // the names are known as soon as the columns are a map
			return at == "columns"
		}
		return slices.Contains(dependsOn[key], topKey(at))
	})
}

// isBelow reports whether a path is another one or lies below it.
func isBelow(path, other string) bool {
	rest, ok := strings.CutPrefix(path, other)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// resolveAt resolves one document, in part where it has faults of shape.
func resolveAt(p *project, i int) {
	if half := p.units[i].half; half != nil {
		p.resolvePartial(half)
		return
	}
	p.resolve(&p.units[i])
}

// resolvePartial resolves what can be resolved of a document with faults.
func (p *project) resolvePartial(half *partial) {
	own := *p
	own.report = &diag.Report{}
	own.resolve(&half.unit)
	p.report.Append(own.report.Map(func(d diag.Diagnostic) (diag.Diagnostic, bool) {
		return d, !half.hides(d)
	}))
}

func topKey(path string) string {
	if i := strings.IndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return path
}
