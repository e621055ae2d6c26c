package view

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// Starts are in seconds in the plan and are shown as times, with how far away they are: in changes, in
// drift, in new objects, in replacements, and in every format.
func TestStartsAreTimes(t *testing.T) {
	at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	flow := addr(resource.Flow, "orders")
	seconds := func(text string) json.RawMessage { return json.RawMessage(text) }
	field := planner.FieldChange{Path: "scheduleParams.startTime", Action: planner.Update,
		Applied: seconds("1801612866"), Live: seconds(`"1798761600"`), Desired: seconds("1798675200")}
	change := planner.Change{Address: flow, Kind: resource.Flow, Action: planner.Update,
		Fields: []planner.FieldChange{field}}
	drift, replaced, created := change, change, change
	drift.Fields = []planner.FieldChange{field}
	drift.Fields[0].Class = planner.ClassDrifted
	when := time.Unix(1801612866, 0)
	replaced.Action, replaced.Start = planner.Replace, &planner.Start{Time: &when}
	created.Action, created.Fields = planner.Create, nil
	created.Desired = json.RawMessage(`{"scheduleParams":{"startTime":1801612866,"frequency":"once"}}`)
	for _, c := range []struct {
		name string
		plan planner.Plan
		want []string
	}{
		{"changed", planner.Plan{Changes: []planner.Change{change}},
			[]string{"2027-02-03 00:01:06 UTC (in 33 days)", "2026-12-31 00:00:00 UTC (1 day ago)"}},
		{"drifted", planner.Plan{Drift: []planner.Change{drift}},
			[]string{"2027-02-03 00:01:06 UTC (in 33 days)", "2027-01-01 00:00:00 UTC (now)"}},
		{"replaced", planner.Plan{Changes: []planner.Change{replaced}},
			[]string{"starts 2027-02-03 00:01:06 UTC (in 33 days), reads everything once"}},
		{"created", planner.Plan{Changes: []planner.Change{created}}, []string{"2027-02-03 00:01:06 UTC (in 33 days)"}},
	} {
		c.plan.At = at
		var text, page bytes.Buffer
		if err := Plan(&text, &c.plan, Options{Width: 80}); err != nil {
			t.Fatal(err)
		}
		if err := HTML(&page, &c.plan); err != nil {
			t.Fatal(err)
		}
		for format, got := range map[string]string{"text": text.String(), "html": page.String(),
			"markdown": markdown(&c.plan, markdownLimit)} {
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("%s, %s: no %q in\n%s", c.name, format, want, got)
				}
			}
			for _, raw := range []string{"1801612866", "1798761600", "1798675200"} {
				if strings.Contains(got, raw) {
					t.Errorf("%s, %s: has %s:\n%s", c.name, format, raw, got)
				}
			}
		}
	}
}
