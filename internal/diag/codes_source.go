package diag

// filesDataflow is a document that reads files in which nothing is wrong.
const filesDataflow = `name: loyalty
files:
  connector: sftp
  connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4
  path: /exports/loyalty/*.csv
columns:
  id: string
  points: string
target:
  schema: https://ns.adobe.com/{TENANT_ID}/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168
  dataset: 6019e0e7c5dcf718db5ebc71
mappings:
  _id: id
  loyalty.points: to_integer(points)
schedule:
  frequency: hour
  interval: 1
`

var filterDataflow = with(with(goodDataflow, "connector: postgresql", "connector: snowflake"), "columns:",
	"filter: amount > 10\ncolumns:")

// cdcDataflow reads changes into a schema that is not relational.
var cdcDataflow = with(with(with(goodDataflow, "connector: postgresql", "connector: snowflake"), "columns:",
	"cdc: true\ncolumns:"), "schema: https://ns.adobe.com/{TENANT_ID}/schemas/"+
	"52b59140414aa6a370ef5e21155fd7a686744b8739ecc168", "schema:\n    title: Orders\n    class: profile")

// sourceCodes explains the codes of what a dataflow reads.
var sourceCodes = []Entry{
	{
		Code: SourceChoice, Severity: Error,
		Title: "no source, or two",
		Explanation: "A dataflow reads a table, with `database` and `table`, files, with `files`, a self-serve source, " +
			"with `rest`, or a stream, with `stream`. Write several dataflows to read several.",
		Example: with(filesDataflow, "columns:", "table: loyalty\ncolumns:"),
	},
	{
		Code: NotARestSource, Severity: Error,
		Title: "connector that is not a self-serve source",
		Explanation: "`rest` needs a connector of a batch self-serve source, such as stripe, zendesk, or generic-rest. " +
			"Tables are read with `database` and `table`, and files with `files`.",
		Example: with(filesDataflow, "files:\n  connector: sftp\n  connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4\n"+
			"  path: /exports/loyalty/*.csv\n",
			"rest:\n  connector: sftp\n  connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4\n"),
	},
	{
		Code: UncheckedParams, Severity: Note,
		Title: "parameters that were not checked",
		Explanation: "Adobe does not publish the parameters of this self-serve source. They are sent as they are " +
			"written.",
		Example: with(filesDataflow, "files:\n  connector: sftp\n  connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4\n"+
			"  path: /exports/loyalty/*.csv\n", "rest:\n  connector: generic-rest\n"+
			"  connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4\n  params: {path: /members}\n"),
	},
	{
		Code: SourceParam, Severity: Error,
		Title: "wrong parameter of a self-serve source",
		Explanation: "A required parameter is missing, or it is not text. A parameter or a value that Adobe's page on the " +
			"source does not name is a warning, because the page may be incomplete: it is sent as it is written. " +
			"`aepflow connectors NAME` prints the parameters.",
		Example: with(filesDataflow, "files:\n  connector: sftp\n  connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4\n"+
			"  path: /exports/loyalty/*.csv\n", "rest:\n  connector: stripe\n"+
			"  connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4\n"),
	},
	{
		Code: NotAFileSource, Severity: Error,
		Title: "connector without files",
		Explanation: "`files` needs a connector of a file store, such as amazon-s3, sftp, or data-landing-zone. A " +
			"database is read with `database` and `table`.",
		Example: with(filesDataflow, "connector: sftp", "connector: postgresql"),
	},
	{
		Code: FilePath, Severity: Error,
		Title: "path that the platform does not read",
		Explanation: "A path is one file, a folder (it ends with a slash), or a pattern. `*` matches any " +
			"characters and may only occur in the last part of a path; `recursive: true` reads the folders below a " +
			"folder. Signs of other patterns, such as `?` or `.*`, are a warning: they match only themselves. Paths of " +
			"the landing zone begin with its container, `dlz-user-container`.",
		Example: with(filesDataflow, "/exports/loyalty/*.csv", "/exports/*/loyalty.csv"),
	},
	{
		Code: FileFormat, Severity: Error,
		Title: "unknown format of files",
		Explanation: "All files of a dataflow have one format: `delimited`, `json`, or `parquet`. It may be left out " +
			"where the path ends with .csv, .tsv, .json, or .parquet, also before .gz, .gpg, or .pgp. A path that " +
			"says something else than `format` is a warning.",
		Example: with(filesDataflow, "/exports/loyalty/*.csv", "/exports/loyalty/"),
	},
	{
		Code: FileOption, Severity: Error,
		Title: "key for another file format",
		Explanation: "`delimiter` and `encoding` describe delimited files, `compression` delimited and JSON files; " +
			"Parquet files say it all themselves. Names such as .tsv and .csv.gz without the matching key are a warning.",
		Example: with(filesDataflow, "/exports/loyalty/*.csv", "/exports/loyalty/*.json\n  encoding: UTF-8"),
	},
	{
		Code: FileEncryption, Severity: Error,
		Title: "encrypted files that the platform does not read",
		Explanation: "The platform decrypts the files of one folder: it does not look for encrypted files in the " +
			"folders below. The files end with .csv, .tsv, .json, or .parquet, each also before .gpg or .pgp, or only " +
			"with .gpg or .pgp; another name, or one that contradicts `encryption`, is a warning.",
		Example: with(filesDataflow, "/exports/loyalty/*.csv",
			"/exports/loyalty/*.csv\n  recursive: true\n  encryption: {publicKeyId: 7d3a}"),
	},
	{
		Code: EncryptionKey, Severity: Error,
		Title: "key of encrypted files that is absent or expires",
		Explanation: "`plan --refresh` and `apply` read the keys of the dataflows that change. A key that does not exist " +
			"or has expired is an error, or a warning if the dataflow is only disabled; one that expires within 30 days is a " +
			"warning. Keys are valid for 180 days and belong to one sandbox: create a key pair, have the files encrypted for " +
			"it, and write its ID. Another key replaces the dataflow.",
	},
	{
		Code: FileSchedule, Severity: Warning,
		Title: "schedule that does not suit the files",
		Explanation: "Adobe recommends one-time dataflows for FTP. The landing zone deletes a file after 7 days, so a " +
			"dataflow must read it at least once a week. Each run takes the files that were changed since the last.",
		Example: with(filesDataflow, "connector: sftp", "connector: ftp"),
	},
	{
		Code: DraftUnsupported, Severity: Warning,
		Title: "draft that the platform may not have",
		Explanation: "Adobe documents drafts for sources of tables. `state: disabled` stores a dataflow that does not " +
			"run, whatever it reads.",
		Example: with(filesDataflow, "schedule:", "state: draft\nschedule:"),
	},
	{
		Code: CDCSchema, Severity: Error,
		Title: "changes into a schema that is not relational",
		Explanation: "With `cdc: true`, a run inserts, updates, and deletes rows by their primary key, which only " +
			"relational schemas have. Write `relational` in the Schema document, or remove `cdc`.",
		Example: cdcDataflow,
	},
	{
		Code: CDCSupport, Severity: Warning,
		Title: "source without change data capture",
		Explanation: "Adobe documents change data capture for amazon-s3, azure-blob, azure-databricks, " +
			"data-landing-zone, google-bigquery, google-cloud-storage, sftp, and snowflake. With another connector of " +
			"tables or files it may be ignored, which is a warning. Self-serve sources and streams do not have it, " +
			"which is an error.",
		Example: with(goodDataflow, "columns:", "cdc: true\ncolumns:"),
	},
	{
		Code: CDCColumn, Severity: Error,
		Title: "column that says what a change is",
		Explanation: "With `cdc: true`, the column `_change_request_type` of a file says what becomes of a row: `u` " +
			"inserts or updates it, `d` deletes it. It is read during ingestion, and is neither mapped nor stored. A " +
			"file without it deletes nothing, which is a note; without `cdc: true` it is an ordinary column, which is a " +
			"warning.",
		Example: with(with(filesDataflow, "columns:", "cdc: true\ncolumns:\n  _change_request_type: string"),
			"to_integer(points)", "_change_request_type"),
	},
	{
		Code: FilterSupport, Severity: Error,
		Title: "source without filters",
		Explanation: "Only some connectors filter rows at the source: amazon-redshift, google-bigquery, " +
			"microsoft-dynamics, salesforce, and snowflake. Read from a view elsewhere. google-bigquery does not list " +
			"isNull and isNotNull among its operators, which is a warning.",
		Example: with(goodDataflow, "columns:", "filter: amount > 10\ncolumns:"),
	},
	{
		Code: FilterSyntax, Severity: Error,
		Title: "filter that cannot be read",
		Explanation: "A filter compares columns with literals: `==`, `!=`, `<`, `<=`, `>`, `>=`, `like`, `in [..]`, " +
			"`isNull(column)`, and `isNotNull(column)`, joined by `and`, `or`, `not`, and parentheses. Text is in " +
			"quotes, a time is written @2026-01-01T00:00:00Z, and a column with other characters than letters, " +
			"digits, `_`, `.`, and `$` is in backquotes. `filter: {pql: …}` takes any other condition in Adobe's PQL.",
		Example: with(filterDataflow, "amount > 10", "amount = 10"),
	},
	{
		Code: FilterType, Severity: Error,
		Title: "column compared with a literal of another type",
		Explanation: "A number is compared with a number, text with text, a boolean by `==` or `!=` with true or " +
			"false, and a date or time with a time such as @2026-01-01T00:00:00Z.",
		Example: with(filterDataflow, "amount > 10", "amount > \"10\""),
	},
	{
		Code: ColumnPath, Severity: Error,
		Title: "invalid path of a column",
		Explanation: "Columns of JSON and Parquet files are paths: `address.city`, `items[].sku`. `\\.` is a dot in a " +
			"name. A column cannot be a value and hold other columns.",
		Example: with(with(filesDataflow, "loyalty/*.csv", "loyalty/*.json"), "  points: string",
			"  points: string\n  points.total: integer"),
	},
	{
		Code: ColumnType, Severity: Error,
		Title: "type that the source does not have",
		Explanation: "Delimited files contain text, so their columns are `string`: convert them in the mapping, for " +
			"example with to_integer(…). Lists such as `string[]` occur in JSON and Parquet files only.",
		Example: with(filesDataflow, "points: string", "points: integer"),
	},
	{
		Code: OriginalType, Severity: Error,
		Title: "original type of a column",
		Explanation: "`originalType` is the type of a table's column in the words of the source, and is sent with the " +
			"column. Columns of files, self-serve sources, and streams are not sent. The specification of Microsoft " +
			"Dynamics asks for it: a note says where it is missing.",
		Example: with(filesDataflow, "points: string", "points: {type: string, originalType: text}"),
	},
}
