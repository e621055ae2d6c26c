package laws

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/planner"
)

// row is a test of one row of the table of fields: one field changes, and
// nothing else.
type row struct {
	name   string         // the hazard; "" for the plain case
	of     string         // address
	row    string         // the row of the table that decides
	edit   [][2]string    // replacements in testdata/rows.yaml
	graph  func(*editing) // or a change that no key of a document reaches
	after  time.Duration  // how much later the change comes
	action planner.Action
	calls  []string       // step and method of each call
	patch  []string       // op and path of each operation of a patch
	guard  string         // the guard that refuses it
	live   map[string]any // path → value of the live object afterwards
	also   []string       // rows of the same resource that cannot help changing too
	never  string         // why the platform cannot take it, so that it is not applied
}

// editing is the body of a resource that a graph test changes.
type editing struct {
	body    resource.Value
	further []resource.Edge
}

func (e *editing) set(name string, v resource.Value) { e.body = e.body.With(name, v) }

func text(s string) resource.Value { return resource.String(s) }

func refTo(addr, field string) resource.Value {
	a, err := resource.ParseAddress(addr)
	if err != nil {
		panic(err)
	}
	return resource.Reference(a, field)
}

func setting(name string, v resource.Value) func(*editing) {
	return func(e *editing) { e.set(name, v) }
}

var (
	update   = []string{"update PATCH"}
	put      = []string{"update PUT"}
	again    = []string{"create POST", "delete DELETE"}
	cutOver  = []string{"create POST", "retire POST", "delete DELETE"}
	takeOver = []string{"retire POST", "delete DELETE", "create POST"}
)

const started = 48 * time.Hour

var rows = append([]row{
	// connection
	{of: "connection.db", row: "name", edit: [][2]string{{"title: Database\n", "title: CRM\n"}}, action: planner.Update, calls: update, patch: []string{"replace /name"}, live: map[string]any{"name": "CRM"}},
	{of: "connection.db", row: "description", edit: [][2]string{{"Holds the CRM", "Holds it"}}, action: planner.Update, calls: update, patch: []string{"replace /description"}, live: map[string]any{"description": "Holds it"}},
	{name: "removed", of: "connection.db", row: "description", edit: [][2]string{{"description: Holds the CRM\n", ""}}, action: planner.Update, calls: update, patch: []string{"remove /description"}, live: map[string]any{"description": nil}},
	{of: "connection.db", row: "auth.params", edit: [][2]string{{"first.example", "third.example"}}, action: planner.Update, calls: update, patch: []string{"replace /auth/params"}, live: map[string]any{"auth.params.server": "third.example.com", "auth.params.password": "canary-pw"}},
	{name: "more", of: "connection.db", row: "auth.params", edit: [][2]string{{"{server: first", "{sslMode: Require, server: first"}}, action: planner.Update, calls: update, patch: []string{"replace /auth/params"}, live: map[string]any{"auth.params.sslMode": "Require", "auth.params.password": "canary-pw"}},
	{of: "connection.db", row: "auth.specName", also: []string{"auth.params"}, edit: [][2]string{{"Basic Authentication\n  params: {server: first.example.com, port: 5432, database: crm, username: reader, password: \"${env.PW}\"}", "Connection String Based Authentication\n  params: {connectionString: \"${env.PW}\"}"}},
		action: planner.Replace, calls: again, live: map[string]any{"auth.specName": "Connection String Based Authentication"}},
	{of: "connection.db", row: "connectionSpec", edit: [][2]string{{"connector: postgresql\nauth:\n  type: Basic Authentication\n  params: {server: first", "connector: mysql\nauth:\n  type: Basic Authentication\n  params: {server: first"}}, action: planner.Replace, calls: again, live: map[string]any{"connectionSpec.id": "26d738e0-8963-47ea-aadf-c60de735468a"}},

	// field group
	{of: "fieldgroup.people", row: "title", edit: [][2]string{{"title: People\n", "title: Persons\n"}}, action: planner.Update, calls: put, live: map[string]any{"title": "Persons fields"}},
	{of: "fieldgroup.people", row: "description", graph: setting("description", text("Own fields")), action: planner.Update, calls: put, live: map[string]any{"description": "Own fields"}},
	{
		name: "added", of: "fieldgroup.people", row: "definitions",
		edit: [][2]string{
			{"  crm.points: {type: integer, title: Points}", "  crm.points: {type: integer, title: Points}\n  crm.height: long"},
		},
		action: planner.Update, calls: put,
		live: map[string]any{"definitions.fields.properties._aepflow.properties.crm.properties.height.type": "integer"},
	},
	{name: "labelled", of: "fieldgroup.people", row: "definitions", edit: [][2]string{{"title: Points", "title: Score"}}, action: planner.Update, calls: put, live: map[string]any{"definitions.fields.properties._aepflow.properties.crm.properties.points.title": "Score"}},
	{
		name: "suggestions added", of: "fieldgroup.people", row: "definitions",
		edit: [][2]string{
			{
				"  crm.level: {type: string, suggestions: {gold: Gold}}\n",
				"  crm.level: {type: string, suggestions: {gold: Best, silver: Good}, default: silver, deprecated: true}\n",
			},
		},
		action: planner.Update, calls: put,
		live: map[string]any{
			"definitions.fields.properties._aepflow.properties.crm.properties.level.meta:enum.silver": "Good",
			"definitions.fields.properties._aepflow.properties.crm.properties.level.meta:enum.gold":   "Best",
			"definitions.fields.properties._aepflow.properties.crm.properties.level.meta:status":      "deprecated",
		},
	},
	{
		name: "suggestions removed", of: "fieldgroup.people", row: "definitions",
		edit:   [][2]string{{"  crm.level: {type: string, suggestions: {gold: Gold}}\n", "  crm.level: string\n"}},
		action: planner.Update, calls: put,
		live: map[string]any{"definitions.fields.properties._aepflow.properties.crm.properties.level.meta:enum": nil},
	},
	{
		name: "enumeration added", of: "fieldgroup.people", row: "definitions",
		edit: [][2]string{
			{"  crm.level: {type: string, suggestions: {gold: Gold}}\n", "  crm.level: {type: string, enum: {gold: Gold}}\n"},
		},
		action: planner.Update, guard: "schema-change",
	},
	{
		name: "lengthened", of: "fieldgroup.people", row: "definitions",
		edit: [][2]string{
			{
				"  crm.level: {type: string, suggestions: {gold: Gold}}\n",
				"  crm.level: {type: string, suggestions: {gold: Gold}, minLength: 1}\n",
			},
		},
		action: planner.Update, guard: "schema-change",
	},
	{name: "removed", of: "fieldgroup.people", row: "definitions", edit: [][2]string{{"  crm.points: {type: integer, title: Points}\n", ""}}, action: planner.Update, guard: "schema-change"},
	{name: "retyped", of: "fieldgroup.people", row: "definitions", edit: [][2]string{{"{type: integer, title", "{type: long, title"}}, action: planner.Update, guard: "schema-change"},
	{name: "narrowed", of: "fieldgroup.people", row: "definitions", edit: [][2]string{{"{type: integer, title", "{type: integer, required: true, title"}}, action: planner.Update, guard: "schema-change"},
	{name: "grown", of: "fieldgroup.people", row: "meta:intendedToExtend", graph: setting("meta:intendedToExtend", resource.List(text("https://ns.adobe.com/xdm/context/profile"), text("https://ns.adobe.com/xdm/context/experienceevent"))), action: planner.Update, calls: put, live: map[string]any{"meta:intendedToExtend.1": "https://ns.adobe.com/xdm/context/experienceevent"}},
	{name: "changed", of: "fieldgroup.people", row: "meta:intendedToExtend", graph: setting("meta:intendedToExtend", resource.List(text("https://ns.adobe.com/xdm/context/experienceevent"))), action: planner.Update, guard: "schema-change"},
	{of: "fieldgroup.people", row: "allOf", graph: setting("allOf", resource.List()), action: planner.Update, guard: "schema-change"},
	{of: "fieldgroup.people", row: "type", graph: setting("type", text("array")), action: planner.Update, guard: "schema-change"},

	// schema
	{of: "schema.people", row: "title", edit: [][2]string{{"title: People\n", "title: Persons\n"}}, action: planner.Update, calls: update, patch: []string{"replace /title"}, live: map[string]any{"title": "Persons"}},
	{of: "schema.people", row: "description", edit: [][2]string{{"Who we know", "Whom we know"}}, action: planner.Update, calls: update, patch: []string{"replace /description"}, live: map[string]any{"description": "Whom we know"}},
	{name: "removed", of: "schema.people", row: "description", edit: [][2]string{{"description: Who we know\n", ""}}, action: planner.Update, calls: update, patch: []string{"remove /description"}, live: map[string]any{"description": nil}},
	{name: "added", of: "schema.people", row: "allOf", edit: [][2]string{{"description: Who we know\nclass: profile\nfieldGroups: [", "description: Who we know\nclass: profile\nfieldGroups: [profile-work-details, "}}, action: planner.Update, calls: update, patch: []string{"add /allOf/-"}, live: map[string]any{"allOf.4.$ref": "https://ns.adobe.com/xdm/context/profile-work-details"}},
	{name: "removed", of: "schema.people", row: "allOf", edit: [][2]string{{"description: Who we know\nclass: profile\nfieldGroups: [profile-person-details, ", "description: Who we know\nclass: profile\nfieldGroups: ["}}, action: planner.Update, guard: "schema-change"},
	{of: "schema.people", row: "type", graph: setting("type", text("array")), action: planner.Update, guard: "schema-change"},

	// descriptor
	{
		of: "descriptor.people-personalemail-address", row: "@type",
		graph: setting("@type", text("xdm:descriptorDeprecated")), action: planner.Replace, calls: again,
		live: map[string]any{"@type": "xdm:descriptorDeprecated"},
	},
	{of: "descriptor.people-personalemail-address", row: "xdm:sourceSchema", graph: setting("xdm:sourceSchema", refTo("schema.others", "id")), action: planner.Replace, calls: again, live: map[string]any{"xdm:sourceSchema": "<schema.others>"}},
	{of: "descriptor.people-personalemail-address", row: "xdm:sourceVersion", graph: setting("xdm:sourceVersion", resource.Int(2)), action: planner.Update, calls: put, never: "schemas have one major version"},
	{of: "descriptor.people-personalemail-address", row: "xdm:sourceProperty", graph: setting("xdm:sourceProperty", text("/homeAddress/city")), action: planner.Replace, calls: again, live: map[string]any{"xdm:sourceProperty": "/homeAddress/city"}},
	{of: "descriptor.people-personalemail-address", row: "xdm:namespace", edit: [][2]string{{"personalEmail.address: Email", "personalEmail.address: CRMID"}}, action: planner.Update, calls: put, live: map[string]any{"xdm:namespace": "CRMID"}},
	{
		of: "descriptor.people-personalemail-address", row: "xdm:property", also: []string{"xdm:namespace"},
		graph: func(e *editing) {
			e.set("xdm:property", text("xdm:id"))
			e.set("xdm:namespace", text("10000001"))
		},
		action: planner.Update, calls: put, never: "documents name namespaces by code",
	},
	{of: "descriptor.people-personalemail-address", row: "xdm:isPrimary", edit: [][2]string{{"personalEmail.address: Email", "personalEmail.address: {namespace: Email, primary: true}"}}, action: planner.Update, calls: put, live: map[string]any{"xdm:isPrimary": true}},

	// union
	{of: "union.members", row: "schemaId", graph: setting("schemaId", refTo("schema.others", "id")), action: planner.Replace, calls: []string{"create PATCH"}, live: map[string]any{"$id": "<schema.others>", "meta:immutableTags.0": "union"}},
	{of: "union.members", row: "tag", graph: setting("tag", text("none")), action: planner.Update, guard: "schema-change"},

	// dataset
	{of: "dataset.spare", row: "name", edit: [][2]string{{"title: Spare", "title: Unused"}}, action: planner.Update, calls: update, patch: []string{"replace /name"}, live: map[string]any{"name": "Unused"}},
	{of: "dataset.spare", row: "description", edit: [][2]string{{"Nobody writes here", "Empty"}}, action: planner.Update, calls: update, patch: []string{"replace /description"}, live: map[string]any{"description": "Empty"}},
	{of: "dataset.spare", row: "tags.*", edit: [][2]string{{"team: [crm]", "team: [crm, web]"}}, action: planner.Update, calls: update, patch: []string{"replace /tags/team"}, live: map[string]any{"tags.team.1": "web", "tags.adobe/pqs/table.0": "spare"}},
	{name: "added", of: "dataset.spare", row: "tags.*", edit: [][2]string{{"team: [crm]", "team: [crm]\n  cost/center: [c~1]"}}, action: planner.Update, calls: update, patch: []string{"add /tags/cost~1center"}, live: map[string]any{"tags.cost/center.0": "c~1", "tags.team.0": "crm", "tags.adobe/pqs/table.0": "spare"}},
	{name: "last removed", of: "dataset.spare", row: "tags.*", edit: [][2]string{{"tags:\n  team: [crm]\n", ""}}, action: planner.Update, calls: update, patch: []string{"remove /tags/team"}, live: map[string]any{"tags.team": nil, "tags.adobe/pqs/table.0": "spare"}},
	{name: "first added", of: "dataset.store2", row: "tags.*", edit: [][2]string{{"title: Second store\n", "title: Second store\ntags: {team: [web]}\n"}}, action: planner.Update, calls: update, patch: []string{"add /tags/team"}, live: map[string]any{"tags.team.0": "web", "tags.adobe/pqs/table.0": "second_store"}},
	{of: "dataset.spare", row: "enableErrorDiagnostics", edit: [][2]string{{"errorDiagnostics: false", "errorDiagnostics: true"}}, action: planner.Update, calls: update, patch: []string{"replace /enableErrorDiagnostics"}, live: map[string]any{"enableErrorDiagnostics": true}},
	{of: "dataset.spare", row: "schemaRef", edit: [][2]string{{"schema: others\n", "schema: people\n"}}, action: planner.Replace, calls: again, live: map[string]any{"schemaRef.id": "<schema.people>"}},
	{of: "dataset.spare", row: "fileDescription", graph: setting("fileDescription", resource.Object(resource.F("format", text("json")))), action: planner.Replace, calls: again, live: map[string]any{"fileDescription.format": "json"}},

	// source
	{of: "source.hourly", row: "name", edit: [][2]string{{"title: Hourly source", "title: People source"}}, action: planner.Update, calls: update, patch: []string{"replace /name"}, live: map[string]any{"name": "People source"}},
	{of: "source.hourly", row: "description", edit: [][2]string{{"description: Reads", "description: Reads all"}}, action: planner.Update, calls: update, patch: []string{"replace /description"}, live: map[string]any{"description": "Reads all"}},
	{of: "source.hourly", row: "baseConnectionId", edit: [][2]string{{"connection: db\n", "connection: db2\n"}}, action: planner.Replace, calls: again, live: map[string]any{"baseConnectionId": "<connection.db2>"}},
	{of: "source.hourly", row: "data", graph: setting("data", resource.Object(resource.F("format", text("tabular")), resource.F("properties", resource.Object()))), action: planner.Replace, calls: again, live: map[string]any{"data.properties": map[string]any{}}},
	{of: "source.hourly", row: "params", edit: [][2]string{{"public.people", "public.persons"}}, action: planner.Replace, calls: again, live: map[string]any{"params.tableName": "public.persons"}},
	{name: "column added", of: "source.hourly", row: "params", edit: [][2]string{{"seen_at: date-time}", "seen_at: date-time, last: string}"}}, action: planner.Replace, calls: again, live: map[string]any{"params.columns.5.name": "last"}},
	{
		name: "original type", of: "source.hourly", row: "params",
		edit:   [][2]string{{"seen_at: date-time}", "seen_at: {type: date-time, originalType: TIMESTAMP}}"}},
		action: planner.Replace, calls: again, live: map[string]any{"params.columns.4.meta.originalType": "TIMESTAMP"},
	},
	{
		name: "all columns", of: "source.hourly", row: "params",
		edit: [][2]string{
			{"columns: {id: string, email: string, first: string, updated_at: date-time, seen_at: date-time}\n", ""},
		},
		action: planner.Replace, calls: again,
		live: map[string]any{"params.columns": nil, "params.tableName": "public.people"},
	},
	{
		name: "of a draft", of: "source.sketch", row: "params", edit: [][2]string{{"public.sketch", "public.plan"}},
		action: planner.Update, calls: update, patch: []string{"replace /params"},
		live: map[string]any{"params.tableName": "public.plan", "state": "draft"},
	},
	{
		name: "of a draft", of: "source.sketch", row: "data",
		graph: setting(
			"data", resource.Object(resource.F("format", text("tabular")), resource.F("properties", resource.Object())),
		),
		action: planner.Update, calls: update, patch: []string{"replace /data"},
		live: map[string]any{"data.properties": map[string]any{}},
	},
	{
		of: "source.sketch", row: "state", edit: published, action: planner.Update, calls: []string{"enable POST"},
		live: map[string]any{"state": "enabled"},
	},
	{
		name: "filtered", of: "source.snow", row: "params",
		edit: [][2]string{{"table: public.snow", "table: public.snow\nfilter: id == \"a\""}}, action: planner.Replace,
		calls: again,
		live:  map[string]any{"params.filters.value.fnName": "=", "params.filters.value.params.0.fieldName": "id"},
	},
	{
		name: "changes", of: "source.postings", row: "params",
		edit: [][2]string{{"table: public.postings", "table: public.postings\ncdc: true"}}, action: planner.Replace,
		calls: again, live: map[string]any{"params.cdcEnabled": true, "params.tableName": "public.postings"},
	},
	{
		name: "parameters", of: "source.charges", row: "params",
		edit: [][2]string{{"params: {resourcePath: charges}", "params: {resourcePath: refunds}"}}, action: planner.Replace,
		calls: again, live: map[string]any{"params.resourcePath": "refunds", "data.format": "json"},
	},
	{
		name: "path", of: "source.exports", row: "params", edit: [][2]string{{"/exports/*.csv", "/exports/one.csv"}},
		action: planner.Replace, calls: again,
		live: map[string]any{"params.path": "/exports/one.csv", "params.type": "file", "params.recursive": false},
	},
	{
		name: "folders", of: "source.exports", row: "params",
		edit: [][2]string{{"path: /exports/*.csv", "path: /exports/*.csv\n  recursive: true"}}, action: planner.Replace,
		calls: again, live: map[string]any{"params.recursive": true},
	},
	{
		name: "delimiter", of: "source.exports", row: "data",
		edit: [][2]string{{"path: /exports/*.csv", "path: /exports/*.csv\n  delimiter: ;"}}, action: planner.Replace,
		calls: again,
		live: map[string]any{
			"data.format": "delimited", "data.properties.columnDelimiter": ";", "data.properties.encoding": "UTF-8",
		},
	},
	{
		name: "compression", of: "source.exports", row: "data",
		edit: [][2]string{{"path: /exports/*.csv", "path: /exports/*.csv\n  compression: gzip"}}, action: planner.Replace,
		calls: again, live: map[string]any{"data.properties.compressionType": "gzip"},
	},
	{
		name: "format", of: "source.exports", row: "data",
		edit: [][2]string{{"path: /exports/*.csv", "path: /exports/\n  format: parquet"}}, also: []string{"params"},
		action: planner.Replace, calls: again,
		live: map[string]any{"data.format": "parquet", "data.properties": nil, "params.type": "folder"},
	},
	{of: "source.history", row: "connectionSpec", also: []string{"baseConnectionId"}, edit: [][2]string{{"connector: postgresql\n  connectionId: 00000000-0000-4000-8000-000000000001", "connector: snowflake\n  connectionId: 00000000-0000-4000-8000-000000000004"}}, action: planner.Replace, calls: again, live: map[string]any{"connectionSpec.id": "b2e08744-4f1a-40ce-af30-7abac3e23cf3"}},

	// target
	{of: "target.hourly", row: "name", edit: [][2]string{{"title: Hourly target", "title: People target"}}, action: planner.Update, calls: update, patch: []string{"replace /name"}, live: map[string]any{"name": "People target"}},
	{of: "target.hourly", row: "description", edit: [][2]string{{"description: Writes", "description: Writes all"}}, action: planner.Update, calls: update, patch: []string{"replace /description"}, live: map[string]any{"description": "Writes all"}},
	{of: "target.hourly", row: "data", also: []string{"params"}, edit: [][2]string{{"  schema: people\n  dataset: store\n  title: Hourly", "  schema: others\n  dataset: spare\n  title: Hourly"}}, action: planner.Replace, calls: again, live: map[string]any{"data.schema.id": "<schema.others>", "params.dataSetId": "<dataset.spare>"}},
	{
		name: "of a draft", of: "target.sketch", row: "params",
		edit:   [][2]string{{"dataset: 2b2b2b2b2b2b2b2b2b2b2b2b", "dataset: 1a1a1a1a1a1a1a1a1a1a1a1a"}},
		action: planner.Update, calls: update, patch: []string{"replace /params"},
		live: map[string]any{"params.dataSetId": "1a1a1a1a1a1a1a1a1a1a1a1a", "state": "draft"},
	},
	{
		of: "target.sketch", row: "state", edit: published, action: planner.Update, calls: []string{"enable POST"},
		live: map[string]any{"state": "enabled"},
	},
	{of: "target.hourly", row: "params", edit: [][2]string{{"  dataset: store\n  title: Hourly", "  dataset: store2\n  title: Hourly"}}, action: planner.Replace, calls: again, live: map[string]any{"params.dataSetId": "<dataset.store2>"}},
	{of: "target.hourly", row: "connectionSpec", graph: setting("connectionSpec", resource.Object(resource.F("id", text("26d738e0-8963-47ea-aadf-c60de735468a")), resource.F("version", text("1.0")))), action: planner.Replace, calls: again, never: "there is one data lake"},

	// mapping set
	{of: "mapping.hourly", row: "name", edit: [][2]string{{"Hourly mapping", "People mapping"}}, action: planner.Update, calls: put, live: map[string]any{"name": "People mapping", "version": 1.0}},
	{of: "mapping.hourly", row: "mappings", edit: [][2]string{{"personalEmail.address: email\n", "personalEmail.address: lower(email)\n"}}, action: planner.Update, calls: put, live: map[string]any{"mappings.1.source": "lower(email)", "version": 1.0}},
	{name: "removed", of: "mapping.hourly", row: "mappings", edit: [][2]string{{"  personalEmail.address: email\n", ""}}, action: planner.Update, calls: put, live: map[string]any{"mappings.1": nil, "version": 1.0}},
	{
		name: "described", of: "mapping.hourly", row: "mappings",
		edit: [][2]string{
			{"personalEmail.address: email\n", "personalEmail.address: {source: email, name: Mail, description: As typed}\n"},
		},
		action: planner.Update, calls: put,
		live: map[string]any{"mappings.1.name": "Mail", "mappings.1.description": "As typed", "version": 1.0},
	},
	{of: "mapping.hourly", row: "outputSchema", edit: [][2]string{{"  schema: people\n  dataset: store\n  title: Hourly", "  schema: others\n  dataset: spare\n  title: Hourly"}}, action: planner.Replace, calls: again, live: map[string]any{"outputSchema.schemaRef.id": "<schema.others>", "version": 0.0}},

	// flow
	{of: "flow.hourly", row: "name", edit: [][2]string{{"title: Hourly\n", "title: People\n"}}, action: planner.Update, calls: update, patch: []string{"replace /name"}, live: map[string]any{"name": "People"}},
	{of: "flow.hourly", row: "description", edit: [][2]string{{"Every hour", "Every hour or two"}}, action: planner.Update, calls: update, patch: []string{"replace /description"}, live: map[string]any{"description": "Every hour or two"}},
	{name: "removed", of: "flow.hourly", row: "description", edit: [][2]string{{"description: Every hour\n", ""}}, action: planner.Update, calls: update, patch: []string{"remove /description"}, live: map[string]any{"description": nil}},
	{
		name: "of a stream", of: "flow.events", row: "name",
		edit: [][2]string{{"name: events\n", "name: events\ntitle: Events\n"}}, action: planner.Update, calls: update,
		patch: []string{"replace /name"}, live: map[string]any{"name": "Events"},
	},
	{
		name: "of a stream", of: "flow.events", row: "state",
		edit: [][2]string{{"name: events\n", "name: events\nstate: disabled\n"}}, action: planner.Update,
		calls: []string{"disable POST"}, live: map[string]any{"state": "disabled"},
	},
	{
		name: "of a stream that one flow reads", of: "flow.events", row: "sourceConnectionIds",
		also: []string{"targetConnectionIds"},
		edit: [][2]string{{"consumerGroup: aep", "consumerGroup: aep\n  reset: latest"}}, action: planner.Replace,
		calls: takeOver, live: map[string]any{"sourceConnectionIds.0": "<source.events>", "state": "enabled"},
	},
	{
		name: "of a stream", of: "flow.events", row: "transformations[Mapping].params.mappingVersion",
		also: []string{"sourceConnectionIds", "targetConnectionIds"},
		edit: [][2]string{{"_id: eventId", "_id: lower(eventId)"}}, action: planner.Replace, calls: takeOver,
		live: map[string]any{"transformations.0.params.mappingVersion": "1"},
	},
	{
		name: "of a webhook", of: "flow.hook", row: "transformations[Mapping].params.mappingVersion",
		also: []string{"sourceConnectionIds", "targetConnectionIds"},
		edit: [][2]string{{"_id: hookId", "_id: lower(hookId)"}}, action: planner.Replace, calls: cutOver,
		live: map[string]any{"transformations.0.params.mappingVersion": "1"},
	},
	{
		name: "without mapping", of: "flow.events", row: "transformations",
		also: []string{"sourceConnectionIds", "targetConnectionIds"},
		edit: [][2]string{
			{"mappings: {_id: eventId}\n", ""},
			{"consumerGroup: aep", "consumerGroup: aep\n  dataType: xdm"},
		},
		action: planner.Replace, calls: takeOver, live: map[string]any{"transformations": nil},
	},
	{
		name: "of another stream", of: "flow.events", row: "flowSpec",
		also: []string{"sourceConnectionIds", "targetConnectionIds"},
		edit: [][2]string{{
			"stream:\n  connector: azure-event-hubs\n  connectionId: 00000000-0000-4000-8000-000000000007\n" +
				"  eventHubName: events\n  consumerGroup: aep\n",
			"stream: {connector: pendo}\nmappingSet: {title: events mapping}\n",
		}},
		action: planner.Replace, calls: takeOver,
		live: map[string]any{"flowSpec.id": "e77fde5a-22a8-11ed-861d-0242ac120002"},
	},
	{of: "flow.hourly", row: "flowSpec", also: []string{"sourceConnectionIds", "targetConnectionIds"}, graph: setting("flowSpec", resource.Object(resource.F("id", text("9753525b-82c7-4dce-8a9b-5ccfce2b9876")), resource.F("version", text("1.0")))), action: planner.Replace, calls: cutOver, never: "the other flow specifications read no tables"},
	{of: "flow.hourly", row: "sourceConnectionIds", also: []string{"targetConnectionIds"}, edit: [][2]string{{"public.people", "public.persons"}}, action: planner.Replace, calls: cutOver, live: map[string]any{"sourceConnectionIds.0": "<source.hourly>", "targetConnectionIds.0": "<target.hourly>"}},
	{of: "flow.hourly", row: "targetConnectionIds", also: []string{"sourceConnectionIds"}, edit: [][2]string{{"  dataset: store\n  title: Hourly", "  dataset: store2\n  title: Hourly"}}, action: planner.Replace, calls: cutOver, live: map[string]any{"targetConnectionIds.0": "<target.hourly>"}},
	{of: "flow.hourly", row: "transformations[Copy]", also: []string{"sourceConnectionIds", "targetConnectionIds"}, edit: [][2]string{{"delta: updated_at", "delta: seen_at"}}, action: planner.Replace, calls: cutOver, live: map[string]any{"transformations.0.params.deltaColumn.name": "seen_at"}},
	{
		of: "flow.exports", row: "transformations[Encryption]",
		also:   []string{"sourceConnectionIds", "targetConnectionIds"},
		edit:   [][2]string{{"path: /exports/*.csv", "path: /exports/*.csv\n  encryption: {publicKeyId: k}"}},
		action: planner.Replace, calls: cutOver, never: "it needs a key: TestEncryptedFiles",
	},
	{
		of: "flow.sketch", row: "transformations",
		edit: [][2]string{{"state: draft\n", "state: draft\nmappings: {_id: ident}\n"}}, action: planner.Update,
		calls: update, patch: []string{"add /transformations"},
		live: map[string]any{"transformations.0.params.mappingId": "<mapping.sketch>", "state": "draft"},
	},
	{
		of: "flow.sketch", row: "scheduleParams",
		edit:   [][2]string{{"state: draft\n", "state: draft\nschedule: {frequency: day, interval: 1}\n"}},
		action: planner.Update, calls: update, patch: []string{"add /scheduleParams"},
		live: map[string]any{"scheduleParams.frequency": "day", "state": "draft"},
	},
	{
		name: "published", of: "flow.sketch", row: "state", also: []string{"transformations", "scheduleParams"},
		edit: published, action: planner.Update, calls: []string{"update PATCH", "enable POST"},
		live: map[string]any{"scheduleParams.frequency": "once", "state": "enabled"},
	},
	{of: "flow.hourly", row: "transformations[Mapping].params.mappingId", graph: otherMapping("mapping.history"), action: planner.Update, calls: update, patch: []string{"replace /transformations/1/params/mappingId"}, live: map[string]any{"transformations.1.params.mappingId": "<mapping.history>"}},
	{name: "once", of: "flow.history", row: "transformations[Mapping].params.mappingId", also: []string{"sourceConnectionIds", "targetConnectionIds"}, graph: otherMapping("mapping.hourly"), action: planner.Replace, calls: cutOver, live: map[string]any{"transformations.0.params.mappingId": "<mapping.hourly>"}},
	{of: "flow.hourly", row: "transformations[Mapping].params.mappingVersion", edit: [][2]string{{"personalEmail.address: email\n", "personalEmail.address: lower(email)\n"}}, action: planner.Update, calls: update, patch: []string{"replace /transformations/1/params/mappingVersion"}, live: map[string]any{"transformations.1.params.mappingVersion": "1"}},
	{name: "started", of: "flow.hourly", row: "transformations[Mapping].params.mappingVersion", after: started, edit: [][2]string{{"personalEmail.address: email\n", "personalEmail.address: lower(email)\n"}}, action: planner.Update, calls: update, live: map[string]any{"transformations.1.params.mappingVersion": "1"}},
	{name: "once", of: "flow.history", row: "transformations[Mapping].params.mappingVersion", also: []string{"sourceConnectionIds", "targetConnectionIds"}, edit: [][2]string{{"  _id: id\nschedule", "  _id: lower(id)\nschedule"}}, action: planner.Replace, calls: cutOver, live: map[string]any{"transformations.0.params.mappingVersion": "1"}},
	{of: "flow.hourly", row: "scheduleParams.frequency", edit: [][2]string{{"frequency: hour", "frequency: day"}}, action: planner.Update, calls: update, patch: []string{"replace /scheduleParams/frequency"}, live: map[string]any{"scheduleParams.frequency": "day"}},
	{name: "started", of: "flow.hourly", row: "scheduleParams.frequency", after: started, edit: [][2]string{{"frequency: hour", "frequency: day"}}, action: planner.Update, calls: update, live: map[string]any{"scheduleParams.frequency": "day"}},
	{name: "of a one-time flow", of: "flow.history", row: "scheduleParams.frequency", also: []string{"scheduleParams.interval", "transformations[Copy]", "transformations[Mapping].params.mappingVersion", "sourceConnectionIds", "targetConnectionIds"}, edit: [][2]string{{"  frequency: once\n", "  frequency: week\n  interval: 1\n"}, {"  _id: id\nschedule", "  _id: id\ndelta: updated_at\nschedule"}}, action: planner.Replace, calls: cutOver, live: map[string]any{"scheduleParams.frequency": "week"}},
	{name: "to once", of: "flow.hourly", row: "scheduleParams.frequency", also: []string{"scheduleParams.interval", "scheduleParams.backfill", "transformations[Copy]", "sourceConnectionIds", "targetConnectionIds"}, edit: [][2]string{{"  frequency: hour\n  interval: 2\n", "  frequency: once\n"}, {"  backfill: true\n", ""}, {"delta: updated_at\n", ""}}, action: planner.Replace, calls: cutOver, live: map[string]any{"scheduleParams.frequency": "once"}},
	{of: "flow.hourly", row: "scheduleParams.interval", edit: [][2]string{{"interval: 2", "interval: 3"}}, action: planner.Update, calls: update, patch: []string{"replace /scheduleParams/interval"}, live: map[string]any{"scheduleParams.interval": 3.0}},
	{name: "started", of: "flow.hourly", row: "scheduleParams.interval", after: started, edit: [][2]string{{"interval: 2", "interval: 3"}}, action: planner.Update, calls: update, live: map[string]any{"scheduleParams.interval": 3.0}},
	{of: "flow.hourly", row: "scheduleParams.startTime", edit: [][2]string{{"2027-01-02T00:00:00Z\n  backfill", "2027-01-09T00:00:00Z\n  backfill"}}, action: planner.Update, calls: update, patch: []string{"replace /scheduleParams/startTime"}, live: map[string]any{"scheduleParams.startTime": 1799452800.0}},
	{name: "left open", of: "flow.hourly", row: "scheduleParams.startTime", edit: [][2]string{{"  startTime: 2027-01-02T00:00:00Z\n  backfill", "  backfill"}}, action: planner.Update, calls: update, patch: []string{"replace /scheduleParams/startTime"}, live: map[string]any{"scheduleParams.startTime": float64(epoch.Unix() + 60)}},
	{name: "started", of: "flow.hourly", row: "scheduleParams.startTime", also: []string{"sourceConnectionIds", "targetConnectionIds"}, after: started, edit: [][2]string{{"2027-01-02T00:00:00Z\n  backfill", "2027-01-09T00:00:00Z\n  backfill"}}, action: planner.Replace, calls: cutOver, live: map[string]any{"scheduleParams.startTime": 1799452800.0}},
	{of: "flow.hourly", row: "scheduleParams.backfill", edit: [][2]string{{"backfill: true", "backfill: false"}}, action: planner.Update, calls: update, patch: []string{"replace /scheduleParams/backfill"}, live: map[string]any{"scheduleParams.backfill": false}},
	{name: "started", of: "flow.hourly", row: "scheduleParams.backfill", also: []string{"sourceConnectionIds", "targetConnectionIds"}, after: started, edit: [][2]string{{"backfill: true", "backfill: false"}}, action: planner.Replace, calls: cutOver, live: map[string]any{"scheduleParams.backfill": false, "scheduleParams.startTime": float64(epoch.Add(started).Unix() + 60)}},
	{of: "flow.hourly", row: "options", edit: [][2]string{{"partialIngestionPercent: 10", "partialIngestionPercent: 20"}}, action: planner.Update, calls: update, patch: []string{"replace /options"}, live: map[string]any{"options.partialIngestionPercent": 20.0}},
	{name: "removed", of: "flow.hourly", row: "options", edit: [][2]string{{"options:\n  partialIngestionPercent: 10\n", ""}}, action: planner.Update, calls: update, patch: []string{"remove /options"}, live: map[string]any{"options": nil}},
	{of: "flow.hourly", row: "state", edit: [][2]string{{"state: enabled", "state: disabled"}}, action: planner.Update, calls: []string{"disable POST"}, live: map[string]any{"state": "disabled"}},
	{name: "to draft", of: "flow.hourly", row: "state", edit: [][2]string{{"state: enabled", "state: draft"}}, action: planner.Update, guard: "state"},
}, descriptorRows...)

// published gives a draft all that it needs, and publishes it.
var published = [][2]string{{"state: draft\n", "state: enabled\nmappings: {_id: ident}\nschedule: {frequency: once}\n"}}

// otherMapping moves a flow to another mapping set in its first version.
func otherMapping(addr string) func(*editing) {
	return func(e *editing) {
		list, _ := e.body.Get("transformations")
		items := slices.Clone(list.Items)
		last := len(items) - 1
		items[last] = resource.Object(resource.F("name", text("Mapping")), resource.F("params", resource.Object(
			resource.F("mappingId", refTo(addr, "id")), resource.F("mappingVersion", refTo(addr, "version")),
		)))
		e.set("transformations", resource.List(items...))
	}
}

func (r row) title() string {
	return strings.TrimSpace(strings.ReplaceAll(r.of[:strings.IndexByte(r.of, '.')]+" "+r.row+" "+r.name, "/", "-"))
}

// allRows are the tests of all kinds.
func allRows() []row {
	return slices.Concat(rows, datasetRows, labelRows, relationalRows, componentRows)
}

// TestEveryRowHasATest: a new row of the table needs a test here.
func TestEveryRowHasATest(t *testing.T) {
	for _, k := range resource.Kinds() {
		for _, trait := range resource.SpecOf(k).Traits {
			tests := func(r row) bool { return strings.HasPrefix(r.of, string(k)+".") && r.row == trait.Field }
			if !slices.ContainsFunc(allRows(), tests) {
				t.Errorf("no test changes %s of %s", trait.Field, k)
			}
		}
	}
	for _, r := range allRows() {
		a, err := resource.ParseAddress(r.of)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(resource.SpecOf(a.Kind).Traits, func(x resource.Trait) bool { return x.Field == r.row }) {
			t.Errorf("%s: the table has no such row", r.title())
		}
	}
}

// TestRows changes one field at a time and holds action, calls and the live
// object afterwards to what its row says.
func TestRows(t *testing.T) {
	base := oneOfEverything(t)
	for _, r := range allRows() {
		t.Run(r.title(), func(t *testing.T) {
			t.Parallel()
			if signsIn(r.of, r.edit) {
				r.run(t, base)
			} else {
				r.run(t, withoutConnections(withoutProfile(r.of, base)))
			}
		})
	}
}

func oneOfEverything(t *testing.T) string {
	t.Helper()
	base, err := os.ReadFile("testdata/rows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(base)
}

// signsIn reports whether a test needs the Connection documents. Their secrets
// are hashed slowly, so the others do without.
func signsIn(of string, edit [][2]string) bool {
	return strings.HasPrefix(of, "connection.") || slices.ContainsFunc(edit, func(e [2]string) bool { return strings.Contains(e[1], "connection: ") })
}

// withoutProfile leaves out the schema that takes part in Profile.
func withoutProfile(of, base string) string {
	if strings.HasPrefix(of, "union.") {
		return base
	}
	from := strings.Index(base, "kind: Schema\nname: members")
	return base[:from] + base[from+strings.Index(base[from:], "---\n")+4:]
}

func withoutConnections(base string) string {
	base = base[strings.Index(base, "kind: Schema"):]
	return strings.Replace(base, "  connection: db\n", "  connector: postgresql\n  connectionId: 00000000-0000-4000-8000-000000000002\n", 1)
}

func (r row) run(t *testing.T, base string) {
	w := newWorld(t, 1, emulator.Switches{Secrets: "show"})
	w.secrets = map[string]string{"env.PW": "canary-pw"}
	before := compile(t, []*source.File{source.NewFile("dataflow.yaml", []byte(base))})
	w.apply(w.plan(before, w.options()))
	w.now = w.now.Add(r.after)

	after := r.changed(t, base, before)
	p := w.plan(after, w.options())
	i := slices.IndexFunc(p.Changes, func(c planner.Change) bool { return c.Address.String() == r.of })
	if i < 0 {
		t.Fatalf("no change of %s:\n%s", r.of, sketch(p))
	}
	c := p.Changes[i]
	if c.Action != r.action {
		t.Errorf("action %s, want %s\n%s", c.Action, r.action, sketch(p))
	}
	var touched []string
	for _, f := range c.Fields {
		trait, _ := resource.SpecOf(c.Kind).TraitOf(parsePath(f.Path))
		if !slices.Contains(touched, trait.Field) {
			touched = append(touched, trait.Field)
		}
		if trait.Field == r.row && f.Action > r.action {
			t.Errorf("field %s leads to %s, beyond %s", f.Path, f.Action, r.action)
		}
	}
	slices.Sort(touched)
	want := append([]string{r.row}, r.also...)
	slices.Sort(want)
	// A mapping set that another flow starts to use gives id and version at once.
	if r.row == "transformations[Mapping].params.mappingId" {
		want = append(want, "transformations[Mapping].params.mappingVersion")
		slices.Sort(want)
	}
	if d := cmp.Diff(want, touched); d != "" {
		t.Errorf("rows of the changed fields (-want +got):\n%s\n%s", d, sketch(p))
	}
	var guards []string
	for _, g := range c.Guards {
		guards = append(guards, g.Code)
	}
	if r.guard != "" {
		if !slices.Contains(guards, r.guard) || p.Applyable {
			t.Errorf("guards %v, want %s", guards, r.guard)
		}
		return
	}
	var calls, patch []string
	for _, k := range c.Calls {
		calls = append(calls, string(k.Step)+" "+k.Method)
		if k.Step == planner.StepUpdate && k.Method == "PATCH" {
			var ops []struct{ Op, Path string }
			if !bytes.HasPrefix(k.Body, []byte("[")) {
				patch = append(patch, "merge "+string(k.Body))
				continue
			}
			if err := json.Unmarshal(k.Body, &ops); err != nil {
				t.Fatal(err)
			}
			for _, op := range ops {
				patch = append(patch, op.Op+" "+op.Path)
			}
		}
	}
	if d := cmp.Diff(r.calls, calls); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
	if r.row == "transformations[Mapping].params.mappingId" && r.patch != nil {
		r.patch = append(r.patch, "replace /transformations/1/params/mappingVersion")
	}
	if d := cmp.Diff(r.patch, patch); r.patch != nil && d != "" {
		t.Errorf("patch (-want +got):\n%s", d)
	}
	if r.never != "" {
		return
	}
	w.apply(p)
	object := w.object(r.of)
	for path, want := range r.live {
		if got := dig(object, path); cmp.Diff(w.resolved(want), got) != "" {
			t.Errorf("live %s is %#v, want %#v", path, got, w.resolved(want))
		}
	}
	w.checkEmpty(after)
}

// changed is the graph after the change of a row.
func (r row) changed(t *testing.T, base string, before *resource.Graph) *resource.Graph {
	t.Helper()
	if r.graph == nil {
		for _, e := range r.edit {
			if strings.Count(base, e[0]) != 1 {
				t.Fatalf("%q stands %d times in the document", e[0], strings.Count(base, e[0]))
			}
			base = strings.Replace(base, e[0], e[1], 1)
		}
		return compile(t, []*source.File{source.NewFile("dataflow.yaml", []byte(base))})
	}
	list := slices.Clone(before.All())
	for i := range list {
		if list[i].Address.String() != r.of {
			continue
		}
		v, err := list[i].Body.Value()
		if err != nil {
			t.Fatal(err)
		}
		e := editing{body: v}
		for _, n := range list[i].Needs {
			if !slices.Contains(resource.NeedsOf(v), n) {
				e.further = append(e.further, n)
			}
		}
		r.graph(&e)
		list[i].Body, list[i].Needs = resource.NewBody(e.body), resource.NeedsOf(e.body, e.further...)
	}
	return resource.NewGraph(list)
}

// resolved is a wanted value with the id in the place of `<address>`.
func (w *world) resolved(want any) any {
	s, ok := want.(string)
	if !ok || !strings.HasPrefix(s, "<") {
		return want
	}
	a, err := resource.ParseAddress(strings.Trim(s, "<>"))
	if err != nil {
		w.t.Fatal(err)
	}
	e, _ := w.lock().Get(a)
	return e.ID
}

// dig returns what is at a path of members and indexes, nil when nothing is.
// A member's name may have a dot if nothing else begins like it.
func dig(v any, path string) any {
	for path != "" && v != nil {
		name, rest, _ := strings.Cut(path, ".")
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return fmt.Sprintf("%v has no member %s", v, name)
		}
		path = rest
	}
	return v
}

// parsePath reads a printed path.
func parsePath(s string) resource.Path {
	var p resource.Path
	for s != "" {
		switch {
		case strings.HasPrefix(s, "['"):
			end := strings.Index(s, "']")
			inner := strings.ReplaceAll(s[2:end], `\'`, "'")
			if s = strings.TrimPrefix(s[end+2:], "."); len(p) > 0 && listKeys[p[len(p)-1].Name] {
				p = p.Key(inner)
			} else {
				p = p.Field(inner)
			}
		case s[0] == '[':
			end := strings.IndexByte(s, ']')
			inner := s[1:end]
			s = strings.TrimPrefix(s[end+1:], ".")
			if i, err := strconv.Atoi(inner); err == nil {
				p = p.Index(i)
			} else {
				p = p.Key(inner)
			}
		default:
			end := strings.IndexAny(s, ".[")
			if end < 0 {
				end = len(s)
			}
			p = p.Field(s[:end])
			s = strings.TrimPrefix(s[end:], ".")
		}
	}
	return p
}

// listKeys are the members that hold lists whose elements have keys.
var listKeys = map[string]bool{"columns": true, "mappings": true, "allOf": true, "transformations": true}
