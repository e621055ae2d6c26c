package policy

import (
	"errors"
	"strings"
	"testing"
	"time"
)

const planText = `{"at":"2027-01-01T00:00:00Z","target":{"name":"prod","sandbox":"prod"},
"summary":{"create":1,"replace":1,"delete":1},"changes":[
{"address":"flow.orders","kind":"flow","actions":["create"],"data_effect":"none","fields":[],
 "desired":{"name":"Orders","scheduleParams":{"frequency":"minute","interval":15}}},
{"address":"flow.crm-customers","kind":"flow","actions":["create","delete"],
 "data_effect":"re-ingests history, duplicates possible",
 "fields":[{"path":"scheduleParams.interval","action":"update","applied":1,"desired":2}],
 "desired":{"description":"Owner: crm","scheduleParams":{"frequency":"hour","interval":1}}},
{"address":"dataset.orders","kind":"dataset","actions":["delete"],"data_effect":"data lost","fields":[]}]}`

var at = time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC)

// broken lists what breaks one policy.
func broken(t *testing.T, p Policy) string {
	t.Helper()
	found, err := Check([]Policy{p}, []byte(planText), true, at)
	if err != nil {
		t.Fatalf("%s: %v", p.When, err)
	}
	var out []string
	for _, b := range found {
		word := []string{"plan", "orders", "crm-customers", "dataset"}[b.Change+1]
		switch {
		case b.Waiver != nil:
			word += " waived"
		case b.Expired != nil:
			word += " expired"
		case b.Message != p.Message:
			word += ": " + b.Message
		}
		out = append(out, word)
	}
	return strings.Join(out, ", ")
}

func TestReadymades(t *testing.T) {
	want := map[string]string{
		"no-reingest":                   "crm-customers",
		"protected-production-datasets": "dataset",
		"schedule-not-faster":           "orders",
		"naming":                        "orders",
		"owner-in-description":          "orders",
	}
	for _, r := range Readymades() {
		p := Policy{Code: r.Code, When: r.When, On: r.On, Message: r.Message, Params: r.Params}
		if got := broken(t, p); got != want[r.Code] || got == "" {
			t.Errorf("%s: %q, expected %q", r.Code, got, want[r.Code])
		}
	}
	faster, _ := ReadymadeByCode("schedule-not-faster")
	p := Policy{When: faster.When, On: faster.On, Params: map[string]any{"minutes": 15}}
	if got := broken(t, p); got != "" {
		t.Errorf("every 15 minutes, with the limit 15: %q", got)
	}
}

func TestCheck(t *testing.T) {
	for when, want := range map[string]string{
		`change.action == "delete" && plan.target.production`: "dataset",
		`any(change.fields, .path startsWith "schedule")`:     "crm-customers",
		`plan.summary.delete > 0 && change.kind == "flow"`:    "orders, crm-customers",
		`change.desired?.scheduleParams?.interval == 1`:       "crm-customers",
		`change.name matches "^crm-"`:                         "crm-customers",
		`change.desired.scheduleParams.interval > 100`: "dataset: its expression cannot be evaluated: " +
			"cannot fetch scheduleParams of a missing value; write ?. before members that may be missing",
		`any(change.fields, any(.live?.list ?? [], # == 1))`:           "",
		`len(filter(change.fields, .action == "update")) == 1 && true`: "crm-customers",
	} {
		if got := broken(t, Policy{When: when, On: EachChange}); got != want {
			t.Errorf("%s: %q, expected %q", when, got, want)
		}
	}
	p := Policy{When: `count(plan.changes, .action in ["delete", "replace"]) > 1`, On: WholePlan}
	if got := broken(t, p); got != "plan" {
		t.Errorf("%s: %q", p.When, got)
	}
}

// TestWaivers: a waiver holds until the end of its day.
func TestWaivers(t *testing.T) {
	p := Policy{When: `change.kind == "flow"`, On: EachChange}
	day := func(d int) time.Time { return time.Date(2027, 1, d, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		waiver Waiver
		want   string
	}{
		{Waiver{Resource: "flow.orders", Until: day(1)}, "orders waived, crm-customers"},
		{Waiver{Resource: "flow.orders", Until: day(1).AddDate(0, 0, -1)}, "orders expired, crm-customers"},
		{Waiver{Resource: "flow.crm-*", Until: day(2)}, "orders, crm-customers waived"},
		{Waiver{Resource: "*", Until: day(2)}, "orders waived, crm-customers waived"},
		{Waiver{Resource: "order", Until: day(2)}, "orders, crm-customers"},
	} {
		p.Waivers = []Waiver{c.waiver}
		if got := broken(t, p); got != c.want {
			t.Errorf("%+v: %q, expected %q", c.waiver, got, c.want)
		}
	}
}

// TestWrong: a wrong expression is reported at its place, and one that could take long or much is refused.
func TestWrong(t *testing.T) {
	for _, c := range []struct{ when, at, message string }{
		{`change.acton == "delete"`, "acton", "unknown member acton"},
		{`change.action = "delete"`, "", ""},
		{`change.action == `, "", ""},
		{`chnge.action == "x"`, "chnge", "unknown name chnge"},
		{`change.action`, "", "expected bool"},
		{`change.action == 1`, "", "mismatched types"},
		{`change.name matches "("`, "", "missing closing"},
		{`plan.changes == nil`, "changes", "unknown member changes"},
		{`any(1..1000000000, true)`, "..", "ranges"},
		{`len(string(map(map(change.fields, [#, #]), [#, #]))) > 1`, "", "a list or map of items"},
		{`any(map(map(change.fields, .path + .path), # + #), # == "")`, "", "cannot be added"},
		{`let a = "x"; a == "x"`, "", "`let`"},
		{`len(repeat("x", 1000000000)) > 1`, "", "repeat"},
		{`reduce(change.fields, #acc + "x") == ""`, "", "reduce"},
		{`now() > now()`, "", "now"},
		{`any(change.fields, any(change.fields, any(change.fields, true)))`, "", "inside of another loop"},
		{strings.Repeat("!", 5000) + "true", "", ""},
		{strings.Repeat("true && ", 400) + "true", "", ""},
		{"\x00\x1b[31m", "", ""},
		{"é == \"\" && nothing", "é", ""},
	} {
		_, err := Compile(c.when, EachChange)
		var wrong *Error
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.message) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.80s: %v, expected %q", c.when, err, c.message)
			continue
		}
		if wrong.Start < 0 || wrong.End > len(c.when) || wrong.Start > wrong.End ||
			!strings.Contains(c.when[wrong.Start:wrong.End], c.at) {
			t.Errorf("%.80s: at %d to %d, expected at %q", c.when, wrong.Start, wrong.End, c.at)
		}
	}
	if _, err := Compile(`any(plan.changes, any(.fields, .forces_replace))`, WholePlan); err != nil {
		t.Errorf("a loop through parts of the item: %v", err)
	}
}

func FuzzCompile(f *testing.F) {
	for _, r := range Readymades() {
		f.Add(r.When)
	}
	f.Add(`any(plan.changes, any(.fields, .path == "x"))`)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			return
		}
		for _, scope := range []Scope{EachChange, WholePlan} {
			if _, err := Compile(text, scope); err == nil {
				if _, err := Check([]Policy{{When: text, On: scope}}, []byte(planText), false, at); err != nil {
					t.Errorf("%q: %v", text, err)
				}
			}
		}
	})
}
