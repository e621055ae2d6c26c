package diag

// relatedSchemas are two schemas, of which one refers to the other.
const relatedSchemas = `kind: Schema
name: visits
title: Visits
class: event
fields:
  visit.storeId: string
  visit.minutes: integer
referenceIdentities:
  visit.storeId: CRMID
relationships:
  visit.storeId: stores
displayNames:
  eventType: Event
deprecated: [producedBy]
---
kind: Schema
name: stores
title: Stores
class: profile
fields:
  store.id: string
identities:
  store.id: {namespace: CRMID, primary: true}
`

// descriptorCodes explains the codes of what a schema says about its fields.
var descriptorCodes = []Entry{
	{
		Code: UnknownField, Severity: Error,
		Title: "description of a field that the schema does not have",
		Explanation: "Reference identities, relationships, display names, and deprecated fields are fields of the " +
			"class, of the field groups, or of `fields`, where the namespace may be omitted. The `field` of a " +
			"relationship is one of the other schema.",
		Example: with(relatedSchemas, "eventType: Event", "evenType: Event"),
	},
	{
		Code: RepeatedField, Severity: Error,
		Title:       "field that is listed twice",
		Explanation: "A field is deprecated or not: each is listed once.",
		Example:     with(relatedSchemas, "[producedBy]", "[producedBy, producedBy]"),
	},
	{
		Code: OwnFieldDescribed, Severity: Error,
		Title: "custom field under a key for Adobe's fields",
		Explanation: "Adobe's fields belong to Adobe, so that a schema can only describe them from outside. A custom " +
			"field has its title, its suggestions, and its deprecation where it is declared.",
		Example: with(relatedSchemas, "eventType: Event", "visit.minutes: Minutes"),
	},
	{
		Code: WrongLabel, Severity: Error,
		Title: "wrong data usage label",
		Explanation: "A label is the name that the platform lists, such as `C2` or `I1`, without a prefix; each is listed " +
			"once. `fieldLabels` of a schema label Adobe's fields, which belong to a field group: if that is not known, " +
			"the field cannot be labeled.",
		Example: with(relatedSchemas, "deprecated: [producedBy]\n",
			"deprecated: [producedBy]\nfieldLabels: {eventType: [C 2]}\n"),
	},
	{
		Code: RelationshipField, Severity: Error,
		Title:       "field that cannot refer to a record",
		Explanation: "A field refers to a record of another schema by the record's identity, which is a text.",
		Example: with(relatedSchemas, "  visit.storeId: CRMID\n",
			"  visit.storeId: CRMID\n  visit.minutes: CRMID\n"),
	},
	{
		Code: RelationshipIdentity, Severity: Error,
		Title: "relationship without the identities that it needs",
		Explanation: "The field of a relationship has a reference identity, which says in which namespace its values " +
			"are, and the other schema has a primary identity.",
		Example: with(relatedSchemas, "referenceIdentities:\n  visit.storeId: CRMID\n", ""),
	},
	{
		Code: RelationshipNamespace, Severity: Warning,
		Title: "reference in another namespace than the identity",
		Explanation: "The values of both fields are compared, so they are in one namespace: that of the other " +
			"schema's primary identity.",
		Example: with(relatedSchemas, "  visit.storeId: CRMID\n", "  visit.storeId: Email\n"),
	},
	{
		Code: RelationshipCardinality, Severity: Error,
		Title: "relationship without the cardinality that it needs",
		Explanation: "A relationship without `cardinality` is one to one and has no name. One with a `namespace`, as " +
			"Real-Time CDP B2B Edition has them, is `M:1`.",
		Example: with(relatedSchemas, "visit.storeId: stores", "visit.storeId: {schema: stores, name: VisitToStore}"),
	},
	{
		Code: DisplayName, Severity: Error,
		Title:       "display name that shows nothing",
		Explanation: "A display name has a title, a description, or suggested values; only text fields have those.",
		Example:     with(relatedSchemas, "eventType: Event", "eventType: {}"),
	},
}
