package specs

import (
	"slices"
	"testing"
)

func TestFlowSpecsAgreeWithConnectors(t *testing.T) {
	if len(FlowSpecs()) != 7 {
		t.Fatalf("%d flow specs", len(FlowSpecs()))
	}
	for _, f := range FlowSpecs() {
		for _, id := range f.Sources {
			c, _, ok := ConnectorByID(id)
			if !ok || !f.Streams && c.FlowSpec != f.Name || f.Streams && c.Kind != "streaming" {
				t.Errorf("%s takes %s, which is %q of flow spec %q", f.Name, id, c.Slug, c.FlowSpec)
			}
		}
		if f.Targets[0] != DataLake {
			t.Errorf("%s: targets %v", f.Name, f.Targets)
		}
		if f.Fixed != (f.ID == StreamWithMapping) {
			t.Errorf("%s: fixed %v", f.Name, f.Fixed)
		}
	}
	for _, c := range Connectors() { // every source that a document may name has a specification
		if takes := func(f FlowSpec) bool { return f.Takes(c.ID) }; c.IsSource() && c.Kind == "streaming" &&
			!slices.ContainsFunc(FlowSpecs(), takes) {
			t.Errorf("%s streams, and no flow spec takes it", c.Slug)
		}
	}
	crm, ok := FlowSpecByID(CRMToAEP)
	if !ok || crm.Name != "CRMToAEP" {
		t.Fatalf("CRMToAEP: %+v", crm)
	}
	for _, c := range Connectors() {
		if crm.Takes(c.ID) != c.InFlowSpec {
			t.Errorf("%s: in flow spec %v, list says %v", c.Slug, c.InFlowSpec, crm.Takes(c.ID))
		}
	}
	if _, ok := FlowSpecByID("nope"); ok {
		t.Error("an unknown flow spec is known")
	}
}
