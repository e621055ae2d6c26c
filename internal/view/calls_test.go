package view

import (
	"bytes"
	"slices"
	"testing"

	"github.com/aepflow/aepflow/planner"
)

func TestCalls(t *testing.T) {
	for _, name := range []string{"first", "schedule", "column-added", "secret", "empty"} {
		var b bytes.Buffer
		if err := Calls(&b, cases()[name], Options{}); err != nil {
			t.Fatal(err)
		}
		check(t, "calls-"+name, b.Bytes())
	}
}

// TestBindings: calls explain the tenant only where they have it, and the placeholder as text.
func TestBindings(t *testing.T) {
	const tenant, text = "{TENANT_ID} is the tenant of the target.", "{{TENANT_ID}} is the text {TENANT_ID}."
	for body, want := range map[string][]string{
		`{"a":"b"}`:                          nil,
		`{"a":"{TENANT_ID}"}`:                {tenant},
		`{"a":"{{TENANT_ID}}"}`:              {text},
		`{"_{TENANT_ID}":"{{TENANT_ID}} x"}`: {tenant, text},
	} {
		list := []planner.OwnedCall{{Call: planner.Call{Body: []byte(body)}}}
		if got := bindings(list); !slices.Equal(got, want) {
			t.Errorf("%s: %q, expected %q", body, got, want)
		}
	}
}
