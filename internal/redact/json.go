package redact

import (
	"encoding/json"
	"strings"
)

// json masks valid JSON. What is not masked is copied byte for byte.
func (r *Redactor) json(text []byte, depth int) []byte {
	s := scanner{redactor: r, in: text, out: make([]byte, 0, len(text)), depth: depth}
	s.value("", false)
	s.space()
	return s.out
}

type scanner struct {
	redactor *Redactor
	in, out  []byte
	depth    int // of JSON in JSON
}

// take copies n bytes of the input.
func (s *scanner) take(n int) {
	s.out = append(s.out, s.in[:n]...)
	s.in = s.in[n:]
}

func (s *scanner) space() {
	n := 0
	for n < len(s.in) && strings.IndexByte(" \t\r\n", s.in[n]) >= 0 {
		n++
	}
	s.take(n)
}

// value copies one value, the member name of its parent; inAuth says that it is a
// part of how a connection signs in.
func (s *scanner) value(name string, inAuth bool) {
	s.space()
	switch s.in[0] {
	case '{':
		s.object(inAuth)
	case '[':
		s.take(1)
		for s.space(); s.in[0] != ']'; s.space() {
			if s.in[0] == ',' {
				s.take(1)
			}
			s.value(name, inAuth)
		}
		s.take(1)
	case '"':
		raw, text := s.literal()
		s.write(raw, text, IsName(name, inAuth))
	default: // a number, true, false, null
		n := 0
		for n < len(s.in) && strings.IndexByte(",]} \t\r\n", s.in[n]) < 0 {
			n++
		}
		text := string(s.in[:n])
		if inAuth && IsName(name, true) && text != "null" || s.redactor.Text(text) != text {
			s.in = s.in[n:]
			s.out = append(s.out, quote(Mask)...)
			return
		}
		s.take(n)
	}
}

// object copies an object. An operation of a JSON Patch has its secret under
// value, and path, which may come later, says that it is one.
func (s *scanner) object(inAuth bool) {
	s.take(1)
	patchesAuth := false
	from, to := -1, -1 // of a text or number under value, in out
	for s.space(); s.in[0] != '}'; s.space() {
		if s.in[0] == ',' {
			s.take(1)
			s.space()
		}
		raw, name := s.literal()
		s.write(raw, name, false)
		s.space()
		s.take(1) // the colon
		s.space()
		if name == "path" && s.in[0] == '"' {
			raw, path := s.literal()
			s.write(raw, path, false)
			patchesAuth = path == "/auth" || strings.HasPrefix(path, "/auth/")
			continue
		}
		start, isLeaf := len(s.out), s.in[0] != '{' && s.in[0] != '['
		s.value(name, inAuth || name == "auth" || name == "value" && patchesAuth)
		if name == "value" && isLeaf {
			from, to = start, len(s.out)
		}
	}
	s.take(1)
	if patchesAuth && from >= 0 {
		tail := append([]byte(nil), s.out[to:]...)
		s.out = append(append(s.out[:from], quote(Mask)...), tail...)
	}
}

// literal reads a string: as written, and decoded.
func (s *scanner) literal() (raw []byte, text string) {
	n := 1
	for s.in[n] != '"' {
		if s.in[n] == '\\' {
			n++
		}
		n++
	}
	raw, s.in = s.in[:n+1], s.in[n+1:]
	_ = json.Unmarshal(raw, &text) // the whole is valid
	return raw, text
}

func (s *scanner) write(raw []byte, text string, hide bool) {
	masked := Mask
	if !hide {
		masked = s.redactor.leaf(text, s.depth)
	}
	if masked == text {
		s.out = append(s.out, raw...)
		return
	}
	s.out = append(s.out, quote(masked)...)
}
