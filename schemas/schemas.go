package schemas

import _ "embed"

// JSONSchema is the schema of the file format, draft-07: what editors read and
// what the compiler checks against. The file is generated from this package's
// types; a test compares it with a fresh one.
//
//go:embed dataflow.schema.json
var JSONSchema []byte

// SchemaID is the $id of the schema.
const SchemaID = "https://github.com/aepflow/aepflow/schemas/dataflow.schema.json"
