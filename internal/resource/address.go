// Package resource is the vocabulary between the stages: what exists on the
// platform (kinds, addresses, bodies, references), what each object needs (the
// graph), and what a change of each field leads to (the table of kinds).
//
// In: nothing; the compiler builds graphs, the planner compares bodies, the
// applier binds references. Law: a body decoded and encoded again has the
// same bytes.
package resource

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
)

// Kind is a kind of object on the platform. The set is closed.
type Kind string

// The kinds of resources, in the order in which a dataflow needs them.
const (
	Connection        Kind = "connection"    // Flow Service base connection
	Namespace         Kind = "namespace"     // Identity Service namespace
	DataType          Kind = "datatype"      // Schema Registry data type
	Class             Kind = "class"         // Schema Registry class
	FieldGroup        Kind = "fieldgroup"    // Schema Registry field group
	Schema            Kind = "schema"        // Schema Registry schema
	Descriptor        Kind = "descriptor"    // Schema Registry identity descriptor
	ReferenceIdentity Kind = "reference"     // Schema Registry reference identity descriptor
	Relationship      Kind = "relationship"  // Schema Registry relationship descriptor
	Display           Kind = "display"       // Schema Registry descriptor with the display name of a field
	Deprecated        Kind = "deprecated"    // Schema Registry descriptor that deprecates a field
	Label             Kind = "label"         // Schema Registry descriptor with the data usage labels of a field
	Key               Kind = "key"           // primary key, version, or timestamp of a relational schema
	Union             Kind = "union"         // the union tag of a schema: takes part in Profile
	Dataset           Kind = "dataset"       // Catalog dataset
	DatasetLabels     Kind = "datasetlabels" // Dataset Service usage labels of a dataset
	Source            Kind = "source"        // Flow Service source connection
	Target            Kind = "target"        // Flow Service target connection
	Mapping           Kind = "mapping"       // Data Prep mapping set
	Flow              Kind = "flow"          // Flow Service dataflow
)

// Kinds returns every kind in the order in which a dataflow needs them.
func Kinds() []Kind {
	return []Kind{
		Connection, Namespace, DataType, Class, FieldGroup, Schema, Descriptor, ReferenceIdentity, Relationship,
		Display, Deprecated, Label, Key, Union, Dataset, DatasetLabels, Source, Target, Mapping, Flow,
	}
}

// IsKind reports whether k is one of the kinds.
func IsKind(k Kind) bool {
	_, ok := kinds[k]
	return ok
}

// Address names one resource of a project: kind and name, printed `flow.customers`.
type Address struct {
	Kind Kind
	Name string
}

func (a Address) String() string { return string(a.Kind) + "." + a.Name }

// IsZero reports whether a is the zero address.
func (a Address) IsZero() bool { return a == Address{} }

// Compare orders addresses by kind, then name, both as text.
func (a Address) Compare(b Address) int {
	return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Name, b.Name))
}

// MarshalText prints the address as `kind.name`.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads `kind.name`; the kind must be known.
func (a *Address) UnmarshalText(text []byte) error {
	parsed, err := ParseAddress(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// ParseAddress reads `kind.name`.
func ParseAddress(s string) (Address, error) {
	kind, name, ok := strings.Cut(s, ".")
	switch {
	case !ok || name == "" || strings.ContainsAny(name, "./ "):
		return Address{}, fmt.Errorf("address %q: expected KIND.NAME, such as flow.customers", s)
	case !IsKind(Kind(kind)):
		return Address{}, fmt.Errorf("address %q: unknown kind %q, expected one of %s", s, kind, kindList())
	}
	return Address{Kind(kind), name}, nil
}

// IsName reports whether a document can have a name: the pattern of the format.
func IsName(s string) bool { return name.MatchString(s) }

var name = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

func kindList() string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

// Ref is a value that is known only once To exists: its id, its version.
type Ref struct {
	To    Address
	Field string // "id" or "version"
}

func (r Ref) String() string { return "${" + r.To.String() + "." + r.Field + "}" }

// Edge says that a resource needs another, and the path of the field, or the name
// of the rule, that says so.
type Edge struct {
	To  Address `json:"address"`
	Via string  `json:"via"`
}

// Compare orders edges by where they lead, then by their reason.
func (e Edge) Compare(f Edge) int { return cmp.Or(e.To.Compare(f.To), strings.Compare(e.Via, f.Via)) }
