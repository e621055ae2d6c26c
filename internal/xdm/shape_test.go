package xdm

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func marshal(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSourceColumn(t *testing.T) {
	for _, tt := range []struct{ word, want string }{
		{"string", `{"name":"c","type":"string","xdm":{"type":"string"}}`},
		{"boolean", `{"name":"c","type":"boolean","xdm":{"type":"boolean"}}`},
		{"integer", `{"name":"c","type":"integer","xdm":{"type":"integer","minimum":-2147483648,"maximum":2147483647}}`},
		{"long", `{"name":"c","type":"integer","xdm":{"type":"integer","minimum":-9007199254740991,"maximum":9007199254740991}}`},
		{"double", `{"name":"c","type":"double","xdm":{"type":"number"}}`},
		{"date", `{"name":"c","type":"string","meta:xdmType":"date-time","xdm":{"type":"string","format":"date-time"}}`},
		{"date-time", `{"name":"c","type":"string","meta:xdmType":"date-time","xdm":{"type":"string","format":"date-time"}}`},
	} {
		c, ok := SourceColumn("c", tt.word)
		if got := marshal(t, c); !ok || got != tt.want {
			t.Errorf("SourceColumn(%s) = %s, want %s", tt.word, got, tt.want)
		}
	}
	if c, ok := SourceColumn("c", "varchar"); ok {
		t.Errorf("SourceColumn(varchar) = %+v", c)
	}
}

func TestFieldShape(t *testing.T) {
	for _, tt := range []struct{ word, want string }{
		{"string", `{"type":"string"}`},
		{"boolean", `{"type":"boolean"}`},
		{"byte", `{"type":"integer","minimum":-128,"maximum":127}`},
		{"short", `{"type":"integer","minimum":-32768,"maximum":32767}`},
		{"int", `{"type":"integer","minimum":-2147483648,"maximum":2147483647}`},
		{"integer", `{"type":"integer","minimum":-2147483648,"maximum":2147483647}`},
		{"long", `{"type":"integer","minimum":-9007199254740991,"maximum":9007199254740991}`},
		{"double", `{"type":"number"}`},
		{"date", `{"type":"string","format":"date"}`},
		{"date-time", `{"type":"string","format":"date-time"}`},
		{"uri", `{"type":"string","format":"uri"}`},
		{"ipv6", `{"type":"string","format":"ipv6"}`},
		{"object", `{"type":"object"}`},
		{"map", `{"type":"object","additionalProperties":{"type":"string"},"meta:xdmType":"map"}`},
		{"map of integer", `{"type":"object","additionalProperties":{"type":"integer","minimum":-2147483648,"maximum":2147483647},"meta:xdmType":"map"}`},
		{"string[]", `{"type":"array","items":{"type":"string"}}`},
		{"array of date", `{"type":"array","items":{"type":"string","format":"date"}}`},
		{"map of double", ``},
		{"string[][]", ``},
		{"array of array of string", ``},
		{"doublee", ``},
		{"", ``},
	} {
		s, ok := FieldShape(tt.word)
		got := ""
		if ok {
			got = marshal(t, s)
		}
		if got != tt.want {
			t.Errorf("FieldShape(%s) = %s, want %s", tt.word, got, tt.want)
		}
	}
}

func TestNearestTypes(t *testing.T) {
	for _, tt := range []struct{ word, field string }{
		{"doublee", "double"},
		{"Boolean", "boolean"},
		{"text", "string"},
		{"varchar(255)", "string"},
		{"bigint", "long"},
		{"timestamp", "date-time"},
		{"datetim", "date-time"},
		{"strng[]", "string[]"},
		{"array of text", "array of string"},
		{"frob", ""},
	} {
		if got := NearestFieldType(tt.word); got != tt.field {
			t.Errorf("NearestFieldType(%s) = %q, want %q", tt.word, got, tt.field)
		}
	}
}

func TestOwnProperties(t *testing.T) {
	str, num := Shape{Type: "string"}, Shape{Type: "number"}
	for _, tt := range []struct {
		name     string
		own      []OwnField
		want     string
		problems []OwnProblem
	}{
		{"nested, in the order of the document",
			[]OwnField{{Path: "loyalty.tier", Shape: str}, {Path: "age", Shape: num}, {Path: "_{TENANT_ID}.loyalty.points", Shape: num, Required: true}, {Path: "_acme.x-y_z", Shape: str}},
			`{"type":"object","properties":{"loyalty":{"type":"object","properties":{"tier":{"type":"string"},"points":{"type":"number"}},"required":["points"]},"age":{"type":"number"},"x-y_z":{"type":"string"}}}`, nil},
		{"lists of objects",
			[]OwnField{{Path: "orders", Shape: Shape{Type: "array", Items: &Shape{Type: "object"}, Title: "Orders"}}, {Path: "orders[*].sku", Shape: str, Required: true}, {Path: "orders[*].lines[*].qty", Shape: num}},
			`{"type":"object","properties":{"orders":{"title":"Orders","type":"array","items":{"type":"object","properties":{"sku":{"type":"string"},"lines":{"type":"array","items":{"type":"object","properties":{"qty":{"type":"number"}}}}},"required":["sku"]}}}}`, nil},
		{"an object declared before or after its members",
			[]OwnField{{Path: "a", Shape: Shape{Type: "object", Title: "A"}}, {Path: "a.b", Shape: str}, {Path: "c.d", Shape: str}, {Path: "c", Shape: Shape{Type: "object", Title: "C"}, Required: true}},
			`{"type":"object","properties":{"a":{"title":"A","type":"object","properties":{"b":{"type":"string"}}},"c":{"title":"C","type":"object","properties":{"d":{"type":"string"}}}},"required":["c"]}`, nil},
		{"the same field twice", []OwnField{{Path: "a", Shape: str}, {Path: "_acme.a", Shape: num}},
			`{"type":"object","properties":{"a":{"type":"string"}}}`, []OwnProblem{{Code: OwnClash, Index: 1, Other: 0, Name: "a", Start: 6, End: 7}}},
		{"below a text", []OwnField{{Path: "a", Shape: str}, {Path: "a.b", Shape: num}},
			`{"type":"object","properties":{"a":{"type":"string"}}}`, []OwnProblem{{Code: OwnClash, Index: 1, Other: 0, Name: "b", Start: 2, End: 3}}},
		{"a text above", []OwnField{{Path: "a.b", Shape: num}, {Path: "a", Shape: str}},
			`{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"number"}}}}}`, []OwnProblem{{Code: OwnClash, Index: 1, Other: 0, Name: "a", Start: 0, End: 1}}},
		{"below a map", []OwnField{{Path: "m", Shape: mapOf(str)}, {Path: "m.b", Shape: num}},
			`{"type":"object","properties":{"m":{"type":"object","additionalProperties":{"type":"string"},"meta:xdmType":"map"}}}`, []OwnProblem{{Code: OwnClash, Index: 1, Other: 0, Name: "b", Start: 2, End: 3}}},
		{"below a list without its index", []OwnField{{Path: "l[*].a", Shape: str}, {Path: "l.b", Shape: num}},
			`{"type":"object","properties":{"l":{"type":"array","items":{"type":"object","properties":{"a":{"type":"string"}}}}}}`, []OwnProblem{{Code: OwnClash, Index: 1, Other: 0, Name: "b", Start: 2, End: 3}}},
		{"names", []OwnField{{Path: "first name", Shape: str}, {Path: "_x", Shape: str}, {Path: "_other.x", Shape: str},
			{Path: "a..b", Shape: str}, {Path: "a[0].b", Shape: str}, {Path: "a[1]", Shape: str}},
			``, []OwnProblem{
				{Code: OwnBadName, Index: 0, Name: "first name", End: 10}, {Code: OwnBadName, Index: 1, Name: "_x", End: 2}, {Code: OwnTenant, Index: 2, Name: "_other", End: 6},
				{Code: OwnBadPath, Index: 3, Start: 2, End: 3}, {Code: OwnIndex, Index: 4, Name: "a", End: 1}, {Code: OwnIndex, Index: 5, Name: "a", End: 1}}},
	} {
		s, problems := OwnProperties(tt.own, "acme")
		if diff := cmp.Diff(tt.problems, problems); diff != "" {
			t.Errorf("%s: problems (-want +got):\n%s", tt.name, diff)
		}
		if got := marshal(t, s); tt.want != "" && got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestConstraints(t *testing.T) {
	num := func(f float64) *float64 { return &f }
	for _, tt := range []struct {
		word    string
		c       Constraints
		want    string
		misfits []Misfit
	}{
		{"string", Constraints{Title: "T", Description: "D", Enum: []string{"a", "b"}, Pattern: "^[ab]$"}, `{"title":"T","description":"D","type":"string","enum":["a","b"],"pattern":"^[ab]$"}`, nil},
		{"integer", Constraints{Minimum: num(0), Maximum: num(10)}, `{"type":"integer","minimum":0,"maximum":10}`, nil},
		{"number", Constraints{Minimum: num(-1.5)}, `{"type":"number","minimum":-1.5}`, nil},
		{"string[]", Constraints{Title: "T", Enum: []string{"a"}}, `{"title":"T","type":"array","items":{"type":"string","enum":["a"]}}`, nil},
		{"string", Constraints{Pattern: "(?=x)y"}, `{"type":"string","pattern":"(?=x)y"}`, nil},
		{"string", Constraints{Pattern: "("}, `{"type":"string"}`, []Misfit{{"pattern", BadPattern}}},
		{"string", Constraints{Enum: []string{"a", "a"}, Minimum: num(1)}, `{"type":"string"}`, []Misfit{{"enum", RepeatedWord}, {"minimum", NotForType}}},
		{"boolean", Constraints{Enum: []string{"a"}, Pattern: "x"}, `{"type":"boolean"}`, []Misfit{{"enum", NotForType}, {"pattern", NotForType}}},
		{"byte", Constraints{Minimum: num(0.5), Maximum: num(300)}, `{"type":"integer","minimum":-128,"maximum":127}`, []Misfit{{"minimum", NotWhole}, {"maximum", OutOfRange}}},
		{"integer", Constraints{Minimum: num(5), Maximum: num(1)}, `{"type":"integer","minimum":5,"maximum":1}`, []Misfit{{"maximum", EmptyRange}}},
	} {
		s, misfits := shape(t, tt.word).With(tt.c)
		if diff := cmp.Diff(tt.misfits, misfits); diff != "" {
			t.Errorf("%s with %+v (-want +got):\n%s", tt.word, tt.c, diff)
		}
		if got := marshal(t, s); got != tt.want {
			t.Errorf("%s with %+v\n got %s\nwant %s", tt.word, tt.c, got, tt.want)
		}
	}
}

// MarshalJSON writes the JSON Schema. Properties keep their order.
func (s Shape) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	put := func(name string, v any, present bool) error {
		if !present {
			return nil
		}
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + name + `":`)
		b.Write(text)
		return nil
	}
	for _, m := range []struct {
		name    string
		value   any
		present bool
	}{
		{"title", s.Title, s.Title != ""},
		{"description", s.Description, s.Description != ""},
		{"type", s.Type, s.Type != ""},
		{"format", s.Format, s.Format != ""},
		{"enum", s.Enum, len(s.Enum) > 0},
		{"pattern", s.Pattern, s.Pattern != ""},
		{"minLength", s.MinLength, s.MinLength != ""},
		{"maxLength", s.MaxLength, s.MaxLength != ""},
		{"minimum", s.Minimum, s.Minimum != ""},
		{"maximum", s.Maximum, s.Maximum != ""},
		{"default", s.Default, len(s.Default) > 0},
		{"items", s.Items, s.Items != nil},
		{"properties", properties(s.Properties), len(s.Properties) > 0},
		{"required", s.Required, len(s.Required) > 0},
		{"additionalProperties", s.Additional, s.Additional != nil},
		{"meta:xdmType", s.XDMType, s.XDMType != ""},
	} {
		if err := put(m.name, m.value, m.present); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

type properties []Property

func (p properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range p {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(f.Name)
		if err != nil {
			return nil, err
		}
		text, err := f.Shape.MarshalJSON()
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(text)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
