package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/specs"
)

type explainCmd struct {
	What string `arg:"" optional:"" complete:"topic" help:"${topic}"`
}

func (explainCmd) Help() string {
	return `  aepflow explain dataflow                     # the keys of a document
  aepflow explain dataflow.schedule.interval   # type, rules, default, example
  aepflow explain postgresql                   # how to sign in with a connector
  aepflow explain delta-missing                # what a diagnostic means
  aepflow explain CONNECTOR-1001-500           # why a run failed, and what to do
  aepflow explain FLOW-1360-400                # why the platform refused a call
  aepflow explain                              # every code of aepflow`
}

func (c explainCmd) Run(a *app) error {
	if err := a.writes("text", "json"); err != nil {
		return err
	}
	columns := a.viewOptions(a.stdout).Width
	if c.What == "" {
		return explainAll(a)
	}
	if entry, ok := diag.Lookup(diag.Code(c.What)); ok {
		if a.Output == "json" {
			return a.printJSON(entry)
		}
		return explainCode(a.stdout, entry, columns)
	}
	if connector, ok := specs.ConnectorBySlug(strings.ToLower(c.What)); ok {
		if a.Output == "json" {
			return a.printJSON(connector)
		}
		return printConnector(a.stdout, connector, columns)
	}
	if e, ok := specs.ErrorByCode(c.What); ok {
		if a.Output == "json" {
			return a.printJSON(e)
		}
		text := fmt.Sprintf("%s: %s\n\n%s\n\n%s\n", e.Code, e.Title, e.Cause, e.Fix)
		_, err := io.WriteString(a.stdout, output.Fold(text, columns))
		return err
	}
	e, near, ok := format.Explain(c.What)
	var others []string
	if !ok {
		paths := keysNamed(c.What)
		if len(paths) == 0 {
			return unexplained(c.What, near)
		}
		e, _, _ = format.Explain(paths[0])
		others = paths[1:]
	}
	if a.Output == "json" {
		return a.printJSON(e)
	}
	if err := explainKey(a.stdout, e, columns); err != nil || len(others) == 0 {
		return err
	}
	return a.stdout.Printf("\nOther keys of this name: %s\n", strings.Join(others, ", "))
}

// keysNamed returns the paths of the keys that end with a word or path, the shortest first.
func keysNamed(what string) []string {
	var found []string
	var visit func(path string, depth int)
	visit = func(path string, depth int) {
		e, _, ok := format.Explain(path)
		if !ok || depth == 0 {
			return
		}
		if strings.HasSuffix(path, "."+what) {
			found = append(found, path)
		}
		for _, k := range e.Keys {
			visit(k.Path, depth-1)
		}
	}
	for _, kind := range []string{"dataflow", "connection", "schema", "dataset", "project"} {
		visit(kind, deepestKey)
	}
	slices.SortStableFunc(found, func(a, b string) int { return strings.Count(a, ".") - strings.Count(b, ".") })
	return found
}

// deepestKey is how many words the path of a key has at most.
const deepestKey = 6

// unexplained is the error for a name that is neither a key, a connector, nor a code.
func unexplained(what, near string) error {
	if !strings.Contains(what, ".") {
		var codes []string
		for _, e := range diag.Codes() {
			codes = append(codes, string(e.Code))
		}
		codes = append(codes, specs.SourceSlugs()...)
		for _, row := range specs.ErrorRows() {
			codes = append(codes, row.Codes...)
		}
		if code, ok := diag.Nearest(what, codes); ok {
			near = code
		}
	}
	if near != "" {
		return exit(exitUsage, "unknown key, connector, or code %s; did you mean %s?", what, near)
	}
	return exit(
		exitUsage,
		"unknown key, connector, or code %s; keys begin with dataflow, connection, schema, dataset, or project; "+
			"`aepflow explain` lists the codes, `aepflow connectors` the connectors",
		what,
	)
}

func explainAll(a *app) error {
	codes := diag.Codes()
	if a.Output == "json" {
		return a.printJSON(codes)
	}
	for _, e := range codes {
		if err := a.stdout.Printf("%-28s %-8s %s\n", e.Code, e.Severity, e.Title); err != nil {
			return err
		}
	}
	_, err := io.WriteString(a.stdout, output.Fold("\nIt also explains codes of the platform, such as `aepflow explain "+
		"CONNECTOR-1001-500`; docs/errors.md lists them.\n", a.viewOptions(a.stdout).Width))
	return err
}

func explainCode(w io.Writer, e diag.Entry, columns int) error {
	text := fmt.Sprintf("%s (%s): %s\n\n%s\n", e.Code, e.Severity, e.Title, strings.TrimSpace(e.Explanation))
	_, err := io.WriteString(w, output.Fold(text, columns))
	if err == nil && e.Example != "" {
		_, err = fmt.Fprintf(w, "\nFor example:\n\n%s", indent(e.Example))
	}
	if fixed := correctExample(e); err == nil && fixed != "" {
		_, err = fmt.Fprintf(w, "\nCorrect:\n\n%s", indent(fixed))
	}
	return err
}

// correctExample is the example of a diagnostic after its safe repair, "" if there is none.
func correctExample(e diag.Entry) string {
	p := newProject(".", &globals{})
	p.files = []*source.File{source.NewFile("dataflow.yaml", []byte(e.Example))}
	fixed := p.applyFixes(check)
	if len(fixed.Changed) != 1 || slices.ContainsFunc(check(fixed.Project).Sorted(), func(d diag.Diagnostic) bool {
		return d.Code == e.Code
	}) {
		return ""
	}
	return string(fixed.Changed[0].Text)
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("    " + line)
	}
	return b.String()
}

func explainKey(w io.Writer, e format.Explanation, columns int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Path, e.Type)
	if e.Required {
		b.WriteString(" (required)")
	}
	b.WriteByte('\n')
	if e.Description != "" {
		fmt.Fprintf(&b, "\n  %s\n", e.Description)
	}
	rows := [][2]string{
		{"rules", strings.Join(e.Rules, "; ")}, {"values", strings.Join(e.Values, ", ")},
		{"default", e.Default}, {"example", strings.Join(e.Examples, "; ")},
	}
	rows = slices.DeleteFunc(rows, func(r [2]string) bool { return r[1] == "" })
	if len(rows) > 0 {
		b.WriteByte('\n')
	}
	for _, r := range rows {
		fmt.Fprintf(&b, "  %-8s %s\n", r[0], r[1])
	}
	if len(e.Keys) > 0 {
		b.WriteString("\nKeys:\n")
	}
	for _, k := range e.Keys {
		name := k.Path[strings.LastIndexByte(k.Path, '.')+1:]
		if k.Required {
			name += " *"
		}
		fmt.Fprintf(&b, "  %-18s %s\n", name, k.Type)
		if k.Description != "" {
			fmt.Fprintf(&b, "  %-18s %s\n", "", k.Description)
		}
	}
	if slices.ContainsFunc(e.Keys, func(k format.Explanation) bool { return k.Required }) {
		b.WriteString("\n* required\n")
	}
	_, err := io.WriteString(w, output.Fold(b.String(), columns))
	return err
}
