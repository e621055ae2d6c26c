package resource

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Parse reads JSON into a tree; strings of the form `${…}` become the values
// that are bound later.
func Parse(text []byte) (Value, error) {
	// What follows relies on the text being one value of JSON, and is several
	// times faster than the library's tokens for it.
	if !json.Valid(text) {
		var v json.RawMessage
		return Value{}, fmt.Errorf("read JSON: %w", json.Unmarshal(text, &v))
	}
	r := reader{text: text}
	return r.value()
}

// reader reads valid JSON.
type reader struct {
	text []byte
	at   int
}

// space moves to the next byte that is not white space and returns it.
func (r *reader) space() byte {
	for {
		switch c := r.text[r.at]; c {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return c
		}
	}
}

func (r *reader) value() (Value, error) {
	switch c := r.space(); c {
	case '{':
		return r.object()
	case '[':
		return r.list()
	case '"':
		return parseString(r.string())
	case 'n':
		r.at += len("null")
		return Value{}, nil
	case 't':
		r.at += len("true")
		return Bool(true), nil
	case 'f':
		r.at += len("false")
		return Bool(false), nil
	}
	from := r.at
	for r.at < len(r.text) && bytes.IndexByte([]byte("+-.0123456789eE"), r.text[r.at]) >= 0 {
		r.at++
	}
	return Number(string(r.text[from:r.at])), nil
}

func (r *reader) list() (Value, error) {
	v := List()
	for r.at++; r.space() != ']'; {
		w, err := r.value()
		if err != nil {
			return Value{}, err
		}
		v.Items = append(v.Items, w)
		if r.space() == ',' {
			r.at++
		}
	}
	r.at++
	return v, nil
}

func (r *reader) object() (Value, error) {
	v := Object()
	for r.at++; r.space() != '}'; {
		name := r.string()
		r.space()
		r.at++ // the colon
		w, err := r.value()
		if err != nil {
			return Value{}, err
		}
		v.Fields = append(v.Fields, Field{name, w})
		if r.space() == ',' {
			r.at++
		}
	}
	r.at++
	return v, nil
}

func (r *reader) string() string {
	from := r.at
	plain := true
	for r.at++; r.text[r.at] != '"'; r.at++ {
		if r.text[r.at] == '\\' {
			plain = false
			r.at++
		}
	}
	r.at++
	if inner := r.text[from+1 : r.at-1]; plain && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	if err := json.Unmarshal(r.text[from:r.at], &s); err != nil {
		panic("resource: " + err.Error()) // it was valid
	}
	return s
}

// skip moves past the next value.
func (r *reader) skip() {
	depth := 0
	for {
		switch c := r.space(); c {
		case '"':
			for r.at++; r.text[r.at] != '"'; r.at++ {
				if r.text[r.at] == '\\' {
					r.at++
				}
			}
			r.at++
		case '{', '[':
			depth++
			r.at++
		case '}', ']':
			depth--
			r.at++
		case ',', ':':
			r.at++
			continue
		default:
			for r.at < len(r.text) && bytes.IndexByte([]byte(",]} \t\r\n"), r.text[r.at]) < 0 {
				r.at++
			}
		}
		if depth == 0 {
			return
		}
	}
}
