package main

import (
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

type compileCmd struct {
	Path string `arg:"" optional:"" default:"." help:"Folder of the project."`
}

func (compileCmd) Help() string {
	return `Prints what the documents come to: the resources and, in order, the calls that
make all of them, with references between them as ${kind.name.id}.

  aepflow compile examples/tutorial
  aepflow compile -o json | jq '.calls[].url'`
}

func (c compileCmd) Run(a *app) error {
	format, err := a.format("text", "json")
	if err != nil {
		return err
	}
	p, err := a.load(c.Path)
	if err != nil {
		return err
	}
	if err := a.compile(p); err != nil {
		return err
	}
	t, err := a.target(p)
	if err != nil {
		return err
	}
	// Compiling knows no time: no start has passed at the beginning of it.
	plan, _ := planner.Diff(&lockfile.Lock{}, p.graph, planner.Options{
		At: time.Unix(0, 0), Tool: toolVersion(), Secrets: planner.Secrets{Unchecked: true},
		Target: planner.Target{Name: t.name, Org: t.config.Org, Sandbox: t.config.Sandbox},
	})
	if format == "json" {
		return view.CompileJSON(a.stdout, p.graph, plan)
	}
	return view.Compile(a.stdout, p.graph, plan, a.viewOptions(a.stdout))
}
