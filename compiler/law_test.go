package compiler

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/document/treetest"
	"github.com/aepflow/aepflow/internal/source"
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

func messages(r *diag.Report) []string {
	var out []string
	for _, d := range r.Sorted() {
		out = append(out, d.Path+": "+d.Message)
	}
	return out
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
		where, how, what := int(changes[0]), int(changes[1]), int(changes[2])
		treetest.Change(docs[where%len(docs)].Root, where/len(docs)+how/8, how, what)
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
