package decode

import (
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
)

func parsed(t *testing.T, text string) *document.Document {
	t.Helper()
	docs, report := document.Parse(source.NewFile("a.yaml", []byte(text)))
	if report.HasErrors() || len(docs) != 1 {
		t.Fatalf("%s: %v", text, messages(report))
	}
	return docs[0]
}

// TestForTarget: what a document is for a target, after the defaults, the overlay, and the variables, in this order.
func TestForTarget(t *testing.T) {
	const all = "{title: T, state: disabled, schedule: {frequency: hour, interval: 2}}"
	for _, c := range []struct{ name, text, defaults, want string }{
		{"as it is", "name: a", "", `{"name":"a"}`},
		{"defaults", "name: a", "{state: disabled}", `{"name":"a","state":"disabled"}`},
		{"its own before defaults", "name: a\nstate: enabled", all,
			`{"name":"a","state":"enabled","title":"T","schedule":{"frequency":"hour","interval":2}}`},
		{"null is a value of its own", "title: ~", "{title: T}", `{"title":null}`},
		{"no interval for once", "schedule: {frequency: once}", all,
			`{"schedule":{"frequency":"once"},"title":"T","state":"disabled"}`},
		{"overlay", "{title: a, schedule: {frequency: hour, interval: 1}, targets: {prod: {schedule: {interval: 4}}}}", "",
			`{"title":"a","schedule":{"frequency":"hour","interval":4}}`},
		{"overlay before defaults", "{targets: {prod: {title: P}}}", "{title: T}", `{"title":"P"}`},
		{"overlay removes a default", "{targets: {prod: {title: ~}}}", "{title: T}", `{}`},
		{"overlay of a list replaces it", "{only: [prod], labels: [a, b], targets: {prod: {labels: [c]}}}", "",
			`{"only":["prod"],"labels":["c"]}`},
		{"another target", "{title: a, targets: {dev: {title: b}}}", "",
			`{"title":"a","targets":{"dev":{"title":"b"}}}`},
		{"variable in an overlay", "{targets: {prod: {title: 'a ${var.shop}'}}}", "", `{"title":"a x: y # z"}`},
		{"variables are no YAML", "title: ${var.shop}", "", `{"title":"x: y # z"}`},
		{"variables are not read again", "title: ${var.again}", "", `{"title":"${var.shop}"}`},
		{"text stays text", "title: ${var.n}", "", `{"title":"17"}`},
		{"number", `schedule: {frequency: hour, interval: "${var.n}"}`, "",
			`{"schedule":{"frequency":"hour","interval":17}}`},
		{"loose name", "title: ${var.shop-name}", "", `{"title":"loose"}`},
		{"escape", "title: $${var.n} $$${var.n}", "", `{"title":"${var.n} $${var.n}"}`},
		{"no variables in tests", "tests: [{name: '${var.n}'}]", "", `{"tests":[{"name":"${var.n}"}]}`},
	} {
		var defaults *document.Node
		if c.defaults != "" {
			defaults = parsed(t, c.defaults).Root
		}
		target := NewTarget("prod", []string{"dev", "prod"}, []Var{
			{Name: "shop", Value: "x: y # z"}, {Name: "n", Value: "17"}, {Name: "again", Value: "${var.shop}"},
			{Name: "SHOP_NAME", Value: "loose", Loose: true}, {Name: "shop", Value: "a later one"},
		}, defaults)
		report := &diag.Report{}
		v, ok := ForTarget(parsed(t, c.text), target, report)
		if got := string(JSON(v.Root)); !ok || got != c.want || report.HasErrors() {
			t.Errorf("%s: %s, %v", c.name, got, messages(report))
		}
	}
}

// TestForTargetRefused: a document that cannot be determined is not read further, and the report says why.
func TestForTargetRefused(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"title: ${var.nope}", "nope"}, {"title: ${var.", "missing `}`"}, {"title: ${var.\u202e}", "undefined"},
		{"title: ${env.HOME}", "env.HOME"}, {"title: ${var.env}", "env.HOME"},
		{"{targets: {prod: {name: b}}}", "name"}, {"targets: [a]", "targets"}, {"only: prod", "only"}, {"only: []", "only"},
	} {
		report := &diag.Report{}
		target := NewTarget("prod", nil, []Var{{Name: "env", Value: "a ${env.HOME}"}}, nil)
		_, ok := ForTarget(parsed(t, c.text), target, report)
		if said := strings.Join(messages(report), "\n"); ok || !report.HasErrors() || !strings.Contains(said, c.want) {
			t.Errorf("%s: %t, %s", c.text, ok, said)
		}
	}
}

// TestVariable: the first variable of a name is taken, and only names of the environment are loose.
func TestVariable(t *testing.T) {
	target := NewTarget("", nil, []Var{
		{Name: "SHOP_ID", Value: "1", Loose: true}, {Name: "shop-id", Value: "2"}, {Name: "exact-name", Value: "3"},
		{Name: "EXACT_NAME", Value: "4", Loose: true}, {Name: "strict", Value: "5"},
	}, nil)
	for name, want := range map[string]string{
		"shop-id": "1", "shop_id": "1", "Shop-Id": "1", "exact-name": "3", "exact_name": "4", "STRICT": "",
		"": "",
	} {
		if v, ok := target.Variable(name); v.Value != want || ok != (want != "") {
			t.Errorf("%q: %q, %t", name, v.Value, ok)
		}
	}
}

// TestAsName: the name that a message proposes for a text is valid.
func TestAsName(t *testing.T) {
	for text, want := range map[string]string{
		"My Orders": "my-orders", "a__b": "a-b", "-x-": "x", "../../etc": "etc", "Größe": "gr-e", "日本": "",
		"\x1b[31mred": "31mred", "a\nb: c": "a-b-c", "": "",
	} {
		if got := AsName(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestToJSON: a document becomes JSON with keys in its order, whatever is in its texts; a number that no JSON has is
// reported.
func TestToJSON(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"b: 1\na: [0x1F, 1e2, -.5, TRUE, ~]", `{"b":1,"a":[31,1e2,-0.5,true,null]}`},
		{`"\u202e\"": "\0\x1b"`, `{"\u202e\"":"\u0000\u001b"}`},
		{"a: .inf", ""}, {"a: [b, {c: .nan}]", ""},
	} {
		report := &diag.Report{}
		text, ok := ToJSON(parsed(t, c.text), report)
		if ok != (c.want != "") || ok == report.HasErrors() || ok && string(text) != c.want {
			t.Errorf("%s: %s, %v", c.text, text, messages(report))
		}
	}
}
