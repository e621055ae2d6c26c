package compiler

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/source"
)

// sameValues prints what two trees must have in common: kinds, keys and texts.
func sameValues(n *document.Node) string {
	var b strings.Builder
	var walk func(n *document.Node, indent string)
	walk = func(n *document.Node, indent string) {
		b.WriteString(indent + n.Kind.String())
		if n.Kind.IsScalar() && n.Kind != document.NullKind {
			b.WriteString(" " + output.Quote(n.Text))
		}
		b.WriteByte('\n')
		for _, p := range n.Pairs {
			b.WriteString(indent + " " + output.Quote(p.Key.Text) + "\n")
			walk(p.Value, indent+"  ")
		}
		for _, item := range n.Items {
			walk(item, indent+"  ")
		}
	}
	walk(n, "")
	return b.String()
}

// What is printed as YAML reads back as the same values, with comments and
// without.
func checkPrinted(t *testing.T, r Resolved) {
	t.Helper()
	if r.root.Kind != document.MapKind {
		return
	}
	for _, explain := range []bool{false, true} {
		var b bytes.Buffer
		if err := r.WriteYAML(&b, explain); err != nil {
			t.Fatal(err)
		}
		docs, report := document.Parse(source.NewFile("printed.yaml", b.Bytes()))
		if len(r.root.Pairs) == 0 {
			continue // an empty document prints as nothing
		}
		if report.HasErrors() || len(docs) != 1 {
			t.Fatalf("cannot be read back: %v\n%s", messages(report), b.String())
		}
		if d := cmp.Diff(sameValues(r.root), sameValues(docs[0].Root)); d != "" {
			t.Errorf("differs:\n%s\nprinted:\n%s", d, b.String())
		}
	}
}

func TestResolvedPrintsAsItReads(t *testing.T) {
	texts := append(seedTexts(t), "a: \"x\\ty\\n z\\u2028\"\n\"a: b\": ['', ' ', '~', 'null', '0x1F', \"- a\", 'a #b', 'a:', '<<', \"\\x7f\", 'ü', '...', \"'\"]\nm: {}\nl: []\nn: [[1, [2]], {b: {}}]\n")
	for _, text := range texts {
		f := source.NewFile("in.yaml", []byte(text))
		if _, r := document.Parse(f); r.HasErrors() {
			continue // values of the wrong kind, for example, stay wrong when printed
		}
		resolved, _ := Resolve([]*source.File{f}, Options{})
		for _, r := range resolved {
			checkPrinted(t, r)
		}
	}
}

func TestResolveTellsWhereValuesComeFrom(t *testing.T) {
	project, r := ParseProject(source.NewFile("aepflow.yaml", []byte("vars: {table: orders}\ntargets: {prod: {org: a@AdobeOrg, sandbox: prod, tenant: _acme}}\ndefaults: {state: disabled, options: {partialIngestionPercent: 5}}\n")))
	if r.HasErrors() {
		t.Fatal(messages(r))
	}
	o := project.Options("prod")
	if !o.Production || o.Tenant != "acme" {
		t.Errorf("production %v, tenant %q", o.Production, o.Tenant)
	}
	o.Vars = append([]Var{{Name: "EVERY", Value: "15", From: "AEPFLOW_VAR_EVERY", Loose: true}}, o.Vars...)
	files := []*source.File{source.NewFile("a.yaml", []byte("name: a\ntable: shop.${var.table}\nstate: draft\noptions: {}\ntitle: $${x}\nschedule: {interval: 1}\ntargets:\n  prod: {schedule: {interval: \"${var.every}\"}, description: new, title: null}\n")),
		source.NewFile("b.yaml", []byte("kind: Connection\nname: b\nconnector: postgresql\nauth: {type: Basic Authentication, params: {password: hunter2, username: u, x: \"$${env.A}\"}}\nexcept: [prod]\n"))}
	got := map[string]string{}
	resolved, _ := Resolve(files, o)
	for _, v := range resolved[0].Values() {
		how := ""
		for _, g := range v.Provenance {
			how += " " + string(g.How) + ":" + g.Name
		}
		got[v.Path] = string(v.Value) + " " + position(v.At) + how
	}
	want := map[string]string{
		"name":                            `"a" a.yaml:1`,
		"table":                           `"shop.orders" a.yaml:2 variable:table`,
		"state":                           `"draft" a.yaml:3`,
		"options.partialIngestionPercent": `5 aepflow.yaml:3 default:`,
		"schedule.interval":               `15 a.yaml:8 overlay:prod variable:every`,
		"description":                     `"new" a.yaml:8 overlay:prod`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(resolved[0].Removed) != 1 || resolved[0].Removed[0].Path != "title" {
		t.Errorf("removed: %v", resolved[0].Removed)
	}
	if !resolved[1].Excluded {
		t.Error("b is for prod")
	}
	var b bytes.Buffer
	if err := resolved[1].WriteYAML(&b, true); err != nil {
		t.Fatal(err)
	}
	if text := b.String() + string(resolved[1].JSON()); strings.Contains(text, "hunter2") || !strings.Contains(text, "***") {
		t.Errorf("a secret is shown:\n%s", text)
	}
}
