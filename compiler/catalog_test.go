package compiler

import (
	"bytes"
	"testing"

	"github.com/aepflow/aepflow/internal/knowledge"
	"github.com/aepflow/aepflow/internal/source"
)

// TestCatalogChangesNoBody: what documents are lowered to is the same with and without a catalog, whose facts would say
// otherwise: a.b is a column here and a path there, and the label would belong to another field group.
func TestCatalogChangesNoBody(t *testing.T) {
	file := func() []*source.File {
		return []*source.File{source.NewFile("a.dataflow.yaml", []byte(`name: a
database: {connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4, connector: mysql}
table: t
target:
  schema:
    title: A
    class: profile
    fieldGroups: ["https://ns.adobe.com/{TENANT_ID}/mixins/f1"]
    fields: {own.tier: string}
    identities: {odd.id: {namespace: Email, primary: true}}
    fieldLabels: {odd.id: [C1]}
  dataset: {title: A}
mappings:
  _id: a.b
  _{TENANT_ID}.own.tier: tier
  _{TENANT_ID}.odd.id: upper(tier)
  odd.id: ${c\.d}
delta: updated_at
schedule: {frequency: day, interval: 1}
`))}
	}
	c := knowledge.New("acme")
	c.Sources["6990abad-977d-41b9-a85d-17ea8cf1c0e4"] = map[string]knowledge.Source{"t": {Columns: map[string]string{
		"a.b": "string", "c.d": "string", "tier": "string", "updated_at": "date"}}}
	c.Parts["https://ns.adobe.com/{TENANT_ID}/mixins/f1"] = knowledge.Part{Kind: knowledge.GroupPart,
		Fields: map[string]knowledge.Field{"_{TENANT_ID}.odd.id": {Type: "string"}, "odd.id": {Type: "string"}}}
	plain, report := Compile(file(), Options{})
	with, found := Compile(file(), Options{Catalog: knowledge.NewFacts("catalog", c)})
	if plain == nil || with == nil {
		t.Fatalf("%v\n%v", report.Sorted(), found.Sorted())
	}
	for _, r := range plain.All() {
		other, ok := with.Get(r.Address)
		if !ok || !bytes.Equal(r.Body.JSON(), other.Body.JSON()) {
			t.Errorf("%s:\n%s\nwith a catalog:\n%s", r.Address, r.Body.JSON(), other.Body.JSON())
		}
	}
	if len(plain.All()) != len(with.All()) {
		t.Error("other resources")
	}
}
