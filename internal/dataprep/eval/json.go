package eval

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var errJSON = errors.New("not JSON")

// maxJSONDepth is that of the library that the platform is believed to use.
const maxJSONDepth = 1000

// ParseJSON reads the first JSON value of a text. Whole numbers become Integer,
// Long, or BigInteger, others Double; of two members with one name the last counts.
func ParseJSON(s string) (Value, error) {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	v, err := DecodeJSON(d)
	if err != nil {
		return v, errJSON
	}
	if rest := s[d.InputOffset():]; rest != "" && (v.isNumber() && strings.IndexByte(" \t\r\n", rest[0]) < 0 ||
		v.kind <= Bool && javaNamePart(rest)) {
		return Value{}, errJSON
	}
	return v, nil
}

// javaNamePart reports whether s begins with a character that names have.
func javaNamePart(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// DecodeJSON reads the next value of a decoder that uses numbers. It returns io.EOF
// when there is none.
func DecodeJSON(d *json.Decoder) (Value, error) {
	v, err := decodeJSON(d, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return Value{}, errJSON
	}
	return v, err
}

func decodeJSON(d *json.Decoder, depth int) (Value, error) {
	t, err := d.Token()
	if err != nil {
		return Value{}, err
	}
	switch t := t.(type) {
	case bool:
		return OfBool(t), nil
	case string:
		return OfText(t), nil
	case json.Number:
		return jsonNumber(t.String())
	case json.Delim:
		if depth == maxJSONDepth || t == ']' || t == '}' {
			return Value{}, errJSON
		}
		return decodeMembers(d, t == '[', depth+1)
	}
	return Value{}, nil
}

func decodeMembers(d *json.Decoder, isList bool, depth int) (Value, error) {
	o, items := &Map{}, []Value{}
	for d.More() {
		name := ""
		if !isList {
			t, err := d.Token()
			if err != nil {
				return Value{}, errJSON
			}
			name, _ = t.(string)
		}
		v, err := decodeJSON(d, depth)
		if err != nil {
			return Value{}, errJSON
		}
		if isList {
			items = append(items, v)
		} else {
			o.Put(name, v)
		}
	}
	if _, err := d.Token(); err != nil {
		return Value{}, errJSON
	}
	if isList {
		return OfList(items), nil
	}
	return OfObject(o), nil
}

func jsonNumber(s string) (Value, error) {
	if !strings.ContainsAny(s, ".eE") {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return OfInt(n), nil
		}
		n, ok := new(big.Int).SetString(s, 10)
		if !ok || len(s) > maxScale {
			return Value{}, errJSON
		}
		return OfBig(n), nil
	}
	f, ok := parseFloat(s, 64)
	if !ok {
		return Value{}, errJSON
	}
	return OfDouble(f), nil
}

// AppendJSON writes a value: dates as ISO 8601 with offset, numbers as Java writes
// them, NaN and infinities as texts, members in their order.
func AppendJSON(b []byte, v Value) []byte {
	switch v.kind {
	case Bool, Int, Long, Big, Decimal:
		return append(b, v.scalar()...)
	case Float, Double:
		if f := v.Float64(); math.IsNaN(f) || math.IsInf(f, 0) {
			return append(append(append(b, '"'), v.scalar()...), '"')
		}
		return append(b, v.scalar()...)
	case Text:
		return appendText(b, v.s)
	case Date:
		return appendText(b, v.date().ISO())
	case List:
		b = append(b, '[')
		for i, x := range v.Items() {
			if i > 0 {
				b = append(b, ',')
			}
			b = AppendJSON(b, x)
		}
		return append(b, ']')
	case Object:
		b = append(b, '{')
		for i, k := range v.Object().keys {
			if i > 0 {
				b = append(b, ',')
			}
			if k.kind == List || k.kind == Object {
				b = appendText(b, k.kind.String())
			} else {
				b = appendText(b, k.scalar())
			}
			b = append(b, ':')
			b = AppendJSON(b, v.Object().values[i])
		}
		return append(b, '}')
	case lambda:
		return append(b, `"lambda"`...)
	}
	return append(b, "null"...)
}

func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			continue
		}
		if c >= utf8.RuneSelf {
			if r, n := utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || n > 1 {
				i += n - 1
				continue
			}
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			if c >= utf8.RuneSelf {
				b = append(b, "\uFFFD"...)
			} else {
				b = append(b, `\u00`...)
				b = append(b, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
			}
		}
	}
	return append(append(b, s[start:]...), '"')
}
