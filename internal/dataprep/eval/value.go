package eval

import (
	"math"
	"math/big"
	"strconv"

	"github.com/aepflow/aepflow/internal/javatime"
)

// Kind is the Java type of a value.
type Kind uint8

// The kinds of values.
const (
	Null    Kind = iota
	Bool         // Boolean
	Int          // Integer
	Long         // Long
	Big          // BigInteger
	Float        // Float
	Double       // Double
	Decimal      // BigDecimal
	Text         // String
	Date         // ZonedDateTime
	List         // a list, an array, or a range
	Object       // a map
	lambda
	missing
	failed
)

// Value is a Java value. The zero Value is null.
type Value struct {
	kind Kind
	n    int64 // of Bool, Int, Long; the bits of Float and Double
	s    string
	ref  any // *big.Int, *decimal, javatime.Time, *list, *Map, *closure
}

// Missing is the value of an attribute that a row lacks.
var Missing = Value{kind: missing}

var (
	failure   = Value{kind: failed}
	trueValue = Value{kind: Bool, n: 1}
	falseVal  = Value{kind: Bool}
)

// list holds the elements of a List. Java tells arrays, which literals make, from
// lists: two arrays are never equal.
type list struct {
	items []Value
	array bool
	span  bool // a range, which has no elements by number
}

// Kind returns the Java type.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether v is null or missing.
func (v Value) IsNull() bool { return v.kind == Null || v.kind == missing }

// OfText returns a string.
func OfText(s string) Value { return Value{kind: Text, s: s} }

// OfBool returns a boolean.
func OfBool(b bool) Value {
	if b {
		return trueValue
	}
	return falseVal
}

// OfInt returns an Integer, or a Long when it is too large for one.
func OfInt(n int64) Value {
	if n == int64(int32(n)) {
		return Value{kind: Int, n: n}
	}
	return OfLong(n)
}

// OfLong returns a Long.
func OfLong(n int64) Value { return Value{kind: Long, n: n} }

// OfDouble returns a Double.
func OfDouble(f float64) Value { return Value{kind: Double, n: int64(math.Float64bits(f))} }

// OfFloat returns a Float.
func OfFloat(f float32) Value { return Value{kind: Float, n: int64(math.Float32bits(f))} }

// OfBig returns a BigInteger.
func OfBig(n *big.Int) Value { return Value{kind: Big, ref: n} }

// OfDate returns a ZonedDateTime.
func OfDate(t javatime.Time) Value { return Value{kind: Date, ref: t} }

// OfList returns a list.
func OfList(items []Value) Value { return Value{kind: List, ref: &list{items: items}} }

// OfObject returns a map.
func OfObject(m *Map) Value { return Value{kind: Object, ref: m} }

func ofDecimal(d *decimal) Value { return Value{kind: Decimal, ref: d} }

// Truth is the value of a Bool.
func (v Value) Truth() bool { return v.n != 0 }

// Int64 is the value of an Int or Long.
func (v Value) Int64() int64 { return v.n }

// Float64 is the value of a Double or Float.
func (v Value) Float64() float64 {
	if v.kind == Float {
		return float64(v.float())
	}
	return math.Float64frombits(uint64(v.n))
}

func (v Value) float() float32      { return math.Float32frombits(uint32(v.n)) }
func (v Value) big() *big.Int       { return v.ref.(*big.Int) }
func (v Value) decimal() *decimal   { return v.ref.(*decimal) }
func (v Value) list() *list         { return v.ref.(*list) }
func (v Value) date() javatime.Time { return v.ref.(javatime.Time) }

// Time is the value of a Date.
func (v Value) Time() javatime.Time { return v.date() }

// BigInt is the value of a Big.
func (v Value) BigInt() *big.Int { return v.big() }

// Items are the elements of a List.
func (v Value) Items() []Value { return v.list().items }

// Object is the value of an Object.
func (v Value) Object() *Map { return v.ref.(*Map) }

// Str is the value of a Text.
func (v Value) Str() string { return v.s }

func (v Value) isArray() bool    { return v.kind == List && v.list().array }
func (v Value) isWhole() bool    { return v.kind == Int || v.kind == Long }
func (v Value) isFloating() bool { return v.kind == Float || v.kind == Double }
func (v Value) isNumber() bool   { return v.kind >= Int && v.kind <= Decimal }

// Map is an object: members in the order in which they came.
type Map struct {
	keys   []Value
	values []Value
	index  map[string]int // of text keys, once there are many
}

const indexFrom = 12

// Len is the number of members.
func (m *Map) Len() int { return len(m.keys) }

// At returns a member by its place.
func (m *Map) At(i int) (key, value Value) { return m.keys[i], m.values[i] }

// Get finds a member by a text.
func (m *Map) Get(key string) (Value, bool) {
	if i := m.find(OfText(key)); i >= 0 {
		return m.values[i], true
	}
	return Value{}, false
}

// Put sets a member; a new one comes last.
func (m *Map) Put(key string, v Value) { m.put(OfText(key), v) }

func (m *Map) find(key Value) int {
	if key.kind == Text && len(m.keys) >= indexFrom {
		m.buildIndex()
		if i, ok := m.index[key.s]; ok {
			return i
		}
		return -1
	}
	for i, k := range m.keys {
		if k.kind == key.kind && k.s == key.s && same(k, key) {
			return i
		}
	}
	return -1
}

func (m *Map) buildIndex() {
	if m.index == nil {
		m.index = make(map[string]int, 2*len(m.keys))
		for i, k := range m.keys {
			if k.kind == Text {
				m.index[k.s] = i
			}
		}
	}
}

func (m *Map) get(key Value) Value {
	if i := m.find(key); i >= 0 {
		return m.values[i]
	}
	return Value{}
}

func (m *Map) put(key, v Value) {
	if i := m.find(key); i >= 0 {
		m.values[i] = v
		return
	}
	if m.index != nil && key.kind == Text {
		m.index[key.s] = len(m.keys)
	}
	m.keys = append(m.keys, key)
	m.values = append(m.values, v)
}

// same is Java's equals: the same type and value; arrays only with themselves.
func same(a, b Value) bool {
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case Null, missing:
		return true
	case Bool, Int, Long:
		return a.n == b.n
	case Float: // one NaN equals another, 0.0 is not -0.0
		return a.n == b.n || a.float() != a.float() && b.float() != b.float()
	case Double:
		x, y := a.Float64(), b.Float64()
		return a.n == b.n || math.IsNaN(x) && math.IsNaN(y)
	case Text:
		return a.s == b.s
	case Big:
		return a.big().Cmp(b.big()) == 0
	case Decimal:
		return a.decimal().equal(b.decimal())
	case Date:
		return a.date().Equal(b.date())
	case List:
		return sameList(a.list(), b.list())
	case Object:
		return sameMap(a.Object(), b.Object())
	}
	return a.ref == b.ref
}

func sameList(a, b *list) bool {
	if a == b {
		return true
	}
	if a.array || b.array || a.span != b.span || len(a.items) != len(b.items) {
		return false
	}
	for i := range a.items {
		if !same(a.items[i], b.items[i]) {
			return false
		}
	}
	return true
}

func sameMap(a, b *Map) bool {
	if a == b {
		return true
	}
	if a.Len() != b.Len() {
		return false
	}
	for i, k := range a.keys {
		j := b.find(k)
		if j < 0 || !same(a.values[i], b.values[j]) {
			return false
		}
	}
	return true
}

// identical is Java's == of references, as far as it can be known.
func identical(a, b Value) bool {
	if a.IsNull() && b.IsNull() {
		return true
	}
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case Bool:
		return a.n == b.n
	case List, Object, lambda:
		return a.ref == b.ref
	}
	return false
}

// className is the Java type in an error message.
func (k Kind) String() string {
	return [...]string{"null", "boolean", "integer", "long", "big integer", "float", "double", "decimal", "text", "date",
		"list", "object", "lambda", "nothing", "failure"}[k]
}

// text is Java's toString. The work is that of the text.
func (m *Machine) text(v Value) (string, bool) {
	switch v.kind {
	case Text:
		return v.s, true
	case List, Object:
		b, ok := m.write(nil, v, 0)
		return string(b), ok
	}
	return v.scalar(), true
}

// Scalar is the text of a single value, as Java writes it.
func (v Value) Scalar() string { return v.scalar() }

// scalar is the text of anything but a list or an object.
func (v Value) scalar() string {
	switch v.kind {
	case Bool:
		return strconv.FormatBool(v.n != 0)
	case Int, Long:
		return strconv.FormatInt(v.n, 10)
	case Big:
		return v.big().String()
	case Float:
		return floatText(v.Float64(), 32)
	case Double:
		return floatText(v.Float64(), 64)
	case Decimal:
		return v.decimal().String()
	case Text:
		return v.s
	case Date:
		return v.date().String()
	case lambda:
		return "lambda"
	}
	return "null"
}

// maxNesting bounds the depth of values that are written or compared.
const maxNesting = 1000

// write appends Java's form of a value: [a, b] and {k=v}.
func (m *Machine) write(b []byte, v Value, depth int) ([]byte, bool) {
	if depth > maxNesting || !m.spend(1+len(v.s)/16) {
		m.fail(TooMuchWork, "the value is nested too deeply")
		return b, false
	}
	ok := true
	switch v.kind {
	case List:
		m.wroteArray = m.wroteArray || v.isArray() || v.list().span
		b = append(b, '[')
		for i, x := range v.Items() {
			if i > 0 {
				b = append(b, ", "...)
			}
			if b, ok = m.write(b, x, depth+1); !ok {
				return b, false
			}
		}
		return append(b, ']'), true
	case Object:
		b = append(b, '{')
		for i, k := range v.Object().keys {
			if i > 0 {
				b = append(b, ", "...)
			}
			if b, ok = m.write(b, k, depth+1); !ok {
				return b, false
			}
			b = append(b, '=')
			if b, ok = m.write(b, v.Object().values[i], depth+1); !ok {
				return b, false
			}
		}
		return append(b, '}'), true
	}
	return append(b, v.scalar()...), true
}
