package schemas

// Namespace is an identity namespace, which all sandboxes of the organization share.
type Namespace struct {
	// What the document describes.
	Kind string `yaml:"kind" jsonschema:"enum=Namespace"`
	// Name of the namespace in this project and in the lockfile.
	Name string `yaml:"name" jsonschema:"pattern=^[a-z0-9]([a-z0-9-]*[a-z0-9])?$,maxLength=63,example=crm-id"`
	// Name of the namespace on the platform.
	Title string `yaml:"title" jsonschema:"minLength=1,example=CRM ID"`
	// Description of the namespace on the platform.
	Description string `yaml:"description,omitempty"`
	// What identities call the namespace. A namespace that has the code already is taken over if its type is the same.
	// Cannot be changed.
	Code string `yaml:"code" jsonschema:"pattern=^[A-Za-z0-9_]+$,example=CRMID"`
	// What a value identifies: a person by a key of yours (CROSS_DEVICE), by e-mail address or phone number, a device,
	// a browser (COOKIE), or no person. Cannot be changed.
	IDType string `yaml:"idType" values:"namespace-types"`
	// How aepflow treats the namespace when the document changes or goes away.
	Lifecycle *Lifecycle `yaml:"lifecycle,omitempty"`
	PerTarget `yaml:",inline"`
}
