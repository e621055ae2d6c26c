package laws

import "github.com/aepflow/aepflow/planner"

// componentRows are the tests of the fields of what schemas are made of.
var componentRows = []row{
	{
		of: "namespace.till", row: "name", edit: [][2]string{{"title: Till\n", "title: Till number\n"}},
		action: planner.Update, calls: put, live: map[string]any{"name": "Till number", "code": "Till"},
	},
	{
		of: "namespace.till", row: "description", edit: [][2]string{{"Number of the till", "What the till says"}},
		action: planner.Update, calls: put, live: map[string]any{"description": "What the till says"},
	},
	{
		of: "namespace.till", row: "code", edit: [][2]string{{"code: Till", "code: Tills"}},
		action: planner.Update, guard: "schema-change",
	},
	{
		of: "namespace.till", row: "idType", edit: [][2]string{{"idType: NON_PEOPLE", "idType: DEVICE"}},
		action: planner.Update, guard: "schema-change",
	},
}
