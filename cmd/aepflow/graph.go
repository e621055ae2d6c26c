package main

import "github.com/aepflow/aepflow/internal/view"

type graphCmd struct {
	Path string `arg:"" optional:"" default:"." help:"Folder of the project, or a saved plan (a .json file), whose changes are coloured."`
}

func (graphCmd) Help() string {
	return `Draws the resources of a project and what each of them needs.

  aepflow graph
  aepflow graph -o svg > graph.svg
  aepflow graph -o mermaid           # for Markdown
  aepflow graph plan.json -o dot     # a saved plan, by action`
}

func (c graphCmd) Run(a *app) error {
	format, err := a.format("text", "dot", "mermaid", "svg")
	if err != nil {
		return err
	}
	picture, err := c.picture(a)
	if err != nil {
		return err
	}
	switch format {
	case "dot":
		return view.GraphDOT(a.stdout, picture)
	case "mermaid":
		return view.GraphMermaid(a.stdout, picture)
	case "svg":
		return view.GraphSVG(a.stdout, picture)
	}
	return view.GraphText(a.stdout, picture, a.viewOptions(a.stdout))
}

func (c graphCmd) picture(a *app) (view.Picture, error) {
	if isPlanFile(c.Path) {
		plan, err := readPlan(c.Path)
		if err != nil {
			return view.Picture{}, err
		}
		return view.PictureOfPlan(plan), nil
	}
	p, err := a.load(c.Path)
	if err != nil {
		return view.Picture{}, err
	}
	if err := a.compile(p); err != nil {
		return view.Picture{}, err
	}
	return view.PictureOfGraph(p.graph), nil
}
