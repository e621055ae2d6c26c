package view

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aepflow/aepflow/planner"
)

func TestPlanJSON(t *testing.T) {
	for _, name := range []string{"schedule", "column-added", "delete"} {
		var b bytes.Buffer
		if err := PlanJSON(&b, cases()[name]); err != nil {
			t.Fatal(err)
		}
		golden(t, "plan-"+name+".json", b.Bytes())
	}
}

// A plan that is written and read is the same plan, and writes to the same bytes.
func TestReadPlanRoundTrip(t *testing.T) {
	plans := cases()
	plans["many"] = many(50)
	for name, p := range plans {
		text, err := MarshalPlan(p)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ReadPlan(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(normal(p), back, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s changed on the way (-written +read):\n%s", name, diff)
		}
		again, err := MarshalPlan(back)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(text, again) {
			t.Errorf("%s: read and written again gives other bytes", name)
		}
	}
}

func TestReadPlanRefuses(t *testing.T) {
	good, err := MarshalPlan(columnAdded())
	if err != nil {
		t.Fatal(err)
	}
	replace := func(from, to string) string {
		if !strings.Contains(string(good), from) {
			t.Fatalf("no %q in the plan", from)
		}
		return strings.Replace(string(good), from, to, 1)
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty file", "", "no valid JSON at byte 0"},
		{"not JSON", "Plan: 1 to create", "no valid JSON at byte 1"},
		{"an unknown key", replace(`"complete"`, `"compleet"`), `unknown key "compleet"`},
		{"a newer major version", replace(`"format_version": "1.0"`, `"format_version": "2.0"`), `format_version "2.0", expected 1.0`},
		{"no version", replace(`"format_version": "1.0"`, `"format_version": ""`), `format_version ""`},
		{"an unknown action", replace(`"update"`+"\n", `"mend"`+"\n"), "unknown actions"},
		{"replace as one word", replace(`"update"`+"\n", `"replace"`+"\n"), "unknown actions"},
		{"an unknown kind", replace(`"address": "mapping.customers"`, `"address": "queue.customers"`), `unknown kind "queue"`},
		{"a kind that does not fit", replace(`"kind": "mapping"`, `"kind": "flow"`), "does not fit the address"},
		{"two plans", string(good) + string(good), "no valid JSON at byte"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadPlan([]byte(c.text))
			if !errors.Is(err, ErrPlanFormat) && !errors.Is(err, ErrPlanVersion) {
				t.Fatalf("error %v, want ErrPlanFormat or ErrPlanVersion", err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q does not say %q", err, c.want)
			}
		})
	}
}

func TestActionNames(t *testing.T) {
	for a := planner.NoOp; a <= planner.Delete; a++ {
		back, err := actionFrom(planner.ActionList(a))
		if err != nil || back != a {
			t.Errorf("%v reads back as %v, %v", a, back, err)
		}
	}
}
