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
	return `Prints the resources that the documents define and the calls that create all of
them, in order. References between resources are shown as ${kind.name.id}.

  aepflow compile examples/tutorial
  aepflow compile -o json | jq '.calls[].url'`
}

func (c compileCmd) Run(a *app) error {
	p, err := a.open(c.Path, needGraph|needTarget, "text", "json")
	if err != nil {
		return err
	}
	// At the epoch, no start has passed.
	plan, _ := planner.Diff(&lockfile.Lock{}, p.graph, planner.Options{
		At: time.Unix(0, 0), Tool: toolVersion(), Secrets: planner.Secrets{Unchecked: true},
		Target: planner.Target{Name: p.target.name, Org: p.target.config.Org, Sandbox: p.target.config.Sandbox},
	})
	if a.Output == "json" {
		return view.CompileJSON(a.stdout, p.graph, plan)
	}
	return view.Compile(a.stdout, p.graph, plan, a.viewOptions(a.stdout))
}
