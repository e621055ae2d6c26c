package schemas

// Descriptions are what a schema says about its fields by descriptors, besides its
// identities.
type Descriptions struct {
	// Fields that hold the identity of a record of another schema: path, then the identity namespace. A relationship
	// of the field needs it.
	ReferenceIdentities References `yaml:"referenceIdentities,omitempty"`
	// Fields that refer to records of another schema: path, then that schema.
	Relationships Relationships `yaml:"relationships,omitempty"`
	// Names and suggested values of Adobe's fields for this schema: path, then a name. An own field has a title instead.
	DisplayNames DisplayNames `yaml:"displayNames,omitempty"`
	// Adobe's fields that are marked as deprecated in this schema. An own field is marked with deprecated: true instead.
	Deprecated []string `yaml:"deprecated,omitempty" jsonschema:"example=person.name.courtesyTitle"`
	// Data usage labels of Adobe's fields: path, then the labels. They belong to the field group, so that all schemas
	// with it have them. An own field has labels instead.
	FieldLabels FieldLabels `yaml:"fieldLabels,omitempty"`
}

// FieldLabels are the labels of Adobe's fields, in order.
type FieldLabels []FieldLabel

// FieldLabel is a field with its labels.
type FieldLabel struct {
	Path   string   `yaml:"-" key:"true"`
	Labels []string `yaml:"-" whole:"true"`
}

// References are the reference identities of a schema, in order.
type References []Reference

// Reference makes a field a reference to a record: its namespace, or an object that has it.
type Reference struct {
	Path string `yaml:"-" key:"true"`
	// Code of the identity namespace that the field's values belong to: that of the other schema's primary identity.
	Namespace string `yaml:"namespace" short:"true" jsonschema:"minLength=1,example=CRMID"`
}

// Relationships are the relationships of a schema, in order.
type Relationships []Relationship

// Relationship connects a field with another schema: the schema, or an object that has it.
type Relationship struct {
	Path string `yaml:"-" key:"true"`
	// The other schema: the name of a Schema document, or its $id on the platform.
	Schema string `yaml:"schema" short:"true" jsonschema:"minLength=1,example=stores"`
	// The other schema's field that has the same value. Default: its primary identity.
	Field string `yaml:"field,omitempty" jsonschema:"minLength=1,example=crm.storeId"`
	// How many records refer to how many, such as M:1 for many to one. Default: one to one.
	Cardinality string `yaml:"cardinality,omitempty" jsonschema:"enum=1:1,enum=1:0,enum=M:1,enum=M:0"`
	// Code of the namespace of the other schema's primary identity. Only for Real-Time CDP B2B Edition, with M:1.
	Namespace string `yaml:"namespace,omitempty" jsonschema:"minLength=1,example=B2B Account"`
	// Name of the relationship, seen from this schema. Needs a cardinality.
	Name string `yaml:"name,omitempty" jsonschema:"minLength=1,example=CampaignToStore"`
	// Name of the relationship, seen from the other schema. Needs a cardinality.
	ReverseName string `yaml:"reverseName,omitempty" jsonschema:"minLength=1,example=StoreToCampaign"`
	// Label of the relationship, seen from this schema. Needs a cardinality.
	Title string `yaml:"title,omitempty" jsonschema:"minLength=1,example=Stores"`
	// Label of the relationship, seen from the other schema. Needs a cardinality.
	ReverseTitle string `yaml:"reverseTitle,omitempty" jsonschema:"minLength=1,example=Campaigns"`
}

// DisplayNames are the names of Adobe's fields, in order.
type DisplayNames []DisplayName

// DisplayName says how a field is shown: its name, or an object that has it.
type DisplayName struct {
	Path string `yaml:"-" key:"true"`
	// Name of the field.
	Title string `yaml:"title,omitempty" short:"true" jsonschema:"minLength=1,example=Event type"`
	// Description of the field.
	Description string `yaml:"description,omitempty" jsonschema:"minLength=1"`
	// Values to suggest besides Adobe's: a list, or a map of values to labels.
	Suggestions Choices `yaml:"suggestions,omitempty"`
	// Values of Adobe's not to suggest: a list, or a map of values to their labels.
	HiddenSuggestions Choices `yaml:"hiddenSuggestions,omitempty"`
}
