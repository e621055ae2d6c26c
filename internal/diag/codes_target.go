package diag

// schemaTarget is a target that creates its schema and dataset.
const schemaTarget = `  schema:
    title: Shop orders
    class: profile
    fieldGroups: [profile-person-details]
    fields:
      shop.number: string
      shop.total: double
    identities:
      shop.number: {namespace: CRMID, primary: true}
    profile: true
` + datasetTarget

// datasetTarget is the dataset of it.
const datasetTarget = `  dataset:
    title: Shop orders
    profile: true
`

var goodSchema = with(with(goodDataflow, `  schema: https://ns.adobe.com/{TENANT_ID}/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168
  dataset: 6019e0e7c5dcf718db5ebc71
`, schemaTarget), "_id: id", "_id: id\n  _{TENANT_ID}.shop.number: id")

// targetCodes explains the codes of connections, mappings and targets.
var targetCodes = []Entry{
	{
		Code: UnknownType, Severity: Error,
		Title: "unknown type",
		Explanation: "Columns are string, boolean, integer, long, double, date, or date-time. Own fields of a schema " +
			"can also be lists of these: `string[]`.",
		Example: with(goodDataflow, "amount: double", "amount: doublee"),
	},
	{
		Code: ConnectionChoice, Severity: Error,
		Title: "no connection, or two",
		Explanation: "A dataflow reaches its database through `connection`, the name of a Connection document " +
			"with the " +
			"connector, or through `connectionId` and `connector`, for a base connection that already exists " +
			"on the platform.",
		Example: with(goodDataflow, "  connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4\n", ""),
	},
	{
		Code: NotATableSource, Severity: Error,
		Title: "connector without tables",
		Explanation: "A dataflow ingests a database table. Connectors for file storage deliver files, which are " +
			"set up " +
			"differently on the platform.",
		Example: with(goodDataflow, "connector: postgresql", "connector: azure-blob"),
	},
	{
		Code: MappingForm, Severity: Error,
		Title: "mapping with no source, or several",
		Explanation: "A field gets its value from exactly one of a column (`source`), a Data Prep expression " +
			"(`expression`), and a constant (`value`). The short form is just the column or expression.",
		Example: with(goodDataflow, "_id: id", "_id: {source: id, expression: trim(id)}"),
	},
	{
		Code: ProfileSchema, Severity: Error,
		Title: "Profile dataset with a schema that is not enabled for Profile",
		Explanation: "A dataset feeds Real-Time Customer Profile only if its schema is enabled too. On the platform, " +
			"`profile: true` on a schema cannot be undone.",
		Example: with(goodSchema, "    profile: true\n", ""),
	},
	{
		Code: ProfileTag, Severity: Error,
		Title: "dataset tag that the key `profile` sets",
		Explanation: "The tags `unifiedProfile` and `unifiedIdentity` of a dataset belong to the key `profile`, " +
			"which " +
			"is true, false, or `upsert`. With both, the platform could take either one. `validate --fix` " +
			"removes the tags and writes the key. Under their older names `profile` and `identity`, the tags " +
			"are the same when their values say `enabled:`.",
		Example: with(goodSchema, datasetTarget,
			datasetTarget+"    tags:\n      unifiedProfile: [\"enabled:true\", \"isUpsert:true\"]\n"),
	},
	{
		Code: UpsertEvents, Severity: Warning,
		Title: "upsert of events",
		Explanation: "With `profile: upsert`, a record changes only the fields that it contains. Events are added, " +
			"never updated, so it has no effect on a dataset of events.",
		Example: with(with(with(goodSchema, datasetTarget, with(datasetTarget, "profile: true", "profile: upsert")),
			"class: profile", "class: event"), "  _id: id\n", "  _id: id\n  timestamp: changed\n"),
	},
	{
		Code: RowExpiration, Severity: Error,
		Title: "wrong expiration of rows",
		Explanation: "With `rowExpiration`, the platform deletes the events of a dataset that are older than a period: " +
			"P and then years, months, weeks, or days, such as `P90D`, `P6M`, or `P1Y6M`. It keeps them for 30 days " +
			"at least, and takes no period above ten years. Records have no time, so their datasets cannot have it. " +
			"A plan that adds or shortens the period needs `--allow-data-loss`.",
		Example: with(goodSchema, datasetTarget, datasetTarget+"    rowExpiration: 90 days\n"),
	},
	{
		Code: ProfileIdentity, Severity: Error,
		Title: "Profile schema without a primary identity",
		Explanation: "Profile joins records by the primary identity of their schema, and the platform rejects a " +
			"schema " +
			"without one.",
		Example: with(goodSchema, "    identities:\n      shop.number: {namespace: CRMID, primary: true}\n", ""),
	},
	{
		Code: UnknownClass, Severity: Error,
		Title: "unknown class",
		Explanation: "The class of a schema is `profile`, for records about people, `event`, for things that " +
			"happened, " +
			"the name of a Class document, or the `$id` of another class.",
		Example: with(goodSchema, "class: profile", "class: profiles"),
	},
	{
		Code: UnknownFieldGroup, Severity: Error,
		Title:       "unknown field group",
		Explanation: "Refer to a field group by the name of its document, the well-known name of a standard one, or `$id`.",
		Example:     with(goodSchema, "profile-person-details", "profile-person-detail"),
	},
	{
		Code: SecretReference, Severity: Error,
		Title: "secret that is only partly a reference",
		Explanation: "The value of a secret parameter is one whole reference, `${env.NAME}` or `{file: path}`. Text " +
			"around it would put part of the secret into the document.",
		Example: with(goodConnection, "${env.SHOP_PASSWORD}", "prefix-${env.SHOP_PASSWORD}"),
	},
	{
		Code: DerivedName, Severity: Note,
		Title: "one title names several objects",
		Explanation: "The names of a dataflow's source, target, and mapping set derive from its title, and that of a " +
			"schema's field group from the schema's. A plan has a note about a line that renames several objects. " +
			"A part of a dataflow with a title of its own keeps its name.",
	},
	{
		Code: ImportPart, Severity: Note,
		Title: "an imported object uses one that is not imported",
		Explanation: "A dataflow that `lifecycle.import` names is taken over with its own source, target, and mapping " +
			"set. Datasets, schemas, and connections are not: other dataflows may use them. If the documents create " +
			"one in place of the one in use, the plan has a note with the ID to import. Without that import, the next " +
			"plan moves the dataflow to the new object, which replaces its target or source.",
	},
	{
		Code: IgnoredChange, Severity: Error,
		Title: "invalid entry of ignoreChanges",
		Explanation: "`lifecycle.ignoreChanges` lists fields that others may change on the platform: the kind of object " +
			"and the field, as `aepflow drift` prints them, such as `flow.scheduleParams.interval`. A kind that does not " +
			"exist, a field that the object does not have, and a day that the calendar does not have are errors: a spelling " +
			"mistake would otherwise go unnoticed.",
		Example: goodConnection + "lifecycle:\n  ignoreChanges: [connection.descriptoin]\n",
	},
	{
		Code: SandboxBoundID, Severity: Warning,
		Title: "ID of one sandbox for several targets",
		Explanation: "Connections, datasets, schemas, and mapping sets get another ID in every sandbox. A document that " +
			"names one by its ID and is for several targets can only be applied to one of them. Give each target its own " +
			"value in an overlay, or write `${var.NAME}` with a value per target under `targets.TARGET.vars`. What the " +
			"project describes in documents of its own needs no ID. The emulator does not count as a target.",
		Example: shop("kind: Dataset\nname: orders\ntitle: Orders\nschema: https://ns.adobe.com/acme/schemas/" +
			"52b59140414aa6a370ef5e21155fd7a686744b8739ecc168\n"),
	},
	{
		Code: NewerVersion, Severity: Note,
		Title: "version of a mapping set that is not used",
		Explanation: "A dataflow uses one version of its mapping set. Somebody wrote a newer one on the platform, but the " +
			"dataflow was not changed to it, so nothing drifted. When the mappings of the document change, they are written " +
			"as a version after the newest.",
	},
	{
		Code: IgnoreExpired, Severity: Warning,
		Title: "changes of a field count again",
		Explanation: "An entry of `lifecycle.ignoreChanges` ends on the day `until`. From the next day on, changes of the " +
			"field on the platform are drift again, and every plan has this warning until the entry is removed or " +
			"gets a later day.",
	},
	{
		Code: MovedFrom, Severity: Error,
		Title: "invalid previous name",
		Explanation: "`lifecycle.movedFrom` is the name that the object had before: not the document's own name, " +
			"and not one " +
			"that another document was moved from. Documents may exchange names, in chains and rings, and another " +
			"document " +
			"may use the old name. A plan has a note about a name that it cannot follow.",
		Example: goodDataflow + "lifecycle:\n  movedFrom: orders\n",
	},
}
