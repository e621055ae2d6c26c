package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// object is a JSON object as the platform's clients sent it. Numbers stay
// json.Number, so that "15", 15 and 15.0 are answered as they came.
type object = map[string]any

// decodeJSON reads exactly one JSON value.
func decodeJSON(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}

// mustObject reads JSON that this package wrote itself.
func mustObject(b []byte) object {
	v, err := decodeJSON(b)
	o, ok := v.(object)
	if err != nil || !ok {
		panic(fmt.Sprintf("emulator: stored object is damaged: %v", err))
	}
	return o
}

// toJSON prints a tree with sorted keys and without HTML escapes.
func toJSON(v any) []byte { return appendJSON(make([]byte, 0, 1024), v) }

func appendJSON(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case string:
		return appendString(dst, v)
	case json.Number:
		return append(dst, v...)
	case int:
		return strconv.AppendInt(dst, int64(v), 10)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case json.RawMessage:
		return append(dst, v...)
	case object:
		keys := make([]string, 0, 16)
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		dst = append(dst, '{')
		for i, k := range keys {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendString(dst, k), ':')
			dst = appendJSON(dst, v[k])
		}
		return append(dst, '}')
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, e)
		}
		return append(dst, ']')
	case []string:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendString(dst, e)
		}
		return append(dst, ']')
	default:
		b, err := json.Marshal(v)
		if err != nil {
			panic(fmt.Sprintf("emulator: %T in an answer: %v", v, err))
		}
		return append(dst, b...)
	}
}

const hexDigits = "0123456789abcdef"

func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				dst = append(append(dst, s[start:i]...), `\ufffd`...)
				start = i + 1
			}
			i += n
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

// clone copies a tree, so that a patch never reaches what is stored.
func clone(v any) any {
	switch v := v.(type) {
	case object:
		o := make(object, len(v))
		for k, e := range v {
			o[k] = clone(e)
		}
		return o
	case []any:
		l := make([]any, len(v))
		for i, e := range v {
			l[i] = clone(e)
		}
		return l
	}
	return v
}

// same compares two trees; numbers by their text.
func same(a, b any) bool { return bytes.Equal(toJSON(a), toJSON(b)) }

// at walks plain member names; the result is nil when any is missing.
func at(v any, names ...string) any {
	for _, n := range names {
		o, ok := v.(object)
		if !ok {
			return nil
		}
		v = o[n]
	}
	return v
}

// text is a member as a string, "" when it is anything else.
func text(v any, names ...string) string {
	s, _ := at(v, names...).(string)
	return s
}

func list(v any, names ...string) []any {
	l, _ := at(v, names...).([]any)
	return l
}

func texts(v any, names ...string) []string {
	var out []string
	for _, e := range list(v, names...) {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// lookup collects what a dotted filter path reaches; "name[]" steps into every
// element of an array, and an array at the end stands for its elements.
func lookup(v any, path string) []any {
	here := []any{v}
	for _, step := range strings.Split(path, ".") {
		step = strings.TrimSuffix(step, "[]")
		var next []any
		for _, h := range here {
			if e, ok := at(h, step), true; ok && e != nil {
				if l, isList := e.([]any); isList {
					next = append(next, l...)
				} else {
					next = append(next, e)
				}
			}
		}
		here = next
	}
	return here
}

// asInt reads a number or a text of one; the platform's own samples send both.
func asInt(v any) (int64, bool) {
	var s string
	switch v := v.(type) {
	case json.Number:
		s = v.String()
	case string:
		s = v
	case int64:
		return v, true
	case int:
		return int64(v), true
	default:
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// scalar is a leaf as filters compare it.
func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case int:
		return strconv.Itoa(v), true
	}
	return "", false
}

func jsonNumber(f float64) json.Number {
	b, err := json.Marshal(f)
	if err != nil {
		panic("emulator: " + err.Error())
	}
	return json.Number(b)
}

// majorVersion reads the major version out of a schema's media type.
func majorVersion(contentType string) string {
	_, params, _ := strings.Cut(contentType, ";")
	_, v, found := strings.Cut(strings.ReplaceAll(params, " ", ""), "version=")
	if !found {
		return ""
	}
	major, _, _ := strings.Cut(v, ".")
	return major
}
