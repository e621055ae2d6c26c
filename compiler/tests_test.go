package compiler

import (
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/source"
)

// Tests are about a dataflow and no part of it: the resources are the same without them, whatever target and
// variables there are.
func TestTestsAreNotSent(t *testing.T) {
	const flow = `name: people
database: {connector: postgresql, connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4}
table: shop.people
target:
  schema: {title: People, class: profile}
  dataset: {title: People}
mappings: {_id: id}
schedule: {frequency: once}
targets: {dev: {title: Other}}
`
	const tests = `tests:
  - {name: a, given: {id: "${var.x} ${env.HOME} $${"}, expect: {_id: "${var.y}"}}
`
	print := func(text string) string {
		files := []*source.File{source.NewFile("dataflow.yaml", []byte(text))}
		g, r := Compile(files, Options{Target: "dev", Targets: []string{"dev"}})
		if r.HasErrors() {
			t.Fatal(messages(r))
		}
		return printGraph(t, g)
	}
	with := print(flow + tests)
	if without := print(flow); with != without || !strings.Contains(with, "Other") {
		t.Errorf("with tests:\n%s\nwithout:\n%s", with, without)
	}
	got := TransformsOf([]*source.File{source.NewFile("dataflow.yaml", []byte(flow+tests))}, Options{}, []string{"people"})
	test := got["people"].Tests[0]
	if want := `{"id":"${var.x} ${env.HOME} $${"}`; string(test.Given.JSON) != want {
		t.Errorf("given is %s, expected %s", test.Given.JSON, want)
	}
}
