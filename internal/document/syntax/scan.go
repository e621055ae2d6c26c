package syntax

import (
	"bytes"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// scanner reads a text that the library has refused, and stops at the first
// thing that breaks a rule. It follows the structure of the text (indentation,
// keys, dashes, quotes, brackets) and builds nothing. It is lenient where a
// rule is obscure: to find nothing is better than to blame the wrong line.
type scanner struct {
	cursor
	levels  []level
	began   bool // the document has a root
	ended   bool // the document was ended by ...
	anchors []string
	block   *blockText // the block scalar that was read last
	problem diag.Problem
	tabs    []source.Span // tabs on lines that hold nothing else but a comment
}

// level is a map or list that is written by indentation.
type level struct {
	indent int
	list   bool
	open   bool        // the last key or dash has no value yet
	item   source.Span // the last key or dash
	value  source.Span // its value, or the first line of it
	note   bool        // a comment follows that value
}

// blockText is a block scalar, kept to explain a line that fell out of it.
type blockText struct {
	header, first source.Span
	indent        int
	end           int // offset of the next line
}

func (s *scanner) fail(p diag.Problem) {
	if s.problem == nil {
		s.problem = p
	}
}

func (s *scanner) top() *level {
	if len(s.levels) == 0 {
		return nil
	}
	return &s.levels[len(s.levels)-1]
}

// line reads one line of structure; s.i is at its first byte.
func (s *scanner) line() {
	start := s.i
	s.skipIndent()
	indent := s.i - start
	if s.i < len(s.text) && s.text[s.i] == '\t' {
		tab := s.i
		s.skipSpace()
		if !s.restIsEmpty() {
			s.fail(tabIndent{s.file.Span(tab, s.i)})
			return
		}
		s.tabs = append(s.tabs, s.file.Span(tab, s.i))
	}
	if s.restIsEmpty() {
		s.nextLine()
		return
	}
	if indent == 0 {
		switch {
		case s.marker(s.i, "---"):
			s.levels, s.anchors, s.began, s.ended = nil, nil, false, false
			marker := s.file.Span(s.i, s.i+3)
			s.i += 3
			s.skipSpace()
			if s.restIsEmpty() {
				s.nextLine()
				return
			}
			if c := s.text[s.i]; c != '{' && c != '[' {
				if end, colon := s.plainOnLine(s.i); colon {
					s.fail(keyAfterMarker{at: s.file.Span(s.i, end), marker: marker})
					return
				}
			}
			s.node(s.i - start)
			return
		case s.marker(s.i, "..."):
			s.levels, s.anchors, s.began, s.ended = nil, nil, false, true
			s.i += 3
			s.skipSpace()
			if !s.restIsEmpty() {
				s.fail(textAfterEnd{at: s.word()})
				return
			}
			s.nextLine()
			return
		case s.text[s.i] == '%' && !s.began:
			s.directive()
			return
		}
	}
	if s.ended {
		s.fail(textAfterEnd{at: s.word()})
		return
	}
	s.content(indent)
}

// directive reads a %YAML or %TAG line.
func (s *scanner) directive() {
	start := s.i
	end := s.lineEnd()
	words := bytes.Fields(s.text[start:end])
	switch name := string(words[0]); {
	case name == "%TAG":
	case name != "%YAML":
		s.fail(badDirective{s.file.Span(start, start+len(name)), name})
	case len(words) < 2 || !bytes.HasPrefix(words[1], []byte("1.")):
		s.fail(badDirective{s.file.Span(start, end), name})
	}
	s.nextLine()
}

// content reads a line that begins at a column and is not the rest of a value.
func (s *scanner) content(col int) {
	closed := -1 // the innermost indentation that this line leaves
	var left level
	for len(s.levels) > 0 && s.top().indent > col {
		left = *s.top()
		closed = left.indent
		s.levels = s.levels[:len(s.levels)-1]
	}
	top := s.top()
	switch {
	case top == nil && s.began:
		s.fail(belowRootIndent{at: s.word(), col: col, root: left.item})
	case top == nil:
		s.node(col)
	case top.indent < col && top.open:
		top.open = false
		s.node(col)
	case top.indent < col:
		s.fail(s.misplaced(col, closed, left))
	case s.dashAt(s.i):
		switch {
		case top.list:
			s.dash(col)
		case top.open:
			top.open = false
			s.levels = append(s.levels, level{indent: col, list: true})
			s.dash(col)
		default:
			s.fail(strayItem{at: s.file.Span(s.i, s.i+1), key: top.item, value: top.value})
		}
	default:
		if top.list {
			if n := len(s.levels); n > 1 && s.levels[n-2].indent == col {
				s.levels = s.levels[:n-1] // a list at the column of its key ends with the next key
			} else {
				s.fail(missingDash{at: s.word(), item: top.item})
				return
			}
		}
		s.entry(col, false)
	}
}

// misplaced explains a line that is deeper than its level, though
// that level waits for no value.
func (s *scanner) misplaced(col, closed int, left level) diag.Problem {
	top := s.top()
	word := s.word()
	switch {
	case s.block != nil && s.block.end <= s.i && len(bytes.TrimSpace(s.withoutComments(s.block.end, s.i))) == 0 &&
		s.block.indent > col:
		return dedentedText{at: word, col: col, block: *s.block}
	case closed >= 0:
		return unevenIndent{at: word, col: col, outer: top.indent, inner: closed, outerItem: top.item,
			innerItem: left.item}
	case top.note:
		return textAfterComment{at: word, value: top.value}
	}
	return deeperIndent{at: word, col: col, outer: top.indent, item: top.item, value: top.value}
}

func (s *cursor) withoutComments(from, to int) []byte {
	var out []byte
	for _, line := range bytes.Split(s.text[from:to], []byte{'\n'}) {
		if !bytes.HasPrefix(bytes.TrimSpace(line), []byte{'#'}) {
			out = append(out, line...)
		}
	}
	return out
}

// node reads a value that may open a level at col.
func (s *scanner) node(col int) {
	s.began = true
	if len(s.levels) >= MaxDepth {
		s.fail(TooDeep{At: s.file.Span(s.i, s.i+1)})
		return
	}
	switch {
	case s.dashAt(s.i):
		s.levels = append(s.levels, level{indent: col, list: true})
		s.dash(col)
	case s.indicatorAt(s.i, '?'):
		s.levels = append(s.levels, level{indent: col})
		s.explicit(col)
	default:
		s.entry(col, true)
	}
}

// dash reads "- " and what follows on the line.
func (s *scanner) dash(col int) {
	top := s.top()
	start := s.i
	top.item, top.value, top.note = s.file.Span(start, start+1), source.Span{}, false
	s.i++
	s.inner(col, start)
}

// explicit reads "? " or ": " at the start of a line and what follows.
func (s *scanner) explicit(col int) {
	top := s.top()
	start := s.i
	if s.text[start] == ':' && top.item.Text() != "?" {
		s.i++
		s.skipSpace()
		s.fail(MissingKey{Value: s.file.Span(start, max(start+1, s.contentEnd(s.i)))})
		return
	}
	top.item, top.value, top.note = s.file.Span(start, start+1), source.Span{}, false
	s.i++
	s.inner(col, start)
}

// inner reads the value after a dash or question mark, which may open levels
// on the same line.
func (s *scanner) inner(col, start int) {
	s.skipIndent()
	if tab := s.i; tab < len(s.text) && s.text[tab] == '\t' {
		s.skipSpace()
		if !s.restIsEmpty() {
			s.fail(tabIndent{s.file.Span(tab, s.i)})
			return
		}
	}
	if s.restIsEmpty() {
		s.top().open = true
		s.nextLine()
		return
	}
	s.top().open = false
	s.node(col + s.i - start)
}

// entry reads a key and its value. With fresh set, a level may be opened at
// col, or the text may be a scalar without a key.
func (s *scanner) entry(col int, fresh bool) {
	if s.indicatorAt(s.i, '?') || s.indicatorAt(s.i, ':') {
		if fresh {
			s.levels = append(s.levels, level{indent: col})
		}
		s.explicit(col)
		return
	}
	start := s.i
	if !s.properties(false) {
		return
	}
	if s.restIsEmpty() {
		if fresh {
			s.awaitValue()
		}
		s.nextLine()
		return
	}
	first := s.i
	if !s.keyOrScalar(col, fresh) {
		return
	}
	end := s.i
	s.skipSpace()
	oneLine := bytes.IndexByte(s.text[first:end], '\n') < 0
	switch {
	case s.indicatorAt(s.i, ':') && oneLine:
		if fresh {
			s.levels = append(s.levels, level{indent: col})
		}
		top := s.top()
		top.item, top.value, top.note = s.file.Span(first, end), source.Span{}, false
		s.i++
		s.value(col)
	case fresh:
		s.trailing(first, end)
	case !oneLine && (s.text[first] == '"' || s.text[first] == '\''):
		s.fail(unclosedQuote{open: s.file.Span(first, first+1), closed: s.file.Span(end-1, end)})
	default:
		s.fail(missingColon{line: s.file.Span(start, s.contentEnd(start))})
	}
}

// awaitValue notes that the value of a tag or anchor is on the next lines.
func (s *scanner) awaitValue() {
	if top := s.top(); top != nil {
		top.open = true
	} else {
		s.began = false
	}
}

// keyOrScalar reads what may be a key up to its end; false when the text is read to
// the end of its value, or wrong.
func (s *scanner) keyOrScalar(col int, fresh bool) bool {
	if s.delimitedAt() {
		return s.delimited(s.outer())
	}
	switch c := s.text[s.i]; {
	case (c == '|' || c == '>') && fresh:
		s.blockScalar(s.outer())
		return false
	case s.reservedAt(s.i):
		s.fail(reservedChar{at: s.here(), value: s.restOfLine()})
		return false
	}
	first := s.i
	end, colon := s.plainOnLine(first)
	s.i = end
	if !colon && fresh {
		s.plain(first, col, s.outer())
		return false
	}
	return true
}

// delimitedAt reports whether an alias, a quoted text, or a bracket begins here.
func (s *cursor) delimitedAt() bool { return bytes.IndexByte([]byte(`*"'[{`), s.text[s.i]) >= 0 }

// delimited reads what delimitedAt found; false when it is wrong.
func (s *scanner) delimited(outer int) bool {
	switch s.text[s.i] {
	case '*':
		return s.aliasName()
	case '"', '\'':
		return s.quoted(outer)
	}
	return s.flow(outer)
}

// outer returns the indentation that the lines of a value must exceed.
func (s *scanner) outer() int {
	if top := s.top(); top != nil {
		return top.indent
	}
	return -1
}

// value reads the value after a colon.
func (s *scanner) value(col int) {
	top := s.top()
	s.skipSpace()
	if s.restIsEmpty() {
		top.open = true
		s.nextLine()
		return
	}
	if !s.properties(false) {
		return
	}
	if s.restIsEmpty() {
		top.open = true
		s.nextLine()
		return
	}
	top.open = false
	first := s.i
	top.value = s.file.Span(first, s.contentEnd(first))
	switch c := s.text[s.i]; {
	case s.delimitedAt():
		if !s.delimited(col) {
			return
		}
	case c == '|' || c == '>':
		s.blockScalar(col)
		return
	case s.dashAt(s.i):
		s.fail(inlineItem{at: s.file.Span(s.i, s.i+1)})
		return
	case s.reservedAt(s.i):
		s.fail(reservedChar{at: s.file.Span(s.i, s.i+1), value: s.restOfLine()})
		return
	default:
		s.plain(first, -1, col)
		return
	}
	s.trailing(first, s.i)
}

// trailing checks that nothing but a comment follows a quoted or bracketed
// value or an alias, then goes to the next line.
func (s *scanner) trailing(first, end int) {
	s.i = end
	s.skipSpace()
	if s.eol(s.i) || s.text[s.i] == '#' {
		if top := s.top(); top != nil {
			top.value = s.file.Span(first, end)
		}
		s.nextLine()
		return
	}
	open := s.text[first]
	quote := open == '"' || open == '\''
	oneLine := bytes.IndexByte(s.text[first:end], '\n') < 0
	switch {
	case quote && !oneLine:
		s.fail(unclosedQuote{open: s.file.Span(first, first+1), closed: s.file.Span(end-1, end)})
	case s.indicatorAt(s.i, ':'):
		s.fail(innerColon{colon: s.file.Span(s.i, s.i+1), value: s.file.Span(first, s.contentEnd(s.i))})
	default:
		s.fail(trailingText{
			at: s.file.Span(s.i, s.contentEnd(s.i)), value: s.file.Span(first, end), open: open,
		})
	}
}

// plain reads a plain scalar to its end, over all its lines. own is the column
// of a scalar that began on a line of its own, -1 for one after a colon.
func (s *scanner) plain(first, own, outer int) {
	end, colon := s.plainOnLine(first)
	value := s.file.Span(first, end)
	if colon {
		s.fail(innerColon{colon: s.file.Span(end, end+1), value: s.file.Span(first, s.contentEnd(first))})
		return
	}
	top := s.top()
	if top != nil {
		top.value = value
	}
	s.i = end
	s.skipSpace()
	if !s.eol(s.i) { // a comment ends the scalar
		if top != nil {
			top.note = true
		}
		s.nextLine()
		return
	}
	for {
		s.nextLine()
		line := s.i
		s.skipIndent()
		indent := s.i - line
		if s.i >= len(s.text) {
			return
		}
		tab := s.i
		s.skipSpace()
		if s.eol(s.i) {
			if s.i > tab {
				s.tabs = append(s.tabs, s.file.Span(tab, s.i))
			}
			continue
		}
		if s.text[s.i] == '#' && top != nil {
			top.note = true
		}
		if s.text[s.i] == '#' || indent <= outer || indent == 0 && (s.marker(line, "---") || s.marker(line, "...")) {
			s.i = line
			return
		}
		end, colon := s.plainOnLine(s.i)
		if colon {
			word := s.file.Span(s.i, end)
			switch {
			case own >= 0 && indent == own:
				s.fail(missingColon{line: value})
			case own >= 0:
				s.fail(deeperIndent{at: word, col: indent, outer: own, item: value})
			default:
				s.fail(deeperIndent{at: word, col: indent, outer: outer, item: top.item, value: value})
			}
			return
		}
		s.i = end
		s.skipSpace()
		if !s.eol(s.i) {
			s.nextLine()
			return
		}
	}
}
