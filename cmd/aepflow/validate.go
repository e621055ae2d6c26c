package main

import (
	"maps"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/words"
)

type validateCmd struct {
	Paths  []string `arg:"" complete:"file" optional:"" name:"path" help:"${folder_or_files}"`
	Fix    bool     `help:"Make the safe repairs in the files, and check again."`
	Strict bool     `help:"Treat warnings as errors."`
}

func (validateCmd) Help() string {
	return `Checks every dataflow.yaml and *.dataflow.yaml against the file format and the rules
of the platform. Needs neither a network nor an account.

  aepflow validate
  aepflow validate examples/crm
  aepflow validate --fix              # correct misspelled keys and the like in the files
  aepflow validate -o github          # annotations in a workflow; azure in Azure Pipelines
  aepflow validate -o gitlab > q.json # a Code Quality report
  aepflow validate -o sarif > a.sarif # for code scanning`
}

func (c validateCmd) Run(a *app) error {
	if err := a.writes("text", "json", "sarif", "github", "gitlab", "azure"); err != nil {
		return err
	}
	p, err := loadPaths(a, c.Paths)
	if err != nil {
		return err
	}
	if c.Fix {
		if p, err = fixFiles(a, p); err != nil {
			return err
		}
	}
	if err := p.compile(); err != nil {
		return err
	}
	switch a.Output {
	case "json":
		err = diag.JSON(a.stdout, p.report)
	case "sarif":
		err = diag.SARIF(a.stdout, p.report, toolVersion())
	case "github":
		err = diag.GitHub(a.stdout.Commands(), p.report)
	case "azure":
		err = diag.Azure(a.stdout.Commands(), p.report)
	case "gitlab":
		err = diag.GitLab(a.stdout, p.report)
	default:
		err = diag.Text(a.stdout, p.report, a.textOptions(a.stdout))
		readMore(a, a.stdout, p.report)
		if err == nil && p.graph != nil && !p.report.Fails(c.Strict) {
			err = a.stdout.Printf("valid: %s, %s\n",
				words.Count(len(p.files), "file"), words.Count(len(p.graph.All()), "resource"))
		}
	}
	if err != nil {
		return err
	}
	if p.report.Fails(c.Strict) {
		return quiet(exitDocuments)
	}
	return nil
}

// fixFiles makes the safe repairs in the files of a project and returns the project with the new texts. It prints the
// repairs to stdout in text, otherwise to stderr.
func fixFiles(a *app, p *project) (*project, error) {
	p.removeLeftovers()
	m := p.applyFixes(check)
	if err := saveRepairs(m); err != nil {
		return nil, err
	}
	w := a.stdout
	if a.Output != "text" {
		w = a.stderr
	}
	return m.Project, printRepairs(w, m.Repairs)
}

// check returns the diagnostics of a project without adding to them.
func check(p *project) *diag.Report {
	report := &diag.Report{}
	report.Append(p.report)
	_, found := compiler.Compile(p.files, p.options())
	report.Append(found)
	return report
}

// loadPaths reads a project, or single files of the project in the current folder.
func loadPaths(a *app, paths []string) (*project, error) {
	if len(paths) == 0 {
		return a.load(".")
	}
	if is, _ := files.Project(paths[0]).IsFolder(); len(paths) == 1 && is {
		return a.load(paths[0])
	}
	p := newProject(".", a.globals)
	for _, path := range paths {
		if is, _ := files.Project(path).IsFolder(); is {
			more, err := a.load(path)
			if err != nil {
				return nil, err
			}
			p.files = append(p.files, more.files...)
			maps.Copy(p.places, more.places)
			p.report.Append(more.report)
			continue
		}
		p.add(files.Chosen(path))
	}
	return p, nil
}
