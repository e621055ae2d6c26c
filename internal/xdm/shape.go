package xdm

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/specs"
)

// Shape is the JSON Schema of one field, as in a field group. Its
// JSON has the members in the order of the struct.
type Shape struct {
	Title       string
	Description string
	Type        string
	Format      string
	Enum        []string
	Pattern     string
	MinLength   json.Number
	MaxLength   json.Number
	Minimum     json.Number
	Maximum     json.Number
	Default     json.RawMessage
	Items       *Shape
	Properties  []Property
	Required    []string
	Additional  *Shape   // values of a map
	XDMType     string   // meta:xdmType; only a map has to say it
	Choices     []Choice // meta:enum: labels of values, or suggestions
	Status      string   // meta:status, "deprecated" or ""
	Ref         string   // $ref: the data type of the field, by $id or by name; it has no type then
	Known       *DataType
}

// DataType is what is known of a data type. The tree of its fields is built once for all that are of the type.
type DataType struct {
	Shape Shape
	once  sync.Once
	tree  *node
}

func (d *DataType) node() *node {
	d.once.Do(func() { d.tree = ownTree(d.Shape) })
	return d.tree
}

// DataTypeByName finds a standard data type by its $id or the last part of it.
func DataTypeByName(name string) (id string, ok bool) {
	if ok := dataTypeIDs()[name]; ok != "" {
		return ok, true
	}
	return name, strings.HasPrefix(name, "https://ns.adobe.com/xdm/") && IsID(name)
}

// NearestDataTypes suggests names of standard data types.
func NearestDataTypes(name string) []string { return dataTypeNames().All(name) }

var dataTypeNames = sync.OnceValue(func() *nearest.Names {
	return nearest.Of(slices.Sorted(maps.Keys(dataTypeIDs())))
})

var dataTypeIDs = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, t := range specs.XDM().DataTypes {
		out[t.ID[strings.LastIndexByte(t.ID, '/')+1:]] = t.ID
	}
	return out
})

// Choice is a value of a field with its label.
type Choice struct{ Value, Label string }

// Property is a named member of an object.
type Property struct {
	Name string
	Shape
}

// typeWords give the shape of each word for the type of an own field.
var typeWords = []struct {
	word  string
	shape Shape
}{
	{"string", Shape{Type: "string"}},
	{"boolean", Shape{Type: "boolean"}},
	{"byte", bounded("-128", "127")},
	{"short", bounded("-32768", "32767")},
	{"integer", bounded("-2147483648", "2147483647")},
	{"int", bounded("-2147483648", "2147483647")},
	{"long", bounded("-9007199254740991", "9007199254740991")},
	{"number", Shape{Type: "number"}},
	{"double", Shape{Type: "number"}},
	{"date", Shape{Type: "string", Format: "date"}},
	{"date-time", Shape{Type: "string", Format: "date-time"}},
	{"uri", Shape{Type: "string", Format: "uri"}},
	{"email", Shape{Type: "string", Format: "email"}},
	{"ipv4", Shape{Type: "string", Format: "ipv4"}},
	{"ipv6", Shape{Type: "string", Format: "ipv6"}},
	{"object", Shape{Type: "object"}},
	{"map", mapOf(Shape{Type: "string"})},
}

func bounded(least, most json.Number) Shape {
	return Shape{Type: "integer", Minimum: least, Maximum: most}
}

func mapOf(value Shape) Shape {
	return Shape{Type: "object", Additional: &value, XDMType: "map"}
}

// FieldTypes are the words for types of own fields, without `array of …`.
func FieldTypes() []string {
	var out []string
	for _, t := range typeWords {
		out = append(out, t.word)
	}
	return out
}

// FieldShape returns the shape of an own field of that type: one of FieldTypes,
// `array of TYPE` or `TYPE[]` (not of arrays), `map of string`, `map of integer`.
func FieldShape(word string) (Shape, bool) {
	if item, ok := itemWord(word); ok {
		s, ok := elementShape(item) // an array holds no arrays
		if !ok {
			return Shape{}, false
		}
		return Shape{Type: "array", Items: &s}, true
	}
	return elementShape(word)
}

// elementShape is FieldShape of what is not an array.
func elementShape(word string) (Shape, bool) {
	value, isMap := strings.CutPrefix(word, "map of ")
	if isMap {
		word = strings.TrimSpace(value)
	}
	for _, t := range typeWords {
		switch {
		case t.word != word:
		case !isMap:
			return t.shape, true
		case t.shape.Type == "string" || t.shape.Type == "integer": // a map on the platform holds nothing else
			return mapOf(t.shape), true
		}
	}
	return Shape{}, false
}

// itemWord returns the type of the elements when word is an array's.
func itemWord(word string) (string, bool) {
	if item, ok := strings.CutPrefix(word, "array of "); ok {
		return strings.TrimSpace(item), true
	}
	item, ok := strings.CutSuffix(word, "[]")
	return strings.TrimSpace(item), ok
}

// otherTypeWords are what other systems call types that only fields have.
var otherTypeWords = map[string]string{
	"smallint": "short", "tinyint": "byte", "float": "number", "decimal": "number", "numeric": "number",
	"url": "uri", "struct": "object", "record": "object", "array": "string[]", "list": "string[]",
}

// NearestFieldType suggests a word for an unknown type, "" when none is near.
func NearestFieldType(word string) string {
	if written := generic(word); written != "" {
		if _, ok := FieldShape(written); ok {
			return written
		}
		word = written
	}
	if item, ok := itemWord(word); ok {
		if _, nested := itemWord(item); nested {
			return ""
		}
		near := item
		if _, ok := FieldShape(item); !ok {
			near = NearestFieldType(item)
		}
		if near == "" || strings.HasSuffix(near, "[]") {
			return ""
		}
		if strings.HasSuffix(word, "[]") {
			return near + "[]"
		}
		return "array of " + near
	}
	if other := otherTypeWords[strings.ToLower(word)]; other != "" {
		return other
	}
	if other, ok := ForeignColumnType(word); ok {
		return other
	}
	return only(word, nearest.Of(FieldTypes()))
}

// generic is a type in angle brackets, such as list<string> or map<string,int>, in the words of field types; "" for
// another text.
func generic(word string) string {
	outer, inner, ok := strings.Cut(strings.TrimSuffix(word, ">"), "<")
	if !ok || !strings.HasSuffix(word, ">") {
		return ""
	}
	switch strings.ToLower(strings.TrimSpace(outer)) {
	case "array", "list":
		return "array of " + strings.TrimSpace(inner)
	case "map":
		value := strings.TrimSpace(inner[strings.LastIndexByte(inner, ',')+1:])
		if _, ok := elementShape("map of " + value); !ok {
			value = NearestFieldType(value)
		}
		return "map of " + value
	}
	return ""
}

// Same reports whether two shapes take the same values. Titles and descriptions do not matter.
func (s Shape) Same(o Shape) bool {
	return reflect.DeepEqual(s.unlabeled(), o.unlabeled())
}

// unlabeled is s without what only people read, at any depth.
func (s Shape) unlabeled() Shape {
	s.Title, s.Description, s.Known = "", "", nil
	below := func(inner *Shape) *Shape {
		if inner == nil {
			return nil
		}
		plain := inner.unlabeled()
		return &plain
	}
	s.Items, s.Additional = below(s.Items), below(s.Additional)
	s.Properties = slices.Clone(s.Properties)
	for i := range s.Properties {
		s.Properties[i].Shape = s.Properties[i].unlabeled()
	}
	return s
}
