// Package diag holds what the tool says about a document: diagnostics with a
// stable code, places and a way out, collected in a report.
//
// In: problems, small structs of facts found by a stage. Out: a sorted report
// without repeats that text, JSON, SARIF and annotations are printed from.
package diag

import (
	"cmp"
	"slices"

	"github.com/aepflow/aepflow/internal/source"
)

// Code names a kind of diagnostic for ever: kebab-case, listed in codes.go.
type Code string

// Severity orders diagnostics; only errors make a document wrong.
type Severity uint8

// The severities, mildest first.
const (
	Note Severity = iota
	Warning
	Error
)

func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	default:
		return "note"
	}
}

// Label is a place with a few words about it. The first label of a diagnostic
// is the primary one: the smallest text that is wrong.
type Label struct {
	Span source.Span
	Text string
}

// At returns the labels of one place.
func At(s source.Span, text string) []Label { return []Label{{Span: s, Text: text}} }

// FirstLine cuts text so that it fits into a message: to its first line and about
// 60 bytes.
func FirstLine(s string) string {
	for i, r := range s {
		if r == '\n' || r == '\r' || i > 60 {
			return s[:i] + "…"
		}
	}
	return s
}

// NewError returns a diagnostic of severity Error. The first label is primary.
func NewError(code Code, message, help string, labels ...Label) Diagnostic {
	return Diagnostic{Code: code, Severity: Error, Message: message, Help: help, Labels: labels}
}

// Edit replaces the bytes of Span by Text.
type Edit struct {
	Span source.Span
	Text string
}

// Fix is a repair that keeps the user's meaning and may be made without asking.
type Fix struct {
	Title string
	Edits []Edit
}

// Replace returns the fix that writes text instead of s.
func Replace(title string, s source.Span, text string) *Fix {
	return &Fix{Title: title, Edits: []Edit{{Span: s, Text: text}}}
}

// Diagnostic is one fault, said once.
type Diagnostic struct {
	Code     Code
	Severity Severity
	Message  string   // lower case, no full stop: what was expected, what was found
	Path     string   // place in the document, like mappings['person.name.fullName']; may be ""
	Labels   []Label  // the first is primary; none means no place
	Notes    []string // further facts
	Help     string   // how to fix it
	Fix      *Fix     // nil when no safe repair is known
}

// Primary returns the span of the first label, nowhere when there is none.
func (d Diagnostic) Primary() source.Span {
	if len(d.Labels) == 0 {
		return source.Span{}
	}
	return d.Labels[0].Span
}

// Problem is a fault as facts; Diagnose writes the words.
type Problem interface {
	Diagnose() Diagnostic
}

// Report collects diagnostics. The zero Report is empty and ready.
type Report struct {
	list []Diagnostic
}

// Add appends the diagnostic of p.
func (r *Report) Add(p Problem) { r.list = append(r.list, p.Diagnose()) }

// Append adds everything that other holds. A nil other adds nothing.
func (r *Report) Append(other *Report) {
	if other != nil {
		r.list = append(r.list, other.list...)
	}
}

// Count returns how many diagnostics of exactly that severity there are,
// repeats left out.
func (r *Report) Count(s Severity) int {
	n := 0
	for _, d := range r.Sorted() {
		if d.Severity == s {
			n++
		}
	}
	return n
}

// HasErrors reports whether any diagnostic is an error.
func (r *Report) HasErrors() bool {
	return r != nil && slices.ContainsFunc(r.list, func(d Diagnostic) bool { return d.Severity == Error })
}

// Fails reports whether the documents are wrong: an error, or when strict, a
// warning.
func (r *Report) Fails(strict bool) bool {
	isWarning := func(d Diagnostic) bool { return d.Severity == Warning }
	return r.HasErrors() || strict && r != nil && slices.ContainsFunc(r.list, isWarning)
}

// AtLeast returns the diagnostics of that severity and above.
func (r *Report) AtLeast(s Severity) *Report {
	out := &Report{}
	if r != nil {
		for _, d := range r.list {
			if d.Severity >= s {
				out.list = append(out.list, d)
			}
		}
	}
	return out
}

// Map returns a report with every diagnostic replaced by f's answer, in the
// same order; those for which f answers false are left out.
func (r *Report) Map(f func(Diagnostic) (Diagnostic, bool)) *Report {
	out := &Report{}
	if r != nil {
		for _, d := range r.list {
			if d, keep := f(d); keep {
				out.list = append(out.list, d)
			}
		}
	}
	return out
}

// Len returns how many diagnostics were added, repeats included.
func (r *Report) Len() int {
	if r == nil {
		return 0
	}
	return len(r.list)
}

// Sorted returns the diagnostics in one total order (file, offset, severity,
// code, message) with repeats (same code, place and message) left out.
func (r *Report) Sorted() []Diagnostic {
	if r == nil {
		return nil
	}
	out := slices.Clone(r.list)
	slices.SortStableFunc(out, compare)
	return slices.CompactFunc(out, func(a, b Diagnostic) bool { return compare(a, b) == 0 })
}

func compare(a, b Diagnostic) int {
	p, q := a.Primary(), b.Primary()
	return cmp.Or(
		cmp.Compare(p.Path(), q.Path()),
		cmp.Compare(p.Start, q.Start),
		cmp.Compare(p.End, q.End),
		-cmp.Compare(a.Severity, b.Severity),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Message, b.Message),
	)
}
