package compiler

import (
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// fieldsOf returns what is known about the fields of a schema, and what is wrong with
// its own.
func fieldsOf(body *schemas.SchemaBody, tenant string) (*xdm.Schema, []xdm.OwnProblem) {
	if body.Relational != nil {
		return xdm.NewRelational(ownFields(body))
	}
	return xdm.NewSchema(body.Class, body.FieldGroups, ownFields(body), tenant)
}

// ownFields returns the own fields of a schema in the order of the document. A
// field whose type is none has no type, so that only that is reported.
func ownFields(body *schemas.SchemaBody) []xdm.OwnField {
	out := make([]xdm.OwnField, 0, len(body.Fields))
	for _, f := range body.Fields {
		shape, _, _ := ownShape(f)
		out = append(out, keyed(body.Relational, xdm.OwnField{Path: f.Path, Shape: shape, Required: f.Required}))
	}
	return out
}

// ownShape returns the JSON Schema of an own field and which of its limits its
// type cannot have; false when its type is none.
func ownShape(f schemas.OwnField) (xdm.Shape, []xdm.Misfit, bool) {
	shape, ok := xdm.FieldShape(f.Type)
	if f.Ref != "" {
		shape, ok = xdm.Shape{Ref: f.Ref}, true
	}
	if !ok {
		return xdm.Shape{}, nil, false
	}
	title := f.Title
	if title == "" {
		name, _, _ := strings.Cut(f.Path[strings.LastIndexByte(f.Path, '.')+1:], "[")
		title = name
	}
	shape, misfits := shape.With(xdm.Constraints{
		Title: title, Description: f.Description, Pattern: f.Pattern, Minimum: f.Minimum, Maximum: f.Maximum,
		MinLength: f.MinLength, MaxLength: f.MaxLength, Deprecated: f.Deprecated, Enum: valuesOf(f.Enum),
		Choices: choicesOf(f), Default: defaultOf(f),
	})
	if len(f.Enum) > 0 && len(f.Suggestions) > 0 {
		misfits = append(misfits, xdm.Misfit{Member: "suggestions", Code: xdm.BothChoices})
	}
	return shape, misfits, true
}

func valuesOf(choices schemas.Choices) []string {
	var out []string
	for _, c := range choices {
		out = append(out, c.Value)
	}
	return out
}

// choicesOf are the labels of an enumeration that has any, or the suggestions, whose
// labels are the values where they have none.
func choicesOf(f schemas.OwnField) []xdm.Choice {
	var out []xdm.Choice
	labeled := false
	for _, c := range append(f.Enum[:len(f.Enum):len(f.Enum)], f.Suggestions...) {
		labeled = labeled || c.Label != ""
		out = append(out, xdm.Choice{Value: c.Value, Label: title(c.Label, c.Value)})
	}
	if !labeled && len(f.Suggestions) == 0 {
		return nil
	}
	return out
}

func defaultOf(f schemas.OwnField) *string {
	if f.Default == nil {
		return nil
	}
	return &f.Default.Text
}

// ownPath returns the path of an own field below the tenant's namespace,
// whether or not the document writes the namespace.
func (s *schemaSymbol) ownPath(path string) string {
	path = strings.ReplaceAll(path, "[]", "[*]")
	if s.atRoot() {
		return path
	}
	path = strings.TrimPrefix(path, xdm.TenantNamespace+".")
	if s.tenant != "" {
		path = strings.TrimPrefix(path, "_"+s.tenant+".")
	}
	return path
}

// atRoot reports whether the fields have no namespace.
func (s *schemaSymbol) atRoot() bool { return s.Relational != nil || s.definer == resource.DataType }

// deprecated are the paths of the fields of others that the document deprecates.
func (s *schemaSymbol) deprecated() []string {
	var out []string
	for _, path := range s.Deprecated {
		out = append(out, s.fullPath(path))
	}
	return out
}

// fullPath returns the path of a field that a document may name without the
// tenant's namespace.
func (s *schemaSymbol) fullPath(path string) string {
	if s.Relational != nil {
		return path
	}
	full := xdm.TenantNamespace + "." + path
	if f, err := s.fields.Lookup(full); err == nil && f.Checked {
		return full
	}
	return path
}

// fieldGroupID returns the $id of a field group by its well-known name, its
// title or its $id.
func fieldGroupID(name, class string) (string, bool) {
	c, _ := xdm.ClassByName(class)
	if g, ok := xdm.FieldGroupByName(name, c); ok {
		return g.ID, true
	}
	return name, xdm.IsID(name)
}
