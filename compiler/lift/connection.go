package lift

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/connectordoc"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// connection makes a Connection document of a base connection. Only parameters that the
// connector's table calls public are read: the value of any other is not looked at.
func (x *index) connection(o *Object, name string) (*Document, string) {
	connector, misprint, ok := specs.ConnectorByID(o.text("connectionSpec.id"))
	if !ok || misprint || !connector.IsSource() {
		return nil, "its connector is not known: " + o.text("connectionSpec.id")
	}
	if !connector.AuthComplete || len(connector.Auth) == 0 {
		return nil, "the sign-in of " + connector.Name + " is not published in full"
	}
	specName := o.text("auth.specName")
	methods := connector.Methods(specName)
	if len(methods) == 0 {
		return nil, fmt.Sprintf("%s does not sign in with %q", connector.Name, specName)
	}
	live := at(o.Body, "auth.params")
	method, reason := methodOf(methods, live)
	if reason != "" {
		return nil, reason
	}
	c := &schemas.Connection{Kind: schemas.KindConnection, Name: name, Connector: connector.Slug}
	c.Title, c.Description = titled(o, name), text(o.text("description"))
	c.Auth.Type = text(specName)
	d := &Document{Kind: schemas.KindConnection, Name: name, Value: c, Objects: []*Object{o}}
	for _, p := range method.Params {
		v, given := param(live, p)
		switch {
		case !p.Secret && given:
			c.Auth.Params = append(c.Auth.Params, schemas.Param{Name: p.Name, Value: paramValue(v, p)})
		case p.Required || p.Secret && given: // what is not returned is read from the environment, secret or not
			env := connectordoc.EnvName(name + "_" + snake(p.Name))
			if env[0] <= '9' {
				env = "CONNECTION_" + env // a name begins with a letter
			}
			d.Secrets = append(d.Secrets, Secret{Name: env, Param: p.Name})
			c.Auth.Params = append(c.Auth.Params, schemas.Param{Name: p.Name,
				Value: &schemas.Constant{Text: "${env." + env + "}"}})
		}
	}
	if len(c.Auth.Params) == 0 {
		return nil, "no parameter of its sign-in can be read"
	}
	return d, ""
}

// methodOf returns the sign-in method that public parameters fit best, or why none does.
func methodOf(methods []specs.Auth, live resource.Value) (specs.Auth, string) {
	best, reason, fewest := specs.Auth{}, "", -1
	for _, m := range methods {
		why, faults, missing := "", 0, 0
		for _, p := range m.Params {
			v, given := param(live, p)
			switch {
			case p.Secret:
			case p.Required && !given:
				missing++
			case given && !fits(v, p):
				why, faults = "its parameter "+p.Name+" has a value that the connector does not list", faults+1
			}
		}
		strange := 0
		for _, f := range live.Fields {
			if _, ok := m.Param(f.Name); !ok {
				strange++
			}
		}
		if n := 100*faults + 10*strange + missing; fewest < 0 || n < fewest {
			best, reason, fewest = m, why, n
		}
	}
	return best, reason
}

// param returns a public parameter that the platform returns: a scalar that is not masked.
func param(live resource.Value, p specs.Param) (resource.Value, bool) {
	for _, name := range []string{p.Name, p.Alias} {
		v, ok := live.Get(name)
		if name == "" || !ok || v.Kind == resource.NullValue {
			continue
		}
		isScalar := v.Kind != resource.ListValue && v.Kind != resource.ObjectValue
		return v, p.Secret || isScalar && strings.Trim(v.Text, "*") != "" && !strings.Contains(v.Text, "${")
	}
	return resource.Value{}, false
}

func fits(v resource.Value, p specs.Param) bool {
	switch p.Type {
	case "integer":
		return v.Text != "" && strings.Trim(v.Text, "0123456789") == ""
	case "boolean":
		return v.Text == "true" || v.Text == "false"
	}
	return len(p.Enum) == 0 || slices.Contains(p.Enum, v.Text)
}

// scalar is a scalar with its own type.
func scalar(v resource.Value) *schemas.Constant {
	switch v.Kind {
	case resource.NumberValue:
		if strings.Trim(v.Text, "-0123456789") == "" {
			return &schemas.Constant{Kind: schemas.Integer, Text: v.Text}
		}
		return &schemas.Constant{Kind: schemas.Decimal, Text: v.Text}
	case resource.BoolValue:
		return &schemas.Constant{Kind: schemas.Boolean, Text: v.Text}
	}
	return &schemas.Constant{Text: text(v.Text)}
}

// paramValue is a parameter as a person writes it: lowering makes text of a number where the
// connector wants text.
func paramValue(v resource.Value, p specs.Param) *schemas.Constant {
	n, err := strconv.ParseInt(v.Text, 10, 64)
	if v.Kind == resource.StringValue && p.Type == "string" && err == nil && strconv.FormatInt(n, 10) == v.Text {
		return &schemas.Constant{Kind: schemas.Integer, Text: v.Text}
	}
	return scalar(v)
}

// snake puts an underscore between the words of a parameter's name.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if 'A' <= r && r <= 'Z' && i > 0 && ('A' > name[i-1] || name[i-1] > 'Z') {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// titled is the title of a document, "" where it is the default.
func titled(o *Object, standard string) string {
	if title := o.title(); title != standard {
		return text(title)
	}
	return ""
}
