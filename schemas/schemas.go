package schemas

import _ "embed"

// JSONSchema is the schema of the file format, draft-07: what the compiler
// checks documents against once overlays and variables are worked in. The file
// is generated from this package's types; a test compares it with a fresh one.
//
//go:embed strict.schema.json
var JSONSchema []byte

// EditorSchema is the schema for editors: the same, but that a scalar may be a
// reference ${var.NAME} whatever its type, and that overlays and defaults are
// parts of documents.
//
//go:embed dataflow.schema.json
var EditorSchema []byte

// SchemaID is the $id of the schema.
const SchemaID = "https://github.com/aepflow/aepflow/schemas/strict.schema.json"

// EditorSchemaID is the $id of the schema for editors.
const EditorSchemaID = "https://github.com/aepflow/aepflow/schemas/dataflow.schema.json"
