package connectordoc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// Text returns what `aepflow explain` prints of a connector: what it is, its
// sign-in methods with their parameters, and what to watch for.
func Text(c specs.Connector) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", c.Slug, c.Name)
	for _, f := range facts(c) {
		fmt.Fprintf(&b, "  %-8s %s\n", f[0], f[1])
	}
	fmt.Fprintf(&b, "\n%s\n", signInSentence(c))
	for _, a := range c.Auth {
		fmt.Fprintf(&b, "\n  type: %s%s\n", a.Name, inBrackets(clouds(a)))
		for _, note := range methodNotes(a) {
			fmt.Fprintf(&b, "    %s\n", note)
		}
		writeParams(&b, a.Params)
	}
	if len(c.SourceParams) > 0 {
		b.WriteString("\n" + sourceParamsSentence + "\n\n")
		writeParams(&b, c.SourceParams)
	}
	if slices.ContainsFunc(c.Auth, hasRequired) {
		b.WriteString("\n* required\n")
	}
	if notes := watchFor(c); len(notes) > 0 {
		b.WriteString("\nWatch for:\n")
		for _, note := range notes {
			b.WriteString("  " + note + "\n")
		}
	}
	return b.String()
}

// sourceParamsSentence introduces the parameters of a self-serve source.
const sourceParamsSentence = "Parameters for `rest.params` of a dataflow."

func writeParams(b *strings.Builder, params []specs.Param) {
	for _, p := range params {
		name := p.Name
		if p.Required {
			name += " *"
		}
		fmt.Fprintf(b, "    %-26s %s\n", name, strings.Join(paramFacts(p), "; "))
	}
}

// facts are what there is to know about a connector in a few words.
func facts(c specs.Connector) [][2]string {
	reads := map[string]string{
		"table": "tables", "files": "files", "rest": "records of a REST service", "stream": "events of a stream",
		"": "records of an Adobe application",
	}[Source(c)]
	out := [][2]string{{"reads", reads}}
	if keys := Keys(c); len(keys) > 0 {
		out = append(out, [2]string{"keys", strings.Join(keys, ", ")})
	}
	if len(c.Clouds) > 0 {
		out = append(out, [2]string{"clouds", strings.Join(c.Clouds, ", ")})
	}
	if c.DeltaColumnFormat != "" {
		out = append(out, [2]string{"delta", "dateFormat: " + c.DeltaColumnFormat})
	}
	var can []string
	if c.FilterAtSource {
		can = append(can, "row filters at the source")
	}
	if c.CDC {
		can = append(can, "change data capture")
	}
	if len(can) > 0 {
		out = append(out, [2]string{"platform", strings.Join(can, ", ")})
	}
	if c.ID != "" {
		out = append(out, [2]string{"id", c.ID})
	}
	return out
}

// signInSentence says how far the sign-in methods of a connector are known.
func signInSentence(c specs.Connector) string {
	switch {
	case c.ID == "":
		return "Adobe does not publish its ID: aepflow cannot use it."
	case c.AuthComplete && len(c.Auth) == 0:
		return "It needs no connection."
	case c.AuthComplete:
		return "Sign-in methods for `auth` of a Connection document. Secrets are written ${env.NAME} or {file: path}."
	case len(c.Auth) == 0:
		return "Adobe does not publish its sign-in methods. aepflow does not check them."
	default:
		return "Published sign-in methods. There may be others; aepflow does not check them."
	}
}

func clouds(a specs.Auth) string {
	return map[string]string{"azure": "Azure", "aws": "AWS", "": "Azure and AWS"}[a.Cloud]
}

func inBrackets(text string) string { return " (" + text + ")" }

func methodNotes(a specs.Auth) []string {
	var out []string
	if a.Withdrawn != "" {
		out = append(out, "Withdrawn: "+a.Withdrawn+".")
	}
	if a.Note != "" {
		out = append(out, sentence(a.Note))
	}
	if len(a.Params) == 0 {
		out = append(out, "Its parameters are not published.")
	}
	return out
}

func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }

// paramFacts are what there is to know about a parameter: its type first.
func paramFacts(p specs.Param) []string {
	out := []string{map[string]string{"string": "text", "integer": "an integer", "boolean": "true or false"}[p.Type]}
	if p.Secret {
		out = append(out, "secret")
	}
	add := func(word, text string) {
		if text != "" {
			out = append(out, word+text)
		}
	}
	add("also called ", p.Alias)
	add("one of ", strings.Join(p.Enum, ", "))
	add("such as ", p.Pattern)
	if p.Example != p.Default {
		add("such as ", p.Example)
	}
	add("default ", p.Default)
	add("", p.Note)
	return out
}

// watchFor are sentences about what surprises people.
func watchFor(c specs.Connector) []string {
	var out []string
	if c.Deprecated != "" {
		out = append(out, "Deprecated: "+c.Deprecated+".")
	}
	return append(out, c.Notes...)
}

// Hover returns the sign-in methods of a connector as Markdown for editors.
func Hover(c specs.Connector) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**. %s\n", c.Name, signInSentence(c))
	for _, a := range c.Auth {
		fmt.Fprintf(&b, "\n`%s`%s\n", a.Name, inBrackets(clouds(a)))
		for _, note := range methodNotes(a) {
			b.WriteString("\n" + note + "\n")
		}
		if len(a.Params) > 0 {
			b.WriteByte('\n')
		}
		for _, p := range a.Params {
			fmt.Fprintf(&b, "* `%s`: %s\n", p.Name, Describe(p))
		}
	}
	for _, note := range watchFor(c) {
		b.WriteString("\n" + note + "\n")
	}
	return b.String()
}

// Describe says in a line what a parameter takes.
func Describe(p specs.Param) string {
	facts := paramFacts(p)
	if p.Required {
		facts = slices.Insert(facts, 1, "required")
	}
	return strings.Join(facts, "; ")
}
