package dataprep

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

func (l *lexer) number() token {
	start := l.pos
	digits := func(set string) int {
		n := 0
		for l.pos < len(l.src) && strings.IndexByte(set, l.src[l.pos]) >= 0 {
			l.pos, n = l.pos+1, n+1
		}
		return n
	}
	rest := l.src[start:]
	ok, real := true, false
	if len(rest) > 1 && rest[0] == '0' && (rest[1] == 'x' || rest[1] == 'X') {
		l.pos += 2
		ok = digits("0123456789abcdefABCDEF") > 0
	} else {
		digits("0123456789")
		if after := l.src[l.pos:]; len(after) > 1 && after[0] == '.' && after[1] >= '0' && after[1] <= '9' {
			l.pos++
			digits("0123456789")
			real = true
		}
		if l.exponent() {
			digits("0123456789")
			real = true
		}
		whole := l.src[start:l.pos]
		ok = real || len(whole) == 1 || whole[0] != '0' || !strings.ContainsAny(whole, "89")
	}
	l.suffix(real, len(rest) > 1 && (rest[1] == 'x' || rest[1] == 'X'))
	end := l.pos
	for end < len(l.src) {
		r, n := utf8.DecodeRuneInString(l.src[end:])
		if !isNameRune(r, false) || strings.HasPrefix(l.src[end:], "${") {
			break
		}
		end += n
	}
	word := l.src[start:end]
	if end > l.pos {
		p := Problem{Code: "bad-number", Message: fmt.Sprintf("expected a number, found `%s`", word)}
		if !real {
			p.Help = "write a column whose name begins with a digit as " + QuoteAttribute(word)
			p.Replacement = QuoteAttribute(word)
		}
		return *l.bad(start, end, p)
	}
	if !ok {
		return *l.bad(start, end, Problem{Code: "bad-number",
			Message: fmt.Sprintf("expected a number, found `%s`", word),
			Help:    "0 starts an octal number, 0x a hexadecimal number"})
	}
	return token{kind: tokNumber, text: word, start: start, end: end}
}

// suffix moves after the letter that gives a number its Java type, if there is one.
func (l *lexer) suffix(real, hex bool) {
	suffixes := "lLhHfFdDbB"
	switch {
	case real:
		suffixes = "fFdDbB"
	case hex:
		suffixes = "lLhH"
	}
	if l.pos < len(l.src) && strings.IndexByte(suffixes, l.src[l.pos]) >= 0 {
		l.pos++
	}
}

// exponent moves after `e`, `e+` or `e-` when digits follow.
func (l *lexer) exponent() bool {
	rest := l.src[l.pos:]
	if rest == "" || rest[0] != 'e' && rest[0] != 'E' {
		return false
	}
	n := 1
	if len(rest) > 1 && (rest[1] == '+' || rest[1] == '-') {
		n = 2
	}
	if len(rest) == n || rest[n] < '0' || rest[n] > '9' {
		return false
	}
	l.pos += n
	return true
}

// text reads a string literal. A backslash before a character that it does not
// represent is kept, as JEXL does: regular expressions rely on it.
func (l *lexer) text(quote byte) token {
	t := token{kind: tokText, start: l.pos, plain: true}
	var b strings.Builder
	for i := l.pos + 1; i < len(l.src); i++ {
		switch c := l.src[i]; {
		case c == quote:
			l.pos = i + 1
			t.text, t.end = b.String(), l.pos
			return t
		case c == '\n' || c == '\r':
			return *l.bad(l.pos, i, Problem{Code: "unclosed-text", Message: "missing closing quote on this line",
				Help: fmt.Sprintf("close the text with `%c`; write a line break as \\n", quote)})
		case c == '\\' && i+1 < len(l.src):
			t.plain = false
			n, bad := l.escape(&b, i)
			if bad != nil {
				return *bad
			}
			i += n - 1
		default:
			b.WriteByte(c)
		}
	}
	return *l.bad(l.pos, l.pos+1, Problem{Code: "unclosed-text",
		Message: fmt.Sprintf("missing closing quote `%c`", quote),
		Help:    fmt.Sprintf("close the text with `%c`", quote)})
}

// escape resolves the escape at i and returns its length.
func (l *lexer) escape(b *strings.Builder, i int) (int, *token) {
	switch c := l.src[i+1]; c {
	case '\\', '"', '\'':
		b.WriteByte(c)
	case 'n':
		b.WriteByte('\n')
	case 't':
		b.WriteByte('\t')
	case 'r':
		b.WriteByte('\r')
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'u':
		return l.unicodeEscape(b, i)
	default:
		b.WriteByte('\\')
		return 1, nil
	}
	return 2, nil
}

func (l *lexer) unicodeEscape(b *strings.Builder, i int) (int, *token) {
	unit := func(i int) (rune, bool) {
		if len(l.src) < i+6 || l.src[i] != '\\' || l.src[i+1] != 'u' {
			return 0, false
		}
		n, err := strconv.ParseUint(l.src[i+2:i+6], 16, 16)
		return rune(n), err == nil
	}
	r, ok := unit(i)
	if !ok { // "C:\users" means what it says
		b.WriteByte('\\')
		return 1, nil
	}
	if !utf16.IsSurrogate(r) {
		b.WriteRune(r)
		return 6, nil
	}
	low, ok := unit(i + 6)
	if pair := utf16.DecodeRune(r, low); ok && pair != unicode.ReplacementChar {
		b.WriteRune(pair)
		return 12, nil
	}
	return 0, l.bad(i, i+6, Problem{Code: "bad-escape",
		Message: fmt.Sprintf("expected a character, found the unpaired surrogate `%s`", l.src[i:i+6])})
}
