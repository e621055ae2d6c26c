package laws

import (
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// relationalRows are the tests of the fields that only relational schemas have.
var relationalRows = []row{
	{
		name: "added", of: "schema.ledger", row: "definitions",
		edit: [][2]string{{
			"  amount: {type: double, title: Amount}\n",
			"  amount: {type: double, title: Amount}\n  note: string\n",
		}},
		action: planner.Update, calls: update, patch: []string{"add /definitions/fields/properties/note"},
		live: map[string]any{
			"definitions.fields.properties.note.type": "string", "definitions.fields.properties.amount.title": "Amount",
		},
	},
	{
		name: "labelled", of: "schema.ledger", row: "definitions",
		edit:   [][2]string{{"title: Amount", "title: Sum"}},
		action: planner.Update, calls: update, patch: []string{"replace /definitions/fields/properties/amount/title"},
		live: map[string]any{"definitions.fields.properties.amount.title": "Sum"},
	},
	{
		name: "required", of: "schema.ledger", row: "definitions",
		edit:   [][2]string{{"  shop: string\n", "  shop: {type: string, required: true}\n"}},
		action: planner.Update, calls: update, patch: []string{"add /definitions/fields/required/-"},
		live: map[string]any{
			"definitions.fields.required.1": "revision", "definitions.fields.required.2": "shop",
		},
	},
	{
		name: "removed", of: "schema.ledger", row: "definitions", edit: [][2]string{{"  shop: string\n", ""}},
		action: planner.Update, guard: "schema-change",
	},
	{
		name: "retyped", of: "schema.ledger", row: "definitions", edit: [][2]string{{"shop: string", "shop: integer"}},
		action: planner.Update, guard: "schema-change",
	},
	{
		name: "with a class", of: "schema.ledger", row: "meta:extends",
		also:   []string{"allOf", "definitions", "meta:behaviorType"},
		edit:   [][2]string{{"relational: {primaryKey: entry, version: revision}\n", "class: profile\n"}},
		action: planner.Update, guard: "schema-change",
	},
	{
		of: "schema.ledger", row: "meta:behaviorType", graph: setting("meta:behaviorType", text("time-series")),
		action: planner.Update, guard: "schema-change",
	},

	{
		of: "key.ledger-entry", row: "@type", graph: setting("@type", text(resource.VersionDescriptor)),
		action: planner.Update, guard: "schema-change",
	},
	{
		of: "key.ledger-entry", row: "xdm:sourceSchema", graph: setting("xdm:sourceSchema", refTo("schema.people", "id")),
		action: planner.Update, guard: "schema-change",
	},
	{
		of: "key.ledger-entry", row: "xdm:sourceVersion", graph: setting("xdm:sourceVersion", resource.Int(1)),
		action: planner.Update, calls: put, live: map[string]any{"xdm:sourceVersion": 1.0, "xdm:sourceProperty": "/entry"},
	},
	{
		of: "key.ledger-entry", row: "xdm:sourceProperty", graph: setting("xdm:sourceProperty", text("/shop")),
		action: planner.Update, guard: "schema-change",
	},
}
