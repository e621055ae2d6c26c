package main

import (
	"github.com/invopop/jsonschema"
	"slices"

	"github.com/aepflow/aepflow/schemas"
)

// variable is the pattern of text that holds a reference to a variable.
const variable = `\$\{var\.`

// forEditors turns the schema of finished documents into one of documents as
// people write them: a reference to a variable may replace any scalar, and
// overlays and defaults are parts of documents.
func forEditors(root *jsonschema.Schema) {
	for _, kind := range schemas.Kinds() {
		def := root.Definitions[kind]
		overlays, _ := def.Properties.Get("targets")
		overlays.AdditionalProperties = partial(root, kind)
	}
	project := root.Definitions[schemas.KindProject]
	defaults, _ := project.Properties.Get("defaults")
	defaults.Type, defaults.AllOf = "", []*jsonschema.Schema{partial(root, schemas.KindDataflow)}
	describeConnectors(root)
	// The compiler says which keys a source needs; editors get the pair that is in most documents.
	root.Definitions[schemas.KindDataflow].Extras = map[string]any{
		"dependencies": map[string][]string{"database": {"table"}},
	}
	done := loosened{}
	for name := range root.Definitions {
		if !slices.Contains(withoutVariables, name) {
			done.loosen(root.Definitions[name])
		}
	}
	for _, def := range root.Definitions {
		offer(def)
	}
	kinds := &jsonschema.Schema{Type: "string",
		Description: "What the document describes. A document without kind is a Dataflow."}
	for _, kind := range schemas.Kinds() {
		kinds.Enum = append(kinds.Enum, kind)
	}
	root.Properties = jsonschema.NewProperties()
	root.Properties.Set("kind", kinds)
}

// offer writes what a short form may be in a way that editors complete from: they
// look for values in anyOf, not in a condition.
func offer(def *jsonschema.Schema) {
	if def.If == nil || def.If.Type != "string" || def.Then == nil {
		return
	}
	for _, some := range def.Then.AnyOf {
		if some.Enum == nil {
			some = &jsonschema.Schema{Type: "string", Pattern: some.Pattern}
		}
		def.AnyOf = append(def.AnyOf, some)
	}
	def.AnyOf = append(def.AnyOf, &jsonschema.Schema{Type: "object"})
	def.If, def.Then = nil, nil
}

// loosened are the schemas that were seen: definitions share parts.
type loosened map[*jsonschema.Schema]bool

// loosen accepts a reference to a variable for every scalar in s that is not
// any text anyway. Type and limits stay side by side, so that errors stay local.
func (done loosened) loosen(s *jsonschema.Schema) {
	if s == nil || done[s] {
		return
	}
	done[s] = true
	if s.Properties != nil {
		for p := s.Properties.Oldest(); p != nil; p = p.Next() {
			if p.Key != "kind" {
				done.loosen(p.Value)
			}
		}
	}
	done.loosen(s.AdditionalProperties)
	done.loosen(s.Items)
	done.loosen(s.Then)
	for _, some := range s.AnyOf {
		done.loosen(some)
	}
	switch s.Type {
	case "integer", "number", "boolean":
		s.Extras = map[string]any{"type": []string{s.Type, "string"}}
		s.Type, s.Pattern = "", variable
	}
	if s.Pattern != "" && s.Pattern != variable {
		s.Pattern = "(" + s.Pattern + ")|" + variable
	}
	if len(s.Enum) > 0 {
		other := &jsonschema.Schema{Pattern: variable}
		if s.Type == "" && s.Extras == nil {
			other.Type = "string" // nothing else says so
		}
		values := &jsonschema.Schema{Enum: s.Enum}
		if texts, ok := s.Extras[descriptions]; ok {
			values.Extras, s.Extras = map[string]any{descriptions: texts}, nil
		}
		s.AnyOf = []*jsonschema.Schema{values, other}
		s.Enum = nil
	}
}

// partial returns a reference to the definition of a part of a document: nothing
// is required, and null removes a key.
func partial(root *jsonschema.Schema, name string) *jsonschema.Schema {
	part := name + "Part"
	ref := &jsonschema.Schema{Ref: "#/$defs/" + part}
	if _, done := root.Definitions[part]; done {
		return ref
	}
	def := *root.Definitions[name]
	root.Definitions[part] = &def
	def.Required, def.MinProperties = nil, nil
	if def.Properties == nil {
		return ref
	}
	whole := def.Properties
	def.Properties = jsonschema.NewProperties()
	for p := whole.Oldest(); p != nil; p = p.Next() {
		switch p.Key {
		case "kind", "name", "only", "except", "targets", "tests":
			if isDocument(name) {
				continue // what a document is does not depend on the target
			}
		}
		def.Properties.Set(p.Key, nullable(root, p.Value))
	}
	return ref
}

func isDocument(name string) bool {
	for _, kind := range schemas.Kinds() {
		if kind == name {
			return true
		}
	}
	return false
}

// nullable returns the schema of a value of a part of a document.
func nullable(root *jsonschema.Schema, s *jsonschema.Schema) *jsonschema.Schema {
	n := *s
	n.MinProperties = nil
	null := &jsonschema.Schema{Type: "null"}
	target := func(ref string) *jsonschema.Schema { return partial(root, ref[len("#/$defs/"):]) }
	switch {
	case n.Ref != "":
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{target(n.Ref), null}}
	case len(n.AllOf) == 1 && n.AllOf[0].Ref != "":
		n.AnyOf, n.AllOf = []*jsonschema.Schema{target(n.AllOf[0].Ref), null}, nil
		return &n
	case n.AdditionalProperties != nil && n.AdditionalProperties.Ref != "":
		n.AdditionalProperties = nullable(root, n.AdditionalProperties)
	}
	value := n
	value.Description, value.Default, value.Examples = "", nil, nil
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{&value, null}, Description: n.Description, Default: n.Default,
		Examples: n.Examples}
}

// withoutVariables are the parts of aepflow.yaml, which has no variables of its own, and what is data.
var withoutVariables = []string{schemas.KindProject, "TargetConfig", "Policy", "Waiver", "Test"}
