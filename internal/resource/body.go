package resource

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"iter"

	"github.com/aepflow/aepflow/internal/source"
)

// Body is the configuration of one resource: compact JSON with unresolved references,
// and the place of each value in the document. Bytes instead of a tree keep a graph
// of many thousand resources small and make "nothing changed" a comparison of bytes.
type Body struct {
	json   json.RawMessage
	file   *source.File
	places []byte // one place per value of the tree, parents first; see places.go
	digest [16]byte
}

// NewBody flattens a tree whose origins are all in one file. It panics on a duplicate
// key: readers differ in which of the two they take.
func NewBody(v Value) Body {
	if at, ok := v.DuplicateKey(); ok {
		panic("resource: duplicate key " + at.String())
	}
	b := Body{json: v.JSON()}
	b.digest = sumOf(b.json)
	p := places{text: make([]byte, 0, 3*v.count())}
	p.note(&v)
	if b.file = p.file; b.file != nil {
		b.places = bytes.Clone(p.text)
	}
	return b
}

// JSON returns the body as compact JSON. The bytes must not be changed.
func (b Body) JSON() json.RawMessage { return b.json }

// Digest returns a short digest of the body's bytes.
func (b Body) Digest() string { return hex.EncodeToString(b.digest[:]) }

// Sum returns the digest before it is printed.
func (b Body) Sum() [16]byte { return b.digest }

// Value decodes the body, with origins where they are known.
func (b Body) Value() (Value, error) {
	v, err := Parse(b.json)
	if err != nil {
		return Value{}, err
	}
	p := places{text: b.places, file: b.file}
	p.put(&v)
	return v, nil
}

// Member decodes one member of the body, without its origins, or is false.
func (b Body) Member(name string) (Value, bool) {
	d := tokens(b.json)
	if token, err := d.ReadToken(); err != nil || token.Kind() != '{' {
		return Value{}, false
	}
	for d.PeekKind() == '"' {
		token, err := d.ReadToken()
		if err == nil && token.String() == name {
			v, err := readValue(d)
			return v, err == nil
		}
		if err != nil || d.SkipValue() != nil {
			break
		}
	}
	return Value{}, false
}

// Texts returns every string of the body as it is written there, names of members
// included.
func (b Body) Texts() iter.Seq[string] {
	return func(yield func(string) bool) {
		d := tokens(b.json)
		for token, err := d.ReadToken(); err == nil; token, err = d.ReadToken() {
			if token.Kind() == '"' && !yield(token.String()) {
				return
			}
		}
	}
}

// Digest returns the first 128 bits of SHA-256 in hex: enough to tell
// configurations apart, short enough to read in a diff.
func Digest(b []byte) string {
	sum := sumOf(b)
	return hex.EncodeToString(sum[:])
}

// sumOf is Digest before it is printed.
func sumOf(b []byte) [16]byte {
	sum := sha256.Sum256(b)
	return [16]byte(sum[:])
}
