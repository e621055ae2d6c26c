package diag

// The codes of relational schemas.
const (
	RelationalSchema Code = "relational-schema"
	RelationalKey    Code = "relational-key"
)

// relationalTarget is a target that creates a relational schema and its dataset.
const relationalTarget = `  schema:
    title: Shop orders
    relational:
      primaryKey: number
      version: changed
    fields:
      number: string
      total: double
      changed: date-time
  dataset:
    title: Shop orders
`

var relationalDataflow = with(with(goodSchema, schemaTarget, relationalTarget),
	"  _id: id\n  _{TENANT_ID}.shop.number: id\n", "  number: id\n  changed: changed\n")

// relationalCodes explains the codes of relational schemas.
var relationalCodes = []Entry{
	{
		Code: RelationalSchema, Severity: Error,
		Title: "key that a relational schema does not have",
		Explanation: "A relational schema is a table: it has fields of its own at the root and a primary key. It has " +
			"neither a class nor field groups, and cannot be enabled for Profile. Remove that key, or remove " +
			"`relational` to describe a schema with a class.",
		Example: with(relationalDataflow, "    relational:", "    class: profile\n    relational:"),
	},
	{
		Code: RelationalKey, Severity: Error,
		Title: "field that cannot be a key",
		Explanation: "`primaryKey`, `version`, and `timestamp` name declared fields at the root that hold a single " +
			"value. The version is not part of the primary key, because it changes with each change of a row, and its " +
			"values have an order. The timestamp of events is a date-time, and one of at least two fields of their " +
			"primary key.",
		Example: with(relationalDataflow, "primaryKey: number", "primaryKey: numbre"),
	},
}
