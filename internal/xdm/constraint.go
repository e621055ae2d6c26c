package xdm

import (
	"encoding/json"
	"errors"
	"math"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
)

// Constraints narrow what an own field takes.
type Constraints struct {
	Title, Description string
	Enum               []string
	Choices            []Choice // labels of the enumeration, or suggestions without one
	Pattern            string
	Minimum, Maximum   *float64
	MinLength          *int64
	MaxLength          *int64
	Default            *string // a constant of the field's type
	Deprecated         bool
}

// Misfit is a constraint that the field's type cannot have.
type Misfit struct {
	Member string // enum, suggestions, pattern, minimum, maximum, minLength, maxLength, default
	Code   string
}

// Codes of misfits.
const (
	NotForType   = "not-for-type"   // texts have patterns and enumerations, numbers have bounds
	NotWhole     = "not-whole"      // a bound of an integer with a fraction
	OutOfRange   = "out-of-range"   // a bound that the type cannot reach
	EmptyRange   = "empty-range"    // minimum above maximum
	BadPattern   = "bad-pattern"    // no regular expression
	RepeatedWord = "repeated-value" // the same value twice in an enumeration
	BadDefault   = "bad-default"    // not a value of the field
	BothChoices  = "both-choices"   // an enumeration and suggestions
)

// With returns s with constraints. Those of an array hold for its elements.
func (s Shape) With(c Constraints) (Shape, []Misfit) {
	s.Title, s.Description = c.Title, c.Description
	var misfits []Misfit
	if c.Deprecated {
		s.Status = "deprecated"
	}
	if s.Items != nil {
		title, description := s.Title, s.Description
		c.Title, c.Description, c.Deprecated = "", "", false
		item, m := s.Items.With(c)
		s.Items, s.Title, s.Description = &item, title, description
		return s, m
	}
	bad := func(member, code string) { misfits = append(misfits, Misfit{member, code}) }
	if len(c.Enum) > 0 {
		seen := slices.Sorted(slices.Values(c.Enum))
		switch {
		case s.Type != "string":
			bad("enum", NotForType)
		case len(slices.Compact(seen)) < len(c.Enum):
			bad("enum", RepeatedWord)
		default:
			s.Enum = c.Enum
		}
	}
	if len(c.Choices) > 0 {
		if s.Type != "string" && len(c.Enum) == 0 {
			bad("suggestions", NotForType)
		} else if s.Type == "string" {
			s.Choices = c.Choices
		}
	}
	s.MinLength, s.MaxLength = s.length("minLength", c.MinLength, bad), s.length("maxLength", c.MaxLength, bad)
	if c.MinLength != nil && c.MaxLength != nil && *c.MinLength > *c.MaxLength {
		bad("maxLength", EmptyRange)
	}
	if c.Pattern != "" {
		if s.Type != "string" {
			bad("pattern", NotForType)
		} else if _, err := syntax.Parse(c.Pattern, syntax.Perl); err != nil && !backtracks(err) {
			bad("pattern", BadPattern)
		} else {
			s.Pattern = c.Pattern
		}
	}
	s.Minimum, s.Maximum = s.bound("minimum", c.Minimum, s.Minimum, bad), s.bound("maximum", c.Maximum, s.Maximum, bad)
	if c.Minimum != nil && c.Maximum != nil && *c.Minimum > *c.Maximum {
		bad("maximum", EmptyRange)
	}
	if c.Default != nil {
		s.Default = s.constant(*c.Default, bad)
	}
	return s, misfits
}

// length is a limit of a text, "" for none.
func (s Shape) length(member string, want *int64, bad func(string, string)) json.Number {
	if want == nil {
		return ""
	}
	if s.Type != "string" {
		bad(member, NotForType)
		return ""
	}
	return json.Number(strconv.FormatInt(*want, 10))
}

// constant is a value of the field as JSON, nil when it is none.
func (s Shape) constant(text string, bad func(string, string)) json.RawMessage {
	if s.Type == "object" {
		bad("default", NotForType)
		return nil
	}
	if fault := CheckConstant(text, fieldOf(&node{shape: specShape(s)}, "")); fault != nil {
		bad("default", BadDefault)
		return nil
	}
	if s.Type == "string" {
		quoted, _ := json.Marshal(text)
		return quoted
	}
	if s.Type == "boolean" {
		text = strconv.FormatBool(slices.Contains([]string{"y", "yes", "on", "true"}, strings.ToLower(text)))
	}
	return json.RawMessage(text)
}

// backtracks reports whether a pattern only fails because Go has no looking
// around; the platform's engine does.
func backtracks(err error) bool {
	e, ok := errors.AsType[*syntax.Error](err)
	return ok && (e.Code == syntax.ErrInvalidPerlOp || e.Code == syntax.ErrInvalidEscape)
}

// bound returns a bound of the field: the wanted one where s, which still has
// the bounds of its type, can have it, otherwise the type's.
func (s Shape) bound(member string, want *float64, of json.Number, bad func(string, string)) json.Number {
	switch {
	case want == nil:
		return of
	case s.Type != "number" && s.Type != "integer":
		bad(member, NotForType)
		return of
	case s.Type == "number":
		return json.Number(strconv.FormatFloat(*want, 'g', -1, 64))
	case *want != math.Trunc(*want):
		bad(member, NotWhole)
		return of
	}
	if least, most := float(s.Minimum), float(s.Maximum); least != nil && *want < *least || most != nil &&
		*want > *most {
		bad(member, OutOfRange)
		return of
	}
	return json.Number(strconv.FormatFloat(*want, 'f', -1, 64))
}
