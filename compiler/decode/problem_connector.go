package decode

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/words"
)

type unknownConnector struct {
	at    Place
	got   *document.Node
	known []string
}

func (p unknownConnector) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownConnector, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("unknown connector `%s`", p.got.Text),
		Labels:  p.at.Labels("not a connector"),
		Help:    "`aepflow explain dataflow.database.connector` lists the connectors",
	}
	name := ""
	if c, ok := specs.ConnectorBySlug(p.got.Text); ok {
		return unusableConnector(d, c)
	}
	if c, misprint, ok := specs.ConnectorByID(p.got.Text); ok {
		name = c.Slug
		d.Labels[0].Text = "this is the id of " + c.Name
		if misprint {
			d.Labels[0].Text = "a known misprint of the id of " + c.Name + ": " + c.ID
		}
		d.Help = "use the connector's name: `" + name + "`"
	} else if near := Meant(&d, p.got.Text, p.known); diag.Mistyped(p.got.Text, near) {
		name = near // mssql is near mysql and another database
	} else if parts := withPart(p.got.Text, p.known); near == "" && len(parts) > 0 {
		d.Help = "did you mean " + words.Quoted(parts, "or") + "?"
	}
	if name != "" {
		d.Fix = fixScalar(p.got, p.got.Text, name)
	}
	return d
}

// withPart returns the names that have a word between dashes: amazon-redshift for redshift.
func withPart(word string, names []string) []string {
	var out []string
	for _, name := range names {
		if slices.Contains(strings.Split(name, "-"), strings.ToLower(word)) {
			out = append(out, name)
		}
	}
	return out
}

// unusableConnector completes the diagnostic of a name that is known and cannot
// be used.
func unusableConnector(d diag.Diagnostic, c specs.Connector) diag.Diagnostic {
	if c.ID != "" {
		d.Message = fmt.Sprintf("%s is not a source", c.Name)
		d.Labels[0].Text = "expected a connector that data come from"
		return d
	}
	d.Message = fmt.Sprintf("%s cannot be used", c.Name)
	d.Labels[0].Text = "Adobe does not publish its ID"
	d.Help = "set the source up in the UI of Experience Platform"
	return d
}
