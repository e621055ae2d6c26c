package planner

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/resource"
)

// A saved plan is read and written again to the same bytes.
func TestSavedPlans(t *testing.T) {
	files, err := filepath.Glob("testdata/codec/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d saved plans, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Unmarshal(text)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		again, err := Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if string(again) != string(text) {
			t.Errorf("%s changed:\n%s", file, again)
		}
	}
}

// Plans are the same when their changes and calls are, wherever the documents ask for them.
func TestDiffersAt(t *testing.T) {
	address := resource.Address{Kind: resource.Flow, Name: "a"}
	plan := func(edit func(*Change)) *Plan {
		c := Change{
			Address: address, Kind: address.Kind, Action: Update, Origin: Origin{Line: 1},
			Guards: []Guard{{Code: "protected"}}, Calls: []Call{{Method: "PATCH", Body: json.RawMessage(`{"a":1}`)}},
			Fields: []FieldChange{{Path: "a", Origin: Origin{Line: 2}}},
		}
		edit(&c)
		return &Plan{Changes: []Change{c}}
	}
	same := func(*Change) {}
	for name, c := range map[string]struct {
		edit    func(*Change)
		differs bool
	}{
		"nothing": {same, false},
		"places":  {func(c *Change) { c.Origin.Line, c.Fields[0].Origin.Line = 3, 4 }, false},
		"guard":   {func(c *Change) { c.Guards = nil }, true},
		"method":  {func(c *Change) { c.Calls[0].Method = "DELETE" }, true},
		"body":    {func(c *Change) { c.Calls[0].Body = json.RawMessage(`{"a":2}`) }, true},
		"field":   {func(c *Change) { c.Fields[0].Path = "b" }, true},
		"action":  {func(c *Change) { c.Action = Delete }, true},
	} {
		at, differs := plan(same).DiffersAt(plan(c.edit))
		if differs != c.differs || differs && at != address {
			t.Errorf("%s: %v at %s, want %v", name, differs, at, c.differs)
		}
	}
	odd := plan(func(c *Change) { c.Desired = json.RawMessage("\"\u2028\\u001b\u202e\"") })
	text, err := Marshal(odd)
	if err != nil {
		t.Fatal(err)
	}
	saved, err := Unmarshal(text)
	if err != nil {
		t.Fatal(err)
	}
	if at, differs := saved.DiffersAt(odd); differs {
		t.Errorf("a plan with hidden characters is not what was saved: %s", at)
	}
	for _, p := range [][2]*Plan{{plan(same), {}}, {{}, plan(same)}} {
		if at, differs := p[0].DiffersAt(p[1]); !differs || at != address {
			t.Errorf("a change more or less: %v at %s", differs, at)
		}
	}
}

func TestMarshal(t *testing.T) {
	secret := json.RawMessage(`"canary"`)
	fields := []FieldChange{{Path: "a", Secret: true, Applied: secret, Desired: secret, Live: secret}}
	p := &Plan{Changes: []Change{{Action: Replace, Fields: fields}}, Drift: []Change{{Action: Update, Fields: fields}}}
	text, err := Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var compact strings.Builder
	for line := range strings.Lines(string(text)) {
		compact.WriteString(strings.TrimSpace(line))
	}
	for _, want := range []string{
		`"format_version": "` + FormatVersion + `"`, `"actions": ["create","delete"]`, `"actions": ["update"]`,
		`"depends_on": []`, `"calls": []`, `"diagnostics": []`,
	} {
		if !strings.Contains(compact.String(), want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "canary") || strings.Contains(string(text), "null") {
		t.Errorf("a secret or null is written:\n%s", text)
	}
	if string(fields[0].Desired) != `"canary"` {
		t.Error("the plan itself was changed")
	}
}

// Bodies are indented in the file and compact in the plan.
func TestUnmarshalCompactsBodies(t *testing.T) {
	body := json.RawMessage(`{"a":[1]}`)
	address := resource.Address{Kind: resource.Flow, Name: "a"}
	text, err := Marshal(&Plan{Changes: []Change{{
		Address: address, Kind: address.Kind, Desired: body,
		Fields: []FieldChange{{Path: "a", Applied: body, Desired: body, Live: body}},
		Calls:  []Call{{Body: body, Leaves: body}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Unmarshal(text)
	if err != nil {
		t.Fatal(err)
	}
	ch := p.Changes[0]
	f, c := ch.Fields[0], ch.Calls[0]
	for i, got := range []json.RawMessage{ch.Desired, f.Applied, f.Desired, f.Live, c.Body, c.Leaves} {
		if string(got) != string(body) {
			t.Errorf("body %d is %s", i, got)
		}
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	good, err := os.ReadFile("testdata/codec/column-added.json")
	if err != nil {
		t.Fatal(err)
	}
	replace := func(from, to string) string {
		if !strings.Contains(string(good), from) {
			t.Fatalf("no %q in the plan", from)
		}
		return strings.Replace(string(good), from, to, 1)
	}
	for _, c := range []struct {
		name, text, want string
		kind             error
	}{
		{"empty file", "", "no valid JSON at byte 0", ErrFormat},
		{"not JSON", "Plan: 1 to create", "no valid JSON at byte 1", ErrFormat},
		{"an unknown key", replace(`"complete"`, `"compleet"`), `unknown key "compleet"`, ErrFormat},
		{"an unknown key of a dependency", replace(`"depends_on": []`, `"depends_on": [{"via": "a"}]`),
			`unknown key "via"`, ErrFormat},
		{"a newer major version", replace(`"format_version": "1.0"`, `"format_version": "2.0"`),
			`format_version "2.0", expected 1.0`, ErrVersion},
		{"no version", replace(`"format_version": "1.0"`, `"format_version": ""`), `format_version ""`, ErrVersion},
		{"an unknown action", replace(`"update"`+"\n", `"repair"`+"\n"), "unknown actions", ErrFormat},
		{"replace as one word", replace(`"update"`+"\n", `"replace"`+"\n"), "unknown actions", ErrFormat},
		{"an unknown kind", replace(`"address": "mapping.customers"`, `"address": "queue.customers"`),
			`unknown kind "queue"`, ErrFormat},
		{"a kind that does not fit", replace(`"kind": "mapping"`, `"kind": "flow"`), "does not fit the address", ErrFormat},
		{"two plans", string(good) + string(good), "no valid JSON at byte", ErrFormat},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Unmarshal([]byte(c.text))
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q, want %q with %q", err, c.kind, c.want)
			}
		})
	}
}

func TestActionNames(t *testing.T) {
	for a := NoOp; a <= Delete; a++ {
		back, err := actionFrom(actionList(a))
		if err != nil || back != a {
			t.Errorf("%v reads back as %v, %v", a, back, err)
		}
	}
	var read Action
	for a := NoOp; a <= Delete; a++ {
		if err := read.UnmarshalText([]byte(a.String())); err != nil || read != a {
			t.Errorf("%v reads back as %v, %v", a, read, err)
		}
	}
	const want = `unknown action "repair", expected one of noop, move, forget, import, create, update, replace, delete`
	if err := read.UnmarshalText([]byte("repair")); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
