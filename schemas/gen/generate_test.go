package main

import (
	"bytes"
	"testing"

	"github.com/aepflow/aepflow/schemas"
)

func TestSchemaIsFresh(t *testing.T) {
	fresh, err := generate("..")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(fresh, schemas.JSONSchema) {
		t.Error("dataflow.schema.json is stale: run go generate ./schemas")
	}
}
