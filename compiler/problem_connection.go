package compiler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/connectordoc"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/specs"
)

type unknownConnector struct {
	at    place
	got   *document.Node
	known []string
}

func (p unknownConnector) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownConnector, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("unknown connector `%s`", p.got.Text),
		Labels:  p.at.labels("not a connector"),
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
	} else if near := meant(&d, p.got.Text, p.known); diag.Mistyped(p.got.Text, near) {
		name = near // mssql is near mysql and another database
	} else if parts := withPart(p.got.Text, p.known); near == "" && len(parts) > 0 {
		d.Help = "did you mean " + quotedList(parts, "or") + "?"
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

type notATableSource struct {
	at        place
	connector specs.Connector
}

func (p notATableSource) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.NotATableSource, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("%s is not a source of tables", p.connector.Name),
		Labels:  p.at.labels("expected a database connector (flow spec CRMToAEP)"),
		Help:    "choose a connector such as postgresql or google-bigquery" + readBy(p.connector),
	}
}

type deprecatedConnector struct {
	at        place
	connector specs.Connector
}

func (p deprecatedConnector) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.DeprecatedConnector, Severity: diag.Warning, Path: p.at.path.String(),
		Message: fmt.Sprintf("connector %s is deprecated", p.connector.Name),
		Labels:  p.at.labels(p.connector.Deprecated),
		Help:    "move to a supported connector before Adobe rejects new dataflows",
	}
}

type unknownAuthType struct {
	at        place
	got       string
	connector specs.Connector
}

func (p unknownAuthType) Diagnose() diag.Diagnostic {
	known := sorted(p.connector.MethodNames())
	d := diag.Diagnostic{
		Code: diag.AuthType, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("unknown authentication type `%s` for %s", p.got, p.connector.Name),
		Labels:  p.at.labels("expected " + list(known, "or")),
		Help:    "use the exact spelling: " + list(known, "or"),
	}
	if near := meant(&d, p.got, known); near != "" {
		d.Fix = p.at.fix(p.got, near)
	}
	return d
}

// fix replaces the value at a place when the document writes it as it is.
func (p place) fix(got, want string) *diag.Fix {
	if f := p.d.Find(p.path); f.Here {
		return fixScalar(f.Node, got, want)
	}
	return nil
}

// fixKey replaces the key at a place when the document writes it as it is.
func (p place) fixKey(got, want string) *diag.Fix {
	if s := p.key(); s.Text() == got {
		return replace(s, want)
	}
	return nil
}

// fixName replaces a name of the user's own making. A near name may as well be
// another thing, so only a slip of the hand is fixed.
func (p place) fixName(got, want string) *diag.Fix {
	if !diag.Mistyped(got, want) {
		return nil
	}
	return p.fix(got, want)
}

type unknownAuthParam struct {
	at        place
	name      string
	connector specs.Connector
	way       specs.Auth
}

func (p unknownAuthParam) Diagnose() diag.Diagnostic {
	known := paramNames(p.way)
	d := diag.Diagnostic{
		Code: diag.AuthParam, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("unknown parameter `%[3]s` for `%[1]s` of %[2]s", p.way.Name, p.connector.Name, p.name),
		Labels:  p.at.keyLabels("unknown parameter"),
		Help:    "parameters: " + list(known, "and"),
	}
	parent := place{p.at.d, p.at.path.Parent()}
	if near := meant(&d, p.name, known); diag.Mistyped(p.name, near) && !parent.has(near) {
		d.Fix = p.at.fixKey(p.name, near)
	}
	return d
}

type missingAuthParam struct {
	at        place
	param     specs.Param
	connector specs.Connector
	way       specs.Auth
}

func (p missingAuthParam) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.AuthParam, Severity: diag.Error, Path: p.at.path.Field(p.param.Name).String(),
		Message: fmt.Sprintf("missing parameter `%[3]s` for `%[1]s` of %[2]s", p.way.Name, p.connector.Name,
			p.param.Name),
		Labels: p.at.keyLabels("`" + p.param.Name + "` is required here"),
		Help:   "add `" + p.param.Name + ":`",
	}
	if p.param.Secret {
		d.Help = "add `" + p.param.Name + ": ${env.NAME}`; keep secrets out of the file"
	}
	return d
}

type authValue struct {
	at        place
	name      string
	want, got string
	known     []string
}

func (p authValue) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.AuthParam, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("parameter `%s` expects %s", p.name, p.want),
		Labels:  p.at.labels("expected " + p.want),
	}
	if near, ok := diag.Nearest(p.got, p.known); ok {
		d.Help = "did you mean `" + near + "`?"
		d.Fix = p.at.fix(p.got, near)
	}
	return d
}

type badReference struct {
	at    place
	name  string
	mixed bool // the value contains other text
}

func (p badReference) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.SecretReference, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("`%s` is not a single reference", p.name),
		Labels:  p.at.labels("expected only ${env.NAME} or {file: path}"),
		Help:    "put the whole value in one environment variable and write ${env.NAME}",
	}
	if !p.mixed {
		d.Help = "write the path of the file that contains the value"
	}
	return d
}

type literalSecret struct {
	at               place
	connection, name string
}

// Diagnose points to the key; the value is hidden in every excerpt.
func (p literalSecret) Diagnose() diag.Diagnostic {
	env := connectordoc.EnvName(p.connection + "-" + p.name)
	return diag.Diagnostic{
		Code: diag.LiteralSecret, Severity: diag.Error, Path: p.at.path.String(),
		Message: fmt.Sprintf("secret `%s` is written in the document", p.name),
		Labels:  diag.At(p.at.key(), "secrets must not be committed to Git"),
		Help: fmt.Sprintf("write `%s: ${env.%s}` and set the variable %s; rotate the secret if the file was ever "+
			"pushed", p.name, env, env),
	}
}

func sortedUnique(in []string) []string {
	out := sorted(in)
	n := 0
	for i, s := range out {
		if i == 0 || s != out[n-1] {
			out[n] = s
			n++
		}
	}
	return out[:n]
}
