package core

import (
	"bytes"
	"encoding/json"
	"strings"
)

// A filter or an order looks at one member of each object of a large sandbox;
// reading all of every object for that would make lists slower with each one.

// memberOf finds a top-level member in the JSON of a stored object, which toJSON
// printed: compact, and with no escape in the names that are asked for.
func memberOf(raw []byte, name string) ([]byte, bool) {
	i := 1
	for i < len(raw) && raw[i] == '"' {
		end := skipString(raw, i)
		key := raw[i+1 : end-1]
		begin := end + 1 // behind the colon
		i = skipValue(raw, begin)
		if string(key) == name {
			return raw[begin:i], true
		}
		i++ // the comma, or the end
	}
	return nil, false
}

// skipString gives the place behind the text that begins at i.
func skipString(raw []byte, i int) int {
	for i++; ; i++ {
		n := bytes.IndexByte(raw[i:], '"')
		i += n
		back := i
		for raw[back-1] == '\\' {
			back--
		}
		if (i-back)%2 == 0 {
			return i + 1
		}
	}
}

// skipValue gives the place behind the value that begins at i.
func skipValue(raw []byte, i int) int {
	depth := 0
	for ; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			if i = skipString(raw, i) - 1; depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				if depth < 0 {
					return i // of what is around
				}
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

// Part gives as much of a record's body as a look at path needs, for reading
// only.
func (r *Record) Part(path string) object {
	if r.tree != nil {
		return r.tree
	}
	head, _, _ := strings.Cut(path, ".")
	head = strings.TrimSuffix(head, "[]")
	raw, has := memberOf(r.Body, head)
	if !has {
		return nil
	}
	return object{head: decodeMember(raw)}
}

// decodeMember reads what member found; plain texts and numbers, which most are,
// without a decoder.
func decodeMember(raw []byte) any {
	switch c := raw[0]; {
	case c == '"' && bytes.IndexByte(raw, '\\') < 0:
		return string(raw[1 : len(raw)-1])
	case c == '-' || '0' <= c && c <= '9':
		return json.Number(raw)
	}
	v, err := DecodeJSON(raw)
	if err != nil {
		panic("emulator: a stored object cannot be read: " + err.Error())
	}
	return v
}
