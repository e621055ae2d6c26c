package main

import (
	"github.com/invopop/jsonschema"

	"github.com/aepflow/aepflow/internal/connectordoc"
	"github.com/aepflow/aepflow/internal/specs"
)

// describeConnectors lets editors show the sign-in methods of each connector, and
// complete auth of a connection by its connector. Nothing more is refused.
func describeConnectors(root *jsonschema.Schema) {
	var hovers []string
	connection := root.Definitions["Connection"]
	for _, c := range specs.Connectors() {
		if !c.IsSource() {
			continue
		}
		hovers = append(hovers, connectordoc.Hover(c))
		if len(c.Auth) > 0 {
			connection.AllOf = append(connection.AllOf, signIn(c))
		}
	}
	for _, name := range []string{"Connection", "Database", "Files", "Rest", "Stream"} {
		prop, _ := root.Definitions[name].Properties.Get("connector")
		prop.Extras = map[string]any{descriptions: hovers}
	}
}

// descriptions is the keyword of editors for what each value of enum means.
const descriptions = "markdownEnumDescriptions"

// signIn offers the sign-in methods and parameters of one connector.
func signIn(c specs.Connector) *jsonschema.Schema {
	object := func(key string, value *jsonschema.Schema) *jsonschema.Schema {
		p := jsonschema.NewProperties()
		p.Set(key, value)
		return &jsonschema.Schema{Properties: p}
	}
	methods := &jsonschema.Schema{}
	for _, name := range c.MethodNames() {
		methods.Enum = append(methods.Enum, name)
	}
	params := jsonschema.NewProperties()
	for _, a := range c.Auth {
		for _, p := range a.Params {
			if _, ok := params.Get(p.Name); !ok {
				params.Set(p.Name, &jsonschema.Schema{Description: connectordoc.Describe(p)})
			}
		}
	}
	auth := object("type", &jsonschema.Schema{AnyOf: []*jsonschema.Schema{methods, {Type: "string"}}})
	auth.Properties.Set("params", &jsonschema.Schema{Properties: params})
	is := object("connector", &jsonschema.Schema{Const: c.Slug})
	is.Required = []string{"connector"}
	return &jsonschema.Schema{If: is, Then: object("auth", auth)}
}
