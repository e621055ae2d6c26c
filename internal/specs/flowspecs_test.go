package specs

import "testing"

func TestFlowSpecsAgreeWithConnectors(t *testing.T) {
	if len(FlowSpecs()) != 2 {
		t.Fatalf("%d flow specs", len(FlowSpecs()))
	}
	for _, f := range FlowSpecs() {
		for _, id := range f.Sources {
			c, _, ok := ConnectorByID(id)
			if !ok || c.FlowSpec != f.Name {
				t.Errorf("%s takes %s, which is %q of flow spec %q", f.Name, id, c.Slug, c.FlowSpec)
			}
		}
		if len(f.Targets) != 1 || f.Targets[0] != DataLake {
			t.Errorf("%s: targets %v", f.Name, f.Targets)
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
