package diag

// personDataflow is a document without fault that makes its schema; examples
// change a part of it.
const personDataflow = `name: people
database:
  connector: postgresql
  connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4
table: shop.people
columns:
  id: string
  points: integer
  changed: date-time
target:
  schema:
    title: People
    class: profile
    fieldGroups: [profile-person-details]
    fields:
      shop.number: string
      shop.points: integer
      tags: string[]
    identities:
      shop.number: {namespace: CRMID, primary: true}
  dataset: {title: People}
mappings:
  _id: id
  _{TENANT_ID}.shop.number: id
  _{TENANT_ID}.shop.points: points
delta: changed
schedule: {frequency: hour, interval: 1}
`

// eventDataflow is the same for a schema of events.
const eventDataflow = `name: purchases
database:
  connector: postgresql
  connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4
table: shop.purchases
columns:
  id: string
  amount: double
  at: date-time
target:
  schema:
    title: Purchases
    class: event
    fieldGroups: [experienceevent-commerce]
  dataset: {title: Purchases}
mappings:
  _id: id
  timestamp: at
  commerce.purchases.value: amount
delta: at
schedule: {frequency: hour, interval: 1}
`

// filling returns the document about people with one more mapping.
func filling(mapping string) string {
	return with(personDataflow, "  _id: id\n", "  _id: id\n  "+mapping+"\n")
}

// mappingCodes explains the codes of destinations and of what fills them.
var mappingCodes = []Entry{
	{
		Code: DestinationPath, Severity: Error,
		Title:       "destination that is no path",
		Explanation: "A destination is names joined by dots. An element of a list is chosen by `[0]`, every element by `[*]`. A dot inside a name is written `\\.`.",
		Example:     filling("person..name: id"),
	},
	{
		Code: UnknownDestination, Severity: Error,
		Title:       "destination that the schema does not have",
		Explanation: "The schema is described in this project, so its fields are known: those of its class, its field groups and its own, which lie below `_{TENANT_ID}`. The nearest field is named, or the field group that would bring it. Rows with a field that the schema does not have are refused on the platform.",
		Example:     filling("person.nmae.fullName: id"),
	},
	{
		Code: WrongTenant, Severity: Error,
		Title:       "namespace of another organisation",
		Explanation: "Own fields lie below the namespace of the organisation, `_{TENANT_ID}`; other names with an underscore in front are Adobe's. In the `fields` of a schema the namespace is left out.",
		Example:     with(personDataflow, "      shop.points: integer", "      _acme.level: string\n      shop.points: integer"),
	},
	{
		Code: NoOwnFields, Severity: Error,
		Title:       "own field of a schema that has none",
		Explanation: "The destination lies below the namespace of the organisation, where a schema without `fields` has nothing.",
		Example:     with(eventDataflow, "  _id: id\n", "  _id: id\n  _{TENANT_ID}.channel: id\n"),
	},
	{
		Code: DestinationIndex, Severity: Error,
		Title:       "index on something that is no list",
		Explanation: "Only lists have elements. `validate --fix` removes the index.",
		Example:     filling("person[0].name.fullName: id"),
	},
	{
		Code: DestinationBelow, Severity: Error,
		Title:       "destination below a single value",
		Explanation: "The field that the path goes through holds a single value and has no fields of its own.",
		Example:     with(personDataflow, "_{TENANT_ID}.shop.points: points", "_{TENANT_ID}.shop.points.total: points"),
	},
	{
		Code: IndexMissing, Severity: Warning,
		Title:       "list without an index",
		Explanation: "The path goes through a list without saying which element is meant. `[0]` is the first, `[*]` each one when the value is a list too.",
		Example:     with(with(personDataflow, "[profile-person-details]", "[profile-person-details, b2b-person-components]"), "  _id: id\n", "  _id: id\n  personComponents.workEmail.address: id\n"),
	},
	{
		Code: NotALeaf, Severity: Error,
		Title:       "single value for an object or a list",
		Explanation: "An object is filled field by field, or by an expression that makes one, such as to_object(…); a list by element, or by to_array(…).",
		Example:     filling("person.name: id"),
	},
	{
		Code: IncompatibleType, Severity: Error,
		Title:       "value of a type that the field never takes",
		Explanation: "No value of the column or expression can become what the field holds: every row would fail.",
		Example:     with(filling("person.birthDate: active"), "  points: integer\n", "  points: integer\n  active: boolean\n"),
	},
	{
		Code: DoubtfulConversion, Severity: Warning,
		Title:       "value of a type that the field takes sometimes",
		Explanation: "The platform converts what it can: text that reads as a number, a number in the field's range. Rows with other values fail, or lose a part of the value. An expression that converts says that this is meant.",
		Example:     with(personDataflow, "_{TENANT_ID}.shop.points: points", "_{TENANT_ID}.shop.points: concat(id, points)"),
	},
	{
		Code: ConstantValue, Severity: Error,
		Title:       "constant that the field does not take",
		Explanation: "The constant, or a literal that an expression may come to, is not among the values of the field, does not match its pattern, or lies outside its range.",
		Example:     filling("person.gender: {value: Male}"),
	},
	{
		Code: DuplicateMapping, Severity: Error,
		Title:       "two mappings of one field",
		Explanation: "The same destination is written in two ways, so that YAML does not see the repetition. The platform would keep one of the two.",
		Example:     filling("_acme.shop.number: id"),
	},
	{
		Code: MappingConflict, Severity: Error,
		Title:       "mapping inside of what another one fills",
		Explanation: "One destination is an object and the other a field in it. Which of the two wins is not defined.",
		Example:     filling("_{TENANT_ID}.shop: to_object(\"number\", id)"),
	},
	{
		Code: RequiredField, Severity: Error,
		Title:       "required field that nothing fills",
		Explanation: "The class of the schema requires the field of every record: events have `_id` and `timestamp`. The platform drops rows without it.",
		Example:     with(eventDataflow, "  timestamp: at\n", ""),
	},
	{
		Code: RequiredSibling, Severity: Warning,
		Title:       "object that lacks a required field",
		Explanation: "Once a field of an object is mapped, the object exists, and then its required fields must be there as well: the platform drops rows without them.",
		Example:     with(eventDataflow, "  commerce.purchases.value: amount\n", "  commerce.purchases.id: id\n"),
	},
	{
		Code: DeprecatedField, Severity: Warning,
		Title:       "field that Adobe gives up",
		Explanation: "The field still takes data and will go. Its description on the platform usually names the one to use instead.",
		Example:     filling("person.taxId: id"),
	},
	{
		Code: ReadOnlyField, Severity: Warning,
		Title:       "field that the platform writes",
		Explanation: "The platform overwrites what is mapped here.",
		Example:     filling("createdByBatchID: id"),
	},
	{
		Code: DestinationsUnchecked, Severity: Note,
		Title:       "destinations that could not be checked",
		Explanation: "The schema, or one of its field groups, is given by its id: its fields are known to the platform only. Paths are checked for their form. Describe the schema in a Schema document to have all checked.",
		Example:     goodDataflow,
	},
	{
		Code: DatasetSchema, Severity: Error,
		Title:       "dataset of another schema",
		Explanation: "Dataflow and dataset must have the same schema: the platform refuses data that are mapped to another one.",
		Example: with(with(personDataflow, "    identities:\n      shop.number: {namespace: CRMID, primary: true}\n", ""), "dataset: {title: People}", "dataset: clients") +
			"---\nkind: Dataset\nname: clients\ntitle: Clients\nschema: clients\n---\nkind: Schema\nname: clients\ntitle: Clients\nclass: profile\n",
	},
	{
		Code: FieldPath, Severity: Error,
		Title:       "name that a field cannot have",
		Explanation: "Own fields have names of letters, digits, `-` and `_`, joined by dots for objects in objects; a name does not begin with an underscore, which marks namespaces. Members of a list's elements are written `list[*].member`.",
		Example:     with(personDataflow, "shop.points: integer", "shop points: integer\n      shop.points: integer"),
	},
	{
		Code: FieldClash, Severity: Error,
		Title:       "field inside another field",
		Explanation: "The same own field is declared twice, or one lies inside another that is no object.",
		Example:     with(personDataflow, "tags: string[]", "tags: string[]\n      tags.first: string"),
	},
	{
		Code: FieldLimit, Severity: Error,
		Title:       "limit that the field's type cannot have",
		Explanation: "Texts have `enum` and `pattern`, numbers have `minimum` and `maximum` within the range of their type.",
		Example:     with(personDataflow, "tags: string[]", "tags: string[]\n      level: {type: string, minimum: 1}"),
	},
	{
		Code: FieldGroupClass, Severity: Error,
		Title:       "field group of another class",
		Explanation: "Each standard field group says which classes it extends; the schema registry refuses others.",
		Example:     with(personDataflow, "[profile-person-details]", "[profile-person-details, experienceevent-web]"),
	},
	{
		Code: UnknownIdentity, Severity: Error,
		Title:       "identity that is no field of the schema",
		Explanation: "Identities are fields of the class, of the field groups or of `fields`, where the namespace may be left out.",
		Example:     with(personDataflow, "shop.number: {namespace", "shop.numbr: {namespace"),
	},
	{
		Code: IdentityField, Severity: Error,
		Title:       "field that cannot be an identity",
		Explanation: "An identity is a text field outside of lists and maps. `_id` names the record and not the person; `identityMap` carries identities without a mark.",
		Example:     with(personDataflow, "shop.number: {namespace: CRMID, primary: true}", "shop.number: {namespace: CRMID, primary: true}\n      shop.points: CRMID"),
	},
	{
		Code: PrimaryIdentity, Severity: Error,
		Title:       "two primary identities",
		Explanation: "One identity of a schema is primary: Profile collects what it knows about a person under it.",
		Example:     with(personDataflow, "shop.number: {namespace: CRMID, primary: true}", "shop.number: {namespace: CRMID, primary: true}\n      person.name.lastName: {namespace: CRMID, primary: true}"),
	},
	{
		Code: AddressClash, Severity: Error,
		Title:       "two objects with one address",
		Explanation: "A schema or dataset that is written inside a dataflow takes the dataflow's name, which a document of its own has already.",
		Example:     personDataflow + "---\nkind: Schema\nname: people\ntitle: All people\nclass: profile\n",
	},
	{
		Code: DuplicateTitle, Severity: Error,
		Title:       "title that is taken",
		Explanation: "The schema registry wants titles to be unique over schemas, field groups, classes and data types of a sandbox. The own fields of a schema titled T are a field group titled \"T fields\".",
		Example:     personDataflow + "---\nkind: Schema\nname: clients\ntitle: People\nclass: profile\n",
	},
	{
		Code: ImportKind, Severity: Error,
		Title:       "import of an object that the document does not make",
		Explanation: "`lifecycle.import` takes over objects that exist on the platform already. A document can take over what it makes, and nothing else.",
		Example:     goodConnection + "lifecycle:\n  import: {flow: 2edc08ac-4df5-4fe6-936f-81a19ce92f5c}\n",
	},
	{
		Code: FileUnreadable, Severity: Error,
		Title:       "file that cannot be read",
		Explanation: "The file belongs to the project by its name, and the system refuses to open it.",
	},
}
