package main

import "github.com/aepflow/aepflow/internal/view"

type graphCmd struct {
	Path string `arg:"" complete:"file" optional:"" default:"." help:"Folder of the project, or a saved plan (.json)."`
}

func (graphCmd) Help() string {
	return `Draws the resources of a project and their dependencies.

  aepflow graph
  aepflow graph -o svg > graph.svg
  aepflow graph -o mermaid           # for Markdown
  aepflow graph plan.json -o dot     # a saved plan, colored by action`
}

func (c graphCmd) Run(a *app) error {
	picture, err := c.picture(a, "text", "dot", "mermaid", "svg")
	if err != nil {
		return err
	}
	switch a.Output {
	case "dot":
		return view.GraphDOT(a.stdout, picture)
	case "mermaid":
		return view.GraphMermaid(a.stdout, picture)
	case "svg":
		return view.GraphSVG(a.stdout, picture)
	}
	return view.GraphText(a.stdout, picture, a.viewOptions(a.stdout))
}

func (c graphCmd) picture(a *app, formats ...string) (view.Picture, error) {
	if isPlanFile(c.Path) {
		plan, err := openPlan(a, c.Path, formats...)
		if err != nil {
			return view.Picture{}, err
		}
		return view.PictureOfPlan(plan), nil
	}
	p, err := a.open(c.Path, needGraph, formats...)
	if err != nil {
		return view.Picture{}, err
	}
	return view.PictureOfGraph(p.graph), nil
}
