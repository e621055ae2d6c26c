package main

import (
	"bytes"
	"testing"

	"github.com/aepflow/aepflow/schemas"
)

func TestSchemasAreFresh(t *testing.T) {
	for _, tt := range []struct {
		form form
		file string
		have []byte
	}{
		{strict, "strict.schema.json", schemas.JSONSchema},
		{editor, "dataflow.schema.json", schemas.EditorSchema},
	} {
		fresh, err := generate("..", tt.form)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(fresh, tt.have) {
			t.Errorf("%s is stale: run go generate ./schemas", tt.file)
		}
	}
}
