package emulator

import (
	"testing"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/files"
)

// TestNamespacesOfTheOrganization: every sandbox has a namespace that a call in one of them made, also after a reset
// and a restart.
func TestNamespacesOfTheOrganization(t *testing.T) {
	const identities = "/data/core/idnamespace/identities"
	dir := t.TempDir()
	seed := func() *Seed {
		return seedOf(t, `{"sandboxes": ["prod", "dev"], "identities": [
			{"id": 10000042, "code": "CRMID", "name": "CRM", "idType": "CROSS_DEVICE", "sandbox": "dev"}]}`)
	}
	a := open(t, Options{Dir: files.Project(dir), Seed: seed()})
	body := `{"code":"Till","name":"Till","idType":"NON_PEOPLE"}`
	id, _ := core.Scalar(core.At(a.do("POST", identities, body).want(200).v, "id"))
	check := func(sandbox string) {
		t.Helper()
		for _, id := range []string{id, "10000042"} {
			a.do("GET", identities+"/"+id, nil, "x-sandbox-name", sandbox).want(200)
		}
		a.do("POST", identities, body, "x-sandbox-name", sandbox).want(409)
	}
	check("dev")
	for _, sandbox := range []string{"dev", "prod"} {
		a.do("PUT", "/data/foundation/sandbox-management/sandboxes/"+sandbox, `{"action":"reset"}`).want(202)
	}
	check("dev")
	check("prod")
	if err := a.s.Close(); err != nil {
		t.Fatal(err)
	}
	a = open(t, Options{Dir: files.Project(dir), Seed: seed()})
	check("prod")
}
