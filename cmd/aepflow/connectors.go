package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/aepflow/aepflow/internal/connectordoc"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/specs"
)

type connectorsCmd struct {
	Name string `arg:"" optional:"" complete:"connector" help:"${connector}"`
}

func (connectorsCmd) Help() string {
	return `Lists what each connector reads, what it can do at the source, and how to sign in;
or prints one with its parameters, its keys in a dataflow, and what to watch for.

  aepflow connectors
  aepflow connectors sftp
  aepflow connectors -o json | jq -r '.connectors[] | select(.cdc).name'`
}

func (c connectorsCmd) Run(a *app) error {
	if err := a.writes("text", "json"); err != nil {
		return err
	}
	list := connectorsToList()
	if c.Name != "" {
		known, ok := findConnector(c.Name)
		if !ok {
			return unknownConnector(c.Name, list)
		}
		list = []specs.Connector{known}
	}
	if a.Output == "json" {
		return a.printJSON(connectorsJSON(list))
	}
	columns := a.viewOptions(a.stdout).Width
	if c.Name != "" {
		return printConnector(a.stdout, list[0], columns)
	}
	_, err := io.WriteString(a.stdout, connectorTable(list, columns))
	return err
}

// connectorsToList are the connectors from which data come, by name.
func connectorsToList() []specs.Connector {
	var out []specs.Connector
	for _, c := range specs.Connectors() {
		if c.IsSource() || c.ID == "" {
			out = append(out, c)
		}
	}
	return out
}

// findConnector finds a connector by its name, in any case, or by its ID.
func findConnector(name string) (specs.Connector, bool) {
	if c, ok := specs.ConnectorBySlug(strings.ToLower(name)); ok {
		return c, true
	}
	c, _, ok := specs.ConnectorByID(name)
	return c, ok
}

func unknownConnector(name string, list []specs.Connector) error {
	var names []string
	for _, c := range list {
		names = append(names, c.Slug)
	}
	if near, ok := diag.Nearest(name, names); ok {
		return exit(exitUsage, "unknown connector %s; did you mean %s?", name, near)
	}
	return exit(exitUsage, "unknown connector %s; `aepflow connectors` lists them", name)
}

func printConnector(w io.Writer, c specs.Connector, columns int) error {
	_, err := io.WriteString(w, output.Fold(connectordoc.Text(c), columns))
	return err
}

// connectorTable is the list as text. On a terminal, sign-in methods that do not fit go to the next line.
func connectorTable(list []specs.Connector, columns int) string {
	width := 0
	for _, c := range list {
		width = max(width, len(c.Slug))
	}
	var b strings.Builder
	row := func(name, reads, can, methods string) {
		head := fmt.Sprintf("%-*s  %-6s  %-11s  ", width, name, reads, can)
		lines := []string{methods}
		if columns > 0 {
			lines = output.Wrap(strings.Split(methods, " "), output.Room(columns)-len(head))
		}
		for _, line := range lines {
			b.WriteString(strings.TrimRight(head+line, " ") + "\n")
			head = strings.Repeat(" ", len(head))
		}
	}
	row("connector", "reads", "at source", "sign-in")
	for _, c := range list {
		var can []string
		if c.FilterAtSource {
			can = append(can, "filter")
		}
		if c.CDC {
			can = append(can, "cdc")
		}
		row(c.Slug, cmp.Or(connectordoc.Source(c), "-"), cmp.Or(strings.Join(can, ", "), "-"), connectordoc.SignIn(c))
	}
	return b.String()
}
