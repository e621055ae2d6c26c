package decode

import (
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/document/treetest"
	"github.com/aepflow/aepflow/internal/source"
)

// fullDocuments have every key of the format in every form.
var fullDocuments = []string{`kind: Dataflow
name: orders
title: Orders
description: all of them
database: {connector: postgresql, connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4, connection: db, title: t,
  description: d}
table: shop.orders
columns: {id: string, amount: {type: double, originalType: NUMERIC}}
filter: {pql: {a: 1}}
target:
  title: t
  description: d
  schema: {title: t, description: d, class: profile, fieldGroups: [a],
    fields: {a: string, b: {type: string, title: t, description: d, enum: [x],
    suggestions: {a: A}, pattern: p, minimum: 1, maximum: 2.5, minLength: 1, maxLength: 2, default: 1,
    deprecated: true, required: true}},
    identities: {a: Email, b: {namespace: X, primary: true}}, profile: true}
  dataset: {title: t, description: d, profile: true, tags: {a: [b]}, errorDiagnostics: true}
mappings: {a: id, b: {source: id}, c: {expression: lower(id)}, d: {value: 1, name: n, description: d}}
mappingSet: {title: t}
delta: {column: id, dateFormat: yyyy, timezone: UTC}
schedule: {frequency: minute, interval: 15, startTime: 2027-02-03T00:01:06Z, backfill: true}
options: {partialIngestionPercent: 10, errorDiagnosticsEnabled: true}
tests: [{name: t, given: {id: a, amount: null}, expect: {a: [1, {b: ~}]}, exactly: true},
  {name: u, rows: [], from: f, expect: ~, expectError: a}]
state: draft
lifecycle: {protect: true, adopted: true, movedFrom: b, onReplace: backfill, import: {flow: x, source: {id: y}}}
only: [prod]
except: [dev]
targets: {prod: {title: x, delta: null}}
`, `name: orders
database: {}
table: x
filter: id > 1
target: {schema: people, dataset: people}
mappings: {a: id}
delta: id
schedule: {frequency: once, startTime: 17}
`, `name: orders
files: {connector: sftp, connectionId: x, connection: y, title: t, description: d, path: /a, type: file,
  recursive: true, format: json, delimiter: ;, encoding: UTF-8, compression: tar,
  encryption: {publicKeyId: k, signatureKeyId: s}}
columns: {tags: {type: "string[]"}}
target: {schema: people, dataset: people}
mappings: {a: id}
schedule: {frequency: once}
`, `name: charges
rest: {connector: stripe, connectionId: x, connection: y, title: t, description: d, params: {a: [1]}}
target: {schema: people, dataset: people}
mappings: {a: id}
schedule: {frequency: once}
`, `name: events
stream: {connector: azure-event-hubs, connectionId: x, connection: y, title: t, description: d, dataType: raw,
  eventHubName: h, consumerGroup: g, streamName: s, topicName: t, subscriptionName: s, tableName: t, timestampColumn: c,
  timezone: z, backfill: true, reset: latest}
target: {schema: people, dataset: people}
mappings: {a: id}
`, `kind: Connection
name: db
title: t
description: d
connector: postgresql
auth: {type: Basic, params: {a: x, b: 1, c: {file: f}, d: true}}
lifecycle: {protect: false}
`, `kind: Schema
name: people
title: t
class: event
fields: {a: 'string[]'}
referenceIdentities: {a: Email, b: {namespace: X}}
relationships: {a: people, b: {schema: x, field: f, cardinality: M:1, namespace: X, name: n, reverseName: r, title: t,
  reverseTitle: u}}
displayNames: {a: A, b: {title: t, description: d, suggestions: [a], hiddenSuggestions: {b: B}}}
deprecated: [a]
lifecycle: {}
`, `kind: Schema
name: visits
title: t
relational: {behavior: time-series, primaryKey: [id, at], version: v, timestamp: at}
fields: {id: string, at: date-time, v: long}
`, `kind: Schema
name: rows
title: t
relational: {primaryKey: id, version: v}
fields: {id: string, v: long}
`, `kind: Dataset
name: people
title: t
schema: people
tags: {a: []}
`, `project: shop
defaultTarget: dev
targets: {dev: {org: a@AdobeOrg, sandbox: dev, platform: http://127.0.0.1:1, ims: x, tenant: t, seed: s,
  production: false, vars: {x: 1}}}
vars: {a: x, b: 1.5, c: true}
defaults: {delta: {timezone: UTC}}
lint: {delta-timezone: off, unmapped-column: error}
`}

// A document is accepted by the schema exactly when the decoder accepts it. The
// fuzzer chooses a document and a list of changes to its tree.
func FuzzSchemaAcceptsIffDecoderAccepts(f *testing.F) {
	for i := range fullDocuments {
		f.Add(i, []byte{})
		for op := range byte(24) {
			f.Add(i, []byte{op * 3, op, op * 7, op * 11, op, op * 5})
		}
	}
	f.Fuzz(schemaAgreesWithDecoder)
}

func schemaAgreesWithDecoder(t *testing.T, which int, changes []byte) {
	i := ((which % len(fullDocuments)) + len(fullDocuments)) % len(fullDocuments)
	docs, r := document.Parse(source.NewFile("in.yaml", []byte(fullDocuments[i])))
	if r.HasErrors() {
		t.Fatal("own document is wrong")
	}
	for len(changes) >= 3 && len(changes) <= 30 {
		treetest.Change(docs[0].Root, int(changes[0]), int(changes[1]), int(changes[2]))
		changes = changes[3:]
	}
	d := variantOf(docs[0])
	if i == len(fullDocuments)-1 {
		d = ProjectVariant(docs[0])
	}
	checked, decoded := &diag.Report{}, &diag.Report{}
	check(d, checked)
	if d.Root.Kind == document.MapKind {
		decode(d, decoded)
	} else {
		decoded.Add(WrongType{At: Place{Doc: d}, Got: d.Root})
	}
	if loose := (&diag.Report{}); !checked.HasErrors() {
		// What is right is right for editors too; overlays are theirs alone to refuse.
		checkLoose(d.with(Without(d.Root, "targets", "defaults")), nil, loose)
		if loose.HasErrors() {
			t.Errorf("the schema for editors: %v\ndocument: %s", messages(loose), JSON(d.Root))
		}
	}
	if checked.HasErrors() != decoded.HasErrors() {
		t.Errorf("schema: %v\ndecoder: %v\ndocument: %s", messages(checked), messages(decoded),
			JSON(d.Root))
	}
}

func messages(r *diag.Report) []string {
	var out []string
	for _, d := range r.Sorted() {
		out = append(out, d.Path+": "+d.Message)
	}
	return out
}
