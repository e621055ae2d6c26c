package resource

import (
	"encoding/binary"

	"github.com/aepflow/aepflow/internal/source"
)

// places are the spans of the values of a tree, parents first, lists before
// objects. Each is its length and one, then how far it begins behind the one
// before; a value that is nowhere is a zero. Neighbours are near, so that most
// take two bytes. Values of another file than the first are nowhere.
type places struct {
	text []byte
	last int64
	file *source.File
}

// note adds the places of v and everything below it.
func (p *places) note(v *Value) {
	if p.file == nil {
		p.file = v.Origin.File
	}
	if v.Origin.File != nil && v.Origin.File == p.file && v.Origin.End > 0 {
		p.text = binary.AppendUvarint(p.text, uint64(v.Origin.End-v.Origin.Start)+1)
		p.text = binary.AppendVarint(p.text, int64(v.Origin.Start)-p.last)
		p.last = int64(v.Origin.Start)
	} else {
		p.text = append(p.text, 0)
	}
	for i := range v.Items {
		p.note(&v.Items[i])
	}
	for i := range v.Fields {
		p.note(&v.Fields[i].Value)
	}
}

// put sets the places of v and everything below it.
func (p *places) put(v *Value) {
	length, n := binary.Uvarint(p.text)
	if n <= 0 {
		return
	}
	p.text = p.text[n:]
	if length > 0 {
		ahead, n := binary.Varint(p.text)
		if n <= 0 {
			return
		}
		p.text = p.text[n:]
		p.last += ahead
		v.Origin = p.file.Span(int(p.last), int(p.last)+int(length)-1)
	}
	for i := range v.Items {
		p.put(&v.Items[i])
	}
	for i := range v.Fields {
		p.put(&v.Fields[i].Value)
	}
}
