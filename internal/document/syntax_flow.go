package document

import (
	"bytes"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// flowItem says what stands before the scanner inside brackets.
type flowItem uint8

const (
	flowStart flowItem = iota // a bracket or a comma
	flowColon
	flowPlain // a plain scalar, which may go on on the next line
	flowValue // a value that has ended
)

// bracket is an open bracket with what was read of its current entry.
type bracket struct {
	at    int
	char  byte
	last  flowItem
	value source.Span // the last value
	colon bool        // the entry has its colon
	query bool        // the entry began with a question mark
}

// flow reads [...] or {...} with all that is inside. outer is the indentation
// of the key that it belongs to.
func (s *scanner) flow(outer int) bool {
	start := s.i
	open := []bracket{{at: s.i, char: s.text[s.i]}}
	s.i++
	for len(open) > 0 {
		p := s.flowToken(&open)
		if p == nil && s.problem == nil {
			continue
		}
		if p == nil {
			return false
		}
		// A key that stands no deeper than ours was hardly meant to be inside.
		if next := s.nextKey(start, min(s.i+1, len(s.text)), outer); !next.IsZero() && len(open) > 0 {
			p = unclosedFlow{open: s.file.Span(open[0].at, open[0].at+1), char: open[0].char, next: next}
		}
		s.fail(p)
		return false
	}
	return true
}

// flowToken reads one token inside brackets.
func (s *scanner) flowToken(open *[]bracket) diag.Problem {
	b := &(*open)[len(*open)-1]
	newLine := s.flowBlanks()
	if s.i >= len(s.text) || s.i > 0 && s.text[s.i-1] == '\n' && (s.marker(s.i, "---") || s.marker(s.i, "...")) {
		s.i = min(s.i, len(s.text))
		return unclosedFlow{open: s.file.Span(b.at, b.at+1), char: b.char}
	}
	i := s.i
	here := s.file.Span(i, i+1)
	c := s.text[i]
	begins := func() diag.Problem { // a value begins
		if b.last == flowValue || b.last == flowPlain {
			return missingComma{at: here, value: b.value}
		}
		return nil
	}
	done := func(last flowItem) diag.Problem {
		b.last, b.value = last, s.file.Span(i, s.i)
		return nil
	}
	switch {
	case c == '[' || c == '{':
		if p := begins(); p != nil {
			return p
		}
		s.i++
		*open = append(*open, bracket{at: i, char: c})
		if len(*open) > maxDepth {
			return tooDeep{here}
		}
		return nil
	case c == ']' || c == '}':
		if c != closer(b.char) {
			return wrongBracket{open: s.file.Span(b.at, b.at+1), closed: here, want: closer(b.char)}
		}
		s.i++
		from := b.at
		*open = (*open)[:len(*open)-1]
		if len(*open) > 0 {
			b = &(*open)[len(*open)-1]
			b.last, b.value = flowValue, s.file.Span(from, s.i)
		}
		return nil
	case c == ',':
		if b.last == flowStart {
			return emptyEntry{at: here}
		}
		s.i++
		b.last, b.colon, b.query = flowStart, false, false
		return nil
	case c == ':' && (b.last == flowValue || s.flowBlankAt(i+1)):
		switch {
		case b.colon:
			return secondColon{at: here, value: b.value, open: s.file.Span(b.at, b.at+1)}
		case newLine && b.last != flowStart && !b.query:
			return colonBelow{at: here, key: b.value}
		}
		s.i++
		b.last, b.colon = flowColon, true
		return nil
	case c == '"' || c == '\'':
		if p := begins(); p != nil {
			return p
		}
		if !s.quoted(-1) {
			return nil
		}
		return done(flowValue)
	case c == '*':
		if p := begins(); p != nil {
			return p
		}
		if !s.aliasName() {
			return nil
		}
		return done(flowValue)
	case c == '&' || c == '!':
		if p := begins(); p != nil {
			return p
		}
		s.properties(true)
		return nil
	case s.dashAt(i):
		return itemInFlow{at: here}
	case c == '?' && s.blankAt(i+1):
		s.i++
		b.query = true
		return nil
	case s.reservedAt(i), c == '#':
		return reservedChar{at: here, value: s.file.Span(i, s.flowPlainEnd())}
	}
	if b.last == flowValue || b.last == flowPlain && !newLine {
		return missingComma{at: here, value: b.value}
	}
	before := b.value
	goesOn := b.last == flowPlain
	s.i = s.flowPlainEnd()
	for q := i + 1; q < s.i; q++ {
		if s.text[q] == '?' { // the library ends the text here, whatever follows
			return queryInFlow{at: s.file.Span(q, q+1), value: s.file.Span(i, s.i)}
		}
	}
	if goesOn && !b.query {
		// Should a colon come now, the lines before lacked a comma.
		end := s.i
		s.flowBlanks()
		if s.i < len(s.text) && s.text[s.i] == ':' && s.flowBlankAt(s.i+1) {
			return missingComma{at: here, value: before}
		}
		s.i = end
	}
	return done(flowPlain)
}

func closer(open byte) byte {
	if open == '[' {
		return ']'
	}
	return '}'
}

// flowBlanks skips blanks, line breaks and comments; it reports whether it came
// to another line.
func (s *scanner) flowBlanks() bool {
	lines := false
	for s.i < len(s.text) {
		switch c := s.text[s.i]; {
		case c == ' ' || c == '\t' || c == '\r':
			s.i++
		case c == '\n':
			s.i++
			lines = true
			if s.marker(s.i, "---") || s.marker(s.i, "...") {
				return true
			}
		case c == '#' && (s.i == 0 || s.blankAt(s.i-1) || bytes.IndexByte([]byte(",[{"), s.text[s.i-1]) >= 0):
			s.i = s.lineEnd()
		default:
			return lines
		}
	}
	return lines
}

func (s *scanner) flowBlankAt(i int) bool {
	return s.blankAt(i) || bytes.IndexByte([]byte(",[]{}"), s.text[i]) >= 0
}

// flowPlainEnd returns the end of a plain scalar on its line inside brackets,
// at least one character on.
func (s *scanner) flowPlainEnd() int {
	end := s.i + 1
	for j := s.i; !s.eol(j); j++ {
		c := s.text[j]
		if bytes.IndexByte([]byte(",[]{}"), c) >= 0 && j > s.i || c == ':' && s.flowBlankAt(j+1) && j > s.i || c == '#' && j > s.i && s.blankAt(j-1) {
			break
		}
		if c != ' ' && c != '\t' {
			end = j + 1
		}
	}
	return end
}
