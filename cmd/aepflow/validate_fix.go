package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/source"
)

// repair is one fix that was made, in words that hold no secret.
type repair struct {
	file *source.File // as it was before
	at   source.Position
	what string
	code diag.Code

	fix     diag.Fix
	written []source.Span // where the new text stands, in the new files
}

// mended is a project after its repairs.
type mended struct {
	*project
	repairs []repair       // by file and line
	changed []*source.File // the new texts of those that changed
}

// mend makes the safe repairs that the checks of a project know, in memory.
//
// A repair may uncover another fault that has a repair of its own, so it goes
// round until nothing is left. A repair that the checks refuse at the very place
// that it wrote is taken back: it was not what the user meant.
func (p *project) mend(check func(*project) *diag.Report) mended {
	const rounds = 50 // a guard against repairs that undo each other
	m := mended{project: p}
	var refused []diag.Fix
	for range rounds {
		found := check(m.project).Sorted()
		fixes := edit.Fixes(without(found, refused))
		if len(fixes) == 0 {
			break
		}
		next, fresh, repairs := m.with(fixes, found)
		if bad := denied(repairs, check(next).Sorted()); len(bad) > 0 {
			refused = append(refused, bad...)
			continue
		}
		for _, f := range fresh {
			m.changed = slices.DeleteFunc(m.changed, func(old *source.File) bool { return old.Path == f.Path })
			m.changed = append(m.changed, f)
		}
		m.repairs = append(m.repairs, repairs...)
		m.project, refused = next, nil
	}
	slices.SortStableFunc(m.repairs, func(a, b repair) int {
		return cmp.Or(cmp.Compare(a.file.Path, b.file.Path), cmp.Compare(a.at.Line, b.at.Line), cmp.Compare(a.at.Column, b.at.Column))
	})
	return m
}

// with is the project with edits made, and the files that they change.
func (p *project) with(edits []edit.FileEdits, found []diag.Diagnostic) (*project, []*source.File, []repair) {
	next := *p
	next.files = slices.Clone(p.files)
	fresh := make([]*source.File, len(edits))
	for i, e := range edits {
		text, err := edit.Apply(e.File.Text, e.Edits)
		if err != nil {
			panic(fmt.Sprintf("mend %s: %v", e.File.Path, err)) // the compiler's spans lie inside its files
		}
		fresh[i] = source.NewFile(e.File.Path, text)
		if at := slices.Index(p.files, e.File); at >= 0 {
			next.files[at] = fresh[i]
			continue
		}
		config, report := compiler.ParseProject(fresh[i])
		if config != nil {
			next.config = *config
		}
		next.report = next.report.Map(func(d diag.Diagnostic) (diag.Diagnostic, bool) { return d, d.Primary().File != e.File })
		next.report.Append(report)
	}
	shown := diag.Concealed(found)
	var repairs []repair
	for _, e := range edits {
		for _, fix := range e.Fixes {
			r := repair{file: e.File, fix: fix, at: fix.Edits[0].Span.Pos()}
			for _, one := range fix.Edits {
				i := slices.IndexFunc(edits, func(e edit.FileEdits) bool { return e.File == one.Span.File })
				r.written = append(r.written, edit.Moved(one, edits[i].Edits, fresh[i]))
			}
			i := slices.IndexFunc(found, func(d diag.Diagnostic) bool { return sameFix(d.Fix, fix) })
			r.code, r.what = shown[i].Code, shown[i].Message
			if f := shown[i].Fix; f != nil { // nil: it repeats a secret
				r.what += ": " + f.Title
			}
			repairs = append(repairs, r)
		}
	}
	return &next, fresh, repairs
}

// denied are the fixes whose own text the checks refuse. Faults of another kind
// at the same place were there before and could not be seen.
func denied(repairs []repair, found []diag.Diagnostic) []diag.Fix {
	var out []diag.Fix
	for _, r := range repairs {
		if slices.ContainsFunc(found, func(d diag.Diagnostic) bool {
			return (d.Code == r.code || spelling(d.Code)) && slices.ContainsFunc(d.Labels, func(l diag.Label) bool { return touches(l.Span, r.written) })
		}) {
			out = append(out, r.fix)
		}
	}
	return out
}

// spelling reports whether a code says that a text is not what may stand there.
func spelling(c diag.Code) bool {
	switch c {
	case diag.DuplicateKey, diag.WrongType, diag.UnknownKey, diag.UnknownType, diag.UnknownColumn, diag.InvalidValue, diag.DuplicateMapping, diag.MappingConflict:
		return true
	}
	return strings.HasPrefix(string(c), "yaml-")
}

func touches(s source.Span, list []source.Span) bool {
	return slices.ContainsFunc(list, func(w source.Span) bool { return w.File == s.File && w.Start <= s.End && s.Start <= w.End })
}

// without takes fixes away from diagnostics.
func without(list []diag.Diagnostic, fixes []diag.Fix) []diag.Diagnostic {
	return slices.DeleteFunc(slices.Clone(list), func(d diag.Diagnostic) bool {
		return slices.ContainsFunc(fixes, func(f diag.Fix) bool { return sameFix(d.Fix, f) })
	})
}

func sameFix(a *diag.Fix, b diag.Fix) bool { return a != nil && slices.Equal(a.Edits, b.Edits) }

// save writes the files that changed.
func (m mended) save() error {
	for _, f := range m.changed {
		if err := m.rewrite(f.Path, f.Text); err != nil {
			return err
		}
	}
	return nil
}

// print says what was mended, file by file.
func (m mended) print(w *output.Writer) error {
	for rest := m.repairs; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].file.Path == rest[0].file.Path {
			n++
		}
		same := rest[:n]
		rest = rest[n:]
		if err := w.Printf("mended %s, %s:\n", same[0].file.Path, count(len(same), "repair")); err != nil {
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
