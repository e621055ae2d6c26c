package view

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// compileVersion is the format version of a compilation.
const compileVersion = "1.0"

// compilation is what documents define: every resource, and the calls that create all of
// them.
type compilation struct {
	FormatVersion string         `json:"format_version"`
	Target        planner.Target `json:"target"`
	Resources     []compiled     `json:"resources"`
	Calls         []compiledCall `json:"calls"`
}

type compiled struct {
	Address resource.Address `json:"address"`
	Kind    resource.Kind    `json:"kind"`
	Body    json.RawMessage  `json:"body"`
	Needs   []resource.Edge  `json:"needs"`
	Origin  planner.Origin   `json:"origin"`
}

type compiledCall struct {
	N       int              `json:"n"`
	Address resource.Address `json:"address"`
	Method  string           `json:"method"`
	URL     string           `json:"url"`
	IfMatch string           `json:"if_match,omitempty"`
	Media   string           `json:"media,omitempty"`
	Body    json.RawMessage  `json:"body,omitempty"`
	Gives   string           `json:"gives,omitempty"`
}

// compilationOf joins a graph with the plan that creates all of it.
func compilationOf(g *resource.Graph, p *planner.Plan) compilation {
	c := compilation{FormatVersion: compileVersion, Target: p.Target, Resources: []compiled{}, Calls: []compiledCall{}}
	for _, r := range g.All() {
		pos := r.Origin.Pos()
		c.Resources = append(c.Resources, compiled{
			Address: r.Address, Kind: r.Address.Kind, Body: r.Body.JSON(), Needs: append([]resource.Edge{}, r.Needs...),
			Origin: planner.Origin{Filename: r.Origin.Path(), Line: pos.Line, Column: pos.Column},
		})
	}
	for _, call := range p.InOrder() {
		c.Calls = append(c.Calls, compiledCall{
			N: call.N, Address: call.Change.Address, Method: call.Method, URL: call.URL,
			IfMatch: call.IfMatch, Media: call.Media, Body: call.Body, Gives: call.Gives,
		})
	}
	return c
}

// CompileJSON writes what the documents compile to as JSON.
func CompileJSON(w io.Writer, g *resource.Graph, p *planner.Plan) error {
	return output.JSON(w, compilationOf(g, p))
}

// Compile writes what the documents compile to for people: the resources with what they
// need, then the calls that create all of them.
func Compile(w io.Writer, g *resource.Graph, p *planner.Plan, o Options) error {
	c := newCanvas(o)
	comp := compilationOf(g, p)
	c.line(c.paint(bold, words.Count(len(comp.Resources), "resource")+" for "+TargetText(p.Target)))
	wide, nouns := 0, 0
	for _, r := range comp.Resources {
		wide = max(wide, output.Width(r.Address.String()))
		nouns = max(nouns, output.Width(resource.SpecOf(r.Kind).Noun))
	}
	for _, r := range comp.Resources {
		noun := resource.SpecOf(r.Kind).Noun
		name := r.Address.String()
		parts := []string{
			"  ", c.paint(bold, name), pad(name, wide), "  ", noun, pad(noun, nouns), "  ", c.paint(dim, originText(r.Origin)),
		}
		if needs := needsText(r.Needs); needs != "" {
			parts = append(parts, c.paint(dim, "  needs "+needs))
		}
		c.line(parts...)
	}
	if o.Quiet {
		return flush(w, c)
	}
	list := p.InOrder()
	if len(list) > 0 {
		c.line()
		c.line(c.paint(bold, words.Count(len(list), "call")+" would create all of it"))
		for _, note := range bindings(list) {
			c.line(c.paint(dim, note))
		}
	}
	for _, call := range list {
		c.line()
		c.call(call)
	}
	return flush(w, c)
}

// needsText lists what a resource needs.
func needsText(needs []resource.Edge) string {
	var names []string
	seen := map[resource.Address]bool{}
	for _, e := range needs {
		if !seen[e.To] {
			names = append(names, e.To.String())
		}
		seen[e.To] = true
	}
	return strings.Join(names, ", ")
}
