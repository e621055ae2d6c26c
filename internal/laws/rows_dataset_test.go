package laws

import (
	"testing"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/planner"
)

const (
	expires = "extensions.adobe_lakeHouse.rowExpiration"
	expiry  = expires + ".ttlValue"
)

// datasetRows are the tests of what a dataset gets after it has been created.
var datasetRows = []row{
	{
		name: "lengthened", of: "dataset.visited", row: expires,
		edit:   [][2]string{{"rowExpiration: P90D", "rowExpiration: P6M"}},
		action: planner.Update, calls: update,
		patch: []string{`merge {"extensions":{"adobe_lakeHouse":{"rowExpiration":{"ttlValue":"P6M"}}}}`},
		live:  map[string]any{expiry: "P6M", expires + ".setBy": "user"},
	},
	{
		name: "removed", of: "dataset.visited", row: expires, edit: [][2]string{{"rowExpiration: P90D\n", ""}},
		action: planner.Update, calls: update, patch: []string{"remove /extensions/adobe_lakeHouse/rowExpiration"},
		live: map[string]any{expires: nil},
	},
	{
		name: "added", of: "dataset.kept", row: expires,
		edit:   [][2]string{{"title: Kept\n", "title: Kept\nrowExpiration: P1Y\n"}},
		action: planner.Update, calls: update,
		patch: []string{`merge {"extensions":{"adobe_lakeHouse":{"rowExpiration":{"ttlValue":"P1Y"}}}}`},
		live:  map[string]any{expiry: "P1Y"},
	},
	{
		name: "with a title", of: "dataset.visited", row: expires, also: []string{"name"},
		edit: [][2]string{{
			"title: Visited\nschema: visits\nrowExpiration: P90D", "title: Seen\nschema: visits\nrowExpiration: P91D",
		}},
		action: planner.Update, calls: []string{"update PATCH", "update PATCH"},
		patch: []string{"replace /name", `merge {"extensions":{"adobe_lakeHouse":{"rowExpiration":{"ttlValue":"P91D"}}}}`},
		live:  map[string]any{expiry: "P91D", "name": "Seen"},
	},
}

// TestExpirationOfRows: what makes rows expire that would have stayed needs the flag, and
// nothing else does.
func TestExpirationOfRows(t *testing.T) {
	const project = `kind: Schema
name: visits
title: Visits
class: event
---
kind: Dataset
name: visits
title: Visits
schema: visits
`
	for _, c := range []struct{ from, to, effect string }{
		{"", "P90D", "data lost"}, {"P90D", "P89D", "data lost"}, {"P1Y", "P365D", "data lost"}, {"P3M", "P90D", "data lost"},
		{"P90D", "P91D", "none"}, {"P90D", "", "none"}, {"P12M", "P1Y", ""}, {"P1Y", "P366D", "none"}, {"P90D", "P90D", ""},
	} {
		t.Run(c.from+" to "+c.to, func(t *testing.T) {
			w := newWorld(t, 1, emulator.Switches{})
			with := func(period string) []*source.File {
				text := project
				if period != "" {
					text += "rowExpiration: " + period + "\n"
				}
				return []*source.File{source.NewFile("dataflow.yaml", []byte(text))}
			}
			o := w.options()
			o.AllowDataLoss = false
			first := w.plan(compile(t, with(c.from)), o)
			if len(guarded(first, "data-loss")) != 0 {
				t.Fatalf("a new dataset is guarded:\n%s", sketch(first))
			}
			w.apply(first)
			after := compile(t, with(c.to))
			p := w.plan(after, o)
			if got, want := len(guarded(p, "data-loss")) > 0, c.effect == "data lost"; got != want {
				t.Errorf("guarded: %v, want %v\n%s", got, want, sketch(p))
			}
			for _, change := range p.Changes {
				if c.effect != "" && string(change.Effect) != c.effect {
					t.Errorf("data: %s, want %s", change.Effect, c.effect)
				}
			}
			w.apply(w.plan(after, w.options()))
			w.checkEmpty(after)
		})
	}
}
