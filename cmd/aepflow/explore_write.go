package main

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/draft"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/explore"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/schemas"
)

// writeNew writes a new dataflow, if there is none of that name.
func (c exploreCmd) writeNew(a *app, p *project, from sourcePlace, found explore.Contents) error {
	name := files.Project(p.dir).File(filepath.FromSlash(c.New + ".dataflow.yaml"))
	switch {
	case !isDocumentName(c.New):
		return exit(exitUsage, "--new %s: a name has lowercase letters, digits, and dashes", c.New)
	case from.connector.FlowSpec != "CRMToAEP":
		return exit(exitUsage, "--new writes dataflows of tables; `aepflow connectors %s` shows one to start from",
			from.connector.Slug)
	case !name.IsAbsent():
		return exit(exitRefused, "%s already exists", display(name.Path()))
	case len(found.Columns) == 0:
		return exit(exitUsage, "%s has no columns", c.Object)
	}
	text, err := draft.Dataflow(c.New, c.Object, from.named(), found.Columns)
	if err != nil {
		return err
	}
	next := *p
	next.files = append(slices.Clone(p.files), source.NewFile(display(name.Path()), text))
	next.report = &diag.Report{}
	if err := next.compile(); err != nil {
		return err
	}
	if next.report.HasErrors() {
		return a.diagnose(next.report)
	}
	if err := name.Create(0o644, text); err != nil {
		return exit(exitWorld, "%v", err)
	}
	a.say("wrote  %s", display(name.Path()))
	return a.diagnose(next.report.AtLeast(diag.Warning))
}

func isDocumentName(s string) bool { return len(s) <= 63 && resource.IsName(s) }

// writeColumns adds the columns of a table to the document of a dataflow and corrects their types. It removes none: a
// mapping may use it.
func (c exploreCmd) writeColumns(a *app, p *project, found explore.Contents) error {
	f, root, err := p.dataflowDocument(strings.TrimPrefix(c.Write, "flow."))
	if err != nil {
		return err
	}
	m, err := draft.MergeColumns(f, root, found.Columns)
	var elsewhere *edit.Elsewhere
	if errors.As(err, &elsewhere) {
		return exit(exitRefused, "%s:%d: the columns come from elsewhere; write them there",
			display(elsewhere.At.Path()), elsewhere.At.Pos().Line)
	}
	did := merged(m)
	if len(m.Edits) == 0 {
		a.say("%s has these columns already%s", display(f.Path), did)
		return nil
	}
	text, err := edit.Apply(f.Text, m.Edits)
	if err != nil {
		return err
	}
	next := *p // what comes from the source must not break the document
	next.files, next.report = slices.Clone(p.files), &diag.Report{}
	next.files[slices.Index(p.files, f)] = source.NewFile(f.Path, text)
	if err := next.compile(); err != nil {
		return err
	}
	if next.report.HasErrors() {
		return errors.Join(a.diagnose(next.report),
			exitHelp(exitDocuments, "correct what the new columns break", "%s was not changed", display(f.Path)))
	}
	if err := p.places[f.Path].Write(0o644, text); err != nil {
		return exit(exitWorld, "write %s: %s", display(f.Path), reason(err))
	}
	a.say("wrote  %s: %s", display(f.Path), strings.TrimPrefix(did, "; "))
	return nil
}

// merged says what a merge does, and what it leaves alone.
func merged(m draft.Merge) string {
	did := ""
	if m.Added > 0 {
		did += "; added " + words.Count(m.Added, "column")
	}
	if m.Changed > 0 {
		did += "; changed " + words.Count(m.Changed, "type")
	}
	for _, name := range m.Absent {
		did += "; " + name + " is not at the source"
	}
	return did
}

// dataflowDocument finds the document of a dataflow in the files of the project.
func (p *project) dataflowDocument(name string) (*source.File, *document.Node, error) {
	for _, f := range p.files {
		docs, _ := document.Parse(f)
		for _, d := range docs {
			kind, own := d.Root.Get("kind"), d.Root.Get("name")
			if own != nil && own.Text == name && (kind == nil || kind.Text == schemas.KindDataflow) {
				return f, d.Root, nil
			}
		}
	}
	return nil, nil, exit(exitUsage, "no document of a dataflow %s", name)
}
