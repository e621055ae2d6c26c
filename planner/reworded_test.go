package planner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

const (
	oldID = "6990abad-977d-41b9-a85d-17ea8cf1c0e4"
	crmDB = `kind: Connection
name: crm-db
connector: postgresql
auth:
  type: Basic Authentication
  params: {server: a.example.com, port: 5432, database: crm, username: u, password: "${env.PW}"}
---
`
	byID = `name: orders
database: {connector: postgresql, connectionId: ` + oldID + `}
table: orders
columns: {id: string, changed: date-time}
target: {schema: "https://ns.adobe.com/acme/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168", dataset: 6019e0e7c5dcf718db5ebc71}
mappings: {_id: id}
delta: changed
schedule: {frequency: hour, interval: 1}
`
)

// TestReplacedWhileNamed: an object whose ID a document names is not deleted
// because its own document has become another one.
func TestReplacedWhileNamed(t *testing.T) {
	before := compile(t, crmDB+byID)
	lock := applied(t, before)
	e, _ := lock.Get(resource.Address{Kind: resource.Connection, Name: "crm-db"})
	e.ID = oldID
	lock.Put(e)
	for _, tt := range []struct {
		name, text string
		deposed    bool
		guarded    bool
	}{
		{"replaced", strings.Replace(crmDB, "connector: postgresql", "connector: mysql", 1) + byID, false, true},
		{"replaced, not named", strings.Replace(crmDB, "connector: postgresql", "connector: mysql",
			1) + strings.Replace(byID, oldID, "00000000-0000-4000-8000-000000000001", 1), false, false},
		{"left over", crmDB + byID, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lock := lock.Clone()
			if tt.deposed {
				e := e
				e.ID = "00000000-0000-4000-8000-000000000002"
				e.Deposed = []lockfile.Deposed{{Kind: resource.Connection, ID: oldID, StepsLeft: []string{"delete"}}}
				lock.Put(e)
			}
			p, _ := planner.Diff(lock, compile(t, tt.text), planner.Options{At: now, AllowDataLoss: true})
			found := slices.ContainsFunc(p.Guarded(), func(c planner.Change) bool {
				return slices.ContainsFunc(c.Guards, func(g planner.Guard) bool {
					return g.Code == "named-by-id" && strings.Contains(g.Message, oldID)
				})
			})
			if found != tt.guarded {
				t.Errorf("guarded %t, want %t:\n%s", found, tt.guarded, script(p))
			}
		})
	}
}
