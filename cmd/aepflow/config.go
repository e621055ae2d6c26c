package main

import (
	"encoding/json"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/source"
)

type configCmd struct {
	Show configShowCmd `cmd:"" formats:"text,json" help:"Print the documents as they are for a target."`
}

type configShowCmd struct {
	Path    string `arg:"" optional:"" default:"." help:"Folder of the project."`
	Explain bool   `help:"Show where each value comes from: a line, an overlay, a default, or a variable."`
}

func (configShowCmd) Help() string {
	return `Applies the defaults of aepflow.yaml, the overlays of the target, and variables to
the documents, and prints the result. Secrets in documents are hidden.

  aepflow config show --target prod
  aepflow config show --target prod --explain
  aepflow config show -o json --explain | jq '.documents[].values[]'`
}

func (c configShowCmd) Run(a *app) error {
	p, err := a.open(c.Path, 0, "text", "json")
	if err != nil {
		return err
	}
	name, err := p.targetName()
	if err != nil {
		return err
	}
	if err := p.checkVars(); err != nil {
		return err
	}
	documents, report := compiler.Resolve(p.files, p.options())
	p.report.Append(report)
	if err := a.diagnose(p.report); err != nil {
		return err
	}
	if a.Output == "json" {
		return a.printJSON(configJSON(name, documents, c.Explain))
	}
	for i, d := range documents {
		if i > 0 {
			if err := a.stdout.Printf("---\n"); err != nil {
				return err
			}
		}
		if d.Excluded {
			if err := a.stdout.Printf("# %s: %s %s is not for target %s\n", d.Path, d.Kind, d.Name, name); err != nil {
				return err
			}
			continue
		}
		if err := a.stdout.Printf("# %s\n", d.Path); err != nil {
			return err
		}
		if err := d.WriteYAML(a.stdout, c.Explain); err != nil {
			return err
		}
	}
	return nil
}

type shownConfig struct {
	FormatVersion string          `json:"format_version"`
	Target        string          `json:"target"`
	Documents     []shownDocument `json:"documents"`
}

type shownDocument struct {
	Filename string          `json:"filename"`
	Kind     string          `json:"kind"`
	Name     string          `json:"name"`
	Excluded bool            `json:"excluded,omitempty"`
	Document json.RawMessage `json:"document,omitempty"`
	Values   []shownValue    `json:"values,omitempty"`
	Removed  []shownOrigin   `json:"removed,omitempty"`
}

type shownValue struct {
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value"`
	shownPlace
	Given []shownOrigin `json:"given,omitempty"`
}

type shownPlace struct {
	Filename string `json:"filename"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
}

// shownOrigin is a source of a value. The place is what an overlay replaces, or where a variable is defined.
type shownOrigin struct {
	By    string      `json:"by"` // overlay, default, variable
	Name  string      `json:"name,omitempty"`
	From  string      `json:"from,omitempty"` // --var, AEPFLOW_VAR_NAME
	Place *shownPlace `json:"place,omitempty"`
}

func configJSON(target string, documents []compiler.Resolved, explain bool) shownConfig {
	out := shownConfig{FormatVersion: "1.0", Target: target, Documents: []shownDocument{}}
	for _, d := range documents {
		doc := shownDocument{Filename: d.Path, Kind: d.Kind, Name: d.Name, Excluded: d.Excluded}
		if !d.Excluded {
			doc.Document = d.JSON()
		}
		if explain && !d.Excluded {
			for _, v := range d.Values() {
				value := shownValue{Path: v.Path, Value: v.Value, shownPlace: placeOf(v.At)}
				for _, g := range v.Provenance {
					if g.How != decode.Escaped {
						value.Given = append(value.Given,
							shownOrigin{By: string(g.How), Name: g.Name, From: g.From, Place: placeIfAny(g.At)})
					}
				}
				doc.Values = append(doc.Values, value)
			}
			for _, k := range d.Removed {
				doc.Removed = append(doc.Removed,
					shownOrigin{By: string(decode.ByOverlay), Name: k.Path, Place: placeIfAny(k.At)})
			}
		}
		out.Documents = append(out.Documents, doc)
	}
	return out
}

func placeOf(s source.Span) shownPlace {
	pos := s.Pos()
	return shownPlace{s.Path(), pos.Line, pos.Column}
}

func placeIfAny(s source.Span) *shownPlace {
	if s.IsZero() {
		return nil
	}
	p := placeOf(s)
	return &p
}
