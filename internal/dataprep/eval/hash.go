package eval

import (
	"crypto/md5"  //nolint:gosec // the language has it
	"crypto/sha1" //nolint:gosec // the language has it
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"strings"
	"unicode/utf16"
)

var hashes = map[string]func([]byte) []byte{
	"md5":    func(b []byte) []byte { s := md5.Sum(b); return s[:] },
	"sha1":   func(b []byte) []byte { s := sha1.Sum(b); return s[:] },
	"sha256": func(b []byte) []byte { s := sha256.Sum256(b); return s[:] },
	"sha512": func(b []byte) []byte { s := sha512.Sum512(b); return s[:] },
	"crc32": func(b []byte) []byte { // Guava prints the last byte first
		return binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(b))
	},
}

var hashFunctions = map[string]function{
	"md5": hashOf("md5"), "sha1": hashOf("sha1"), "sha256": hashOf("sha256"), "sha512": hashOf("sha512"),
	"crc32": hashOf("crc32"),
	"hash": {2, 3, func(m *Machine, a []Value) Value {
		if a[1].IsNull() {
			return Value{}
		}
		name, ok := m.str(a[0])
		if !ok {
			return failure
		}
		return m.hash(strings.ReplaceAll(strings.ToLower(name), "-", ""), a[1:])
	}},
}

func hashOf(name string) function {
	return function{1, 2, func(m *Machine, a []Value) Value { return m.hash(name, a) }}
}

// hash is the hash of a[0] in the character set a[1].
func (m *Machine) hash(name string, a []Value) Value {
	if a[0].IsNull() {
		return Value{}
	}
	charset, ok := "UTF-8", true
	if len(a) > 1 && !a[1].IsNull() {
		if charset, ok = m.str(a[1]); !ok {
			return failure
		}
	}
	f := hashes[name]
	if f == nil {
		return m.fail(BadArgument, "unknown hash `%s`: expected md5, sha1, sha256, sha512, or crc32", name)
	}
	s, ok := m.str(a[0])
	if !ok || !m.spend(len(s)/16) {
		return failure
	}
	b, ok := encode(s, charset)
	if !ok {
		return m.fail(BadArgument, "unknown character set `%s`: expected UTF-8, UTF-16, ISO-8859-1, or US-ASCII", charset)
	}
	return OfText(hex.EncodeToString(f(b)))
}

// encode writes a text in a character set; what the set lacks becomes `?`.
func encode(s, charset string) ([]byte, bool) {
	units := func(order binary.AppendByteOrder, b []byte) []byte {
		for _, u := range utf16.Encode([]rune(s)) {
			b = order.AppendUint16(b, u)
		}
		return b
	}
	single := func(last rune) []byte {
		b := make([]byte, 0, len(s))
		for _, r := range s {
			if r > last {
				r = '?'
			}
			b = append(b, byte(r))
		}
		return b
	}
	switch strings.ToUpper(charset) {
	case "UTF-8", "UTF8":
		return []byte(s), true
	case "UTF-16", "UTF16":
		if s == "" {
			return nil, true
		}
		return units(binary.BigEndian, []byte{0xfe, 0xff}), true
	case "UTF-16BE":
		return units(binary.BigEndian, nil), true
	case "UTF-16LE":
		return units(binary.LittleEndian, nil), true
	case "ISO-8859-1", "LATIN1", "ISO8859_1":
		return single(0xff), true
	case "US-ASCII", "ASCII":
		return single(0x7f), true
	}
	return nil, false
}
