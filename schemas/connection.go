package schemas

// Connection is a base connection: how the platform signs in to a database.
type Connection struct {
	// What the document describes.
	Kind string `yaml:"kind" jsonschema:"enum=Connection"`
	// Name of the connection in this project and in the lockfile.
	Name string `yaml:"name" jsonschema:"pattern=^[a-z0-9]([a-z0-9-]*[a-z0-9])?$,maxLength=63,example=crm-db"`
	// Name of the connection on the platform. Default: the name.
	Title string `yaml:"title,omitempty" jsonschema:"minLength=1"`
	// Description of the connection on the platform.
	Description string `yaml:"description,omitempty"`
	// The connector, such as postgresql or google-bigquery.
	Connector string `yaml:"connector" values:"connectors" jsonschema:"example=postgresql"`
	// How to sign in.
	Auth Auth `yaml:"auth"`
	// How aepflow treats the connection when it changes or goes away.
	Lifecycle *Lifecycle `yaml:"lifecycle,omitempty"`
	PerTarget `yaml:",inline"`
}

// Auth says how to sign in to a database.
type Auth struct {
	// Name of the way to sign in, as the connector calls it, such as Basic Authentication.
	Type string `yaml:"type" jsonschema:"minLength=1,example=Basic Authentication"`
	// Its parameters. Secret ones are references: ${env.NAME} or {file: path}.
	Params Params `yaml:"params" jsonschema:"minProperties=1"`
}

// Params are the parameters of a way to sign in, in order.
type Params []Param

// Param is one parameter: a value, or a file that holds it.
type Param struct {
	Name  string    `yaml:"-" key:"true"`
	Value *Constant `yaml:"-" short:"true"`
	// Path of a file that holds the value, from the project's folder. A line break at its end is dropped.
	File string `yaml:"file" jsonschema:"minLength=1"`
}
