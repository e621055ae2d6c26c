package laws

import (
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

const (
	noteLabel = "label.visits-visit-note"
	typeLabel = "label.visits-eventtype"

	visitedLabels = "datasetlabels.visited"
)

// labelRows are the tests of the labels of fields.
var labelRows = slices.Concat(
	describedRows(typeLabel, "/producedBy"),
	[]row{
		{
			of: typeLabel, row: "xdm:labels", edit: [][2]string{{"eventType: [C1, C2]", "eventType: [C2, C3]"}},
			action: planner.Update, calls: put, live: map[string]any{"xdm:labels": []any{"C2", "C3"}},
		},
		{
			name: "of an own field", of: noteLabel, row: "xdm:labels", edit: [][2]string{{"[I1]", "[I1, S1]"}},
			action: planner.Update, calls: put,
			live: map[string]any{"xdm:labels": []any{"I1", "S1"}, "xdm:sourceSchema": "<fieldgroup.visits>"},
		},
		{
			name: "in another order and another one", of: typeLabel, row: "xdm:labels",
			graph: setting("xdm:labels", resource.List(text("C2"), text("C1"), text("C9"))), action: planner.Update, calls: put,
			live: map[string]any{"xdm:labels": []any{"C2", "C1", "C9"}},
		},
		{
			of: visitedLabels, row: "labels", edit: [][2]string{{"labels: [C2, S1]", "labels: [C2, S2]"}},
			action: planner.Update, calls: put, live: map[string]any{"labels": []any{"C2", "S2"}, "optionalLabels": []any{}},
		},
		{
			name: "in another order and another one", of: visitedLabels, row: "labels",
			edit:   [][2]string{{"labels: [C2, S1]", "labels: [S1, C2, own]"}},
			action: planner.Update, calls: put, live: map[string]any{"labels": []any{"S1", "C2", "own"}},
		},
		{
			of: visitedLabels, row: "datasetId", graph: setting("datasetId", refTo("dataset.kept", "id")),
			action: planner.Replace, calls: []string{"create PUT", "delete PUT"},
			live: map[string]any{"labels": []any{"C2", "S1"}},
		},
		{
			of: "flow.hourly", row: "labels", edit: [][2]string{{"state: enabled", "state: enabled\nlabels: [C12, own]"}},
			action: planner.Update, calls: update, patch: []string{"add /labels"},
			live: map[string]any{"labels": []any{"core/C12", "custom/own"}},
		},
		{
			name: "after the state", of: "flow.hourly", row: "labels", also: []string{"state"},
			edit:   [][2]string{{"state: enabled", "state: disabled\nlabels: [C12]"}},
			action: planner.Update, calls: []string{"disable POST", "update PATCH"}, patch: []string{"add /labels"},
			live: map[string]any{"labels": []any{"core/C12"}, "state": "disabled"},
		},
		{
			name: "changed", of: "flow.weekly", row: "labels", edit: [][2]string{{"labels: [C1, C2]", "labels: [C2]"}},
			action: planner.Update, calls: update, patch: []string{"replace /labels"},
			live: map[string]any{"labels": []any{"core/C2"}},
		},
		{
			name: "removed", of: "flow.weekly", row: "labels", edit: [][2]string{{"labels: [C1, C2]\n", ""}},
			action: planner.Update, calls: update, patch: []string{"remove /labels"}, live: map[string]any{"labels": nil},
		},
	},
)
