package schemas

// PerTarget are the keys with which a document says where it applies and what
// is different there. They are worked in before the document is checked.
type PerTarget struct {
	// The only targets that the document is for. Default: all.
	Only []string `yaml:"only,omitempty" jsonschema:"example=prod"`
	// Targets that the document is not for.
	Except []string `yaml:"except,omitempty" jsonschema:"example=local"`
	// What is different for a target, by its name: a part of the document that is merged into it. Null removes a key.
	Targets Overlays `yaml:"targets,omitempty"`
}

// Overlays are what is different for targets, in order.
type Overlays []Overlay

// Overlay is what is different for one target.
type Overlay struct {
	Target string  `yaml:"-" key:"true"`
	Patch  Partial `yaml:"-" whole:"true"`
}

// Partial is a part of a document, checked once it is merged into one.
type Partial struct{}

// Vars are values for ${var.NAME}, in order.
type Vars []Var

// Var is the value of ${var.NAME}: text, a number or a boolean.
type Var struct {
	Name  string   `yaml:"-" key:"true"`
	Value Constant `yaml:"-" whole:"true"`
}

// Levels say how loud diagnostics are, in order.
type Levels []Level

// Level says how loud a code is.
type Level struct {
	Code  string `yaml:"-" key:"true"`
	Level string `yaml:"-" whole:"true" jsonschema:"enum=off,enum=note,enum=warning,enum=error"`
}
