package main

import "github.com/aepflow/aepflow/schemas"

type schemaCmd struct{}

func (schemaCmd) Help() string {
	return `Editors complete, check and explain documents with this schema (draft-07).

  aepflow schema > dataflow.schema.json

and at the top of a document:

  # yaml-language-server: $schema=./dataflow.schema.json`
}

func (schemaCmd) Run(a *app) error {
	if _, err := a.format("text", "json"); err != nil {
		return err
	}
	_, err := a.stdout.Write(schemas.EditorSchema)
	return err
}
