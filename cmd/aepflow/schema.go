package main

import "github.com/aepflow/aepflow/schemas"

type schemaCmd struct{}

func (schemaCmd) Help() string {
	return `With this schema (draft-07), editors complete, check, and explain documents.

  aepflow schema > dataflow.schema.json

and at the top of a document:

  # yaml-language-server: $schema=./dataflow.schema.json`
}

func (schemaCmd) Run(a *app) error {
	if err := a.writes("text", "json"); err != nil {
		return err
	}
	_, err := a.stdout.Write(schemas.EditorSchema)
	return err
}
