package main

import (
	"github.com/aepflow/aepflow/internal/connectordoc"
	"github.com/aepflow/aepflow/internal/specs"
)

// connectorsResult is the JSON of `aepflow connectors`; docs/cli.md has the meaning of its members.
type connectorsResult struct {
	FormatVersion string           `json:"format_version"`
	Command       string           `json:"command"`
	Connectors    []connectorEntry `json:"connectors"`
	Summary       struct {
		Connectors int `json:"connectors"`
		Usable     int `json:"usable"`
	} `json:"summary"`
}

type connectorEntry struct {
	Name        string      `json:"name"`
	Title       string      `json:"title"`
	ID          string      `json:"id,omitempty"`
	Usable      bool        `json:"usable"`
	Kind        string      `json:"kind"`
	Reads       string      `json:"reads,omitempty"`
	Keys        []string    `json:"keys,omitempty"`
	Clouds      []string    `json:"clouds,omitempty"`
	DeltaFormat string      `json:"delta_format,omitempty"`
	Filter      bool        `json:"filter"`
	CDC         bool        `json:"cdc"`
	Deprecated  string      `json:"deprecated,omitempty"`
	Notes       []string    `json:"notes,omitempty"`
	SignIn      signInEntry `json:"sign_in"`

	SourceParams []paramEntry `json:"source_params,omitzero"`
}

type signInEntry struct {
	Complete bool          `json:"complete"`
	Methods  []methodEntry `json:"methods"`
}

type methodEntry struct {
	Name      string       `json:"name"`
	Cloud     string       `json:"cloud,omitempty"`
	Withdrawn string       `json:"withdrawn,omitempty"`
	Note      string       `json:"note,omitempty"`
	Params    []paramEntry `json:"params"`
}

type paramEntry struct {
	Name     string   `json:"name"`
	Alias    string   `json:"alias,omitempty"`
	Type     string   `json:"type"`
	Required bool     `json:"required"`
	Secret   bool     `json:"secret"`
	Values   []string `json:"values,omitempty"`
	Pattern  string   `json:"pattern,omitempty"`
	Default  string   `json:"default,omitempty"`
	Example  string   `json:"example,omitempty"`
	Note     string   `json:"note,omitempty"`
}

func connectorsJSON(list []specs.Connector) connectorsResult {
	out := connectorsResult{FormatVersion: "1.0", Command: "connectors", Connectors: []connectorEntry{}}
	for _, c := range list {
		e := connectorEntry{
			Name: c.Slug, Title: c.Name, ID: c.ID, Usable: c.IsSource(), Kind: c.Kind, Reads: connectordoc.Source(c),
			Keys: connectordoc.Keys(c), Clouds: c.Clouds, DeltaFormat: c.DeltaColumnFormat, Filter: c.FilterAtSource,
			CDC: c.CDC, Deprecated: c.Deprecated, Notes: c.Notes,
			SignIn: signInEntry{Complete: c.AuthComplete, Methods: []methodEntry{}},
		}
		if c.SourceParams != nil {
			e.SourceParams = paramEntries(c.SourceParams)
		}
		for _, m := range c.Auth {
			e.SignIn.Methods = append(e.SignIn.Methods, methodEntry{
				Name: m.Name, Cloud: m.Cloud, Withdrawn: m.Withdrawn, Note: m.Note, Params: paramEntries(m.Params),
			})
		}
		out.Connectors = append(out.Connectors, e)
		out.Summary.Connectors++
		if e.Usable {
			out.Summary.Usable++
		}
	}
	return out
}

func paramEntries(list []specs.Param) []paramEntry {
	out := []paramEntry{}
	for _, p := range list {
		out = append(out, paramEntry{
			Name: p.Name, Alias: p.Alias, Type: p.Type, Required: p.Required, Secret: p.Secret, Values: p.Enum,
			Pattern: p.Pattern, Default: p.Default, Example: p.Example, Note: p.Note,
		})
	}
	return out
}
