package syntax

import (
	"bytes"
	"slices"

	"github.com/aepflow/aepflow/internal/source"
)

// cursor reads the characters of a text from left to right; i is the next one.
type cursor struct {
	file *source.File
	text []byte
	i    int
}

func (s *cursor) eol(i int) bool {
	return i >= len(s.text) || s.text[i] == '\n' || s.text[i] == '\r'
}

func (s *cursor) spaceAt(i int) bool {
	return s.eol(i) || s.text[i] == ' ' || s.text[i] == '\t'
}

func (s *cursor) skipIndent() {
	for s.i < len(s.text) && s.text[s.i] == ' ' {
		s.i++
	}
}

func (s *cursor) skipSpace() {
	for s.i < len(s.text) && (s.text[s.i] == ' ' || s.text[s.i] == '\t') {
		s.i++
	}
}

func (s *cursor) nextLine() {
	for s.i < len(s.text) && s.text[s.i] != '\n' {
		s.i++
	}
	s.i = min(s.i+1, len(s.text))
}

// restIsEmpty reports whether only a comment is left of the line.
func (s *cursor) restIsEmpty() bool {
	return s.eol(s.i) || s.text[s.i] == '#' && (s.i == 0 || s.spaceAt(s.i-1))
}

func (s *cursor) lineEnd() int {
	end := s.i
	for !s.eol(end) {
		end++
	}
	return end
}

// contentEnd returns the end of the text of the line of i, without a comment.
func (s *cursor) contentEnd(i int) int {
	end := i
	for j := i; !s.eol(j); j++ {
		if s.text[j] == '#' && j > 0 && s.spaceAt(j-1) {
			break
		}
		if !s.spaceAt(j) {
			end = j + 1
		}
	}
	return end
}

func (s *cursor) restOfLine() source.Span { return s.file.Span(s.i, s.contentEnd(s.i)) }

// word is the place of a line's first word, its key if it has one.
func (s *cursor) word() source.Span {
	end, _ := s.plainOnLine(s.i)
	return s.file.Span(s.i, max(end, s.i+1))
}

// marker reports whether a line that begins at i is a document marker.
func (s *cursor) marker(i int, marker string) bool {
	return bytes.HasPrefix(s.text[i:], []byte(marker)) && s.spaceAt(i+3) &&
		(i == 0 || s.text[i-1] == '\n' || i == len(BOM))
}

func (s *cursor) dashAt(i int) bool { return s.indicatorAt(i, '-') }

// indicatorAt reports whether the character at i is an indicator: followed by
// whitespace.
func (s *cursor) indicatorAt(i int, c byte) bool {
	return i < len(s.text) && s.text[i] == c && s.spaceAt(i+1)
}

// reservedAt reports whether no plain text can begin at i.
func (s *cursor) reservedAt(i int) bool {
	switch s.text[i] {
	case '@', '`', '%', ',', ']', '}', '|', '>':
		return true
	}
	return false
}

// plainOnLine returns where a plain scalar ends on the line of i, and whether
// a colon follows that makes it a key.
func (s *cursor) plainOnLine(i int) (end int, colon bool) {
	end = i
	for j := i; !s.eol(j); j++ {
		switch c := s.text[j]; {
		case c == ':' && s.spaceAt(j+1):
			return end, true
		case c == '#' && j > i && s.spaceAt(j-1):
			return end, false
		case c != ' ' && c != '\t':
			end = j + 1
		}
	}
	return end, false
}

// properties reads tags and anchors. It returns false when it found a problem.
func (s *scanner) properties(flow bool) bool {
	for s.i < len(s.text) {
		switch s.text[s.i] {
		case '&':
			name := s.name()
			if len(name) == 0 {
				s.fail(badAnchor{at: s.file.Span(s.i-1, s.i), value: s.file.Span(s.i-1, s.contentEnd(s.i))})
				return false
			}
			s.anchors = append(s.anchors, string(name))
			if !s.spaceAt(s.i) && bytes.IndexByte([]byte(",]}"), s.text[s.i]) < 0 {
				s.fail(badAnchor{at: s.file.Span(s.i, s.i+1), value: s.file.Span(s.i-len(name)-1, s.contentEnd(s.i))})
				return false
			}
		case '!':
			start := s.i
			verbatim := bytes.HasPrefix(s.text[s.i:], []byte("!<"))
			for !s.spaceAt(s.i) && (!flow || verbatim || bytes.IndexByte([]byte(",[]{}"), s.text[s.i]) < 0) {
				s.i++
			}
			tag := s.text[start:s.i]
			if n := bytes.LastIndexByte(tag, '!'); n > 1 && !verbatim && !bytes.Contains(s.text, []byte("%TAG")) {
				s.fail(UnknownTag{At: s.file.Span(start, s.i), Tag: string(tag)})
				return false
			}
		default:
			return true
		}
		s.skipSpace()
	}
	return true
}

// name reads the name after & or *.
func (s *cursor) name() []byte {
	s.i++
	start := s.i
	for s.i < len(s.text) {
		if !IsNameByte(s.text[s.i]) {
			break
		}
		s.i++
	}
	return s.text[start:s.i]
}

// aliasName reads *name.
func (s *scanner) aliasName() bool {
	start := s.i
	name := s.name()
	flowEnd := s.i < len(s.text) && bytes.IndexByte([]byte(",]}:"), s.text[s.i]) >= 0
	switch {
	case len(name) == 0, !s.spaceAt(s.i) && !flowEnd:
		s.fail(badAnchor{at: s.file.Span(start, start+1), value: s.file.Span(start, s.contentEnd(start))})
		return false
	case !slices.Contains(s.anchors, string(name)):
		s.fail(UnknownAnchor{At: s.file.Span(start, s.i), Name: string(name), Known: s.anchors})
		return false
	}
	return true
}

// quoted reads a quoted scalar. outer is the indentation that its lines should
// exceed; a line that does not is a hint where the closing quote was forgotten.
func (s *scanner) quoted(outer int) bool {
	start := s.i
	quote := s.text[start]
	for i := start + 1; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '\n' && (s.marker(i+1, "---") || s.marker(i+1, "...")):
			s.fail(unclosedQuote{open: s.file.Span(start, start+1), next: s.nextKey(start, i, outer)})
			return false
		case c == '\\' && quote == '"':
			size, ok := s.escape(i)
			if !ok {
				s.fail(badEscape{at: s.file.Span(i, min(i+size, s.contentEnd(i)))})
				return false
			}
			i += size - 1
		case c != quote:
		case quote == '\'' && i+1 < len(s.text) && s.text[i+1] == quote:
			i++
		default:
			s.i = i + 1
			return true
		}
	}
	s.fail(unclosedQuote{open: s.file.Span(start, start+1), next: s.nextKey(start, len(s.text), outer)})
	return false
}

// escape returns the length of the escape at i and whether it is one.
func (s *cursor) escape(i int) (int, bool) {
	if i+1 >= len(s.text) {
		return 1, true
	}
	digits := 0
	switch c := s.text[i+1]; {
	case bytes.IndexByte([]byte("0abt\tnvfre \"\\N_LP'\n"), c) >= 0:
		return 2, true
	case c == '\r':
		return 2, true
	case c == 'x':
		digits = 2
	case c == 'u':
		digits = 4
	case c == 'U':
		digits = 8
	default:
		return 2, false
	}
	for n := range digits {
		if i+2+n >= len(s.text) || bytes.IndexByte([]byte("0123456789abcdefABCDEF"), s.text[i+2+n]) < 0 {
			return 2 + n, false
		}
	}
	return 2 + digits, true
}

// nextKey returns the first later key that is indented no deeper than the
// value's own key: the value was hardly meant to reach that far.
func (s *cursor) nextKey(from, to, outer int) source.Span {
	for line := s.file.Position(from).Line + 1; line <= s.file.Lines(); line++ {
		start, end := s.file.LineBounds(line)
		if start >= to {
			break
		}
		first := start
		for first < end && s.text[first] == ' ' {
			first++
		}
		if first-start > max(outer, 0) || first == end {
			continue
		}
		for s.dashAt(first) {
			first += 2
		}
		if first < end && isKeyStart(s.text[first]) {
			if stop, colon := s.plainOnLine(first); colon {
				return s.file.Span(first, stop)
			}
		}
	}
	return source.Span{}
}

func isKeyStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '"' || c == '\''
}

// blockScalar reads | or > with its lines. outer is the indentation of the
// level around it.
func (s *scanner) blockScalar(outer int) {
	start := s.i
	s.i++
	explicit := 0
	for s.i < len(s.text) {
		c := s.text[s.i]
		if c != '+' && c != '-' && (c < '1' || c > '9') {
			break
		}
		if c >= '1' {
			explicit = int(c - '0')
		}
		s.i++
	}
	header := s.file.Span(start, s.i)
	s.skipSpace()
	if !s.eol(s.i) && s.text[s.i] != '#' {
		s.fail(blockHeader{header: header, text: s.restOfLine()})
		return
	}
	s.nextLine()
	b := &blockText{header: header, end: s.i}
	if explicit > 0 {
		b.indent = max(outer, 0) + explicit
	}
	var deepest source.Span // the longest whitespace-only line before the text
	for s.i < len(s.text) {
		line := s.i
		s.skipIndent()
		indent := s.i - line
		if s.eol(s.i) {
			if b.indent == 0 && indent > deepest.End-deepest.Start {
				deepest = s.file.Span(line, s.i)
			}
			s.nextLine()
			continue
		}
		if b.indent == 0 {
			if s.text[s.i] == '\t' {
				tab := s.i
				s.skipSpace()
				if !s.eol(s.i) {
					s.fail(tabIndent{s.file.Span(tab, s.i)})
					return
				}
				s.tabs = append(s.tabs, s.file.Span(tab, s.i))
				s.nextLine()
				continue
			}
			if indent <= outer {
				s.i = line
				break
			}
			b.indent = max(indent, 1)
			if outer < 0 && indent == 0 {
				b.indent = 0
			}
			b.first = s.file.Span(s.i, s.contentEnd(s.i))
			if deepest.End-deepest.Start > indent && s.text[s.i] != '#' {
				s.fail(deepBlankLine{at: deepest, first: b.first, indent: indent})
				return
			}
		}
		if indent < b.indent || indent == 0 && (s.marker(line, "---") || s.marker(line, "...")) {
			s.i = line
			break
		}
		s.nextLine()
	}
	b.end = s.i
	s.block = b
}
