package schemas

// Schema is an XDM schema of its own document.
type Schema struct {
	// What the document describes.
	Kind string `yaml:"kind" jsonschema:"enum=Schema"`
	// Name of the schema in this project and in the lockfile.
	Name       string `yaml:"name" jsonschema:"pattern=^[a-z0-9]([a-z0-9-]*[a-z0-9])?$,maxLength=63"`
	SchemaBody `yaml:",inline"`
	// How aepflow treats the schema when it changes or goes away.
	Lifecycle *Lifecycle `yaml:"lifecycle,omitempty"`
	PerTarget `yaml:",inline"`
}

// SchemaRef is a schema: its $id, the name of a Schema document, or an object
// that creates one.
type SchemaRef struct {
	Ref        string `yaml:"-" short:"true"`
	SchemaBody `yaml:",inline"`
}

// SchemaBody is what makes up an XDM schema.
type SchemaBody struct {
	// Name of the schema on the platform; unique over schemas, field groups, classes and data types.
	Title string `yaml:"title" jsonschema:"minLength=1"`
	// Description of the schema on the platform.
	Description string `yaml:"description,omitempty"`
	// Class of the schema: profile, event, the name of a Class document, or the $id of a class. Required unless the schema
	// is relational.
	Class string `yaml:"class,omitempty" jsonschema:"minLength=1,example=profile,example=event"`
	// Makes the schema relational: a table with a primary key, without class, field groups, and Profile.
	Relational *Relational `yaml:"relational,omitempty"`
	// Field groups of the schema: well-known names such as profile-person-details, names of FieldGroup documents, or $ids.
	FieldGroups []string `yaml:"fieldGroups,omitempty"`
	// Own fields: path below the tenant namespace, or at the root of a relational schema, then a type.
	Fields Fields `yaml:"fields,omitempty"`
	// Fields that identify a person: path, then an identity namespace.
	Identities Identities `yaml:"identities,omitempty"`
	// Whether the schema takes part in Real-Time Customer Profile. Cannot be undone.
	Profile      bool `yaml:"profile,omitempty"`
	Descriptions `yaml:",inline"`
}

// Relational says what a row of a relational schema is and which fields identify
// and order it. The fields that it names are required.
type Relational struct {
	// What a row is: the present state of something, or an event.
	Behavior string `yaml:"behavior,omitempty" jsonschema:"enum=record,enum=time-series,default=record"`
	// The field whose value identifies a row, or a list of fields that do so together.
	PrimaryKey Paths `yaml:"primaryKey"`
	// The field that orders the changes of a row: of two with the same key, the higher value wins.
	Version string `yaml:"version" jsonschema:"minLength=1,example=updated_at"`
	// The field with the time of an event. Only for time-series, which requires it.
	Timestamp string `yaml:"timestamp,omitempty" jsonschema:"minLength=1,example=occurred_at"`
}

// Paths are the paths of fields: one, or a list.
type Paths []string

// Fields are the own fields of a schema, in order.
type Fields []OwnField

// OwnField is one own field of a schema: its type, or an object that has it.
type OwnField struct {
	Path string `yaml:"-" key:"true"`
	// Type of the field, such as string, integer, date-time or string[]. Required unless it is a data type.
	Type string `yaml:"type,omitempty" short:"true" jsonschema:"minLength=1,example=string"`
	// Data type of the field in place of a type: the name of a DataType document, a well-known name such as address, or
	// an $id.
	Ref string `yaml:"$ref,omitempty" jsonschema:"minLength=1,example=store"`
	// Label of the field on the platform. Default: its name.
	Title string `yaml:"title,omitempty" jsonschema:"minLength=1"`
	// Description of the field.
	Description string `yaml:"description,omitempty"`
	// The values that the field may have: a list, or a map of values to labels.
	Enum Choices `yaml:"enum,omitempty"`
	// Values to suggest where others may occur too: a list, or a map of values to labels.
	Suggestions Choices `yaml:"suggestions,omitempty"`
	// Regular expression that the field's text matches.
	Pattern string `yaml:"pattern,omitempty" jsonschema:"minLength=1"`
	// Least value of a number.
	Minimum *float64 `yaml:"minimum,omitempty"`
	// Greatest value of a number.
	Maximum *float64 `yaml:"maximum,omitempty"`
	// Fewest characters of a text.
	MinLength *int64 `yaml:"minLength,omitempty" jsonschema:"minimum=0"`
	// Most characters of a text.
	MaxLength *int64 `yaml:"maxLength,omitempty" jsonschema:"minimum=0"`
	// Value that the schema notes as the usual one. To fill it in, map a constant.
	Default *Constant `yaml:"default,omitempty"`
	// Whether the field is marked as deprecated.
	Deprecated bool `yaml:"deprecated,omitempty"`
	// Data usage labels of the field, such as C2 or I1.
	Labels []string `yaml:"labels,omitempty" jsonschema:"example=I1"`
	// Whether every record must have the field.
	Required bool `yaml:"required,omitempty"`
}

// Choices are values in order, with labels where they have any.
type Choices []Choice

// Choice is a value of a field and its label.
type Choice struct {
	Value string `yaml:"-" key:"true"`
	Label string `yaml:"-" whole:"true"`
}

// Identities are the fields of a schema that identify a person, in order.
type Identities []Identity

// Identity makes a field an identity: its namespace, or an object that has it.
type Identity struct {
	Path string `yaml:"-" key:"true"`
	// Code of the identity namespace, such as Email or CRMID. It is a standard one, that of a
	// Namespace document, or exists in the organization (on the target local, in the seed's identities).
	Namespace string `yaml:"namespace" short:"true" jsonschema:"minLength=1,example=Email"`
	// Whether it is the schema's primary identity. A schema has at most one.
	Primary bool `yaml:"primary,omitempty"`
}

// Dataset is a dataset of its own document.
type Dataset struct {
	// What the document describes.
	Kind string `yaml:"kind" jsonschema:"enum=Dataset"`
	// Name of the dataset in this project and in the lockfile.
	Name        string `yaml:"name" jsonschema:"pattern=^[a-z0-9]([a-z0-9-]*[a-z0-9])?$,maxLength=63"`
	DatasetBody `yaml:",inline"`
	// The dataset's schema: its $id on the platform, or the name of a Schema document.
	Schema string `yaml:"schema" jsonschema:"minLength=1"`
	// How aepflow treats the dataset when it changes or goes away.
	Lifecycle *Lifecycle `yaml:"lifecycle,omitempty"`
	PerTarget `yaml:",inline"`
}

// DatasetRef is a dataset: its id, the name of a Dataset document, or an object
// that creates one.
type DatasetRef struct {
	Ref         string `yaml:"-" short:"true"`
	DatasetBody `yaml:",inline"`
}

// DatasetBody is what makes up a dataset.
type DatasetBody struct {
	// Name of the dataset on the platform.
	Title string `yaml:"title" jsonschema:"minLength=1"`
	// Description of the dataset on the platform.
	Description string `yaml:"description,omitempty"`
	// Whether the data go into Real-Time Customer Profile and the identity graph: true, false, or upsert, where a
	// record changes the fields that it has and leaves the others of its profile as they are.
	Profile DatasetProfile `yaml:"profile,omitempty"`
	// Tags of the dataset: name, then its values. The tags unifiedProfile and unifiedIdentity are set by profile.
	Tags Tags `yaml:"tags,omitempty"`
	// Whether failed rows of batches are kept with their errors.
	ErrorDiagnostics *bool `yaml:"errorDiagnostics,omitempty"`
	// Data usage labels of the dataset, such as C2 or S1. Policies apply them to all that is in the dataset.
	Labels []string `yaml:"labels,omitempty" jsonschema:"example=C2"`
	// How old an event may become, such as P90D, P6M, or P1Y: the platform deletes older ones for good. At least 30
	// days. Only for schemas of events.
	RowExpiration string `yaml:"rowExpiration,omitempty" jsonschema:"minLength=1,example=P90D"`
}

// Tags are the tags of a dataset, in order.
type Tags []Tag

// Tag is a tag with its values.
type Tag struct {
	Name   string   `yaml:"-" key:"true"`
	Values []string `yaml:"-" whole:"true"`
}
