package eval

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/golden"
	"github.com/aepflow/aepflow/internal/specs"
)

const page = "../../../docs/mappings.md"

// cell is a text in a table of Markdown.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func code(s string) string { return "`" + cell(s) + "`" }

// TestDocumentedFunctions writes the table of functions: each with an example that runs.
func TestDocumentedFunctions(t *testing.T) {
	var b strings.Builder
	b.WriteString("| function | example | result |\n| --- | --- | --- |\n")
	clock := func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	for _, f := range specs.Functions() {
		e := f.Examples[0]
		inputs := Inputs{Now: clock, Random: strings.NewReader(strings.Repeat("\x7c", 64))}
		got, want := sample(e, inputs)
		result := code(got)
		if got != want && got != string(CannotEvaluate) {
			result += " †"
		}
		example := code(e.Expr)
		if e.Given != nil {
			example += " on " + code(string(asJSON(e.Given)))
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", code(f.Syntax), example, result)
	}
	golden.Section(t, page, "<!-- functions -->", "<!-- end of functions -->", b.String())
}

// TestDocumentedChoices writes the table of choices.
func TestDocumentedChoices(t *testing.T) {
	var b strings.Builder
	b.WriteString("| question | aepflow | the platform may also |\n| --- | --- | --- |\n")
	for _, c := range Choices() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", cell(c.Question), cell(c.Default), cell(c.Others))
	}
	golden.Section(t, page, "<!-- choices -->", "<!-- end of choices -->", b.String())
}
