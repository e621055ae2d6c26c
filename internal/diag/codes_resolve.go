package diag

// Further codes of names, references and targets.
const (
	UnknownType       Code = "unknown-type"
	ConnectionChoice  Code = "connection-choice"
	NotATableSource   Code = "not-a-table-source"
	MappingForm       Code = "mapping-form"
	AddressClash      Code = "address-clash"
	DuplicateTitle    Code = "duplicate-title"
	ProfileSchema     Code = "profile-schema"
	ProfileIdentity   Code = "profile-identity"
	PrimaryIdentity   Code = "primary-identity"
	UnknownClass      Code = "unknown-class"
	UnknownFieldGroup Code = "unknown-field-group"
	FieldPath         Code = "field-path"
	FieldClash        Code = "field-clash"
	MovedFrom         Code = "moved-from"
	SecretReference   Code = "secret-reference"
)
