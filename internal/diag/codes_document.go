package diag

import "strings"

// goodDataflow is a document without fault; examples change a part of it.
const goodDataflow = `name: orders
database:
  connector: postgresql
  connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4
table: shop.orders
columns:
  id: string
  amount: double
  pieces: integer
  paid: boolean
  changed: date-time
target:
  schema: https://ns.adobe.com/{TENANT_ID}/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168
  dataset: 6019e0e7c5dcf718db5ebc71
mappings:
  _id: id
delta:
  column: changed
  dateFormat: yyyy-MM-dd HH:mm:ss
schedule:
  frequency: hour
  interval: 1
`

// goodConnection is a Connection document without fault.
const goodConnection = `kind: Connection
name: shop-db
title: Shop
connector: postgresql
auth:
  type: Basic Authentication
  params:
    server: db.example.com
    port: 5432
    database: shop
    username: reader
    password: ${env.SHOP_PASSWORD}
    sslMode: Require
`

// with returns a text in which one part is another.
func with(text, part, other string) string {
	if !strings.Contains(text, part) {
		panic("diag: an example does not contain " + part)
	}
	return strings.Replace(text, part, other, 1)
}

// documentCodes explains the codes of shape, names, schedules and connections.
var documentCodes = []Entry{
	{
		Code: UnknownKey, Severity: Error,
		Title: "unknown key",
		Explanation: "Unknown keys are errors, so that a misspelled key never silently has no effect. The message " +
			"names " +
			"the nearest key; `validate --fix` corrects it.",
		Example: with(goodDataflow, "table:", "tabel:"),
	},
	{
		Code: MissingKey, Severity: Error,
		Title:       "missing required key",
		Explanation: "The document, or this part of it, requires the key. `aepflow explain` describes its value.",
		Example:     with(goodDataflow, "table: shop.orders\n", ""),
	},
	{
		Code: WrongType, Severity: Error,
		Title: "value of the wrong type",
		Explanation: "The key takes a different type of value. Scalars follow YAML 1.2: `yes` and `on` are text, " +
			"`017` " +
			"is the number seventeen, a date is text, and a key without a value is null.",
		Example: with(goodDataflow, "interval: 1", "interval: \"one\""),
	},
	{
		Code: InvalidValue, Severity: Error,
		Title:       "value that is not allowed",
		Explanation: "The type is right, but the value is not one of the allowed values or is outside the limits.",
		Example:     with(goodDataflow, "frequency: hour", "frequency: hourly"),
	},
	{
		Code: InvalidName, Severity: Error,
		Title: "invalid name",
		Explanation: "Names are part of addresses such as `flow.orders`, which appear in lockfiles and on the " +
			"command " +
			"line. They consist of lowercase letters, digits, and dashes, and start and end with a letter or " +
			"digit. Use `title` for text that people read. The name of a target may also have uppercase letters and " +
			"underscores; its lockfile is named after it.",
		Example: with(goodDataflow, "name: orders", "name: Shop Orders"),
	},
	{
		Code: UnknownKind, Severity: Error,
		Title: "unknown kind of document",
		Explanation: "A document is a Dataflow, a Connection, a Schema, or a Dataset. A document without `kind` is a " +
			"Dataflow.",
		Example: "kind: Dataflo\nname: orders\n",
	},
	{
		Code: UnknownConnector, Severity: Error,
		Title: "unknown connector",
		Explanation: "Connectors have short names such as `postgresql` or `google-bigquery`. IDs of connection " +
			"specifications are recognized, including one that is misprinted in Adobe's own list, and the " +
			"message gives the name to use instead.",
		Example: with(goodDataflow, "connector: postgresql", "connector: postgresq"),
	},
	{
		Code: DeprecatedConnector, Severity: Warning,
		Title: "deprecated connector",
		Explanation: "Dataflows with this connector still run, but Adobe may reject new ones and will remove the " +
			"connector. Plan a migration.",
		Example: with(goodDataflow, "connector: postgresql", "connector: phoenix"),
	},
	{
		Code: UnknownColumn, Severity: Error,
		Title: "undeclared column",
		Explanation: "Mappings and the delta column refer to columns declared under `columns`. Columns that are not " +
			"declared are not ingested.",
		Example: with(goodDataflow, "_id: id", "_id: {source: di}"),
	},
	{
		Code: DuplicateName, Severity: Error,
		Title: "duplicate document name",
		Explanation: "The name is the address in the lockfile and the plan, so it must be unique within a kind " +
			"across " +
			"all files of a project.",
		Example: goodDataflow + "---\n" + goodDataflow,
	},
	{
		Code: UnknownReference, Severity: Error,
		Title: "reference to a document that does not exist",
		Explanation: "The document refers to a connection, schema, or dataset that no file of the project declares. " +
			"Refer to objects that exist only on the platform by their ID.",
		Example: with(goodDataflow, "connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4", "connection: shop-db"),
	},
	{
		Code: InvalidID, Severity: Error,
		Title: "malformed ID",
		Explanation: "Connection IDs are UUIDs, dataset IDs have 24 hexadecimal digits, and schema IDs are URIs that " +
			"start with `https://ns.adobe.com/`. A truncated copy is the usual cause.",
		Example: with(goodDataflow, "dataset: 6019e0e7c5dcf718db5ebc71", "dataset: 6019e0e7c5dcf718db5ebc7"),
	},
	{
		Code: ScheduleInterval, Severity: Error,
		Title: "interval that the platform rejects",
		Explanation: "With frequency `minute`, the interval must be at least 15; with `hour`, `day`, and `week`, at " +
			"least 1. Every frequency except `once` requires an interval.",
		Example: with(goodDataflow, "frequency: hour\n  interval: 1", "frequency: minute\n  interval: 10"),
	},
	{
		Code: ScheduleStart, Severity: Error,
		Title: "invalid start time",
		Explanation: "`startTime` is an RFC 3339 time with date and zone, or seconds since 1970. If it is " +
			"absent, the " +
			"first run is a minute after the dataflow is created.",
		Example: with(goodDataflow, "interval: 1", "interval: 1\n  startTime: 2027-02-30T00:00:00Z"),
	},
	{
		Code: ScheduleOnce, Severity: Error,
		Title: "one-time schedule with keys of a recurring one",
		Explanation: "A dataflow with frequency `once` reads everything a single time. Interval and backfill " +
			"have " +
			"no meaning for it, and the platform rejects them.",
		Example: with(with(goodDataflow, "delta:\n  column: changed\n  dateFormat: yyyy-MM-dd HH:mm:ss\n", ""),
			"frequency: hour\n  interval: 1", "frequency: once\n  backfill: true"),
	},
	{
		Code: DeltaMissing, Severity: Error,
		Title: "recurring schedule without a delta column",
		Explanation: "Each run reads the rows that are new or changed since the last run. It finds them by a " +
			"column of " +
			"type date or date-time whose value grows with every change.",
		Example: with(goodDataflow, "delta:\n  column: changed\n  dateFormat: yyyy-MM-dd HH:mm:ss\n", ""),
	},
	{
		Code: DeltaForbidden, Severity: Error,
		Title: "one-time schedule with a delta column",
		Explanation: "A dataflow with frequency `once` reads everything; there is no earlier run to which a " +
			"delta " +
			"could refer.",
		Example: with(goodDataflow, "frequency: hour\n  interval: 1", "frequency: once"),
	},
	{
		Code: MappingSetOwner, Severity: Error,
		Title: "mapping set of another dataflow beside its own",
		Explanation: "`mappingSet.id` names a mapping set that exists: it is used as it is and never changed. To give the " +
			"dataflow a set of its own, write `mappings`, and remove `id` and `version`.",
		Example: goodDataflow + "mappingSet: {id: a25b22c14b7a8cb4377f70db5ecc8408, version: 0}\n",
	},
	{
		Code: DeltaColumn, Severity: Error,
		Title:       "delta column that is not a date or time",
		Explanation: "Declare the delta column with type date or date-time.",
		Example:     with(goodDataflow, "column: changed", "column: amount"),
	},
	{
		Code: DeltaFormat, Severity: Warning,
		Title: "date format that means something else",
		Explanation: "In date formats, `yyyy` is the year and `dd` the day of the month. `YYYY` is the year that a " +
			"week " +
			"belongs to, and `DD` the day of the year; both are right for most dates and wrong around New Year. " +
			"Azure Table Storage, Dynamics, and OData have one format of their own, `yyyy-MM-ddTHH:mm:ssZ`.",
		Example: with(goodDataflow, "yyyy-MM-dd HH:mm:ss", "YYYY-MM-DD HH:mm:ss"),
	},
	{
		Code: DeltaTimezone, Severity: Warning,
		Title: "delta column that is not in UTC",
		Explanation: "The platform compares the delta column of tables in UTC. Values in another time zone shift " +
			"what a " +
			"run reads: rows are missed or read twice.",
		Example: with(goodDataflow, "dateFormat: yyyy-MM-dd HH:mm:ss", "timezone: Europe/Berlin"),
	},
	{
		Code: AuthType, Severity: Error,
		Title:       "unknown sign-in method",
		Explanation: "Each connector supports one or more sign-in methods, named as on the platform.",
		Example:     with(goodConnection, "Basic Authentication", "Basic Authentification"),
	},
	{
		Code: AuthParam, Severity: Error,
		Title: "missing or unknown sign-in parameter",
		Explanation: "Each sign-in method has its own parameters. Required parameters must be present, and unknown " +
			"ones " +
			"are rejected.",
		Example: with(goodConnection, "    database: shop\n", ""),
	},
	{
		Code: LiteralSecret, Severity: Error,
		Title: "secret written into a document",
		Explanation: "Documents go into Git, and a secret that was pushed once is no longer a secret. Write secret " +
			"parameters as references: `${env.NAME}` or `{file: path}`. Change every secret that was ever " +
			"committed.",
		Example: with(goodConnection, "${env.SHOP_PASSWORD}", "Summer-2027"),
	},
	{
		Code: UnsetSecret, Severity: Error,
		Title: "secret whose environment variable is not set",
		Explanation: "`plan` and `apply` read secrets from the environment, or from `.env`, to see whether they " +
			"changed " +
			"and to send them. In pull requests, `plan --no-secrets` works without them.",
	},
}
