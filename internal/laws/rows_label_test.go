package laws

import (
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

const (
	noteLabel = "label.visits-visit-note"
	typeLabel = "label.visits-eventtype"
)

// labelRows are the tests of the labels of fields.
var labelRows = slices.Concat(
	describedRows(typeLabel, "/producedBy"),
	[]row{
		{
			of: typeLabel, row: "xdm:labels", edit: [][2]string{{"[C1, C2]", "[C2, C3]"}},
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
	},
)
