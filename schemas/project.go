package schemas

// KindProject is the name of the definition of aepflow.yaml; the file itself
// has no kind.
const KindProject = "Project"

// Project is aepflow.yaml: what holds for every document of a project.
type Project struct {
	// Name of the project, for people.
	Project string `yaml:"project,omitempty" jsonschema:"minLength=1"`
	// The target that commands use when --target says nothing.
	DefaultTarget string `yaml:"defaultTarget,omitempty" jsonschema:"minLength=1,default=local"`
	// Where the documents can be applied, by name. The target local, the embedded emulator, is always there.
	Targets Targets `yaml:"targets,omitempty"`
	// Values for ${var.NAME} in documents. A target's own and --var go before them.
	Vars Vars `yaml:"vars,omitempty"`
	// What every Dataflow has that does not say otherwise: a part of a document.
	Defaults *Partial `yaml:"defaults,omitempty"`
	// How loud diagnostics are, by code. Errors cannot be turned down.
	Lint Levels `yaml:"lint,omitempty"`
	// What a plan must not do, by code. A code alone, with `{}`, selects a ready-made policy.
	Policies Policies `yaml:"policies,omitempty"`
}

// Policies are the policies of a project, in order.
type Policies []Policy

// Policy is what a plan must not do, for every target. Apply checks it again, and nothing but a waiver lets a plan
// pass.
type Policy struct {
	Code string `yaml:"-" key:"true"`
	// What happens when a plan breaks it: apply refuses the plan, or the plan shows a warning.
	Level string `yaml:"level,omitempty" jsonschema:"enum=deny,enum=warn,default=deny"`
	// Expression that is true where the policy is broken. Not for a ready-made policy.
	When string `yaml:"when,omitempty" jsonschema:"minLength=1,maxLength=2000,example=change.action == \"delete\""`
	// Whether the expression is about each change or about the plan as a whole.
	On string `yaml:"on,omitempty" jsonschema:"enum=change,enum=plan,default=change"`
	// What is wrong, and what to do instead. Required with `when`.
	Message string `yaml:"message,omitempty" jsonschema:"minLength=1,maxLength=300"`
	// Page that explains the policy.
	Link string `yaml:"link,omitempty" jsonschema:"pattern=^https?://\\S+$"`
	// Values that the expression reads as params.NAME.
	Params Vars `yaml:"params,omitempty"`
	// Exceptions, each until a day: for the address of a resource, or a pattern such as flow.crm-*.
	Waivers Waivers `yaml:"waivers,omitempty"`
}

// Waivers are exceptions from a policy, in order.
type Waivers []Waiver

// Waiver is an exception from a policy.
type Waiver struct {
	Resource string `yaml:"-" key:"true"`
	// Why, and who agreed.
	Reason string `yaml:"reason" jsonschema:"minLength=1"`
	// Last day, in UTC.
	Until string `yaml:"until" jsonschema:"pattern=^[0-9]{4}-[0-9]{2}-[0-9]{2}$,example=2027-03-31"`
}

// Targets are the targets of a project, in order.
type Targets []TargetConfig

// TargetConfig is one target: an organization and a sandbox, and where its
// platform answers when that is not Adobe's own.
type TargetConfig struct {
	Name string `yaml:"-" key:"true"`
	// The organization's id.
	Org string `yaml:"org,omitempty" jsonschema:"pattern=^[^@\\s]+@AdobeOrg$,example=0123456789ABCDEF01234567@AdobeOrg"`
	// The sandbox. It is sent with every call.
	Sandbox string `yaml:"sandbox,omitempty" jsonschema:"minLength=1,example=dev"`
	// Base address of the platform. Default: https://platform.adobe.io.
	Platform string `yaml:"platform,omitempty" jsonschema:"minLength=1,example=http://127.0.0.1:8080"`
	// Base address of the sign-in service. Default: https://ims-na1.adobelogin.com.
	IMS string `yaml:"ims,omitempty" jsonschema:"minLength=1"`
	// The tenant's id without underscore. Default: asked from the platform.
	Tenant string `yaml:"tenant,omitempty" jsonschema:"minLength=1"`
	// Whether it holds what must not be lost. Default: true for targets and sandboxes named prod or production.
	Production *bool `yaml:"production,omitempty"`
	// Values for ${var.NAME} in documents.
	Vars Vars `yaml:"vars,omitempty"`
	// Seed of the embedded emulator, for the target local. Default: emulator.yaml beside this file, if there is one.
	Seed string `yaml:"seed,omitempty" jsonschema:"minLength=1,example=emulator.yaml"`
	// Cloud that the embedded emulator represents, which decides how connectors sign in. For the target local.
	Cloud string `yaml:"cloud,omitempty" jsonschema:"enum=azure,enum=aws,default=azure"`
	// Lock that all who apply to this target share, on a Git server. Not for the target local.
	Lock *TeamLock `yaml:"lock,omitempty"`
}

// TeamLock is the lock of a target on a Git server: a ref that an apply moves with a push that only one side can win.
type TeamLock struct {
	// Name of the remote in every clone, not its address.
	Git string `yaml:"git" jsonschema:"pattern=^[A-Za-z0-9_][A-Za-z0-9_-]*$,example=origin"`
	// Folder of the ref on the server, refs/aepflow/lock by default. The name of the target follows it.
	Ref string `yaml:"ref,omitempty" jsonschema:"pattern=^refs(/[A-Za-z0-9_-]+)+$,example=refs/aepflow/lock"`
}
