package resource

import (
	"encoding/binary"
	"errors"
	"slices"

	"github.com/aepflow/aepflow/internal/source"
)

// errBinary says that bytes are not those of a resource.
var errBinary = errors.New("read resource: the bytes are not those of a resource")

// IsOf reports whether all that a resource knows of the documents lies in one file.
func (r Resource) IsOf(f *source.File) bool {
	return (r.Origin.File == nil || r.Origin.File == f) && (r.Body.file == nil || r.Body.file == f)
}

// AppendBinary adds the resource to b, all but the file that it came from.
func (r Resource) AppendBinary(b []byte) []byte {
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	bytes := func(s []byte) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	text(string(r.Address.Kind))
	text(r.Address.Name)
	bytes(r.Body.json)
	bytes(r.Body.places)
	b = append(b, r.Body.digest[:]...)
	b = binary.AppendUvarint(b, uint64(len(r.Needs)))
	for _, e := range r.Needs {
		text(string(e.To.Kind))
		text(e.To.Name)
		text(e.Via)
	}
	flags := uint64(0)
	if r.Origin.File != nil {
		flags |= 1
	}
	if r.Protect {
		flags |= 2
	}
	for _, n := range []uint64{flags, uint64(r.Origin.Start), uint64(r.Origin.End)} {
		b = binary.AppendUvarint(b, n)
	}
	text(r.Replace)
	text(r.Import)
	text(string(r.Moved.Kind))
	text(r.Moved.Name)
	return b
}

// ReadBinary reads a resource that came from file off the front of b and returns
// what is behind it. The body shares b's memory.
func ReadBinary(b []byte, file *source.File) (Resource, []byte, error) {
	d := binaryReader{rest: b}
	r := Resource{Address: d.address()}
	r.Body = Body{json: d.bytes(), places: d.bytes(), digest: d.digest()}
	if len(r.Body.places) > 0 {
		r.Body.file = file
	}
	count := d.number()
	if count > uint64(len(d.rest)) {
		return Resource{}, nil, errBinary
	}
	r.Needs = make([]Edge, count)
	for i := range r.Needs {
		r.Needs[i] = Edge{To: d.address(), Via: string(d.bytes())}
	}
	flags, start, end := d.number(), d.number(), d.number()
	if flags&1 != 0 {
		r.Origin = file.Span(int(start), int(end))
	}
	r.Protect = flags&2 != 0
	r.Replace, r.Import = string(d.bytes()), string(d.bytes())
	r.Moved = d.address()
	if d.bad {
		return Resource{}, nil, errBinary
	}
	return r, d.rest, nil
}

type binaryReader struct {
	rest []byte
	bad  bool
}

func (d *binaryReader) number() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.bad, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *binaryReader) bytes() []byte {
	n := d.number()
	if n > uint64(len(d.rest)) {
		d.bad, d.rest = true, nil
		return nil
	}
	out := d.rest[:n:n]
	d.rest = d.rest[n:]
	return out
}

func (d *binaryReader) digest() (sum [16]byte) {
	d.bad = d.bad || len(d.rest) < len(sum)
	d.rest = d.rest[copy(sum[:], d.rest):]
	return sum
}

// address reads a kind and a name; kinds are this package's own constants.
func (d *binaryReader) address() Address {
	kind := d.bytes()
	if i := slices.IndexFunc(kindNames, func(k Kind) bool { return string(kind) == string(k) }); i >= 0 {
		return Address{Kind: kindNames[i], Name: string(d.bytes())}
	}
	d.bad = d.bad || len(kind) > 0
	return Address{Name: string(d.bytes())}
}

var kindNames = Kinds()
