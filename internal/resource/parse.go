package resource

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// Parse reads JSON into a tree; strings of the form `${…}` become the values
// that are bound later.
func Parse(text []byte) (Value, error) {
	d := tokens(text)
	v, err := readValue(d)
	if err != nil {
		return Value{}, err
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return Value{}, fmt.Errorf("read JSON: more than one value")
	}
	return v, nil
}

// tokens returns a decoder of a text, which must not change while it is read.
func tokens(text []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
}

// readValue reads the next value.
func readValue(d *jsontext.Decoder) (Value, error) {
	token, err := d.ReadToken()
	if err != nil {
		return Value{}, fmt.Errorf("read JSON: %s", JSONFault(err))
	}
	switch token.Kind() {
	case '{':
		return readObject(d)
	case '[':
		return readList(d)
	case '"':
		return parseString(token.String())
	case 't', 'f':
		return Bool(token.Bool()), nil
	case '0':
		return Number(token.String()), nil
	}
	return Value{}, nil
}

// readList reads a list after its bracket.
func readList(d *jsontext.Decoder) (Value, error) {
	v := List()
	for d.PeekKind() != ']' {
		item, err := readValue(d)
		if err != nil {
			return Value{}, err
		}
		v.Items = append(v.Items, item)
	}
	_, err := d.ReadToken()
	return v, err
}

// readObject reads an object after its brace.
func readObject(d *jsontext.Decoder) (Value, error) {
	v := Object()
	for d.PeekKind() != '}' {
		token, err := d.ReadToken()
		if err != nil {
			return Value{}, fmt.Errorf("read JSON: %s", JSONFault(err))
		}
		name := token.String()
		member, err := readValue(d)
		if err != nil {
			return Value{}, err
		}
		v.Fields = append(v.Fields, Field{name, member})
	}
	_, err := d.ReadToken()
	return v, err
}
