package main

import (
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

type graphCmd struct {
	Path     string   `arg:"" complete:"file" optional:"" default:"." help:"${folder_or_plan}"`
	Lineage  bool     `help:"Draw from which columns the fields of the datasets come."`
	Dataflow []string `placeholder:"NAME" complete:"dataflow" help:"${dataflow}"`
}

func (graphCmd) Help() string {
	return `Draws the resources of a project and their dependencies.

  aepflow graph
  aepflow graph -o svg > graph.svg
  aepflow graph -o mermaid           # for Markdown
  aepflow graph plan.json -o dot     # a saved plan, colored by action
  aepflow graph --lineage            # column → mapping → field
  aepflow graph --lineage --dataflow 'crm-*' -o mermaid`
}

func (c graphCmd) Run(a *app) error {
	switch {
	case c.Lineage:
		return c.lineage(a)
	case len(c.Dataflow) > 0:
		return exit(exitUsage, "--dataflow selects what --lineage draws")
	}
	picture, err := c.picture(a, "text", "json", "dot", "mermaid", "svg")
	if err != nil {
		return err
	}
	switch a.Output {
	case "json":
		return a.printJSON(graphJSON(picture))
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

type shownGraph struct {
	resultHead
	Resources []graphResource `json:"resources"`
}

type graphResource struct {
	Address resource.Address   `json:"address"`
	Action  *planner.Action    `json:"action,omitempty"` // of a saved plan
	Needs   []resource.Address `json:"needs"`
}

func graphJSON(p view.Picture) shownGraph {
	out := shownGraph{resultHead: resultHead{FormatVersion: "1.0", Command: "graph"}, Resources: []graphResource{}}
	for _, n := range p.Nodes {
		shown := graphResource{Address: n.Address, Needs: []resource.Address{}}
		if n.Action.Changes() {
			shown.Action = &n.Action
		}
		for _, e := range n.Needs {
			shown.Needs = append(shown.Needs, e.To)
		}
		out.Resources = append(out.Resources, shown)
	}
	return out
}
