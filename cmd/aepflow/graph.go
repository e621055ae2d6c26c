package main

import (
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

type graphCmd struct {
	Path     string   `arg:"" complete:"file" optional:"" default:"." help:"${folder_or_plan}"`
	Full     bool     `help:"Draw every resource instead of one node for each dataflow."`
	Lineage  bool     `help:"Draw from which columns the fields of the datasets come."`
	Dataflow []string `placeholder:"NAME" complete:"dataflow" help:"${dataflow}"`
}

func (graphCmd) Help() string {
	return `Draws the dataflows of a project and what they share: connections, datasets, and
parts of schemas. A node has the resources that nothing else uses.

  aepflow graph
  aepflow graph --full               # every resource
  aepflow graph --dataflow orders    # the resources of this dataflow
  aepflow graph -o svg > graph.svg
  aepflow graph -o mermaid           # for Markdown
  aepflow graph plan.json -o dot     # a saved plan, colored by action
  aepflow graph --lineage            # column → mapping → field
  aepflow graph --lineage --dataflow 'crm-*' -o mermaid`
}

func (c graphCmd) Run(a *app) error {
	switch {
	case c.Lineage && c.Full:
		return exit(exitUsage, "--full is for the graph of resources, not for --lineage")
	case c.Lineage:
		return c.lineage(a)
	}
	full, err := c.picture(a, "text", "json", "dot", "mermaid", "svg")
	if err != nil {
		return err
	}
	var names []string
	for _, n := range full.Nodes {
		if n.Address.Kind == resource.Flow {
			names = append(names, n.Address.Name)
		}
	}
	unfolded, err := selected(names, c.Dataflow)
	if err != nil {
		return err
	}
	folded := full.Fold(func(name string) bool { return slices.Contains(unfolded, name) })
	picture := folded
	if c.Full {
		picture = full
	}
	switch a.Output {
	case "json":
		return a.printJSON(graphJSON(full, folded))
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
	PartOf  resource.Address   `json:"part_of,omitzero"` // what it is drawn in
}

func graphJSON(p, folded view.Picture) shownGraph {
	in := map[resource.Address]resource.Address{}
	for _, n := range folded.Nodes {
		for _, part := range n.Parts {
			in[part.Address] = n.Address
		}
	}
	out := shownGraph{resultHead: resultHead{FormatVersion: "1.0", Command: "graph"}, Resources: []graphResource{}}
	for _, n := range p.Nodes {
		shown := graphResource{Address: n.Address, Needs: []resource.Address{}, PartOf: in[n.Address]}
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
