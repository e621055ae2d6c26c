package main

import (
	"slices"

	"github.com/aepflow/aepflow/internal/lineage"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/view"
)

// lineage prints from which columns the fields come.
func (c graphCmd) lineage(a *app) error {
	if isPlanFile(c.Path) {
		return exit(exitUsage, "--lineage reads the documents: give the folder of the project, not a saved plan")
	}
	p, err := a.open(c.Path, needGraph, "text", "json", "dot", "mermaid", "svg")
	if err != nil {
		return err
	}
	flows, err := lineage.Of(p.graph)
	if err != nil {
		return err
	}
	names, err := p.dataflowNames(&lockfile.Lock{}, c.Dataflow)
	if err != nil {
		return err
	}
	flows = slices.DeleteFunc(flows, func(d lineage.Dataflow) bool { return !slices.Contains(names, d.Name) })
	switch a.Output {
	case "json":
		return a.printJSON(lineageJSON(flows))
	case "dot":
		return view.LineageDOT(a.stdout, flows)
	case "mermaid":
		return view.LineageMermaid(a.stdout, flows)
	case "svg":
		return view.LineageSVG(a.stdout, flows)
	}
	return view.LineageText(a.stdout, flows, a.viewOptions(a.stdout))
}

type shownLineage struct {
	resultHead
	Dataflows []lineageDataflow `json:"dataflows"`
	Summary   lineageSummary    `json:"summary"`
}

type lineageDataflow struct {
	Name             string         `json:"name"`
	Connection       string         `json:"connection"`
	Source           string         `json:"source,omitempty"`
	Dataset          string         `json:"dataset"`
	Schema           string         `json:"schema"`
	SharedMappingSet string         `json:"shared_mapping_set,omitempty"`
	Fields           []lineageField `json:"fields"`
	Unmapped         []string       `json:"unmapped_columns"`
}

type lineageField struct {
	Path    string       `json:"path"`
	Kind    lineage.Kind `json:"kind"`
	Source  string       `json:"source"`
	Columns []string     `json:"columns"`
	Place   *shownPlace  `json:"place,omitempty"`
}

type lineageSummary struct {
	Dataflows int `json:"dataflows"`
	Fields    int `json:"fields"`
	Unmapped  int `json:"unmapped_columns"`
}

func lineageJSON(flows []lineage.Dataflow) shownLineage {
	out := shownLineage{resultHead: resultHead{FormatVersion: "1.0", Command: "graph"}, Dataflows: []lineageDataflow{}}
	for _, d := range flows {
		shown := lineageDataflow{
			Name: d.Name, Connection: d.Via, Source: d.Data, Dataset: d.Dataset, Schema: d.Schema, SharedMappingSet: d.Shared,
			Fields: []lineageField{}, Unmapped: append([]string{}, d.Unmapped...),
		}
		for _, f := range d.Fields {
			shown.Fields = append(shown.Fields, lineageField{
				Path: f.Path, Kind: f.Kind, Source: f.Source, Columns: append([]string{}, f.Columns...),
				Place: placeIfAny(f.Origin),
			})
		}
		out.Dataflows = append(out.Dataflows, shown)
		out.Summary.Fields += len(d.Fields)
		out.Summary.Unmapped += len(d.Unmapped)
	}
	out.Summary.Dataflows = len(flows)
	return out
}
