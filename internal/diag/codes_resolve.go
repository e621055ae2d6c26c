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
	ProfileTag        Code = "profile-tag"
	UpsertEvents      Code = "upsert-events"
	ProfileIdentity   Code = "profile-identity"
	PrimaryIdentity   Code = "primary-identity"
	UnknownClass      Code = "unknown-class"
	UnknownFieldGroup Code = "unknown-field-group"
	FieldPath         Code = "field-path"
	FieldClash        Code = "field-clash"
	MovedFrom         Code = "moved-from"
	DerivedName       Code = "derived-name"
	ImportPart        Code = "import-part"
	ImportKind        Code = "import-kind"
	DuplicateImport   Code = "duplicate-import"
	SecretReference   Code = "secret-reference"
	FileUnreadable    Code = "file-unreadable"
	FieldGroupClass   Code = "field-group-class"
	FieldLimit        Code = "field-limit"
	UnknownIdentity   Code = "unknown-identity"
	IdentityField     Code = "identity-field"
	DatasetSchema     Code = "dataset-schema"
)

// The codes of projects: targets, overlays, variables and levels.
const (
	OverlayKey      Code = "overlay-key"
	OnlyAndExcept   Code = "only-and-except"
	UnknownTarget   Code = "unknown-target"
	DuplicateTarget Code = "duplicate-target"
	UnknownVariable Code = "unknown-variable"
	UnknownCode     Code = "unknown-code"
	FixedLevel      Code = "fixed-level"
	UnusedIgnore    Code = "unused-ignore"
)

// The codes of destinations of mappings.
const (
	DestinationPath       Code = "destination-path"
	UnknownDestination    Code = "unknown-destination"
	WrongTenant           Code = "wrong-tenant"
	NoOwnFields           Code = "no-own-fields"
	DestinationIndex      Code = "destination-index"
	DestinationBelow      Code = "destination-below-value"
	IndexMissing          Code = "index-missing"
	NotALeaf              Code = "not-a-leaf"
	IncompatibleType      Code = "incompatible-type"
	DoubtfulConversion    Code = "doubtful-conversion"
	ConstantValue         Code = "constant-value"
	MappingConflict       Code = "mapping-conflict"
	RequiredField         Code = "required-field"
	RequiredSibling       Code = "required-sibling"
	DeprecatedField       Code = "deprecated-field"
	ReadOnlyField         Code = "read-only-field"
	DestinationsUnchecked Code = "destinations-unchecked"
)
