package main

import (
	"fmt"
	"maps"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/files"
)

type validateCmd struct {
	Paths  []string `arg:"" optional:"" name:"path" help:"Folder of the project, or single files. Default: this folder."`
	Fix    bool     `help:"Mend what has one safe repair, in the files, and check again."`
	Strict bool     `help:"Fail on warnings too."`
}

func (validateCmd) Help() string {
	return `Reads every dataflow.yaml and *.dataflow.yaml, checks them against the file
format and the rules of the platform, and needs neither network nor account.

  aepflow validate
  aepflow validate examples/crm
  aepflow validate --fix              # mend misspelt keys and the like, byte by byte
  aepflow validate -o github          # annotations in a workflow
  aepflow validate -o sarif > a.sarif # for code scanning`
}

func (c validateCmd) Run(a *app) error {
	format, err := a.format("text", "json", "sarif", "github")
	if err != nil {
		return err
	}
	p, err := a.loadPaths(c.Paths)
	if err != nil {
		return err
	}
	if len(p.files) == 0 && !p.report.HasErrors() {
		return exit(exitDocuments, "no documents in %s: a project has files named dataflow.yaml or NAME.dataflow.yaml; `aepflow init` writes a first one", display(p.dir))
	}
	if c.Fix {
		if p, err = a.fix(p, format); err != nil {
			return err
		}
	}
	if _, err := p.targetName(); err != nil {
		return err
	}
	graph, report := compiler.Compile(p.files, p.options())
	p.report.Append(report)
	switch format {
	case "json":
		err = diag.JSON(a.stdout, p.report)
	case "sarif":
		err = diag.SARIF(a.stdout, p.report, toolVersion())
	case "github":
		err = diag.GitHub(a.stdout.Commands(), p.report)
	default:
		err = diag.Text(a.stdout, p.report, a.textOptions(a.stdout))
		if err == nil && graph != nil && !p.report.Fails(c.Strict) {
			err = a.stdout.Printf("valid: %s, %s\n", count(len(p.files), "file"), count(len(graph.All()), "resource"))
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

// fix mends the files of a project and returns it as they are then. What it did
// is part of the result in text, and beside it in the forms for machines.
func (a *app) fix(p *project, format string) (*project, error) {
	m := p.applyFixes(func(p *project) *diag.Report {
		report := &diag.Report{}
		report.Append(p.report)
		_, found := compiler.Compile(p.files, p.options())
		report.Append(found)
		return report
	})
	if err := m.save(); err != nil {
		return nil, err
	}
	w := a.stdout
	if format != "text" {
		w = a.stderr
	}
	return m.project, m.print(w)
}

// loadPaths reads one project, or single files of one.
func (a *app) loadPaths(paths []string) (*project, error) {
	if len(paths) == 0 {
		return a.load(".")
	}
	if is, _ := files.Project(paths[0]).IsFolder(); len(paths) == 1 && is {
		return a.load(paths[0])
	}
	p := a.project(".")
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

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
