package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/view"
)

// repair is one fix that was made, in words that hold no secret.
type repair struct {
	file *source.File // as it was before
	at   source.Position
	what string
	code diag.Code

	fix     diag.Fix
	written []source.Span // of the new text in the new files
}

// fixedProject is a project after its repairs.
type fixedProject struct {
	*project
	repairs []repair       // by file and line
	changed []*source.File // the new texts of those that changed
}

// applyFixes makes the safe repairs that the diagnostics of a check contain, in memory.
//
// A repair may uncover another one, so it repeats until there are none. It undoes a repair if the check then reports
// the text that the repair wrote: that was not what the user meant.
func (p *project) applyFixes(check func(*project) *diag.Report) fixedProject {
	const rounds = 50 // repairs may undo each other
	m := fixedProject{project: p}
	changed := map[string]*source.File{}
	refused := map[string]bool{} // by fixKey
	for range rounds {
		found := check(m.project).Sorted()
		fixes := edit.Fixes(without(found, refused))
		if len(fixes) == 0 {
			break
		}
		next, fresh, repairs := m.with(fixes, found)
		if bad := denied(repairs, check(next).Sorted()); len(bad) > 0 {
			for _, fix := range bad {
				refused[fixKey(fix)] = true
			}
			continue
		}
		for _, f := range fresh {
			changed[f.Path] = f
		}
		m.repairs = append(m.repairs, repairs...)
		m.project = next
		clear(refused)
	}
	for _, path := range slices.Sorted(maps.Keys(changed)) {
		m.changed = append(m.changed, changed[path])
	}
	slices.SortStableFunc(m.repairs, func(a, b repair) int {
		return cmp.Or(cmp.Compare(a.file.Path, b.file.Path), cmp.Compare(a.at.Line, b.at.Line),
			cmp.Compare(a.at.Column, b.at.Column))
	})
	return m
}

// with returns the project after edits, the files that they change, and the repairs.
func (p *project) with(edits []edit.FileEdits, found []diag.Diagnostic) (*project, []*source.File, []repair) {
	next := *p
	next.files = slices.Clone(p.files)
	number := make(map[*source.File]int, len(p.files))
	for i, f := range p.files {
		number[f] = i
	}
	fresh := make([]*source.File, len(edits))
	written := map[diag.Edit]source.Span{}
	for i, e := range edits {
		text, err := edit.Apply(e.File.Text, e.Edits)
		if err != nil {
			panic(fmt.Sprintf("fix %s: %v", e.File.Path, err)) // the compiler's spans lie inside its files
		}
		fresh[i] = source.NewFile(e.File.Path, text)
		maps.Copy(written, edit.Written(e, fresh[i]))
		if at, ok := number[e.File]; ok {
			next.files[at] = fresh[i]
			continue
		}
		config, report := compiler.ParseProject(fresh[i])
		next.config = *config
		next.report = next.report.Map(func(d diag.Diagnostic) (diag.Diagnostic, bool) {
			return d, d.Primary().File != e.File
		})
		next.report.Append(report)
	}
	shown := diag.Concealed(found)
	first := map[string]int{} // the diagnostic that a fix is of
	for i, d := range slices.Backward(found) {
		if d.Fix != nil {
			first[fixKey(*d.Fix)] = i
		}
	}
	var repairs []repair
	for _, e := range edits {
		for _, fix := range e.Fixes {
			r := repair{file: e.File, fix: fix, at: fix.Edits[0].Span.Pos()}
			for _, one := range fix.Edits {
				r.written = append(r.written, written[one])
			}
			i := first[fixKey(fix)]
			r.code, r.what = shown[i].Code, shown[i].Message
			if f := shown[i].Fix; f != nil { // nil: it repeats a secret
				r.what += ": " + f.Title
			}
			repairs = append(repairs, r)
		}
	}
	return &next, fresh, repairs
}

// denied returns the fixes whose text the check reports. Other codes at the same place were there before, hidden by the
// first fault.
func denied(repairs []repair, found []diag.Diagnostic) []diag.Fix {
	labels := newLabelIndex(found)
	var out []diag.Fix
	for _, r := range repairs {
		if slices.ContainsFunc(r.written, func(w source.Span) bool {
			return labels.touches(w, func(c diag.Code) bool { return c == r.code || spelling(c) })
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

// save writes the files that changed.
func (m fixedProject) save() error {
	for _, f := range m.changed {
		if err := m.rewrite(f.Path, f.Text); err != nil {
			return err
		}
	}
	return nil
}

// print lists the repairs by file.
func (m fixedProject) print(w *output.Writer) error {
	for rest := m.repairs; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].file.Path == rest[0].file.Path {
			n++
		}
		same := rest[:n]
		rest = rest[n:]
		if err := w.Printf("fixed %s, %s:\n", same[0].file.Path, view.Count(len(same), "repair")); err != nil {
			return err
		}
		for _, r := range same {
			if err := w.Printf("  %d:%d  %s [%s]\n", r.at.Line, r.at.Column, r.what, r.code); err != nil {
				return err
			}
		}
		if err := w.Printf("\n"); err != nil {
			return err
		}
	}
	return nil
}
