package compiler

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/schemas"
)

// seedTexts are the documents of all goldens, of the examples of all codes and
// of the example projects.
func seedTexts(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, glob := range []string{"testdata/check/*.txtar", "testdata/target/*.txtar", "../internal/document/testdata/*/*.txtar"} {
		paths, _ := filepath.Glob(glob)
		for _, path := range paths {
			ar, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range ar.Files {
				if strings.HasSuffix(f.Name, ".yaml") {
					out = append(out, string(f.Data))
				}
			}
		}
	}
	for _, e := range diag.Codes() {
		if e.Example != "" {
			out = append(out, e.Example)
		}
	}
	paths, _ := filepath.Glob("../examples/*/*.yaml")
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	return out
}

// Compile never panics, what it says lies inside the file, its repairs can be
// made, and there is a graph exactly when there is no error.
func FuzzCompile(f *testing.F) {
	for _, text := range seedTexts(f) {
		f.Add([]byte(text))
	}
	f.Add([]byte("%!\n--- x\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		files := []*source.File{source.NewFile("in.yaml", text)}
		g, r := Compile(files, Options{})
		if (g == nil) != r.HasErrors() {
			t.Errorf("errors: %v, graph: %v", r.HasErrors(), g != nil)
		}
		checkReport(t, files, r)
		if err := diag.Text(&bytes.Buffer{}, r, diag.TextOptions{Color: true, Width: 60}); err != nil {
			t.Error(err)
		}
	})
}

// The same files give the same bytes, whatever the order and on any number of
// cores.
func TestCompileIsDeterministic(t *testing.T) {
	var texts []string
	for _, text := range seedTexts(t) {
		if strings.Contains(text, "database:") {
			texts = append(texts, text)
		}
	}
	print := func() string {
		var files []*source.File
		for i, text := range texts {
			files = append(files, source.NewFile(string(rune('a'+i%26))+string(rune('a'+i/26))+".yaml", []byte(text)))
		}
		_, r := Compile(files, Options{})
		var b bytes.Buffer
		if err := diag.JSON(&b, r); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"tutorial", "crm"} {
			g, _ := Compile(exampleProject(t, name), Options{})
			b.WriteString(printGraph(t, g))
		}
		return b.String()
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	first := print()
	for _, n := range []int{2, 7} {
		runtime.GOMAXPROCS(n)
		if print() != first {
			t.Errorf("other bytes on %d cores", n)
		}
	}
}

// fullDocuments have every key of the format in every form.
var fullDocuments = []string{`kind: Dataflow
name: orders
title: Orders
description: all of them
database: {connector: postgresql, connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4, connection: db, title: t, description: d}
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
targets: {dev: {org: a@AdobeOrg, sandbox: dev, platform: http://127.0.0.1:1, ims: x, tenant: t, seed: s, production: false, vars: {x: 1}}}
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
		change(docs[0].Root, int(changes[0]), int(changes[1]), int(changes[2]))
		changes = changes[3:]
	}
	d := decode.VariantOf(docs[0])
	if i == len(fullDocuments)-1 {
		d = decode.ProjectVariant(docs[0])
	}
	checked, decoded := &diag.Report{}, &diag.Report{}
	decode.Check(d, checked)
	if d.Root.Kind == document.MapKind {
		decode.Decode(d, decoded)
	} else {
		decoded.Add(decode.WrongType{At: decode.Place{Doc: d}, Got: d.Root})
	}
	if loose := (&diag.Report{}); !checked.HasErrors() {
		// What is right is right for editors too; overlays are theirs alone to refuse.
		decode.CheckLoose(d.With(decode.Without(d.Root, "targets", "defaults")), nil, loose)
		if loose.HasErrors() {
			t.Errorf("the schema for editors: %v\ndocument: %s", messages(loose), decode.AppendJSON(nil, d.Root))
		}
	}
	if checked.HasErrors() != decoded.HasErrors() {
		t.Errorf("schema: %v\ndecoder: %v\ndocument: %s", messages(checked), messages(decoded),
			decode.AppendJSON(nil, d.Root))
	}
}

func messages(r *diag.Report) []string {
	var out []string
	for _, d := range r.Sorted() {
		out = append(out, d.Path+": "+d.Message)
	}
	return out
}

// change alters one place of a tree: where is the number of the node in the
// order of the text, how what happens to it, and what the new value.
func change(root *document.Node, where, how, what int) {
	var all []*document.Node
	var collect func(n *document.Node)
	collect = func(n *document.Node) {
		all = append(all, n)
		for _, p := range n.Pairs {
			collect(p.Value)
		}
		for _, item := range n.Items {
			collect(item)
		}
	}
	collect(root)
	n := all[where%len(all)]
	value := newValue(what, all)
	switch how % 5 {
	case 0, 1:
		span := n.Span
		*n = *value
		n.Span = span
	case 2:
		if k := len(n.Pairs); k > 0 {
			n.Pairs = slices.Delete(slices.Clone(n.Pairs), what%k, what%k+1)
		} else if k := len(n.Items); k > 0 {
			n.Items = slices.Delete(slices.Clone(n.Items), what%k, what%k+1)
		}
	case 3:
		if n.Kind == document.MapKind {
			keys := []string{"title", "kind", "x", "type", "id", "name", "file", "value", "short", ""}
			key := keys[what%len(keys)]
			if n.Pair(key) == nil {
				n.Pairs = append(n.Pairs, document.Pair{Key: &document.Node{Kind: document.StringKind, Text: key, Span: root.Span}, Value: newValue(what/len(keys), all)})
			}
		}
	case 4:
		if n.Kind == document.ListKind {
			n.Items = append(n.Items, value)
		}
	}
}

// newValue returns one of the values that a place may or may not take.
func newValue(what int, all []*document.Node) *document.Node {
	span := all[0].Span
	scalars := []document.Node{
		{Kind: document.NullKind}, {Kind: document.BoolKind, Text: "true"}, {Kind: document.BoolKind, Text: "FALSE"}, {Kind: document.StringKind, Text: ""},
		{Kind: document.StringKind, Text: "x"}, {Kind: document.StringKind, Text: "Not A Name"}, {Kind: document.StringKind, Text: "draft"}, {Kind: document.StringKind, Text: "string"},
		{Kind: document.StringKind, Text: strings.Repeat("é", 64)}, {Kind: document.StringKind, Text: strings.Repeat("long ", 1000)}, {Kind: document.StringKind, Text: schemas.KindSchema},
		{Kind: document.IntKind, Text: "0"}, {Kind: document.IntKind, Text: "-1"}, {Kind: document.IntKind, Text: "017"}, {Kind: document.IntKind, Text: "0x1F"}, {Kind: document.IntKind, Text: "1000001"},
		{Kind: document.IntKind, Text: strings.Repeat("9", 30)}, {Kind: document.FloatKind, Text: "1.5"}, {Kind: document.FloatKind, Text: "15.0"}, {Kind: document.FloatKind, Text: "1e2"},
		{Kind: document.FloatKind, Text: ".inf"}, {Kind: document.FloatKind, Text: ".nan"}, {Kind: document.FloatKind, Text: "1e999"}, {Kind: document.FloatKind, Text: "-.5"},
		{Kind: document.MapKind}, {Kind: document.ListKind}, {Kind: document.StringKind, Text: "a\x00b\xff"},
	}
	if i := what - len(scalars); i >= 0 {
		return copied(all[i%len(all)]) // something of the document in another place
	}
	n := scalars[what%len(scalars)]
	n.Span = span
	return &n
}

func copied(n *document.Node) *document.Node {
	c := *n
	c.Pairs, c.Items = nil, nil
	for _, p := range n.Pairs {
		c.Pairs = append(c.Pairs, document.Pair{Key: p.Key, Value: copied(p.Value), Merged: p.Merged})
	}
	for _, item := range n.Items {
		c.Items = append(c.Items, copied(item))
	}
	return &c
}

// fuzzProject is aepflow.yaml for the targets that changed documents name.
var fuzzProject = func() Options {
	p, r := ParseProject(source.NewFile("aepflow.yaml", []byte(`vars: {shop: shop, every: 15, on: true}
targets: {dev: {org: a@AdobeOrg, sandbox: dev, tenant: acme}, prod: {org: a@AdobeOrg, sandbox: prod}}
defaults: {lifecycle: {protect: true}, target: {title: "${var.shop}"}, columns: {note: string}}
lint: {unmapped-column: warning, delta-timezone: "off"}
`)))
	if r.HasErrors() {
		panic(messages(r))
	}
	return p.Options("prod")
}()

// changedProject are documents that refer to each other, with overlays and
// variables.
const changedProject = `name: orders
database: {connection: db}
table: "${var.shop}.orders"
columns: {id: string, amount: double, changed: date-time}
target:
  schema: {title: Orders, class: profile, fieldGroups: [profile-person-details, identitymap], fields: {shop.number: string, 'tags': 'string[]', 'list[*].x': {type: integer, minimum: 1}}, identities: {shop.number: {namespace: CRMID, primary: true}}, profile: true}
  dataset: {title: Orders, profile: true, tags: {a: [b]}}
mappings: {_id: id, '_{TENANT_ID}.shop.number': 'concat(id, "${var.shop}")', person.gender: {value: male}, 'identityMap.CRMID[0].id': {expression: 'iif(amount > 1, "a", id)'}}
delta: {column: changed, dateFormat: yyyy-MM-dd, timezone: Europe/Berlin}
schedule: {frequency: minute, interval: "${var.every}", backfill: "${var.on}"}
targets: {prod: {state: disabled, columns: {more: string}, delta: {timezone: null}}, dev: {schedule: {interval: x}}}
---
name: history
database: {connection: db}
table: archive
columns: {id: string}
target: {schema: people, dataset: people}
mappings: {_id: id}
schedule: {frequency: once}
except: [dev]
---
kind: Connection
name: db
connector: postgresql
auth: {type: Basic Authentication, params: {server: s, database: d, username: u, password: "${env.PW}"}}
---
kind: Schema
name: people
title: People
class: event
identities: {personKey: Email}
only: [prod, dev]
---
kind: Dataset
name: people
title: People
schema: people
`

// The whole road holds its laws for documents that are nearly right.
func FuzzCompileChanged(f *testing.F) {
	f.Add([]byte{})
	for op := range byte(60) {
		f.Add([]byte{op, op * 3, op, op * 7, op * 5, op * 11})
	}
	f.Fuzz(holdsWhenChanged)
}

func holdsWhenChanged(t *testing.T, changes []byte) {
	file := source.NewFile("in.yaml", []byte(changedProject))
	docs, r := document.Parse(file)
	if r.HasErrors() {
		t.Fatal(messages(r))
	}
	for n := 0; len(changes) >= 3 && n < 8; n++ {
		change(docs[int(changes[0])%len(docs)].Root, int(changes[0])/len(docs)+int(changes[1])/8, int(changes[1]), int(changes[2]))
		changes = changes[3:]
	}
	p := newProject(fuzzProject)
	for _, d := range docs {
		d, fine := decode.ForTarget(d, p.options.reading, p.report)
		p.units = append(p.units, decodeUnit(d, fine && !d.Excluded, "", p.report))
	}
	p.symbols = newSymbols(p.units, p.options, p.report)
	p.resolve()
	p.applyLevels()
	g := p.graph(p.lower())
	p.explain()
	if (g == nil) != p.report.HasErrors() {
		t.Errorf("errors: %v, graph: %v", p.report.HasErrors(), g != nil)
	}
	checkReport(t, []*source.File{file, fuzzProject.Project.File}, p.report)
	if g == nil {
		return
	}
	for _, r := range g.All() {
		if r.Origin.File != file {
			t.Errorf("%s comes from %q", r.Address, r.Origin.Path())
		}
		if _, err := r.Body.Value(); err != nil {
			t.Errorf("body of %s: %v", r.Address, err)
		}
	}
}
