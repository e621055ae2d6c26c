package syntax

import (
	"bytes"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// flowItem says what precedes the scanner inside brackets.
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

// flowReader reads a value in brackets; open are the brackets that are open.
type flowReader struct {
	*scanner
	open []bracket
}

// flow reads [...] or {...} with all that is inside. outer is the indentation
// of the key that it belongs to.
func (s *scanner) flow(outer int) bool {
	start := s.i
	r := flowReader{s, []bracket{{at: s.i, char: s.text[s.i]}}}
	s.i++
	for len(r.open) > 0 {
		p := r.token()
		if p == nil && s.problem == nil {
			continue
		}
		if p == nil {
			return false
		}
		// A key that is indented no deeper than ours is probably not part of it.
		if next := s.nextKey(start, min(s.i+1, len(s.text)), outer); !next.IsZero() && len(r.open) > 0 {
			p = unclosedFlow{open: s.file.Span(r.open[0].at, r.open[0].at+1), char: r.open[0].char, next: next}
		}
		s.fail(p)
		return false
	}
	return true
}

// token reads one token inside brackets.
func (s *flowReader) token() diag.Problem {
	b := &s.open[len(s.open)-1]
	newLine := s.skipFlowSpace()
	if s.i >= len(s.text) || s.i > 0 && s.text[s.i-1] == '\n' && (s.marker(s.i, "---") || s.marker(s.i, "...")) {
		s.i = min(s.i, len(s.text))
		return unclosedFlow{open: s.file.Span(b.at, b.at+1), char: b.char}
	}
	switch c := s.text[s.i]; {
	case c == '[' || c == '{':
		return s.openBracket()
	case c == ']' || c == '}':
		return s.closeBracket()
	case c == ',':
		return s.comma(b)
	case c == ':' && (b.last == flowValue || s.flowSpaceAt(s.i+1)):
		return s.colon(b, newLine)
	case c == '"' || c == '\'' || c == '*':
		return s.quotedOrAlias(b)
	case c == '&' || c == '!':
		if p := s.missingComma(b); p != nil {
			return p
		}
		s.properties(true)
		return nil
	case s.dashAt(s.i):
		return itemInFlow{at: s.here()}
	case c == '?' && s.spaceAt(s.i+1):
		s.i++
		b.query = true
		return nil
	case s.reservedAt(s.i), c == '#':
		return reservedChar{at: s.here(), value: s.file.Span(s.i, s.flowPlainEnd())}
	}
	return s.plainItem(b, newLine)
}

// here is the place of the next character.
func (s *cursor) here() source.Span { return s.file.Span(s.i, s.i+1) }

// missingComma reports that a value begins though the one before has no comma.
func (s *flowReader) missingComma(b *bracket) diag.Problem {
	if b.last == flowValue || b.last == flowPlain {
		return missingComma{at: s.here(), value: b.value}
	}
	return nil
}

func (s *flowReader) openBracket() diag.Problem {
	if p := s.missingComma(&s.open[len(s.open)-1]); p != nil {
		return p
	}
	here := s.here()
	s.open = append(s.open, bracket{at: s.i, char: s.text[s.i]})
	s.i++
	if len(s.open) > MaxDepth {
		return TooDeep{At: here}
	}
	return nil
}

func (s *flowReader) closeBracket() diag.Problem {
	last := len(s.open) - 1
	b := s.open[last]
	if s.text[s.i] != closer(b.char) {
		return wrongBracket{open: s.file.Span(b.at, b.at+1), closed: s.here(), want: closer(b.char)}
	}
	s.i++
	s.open = s.open[:last]
	if last > 0 {
		outer := &s.open[last-1]
		outer.last, outer.value = flowValue, s.file.Span(b.at, s.i)
	}
	return nil
}

func (s *flowReader) comma(b *bracket) diag.Problem {
	if b.last == flowStart {
		return emptyEntry{at: s.here()}
	}
	s.i++
	b.last, b.colon, b.query = flowStart, false, false
	return nil
}

func (s *flowReader) colon(b *bracket, newLine bool) diag.Problem {
	switch {
	case b.colon:
		return secondColon{at: s.here(), value: b.value, open: s.file.Span(b.at, b.at+1)}
	case newLine && b.last != flowStart && !b.query:
		return colonBelow{at: s.here(), key: b.value}
	}
	s.i++
	b.last, b.colon = flowColon, true
	return nil
}

// quotedOrAlias reads a quoted scalar or an alias.
func (s *flowReader) quotedOrAlias(b *bracket) diag.Problem {
	if p := s.missingComma(b); p != nil {
		return p
	}
	start := s.i
	if s.text[start] == '*' && s.aliasName() || s.text[start] != '*' && s.quoted(-1) {
		b.last, b.value = flowValue, s.file.Span(start, s.i)
	}
	return nil
}

// plainItem reads a plain scalar on its line.
func (s *flowReader) plainItem(b *bracket, newLine bool) diag.Problem {
	if b.last == flowValue || b.last == flowPlain && !newLine {
		return s.missingComma(b)
	}
	start, here := s.i, s.here()
	s.i = s.flowPlainEnd()
	if n := bytes.IndexByte(s.text[start+1:s.i], '?'); n >= 0 { // the library ends the text here, whatever follows
		q := start + 1 + n
		return queryInFlow{at: s.file.Span(q, q+1), value: s.file.Span(start, s.i)}
	}
	if b.last == flowPlain && !b.query {
		// Should a colon come now, the lines before lacked a comma.
		end := s.i
		s.skipFlowSpace()
		if s.i < len(s.text) && s.text[s.i] == ':' && s.flowSpaceAt(s.i+1) {
			return missingComma{at: here, value: b.value}
		}
		s.i = end
	}
	b.last, b.value = flowPlain, s.file.Span(start, s.i)
	return nil
}

func closer(open byte) byte {
	if open == '[' {
		return ']'
	}
	return '}'
}

// skipFlowSpace skips whitespace and comments; it reports whether it advanced
// to another line.
func (s *cursor) skipFlowSpace() bool {
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
		case c == '#' && (s.i == 0 || s.spaceAt(s.i-1) || bytes.IndexByte([]byte(",[{"), s.text[s.i-1]) >= 0):
			s.i = s.lineEnd()
		default:
			return lines
		}
	}
	return lines
}

func (s *cursor) flowSpaceAt(i int) bool {
	return s.spaceAt(i) || bytes.IndexByte([]byte(",[]{}"), s.text[i]) >= 0
}

// flowPlainEnd returns the end of a plain scalar on its line inside brackets,
// at least one character on.
func (s *cursor) flowPlainEnd() int {
	end := s.i + 1
	for j := s.i; !s.eol(j); j++ {
		c := s.text[j]
		if bytes.IndexByte([]byte(",[]{}"), c) >= 0 && j > s.i || c == ':' && s.flowSpaceAt(j+1) && j > s.i ||
			c == '#' && j > s.i && s.spaceAt(j-1) {
			break
		}
		if c != ' ' && c != '\t' {
			end = j + 1
		}
	}
	return end
}
