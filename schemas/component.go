package schemas

// FieldGroup is a field group of its own document, which several schemas may have.
type FieldGroup struct {
	// What the document describes.
	Kind string `yaml:"kind" jsonschema:"enum=FieldGroup"`
	// Name of the field group in this project and in the lockfile: what fieldGroups of schemas name. No standard field
	// group has it.
	Name string `yaml:"name" jsonschema:"pattern=^[a-z0-9]([a-z0-9-]*[a-z0-9])?$,maxLength=63,example=crm"`
	// Name of the field group on the platform; unique over schemas, field groups, classes and data types.
	Title string `yaml:"title" jsonschema:"minLength=1,example=CRM"`
	// Description of the field group on the platform.
	Description string `yaml:"description,omitempty"`
	// Classes of the schemas that may have the field group: profile, event, names of Class documents, or $ids.
	Classes []string `yaml:"classes" jsonschema:"example=profile"`
	// Its fields: path below the tenant namespace, then a type.
	Fields Fields `yaml:"fields" jsonschema:"minProperties=1"`
	// How aepflow treats the field group when the document changes or goes away.
	Lifecycle *Lifecycle `yaml:"lifecycle,omitempty"`
	PerTarget `yaml:",inline"`
}

// Class is a class of its own document: schemas are of it and have its fields. Adobe's field groups are for Adobe's
// classes, except identitymap.
type Class struct {
	// What the document describes.
	Kind string `yaml:"kind" jsonschema:"enum=Class"`
	// Name of the class in this project and in the lockfile: what class of schemas and classes of field groups name. No
	// standard class has it.
	Name string `yaml:"name" jsonschema:"pattern=^[a-z0-9]([a-z0-9-]*[a-z0-9])?$,maxLength=63,example=property"`
	// Name of the class on the platform; unique over schemas, field groups, classes and data types.
	Title string `yaml:"title" jsonschema:"minLength=1,example=Property"`
	// Description of the class on the platform.
	Description string `yaml:"description,omitempty"`
	// Whether its records say how things are, or what happened at a time. It is fixed.
	Behavior string `yaml:"behavior" jsonschema:"enum=record,enum=time-series"`
	// Fields that every schema of the class has: path below the tenant namespace, then a type.
	Fields Fields `yaml:"fields,omitempty" jsonschema:"minProperties=1"`
	// How aepflow treats the class when the document changes or goes away.
	Lifecycle *Lifecycle `yaml:"lifecycle,omitempty"`
	PerTarget `yaml:",inline"`
}

// DataType is a data type of its own document: an object that fields of schemas, field groups, and other data types may
// be.
type DataType struct {
	// What the document describes.
	Kind string `yaml:"kind" jsonschema:"enum=DataType"`
	// Name of the data type in this project and in the lockfile: what $ref names. No standard data type has it.
	Name string `yaml:"name" jsonschema:"pattern=^[a-z0-9]([a-z0-9-]*[a-z0-9])?$,maxLength=63,example=store"`
	// Name of the data type on the platform; unique over schemas, field groups, classes and data types.
	Title string `yaml:"title" jsonschema:"minLength=1,example=Store"`
	// Description of the data type on the platform.
	Description string `yaml:"description,omitempty"`
	// Its fields: path, then a type. They have no tenant namespace.
	Fields Fields `yaml:"fields" jsonschema:"minProperties=1"`
	// How aepflow treats the data type when the document changes or goes away.
	Lifecycle *Lifecycle `yaml:"lifecycle,omitempty"`
	PerTarget `yaml:",inline"`
}
