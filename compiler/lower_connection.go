package compiler

import (
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// lowerConnection makes a base connection. Secrets stay references: who sends
// the call reads them.
func lowerConnection(u *unit) resource.Resource {
	c := u.connection
	connector, _ := specs.ConnectorBySlug(c.Connector)
	var params, body object
	for _, p := range c.Auth.Params {
		params.add(p.Name, paramValue(connector, c.Auth.Type, p).At(u.span("auth", "params", p.Name)))
	}
	body.text("name", title(c.Title, c.Name), u.doc.Lookup("title"))
	body.text("description", c.Description, u.doc.Lookup("description"))
	body.add("auth", resource.Object(
		resource.F("specName", resource.String(c.Auth.Type).At(u.span("auth", "type"))),
		resource.F("params", params.value()),
	))
	body.add("connectionSpec", spec(connector.ID).At(u.span("connector")))
	return made(u, addr(resource.Connection, c.Name), []string{"name"}, body.value(), c.Lifecycle)
}

// paramValue returns a parameter as the connector takes it: a number where it
// wants text is sent as text, since YAML writes a port without quotes.
func paramValue(c specs.Connector, authType string, p schemas.Param) resource.Value {
	if p.Value == nil {
		return resource.Secret("file." + p.File)
	}
	if name, ok := envName(p.Value.Text); ok {
		return resource.Secret("env." + name)
	}
	for _, method := range c.Methods(authType) {
		if q, ok := method.Param(p.Name); ok && q.Type == "string" {
			return resource.String(p.Value.Text)
		}
	}
	return constant(p.Value)
}

// constant returns a constant with its own type.
func constant(c *schemas.Constant) resource.Value {
	switch c.Kind {
	case schemas.Integer, schemas.Decimal:
		return resource.Number(c.Text)
	case schemas.Boolean:
		return resource.Bool(c.Text == "true")
	default:
		return resource.String(c.Text)
	}
}
