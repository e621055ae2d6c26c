package core

import (
	"encoding/binary"
	"errors"
)

var errRecord = errors.New("damaged record")

// load adds a record as the state file has it.
func (t *Table) load(key, packed []byte) error {
	r, err := unpack(key, packed, len(t.paths))
	if err == nil {
		t.put(r)
	}
	return err
}

// SeqKey is the key of a record in its bucket.
func SeqKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

// A record on disk is: created, slot, due, id, per indexed path its values,
// body. Keeping the index values beside the body makes a restart free of JSON.
func pack(r *Record) []byte {
	b := make([]byte, 0, len(r.Body)+128)
	for _, n := range []int64{r.Created, r.Slot, r.Due} {
		b = binary.AppendVarint(b, n)
	}
	b = appendBytes(b, r.ID)
	for _, values := range r.Keys {
		b = binary.AppendUvarint(b, uint64(len(values)))
		for _, v := range values {
			b = appendBytes(b, v)
		}
	}
	return append(b, r.Body...)
}

func appendBytes(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func unpack(key, b []byte, paths int) (*Record, error) {
	if len(key) != 8 {
		return nil, errRecord
	}
	r := &Record{Seq: binary.BigEndian.Uint64(key), Keys: make([][]string, paths)}
	bad := false
	number := func() uint64 {
		n, w := binary.Uvarint(b)
		if w <= 0 {
			bad = true
			return 0
		}
		b = b[w:]
		return n
	}
	str := func() string {
		n := number()
		if bad || n > uint64(len(b)) {
			bad = true
			return ""
		}
		s := string(b[:n])
		b = b[n:]
		return s
	}
	for _, n := range []*int64{&r.Created, &r.Slot, &r.Due} {
		v, w := binary.Varint(b)
		if w <= 0 {
			return nil, errRecord
		}
		*n, b = v, b[w:]
	}
	r.ID = str()
	for i := range r.Keys {
		for n := number(); n > 0 && !bad; n-- {
			r.Keys[i] = append(r.Keys[i], str())
		}
	}
	if bad {
		return nil, errRecord
	}
	r.Body = append([]byte(nil), b...)
	return r, nil
}
