package lift

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// FuzzText: a text of the platform compiles to what is sent as that text, wherever it is in a document.
func FuzzText(f *testing.F) {
	for _, seed := range []string{
		"plain", "", " ", "a: b", "# no comment", "${env.HOME}", "$${x}", "${var.a} and ${", "yes", "null", "007",
		"1e3", "0x1f",
		"2024-01-01", "'quoted'", `"double"`, "line\nbreak\n", "tab\there", "trailing ", "- item", "{a: b}", "[x]", "a, b",
		"*alias",
		"&anchor", "!tag", "|", ">", "%", "@at", "`tick`", "<<", "...", "---", "\u202eevil", "\u0085", "\ufeff",
		"ä ö å", "🙂",
		"?", ": ",
		"~", "true", ".inf", "=", "a\r\nb", "\x01", "back\\slash", "_{TENANT_ID", "_{TENANT_ID}.a {{TENANT_ID}}",
		"${TENANT_ID}", strings.Repeat("long ", 40),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError) ||
			len(s) > 900 {
			t.Skip("no text of a JSON answer, or too long for a key of YAML")
		}
		d := sample(s)
		yaml := d.YAML("")
		g, report := compiler.Compile([]*source.File{source.NewFile("a.yaml", yaml)}, compiler.Options{})
		if report.HasErrors() {
			var b strings.Builder
			_ = diag.Text(&b, report, diag.TextOptions{})
			t.Fatalf("%q:\n%s\n%s", s, yaml, b.String())
		}
		for at, want := range map[string]string{
			"flow.a description": s, "source.a params.text": s, "source.a params.list": s,
		} {
			address, path, _ := strings.Cut(at, " ")
			if got := specs.BindTenant(lookUp(t, g, address, path), "acme"); got != want {
				t.Errorf("%s is %q, not %q:\n%s", at, got, want, yaml)
			}
		}
		if got := specs.BindTenant(lookUp(t, g, "mapping.a", "mappings.source"), "acme"); got != s {
			t.Errorf("a constant is %q, not %q:\n%s", got, s, yaml)
		}
		if s != "" {
			params := lookUp1(t, g, "source.a", "params")
			if _, ok := params.Get("key " + specs.EscapeTenant(s)); !ok {
				t.Errorf("no key %q:\n%s", "key "+s, yaml)
			}
		}
		formatted, _ := edit.Format(source.NewFile("a.yaml", yaml), format.KeyOrder)
		if string(formatted) != string(yaml) {
			t.Errorf("fmt changes\n%s\nto\n%s", yaml, formatted)
		}
	})
}

// sample is a document with a text in each place where there can be any.
func sample(s string) *Document {
	params := resource.Object(
		resource.F("projectId", resource.String("1")), resource.F("timezone", resource.String("UTC")),
		resource.F("text", resource.String(s)), resource.F("list", resource.List(resource.String(s), resource.Int(1))),
		resource.F("key "+s, resource.Bool(true)),
	)
	var interval int64 = 1
	return &Document{Kind: schemas.KindDataflow, Name: "a", Value: &schemas.Dataflow{
		Name: "a", Description: text(s),
		Rest: &schemas.Rest{
			Via:    schemas.Via{Connector: "mixpanel", ConnectionID: "6990abad-977d-41b9-a85d-17ea8cf1c0e4"},
			Params: plainJSON(params),
		},
		Target: schemas.Target{
			Schema:  schemas.SchemaRef{Ref: "https://ns.adobe.com/{TENANT_ID}/schemas/b18bb4998f92c9608b6758cbc45e9eeb"},
			Dataset: schemas.DatasetRef{Ref: "e1b9133d73a6431d540b1e49"},
		},
		Mappings: schemas.Mappings{{Destination: "_{TENANT_ID}.x", Value: &schemas.Constant{Text: text(s)}}},
		Schedule: schemas.Schedule{Frequency: "hour", Interval: &interval},
	}}
}

func lookUp(t *testing.T, g *resource.Graph, address, path string) string {
	t.Helper()
	return lookUp1(t, g, address, path).Text
}

func lookUp1(t *testing.T, g *resource.Graph, address, path string) resource.Value {
	t.Helper()
	a, err := resource.ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	r, ok := g.Get(a)
	if !ok {
		t.Fatal("no ", address)
	}
	v, err := r.Body.Value()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(path, ".") {
		if v, _ = v.Get(name); v.Kind == resource.ListValue {
			v = v.Items[0]
		}
	}
	return v
}
