package laws

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// The descriptors of testdata/rows.yaml, and what belongs to the relationship alone.
const (
	personReference = "reference.visits-visit-personid"
	personRelation  = "relationship.visits-visit-personid"
	eventTypeName   = "display.visits-eventtype"
	producedBy      = "deprecated.visits-producedby"

	relationExtras = ", name: VisitToPerson, reverseName: PersonToVisit, title: Person, reverseTitle: Visits"
)

// otherField is why a descriptor cannot be put on another schema.
const otherField = "no other schema has the field"

// describedRows test what is common to descriptors of one kind.
func describedRows(of, otherPath string) []row {
	return []row{
		{
			of: of, row: "@type", graph: setting("@type", text("xdm:descriptorOther")), action: planner.Replace,
			calls: again, never: "the kind has no other type",
		},
		{
			of: of, row: "xdm:sourceSchema", graph: setting("xdm:sourceSchema", refTo("schema.others", "id")),
			action: planner.Replace, calls: again, never: otherField,
		},
		{
			of: of, row: "xdm:sourceVersion", graph: setting("xdm:sourceVersion", resource.Int(2)),
			action: planner.Update, calls: put, never: "schemas have one major version",
		},
		{
			of: of, row: "xdm:sourceProperty", graph: setting("xdm:sourceProperty", text(otherPath)),
			action: planner.Replace, calls: again,
			live: map[string]any{"xdm:sourceProperty": strings.Replace(otherPath, "{TENANT_ID}", "aepflow", 1)},
		},
	}
}

// relationRow is a test of a member of the relationship that is written under key.
func relationRow(member, from, to string, live any) row {
	return row{
		of: personRelation, row: member, edit: [][2]string{{from, to}}, action: planner.Update, calls: put,
		live: map[string]any{member: live},
	}
}

var descriptorRows = slices.Concat(
	describedRows(personReference, "/_{TENANT_ID}/visit/storeId"),
	[]row{{
		of: personReference, row: "xdm:identityNamespace",
		edit:   [][2]string{{"{visit.personId: CRMID}", "{visit.personId: ECID}"}},
		action: planner.Update, calls: put, live: map[string]any{"xdm:identityNamespace": "ECID"},
	}},
	describedRows(personRelation, "/_{TENANT_ID}/visit/storeId"),
	[]row{
		{
			name: "one to one", of: personRelation, row: "@type",
			edit: [][2]string{{", cardinality: M:1, namespace: CRMID" + relationExtras, ""}},
			also: []string{
				"xdm:destinationNamespace", "xdm:cardinality", "xdm:sourceToDestinationName",
				"xdm:destinationToSourceName", "xdm:sourceToDestinationTitle", "xdm:destinationToSourceTitle",
			},
			action: planner.Replace, calls: again,
			live: map[string]any{"@type": "xdm:descriptorOneToOne", "xdm:cardinality": nil},
		},
		{
			of: personRelation, row: "xdm:destinationSchema",
			edit: [][2]string{{
				"schema: others, field: crm.id",
				"schema: \"https://ns.adobe.com/{TENANT_ID}/schemas/" + strings.Repeat("a1", 24) + "\", field: _id",
			}},
			also: []string{"xdm:destinationProperty"}, action: planner.Update, calls: put,
			live: map[string]any{
				"xdm:destinationSchema":   "https://ns.adobe.com/aepflow/schemas/" + strings.Repeat("a1", 24),
				"xdm:destinationProperty": "/_id",
			},
		},
		{
			of: personRelation, row: "xdm:destinationVersion",
			graph: setting("xdm:destinationVersion", resource.Int(2)), action: planner.Update, calls: put,
			never: "schemas have one major version",
		},
		{
			of: personRelation, row: "xdm:destinationNamespace", also: []string{"xdm:destinationVersion"},
			edit:   [][2]string{{", namespace: CRMID, name", ", name"}},
			action: planner.Update, calls: put, live: map[string]any{"xdm:destinationNamespace": nil},
		},
		{
			of: personRelation, row: "xdm:cardinality", also: []string{"xdm:destinationNamespace", "xdm:destinationVersion"},
			edit:   [][2]string{{"cardinality: M:1, namespace: CRMID", "cardinality: 1:1"}},
			action: planner.Update, calls: put, live: map[string]any{"xdm:cardinality": "1:1"},
		},
		relationRow("xdm:destinationProperty", "field: crm.id, ", "", nil),
		relationRow("xdm:sourceToDestinationName", "name: VisitToPerson", "name: Who", "Who"),
		relationRow("xdm:destinationToSourceName", "reverseName: PersonToVisit", "reverseName: When", "When"),
		relationRow("xdm:sourceToDestinationTitle", "title: Person", "title: Visitor", "Visitor"),
		relationRow("xdm:destinationToSourceTitle", "reverseTitle: Visits", "reverseTitle: Stays", "Stays"),
	},
	describedRows(eventTypeName, "/producedBy"),
	[]row{
		{
			of: eventTypeName, row: "xdm:title", edit: [][2]string{{"title: Event,", "title: Happening,"}},
			action: planner.Update, calls: put, live: map[string]any{"xdm:title.en_us": "Happening"},
		},
		{
			of: eventTypeName, row: "xdm:description", edit: [][2]string{{"description: What happened, ", ""}},
			action: planner.Update, calls: put, live: map[string]any{"xdm:description": nil},
		},
		{
			of: eventTypeName, row: "meta:enum", edit: [][2]string{{"{visit.long: Long visit}", "[visit.short]"}},
			action: planner.Update, calls: put,
			live: map[string]any{"meta:enum": map[string]any{"visit.short": "visit.short"}},
		},
		{
			of: eventTypeName, row: "xdm:excludeMetaEnum",
			edit:   [][2]string{{"{media.ping: Media ping}", "{media.ping: Media ping, web.formFilledOut: Form}"}},
			action: planner.Update, calls: put,
			live: map[string]any{
				"xdm:excludeMetaEnum": map[string]any{"media.ping": "Media ping", "web.formFilledOut": "Form"},
			},
		},
	},
	describedRows(producedBy, "/eventMergeId"),
)
