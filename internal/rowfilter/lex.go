package rowfilter

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokName
	tokQuoted // `any name`
	tokText
	tokNumber
	tokTime
	tokSign
)

// token is a part of the text; text is the name, the value of a literal, or the sign.
type token struct {
	kind       tokenKind
	start, end int
	text       string
}

type lexer struct {
	text string
	pos  int
}

var signs = []string{"==", "!=", "<=", ">=", "<>", "&&", "||", "<", ">", "=", "!", "&", "|", "(", ")", "[", "]", ","}

// next returns the next token, or what is wrong there.
func (l *lexer) next() (token, *Fault) {
	l.pos += len(l.text[l.pos:]) - len(strings.TrimLeft(l.text[l.pos:], " \t\r\n"))
	start, rest := l.pos, l.text[l.pos:]
	if rest == "" {
		return token{start: start, end: start}, nil
	}
	switch c := rest[0]; {
	case c == '"' || c == '\'':
		return l.quoted(tokText, c, "text")
	case c == '`':
		return l.quoted(tokQuoted, c, "name")
	case c == '@':
		return l.time()
	case c >= '0' && c <= '9', c == '-' && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9':
		return l.number()
	}
	for _, s := range signs {
		if strings.HasPrefix(rest, s) {
			return l.take(tokSign, len(s), s), nil
		}
	}
	n := strings.IndexFunc(rest, func(r rune) bool { return !isNameRune(r) })
	if n < 0 {
		n = len(rest)
	}
	if n == 0 {
		_, size := utf8.DecodeRuneInString(rest)
		return token{}, &Fault{start, start + size, "unexpected character `" + rest[:size] + "`",
			"write a column with other characters in backquotes: `First Name`"}
	}
	return l.take(tokName, n, rest[:n]), nil
}

func isNameRune(r rune) bool {
	return r == '_' || r == '.' || r == '$' || unicode.IsDigit(r) || unicode.IsLetter(r) && r != unicode.ReplacementChar
}

func (l *lexer) take(kind tokenKind, length int, text string) token {
	t := token{kind, l.pos, l.pos + length, text}
	l.pos += length
	return t
}

// quoted reads a text or a name in quotes. A backslash keeps the next character.
func (l *lexer) quoted(kind tokenKind, quote byte, noun string) (token, *Fault) {
	var b strings.Builder
	rest := l.text[l.pos:]
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == quote && kind == tokQuoted && b.Len() == 0:
			return token{}, &Fault{l.pos, l.pos + i + 1, "empty name", ""}
		case rest[i] == quote:
			return l.take(kind, i+1, b.String()), nil
		case rest[i] == '\\' && i+1 < len(rest):
			i++
		}
		b.WriteByte(rest[i])
	}
	return token{}, &Fault{l.pos, len(l.text), "unclosed " + noun, "end it with " + string(quote)}
}

func (l *lexer) time() (token, *Fault) {
	rest := l.text[l.pos:]
	n := strings.IndexAny(rest, " \t\r\n,)]")
	if n < 0 {
		n = len(rest)
	}
	text := rest[1:n]
	if _, err := time.Parse(time.RFC3339, text); err != nil {
		return token{}, &Fault{l.pos, l.pos + n, "invalid time `" + rest[:n] + "`",
			"write the date, time, and zone: @2026-01-01T00:00:00Z"}
	}
	return l.take(tokTime, n, text), nil
}

// number reads a number as JSON writes it.
func (l *lexer) number() (token, *Fault) {
	rest := l.text[l.pos:]
	n := strings.IndexFunc(rest[1:], func(r rune) bool { return !isNameRune(r) && r != '-' && r != '+' }) + 1
	if n == 0 {
		n = len(rest)
	}
	text := rest[:n]
	if !isNumber(text) {
		return token{}, &Fault{l.pos, l.pos + n, "invalid number `" + text + "`", "write digits, such as 12, -3, or 0.5"}
	}
	return l.take(tokNumber, n, text), nil
}

// isNumber reports whether a text is a number of JSON.
func isNumber(s string) bool {
	digits := func() bool {
		rest := strings.TrimLeft(s, "0123456789")
		ok := len(rest) < len(s)
		s = rest
		return ok
	}
	s = strings.TrimPrefix(s, "-")
	if strings.HasPrefix(s, "0") && len(s) > 1 && s[1] >= '0' && s[1] <= '9' || !digits() {
		return false
	}
	if strings.HasPrefix(s, ".") {
		if s = s[1:]; !digits() {
			return false
		}
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		if s = s[1:]; s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		if !digits() {
			return false
		}
	}
	return s == ""
}
