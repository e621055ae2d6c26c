// Package connectordoc describes the connectors of package specs to people: the
// documents that use one, what `explain` prints, what editors show, and a page
// for each. Law: every document that it writes compiles and can be applied.
package connectordoc

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// Connection returns a Connection document that signs in with a method of the
// connector. Its required parameters have values in the form that they take,
// secrets refer to the environment, and optional ones are comments.
func Connection(c specs.Connector, a specs.Auth) string {
	var b strings.Builder
	fmt.Fprintf(&b, "kind: Connection\nname: %s\nconnector: %s\nauth:\n  type: %s\n  params:\n", c.Slug, c.Slug, a.Name)
	for _, p := range a.Params {
		switch {
		case p.Name == openParam:
			fmt.Fprintf(&b, "    %s: true\n", p.Name)
		case p.Required:
			fmt.Fprintf(&b, "    %s: %s\n", p.Name, value(c, p))
		}
	}
	optional := false
	for _, p := range a.Params {
		if !p.Required && p.Name != openParam {
			optional = true
		}
	}
	if !optional {
		return b.String()
	}
	if !hasRequired(a) { // a map needs at least one key
		p := a.Params[0]
		fmt.Fprintf(&b, "    %s: %s\n", p.Name, value(c, p))
		a.Params = a.Params[1:]
	}
	for _, p := range a.Params {
		if !p.Required && p.Name != openParam {
			fmt.Fprintf(&b, "    # %s: %s\n", p.Name, value(c, p))
		}
	}
	return b.String()
}

// openParam is optional, and without it a stream takes data from anyone.
const openParam = "authenticationRequired"

func hasRequired(a specs.Auth) bool {
	for _, p := range a.Params {
		if p.Required {
			return true
		}
	}
	return false
}

// usual are values for parameters whose names say what they are.
var usual = map[string]string{
	"server": "db.example.com", "host": "example.com", "port": "443", "username": "reader", "userName": "reader",
	"database": "shop", "schema": "public", "region": "eu-west-1", "url": "https://example.com/odata/",
	"environmentUrl": "https://example.my.salesforce.com", "apiVersion": "60.0",
	"serviceUri": "https://example.crm.dynamics.com",
}

// value returns an example for a parameter as YAML.
func value(c specs.Connector, p specs.Param) string {
	switch {
	case p.Secret:
		return "${env." + EnvName(c.Slug+"-"+p.Name) + "}"
	case p.Type == "boolean":
		return orElse(p.Default, "true")
	case p.Type == "integer":
		return orElse(p.Default, "10")
	}
	text := p.Example
	for _, next := range []string{p.Default, first(p.Enum), filledIn(p.Pattern), usual[p.Name],
		"my-" + dashed(p.Name)} {
		if text == "" {
			text = next
		}
	}
	return quoted(text)
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// filledIn replaces the {PLACEHOLDERS} of a pattern by names in lower case.
func filledIn(pattern string) string {
	var b strings.Builder
	for rest := pattern; rest != ""; {
		before, inside, found := strings.Cut(rest, "{")
		b.WriteString(before)
		if !found {
			break
		}
		name, after, _ := strings.Cut(inside, "}")
		b.WriteString(strings.ReplaceAll(strings.ToLower(name), "_", "-"))
		rest = after
	}
	return b.String()
}

// quoted returns text as a YAML scalar that is text.
func quoted(text string) string {
	plain := strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-./_:") == "" &&
		text != ""
	_, err := strconv.ParseFloat(text, 64)
	if plain && err != nil && text != "true" && text != "false" && !strings.Contains(text, ": ") &&
		!strings.HasSuffix(text, ":") {
		return text
	}
	return strconv.Quote(text)
}

// dashed turns accountName into account-name.
func dashed(name string) string {
	var b strings.Builder
	for i, r := range name {
		if 'A' <= r && r <= 'Z' {
			if i > 0 && 'a' <= name[i-1] && name[i-1] <= 'z' {
				b.WriteByte('-')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// EnvName turns a name into the usual name of an environment variable.
func EnvName(name string) string {
	out := []byte(name)
	for i, c := range out {
		switch {
		case 'a' <= c && c <= 'z':
			out[i] = c - 'a' + 'A'
		case ('A' > c || c > 'Z') && ('0' > c || c > '9'):
			out[i] = '_'
		}
	}
	return string(out)
}
