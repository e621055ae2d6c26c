package document

import (
	"bytes"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document/syntax"
	"github.com/aepflow/aepflow/internal/source"
)

var (
	bom16le = []byte("\xFF\xFE")
	bom16be = []byte("\xFE\xFF")
)

// readable returns the text that the YAML library may see, or the reason why
// it must not. The text has the offsets of the file: a %YAML line, which the
// library knows only with version 1.1, is made a comment of the same length.
func readable(f *source.File) ([]byte, diag.Problem) {
	text := f.Text
	if bytes.HasPrefix(text, bom16le) || bytes.HasPrefix(text, bom16be) {
		return nil, utf16File{f.Span(0, 2)}
	}
	start := 0
	if bytes.HasPrefix(text, syntax.BOM) {
		start = len(syntax.BOM)
	}
	for i := start; i < len(text); {
		c := text[i]
		if ' ' <= c && c < 0x7F || c == '\n' || c == '\t' || c == '\r' {
			i++
			continue
		}
		if c < ' ' || c == 0x7F {
			if isBinary(text) {
				return nil, binaryFile{f.Span(i, i+1), c}
			}
			return nil, controlChar{f.Span(i, i+1), rune(c)}
		}
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			if isBinary(text) {
				return nil, binaryFile{f.Span(i, i+1), c}
			}
			return nil, notUTF8{f.Span(i, i+1), c}
		case r == 0xFEFF, r == 0xFFFE, r == 0xFFFF, 0x80 <= r && r < 0xA0 && r != 0x85:
			return nil, controlChar{f.Span(i, i+size), r}
		}
		i += size
	}
	return hideDirectives(text, start), nil
}

// isBinary guesses, for text that is already known to be wrong, whether it was
// meant to be text at all.
func isBinary(text []byte) bool {
	head := text[:min(len(text), 1024)]
	odd := 0
	for i := 0; i < len(head); {
		r, size := utf8.DecodeRune(head[i:])
		i += size
		switch {
		case r == 0:
			return true
		case r < ' ' && r != '\n' && r != '\r' && r != '\t', r == utf8.RuneError && size == 1:
			odd++
		}
	}
	return odd > 2 && odd*10 > len(head)
}

// hideDirectives makes comments of the %YAML lines before each document.
func hideDirectives(text []byte, start int) []byte {
	if !bytes.Contains(text, []byte("%YAML")) {
		return text
	}
	copied := false
	head := true // before the first line of a document
	for i := start; i < len(text); {
		end := i
		for end < len(text) && text[end] != '\n' {
			end++
		}
		line := bytes.TrimSpace(text[i:end])
		switch {
		case len(line) == 0, line[0] == '#':
		case text[i] != '%':
			head = bytes.HasPrefix(text[i:end], []byte("...")) && (end == i+3 || blankLen(text, i+3) > 0)
		case head && bytes.HasPrefix(line, []byte("%YAML 1.")):
			if !copied {
				text, copied = bytes.Clone(text), true
			}
			text[i] = '#'
		}
		i = end + 1
	}
	return text
}

// nextDocument returns the start of the first line after an offset that begins
// a document, -1 when there is none.
func nextDocument(text []byte, offset int) int {
	for i := offset; ; {
		n := bytes.Index(text[i:], []byte("\n---"))
		if n < 0 {
			return -1
		}
		i += n + 1
		if i+3 == len(text) || blankLen(text, i+3) > 0 {
			return i
		}
	}
}

// blanked returns text with spaces for all but the line breaks before an
// offset, so that later text keeps its position.
func blanked(text []byte, to int) []byte {
	out := bytes.Clone(text)
	for i := 0; i < to; {
		if n := breakLen(text, i); n > 0 {
			i += n
			continue
		}
		out[i] = ' '
		i++
	}
	return out
}

// withoutTabs returns text with spaces in place of the tabs in those spans.
func withoutTabs(text []byte, tabs []source.Span) []byte {
	text = bytes.Clone(text)
	for _, t := range tabs {
		for i := t.Start; i < t.End; i++ {
			text[i] = ' '
		}
	}
	return text
}
