package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator"
)

// manyParts are documents that the dataflows of a large sandbox share: classes, data types, field groups, schemas with
// descriptors, connections of all sorts, and datasets.
func manyParts(n int) (docs []string) {
	add := func(format string, args ...any) { docs = append(docs, fmt.Sprintf(format, args...)) }
	add("kind: DataType\nname: shop\ntitle: Shop\nfields: {city: string, opened: date}\n")
	add("kind: Class\nname: asset\ntitle: Asset\nbehavior: record\nfields: {asset.id: string}\n")
	add("kind: FieldGroup\nname: visits\ntitle: Visits of shops\nclasses: [profile, event]\n" +
		"fields:\n  visit.shop: {$ref: shop}\n  visit.shops[]: {$ref: shop}\n  visit.note: {type: string, labels: [C1]}\n")
	add("kind: Schema\nname: ledger\ntitle: Ledger\nrelational: {primaryKey: entry, version: revision}\n" +
		"fields: {entry: string, revision: long, amount: number}\n")
	add("kind: Schema\nname: assets\ntitle: Assets\nclass: asset\nfields: {asset.kind: string}\n")
	for i := range max(1, n/50) {
		add("kind: Schema\nname: people%d\ntitle: People %d\nclass: profile\nprofile: true\n"+
			"fieldGroups: [profile-personal-details, profile-person-details, visits]\n"+
			"fields: {crm.id: string, crm.tier: {type: string, enum: [gold, silver]}, crm.order: string}\n"+
			"identities: {crm.id: {namespace: CRMID, primary: true}, personalEmail.address: Email}\n"+
			"displayNames: {personalEmail.address: Mail}\ndeprecated: [person.name.suffix]\n", i, i)
		add("kind: Schema\nname: orders%d\ntitle: Orders %d\nclass: event\nfieldGroups: [visits]\n"+
			"fields: {order.id: string, order.total: number, order.buyer: string}\n"+
			"referenceIdentities: {order.buyer: CRMID}\n"+
			"relationships: {order.buyer: {schema: people%d, cardinality: \"M:1\"}}\n", i, i, i)
	}
	const basic = "auth:\n  type: Basic Authentication\n" +
		"  params: {server: db%d, port: 3306, database: shop, username: aep, password: \"${env.CRM_DB_PASSWORD}\"}\n"
	for i := range max(1, n/20) {
		add("kind: Connection\nname: c%d\ntitle: Source %d\nconnector: %s\n"+basic, i, i,
			[]string{"mysql", "postgresql"}[i%2], i)
	}
	add("kind: Connection\nname: files\ntitle: Files\nconnector: sftp\nauth:\n  type: Basic Authentication for sftp\n" +
		"  params: {host: files, port: 22, userName: aep, password: \"${env.CRM_DB_PASSWORD}\"}\n")
	add("kind: Connection\nname: kinesis\ntitle: Kinesis\nconnector: amazon-kinesis\nauth:\n" +
		"  type: Aws Kinesis authentication credentials\n" +
		"  params: {accessKeyId: AKIA1, secretKey: \"${env.CRM_DB_PASSWORD}\", region: us-west-2}\n")
	for i := range max(1, n/10) {
		add("kind: Dataset\nname: d%d\ntitle: Data %d\nschema: %s\n", i, i,
			fmt.Sprintf([]string{"people%d", "orders%d"}[i%2], i/2%max(1, n/50)))
	}
	add("kind: Dataset\nname: entries\ntitle: Entries\nschema: ledger\n")
	add("kind: Dataset\nname: assets\ntitle: Assets\nschema: assets\nlabels: [C2]\n")
	return docs
}

// shapes are what a dataflow reads and when. %d is its number, %c that of its connection.
var shapes = []string{
	"database: {connection: c%c}\ntable: shop.table_%d\n" +
		"columns: {id: string, mail: string, total: double, changed: date-time}\ndelta: changed\n" +
		"schedule: {frequency: hour, interval: 2, startTime: 2027-01-04T06:00:00Z}\n",
	"database: {connection: c%c}\ntable: shop.table_%d\n" +
		"columns: {id: string, mail: string, total: double, changed: date-time}\ndelta: changed\nstate: disabled\n" +
		"schedule: {frequency: day, interval: 1, startTime: 2027-01-04T07:00:00Z, backfill: false}\n",
	"database: {connection: c%c}\ntable: shop.table_%d\ndelta: changed\ndescription: \"line: one\"\n" + // all columns
		"schedule: {frequency: minute, interval: 30, startTime: 2027-01-04T08:00:00Z}\n",
	"database: {connection: c%c}\ntable: shop.table_%d\ncolumns: {id: string, mail: string, changed: date-time}\n" +
		"schedule: {frequency: once, startTime: 2027-01-04T09:00:00Z}\nlabels: [C%c]\n",
	"files: {connection: files, path: /exports/%d/*.csv.gz, delimiter: \";\", compression: gzip}\n" +
		"schedule: {frequency: hour, interval: 1, startTime: 2027-01-04T06:00:00Z, backfill: false}\n",
	"files: {connection: files, path: /json/%d/, recursive: true, format: json}\n" +
		"schedule: {frequency: day, interval: 1, startTime: 2027-01-04T06:00:00Z}\n",
	"stream: {connection: kinesis, streamName: s%d, dataType: raw, reset: latest}\n",
	"database: {connection: c%c}\ntable: shop.draft_%d\nstate: draft\n",
	"rest: {connector: stripe, connectionId: STRIPE, description: Charges %d, params: {resourcePath: charges}}\n" +
		"schedule: {frequency: hour, interval: 1, startTime: 2027-01-04T06:00:00Z}\n",
	"database: {connector: snowflake, connectionId: SNOWFLAKE}\ntable: shop.table_%d\n" +
		"columns: {id: string, mail: string, total: double, changed: date-time}\ndelta: changed\n" +
		"filter: total > 10 and mail like \"%%.se\"\n" +
		"schedule: {frequency: week, interval: 1, startTime: 2027-01-04T06:00:00Z}\n",
}

// variedDataflows are documents of n dataflows of all shapes, on parts of which many are shared.
func variedDataflows(n int) string {
	docs := manyParts(n)
	for i := range n {
		dataset := i / len(shapes) % max(1, n/10)
		target := fmt.Sprintf("{schema: people%d, dataset: d%d}", dataset/2%max(1, n/50), dataset)
		mapping := "  _id: id\n  _{TENANT_ID}.crm.id: id\n  _{TENANT_ID}.visit.shop.city: {value: Lund}\n" +
			"  personalEmail.address: lower(mail)\n"
		if dataset%2 == 1 {
			target = strings.Replace(target, "people", "orders", 1)
			mapping = "  _id: id\n  timestamp: date(changed)\n  _{TENANT_ID}.order.id: id\n"
		}
		shape := shapes[i%len(shapes)]
		switch {
		case strings.HasPrefix(shape, "database: {connection") && i%30 < 2:
			target, mapping = "{schema: assets, dataset: assets}", "  _id: id\n  _{TENANT_ID}.asset.id: id\n"
		case strings.HasPrefix(shape, "database: {connection") && i%30 == 11:
			target, mapping = "{schema: ledger, dataset: entries}", "  entry: id\n  revision: {value: \"1\"}\n"
		}
		doc := fmt.Sprintf("name: f%04d\ntitle: Dataflow %d\n%starget: %s\n", i, i,
			fmt.Sprintf(strings.ReplaceAll(shape, "%c", strconv.Itoa(i/len(shapes)%max(1, n/20))), i), target)
		if !strings.Contains(shape, "state: draft") {
			doc += "mappings:\n" + mapping
		}
		docs = append(docs, doc)
	}
	return strings.NewReplacer("STRIPE", stripeID, "SNOWFLAKE", snowflakeID).Replace(strings.Join(docs, "---\n"))
}

// Connections that no document makes.
const (
	stripeID    = "6990abad-977d-41b9-a85d-17ea8cf1c0e4"
	snowflakeID = "70383d02-2777-4be7-a309-9dd6eea1b46d"
)

// TestImportMany: a sandbox with many dataflows of all shapes is imported by lists. The plan after it is empty, and a
// refresh reads lists too. IMPORT_FLOWS=1000 also measures time and memory; DELAY=50 is what each call takes, in ms.
func TestImportMany(t *testing.T) {
	n, delay := envInt("IMPORT_FLOWS", 60), time.Duration(envInt("DELAY", 0))*time.Millisecond
	l := newLab(t, emulator.Options{Seed: &emulator.Seed{
		Identities: []map[string]any{{"id": "10000001", "code": "CRMID", "name": "CRM id", "idType": "CROSS_DEVICE"}},
		Connections: []map[string]any{
			{"id": stripeID, "name": "Stripe", "connector": "stripe"},
			{"id": snowflakeID, "name": "Snowflake", "connector": "snowflake"},
		},
	}}, crashed{})
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
	datasets, schemas := max(1, n/10)+2, 2*max(1, n/50)+2
	if labels.Load() > int32(datasets) {
		t.Errorf("the import asks %d times for the labels of %d datasets", labels.Load(), datasets)
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
	for folder, want := range map[string]int{
		"dataflows": n, "datasets": datasets, "schemas": schemas, "connections": max(1, n/20) + 2,
		"fieldgroups": 1, "classes": 1, "datatypes": 1,
	} {
		if files, err := filepath.Glob(filepath.Join(l.dir, folder, "*.yaml")); err != nil || len(files) != want {
			t.Errorf("%d documents in %s, expected %d", len(files), folder, want)
		}
	}
}
