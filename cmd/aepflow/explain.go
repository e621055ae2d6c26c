package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/connectordoc"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/specs"
)

type explainCmd struct {
	What string `arg:"" optional:"" help:"A key such as dataflow.schedule.interval, a connector, or the code of a diagnostic."`
}

func (explainCmd) Help() string {
	return `  aepflow explain dataflow                     # the keys of a document
  aepflow explain dataflow.schedule.interval   # type, rules, default, example
  aepflow explain postgresql                   # how to sign in with a connector
  aepflow explain delta-missing                # what a diagnostic means
  aepflow explain                              # every code`
}

func (c explainCmd) Run(a *app) error {
	if err := a.writes("text", "json"); err != nil {
		return err
	}
	if c.What == "" {
		return explainAll(a)
	}
	if entry, ok := diag.Lookup(diag.Code(c.What)); ok {
		if a.Output == "json" {
			return a.printJSON(entry)
		}
		return explainCode(a.stdout, entry)
	}
	if connector, ok := specs.ConnectorBySlug(strings.ToLower(c.What)); ok {
		if a.Output == "json" {
			return a.printJSON(connector)
		}
		_, err := io.WriteString(a.stdout, connectordoc.Text(connector))
		return err
	}
	e, near, ok := compiler.Explain(c.What)
	if !ok {
		return unexplained(c.What, near)
	}
	if a.Output == "json" {
		return a.printJSON(e)
	}
	return explainKey(a.stdout, e)
}

// unexplained is the error for a name that is neither a key, a connector, nor a code.
func unexplained(what, near string) error {
	if !strings.Contains(what, ".") {
		var codes []string
		for _, e := range diag.Codes() {
			codes = append(codes, string(e.Code))
		}
		codes = append(codes, compiler.Connectors()...)
		if code, ok := diag.Nearest(what, codes); ok {
			near = code
		}
	}
	if near != "" {
		return exit(exitUsage, "unknown key, connector, or code %s; did you mean %s?", what, near)
	}
	return exit(exitUsage, "unknown key, connector, or code %s; keys begin with dataflow, connection, schema, dataset, or project; "+
		"`aepflow explain` lists the codes, `aepflow explain connection.connector` the connectors", what)
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
	return nil
}

func explainCode(w io.Writer, e diag.Entry) error {
	_, err := fmt.Fprintf(w, "%s (%s): %s\n\n%s\n", e.Code, e.Severity, e.Title, strings.TrimSpace(e.Explanation))
	if err == nil && e.Example != "" {
		_, err = fmt.Fprintf(w, "\nFor example:\n\n%s", indent(e.Example))
	}
	return err
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("    " + line)
	}
	return b.String()
}

func explainKey(w io.Writer, e compiler.Explanation) error {
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
	if slices.ContainsFunc(e.Keys, func(k compiler.Explanation) bool { return k.Required }) {
		b.WriteString("\n* required\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
