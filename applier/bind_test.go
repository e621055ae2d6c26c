package applier

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
)

func TestBindBody(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"nothing to bind", `{"a":[1,2.50,true,null,"x"],"b":{}}`, `{"a":[1,2.50,true,null,"x"],"b":{}}`},
		{"reference", `{"id":"${dataset.orders.id}"}`, `{"id":"<ref ${dataset.orders.id} at id>"}`},
		{"in a list", `["${dataset.orders.id}"]`, `["<ref ${dataset.orders.id} at [0]>"]`},
		{"secret", `{"auth":{"params":{"password":"${env.PW}"}}}`, `{"auth":{"params":{"password":"<secret env.PW at auth.params.password>"}}}`},
		{"start", `{"s":"${time.start}"}`, `{"s":"<start at s>"}`},
		{"literal", `{"e":"$${First Name}"}`, `{"e":"${First Name}"}`},
		{"literal within", `{"e":"concat($${a}, \"<$${b}>\")"}`, `{"e":"concat(${a}, \"<${b}>\")"}`},
		{"key that looks like a reference", `{"${dataset.orders.id}":"x"}`, `{"${dataset.orders.id}":"x"}`},
		{"tenant in text and key", `{"_{TENANT_ID}":"https://ns.adobe.com/{TENANT_ID}/schemas/1"}`, `{"_acme":"https://ns.adobe.com/acme/schemas/1"}`},
		{"tenant beside a literal", `{"e":"$${x} {TENANT_ID}"}`, `{"e":"${x} acme"}`},
		{"the placeholder as text", `{"{{TENANT_ID}}":"{{TENANT_ID}} of {TENANT_ID}"}`,
			`{"{TENANT_ID}":"{TENANT_ID} of acme"}`},
		{"the placeholder as text beside a literal", `{"e":"$${x} $${{TENANT_ID}}"}`, `{"e":"${x} ${TENANT_ID}"}`},
		{"escapes", `{"q\"{":"a\\","b":"}"}`, `{"q\"{":"a\\","b":"}"}`},
		{"not latin", `{"名":"値"}`, `{"名":"値"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := bindBody([]byte(c.body), "acme", func(at resource.Path, v resource.Value) ([]byte, error) {
				switch v.Kind {
				case resource.RefValue:
					return quote("<ref " + v.Ref.String() + " at " + at.String() + ">"), nil
				case resource.SecretValue:
					return quote("<secret " + v.Text + " at " + at.String() + ">"), nil
				}
				return quote("<start at " + at.String() + ">"), nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, string(got)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestBindURL(t *testing.T) {
	id := func(ref resource.Ref) (string, error) {
		if ref.To.Name == "unknown" {
			return "", errors.New("it is not known")
		}
		return "https://ns.adobe.com/acme/schemas/1", nil
	}
	for _, c := range []struct{ name, url, want, fault string }{
		{"plain", "/data/x?a=b", "/data/x?a=b", ""},
		{"reference", "/s/${schema.crm.id}/action?op=x", "/s/https%3A%2F%2Fns.adobe.com%2Facme%2Fschemas%2F1/action?op=x", ""},
		{"tenant", "/s/{TENANT_ID}/%7BTENANT_ID%7D", "/s/acme/acme", ""},
		{"unknown", "/s/${schema.unknown.id}", "", "not known"},
		{"open", "/s/${schema.crm.id", "", "missing }"},
		{"secret", "/s/${env.PW}", "", "not a reference"},
		{"nonsense", "/s/${x}", "", "KIND.NAME"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := bindURL(c.url, "acme", id)
			if got != c.want || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// FuzzBindBody compares the binding of a text with that of a tree.
func FuzzBindBody(f *testing.F) {
	for _, th := range project() {
		f.Add([]byte(th.body))
	}
	f.Add([]byte(`[{"a":"$${x}\u0024{y}\"${z"},-1.5e3,"{TENANT_ID}","\\\"${env.X}"]`))
	f.Add([]byte(`"${env.X}"`))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := resource.Parse(text)
		if err != nil {
			t.Skip()
		}
		leaf := func(at resource.Path, w resource.Value) ([]byte, error) {
			return quote(at.String() + " " + string(w.JSON())), nil
		}
		got, err := bindBody(v.JSON(), "acme", leaf)
		if err != nil {
			t.Fatalf("bind %s: %v", v.JSON(), err)
		}
		if want := wire(v, nil); !bytes.Equal(got, want) {
			t.Fatalf("%s\ngot  %s\nwant %s", v.JSON(), got, want)
		}
		if !json.Valid(got) {
			t.Fatalf("no JSON: %s", got)
		}
	})
}

// wire binds by walking the tree: slow and plain.
func wire(v resource.Value, at resource.Path) []byte {
	var parts [][]byte
	switch v.Kind {
	case resource.ListValue:
		for i, w := range v.Items {
			parts = append(parts, wire(w, at.Index(i)))
		}
		return []byte("[" + string(bytes.Join(parts, []byte(","))) + "]")
	case resource.ObjectValue:
		for _, m := range v.Fields {
			key := quote(strings.ReplaceAll(m.Name, specs.TenantPlaceholder, "acme"))
			parts = append(parts, append(append(key, ':'), wire(m.Value, at.Field(m.Name))...))
		}
		return []byte("{" + string(bytes.Join(parts, []byte(","))) + "}")
	case resource.StringValue:
		return quote(strings.ReplaceAll(v.Text, specs.TenantPlaceholder, "acme"))
	case resource.RefValue, resource.SecretValue, resource.StartValue:
		return quote(at.String() + " " + string(v.JSON()))
	}
	return v.JSON()
}
