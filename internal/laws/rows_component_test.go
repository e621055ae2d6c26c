package laws

import (
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

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
	{
		of: "datatype.shelf", row: "title", edit: [][2]string{{"title: Shelf\n", "title: Shelf of a store\n"}},
		action: planner.Update, calls: put, live: map[string]any{"title": "Shelf of a store"},
	},
	{
		of: "datatype.shelf", row: "description", edit: [][2]string{{"A shelf of a store", "Where goods are"}},
		action: planner.Update, calls: put, live: map[string]any{"description": "Where goods are"},
	},
	{
		name: "added", of: "datatype.shelf", row: "properties",
		edit:   [][2]string{{"  label.text: {", "  height: integer\n  label.text: {"}},
		action: planner.Update, calls: put,
		live: map[string]any{"properties.height.type": "integer", "properties.id.type": "string"},
	},
	{
		name: "labelled", of: "datatype.shelf", row: "properties",
		edit:   [][2]string{{"title: Label", "title: Sign"}},
		action: planner.Update, calls: put, live: map[string]any{"properties.label.properties.text.title": "Sign"},
	},
	{
		name: "removed", of: "datatype.shelf", row: "properties",
		edit:   [][2]string{{"  label.text: {type: string, title: Label}\n", ""}},
		action: planner.Update, guard: "schema-change",
	},
	{
		name: "retyped", of: "datatype.shelf", row: "properties",
		edit:   [][2]string{{"{type: string, title: Label}", "{type: integer, title: Label}"}},
		action: planner.Update, guard: "schema-change",
	},
	{
		of: "datatype.shelf", row: "required", graph: setting("required", resource.List(text("id"))),
		action: planner.Update, guard: "schema-change",
	},
	{
		of: "datatype.shelf", row: "type", graph: setting("type", text("array")),
		action: planner.Update, guard: "schema-change",
	},
	{
		of: "class.outlet", row: "title", edit: [][2]string{{"title: Outlet\n", "title: Outlet of a chain\n"}},
		action: planner.Update, calls: put, live: map[string]any{"title": "Outlet of a chain"},
	},
	{
		of: "class.outlet", row: "description", edit: [][2]string{{"Where goods are sold", "Where people buy"}},
		action: planner.Update, calls: put, live: map[string]any{"description": "Where people buy"},
	},
	{
		name: "added", of: "class.outlet", row: "definitions",
		edit:   [][2]string{{"  outlet.city: {", "  outlet.area: integer\n  outlet.city: {"}},
		action: planner.Update, calls: put,
		live: map[string]any{"definitions.fields.properties._aepflow.properties.outlet.properties.area.type": "integer"},
	},
	{
		name: "labelled", of: "class.outlet", row: "definitions", edit: [][2]string{{"title: City", "title: Town"}},
		action: planner.Update, calls: put,
		live: map[string]any{"definitions.fields.properties._aepflow.properties.outlet.properties.city.title": "Town"},
	},
	{
		name: "removed", of: "class.outlet", row: "definitions",
		edit:   [][2]string{{"  outlet.city: {type: string, title: City}\n", ""}},
		action: planner.Update, guard: "schema-change",
	},
	{
		name: "retyped", of: "class.outlet", row: "definitions",
		edit:   [][2]string{{"{type: string, title: City}", "{type: date, title: City}"}},
		action: planner.Update, guard: "schema-change",
	},
	{
		name: "first fields", of: "class.crossing", row: "allOf",
		edit: [][2]string{{"title: Crossing\n", "title: Crossing\nfields: {crossing.at: string}\n"}},
		also: []string{"definitions"}, action: planner.Update, calls: put,
		live: map[string]any{"allOf.1.$ref": "#/definitions/fields"},
	},
	{
		name: "behavior", of: "class.crossing", row: "allOf",
		edit:   [][2]string{{"title: Crossing\nbehavior: time-series", "title: Crossing\nbehavior: record"}},
		action: planner.Update, guard: "schema-change",
	},
	{
		of: "class.outlet", row: "type", graph: setting("type", text("array")),
		action: planner.Update, guard: "schema-change",
	},
	{
		name: "of another data type", of: "fieldgroup.stock", row: "definitions",
		edit:   [][2]string{{"stock.shelf: {$ref: shelf}", "stock.shelf: {$ref: address}"}},
		action: planner.Update, guard: "schema-change",
	},
}
