package xdm

import "strings"

// sqlTypes are types of databases and languages, in lower case and without
// lengths, and the types of columns that hold their values.
var sqlTypes = map[string]string{
	"varchar": "string", "nvarchar": "string", "varchar2": "string", "nvarchar2": "string", "char": "string",
	"nchar":     "string",
	"character": "string", "character varying": "string", "text": "string", "ntext": "string", "tinytext": "string",
	"mediumtext": "string", "longtext": "string", "clob": "string", "nclob": "string", "str": "string",
	"uuid":             "string",
	"uniqueidentifier": "string", "enum": "string", "json": "string", "jsonb": "string", "variant": "string",
	"xml":  "string",
	"inet": "string", "bytea": "string", "time": "string",
	"bool": "boolean", "bit": "boolean",
	"int": "integer", "int2": "integer", "int4": "integer", "int16": "integer", "int32": "integer",
	"smallint": "integer",
	"tinyint":  "integer", "mediumint": "integer", "serial": "integer",
	"bigint": "long", "int8": "long", "int64": "long", "bigserial": "long",
	"decimal": "double", "numeric": "double", "number": "double", "float": "double", "float4": "double",
	"float8":  "double",
	"float64": "double", "float32": "double", "real": "double", "double precision": "double", "money": "double",
	"bignumeric": "double",
	"timestamp":  "date-time", "timestamptz": "date-time", "timestamp_ntz": "date-time", "timestamp_ltz": "date-time",
	"timestamp_tz": "date-time", "datetime": "date-time", "datetime2": "date-time", "datetimeoffset": "date-time",
	"smalldatetime": "date-time", "timestamp with time zone": "date-time", "timestamp without time zone": "date-time",
}

// ForeignColumnType returns the type of column for a type of a database or
// language: double for decimal(10,2).
func ForeignColumnType(text string) (string, bool) {
	name, _, _ := strings.Cut(strings.ToLower(text), "(")
	t, ok := sqlTypes[strings.TrimSpace(name)]
	return t, ok
}
