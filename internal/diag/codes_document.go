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
		Title:       "key that the format does not have",
		Explanation: "Unknown keys are refused, so that a misspelt one is not silently without effect. The nearest key is named; `validate --fix` puts it in.",
		Example:     with(goodDataflow, "table:", "tabel:"),
	},
	{
		Code: MissingKey, Severity: Error,
		Title:       "required key that is missing",
		Explanation: "The document or one of its parts cannot do without this key. `aepflow explain` says what it takes.",
		Example:     with(goodDataflow, "table: shop.orders\n", ""),
	},
	{
		Code: WrongType, Severity: Error,
		Title:       "value of the wrong type",
		Explanation: "The key takes another type of value. Scalars are read by YAML 1.2: `yes` and `on` are text, `017` is the number seventeen, a date is text, and a key without value is nothing.",
		Example:     with(goodDataflow, "interval: 1", "interval: \"one\""),
	},
	{
		Code: InvalidValue, Severity: Error,
		Title:       "value outside of what the key takes",
		Explanation: "The type is right, but the value is not one of those allowed or lies outside the limits.",
		Example:     with(goodDataflow, "frequency: hour", "frequency: hourly"),
	},
	{
		Code: InvalidName, Severity: Error,
		Title:       "name with letters that names do not have",
		Explanation: "Names are part of addresses such as `flow.orders`, which stand in lockfiles and on the command line. They have lower-case letters, digits and dashes, with a letter or digit at both ends. Use `title` for what people should read.",
		Example:     with(goodDataflow, "name: orders", "name: Shop Orders"),
	},
	{
		Code: UnknownKind, Severity: Error,
		Title:       "kind of document that does not exist",
		Explanation: "A document is a Dataflow, a Connection, a Schema or a Dataset. One without `kind` is a Dataflow.",
		Example:     "kind: Dataflo\nname: orders\n",
	},
	{
		Code: UnknownConnector, Severity: Error,
		Title:       "connector that does not exist",
		Explanation: "Connectors are named by short names such as `postgresql` or `google-bigquery`. Ids of connection specifications are recognised, also one that is misprinted in Adobe's own list, and replaced by the name.",
		Example:     with(goodDataflow, "connector: postgresql", "connector: postgresq"),
	},
	{
		Code: DeprecatedConnector, Severity: Warning,
		Title:       "connector that Adobe gives up",
		Explanation: "Dataflows with this connector still run, but new ones may be refused and the connector will go. Plan a move.",
		Example:     with(goodDataflow, "connector: postgresql", "connector: phoenix"),
	},
	{
		Code: UnknownColumn, Severity: Error,
		Title:       "column that is not declared",
		Explanation: "Mappings and the delta column name columns that are declared under `columns`. Columns that are not declared are not brought in.",
		Example:     with(goodDataflow, "_id: id", "_id: {source: di}"),
	},
	{
		Code: DuplicateName, Severity: Error,
		Title:       "two documents of one kind with the same name",
		Explanation: "The name is the address in lockfile and plan, so it is unique within a kind over all files of a project.",
		Example:     goodDataflow + "---\n" + goodDataflow,
	},
	{
		Code: UnknownReference, Severity: Error,
		Title:       "reference to a document that does not exist",
		Explanation: "A connection, schema or dataset is named that no file of the project describes. Objects that exist on the platform only are given by their id.",
		Example:     with(goodDataflow, "connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4", "connection: shop-db"),
	},
	{
		Code: InvalidID, Severity: Error,
		Title:       "id of the wrong shape",
		Explanation: "Ids of connections are UUIDs, those of datasets have 24 hexadecimal digits, and those of schemas are URIs that begin with `https://ns.adobe.com/`. A truncated copy is the usual cause.",
		Example:     with(goodDataflow, "dataset: 6019e0e7c5dcf718db5ebc71", "dataset: 6019e0e7c5dcf718db5ebc7"),
	},
	{
		Code: ScheduleInterval, Severity: Error,
		Title:       "interval that the platform refuses",
		Explanation: "With frequency `minute` the interval is 15 or more, with `hour`, `day` and `week` it is 1 or more, and every frequency but `once` needs one.",
		Example:     with(goodDataflow, "frequency: hour\n  interval: 1", "frequency: minute\n  interval: 10"),
	},
	{
		Code: ScheduleStart, Severity: Error,
		Title:       "start that is no point in time",
		Explanation: "`startTime` is a time with date and zone by RFC 3339, or seconds since 1970. Without it the first run is a minute after the dataflow is created.",
		Example:     with(goodDataflow, "interval: 1", "interval: 1\n  startTime: 2027-02-30T00:00:00Z"),
	},
	{
		Code: ScheduleOnce, Severity: Error,
		Title:       "one-time schedule with keys of a recurring one",
		Explanation: "A dataflow with frequency `once` reads the whole table a single time. Interval and backfill have no meaning for it, and the platform refuses them.",
		Example:     with(with(goodDataflow, "delta:\n  column: changed\n  dateFormat: yyyy-MM-dd HH:mm:ss\n", ""), "frequency: hour\n  interval: 1", "frequency: once\n  backfill: true"),
	},
	{
		Code: DeltaMissing, Severity: Error,
		Title:       "recurring schedule without delta column",
		Explanation: "Each run reads the rows that are new or changed since the last one, and finds them by a column of type date or date-time that grows with every change.",
		Example:     with(goodDataflow, "delta:\n  column: changed\n  dateFormat: yyyy-MM-dd HH:mm:ss\n", ""),
	},
	{
		Code: DeltaForbidden, Severity: Error,
		Title:       "one-time schedule with delta column",
		Explanation: "A dataflow with frequency `once` reads the whole table; there is no earlier run that a delta could refer to.",
		Example:     with(goodDataflow, "frequency: hour\n  interval: 1", "frequency: once"),
	},
	{
		Code: DeltaColumn, Severity: Error,
		Title:       "delta column that holds no time",
		Explanation: "The delta column must be declared with type date or date-time.",
		Example:     with(goodDataflow, "column: changed", "column: amount"),
	},
	{
		Code: DeltaFormat, Severity: Warning,
		Title:       "date format with letters of another meaning",
		Explanation: "In date formats `yyyy` is the year and `dd` the day of the month. `YYYY` is the year that a week belongs to and `DD` the day of the year; both are right for most dates and wrong around New Year.",
		Example:     with(goodDataflow, "yyyy-MM-dd HH:mm:ss", "YYYY-MM-DD HH:mm:ss"),
	},
	{
		Code: DeltaTimezone, Severity: Warning,
		Title:       "delta column that is not in UTC",
		Explanation: "The platform compares the delta column of tables in UTC. Values in another zone shift what a run reads: rows are missed or read twice.",
		Example:     with(goodDataflow, "dateFormat: yyyy-MM-dd HH:mm:ss", "timezone: Europe/Berlin"),
	},
	{
		Code: AuthType, Severity: Error,
		Title:       "way to sign in that the connector does not have",
		Explanation: "Each connector knows one or more ways to sign in, named as the platform names them.",
		Example:     with(goodConnection, "Basic Authentication", "Basic Authentification"),
	},
	{
		Code: AuthParam, Severity: Error,
		Title:       "parameter missing or unknown",
		Explanation: "Each way to sign in has its own parameters. Required ones must be there, and others are refused.",
		Example:     with(goodConnection, "    database: shop\n", ""),
	},
	{
		Code: LiteralSecret, Severity: Error,
		Title:       "secret written into a document",
		Explanation: "Documents go into Git, and what was once pushed is no secret any more. Secret parameters are references: `${env.NAME}`, or `{file: path}`. Change a secret that was ever committed.",
		Example:     with(goodConnection, "${env.SHOP_PASSWORD}", "Summer-2027"),
	},
	{
		Code: UnsetSecret, Severity: Error,
		Title:       "secret whose environment variable is not set",
		Explanation: "`plan` and `apply` read secrets from the environment, or from `.env`, to see whether they changed and to send them. `plan --no-secrets` does without, for pull requests.",
	},
}
