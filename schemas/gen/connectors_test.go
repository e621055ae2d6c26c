package main

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/specs"
)

// signInOffer is what an editor completes in the auth of a connection of one connector.
type signInOffer struct {
	If struct {
		Properties struct {
			Connector struct{ Const string }
		}
	}
	Then struct {
		Properties struct {
			Auth struct {
				Properties struct {
					Type   struct{ AnyOf []struct{ Enum []string } }
					Params struct {
						Properties map[string]struct {
							Description       string
							Type, Enum, Const any // would refuse values
						}
						AdditionalProperties, Required any
					}
				}
			}
		}
	}
}

// An editor completes the ways to sign in and the parameters of each connector, says which are secret, and refuses
// none.
func TestEditorsCompleteSignIns(t *testing.T) {
	text, err := os.ReadFile("../dataflow.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Definitions struct {
			Connection struct{ AllOf []signInOffer }
		}
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	offers := map[string]signInOffer{}
	for _, o := range schema.Definitions.Connection.AllOf {
		offers[o.If.Properties.Connector.Const] = o
	}
	for _, c := range specs.Connectors() {
		if !c.IsSource() || len(c.Auth) == 0 {
			continue
		}
		auth := offers[c.Slug].Then.Properties.Auth.Properties
		delete(offers, c.Slug)
		var methods []string
		for _, choice := range auth.Type.AnyOf {
			methods = append(methods, choice.Enum...)
		}
		if d := cmp.Diff(c.MethodNames(), methods); d != "" {
			t.Errorf("%s: ways to sign in (-want +got):\n%s", c.Slug, d)
		}
		secret := map[string]bool{}
		for _, way := range c.Auth {
			for _, p := range way.Params {
				secret[p.Name] = secret[p.Name] || p.Secret
			}
		}
		if d := cmp.Diff(slices.Sorted(maps.Keys(secret)), slices.Sorted(maps.Keys(auth.Params.Properties))); d != "" {
			t.Errorf("%s: parameters (-want +got):\n%s", c.Slug, d)
		}
		for name, p := range auth.Params.Properties {
			if p.Description == "" || strings.Contains(p.Description, "secret") != secret[name] {
				t.Errorf("%s: parameter %s: %q", c.Slug, name, p.Description)
			}
			if p.Type != nil || p.Enum != nil || p.Const != nil {
				t.Errorf("%s: parameter %s refuses values that the compiler may take", c.Slug, name)
			}
		}
		if auth.Params.AdditionalProperties != nil || auth.Params.Required != nil {
			t.Errorf("%s: other parameters are refused", c.Slug)
		}
	}
	for slug := range offers {
		t.Errorf("%q is not a source with a way to sign in", slug)
	}
}
