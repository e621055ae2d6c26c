package resource

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/aepflow/aepflow/internal/source"
)

// Body is the configuration of one resource: compact JSON with references
// unresolved, and where in the document each of its values stands. Keeping
// bytes instead of a tree makes a graph of many thousand resources small and
// "nothing changed" a comparison of two strings.
type Body struct {
	json  json.RawMessage
	file  *source.File
	spans []span // one per value of the tree, parents first
}

// span is a source.Span without its file.
type span struct{ start, end int32 }

// NewBody flattens a tree. All origins lie in one file.
func NewBody(v Value) Body {
	b := Body{json: v.JSON(), spans: make([]span, 0, v.count())}
	b.note(&v)
	if b.file == nil {
		b.spans = nil
	}
	return b
}

// note keeps the places of v and everything below it.
func (b *Body) note(v *Value) {
	if v.Origin.File != nil {
		b.file = v.Origin.File
	}
	b.spans = append(b.spans, span{int32(v.Origin.Start), int32(v.Origin.End)})
	for i := range v.Items {
		b.note(&v.Items[i])
	}
	for i := range v.Fields {
		b.note(&v.Fields[i].Value)
	}
}

// JSON returns the body as compact JSON. The bytes must not be changed.
func (b Body) JSON() json.RawMessage { return b.json }

// Digest returns a short digest of the body's bytes.
func (b Body) Digest() string { return Digest(b.json) }

// Value decodes the body, with origins where they are known.
func (b Body) Value() (Value, error) {
	v, err := Parse(b.json)
	if err != nil {
		return Value{}, err
	}
	if len(b.spans) > 0 {
		n := 0
		b.place(&v, &n)
	}
	return v, nil
}

func (b Body) place(v *Value, n *int) {
	s := b.spans[*n]
	*n++
	if s.end > 0 {
		v.Origin = source.Span{File: b.file, Start: int(s.start), End: int(s.end)}
	}
	for i := range v.Items {
		b.place(&v.Items[i], n)
	}
	for i := range v.Fields {
		b.place(&v.Fields[i].Value, n)
	}
}

// Digest returns the first 128 bits of SHA-256 in hex: enough to tell
// configurations apart, short enough to read in a diff.
func Digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}
