package view

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/planner"
)

// graphOf is the graph that a plan of creations came from.
func graphOf(t *testing.T, p *planner.Plan) *resource.Graph {
	t.Helper()
	file := source.NewFile("customers.dataflow.yaml", bytes.Repeat([]byte("line\n"), 60))
	var list []resource.Resource
	for _, ch := range p.Changes {
		v, err := resource.Parse(ch.Desired)
		if err != nil {
			t.Fatal(err)
		}
		start := (ch.Origin.Line - 1) * len("line\n")
		list = append(list, resource.Resource{
			Address: ch.Address, Body: resource.NewBody(v), Needs: resource.NeedsOf(v), Origin: file.Span(start, start+4),
		})
	}
	return resource.NewGraph(list)
}

func TestCompile(t *testing.T) {
	p := firstPlan()
	g := graphOf(t, p)
	var text, machine bytes.Buffer
	if err := Compile(&text, g, p, Options{}); err != nil {
		t.Fatal(err)
	}
	check(t, "compile", text.Bytes())
	if err := CompileJSON(&machine, g, p); err != nil {
		t.Fatal(err)
	}
	check(t, "compile.json", machine.Bytes())
}

// The JSON has the keys of the contract, lists even where there is nothing.
func TestCompileJSONOfNothing(t *testing.T) {
	var b bytes.Buffer
	if err := CompileJSON(&b, resource.NewGraph(nil), plan(0, 0)); err != nil {
		t.Fatal(err)
	}
	var got map[string]json.RawMessage
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"resources", "calls"} {
		if string(got[key]) != "[]" {
			t.Errorf("%s is %s, want []", key, got[key])
		}
	}
}
