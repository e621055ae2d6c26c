package laws

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/planner"
)

// drafts are dataflows that were stored as drafts two days ago and change now.
// A draft has never run, so nothing of it is frozen.
var drafts = []struct {
	name   string
	draft  [2]string // on top of the base, before
	edit   [2]string
	action planner.Action
	calls  []string
	live   map[string]any
	wrong  string // what the plan says instead
}{
	{
		name: "published with its start ahead", edit: [2]string{"state: draft", "state: enabled"},
		draft:  [2]string{"2027-01-02T00:00:00Z\n  backfill", "2027-02-02T00:00:00Z\n  backfill"},
		action: planner.Update, calls: []string{"POST publish"}, live: map[string]any{"state": "enabled"},
	},
	{
		name: "published with an open start", edit: [2]string{"state: draft", "state: enabled"},
		draft:  [2]string{"  startTime: 2027-01-02T00:00:00Z\n  backfill", "  backfill"},
		action: planner.Update, calls: []string{"PATCH", "POST publish"},
		live: map[string]any{"state": "enabled", "scheduleParams.startTime": float64(epoch.Add(started).Unix() + 60)},
	},
	{
		name: "published with a start that has passed", edit: [2]string{"state: draft", "state: enabled"},
		wrong: "the start of the new dataflow `hourly` has passed",
	},
	{
		name: "published and stopped", edit: [2]string{"state: draft", "state: disabled"},
		draft:  [2]string{"2027-01-02T00:00:00Z\n  backfill", "2027-02-02T00:00:00Z\n  backfill"},
		action: planner.Update, calls: []string{"POST publish", "POST disable"}, live: map[string]any{"state": "disabled"},
	},
	{
		name: "start moved", edit: [2]string{"2027-01-02T00:00:00Z\n  backfill", "2027-02-02T00:00:00Z\n  backfill"},
		action: planner.Update, calls: []string{"PATCH"}, live: map[string]any{"state": "draft", "scheduleParams.startTime": 1801526400.0},
	},
	{
		name: "backfill changed", edit: [2]string{"backfill: true", "backfill: false"},
		action: planner.Update, calls: []string{"PATCH"}, live: map[string]any{"state": "draft", "scheduleParams.backfill": false},
	},
	{
		name: "renamed", edit: [2]string{"title: Hourly\n", "title: People\n"},
		action: planner.Update, calls: []string{"PATCH"}, live: map[string]any{"state": "draft", "name": "People"},
	},
	{
		name:   "connection changed",
		edit:   [2]string{"000000000002\n  title: Hourly source", "000000000001\n  title: Hourly source"},
		action: planner.Replace, calls: []string{"POST draft", "DELETE"}, live: map[string]any{"state": "draft"},
	},
	{
		name: "table changed", edit: [2]string{"public.people", "public.persons"},
		calls: nil, live: map[string]any{"state": "draft"}, // its source is patched
	},
}

// TestDrafts changes and publishes drafts long after they were stored.
func TestDrafts(t *testing.T) {
	base := strings.Replace(withoutConnections(oneOfEverything(t)), "state: enabled", "state: draft", 1)
	for _, d := range drafts {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			text := base
			if d.draft[0] != "" {
				text = strings.Replace(base, d.draft[0], d.draft[1], 1)
			}
			w := newWorld(t, 1, emulator.Switches{})
			w.apply(w.plan(compile(t, []*source.File{source.NewFile("dataflow.yaml", []byte(text))}), w.options()))
			w.now = w.now.Add(started)
			after := compile(t, []*source.File{source.NewFile("dataflow.yaml", []byte(strings.Replace(text, d.edit[0], d.edit[1], 1)))})
			if d.wrong != "" {
				_, report := planner.Diff(w.lock(), after, w.options())
				if !report.HasErrors() || !strings.Contains(report.Sorted()[0].Message, d.wrong) {
					t.Errorf("want an error with %q, got %v", d.wrong, report.Sorted())
				}
				return
			}
			p := w.plan(after, w.options())
			var calls []string
			for _, c := range p.Changes {
				if c.Address.String() != "flow.hourly" {
					continue
				}
				if c.Action != d.action {
					t.Errorf("action %s, want %s\n%s", c.Action, d.action, sketch(p))
				}
				for _, k := range c.Calls {
					_, op, _ := strings.Cut(k.URL, "=")
					calls = append(calls, strings.TrimSpace(k.Method+" "+op))
				}
			}
			if diff := cmp.Diff(d.calls, calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			w.apply(p)
			object := w.object("flow.hourly")
			for path, want := range d.live {
				if got := dig(object, path); cmp.Diff(want, got) != "" {
					t.Errorf("live %s is %#v, want %#v", path, got, want)
				}
			}
			w.checkEmpty(after)
		})
	}
}
