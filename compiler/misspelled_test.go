package compiler

import (
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/internal/source"
)

// everyKey are documents without fault that have nearly every key.
const everyKey = `kind: Connection
name: crm-db
title: CRM
connector: postgresql
auth:
  type: Basic Authentication
  params:
    server: db.example.com
    port: 5432
    database: shop
    username: reader
    password: ${env.SHOP_PASSWORD}
    sslMode: Require
lifecycle: {protect: true}
---
kind: Schema
name: people
title: People
class: profile
fieldGroups: [profile-person-details]
fields:
  crm.key: string
  crm.level: {type: integer, title: Level}
identities:
  crm.key: {namespace: CRMID, primary: true}
profile: true
---
kind: Dataset
name: people-data
title: People data
schema: people
profile: true
---
kind: Dataflow
name: people-hourly
title: People
description: Every hour
database:
  connection: crm-db
  title: People source
table: public.people
columns:
  id: string
  level: {type: integer}
  changed: date-time
target:
  schema: people
  dataset: people-data
  title: People target
mappings:
  _id: id
  _{TENANT_ID}.crm.key: {source: id}
  _{TENANT_ID}.crm.level: {expression: level + 1}
  person.name.firstName: {value: Anna}
mappingSet: {title: People mapping}
delta:
  column: changed
  dateFormat: yyyy-MM-dd HH:mm:ss
  timezone: UTC
schedule:
  frequency: hour
  interval: 1
  startTime: 2030-01-01T00:00:00Z
  backfill: true
options: {partialIngestionPercent: 5, errorDiagnosticsEnabled: true}
state: enabled
lifecycle: {protect: true, onReplace: backfill}
---
name: own-objects
database:
  connector: postgresql
  connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4
table: public.people
columns:
  id: string
target:
  schema:
    title: Own people
    class: profile
    fields:
      crm.own: string
    identities:
      crm.own: {namespace: CRMID, primary: true}
  dataset: {title: Own people}
mappings:
  _id: id
  _{TENANT_ID}.crm.own: id
schedule:
  frequency: once
`

// TestMisspelledKey: whatever key of the format is misspelled, the one error is
// at that key.
func TestMisspelledKey(t *testing.T) {
	file := source.NewFile("dataflow.yaml", []byte(everyKey))
	if _, report := Compile([]*source.File{file}, Options{}); report.HasErrors() {
		t.Fatal(report.Sorted())
	}
	docs, _ := document.Parse(file)
	tried := 0
	for _, d := range docs {
		kind, _ := format.KindOf(d)
		eachKey(kind, nil, d.Root, func(key source.Span) {
			for _, wrong := range slips(key.Text()) {
				tried++
				text := everyKey[:key.Start] + wrong + everyKey[key.End:]
				_, report := Compile([]*source.File{source.NewFile("dataflow.yaml", []byte(text))}, Options{})
				var found []string
				for _, f := range report.Sorted() {
					if f.Severity == diag.Error {
						found = append(found, string(f.Code)+": "+f.Message)
					}
				}
				if len(found) != 1 || !strings.Contains(found[0], "`"+wrong+"`") {
					t.Errorf("%s for %s at line %d:\n  %s", wrong, key.Text(), key.Pos().Line, strings.Join(found, "\n  "))
				}
			}
		})
	}
	if tried < 150 {
		t.Errorf("tried only %d", tried)
	}
}

// eachKey calls do for each key of the format in a map.
func eachKey(kind string, path document.Path, n *document.Node, do func(key source.Span)) {
	known := format.Keys(kind, path)
	for _, p := range n.Pairs {
		if slices.Contains(known, p.Key.Text) {
			do(p.Key.Span)
		}
		eachKey(kind, path.Field(p.Key.Text), p.Value, do)
	}
}

// slips are slips of the hand for a key: a letter doubled, one left out, two
// neighbours swapped.
func slips(key string) []string {
	out := []string{key[:2] + key[1:], key[:1] + key[2:]}
	if key[1] != key[2] {
		out = append(out, key[:1]+string([]byte{key[2], key[1]})+key[3:])
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == key })
}
