package rows

import (
	"encoding/binary"
	"errors"
)

// maxStructs is the most structs in the lists of a description: each takes far more memory than bytes.
const maxStructs = 250_000

var (
	errThrift    = errors.New("its description is damaged")
	errCutThrift = errors.New("its description is cut off")
)

// thriftLength is the length of the Thrift struct, in the compact protocol, that a text begins with. The library makes
// room for as many elements and bytes as a struct claims to have; after this, it has as many.
func thriftLength(text []byte) (int, error) {
	w := thriftWalk{text: text}
	err := w.structure(0)
	return w.at, err
}

type thriftWalk struct {
	text    []byte
	at      int
	structs int
}

// The types of the compact protocol.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftInt16  = 4
	thriftInt64  = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
)

func (w *thriftWalk) structure(depth int) error {
	const deepest = 32
	if w.structs++; w.structs > maxStructs || depth > deepest {
		return errThrift
	}
	for {
		head, err := w.byte()
		if err != nil || head == 0 {
			return err
		}
		if head>>4 == 0 { // the number of the field follows
			if _, err := w.varint(); err != nil {
				return err
			}
		}
		if typ := head & 15; typ != thriftTrue && typ != thriftFalse {
			if err := w.value(typ, depth); err != nil {
				return err
			}
		}
	}
}

func (w *thriftWalk) value(typ byte, depth int) error {
	switch {
	case typ == thriftTrue, typ == thriftFalse, typ == thriftByte:
		return w.skip(1)
	case typ >= thriftInt16 && typ <= thriftInt64:
		_, err := w.varint()
		return err
	case typ == thriftDouble:
		return w.skip(8)
	case typ == thriftBinary:
		n, err := w.varint()
		if err != nil {
			return err
		}
		return w.skip(n)
	case typ == thriftList, typ == thriftSet:
		head, err := w.byte()
		n := uint64(head >> 4)
		if err == nil && n == 15 {
			n, err = w.varint()
		}
		return w.elements(n, err, depth, head&15)
	case typ == thriftMap:
		n, err := w.varint()
		if err != nil || n == 0 {
			return err
		}
		types, err := w.byte()
		return w.elements(n, err, depth, types>>4, types&15)
	case typ == thriftStruct:
		return w.structure(depth + 1)
	}
	return errThrift
}

// elements are n times a value of each type.
func (w *thriftWalk) elements(n uint64, err error, depth int, types ...byte) error {
	if err != nil {
		return err
	}
	if n > uint64(len(w.text)-w.at) { // each has at least a byte
		return errCutThrift
	}
	for range n {
		for _, typ := range types {
			if err := w.value(typ, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *thriftWalk) byte() (byte, error) {
	if w.at == len(w.text) {
		return 0, errCutThrift
	}
	w.at++
	return w.text[w.at-1], nil
}

func (w *thriftWalk) varint() (uint64, error) {
	n, size := binary.Uvarint(w.text[w.at:])
	switch {
	case size == 0:
		return 0, errCutThrift
	case size < 0:
		return 0, errThrift
	}
	w.at += size
	return n, nil
}

func (w *thriftWalk) skip(n uint64) error {
	if n > uint64(len(w.text)-w.at) {
		return errCutThrift
	}
	w.at += int(n)
	return nil
}
