package specs

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestFunctionsAreWhatThePlatformPublishes(t *testing.T) {
	all := Functions()
	if len(all) != 100 {
		t.Errorf("%d functions, the platform has 100", len(all))
	}
	scopes := []string{"", "destinations", "analytics"}
	for i, f := range all {
		if i > 0 && all[i-1].Name >= f.Name {
			t.Errorf("%s does not come after %s", f.Name, all[i-1].Name)
		}
		if !slices.Contains(scopes, f.Scope) {
			t.Errorf("%s has scope %q", f.Name, f.Scope)
		}
		if f.MaxArgs >= 0 && f.MaxArgs < f.MinArgs {
			t.Errorf("%s takes %d to %d arguments", f.Name, f.MinArgs, f.MaxArgs)
		}
		if len(f.Examples) == 0 || f.Returns == "" || f.Syntax == "" || f.Group == "" {
			t.Errorf("%s lacks a fact: %+v", f.Name, f)
		}
		for _, e := range f.Examples {
			if !json.Valid(e.Result) || e.Given != nil && !json.Valid(e.Given) {
				t.Errorf("%s: bad JSON in example %s", f.Name, e.Expr)
			}
		}
	}
}

func TestFunctionByName(t *testing.T) {
	for _, tt := range []struct{ name, want, alias string }{
		{"concat", "concat", ""},
		{"lcase", "lower", ""},
		{"guid", "uuid", ""},
		{"make_timestamp", "make_date_time", ""},
		{"is_set", "contains_key", "deprecated"},
		{"arrays_to_object", "arrays_to_objects", "variant"},
		{"aa_get_product_price", "aa_get_product_prices", "variant"},
	} {
		f, ok := FunctionByName(tt.name)
		if !ok || f.Name != tt.want {
			t.Errorf("FunctionByName(%q) = %v", tt.name, f)
			continue
		}
		if a, _ := f.Alias(tt.name); a.Status != tt.alias {
			t.Errorf("alias %s has status %q, want %q", tt.name, a.Status, tt.alias)
		}
	}
	for _, name := range []string{"", "Concat", "length"} {
		if f, ok := FunctionByName(name); ok {
			t.Errorf("FunctionByName(%q) = %s", name, f.Name)
		}
	}
}

func TestFunctionArity(t *testing.T) {
	for _, tt := range []struct {
		name     string
		min, max int
	}{
		{"now", 0, 0}, {"concat", 2, -1}, {"date", 1, 3}, {"substr", 3, 3}, {"equals", 1, 1},
		{"make_date_time", 8, 8}, {"decode", 3, -1}, {"iif", 3, 3}, {"instr", 2, 4}, {"to_map", 1, -1},
	} {
		if f, _ := FunctionByName(tt.name); f.MinArgs != tt.min || f.MaxArgs != tt.max {
			t.Errorf("%s takes %d to %d arguments, want %d to %d", tt.name, f.MinArgs, f.MaxArgs, tt.min, tt.max)
		}
	}
}
