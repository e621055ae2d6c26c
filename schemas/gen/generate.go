package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// documents are the types that a document may be, the default first, and the
// project file.
var documents = []any{
	schemas.Dataflow{}, schemas.Connection{}, schemas.Schema{}, schemas.Dataset{}, schemas.FieldGroup{},
	schemas.Class{}, schemas.DataType{}, schemas.Namespace{}, schemas.Project{},
}

// elements are the types of the values of a mapping or a list.
var elements = []any{
	schemas.Column{}, schemas.Mapping{}, schemas.Param{}, schemas.OwnField{}, schemas.Identity{}, schemas.Tag{},
	schemas.TargetConfig{}, schemas.Policy{}, schemas.Waiver{},
	schemas.Imported{}, schemas.Reference{}, schemas.Relationship{}, schemas.DisplayName{},
	schemas.IgnoredChange{}, schemas.Test{},
}

// form says who reads a schema.
type form int

const (
	strict form = iota // the compiler
	editor             // editors
)

// generate returns the JSON Schema in a form. dir is the folder of package
// schemas, whose comments become descriptions.
func generate(dir string, as form) ([]byte, error) {
	r := &jsonschema.Reflector{FieldNameTag: "yaml", Anonymous: true, Mapper: mapType}
	// The library joins the import path with the folder that it walks, "..".
	if err := r.AddGoComments("github.com/aepflow/aepflow/schemas/gen", dir); err != nil {
		return nil, fmt.Errorf("read comments: %w", err)
	}
	for name, comment := range r.CommentMap {
		r.CommentMap[name] = strings.ReplaceAll(comment, "\n", " ")
	}
	root := &jsonschema.Schema{
		Version: "http://json-schema.org/draft-07/schema#",
		ID:      schemas.SchemaID,
		Title:   "aepflow document",
		Description: "One document of an aepflow project: a Dataflow, or a Connection, Schema, Dataset, FieldGroup, " +
			"Class, DataType, or Namespace that it refers to.",
		Definitions: jsonschema.Definitions{},
	}
	for _, v := range slices.Concat(documents, elements) {
		for name, def := range r.Reflect(v).Definitions {
			root.Definitions[name] = def
		}
	}
	for _, v := range slices.Concat(documents, elements, []any{
		schemas.Database{}, schemas.Files{}, schemas.Encryption{}, schemas.Filter{}, schemas.Rest{}, schemas.Stream{},
		schemas.Target{}, schemas.SchemaRef{}, schemas.DatasetRef{}, schemas.MappingSet{}, schemas.Relational{},
		schemas.Delta{}, schemas.Schedule{}, schemas.Options{}, schemas.Lifecycle{}, schemas.Auth{},
		schemas.TeamLock{},
	}) {
		t := reflect.TypeOf(v)
		def, ok := root.Definitions[t.Name()]
		if !ok {
			return nil, fmt.Errorf("no definition of %s", t.Name())
		}
		finish(def, t)
	}
	byKind(root)
	if as == editor {
		root.ID = schemas.EditorSchemaID
		forEditors(root)
	}
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, err
	}
	text = bytes.ReplaceAll(text, []byte(`"$defs"`), []byte(`"definitions"`))
	text = bytes.ReplaceAll(text, []byte(`"#/$defs/`), []byte(`"#/definitions/`))
	return append(text, '\n'), nil
}

// mapType gives the schema of the types that reflection cannot see through.
func mapType(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[schemas.Constant]():
		return types("string", "number", "boolean")
	case reflect.TypeFor[schemas.Instant]():
		return types("string", "integer")
	case reflect.TypeFor[schemas.DatasetProfile]():
		return &jsonschema.Schema{Enum: []any{true, false, string(schemas.ProfileUpsert)}}
	case reflect.TypeFor[schemas.Tag]():
		return nil
	case reflect.TypeFor[schemas.Choices]():
		text := &jsonschema.Schema{Type: "string"}
		choices := types("array", "object")
		choices.Items, choices.AdditionalProperties = text, text
		return choices
	case reflect.TypeFor[schemas.Paths]():
		one := uint64(1)
		paths := types("string", "array")
		paths.MinLength, paths.MinItems = &one, &one
		paths.Items = &jsonschema.Schema{Type: "string", MinLength: &one}
		return paths
	case reflect.TypeFor[schemas.Partial](), reflect.TypeFor[schemas.Data]():
		return &jsonschema.Schema{Type: "object"}
	case reflect.TypeFor[schemas.Free]():
		return &jsonschema.Schema{}
	}
	if t.Kind() != reflect.Slice || t.Elem().Kind() != reflect.Struct {
		return nil
	}
	s := &jsonschema.Schema{Type: "object"}
	isMap := false
	for _, f := range reflect.VisibleFields(t.Elem()) {
		isMap = isMap || f.Tag.Get("key") == "true"
		if f.Tag.Get("whole") == "true" {
			s.AdditionalProperties = wholeValue(f)
			return s
		}
	}
	element := &jsonschema.Schema{Ref: "#/$defs/" + t.Elem().Name()}
	if !isMap {
		return &jsonschema.Schema{Type: "array", Items: element}
	}
	s.AdditionalProperties = element
	return s
}

// wholeValue is the schema of a member that takes the whole value of a key.
func wholeValue(f reflect.StructField) *jsonschema.Schema {
	switch f.Type.Kind() {
	case reflect.Slice:
		return &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{Type: "string"}}
	case reflect.String:
		s := &jsonschema.Schema{Type: "string"}
		for part := range strings.SplitSeq(f.Tag.Get("jsonschema"), ",") {
			if value, ok := strings.CutPrefix(part, "enum="); ok {
				s.Enum = append(s.Enum, value)
			}
		}
		return s
	}
	return mapType(f.Type)
}

func types(names ...string) *jsonschema.Schema {
	return &jsonschema.Schema{Extras: map[string]any{"type": names}}
}

// finish adds what our own tags say and puts references into the form that
// draft-07 reads beside other keywords.
func finish(def *jsonschema.Schema, t reflect.Type) {
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if prop, ok := def.Properties.Get(name); ok {
			for _, value := range valuesOf(f.Tag.Get("values")) {
				prop.Enum = append(prop.Enum, value)
			}
			if least, ok := minProperties(f.Tag.Get("jsonschema")); ok {
				prop.MinProperties = &least
			}
			if prop.Ref != "" && (prop.Description != "" || prop.Default != nil) {
				prop.AllOf, prop.Ref = []*jsonschema.Schema{{Ref: prop.Ref}}, ""
			}
		}
		if f.Tag.Get("short") == "true" {
			shorten(def, f, name)
		}
	}
}

// minProperties reads a limit that the reflector knows for maps only.
func minProperties(tag string) (uint64, bool) {
	for part := range strings.SplitSeq(tag, ",") {
		if text, ok := strings.CutPrefix(part, "minProperties="); ok {
			n, err := strconv.ParseUint(text, 10, 32)
			return n, err == nil
		}
	}
	return 0, false
}

// shorten lets a definition also be the bare value of its member f. It stays
// flat, type and properties side by side, so that errors stay local.
func shorten(def *jsonschema.Schema, f reflect.StructField, name string) {
	def.Type = ""
	if f.Type == reflect.TypeFor[*schemas.Constant]() {
		def.Extras = map[string]any{"type": []string{"string", "number", "boolean", "object"}}
		return
	}
	def.Extras = map[string]any{"type": []string{"string", "object"}}
	if prop, ok := def.Properties.Get(name); ok && prop.Enum != nil {
		def.If = &jsonschema.Schema{Type: "string"}
		def.Then = &jsonschema.Schema{Enum: prop.Enum}
	}
	if prop, ok := def.Properties.Get(name); ok && prop.MinLength != nil {
		def.MinLength = prop.MinLength
	}
	if f.Tag.Get("yaml") == "-" {
		one := uint64(1)
		def.MinLength = &one
	}
}

// valuesOf returns the values that the tag `values` stands for; docs/schema-tags.md explains it.
func valuesOf(tag string) []string {
	switch tag {
	case "namespace-types":
		return specs.NamespaceTypes()
	case "column-types":
		return schemas.ColumnTypes()
	case "connectors":
		return specs.SourceSlugs()
	}
	return nil
}

// byKind makes the root choose a definition by the document's kind.
func byKind(root *jsonschema.Schema) {
	ref := func(name string) *jsonschema.Schema { return &jsonschema.Schema{Ref: "#/$defs/" + name} }
	branch := ref(schemas.KindDataflow)
	for _, kind := range slices.Backward(schemas.Kinds()[1:]) {
		test := jsonschema.NewProperties()
		test.Set("kind", &jsonschema.Schema{Const: kind})
		branch = &jsonschema.Schema{
			If:   &jsonschema.Schema{Properties: test, Required: []string{"kind"}},
			Then: ref(kind),
			Else: branch,
		}
	}
	root.If, root.Then, root.Else = branch.If, branch.Then, branch.Else
}
