package knowledge

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// Answers of the Schema Registry, as they are with references kept.

const (
	maxLevels = 40     // of objects and lists in one resource
	maxFields = 20_000 // of one resource
)

// jsonShape is the JSON Schema of a resource or of a field.
type jsonShape struct {
	Title       string                     `json:"title"`
	Ref         string                     `json:"$ref"`
	Type        string                     `json:"type"`
	Format      string                     `json:"format"`
	XDMType     string                     `json:"meta:xdmType"`
	Status      string                     `json:"meta:status"`
	Enum        []any                      `json:"enum"`
	Pattern     string                     `json:"pattern"`
	MinLength   json.Number                `json:"minLength"`
	MaxLength   json.Number                `json:"maxLength"`
	Minimum     json.Number                `json:"minimum"`
	Maximum     json.Number                `json:"maximum"`
	Required    []string                   `json:"required"`
	Properties  map[string]json.RawMessage `json:"properties"`
	Items       json.RawMessage            `json:"items"`
	Additional  json.RawMessage            `json:"additionalProperties"`
	AllOf       []jsonShape                `json:"allOf"`
	Definitions map[string]json.RawMessage `json:"definitions"`
	Class       string                     `json:"meta:class"`
	Tags        []string                   `json:"meta:immutableTags"`
}

// AddSchema enters a schema as the registry returns it, and returns what it is made of.
func (c *Catalog) AddSchema(id string, answer []byte) ([]PartRef, error) {
	r, top, err := c.reader(id, answer)
	if err != nil {
		return nil, err
	}
	s := Schema{
		Title: top.Title, Class: c.ID(top.Class), Profile: slices.Contains(top.Tags, "union"), Parts: []string{},
		Identities: map[string]Identity{}, Fields: r.fields,
	}
	if strings.HasPrefix(top.Class, idRoot+"xdm/data/adhoc") {
		s.Class = "" // it has fields of its own
	}
	var parts []PartRef
	for _, part := range top.AllOf {
		ref := c.ID(part.Ref)
		switch {
		case !xdm.IsID(ref) || strings.HasPrefix(ref, idRoot+"xdm/data/"):
		case ref == s.Class:
			parts = append(parts, PartRef{ref, ClassPart})
		case !slices.Contains(s.Parts, ref):
			s.Parts = append(s.Parts, ref)
			parts = append(parts, PartRef{ref, GroupPart})
		}
	}
	slices.Sort(s.Parts)
	c.Schemas[c.ID(id)] = s
	return append(parts, r.types()...), nil
}

// AddPart enters a class, a field group, or a data type, and returns the data types that its fields are of.
func (c *Catalog) AddPart(ref PartRef, answer []byte) ([]PartRef, error) {
	r, top, err := c.reader(ref.ID, answer)
	if err != nil {
		return nil, err
	}
	for _, part := range top.AllOf {
		if ref.Kind == ClassPart {
			r.behave(part.Ref)
		}
	}
	c.Parts[c.ID(ref.ID)] = Part{Kind: ref.Kind, Title: top.Title, Fields: r.fields}
	return r.types(), nil
}

// AddStandard enters a class or field group of Adobe's whose fields aepflow knows. The answer marks the fields that are
// deprecated, by Adobe since, or by the organization.
func (c *Catalog) AddStandard(ref PartRef, answer []byte) error {
	r, top, err := c.reader(ref.ID, answer)
	if err != nil {
		return err
	}
	part := Part{Kind: ref.Kind, Title: top.Title, Fields: map[string]Field{}}
	for path, f := range r.fields {
		if f.Deprecated {
			part.Deprecated = append(part.Deprecated, bare(path))
		}
	}
	part.Deprecated = sorted(part.Deprecated)
	c.Parts[ref.ID] = part
	return nil
}

// sorted are some paths in their order, each once.
func sorted(paths []string) []string {
	slices.Sort(paths)
	return slices.Compact(paths)
}

func (c *Catalog) reader(id string, answer []byte) (*fieldReader, *jsonShape, error) {
	r := &fieldReader{catalog: c, fields: map[string]Field{}, refs: map[string]bool{}}
	top := &jsonShape{}
	if err := json.Unmarshal(answer, top); err != nil {
		return nil, nil, fmt.Errorf("read %s: the answer has another form: %w", id, err)
	}
	r.root = top.Definitions
	r.members("", top, maxLevels)
	if r.excess {
		return nil, nil, fmt.Errorf("read %s: it has more than %d fields or %d levels", id, maxFields, maxLevels)
	}
	return r, top, nil
}

// fieldReader collects the fields of a resource by path.
type fieldReader struct {
	catalog *Catalog
	root    map[string]json.RawMessage // definitions
	fields  map[string]Field
	refs    map[string]bool
	excess  bool
}

// behave adds the fields of a behavior that a class extends.
func (r *fieldReader) behave(id string) {
	for _, f := range specs.BehaviorFields(id) {
		r.fields[f.Path] = Field{Type: f.Type, Format: f.Format, Required: f.Required}
	}
}

// types are the data types of the fields, sorted.
func (r *fieldReader) types() []PartRef {
	var out []PartRef
	for _, id := range slices.Sorted(maps.Keys(r.refs)) {
		out = append(out, PartRef{id, TypePart})
	}
	return out
}

// fieldName matches names that a path can contain.
var fieldName = regexp.MustCompile(`^[A-Za-z0-9_@:$-]+$`)

// members reads the members of an object, those of its definitions included.
func (r *fieldReader) members(path string, s *jsonShape, levels int) {
	if levels == 0 || len(r.fields) > maxFields {
		r.excess = true
		return
	}
	for _, part := range s.AllOf {
		name, local := strings.CutPrefix(part.Ref, "#/definitions/")
		if !local {
			r.members(path, &jsonShape{Properties: part.Properties, Required: part.Required}, levels-1)
			continue
		}
		var definition jsonShape
		if json.Unmarshal(r.root[name], &definition) == nil {
			r.members(path, &definition, levels-1)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if !fieldName.MatchString(name) {
			continue
		}
		below := name
		if path != "" {
			below = path + "." + name
		} else if r.catalog.Tenant != "" && name == "_"+r.catalog.Tenant {
			below = xdm.TenantNamespace
		}
		r.field(below, s.Properties[name], slices.Contains(s.Required, name), levels-1)
	}
}

// field reads what lies at a path.
func (r *fieldReader) field(path string, raw json.RawMessage, required bool, levels int) {
	var s jsonShape
	if json.Unmarshal(raw, &s) != nil {
		return // a form that no version of the registry has
	}
	f := Field{Required: required, Deprecated: s.Status == "deprecated"}
	isSaid := f.Required || f.Deprecated
	switch {
	case levels <= 0:
		r.excess = true
	case s.Ref != "":
		f.Ref = r.catalog.ID(s.Ref)
		r.refs[f.Ref] = true
		r.fields[path] = f
	case s.Type == "array" || len(s.Items) > 0:
		if isSaid {
			f.Type = "array"
			r.fields[path] = f
		}
		r.field(path+"[]", s.Items, false, levels-1)
	case len(s.Additional) > 0 && s.Additional[0] == '{':
		if isSaid {
			f.Type = "object"
			r.fields[path] = f
		}
		r.field(path+".*", s.Additional, false, levels-1)
	case len(s.Properties)+len(s.AllOf) > 0:
		if isSaid {
			f.Type = "object"
			r.fields[path] = f
		}
		r.members(path, &s, levels)
	default:
		r.fields[path] = f.with(s)
	}
}

// with adds what a single value may be.
func (f Field) with(s jsonShape) Field {
	f.Type, f.Format, f.Pattern = s.Type, s.Format, s.Pattern
	if f.Type == "" {
		f.Type = "object" // it says nothing, so anything may lie there
	}
	if s.XDMType == "date" || s.XDMType == "date-time" {
		f.Format = s.XDMType
	}
	f.MinLength, f.MaxLength = s.MinLength, s.MaxLength
	for _, v := range s.Enum {
		if text, ok := v.(string); ok {
			f.Enum = append(f.Enum, text)
		}
	}
	f.Minimum, f.Maximum = s.Minimum, s.Maximum
	if f.Type == "integer" {
		f.Type = xdm.IntegerWidth(number(s.Minimum), number(s.Maximum))
		if f.Type == "int" {
			f.Type = "integer"
		}
		shape, _ := xdm.FieldShape(f.Type)
		f.Minimum, f.Maximum = unless(f.Minimum, shape.Minimum), unless(f.Maximum, shape.Maximum)
	}
	return f
}

// unless returns a bound, "" if it is that of its type: by one off, as older objects have it, too.
func unless(bound, of json.Number) json.Number {
	n, limit := number(bound), number(of)
	if n == nil || limit != nil && (*n-*limit <= 1 && *n-*limit >= -1) {
		return ""
	}
	return bound
}

func number(n json.Number) *float64 {
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return nil
	}
	return &f
}

// AddDescriptor enters what a descriptor says of a schema that the catalog has, or of its parts. An identity names its
// namespace by the code.
func (c *Catalog) AddDescriptor(answer []byte) error {
	v, err := resource.Parse(answer)
	if err != nil {
		return err
	}
	id, property := c.ID(at(v, "xdm:sourceSchema").Text), at(v, "xdm:sourceProperty")
	var paths []string
	for _, p := range append(property.Items, property) {
		if p.Kind == resource.StringValue {
			paths = append(paths, c.Path(strings.ReplaceAll(xdm.DottedPath(p.Text), "/", ".")))
		}
	}
	s, isSchema := c.Schemas[id]
	part, isPart := c.Parts[id]
	switch typ := at(v, "@type").Text; {
	case typ == "xdm:descriptorIdentity" && isSchema && len(paths) == 1:
		s.Identities[paths[0]] = Identity{
			Namespace: at(v, "xdm:namespace").Text, Primary: at(v, "xdm:isPrimary").Text == "true",
		}
	case typ == "xdm:descriptorDeprecated" && isSchema:
		s.Deprecated = sorted(append(s.Deprecated, barePaths(paths)...))
		c.Schemas[id] = s
	case typ == "xdm:descriptorDeprecated" && isPart && part.Kind != TypePart:
		part.Deprecated = sorted(append(part.Deprecated, barePaths(paths)...))
		c.Parts[id] = part
	}
	return nil
}

func barePaths(paths []string) []string {
	for i, p := range paths {
		paths[i] = bare(p)
	}
	return paths
}

// Address returns where the registry has a resource: the container and the list, such as tenant/schemas, and its $id.
func (c *Catalog) Address(ref PartRef) (list, id string) {
	container := "global"
	if schemas.IsOwnID(ref.ID) {
		container = "tenant"
	}
	id = ref.ID
	if c.Tenant != "" {
		id = strings.Replace(id, specs.TenantPlaceholder, c.Tenant, 1)
	}
	switch ref.Kind {
	case ClassPart:
		return container + "/classes", id
	case GroupPart:
		return container + "/fieldgroups", id
	case TypePart:
		return container + "/datatypes", id
	}
	return container + "/schemas", id
}
