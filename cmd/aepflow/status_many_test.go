package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator"
)

// The status of many dataflows is a few lists, also when some of them ran long before the others: one call per hundred
// dataflows, and one per hundred last runs. STATUS_FLOWS=1000 also measures the time at 50 ms a call.
func TestStatusOfMany(t *testing.T) {
	n := envInt("STATUS_FLOWS", 120)
	connection := "6990abad-977d-41b9-a85d-17ea8cf1c0e4"
	l := newLab(t, emulator.Options{Seed: &emulator.Seed{
		Connections: []map[string]any{{"id": connection, "name": "shop", "connector": "mysql"}},
	}}, crashed{})
	docs := []string{"kind: Schema\nname: people\ntitle: People\nclass: profile\n",
		"kind: Dataset\nname: people\ntitle: People\nschema: people\n"}
	for i := range n {
		docs = append(docs, fmt.Sprintf(`name: f%04d
database: {connector: mysql, connectionId: %s}
table: orders
target: {schema: people, dataset: people}
mappings: {_id: id}
delta: updated_at
schedule: {frequency: %s, interval: 1, startTime: 2027-01-02T00:00:00Z}
`, i, connection, []string{"hour", "week"}[i%2]))
	}
	l.write("dataflow.yaml", strings.Join(docs, "---\n"))
	l.mustRun(applyArgs("--parallelism", "16")...)
	l.later(2*24*time.Hour + 10*time.Minute) // dozens of runs of one half, one run of the other
	l.mustRun("status")
	var flows, others, lists atomic.Int32
	l.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		time.Sleep(50 * time.Millisecond)
		switch {
		case strings.HasSuffix(r.URL.Path, "/flowservice/flows"):
			flows.Add(1)
		case strings.HasSuffix(r.URL.Path, "/flowservice/runs"):
			lists.Add(1)
		default:
			others.Add(1)
		}
		next.ServeHTTP(w, r)
	})
	begin := time.Now()
	said := l.mustRun("status")
	took := time.Since(begin)
	if want := fmt.Sprintf(": %d ok.", n); !strings.Contains(said.stdout, want) {
		t.Errorf("the status does not end with %q:\n%.500s", want, said)
	}
	hundreds := int32(n+99) / 100
	if flows.Load() > hundreds || lists.Load() > hundreds+1 || others.Load() > 2 {
		t.Errorf("%d dataflows: %d lists of flows, %d of runs, %d other calls", n, flows.Load(), lists.Load(), others.Load())
	}
	t.Logf("%d dataflows: %s, %d lists of flows, %d of runs, %d other calls", n, took, flows.Load(), lists.Load(),
		others.Load())
	if most := 3 * time.Second; n == 1000 && took > most {
		t.Errorf("the status took %s, %s at most", took, most)
	}
}
