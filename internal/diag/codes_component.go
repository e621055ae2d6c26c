package diag

// The codes of what schemas are made of.
const (
	WellKnownName Code = "well-known-name"
	PartClash     Code = "part-clash"

	UnknownDataType Code = "unknown-data-type"
	DataTypeCycle   Code = "data-type-cycle"
)

// crmGroup is a field group of its own document, sharedGroup a schema that has it.
const (
	crmGroup = `kind: FieldGroup
name: crm
title: CRM
classes: [profile]
fields:
  crm.id: string
  crm.level: string
`
	sharedGroup = crmGroup + `---
kind: Schema
name: people
title: People
class: profile
fieldGroups: [crm]
fields:
  shop.points: integer
identities:
  crm.id: {namespace: CRMID, primary: true}
`
)

// storeType is a data type, and a field group that has it.
const storeType = `kind: DataType
name: store
title: Store
fields:
  id: string
  manager.name: string
---
kind: FieldGroup
name: visits
title: Visits
classes: [event]
fields:
  visit.store: {$ref: store}
`

// componentCodes explains the codes of what schemas are made of.
var componentCodes = []Entry{
	{
		Code: WellKnownName, Severity: Error,
		Title: "document with the name of something standard",
		Explanation: "Schemas refer to their class and their field groups by name, and fields to data types. A document " +
			"with the name of one of Adobe's could not be told from it.",
		Example: with(crmGroup, "name: crm\n", "name: profile-person-details\n"),
	},
	{
		Code: PartClash, Severity: Error,
		Title: "field that two parts of a schema define differently",
		Explanation: "The fields of a schema are its own and those of its field groups, all in one tree below the " +
			"tenant's namespace. Two of them may define the same field if they say the same about it.",
		Example: with(sharedGroup, "shop.points: integer", "crm.level: integer"),
	},
	{
		Code: UnknownDataType, Severity: Error,
		Title: "data type that is not defined",
		Explanation: "`$ref` names a DataType document of the project, a standard data type by the last part of its $id, " +
			"or any data type by its $id.",
		Example: with(storeType, "$ref: store", "$ref: stroe"),
	},
	{
		Code: DataTypeCycle, Severity: Error,
		Title:       "data type that contains itself",
		Explanation: "A data type is an object with fields. One that contains itself would have no end.",
		Example:     with(storeType, "  manager.name: string\n", "  parent: {$ref: store}\n"),
	},
}
