package main

import (
	"cmp"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/words"
)

// applyFixes makes the safe repairs that the diagnostics of a check contain, in memory.
func (p *project) applyFixes(check func(*project) *diag.Report) edit.Repaired[*project] {
	return edit.RepairAll(p, check, (*project).with)
}

// with returns the project with new texts in place of old ones, of documents and of aepflow.yaml.
func (p *project) with(texts map[*source.File]*source.File) *project {
	next := *p
	next.files = make([]*source.File, len(p.files))
	documents := map[*source.File]bool{}
	for i, f := range p.files {
		next.files[i], documents[f] = cmp.Or(texts[f], f), true
	}
	for old, fresh := range texts {
		if documents[old] {
			continue
		}
		config, report := compiler.ParseProject(fresh)
		next.config = *config
		next.report = next.report.Map(func(d diag.Diagnostic) (diag.Diagnostic, bool) {
			return d, d.Primary().File != old
		})
		next.report.Append(report)
	}
	return &next
}

// saveRepairs writes the files that changed.
func saveRepairs(m edit.Repaired[*project]) error {
	for _, f := range m.Changed {
		if err := m.Project.rewrite(f.Path, f.Text); err != nil {
			return err
		}
	}
	return nil
}

// printRepairs lists the repairs by file.
func printRepairs(w *output.Writer, repairs []edit.Repair) error {
	for rest := repairs; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].File.Path == rest[0].File.Path {
			n++
		}
		same := rest[:n]
		rest = rest[n:]
		if err := w.Printf("fixed %s, %s:\n", same[0].File.Path, words.Count(len(same), "repair")); err != nil {
			return err
		}
		for _, r := range same {
			if err := w.Printf("  %d:%d  %s [%s]\n", r.At.Line, r.At.Column, r.What, r.Code); err != nil {
				return err
			}
		}
		if err := w.Printf("\n"); err != nil {
			return err
		}
	}
	return nil
}
