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
// and the keys at its top that have faults. Nil when there is nothing to go on.
func halfDecoded(u unit, found *diag.Report) *partial {
	if u.doc.Root.Kind != MapKind || u.kind == "" {
		return nil
	}
	half := partial{unit: u, faulty: topKeys(found)}
	half.take(Decode(half.doc, &diag.Report{})) // its faults are known from the check
	return &half
}

// partial is a document that is read in part.
type partial struct {
	unit
	faulty []string
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
		key := topKey(d.Path)
		hidden := key == "" || d.Severity != diag.Error || slices.Contains(half.faulty, key) ||
			slices.ContainsFunc(dependsOn[key], func(other string) bool { return slices.Contains(half.faulty, other) })
		return d, !hidden
	}))
	p.asked = append(p.asked, own.asked[len(p.asked):]...)
}

// topKeys returns the first keys of the paths of a report.
func topKeys(r *diag.Report) []string {
	var out []string
	for _, d := range r.Sorted() {
		out = append(out, topKey(d.Path))
	}
	return out
}

func topKey(path string) string {
	if i := strings.IndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return path
}
