// Package core is what the emulator's services share: calls and their answers,
// refusals in each service's envelope, the tables of a sandbox and the file that
// keeps them, the clock, ids, tokens, and the data behind connections. A service
// imports core and the services that it refers to; core imports none.
package core

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Object is a JSON object as the platform's clients sent it. Numbers stay
// json.Number, so that "15", 15 and 15.0 are answered as they came.
type Object = map[string]any

type object = Object

// DecodeJSON reads exactly one JSON value.
func DecodeJSON(b []byte) (any, error) {
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

// MustObject reads JSON that this package wrote itself.
func MustObject(b []byte) object {
	v, err := DecodeJSON(b)
	o, ok := v.(object)
	if err != nil || !ok {
		panic(fmt.Sprintf("emulator: stored object is damaged: %v", err))
	}
	return o
}

// ToJSON prints a tree with sorted keys and without HTML escapes.
func ToJSON(v any) []byte { return AppendJSON(make([]byte, 0, 1024), v) }

// AppendJSON appends a tree as ToJSON prints it.
func AppendJSON(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case string:
		return AppendString(dst, v)
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
			dst = append(AppendString(dst, k), ':')
			dst = AppendJSON(dst, v[k])
		}
		return append(dst, '}')
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendJSON(dst, e)
		}
		return append(dst, ']')
	case []string:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendString(dst, e)
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

// AppendString appends a text in JSON.
func AppendString(dst []byte, s string) []byte {
	dst, _ = jsontext.AppendQuote(dst, s) // what is not UTF-8 is replaced
	return dst
}

// Clone copies a tree, so that a patch never reaches what is stored.
func Clone(v any) any {
	switch v := v.(type) {
	case object:
		o := make(object, len(v))
		for k, e := range v {
			o[k] = Clone(e)
		}
		return o
	case []any:
		l := make([]any, len(v))
		for i, e := range v {
			l[i] = Clone(e)
		}
		return l
	}
	return v
}

// Same compares two trees; numbers by their text.
func Same(a, b any) bool { return bytes.Equal(ToJSON(a), ToJSON(b)) }

// At walks plain member names; the result is nil when any is missing.
func At(v any, names ...string) any {
	for _, n := range names {
		o, ok := v.(object)
		if !ok {
			return nil
		}
		v = o[n]
	}
	return v
}

// Text is a member as a string, "" when it is anything else.
func Text(v any, names ...string) string {
	s, _ := At(v, names...).(string)
	return s
}

// List is the array at a path of names, nil when there is none.
func List(v any, names ...string) []any {
	l, _ := At(v, names...).([]any)
	return l
}

// Texts are the texts in the array at a path of names.
func Texts(v any, names ...string) []string {
	var out []string
	for _, e := range List(v, names...) {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// Lookup collects what a dotted filter path reaches; "name[]" steps into every
// element of an array, and an array at the end means its elements.
func Lookup(v any, path string) []any {
	here := []any{v}
	for _, step := range strings.Split(path, ".") {
		step = strings.TrimSuffix(step, "[]")
		var next []any
		for _, h := range here {
			if e, ok := At(h, step), true; ok && e != nil {
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

// AsInt reads a number or a text of one; the platform's own samples send both.
func AsInt(v any) (int64, bool) {
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

// Scalar is a leaf as filters compare it.
func Scalar(v any) (string, bool) {
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

// JSONNumber prints a number as JSON does.
func JSONNumber(f float64) json.Number {
	b, err := json.Marshal(f)
	if err != nil {
		panic("emulator: " + err.Error())
	}
	return json.Number(b)
}
