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
		Title: "malformed destination path",
		Explanation: "A destination consists of names joined by dots. `[0]` selects an element of a list, `[*]` " +
			"every " +
			"element. Write a dot inside a name as `\\.`.",
		Example: filling("person..name: id"),
	},
	{
		Code: UnknownDestination, Severity: Error,
		Title: "destination that is not in the schema",
		Explanation: "This project describes the schema, so its fields are known: those of its class, of its field " +
			"groups, and its own fields under `_{TENANT_ID}`. The message names the nearest field, or the " +
			"field group that would add it. The platform rejects rows with a field that the schema does not " +
			"have.",
		Example: filling("person.nmae.fullName: id"),
	},
	{
		Code: WrongTenant, Severity: Error,
		Title: "namespace of another organization",
		Explanation: "An organization's own fields are under its namespace, `_{TENANT_ID}`; other names that start " +
			"with " +
			"an underscore are Adobe's. In the `fields` of a schema, omit the namespace.",
		Example: with(personDataflow, "      shop.points: integer",
			"      _acme.level: string\n      shop.points: integer"),
	},
	{
		Code: NoOwnFields, Severity: Error,
		Title: "own field of a schema that has none",
		Explanation: "The destination is under the organization's namespace, where a schema without `fields` has " +
			"nothing.",
		Example: with(eventDataflow, "  _id: id\n", "  _id: id\n  _{TENANT_ID}.channel: id\n"),
	},
	{
		Code: DestinationIndex, Severity: Error,
		Title:       "index on something that is not a list",
		Explanation: "Only lists have elements. `validate --fix` removes the index.",
		Example:     filling("person[0].name.fullName: id"),
	},
	{
		Code: DestinationBelow, Severity: Error,
		Title:       "destination below a single value",
		Explanation: "The path goes through a field that holds a single value and has no fields of its own.",
		Example:     with(personDataflow, "_{TENANT_ID}.shop.points: points", "_{TENANT_ID}.shop.points.total: points"),
	},
	{
		Code: IndexMissing, Severity: Warning,
		Title: "list without an index",
		Explanation: "The path goes through a list without selecting an element. `[0]` is the first element; " +
			"`[*]` is " +
			"each element, if the value is a list too.",
		Example: with(with(personDataflow, "[profile-person-details]",
			"[profile-person-details, b2b-person-components]"), "  _id: id\n",
			"  _id: id\n  personComponents.workEmail.address: id\n"),
	},
	{
		Code: NotALeaf, Severity: Error,
		Title: "single value for an object or a list",
		Explanation: "Fill an object field by field, or with an expression that creates one, such as to_object(…). " +
			"Fill " +
			"a list by element, or with to_array(…).",
		Example: filling("person.name: id"),
	},
	{
		Code: IncompatibleType, Severity: Error,
		Title:       "value that can never have the field's type",
		Explanation: "No value of the column or expression can be converted to the field's type: every row would fail.",
		Example: with(filling("person.birthDate: active"), "  points: integer\n",
			"  points: integer\n  active: boolean\n"),
	},
	{
		Code: DoubtfulConversion, Severity: Warning,
		Title: "value that only sometimes has the field's type",
		Explanation: "The platform converts what it can: text that reads as a number, a number in the field's range. " +
			"Rows with other values fail or lose part of the value. An expression that converts the value " +
			"shows that this is intended.",
		Example: with(personDataflow, "_{TENANT_ID}.shop.points: points",
			"_{TENANT_ID}.shop.points: concat(id, points)"),
	},
	{
		Code: ConstantValue, Severity: Error,
		Title: "constant that the field does not accept",
		Explanation: "The constant, or a literal that an expression may return, is not among the field's allowed " +
			"values, does not match its pattern, or is out of range.",
		Example: filling("person.gender: {value: Male}"),
	},
	{
		Code: DuplicateMapping, Severity: Error,
		Title: "two mappings for one field",
		Explanation: "The same destination is written in two ways, so YAML does not notice the duplicate. The " +
			"platform " +
			"would keep only one of the two.",
		Example: filling("_acme.shop.number: id"),
	},
	{
		Code: MappingConflict, Severity: Warning,
		Title: "mapping inside another mapping's destination",
		Explanation: "One destination is an object and the other a field in it. The platform accepts this; which of " +
			"the two " +
			"wins where both have a value is not documented.",
		Example: filling("_{TENANT_ID}.shop: to_object(\"number\", id)"),
	},
	{
		Code: RequiredField, Severity: Error,
		Title: "unmapped required field",
		Explanation: "The schema's class requires the field in every record: events have `_id` and `timestamp`. The " +
			"platform drops rows without it.",
		Example: with(eventDataflow, "  timestamp: at\n", ""),
	},
	{
		Code: RequiredSibling, Severity: Warning,
		Title: "object without a required field",
		Explanation: "Once a field of an object is mapped, the object exists, and its required fields must be " +
			"present " +
			"too: the platform drops rows without them.",
		Example: with(eventDataflow, "  commerce.purchases.value: amount\n", "  commerce.purchases.id: id\n"),
	},
	{
		Code: DeprecatedField, Severity: Warning,
		Title: "deprecated field",
		Explanation: "The field still accepts data but will be removed. Its description on the platform usually " +
			"names " +
			"the replacement.",
		Example: filling("person.taxId: id"),
	},
	{
		Code: ReadOnlyField, Severity: Warning,
		Title:       "field that the platform writes",
		Explanation: "The platform overwrites what is mapped here.",
		Example:     filling("createdByBatchID: id"),
	},
	{
		Code: DestinationsUnchecked, Severity: Note,
		Title: "destinations that could not be checked",
		Explanation: "The schema, or one of its field groups, is referenced by ID, so only the platform knows its " +
			"fields. Only the form of the paths is checked. Describe the schema in a Schema document to check " +
			"everything.",
		Example: goodDataflow,
	},
	{
		Code: DatasetSchema, Severity: Error,
		Title: "dataset with a different schema",
		Explanation: "A dataflow and its dataset must have the same schema: the platform rejects data that is " +
			"mapped to " +
			"another one.",
		Example: with(with(personDataflow, "    identities:\n      shop.number: {namespace: CRMID, primary: true}\n",
			""), "dataset: {title: People}", "dataset: clients") +
			"---\nkind: Dataset\nname: clients\ntitle: Clients\nschema: clients\n---\nkind: Schema\nname: " +
			"clients\ntitle: Clients\nclass: profile\n",
	},
	{
		Code: FieldPath, Severity: Error,
		Title: "invalid field name",
		Explanation: "Names of own fields consist of letters, digits, `-`, and `_`, joined by dots for nested " +
			"objects. " +
			"A name does not start with an underscore, which marks namespaces. Write members of a list's " +
			"elements as `list[*].member`.",
		Example: with(personDataflow, "shop.points: integer", "shop points: integer\n      shop.points: integer"),
	},
	{
		Code: FieldClash, Severity: Error,
		Title:       "field inside another field",
		Explanation: "The same own field is declared twice, or one is inside another that is not an object.",
		Example:     with(personDataflow, "tags: string[]", "tags: string[]\n      tags.first: string"),
	},
	{
		Code: FieldLimit, Severity: Error,
		Title: "limit that does not fit the field's type",
		Explanation: "Texts have `enum` and `pattern`; numbers have `minimum` and `maximum` within the range of " +
			"their " +
			"type.",
		Example: with(personDataflow, "tags: string[]", "tags: string[]\n      level: {type: string, minimum: 1}"),
	},
	{
		Code: FieldGroupClass, Severity: Error,
		Title:       "field group for another class",
		Explanation: "Each standard field group states which classes it extends; the Schema Registry rejects others.",
		Example:     with(personDataflow, "[profile-person-details]", "[profile-person-details, experienceevent-web]"),
	},
	{
		Code: UnknownIdentity, Severity: Error,
		Title: "identity that is not a field of the schema",
		Explanation: "Identities are fields of the class, of the field groups, or of `fields`, where the " +
			"namespace may " +
			"be omitted.",
		Example: with(personDataflow, "shop.number: {namespace", "shop.numbr: {namespace"),
	},
	{
		Code: IdentityField, Severity: Error,
		Title: "field that cannot be an identity",
		Explanation: "An identity is a text field outside of lists and maps. `_id` identifies the record, not the " +
			"person; `identityMap` contains identities without being marked.",
		Example: with(personDataflow, "shop.number: {namespace: CRMID, primary: true}",
			"shop.number: {namespace: CRMID, primary: true}\n      shop.points: CRMID"),
	},
	{
		Code: PrimaryIdentity, Severity: Error,
		Title: "two primary identities",
		Explanation: "Exactly one identity of a schema is primary: Profile collects what it knows about a person " +
			"under " +
			"it.",
		Example: with(personDataflow, "shop.number: {namespace: CRMID, primary: true}",
			"shop.number: {namespace: CRMID, primary: true}\n      person.name.lastName: {namespace: CRMID, "+
				"primary: true}"),
	},
	{
		Code: AddressClash, Severity: Error,
		Title: "two objects with one address",
		Explanation: "A schema or dataset written inside a dataflow takes the dataflow's name, but another document " +
			"already has that name.",
		Example: personDataflow + "---\nkind: Schema\nname: people\ntitle: All people\nclass: profile\n",
	},
	{
		Code: DuplicateTitle, Severity: Error,
		Title: "duplicate title",
		Explanation: "In the Schema Registry, titles must be unique across the schemas, field groups, classes, and " +
			"data " +
			"types of a sandbox. The own fields of a schema titled T become a field group titled \"T fields\".",
		Example: personDataflow + "---\nkind: Schema\nname: clients\ntitle: People\nclass: profile\n",
	},
	{
		Code: ImportKind, Severity: Error,
		Title: "import of an object that the document does not create",
		Explanation: "`lifecycle.import` takes over objects that already exist on the platform. A document can take " +
			"over only what it would create.",
		Example: goodConnection + "lifecycle:\n  import: {flow: 2edc08ac-4df5-4fe6-936f-81a19ce92f5c}\n",
	},
	{
		Code: DuplicateImport, Severity: Error,
		Title: "object with two owners",
		Explanation: "An object of the platform belongs to one document. If two imported it, removing one document " +
			"would remove " +
			"the object of the other one. A plan also refuses to import what the lockfile has already.",
		Example: goodConnection + importShop + "---\n" +
			with(goodConnection, "name: shop-db", "name: shop-copy") + importShop,
	},
	{
		Code: FileUnreadable, Severity: Error,
		Title:       "unreadable file",
		Explanation: "The file's name makes it part of the project, but the operating system refuses to open it.",
	},
	{
		Code: FolderUnreadable, Severity: Warning,
		Title: "unreadable folder",
		Explanation: "Documents are searched for in all folders of the project. In this one they cannot be found, " +
			"so a plan treats them as removed.",
	},
	{
		Code: FileNotRead, Severity: Warning,
		Title: "file that looks like a document",
		Explanation: "Only dataflow.yaml, NAME.dataflow.yaml, and aepflow.yaml are read. This file has the content " +
			"or almost the name of one of them.",
	},
	{
		Code: NestedProject, Severity: Note,
		Title: "project in a project",
		Explanation: "A folder with an aepflow.yaml of its own is a project of its own, with its own targets and " +
			"lockfiles. Its documents are not part of the project around it.",
	},
	{
		Code: CatalogIgnored, Severity: Note,
		Title: "catalog that was not used",
		Explanation: "What the platform knows of tables and schemas is in dataflow.TARGET.catalog.json, with a digest. A " +
			"file that was merged or edited does not fit its digest, and may hold facts of two states: it is not used. Run " +
			"`aepflow catalog`, which writes it again.",
	},
	{
		Code: ColumnAtSource, Severity: Warning,
		Title: "declared column that the source has otherwise",
		Explanation: "According to the catalog, the table or file does not have a column that the document declares, or " +
			"has it with another type. The document takes precedence: mappings are checked against what it declares. If the " +
			"source changed after the catalog was written, run `aepflow catalog`.",
	},
	{
		Code: BelowProject, Severity: Warning,
		Title: "folder of a project",
		Explanation: "A folder above has an aepflow.yaml, so this folder belongs to that project. Run there, the command " +
			"uses the targets and the lockfile of that project; here it would create the same objects again.",
	},
}

const importShop = "lifecycle:\n  import: {connection: 6990abad-977d-41b9-a85d-17ea8cf1c0e4}\n"
