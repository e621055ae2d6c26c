package curlscript

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
)

// jqProgram compiles a body to a jq program that builds it, and collects its inputs.
type jqProgram struct {
	script *script
	refs   []resource.Ref
	tenant bool
	start  bool
}

// expr is the program of a value, without single quotes.
func (j *jqProgram) expr(v resource.Value, indent string) string {
	deeper := indent + "  "
	switch v.Kind {
	case resource.StringValue:
		return j.text(v.Text)
	case resource.RefValue:
		if !slices.Contains(j.refs, v.Ref) {
			j.refs = append(j.refs, v.Ref)
		}
		return "$" + j.script.refVariable(v.Ref)
	case resource.SecretValue:
		return "env." + j.secret(v.Text)
	case resource.StartValue:
		j.start = true
		return "$start"
	case resource.ListValue:
		if len(v.Items) == 0 {
			return "[]"
		}
		items := make([]string, len(v.Items))
		for i, w := range v.Items {
			items[i] = deeper + j.expr(w, deeper)
		}
		return "[\n" + strings.Join(items, ",\n") + "\n" + indent + "]"
	case resource.ObjectValue:
		if len(v.Fields) == 0 {
			return "{}"
		}
		fields := make([]string, len(v.Fields))
		for i, f := range v.Fields {
			fields[i] = deeper + j.text(f.Name) + ": " + j.expr(f.Value, deeper)
		}
		return "{\n" + strings.Join(fields, ",\n") + "\n" + indent + "}"
	default:
		return string(v.JSON())
	}
}

// text is the program of a string with the tenant inserted.
func (j *jqProgram) text(s string) string {
	parts := specs.TenantParts(s)
	if len(parts) == 1 {
		return jqString(parts[0])
	}
	j.tenant = true
	var sum []string
	for i, p := range parts {
		if i > 0 {
			sum = append(sum, "$tenant")
		}
		if p != "" {
			sum = append(sum, jqString(p))
		}
	}
	return "(" + strings.Join(sum, " + ") + ")"
}

// jqString is a string of jq. JSON doubles every backslash, so that no text starts jq's
// interpolation; an apostrophe would end the quotes of the shell.
func jqString(s string) string {
	text := string(resource.String(s).JSON())
	text = strings.ReplaceAll(text, "$${", "${") // the plan's own escape
	return strings.ReplaceAll(string(output.EscapeJSON([]byte(text))), "'", `\u0027`)
}

func (j *jqProgram) secret(from string) string {
	sort, rest, _ := strings.Cut(from, ".")
	if sort == "file" {
		return j.script.variable("secret " + from)
	}
	return rest
}

func isName(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
