package compiler

import (
	"fmt"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/connectordoc"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/words"
)

type notATableSource struct {
	at        decode.Place
	connector specs.Connector
}

func (p notATableSource) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.NotATableSource, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("%s is not a source of tables", p.connector.Name),
		Labels:  p.at.Labels("expected a database connector (flow spec CRMToAEP)"),
		Help:    "choose a connector such as postgresql or google-bigquery" + readBy(p.connector),
	}
}

type deprecatedConnector struct {
	at        decode.Place
	connector specs.Connector
}

func (p deprecatedConnector) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.DeprecatedConnector, Severity: diag.Warning, Path: p.at.Path.String(),
		Message: fmt.Sprintf("connector %s is deprecated", p.connector.Name),
		Labels:  p.at.Labels(p.connector.Deprecated),
		Help:    "move to a supported connector before Adobe rejects new dataflows",
	}
}

type unknownAuthType struct {
	at        decode.Place
	got       string
	connector specs.Connector
}

func (p unknownAuthType) Diagnose() diag.Diagnostic {
	known := sorted(p.connector.MethodNames())
	d := diag.Diagnostic{
		Code: diag.AuthType, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("unknown authentication type `%s` for %s", p.got, p.connector.Name),
		Labels:  p.at.Labels("expected " + words.List(known, "or")),
		Help:    "use the exact spelling: " + words.List(known, "or"),
	}
	if near := decode.Meant(&d, p.got, known); near != "" {
		d.Fix = p.at.Fix(p.got, near)
	}
	return d
}

type unknownAuthParam struct {
	at        decode.Place
	name      string
	connector specs.Connector
	way       specs.Auth
}

func (p unknownAuthParam) Diagnose() diag.Diagnostic {
	known := paramNames(p.way)
	d := diag.Diagnostic{
		Code: diag.AuthParam, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("unknown parameter `%[3]s` for `%[1]s` of %[2]s", p.way.Name, p.connector.Name, p.name),
		Labels:  p.at.KeyLabels("unknown parameter"),
		Help:    "parameters: " + words.List(known, "and"),
	}
	parent := decode.Place{Doc: p.at.Doc, Path: p.at.Path.Parent()}
	if near := decode.Meant(&d, p.name, known); diag.Mistyped(p.name, near) && !parent.Has(near) {
		d.Fix = p.at.FixKey(p.name, near)
	}
	return d
}

type missingAuthParam struct {
	at        decode.Place
	param     specs.Param
	connector specs.Connector
	way       specs.Auth
}

func (p missingAuthParam) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.AuthParam, Severity: diag.Error, Path: p.at.Path.Field(p.param.Name).String(),
		Message: fmt.Sprintf("missing parameter `%[3]s` for `%[1]s` of %[2]s", p.way.Name, p.connector.Name,
			p.param.Name),
		Labels: p.at.KeyLabels("`" + p.param.Name + "` is required here"),
		Help:   "add `" + p.param.Name + ":`",
	}
	if p.param.Secret {
		d.Help = "add `" + p.param.Name + ": ${env.NAME}`; keep secrets out of the file"
	}
	return d
}

type authValue struct {
	at        decode.Place
	name      string
	want, got string
	known     []string
}

func (p authValue) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.AuthParam, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("parameter `%s` expects %s", p.name, p.want),
		Labels:  p.at.Labels("expected " + p.want),
	}
	if near, ok := diag.Nearest(p.got, p.known); ok {
		d.Help = "did you mean `" + near + "`?"
		d.Fix = p.at.Fix(p.got, near)
	}
	return d
}

type badReference struct {
	at    decode.Place
	name  string
	mixed bool // the value contains other text
}

func (p badReference) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.SecretReference, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` is not a single reference", p.name),
		Labels:  p.at.Labels("expected only ${env.NAME} or {file: path}"),
		Help:    "put the whole value in one environment variable and write ${env.NAME}",
	}
	if !p.mixed {
		d.Help = "write the path of the file that contains the value"
	}
	return d
}

type literalSecret struct {
	at               decode.Place
	connection, name string
}

// Diagnose points to the key; the value is hidden in every excerpt.
func (p literalSecret) Diagnose() diag.Diagnostic {
	env := connectordoc.EnvName(p.connection + "-" + p.name)
	return diag.Diagnostic{
		Code: diag.LiteralSecret, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("secret `%s` is written in the document", p.name),
		Labels:  diag.At(p.at.Key(), "secrets must not be committed to Git"),
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
