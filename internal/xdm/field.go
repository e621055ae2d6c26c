package xdm

import (
	"encoding/json"

	"github.com/aepflow/aepflow/internal/specs"
)

// Kind is what a field holds.
type Kind string

// The kinds of fields.
const (
	Scalar Kind = "scalar"
	Object Kind = "object"
	Array  Kind = "array"
	Map    Kind = "map"
)

// Field is what a schema knows about a path.
type Field struct {
	Path    string // canonical, with the indexes as written
	Checked bool   // false: the path may lie in a field group that is not known
	Kind    Kind
	Type    string // string, boolean, byte, short, int, long, number, date, date-time, object, array, map
	Format  string // uri, email, …

	Enum      []string
	Pattern   string
	MinLength int
	MaxLength int // 0: none
	Minimum   *float64
	Maximum   *float64
	Default   json.RawMessage

	Required   bool // by its parent
	Deprecated bool
	Marked     bool // deprecated, or in an object that is, where Adobe's own model does not say so; see Deprecating
	ReadOnly   bool // written by the platform
	Own        bool // below the tenant's namespace
	Below      Kind // array or map when the path goes through one, else empty

	From  []string // slugs of the classes and field groups of the schema that give it
	Notes []FieldNote
}

// IsLeaf reports whether the field holds a single value.
func (f Field) IsLeaf() bool { return f.Kind == Scalar }

// FieldNote is something that a mapping to the field should know.
type FieldNote struct {
	Code       string // IndexMissing, DeprecatedParent
	Start, End int    // in the path as written
	Path       string // canonical path of the level that it is about
}

// Codes of notes.
const (
	IndexMissing     = "index-missing"     // an array was gone through without [n] or [*]
	DeprecatedParent = "deprecated-parent" // a level above is deprecated
)

// readOnly are written by the platform itself.
var readOnly = map[string]bool{"createdByBatchID": true, "modifiedByBatchID": true}

func fieldOf(n *node, path string) Field {
	f := Field{Path: path, Checked: true, Kind: Object, Type: "object", Own: n.own, ReadOnly: readOnly[path]}
	s := n.shape
	if s == nil {
		return f
	}
	f.Type, f.Format = typeWord(s), s.Format
	switch f.Type {
	case "object":
	case "array":
		f.Kind = Array
	case "map":
		f.Kind = Map
	default:
		f.Kind = Scalar
	}
	if f.Format == f.Type {
		f.Format = ""
	}
	f.Enum, f.Pattern, f.Default = s.Enum, s.Pattern, s.Default
	f.MinLength, f.MaxLength, f.Minimum, f.Maximum = s.MinLength, s.MaxLength, s.Minimum, s.Maximum
	f.Required, f.Deprecated = s.Required, s.Deprecated
	return f
}

func typeWord(s *specs.XDMShape) string {
	switch {
	case s.XDMType != "":
		return s.XDMType
	case s.Format == "date" || s.Format == "date-time":
		return s.Format
	case s.Type == "integer":
		return IntegerWidth(s.Minimum, s.Maximum)
	}
	return s.Type
}

// IntegerWidth names the narrowest XDM type that holds the range: byte, short,
// int or long. No bounds is int. Both spellings of a limit that circulate,
// 2^n and 2^n-1, are read.
func IntegerWidth(least, most *float64) string {
	if least == nil && most == nil {
		return "int"
	}
	low, high := 0.0, 0.0
	if least != nil {
		low = -*least
	}
	if most != nil {
		high = *most
	}
	switch reach := max(low, high); {
	case least == nil || most == nil:
		if reach > 1<<31 {
			return "long"
		}
		return "int"
	case reach <= 1<<7:
		return "byte"
	case reach <= 1<<15:
		return "short"
	case reach <= 1<<31:
		return "int"
	}
	return "long"
}
