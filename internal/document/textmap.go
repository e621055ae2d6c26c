package document

import (
	"bytes"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/aepflow/aepflow/internal/document/syntax"
	"github.com/aepflow/aepflow/internal/source"
)

// textMap finds the bytes of the library's nodes. The library reports only where
// a node starts, as line and column in characters, and where a node carries a
// tag or an anchor it reports where that starts. Ends are found here, by reading
// the text again with the help of the value that was read from it.
//
// The library's lines are not ours: it also breaks them at a lone CR, at NEL,
// and at the line and paragraph separators.
type textMap struct {
	file  *source.File
	text  []byte
	lines []int // offset of each of the library's lines
	ascii bool
}

func newTextMap(f *source.File) *textMap {
	t := &textMap{file: f, text: f.Text, ascii: true}
	start := 0
	if bytes.HasPrefix(t.text, syntax.BOM) {
		start = len(syntax.BOM)
	}
	t.lines = append(make([]int, 0, bytes.Count(t.text, []byte{'\n'})+1), start)
	for i := start; i < len(t.text); {
		switch c := t.text[i]; {
		case c >= utf8.RuneSelf:
			t.ascii = false
			n := breakLen(t.text, i)
			if n == 0 {
				i++
				continue
			}
			i += n
		case c == '\n':
			i++
		case c == '\r':
			i += breakLen(t.text, i)
		default:
			i++
			continue
		}
		t.lines = append(t.lines, i)
	}
	return t
}

// breakLen returns the length of the line break at i, in the library's sense.
func breakLen(text []byte, i int) int {
	switch rest := text[i:]; {
	case len(rest) == 0:
		return 0
	case rest[0] == '\n':
		return 1
	case rest[0] == '\r':
		if len(rest) > 1 && rest[1] == '\n' {
			return 2
		}
		return 1
	case len(rest) > 1 && rest[0] == 0xC2 && rest[1] == 0x85: // NEL
		return 2
	case len(rest) > 2 && rest[0] == 0xE2 && rest[1] == 0x80 && (rest[2] == 0xA8 || rest[2] == 0xA9): // LS, PS
		return 3
	}
	return 0
}

// blankLen returns the length of the space, tab, or line break at i.
func blankLen(text []byte, i int) int {
	if i < len(text) && (text[i] == ' ' || text[i] == '\t') {
		return 1
	}
	return breakLen(text, i)
}

// start returns the offset that the library gave a node.
func (t *textMap) start(y *yaml.Node) int {
	line := min(max(y.Line, 1), len(t.lines))
	at := t.lines[line-1]
	if t.ascii {
		return min(at+y.Column-1, len(t.text))
	}
	return t.file.SkipRunes(at, y.Column-1)
}

// content returns where the value itself starts: after tag and anchor.
func (t *textMap) content(at int, y *yaml.Node) int {
	if at >= len(t.text) || t.text[at] != '&' && t.text[at] != '!' {
		return at
	}
	flow := y.Style&yaml.FlowStyle != 0
	if y.Kind != yaml.ScalarNode && y.Anchor == "" && y.Style&yaml.TaggedStyle == 0 && !flow {
		return at // the tag or anchor belongs to the first key
	}
	if y.Kind == yaml.ScalarNode && y.Value == "" && scalarStyle(y.Style) == Plain {
		return t.afterProps(at, y)
	}
	i := at
	for i < len(t.text) {
		switch c := t.text[i]; {
		case c == '&' || c == '!':
			i = t.propEnd(i)
			if i < len(t.text) && t.text[i] == ':' {
				return i // the library takes the colon for the start of a text
			}
		case c == '#':
			i = t.lineEnd(i)
		case blankLen(t.text, i) > 0:
			i += blankLen(t.text, i)
		default:
			if flow && c != '[' && c != '{' {
				return at // one pair inside brackets: it starts with its key
			}
			return i
		}
	}
	return i
}

// propEnd returns the end of the tag or anchor at i.
func (t *textMap) propEnd(i int) int {
	anchor := t.text[i] == '&'
	for i++; i < len(t.text) && blankLen(t.text, i) == 0 && (!anchor || syntax.IsNameByte(t.text[i])); i++ {
	}
	return i
}

// afterProps returns the end of tag and anchor of a value without text, of
// which the first is at i.
func (t *textMap) afterProps(i int, y *yaml.Node) int {
	anchor, tag := t.text[i] == '&', t.text[i] == '!'
	end := t.propEnd(i)
	for next := end; next < len(t.text); {
		switch c := t.text[next]; {
		case c == '&' && !anchor && y.Anchor != "", c == '!' && !tag && y.Style&yaml.TaggedStyle != 0:
			anchor, tag = true, true
			end = t.propEnd(next)
			next = end
		case c == '#' && next > end:
			next = t.lineEnd(next)
		case blankLen(t.text, next) > 0:
			next += blankLen(t.text, next)
		default:
			return end
		}
	}
	return end
}

// tag returns the place of a node's tag.
func (t *textMap) tag(y *yaml.Node) source.Span {
	at := t.start(y)
	for i := at; i < len(t.text) && breakLen(t.text, i) == 0; i++ {
		if t.text[i] == '!' {
			end := i
			for end < len(t.text) && blankLen(t.text, end) == 0 {
				end++
			}
			return t.file.Span(i, end)
		}
	}
	return t.file.Span(at, at)
}

// lineEnd returns the end of the line of i, without its break.
func (t *textMap) lineEnd(i int) int {
	for i < len(t.text) && breakLen(t.text, i) == 0 {
		i++
	}
	return i
}

// scalarEnd returns the end of a scalar that starts at i and has that value.
func (t *textMap) scalarEnd(i int, style Style, value string) int {
	switch style {
	case SingleQuoted:
		return t.singleEnd(i)
	case DoubleQuoted:
		return t.doubleEnd(i)
	case Literal, Folded:
		header := t.lineEnd(i)
		if end := t.follow(header, value); end > header {
			return end
		}
		for end := i; ; end++ { // no text: the indicators alone
			if end == header || t.text[end] == ' ' || t.text[end] == '\t' {
				return end
			}
		}
	default:
		if i+len(value) <= len(t.text) && string(t.text[i:i+len(value)]) == value {
			return i + len(value) // on one line, as nearly always
		}
		return t.follow(i, value)
	}
}

func (t *textMap) singleEnd(i int) int {
	for i++; i < len(t.text); i++ {
		if t.text[i] != '\'' {
			continue
		}
		if i+1 < len(t.text) && t.text[i+1] == '\'' {
			i++
			continue
		}
		return i + 1
	}
	return len(t.text)
}

func (t *textMap) doubleEnd(i int) int {
	for i++; i < len(t.text); i++ {
		switch t.text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(t.text)
}

// follow reads an unescaped value in the text from i on and returns the end of
// its last character other than whitespace. Folding and indentation change only
// whitespace, so those are skipped on both sides.
func (t *textMap) follow(i int, value string) int {
	end := i
	for v := 0; v < len(value); {
		if n := blankLenString(value, v); n > 0 {
			v += n
			continue
		}
		i = t.skipBlanks(i)
		if i >= len(t.text) || t.text[i] != value[v] {
			return end
		}
		i++
		v++
		end = i
	}
	return end
}

func blankLenString(s string, i int) int {
	switch c := s[i]; {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		return 1
	case c < utf8.RuneSelf:
		return 0
	}
	return breakLen([]byte(s[i:min(i+3, len(s))]), 0)
}

// closing returns the end of a collection: its bracket, or the end of its last
// value when it has none.
func (t *textMap) closing(start, end int) int {
	if start >= len(t.text) || t.text[start] != '[' && t.text[start] != '{' {
		return end
	}
	for i := max(end, start+1); i < len(t.text); {
		switch c := t.text[i]; {
		case c == ']' || c == '}':
			return i + 1
		case c == '#':
			i = t.lineEnd(i)
		case c == ',' || c == ':' || c == '?':
			i++
		case blankLen(t.text, i) > 0:
			i += blankLen(t.text, i)
		default:
			return end
		}
	}
	return end
}

func (t *textMap) skipBlanks(i int) int {
	for n := blankLen(t.text, i); n > 0; n = blankLen(t.text, i) {
		i += n
	}
	return i
}

// afterColon returns the end of the colon that follows a key which ends at i,
// or i when the key has none.
func (t *textMap) afterColon(i int) int {
	for at := i; at < len(t.text); {
		switch c := t.text[at]; {
		case c == ':':
			return at + 1
		case c == '#':
			at = t.lineEnd(at)
		case blankLen(t.text, at) > 0:
			at += blankLen(t.text, at)
		default:
			return i
		}
	}
	return i
}
