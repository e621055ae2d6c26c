package resource

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/source"
)

// ValueKind is the sort of a Value.
type ValueKind uint8

// The sorts of values: JSON's own, and the three that are bound later.
const (
	NullValue ValueKind = iota
	BoolValue
	NumberValue
	StringValue
	ListValue
	ObjectValue
	RefValue    // id or version of another resource, known after apply
	SecretValue // read from the environment or a file when sent
	StartValue  // the start of a schedule that the document leaves open, bound when sent
)

// Value is one node of an ordered JSON tree. In JSON the values that are bound
// later are strings of the form `${…}`; a literal `${` in a string is `$${`.
type Value struct {
	Kind   ValueKind
	Text   string      // bool and number: the literal; string: the text; secret: `env.NAME` or `file.PATH`
	Items  []Value     // list
	Fields []Field     // object, in order
	Ref    Ref         // reference
	Origin source.Span // the place in the document; zero when there is none
}

// Field is a member of an object.
type Field struct {
	Name  string
	Value Value
}

// String returns a string value.
func String(s string) Value { return Value{Kind: StringValue, Text: s} }

// Number returns a number value with the given JSON literal.
func Number(literal string) Value { return Value{Kind: NumberValue, Text: literal} }

// Int returns a whole number value.
func Int(n int64) Value { return Value{Kind: NumberValue, Text: fmt.Sprint(n)} }

// Bool returns a boolean value.
func Bool(b bool) Value { return Value{Kind: BoolValue, Text: fmt.Sprint(b)} }

// List returns a list of the given values.
func List(items ...Value) Value { return Value{Kind: ListValue, Items: items} }

// Object returns an object with the given fields in that order.
func Object(fields ...Field) Value { return Value{Kind: ObjectValue, Fields: fields} }

// Reference returns a value that is known once r.To exists.
func Reference(to Address, field string) Value {
	return Value{Kind: RefValue, Ref: Ref{To: to, Field: field}}
}

// Secret returns a value read when it is sent: from is `env.NAME` or `file.PATH`.
func Secret(from string) Value { return Value{Kind: SecretValue, Text: from} }

// Start returns the start time that is bound when the call is sent.
func Start() Value { return Value{Kind: StartValue} }

// At returns v with its place in the document.
func (v Value) At(s source.Span) Value { v.Origin = s; return v }

// F is a field of an object; a short spelling for building bodies.
func F(name string, v Value) Field { return Field{Name: name, Value: v} }

// Get returns the member of an object, or false.
func (v Value) Get(name string) (Value, bool) {
	for _, f := range v.Fields {
		if f.Name == name {
			return f.Value, true
		}
	}
	return Value{}, false
}

// few is the number of members up to which comparing names is faster than a map.
const few = 16

// finder returns Get, in constant time for objects with many members.
func (v Value) finder() func(name string) (Value, bool) {
	if len(v.Fields) <= few {
		return v.Get
	}
	at := make(map[string]int, len(v.Fields))
	for i, f := range slices.Backward(v.Fields) {
		at[f.Name] = i
	}
	return func(name string) (Value, bool) {
		i, ok := at[name]
		if !ok {
			return Value{}, false
		}
		return v.Fields[i].Value, true
	}
}

// With returns the object v with the member name set to w: in its place, or at the
// end. v itself is not changed.
func (v Value) With(name string, w Value) Value {
	fields := make([]Field, len(v.Fields), len(v.Fields)+1)
	copy(fields, v.Fields)
	for i := range fields {
		if fields[i].Name == name {
			fields[i].Value = w
			v.Fields = fields
			return v
		}
	}
	v.Kind, v.Fields = ObjectValue, append(fields, F(name, w))
	return v
}

// Without returns the object v without the member name. v is not changed.
func (v Value) Without(name string) Value {
	fields := make([]Field, 0, len(v.Fields))
	for _, f := range v.Fields {
		if f.Name != name {
			fields = append(fields, f)
		}
	}
	v.Fields = fields
	return v
}

// DuplicateKey returns the path of a member whose object has another one of that
// name, or false.
func (v Value) DuplicateKey() (Path, bool) {
	var seen map[string]bool
	if len(v.Fields) > few {
		seen = make(map[string]bool, len(v.Fields))
	}
	for i, f := range v.Fields {
		twice := seen[f.Name]
		if seen == nil {
			twice = slices.ContainsFunc(v.Fields[:i], func(g Field) bool { return g.Name == f.Name })
		} else {
			seen[f.Name] = true
		}
		if twice {
			return Path{}.Field(f.Name), true
		}
		if below, ok := f.Value.DuplicateKey(); ok {
			return append(Path{}.Field(f.Name), below...), true
		}
	}
	for i := range v.Items {
		if below, ok := v.Items[i].DuplicateKey(); ok {
			return append(Path{}.Index(i), below...), true
		}
	}
	return nil, false
}

// Walk calls f for v and everything below it, parents first, with its path.
func (v Value) Walk(f func(Path, Value)) { v.walk(nil, f) }

func (v Value) walk(at Path, f func(Path, Value)) {
	f(at, v)
	for i, w := range v.Items {
		w.walk(at.Index(i), f)
	}
	for _, m := range v.Fields {
		m.Value.walk(at.Field(m.Name), f)
	}
}

// count returns how many values v is.
func (v *Value) count() int {
	n := 1
	for i := range v.Items {
		n += v.Items[i].count()
	}
	for i := range v.Fields {
		n += v.Fields[i].Value.count()
	}
	return n
}

// Map returns v with every leaf (neither list nor object) replaced by f's answer.
func (v Value) Map(f func(Path, Value) (Value, error)) (Value, error) { return v.mapLeaves(nil, f) }

func (v Value) mapLeaves(at Path, f func(Path, Value) (Value, error)) (Value, error) {
	var err error
	switch v.Kind {
	case ListValue:
		items := make([]Value, len(v.Items))
		for i, w := range v.Items {
			if items[i], err = w.mapLeaves(at.Index(i), f); err != nil {
				return Value{}, err
			}
		}
		v.Items = items
		return v, nil
	case ObjectValue:
		fields := make([]Field, len(v.Fields))
		for i, m := range v.Fields {
			w, err := m.Value.mapLeaves(at.Field(m.Name), f)
			if err != nil {
				return Value{}, err
			}
			fields[i] = Field{m.Name, w}
		}
		v.Fields = fields
		return v, nil
	default:
		return f(at, v)
	}
}

// Equal reports whether v and w are the same JSON; objects compare without
// regard to the order of their members.
func (v Value) Equal(w Value) bool {
	if v.Kind != w.Kind || v.Text != w.Text || v.Ref != w.Ref ||
		len(v.Items) != len(w.Items) || len(v.Fields) != len(w.Fields) {
		return false
	}
	for i := range v.Items {
		if !v.Items[i].Equal(w.Items[i]) {
			return false
		}
	}
	var find func(string) (Value, bool)
	for i, f := range v.Fields {
		g, ok := w.Fields[i].Value, w.Fields[i].Name == f.Name
		if !ok {
			if find == nil {
				find = w.finder()
			}
			g, ok = find(f.Name)
		}
		if !ok || !f.Value.Equal(g) {
			return false
		}
	}
	return true
}

// JSON returns v as compact JSON, members in order.
func (v Value) JSON() json.RawMessage { return v.appendJSON(make([]byte, 0, v.room())) }

// room is about the length of v in JSON, in bytes.
func (v *Value) room() int {
	n := len(v.Text) + 2
	if v.Kind == RefValue {
		n += len(v.Ref.To.Kind) + len(v.Ref.To.Name) + len(v.Ref.Field) + len("${..}")
	}
	for i := range v.Items {
		n += v.Items[i].room() + 1
	}
	for i := range v.Fields {
		n += len(v.Fields[i].Name) + v.Fields[i].Value.room() + len(`"":,`)
	}
	return n
}

func (v *Value) appendJSON(b []byte) []byte {
	switch v.Kind {
	case NullValue:
		return append(b, "null"...)
	case BoolValue, NumberValue:
		return append(b, v.Text...)
	case StringValue:
		return appendString(b, escape(v.Text))
	case RefValue:
		return appendString(b, v.Ref.String())
	case SecretValue:
		return appendString(b, "${"+v.Text+"}")
	case StartValue:
		return appendString(b, OpenStart)
	case ListValue:
		b = append(b, '[')
		for i := range v.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = v.Items[i].appendJSON(b)
		}
		return append(b, ']')
	default:
		b = append(b, '{')
		for i := range v.Fields {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, v.Fields[i].Name)
			b = append(b, ':')
			b = v.Fields[i].Value.appendJSON(b)
		}
		return append(b, '}')
	}
}

// appendString writes s as a JSON string without HTML escapes.
func appendString(b []byte, s string) []byte {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		c := s[i]
		plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\'
	}
	if plain {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte{'\n'})...)
}

// OpenStart is the reference that is bound to the time of the call: the start of a schedule
// that the document leaves open.
const OpenStart = "${time.start}"

func escape(s string) string { return strings.ReplaceAll(s, "${", "$${") }

// parseString returns a literal text, or a value that is bound later.
func parseString(s string) (Value, error) {
	if !strings.HasPrefix(s, "${") || !strings.HasSuffix(s, "}") {
		return String(strings.ReplaceAll(s, "$${", "${")), nil
	}
	inner := s[2 : len(s)-1]
	switch {
	case s == OpenStart:
		return Start(), nil
	case strings.HasPrefix(inner, "env."), strings.HasPrefix(inner, "file."):
		return Secret(inner), nil
	}
	dot := strings.LastIndexByte(inner, '.')
	if dot < 0 {
		return Value{}, fmt.Errorf("reference %q: expected ${KIND.NAME.FIELD}", s)
	}
	to, err := ParseAddress(inner[:dot])
	if err != nil {
		return Value{}, fmt.Errorf("reference %q: %w", s, err)
	}
	return Reference(to, inner[dot+1:]), nil
}
