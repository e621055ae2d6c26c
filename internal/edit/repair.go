package edit

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// Repair is one fix that was made, in words that hold no secret.
type Repair struct {
	File *source.File // as it was before
	At   source.Position
	What string
	Code diag.Code

	fix     diag.Fix
	written []source.Span // of the new text in the new files
}

// Repaired is a project after its repairs.
type Repaired[P any] struct {
	Project P
	Repairs []Repair       // by file and line
	Changed []*source.File // the new texts of those that changed, by path
}

// RepairAll makes the safe repairs that the diagnostics of a check contain, in memory; with returns a project with new
// texts in place of old ones.
//
// A repair may uncover another one, so it repeats until there are none. It undoes a repair if the check then reports
// the text that the repair wrote: that was not what the user meant.
func RepairAll[P any](
	project P, check func(P) *diag.Report, with func(P, map[*source.File]*source.File) P,
) Repaired[P] {
	const rounds = 50 // repairs may undo each other
	out := Repaired[P]{Project: project}
	changed := map[string]*source.File{}
	refused := map[string]bool{} // by fixKey
	for range rounds {
		found := check(out.Project).Sorted()
		fixes := Fixes(without(found, refused))
		if len(fixes) == 0 {
			break
		}
		fresh, repairs := repaired(fixes, found)
		next := with(out.Project, fresh)
		if bad := denied(repairs, check(next).Sorted()); len(bad) > 0 {
			for _, fix := range bad {
				refused[fixKey(fix)] = true
			}
			continue
		}
		for _, e := range fixes {
			changed[e.File.Path] = fresh[e.File]
		}
		out.Repairs = append(out.Repairs, repairs...)
		out.Project = next
		clear(refused)
	}
	for _, path := range slices.Sorted(maps.Keys(changed)) {
		out.Changed = append(out.Changed, changed[path])
	}
	slices.SortStableFunc(out.Repairs, func(a, b Repair) int {
		return cmp.Or(cmp.Compare(a.File.Path, b.File.Path), cmp.Compare(a.At.Line, b.At.Line),
			cmp.Compare(a.At.Column, b.At.Column))
	})
	return out
}

// repaired returns the files after edits, by those before, and the repairs.
func repaired(edits []FileEdits, found []diag.Diagnostic) (map[*source.File]*source.File, []Repair) {
	fresh := map[*source.File]*source.File{}
	written := map[diag.Edit]source.Span{}
	for _, e := range edits {
		text, err := Apply(e.File.Text, e.Edits)
		if err != nil {
			panic(fmt.Sprintf("fix %s: %v", e.File.Path, err)) // the compiler's spans lie inside its files
		}
		fresh[e.File] = source.NewFile(e.File.Path, text)
		maps.Copy(written, Written(e, fresh[e.File]))
	}
	shown := diag.Concealed(found)
	first := map[string]int{} // the diagnostic that a fix is of
	for i, d := range slices.Backward(found) {
		if d.Fix != nil {
			first[fixKey(*d.Fix)] = i
		}
	}
	var repairs []Repair
	for _, e := range edits {
		for _, fix := range e.Fixes {
			r := Repair{File: e.File, fix: fix, At: fix.Edits[0].Span.Pos()}
			for _, one := range fix.Edits {
				r.written = append(r.written, written[one])
			}
			i := first[fixKey(fix)]
			r.Code, r.What = shown[i].Code, shown[i].Message
			if f := shown[i].Fix; f != nil { // nil: it repeats a secret
				r.What += ": " + f.Title
			}
			repairs = append(repairs, r)
		}
	}
	return fresh, repairs
}

// denied returns the fixes whose text the check reports. Other codes at the same place were there before, hidden by the
// first fault.
func denied(repairs []Repair, found []diag.Diagnostic) []diag.Fix {
	labels := newLabelIndex(found)
	var out []diag.Fix
	for _, r := range repairs {
		if slices.ContainsFunc(r.written, func(w source.Span) bool {
			return labels.touches(w, func(c diag.Code) bool { return c == r.Code || spelling(c) })
		}) {
			out = append(out, r.fix)
		}
	}
	return out
}

// labelIndex has the places of diagnostics by file and code, sorted. Places that touch are joined.
type labelIndex map[*source.File]map[diag.Code][]source.Span

func newLabelIndex(found []diag.Diagnostic) labelIndex {
	x := labelIndex{}
	for _, d := range found {
		for _, l := range d.Labels {
			if x[l.Span.File] == nil {
				x[l.Span.File] = map[diag.Code][]source.Span{}
			}
			x[l.Span.File][d.Code] = append(x[l.Span.File][d.Code], l.Span)
		}
	}
	for _, codes := range x {
		for code, spans := range codes {
			codes[code] = joined(spans)
		}
	}
	return x
}

// joined sorts places of one file and joins those that touch.
func joined(spans []source.Span) []source.Span {
	slices.SortFunc(spans, func(a, b source.Span) int { return cmp.Compare(a.Start, b.Start) })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}

// touches reports whether a place of a diagnostic with a wanted code overlaps w or borders on it.
func (x labelIndex) touches(w source.Span, wanted func(diag.Code) bool) bool {
	for code, spans := range x[w.File] {
		i, _ := slices.BinarySearchFunc(spans, w.Start, func(s source.Span, start int) int {
			return cmp.Compare(s.End, start)
		})
		if i < len(spans) && spans[i].Start <= w.End && wanted(code) {
			return true
		}
	}
	return false
}

// spelling reports whether a code says that a text is not allowed at its place.
func spelling(c diag.Code) bool {
	switch c {
	case diag.DuplicateKey, diag.WrongType, diag.UnknownKey, diag.UnknownType, diag.UnknownColumn, diag.InvalidValue,
		diag.DuplicateMapping, diag.MappingConflict:
		return true
	}
	return strings.HasPrefix(string(c), "yaml-")
}

// without removes diagnostics by their fixes.
func without(list []diag.Diagnostic, fixes map[string]bool) []diag.Diagnostic {
	return slices.DeleteFunc(slices.Clone(list), func(d diag.Diagnostic) bool {
		return d.Fix != nil && fixes[fixKey(*d.Fix)]
	})
}

// fixKey is equal for fixes that make the same edits.
func fixKey(f diag.Fix) string {
	var b strings.Builder
	for _, e := range f.Edits {
		fmt.Fprintf(&b, "%q %d %d %q\n", e.Span.Path(), e.Span.Start, e.Span.End, e.Text)
	}
	return b.String()
}
