package main

import (
	"bytes"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/internal/view"
)

type fmtCmd struct {
	Paths []string `arg:"" complete:"file" optional:"" name:"path" help:"${folder_or_files}"`
	Check bool     `help:"Change nothing. Exit with 2 if a file is not in canonical form."`
	Diff  bool     `help:"Change nothing. Print what would change."`
}

func (fmtCmd) Help() string {
	return `Sorts keys into the order of the file format, in lists too, and corrects spacing. Keeps comments,
quotes, anchors, and empty lines between sections. Never changes the meaning.

  aepflow fmt
  aepflow fmt --check      # in a pipeline
  aepflow fmt --diff dataflow.yaml`
}

func (c fmtCmd) Run(a *app) error {
	if err := a.writes("text"); err != nil {
		return err
	}
	p, err := loadPaths(a, c.Paths)
	if err != nil {
		return err
	}
	if !c.Check && !c.Diff {
		p.removeLeftovers()
	}
	report := &diag.Report{}
	report.Append(p.report)
	changed := 0
	for _, f := range p.files {
		text, found := edit.Format(f, format.KeyOrder)
		if found.HasErrors() {
			report.Append(found)
			continue
		}
		if bytes.Equal(text, f.Text) {
			continue
		}
		changed++
		switch {
		case c.Diff:
			err = view.FileDiff(a.stdout, f.Path, string(f.Text), string(text), a.viewOptions(a.stdout))
		case c.Check:
			err = a.stdout.Printf("%s\n", f.Path)
		default:
			if err = p.rewrite(f.Path, text); err == nil {
				err = a.stdout.Printf("%s\n", f.Path)
			}
		}
		if err != nil {
			return err
		}
	}
	if err := a.diagnose(report); err != nil {
		return err
	}
	if changed > 0 && (c.Check || c.Diff) {
		return quiet(exitPending)
	}
	return nil
}

// removeLeftovers removes what killed commands have left of writing documents. Only commands that write documents do.
func (p *project) removeLeftovers() {
	for _, f := range p.leftovers {
		_ = f.Remove() // it is never read
	}
}

// rewrite replaces the text of the project's file with that source path and keeps its mode. It follows no link.
func (p *project) rewrite(path string, text []byte) error {
	if err := p.places[path].Write(0o644, text); err != nil {
		return exit(exitWorld, "write %s: %s", path, reason(err))
	}
	return nil
}
