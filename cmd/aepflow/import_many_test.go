package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator"
)

// variedDataflows are documents of n dataflows that differ in their source, their target, and their schedule, with
// connections, schemas, and datasets of which some are shared.
func variedDataflows(n int) string {
	var docs []string
	add := func(format string, args ...any) { docs = append(docs, fmt.Sprintf(format, args...)) }
	add("kind: Schema\nname: people\ntitle: People\nclass: profile\nfieldGroups: [profile-personal-details]\n" +
		"fields: {crm.id: string, crm.tier: {type: string, enum: [gold, silver]}}\n" +
		"identities: {crm.id: {namespace: CRMID, primary: true}}\n")
	add("kind: Schema\nname: orders\ntitle: Orders\nclass: event\nfields: {order.id: string, order.total: number}\n")
	for i := range max(1, n/20) {
		add("kind: Connection\nname: c%d\ntitle: Source %d\nconnector: %s\nauth:\n  type: Basic Authentication\n"+
			"  params: {server: db%d, port: 3306, database: shop, username: aep, password: \"${env.CRM_DB_PASSWORD}\"}\n",
			i, i, []string{"mysql", "postgresql"}[i%2], i)
	}
	for i := range max(1, n/10) {
		add("kind: Dataset\nname: d%d\ntitle: Data %d\nschema: %s\n", i, i, []string{"people", "orders"}[i%2])
	}
	for i := range n {
		dataset := i % max(1, n/10)
		schema, key, mapping := "people", "id", "  _id: id\n  _{TENANT_ID}.crm.id: id\n  personalEmail.address: lower(mail)\n"
		if dataset%2 == 1 {
			schema, mapping = "orders", "  _id: id\n  timestamp: changed\n  _{TENANT_ID}.order.id: id\n"
		}
		add("name: f%04d\ntitle: Dataflow %d\ndatabase: {connection: c%d}\ntable: shop.table_%d\n"+
			"columns: {%s: string, mail: string, total: double, changed: date-time}\n"+
			"target: {schema: %s, dataset: d%d}\nmappings:\n%s%s%s", i, i, i%max(1, n/20), i, key, schema, dataset, mapping,
			[]string{
				"schedule: {frequency: hour, interval: 2, startTime: 2027-01-04T06:00:00Z}\ndelta: changed\n",
				"schedule: {frequency: day, interval: 1, startTime: 2027-01-04T07:00:00Z, backfill: false}\ndelta: changed\n",
				"schedule: {frequency: minute, interval: 30, startTime: 2027-01-04T08:00:00Z}\ndelta: changed\n",
				"schedule: {frequency: once, startTime: 2027-01-04T09:00:00Z}\n",
			}[i%4], []string{"", "state: disabled\n", "description: \"line: one\"\n"}[i%3])
	}
	return strings.Join(docs, "---\n")
}

// TestImportMany: a sandbox with many varied dataflows is imported by lists. The plan after it is empty, and a refresh
// reads lists too. IMPORT_FLOWS=1000 also measures time and memory; DELAY=50 is how long each call takes, in ms.
func TestImportMany(t *testing.T) {
	n, delay := envInt("IMPORT_FLOWS", 60), time.Duration(envInt("DELAY", 0))*time.Millisecond
	l := newLab(t, emulator.Options{}, crashed{})
	l.write("dataflow.yaml", variedDataflows(n))
	l.mustRun(applyArgs("--parallelism", "16")...)
	for _, name := range []string{"dataflow.yaml", "dataflow.here.lock"} {
		if err := os.Remove(filepath.Join(l.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(filepath.Join(l.dir, ".aepflow")); err != nil {
		t.Fatal(err)
	}
	var calls, labels atomic.Int32
	l.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if strings.HasSuffix(r.URL.Path, "/labels") {
			labels.Add(1) // the labels of a dataset are in no list
		} else {
			calls.Add(1)
		}
		time.Sleep(delay)
		next.ServeHTTP(w, r)
	})
	measured := func(args ...string) string {
		t.Helper()
		calls.Store(0)
		labels.Store(0)
		cmd := l.command(args...)
		var out, said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &said
		begin := time.Now()
		if err := cmd.Run(); err != nil {
			t.Fatalf("aepflow %s: %v\n%.2000s\n%.2000s", strings.Join(args, " "), err, &out, &said)
		}
		t.Logf("%d dataflows, %s a call: aepflow %s: %s (%s of CPU), %d calls and %d for labels, %s", n, delay, args[0],
			time.Since(begin).Round(time.Millisecond),
			(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Round(time.Millisecond),
			calls.Load(), labels.Load(), memoryOf(cmd.ProcessState))
		return out.String()
	}
	measured("import", "--sandbox", "dev", "--target", "here", "--rate", "0")
	if most := int32(max(1, n/10)); labels.Load() > most {
		t.Errorf("the import asks %d times for the labels of %d datasets", labels.Load(), most)
	}
	if most := int32(20 + 40*n/1000); calls.Load() > most {
		t.Errorf("the import of %d dataflows makes %d calls, expected %d at most", n, calls.Load(), most)
	}
	plan := measured("plan", "--refresh", "--detailed-exitcode")
	if !strings.Contains(plan, "No changes.") {
		t.Errorf("the plan after the import is not empty:\n%.2000s", plan)
	}
	if most := int32(20 + 40*n/1000); calls.Load() > most {
		t.Errorf("the refresh of %d dataflows makes %d calls, expected %d at most", n, calls.Load(), most)
	}
	if files, err := filepath.Glob(filepath.Join(l.dir, "dataflows", "*.yaml")); err != nil || len(files) != n {
		t.Errorf("%d documents in dataflows, expected %d", len(files), n)
	}
}
