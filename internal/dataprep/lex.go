package dataprep

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEOF    tokenKind = iota
	tokName             // bare name; Escaped when it holds a backslash, then never a keyword
	tokQuoted           // ${…}
	tokText
	tokNumber
	tokOp  // operators and punctuation
	tokBad // carries the problem
)

type token struct {
	kind       tokenKind
	start, end int
	text       string   // name, operator or number as written; the value of a text
	path       []string // segments of a quoted name
	plain      bool     // a text without escapes, a name without backslash
	problem    *Problem
}

// operators, longest first where one begins another.
var operators = []string{
	">>>=", "===", "!==", ">>>", "<<=", ">>=", "<>", "==", "!=", "=~", "!~", "=^", "!^", "=$", "!$", "<=", ">=", "<<", ">>",
	"&&", "||", "->", "=>", "..", "?:", "??", "?.", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=",
	"<", ">", "+", "-", "*", "/", "%", "&", "|", "^", "~", "!", "?", ":", ",", ".", "(", ")", "[", "]", "{", "}", ";", "=",
}

// typographic marks that a word processor puts where the language wants its own.
var typographic = map[rune]string{
	'“': `"`, '”': `"`, '„': `"`, '«': `"`, '»': `"`, '‘': `'`, '’': `'`, '‚': `'`,
	'–': "-", '—': "-", '−': "-", '×': "*", '÷': "/", '≤': "<=", '≥': ">=", '≠': "!=",
}

type lexer struct {
	src string
	pos int
}

// lex cuts text into tokens, the last of which is tokEOF or tokBad: what comes
// after the first unreadable character is not looked at.
func lex(text string) []token {
	l := &lexer{src: text}
	tokens := make([]token, 0, len(text)/3+2)
	for {
		t := l.next()
		tokens = append(tokens, t)
		if t.kind == tokEOF || t.kind == tokBad {
			return tokens
		}
	}
}

func (l *lexer) next() token {
	if bad := l.skipBlank(); bad != nil {
		return *bad
	}
	start := l.pos
	if start == len(l.src) {
		return token{kind: tokEOF, start: start, end: start}
	}
	r, _ := utf8.DecodeRuneInString(l.src[start:])
	switch {
	case strings.HasPrefix(l.src[start:], "${"):
		return l.quotedName()
	case isNameRune(r, true) || r == '\\':
		return l.name()
	case r >= '0' && r <= '9':
		return l.number()
	case r == '"' || r == '\'':
		return l.text(byte(r))
	}
	for _, op := range operators {
		if op[0] != l.src[start] || !strings.HasPrefix(l.src[start:], op) {
			continue
		}
		// `!${a}` and `=${a}` are a negation and an assignment, not `!$`, `=$`.
		if strings.HasSuffix(op, "$") && strings.HasPrefix(l.src[start+2:], "{") {
			continue
		}
		l.pos += len(op)
		return token{kind: tokOp, text: op, start: start, end: l.pos}
	}
	return l.unknown(r)
}

func (l *lexer) skipBlank() *token {
	for l.pos < len(l.src) {
		rest := l.src[l.pos:]
		switch {
		case rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\n' || rest[0] == '\r' || rest[0] == '\f':
			l.pos++
		case strings.HasPrefix(rest, "//"), strings.HasPrefix(rest, "##"):
			n := strings.IndexByte(rest, '\n')
			if n < 0 {
				n = len(rest)
			}
			l.pos += n
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				return l.bad(l.pos, l.pos+2, Problem{Code: "unclosed-comment",
					Message: "the comment is never closed", Help: "end it with `*/`"})
			}
			l.pos += n + 4
		default:
			return nil
		}
	}
	return nil
}

func (l *lexer) bad(start, end int, p Problem) *token {
	p.Severity, p.Start, p.End = Error, start, end
	return &token{kind: tokBad, start: start, end: end, problem: &p}
}

func (l *lexer) unknown(r rune) token {
	start := l.pos
	_, size := utf8.DecodeRuneInString(l.src[start:])
	end := start + size
	p := Problem{Code: "unknown-character", Message: fmt.Sprintf("expected a value or an operator, found `%s`", l.src[start:end])}
	switch {
	case typographic[r] != "":
		p.Message = fmt.Sprintf("expected `%s`, found the typographic mark `%c`", typographic[r], r)
		p.Replacement = typographic[r]
		if text, n := l.typographicText(typographic[r]); n > 0 {
			p.Replacement, end = text, start+n
		}
	case r == '`':
		p.Message = "expected a value or an operator, found a backtick"
		p.Help = "templates are not taken here; join pieces with concat(…)"
	case r == '@' || r == '#':
		p.Help = fmt.Sprintf("a column whose name has `%c` in it is written ${…}", r)
	case unicode.IsSpace(r):
		p.Message = fmt.Sprintf("expected an ordinary blank, found the character %U", r)
		p.Replacement = " "
	case !unicode.IsPrint(r) || r == unicode.ReplacementChar:
		p.Message = fmt.Sprintf("expected a value or an operator, found the character %U", r)
	}
	return *l.bad(start, end, p)
}

// typographicText reads a text between typographic quotes and returns it as the
// language wants it, with the length that it has in the source.
func (l *lexer) typographicText(quote string) (string, int) {
	first := true
	for i, r := range l.src[l.pos:] {
		switch {
		case first:
			first = false
			if quote != `"` && quote != "'" {
				return "", 0
			}
		case typographic[r] == quote:
			_, open := utf8.DecodeRuneInString(l.src[l.pos:])
			return quote + l.src[l.pos+open:l.pos+i] + quote, i + utf8.RuneLen(r)
		case r == '\n' || r == '\\' || string(r) == quote:
			return "", 0
		}
	}
	return "", 0
}

func (l *lexer) name() token {
	t := token{kind: tokName, start: l.pos, plain: true}
	var b strings.Builder
	for l.pos < len(l.src) {
		r, size := utf8.DecodeRuneInString(l.src[l.pos:])
		if r == '\\' {
			next, n := utf8.DecodeRuneInString(l.src[l.pos+1:])
			if n == 0 || isControl(next) {
				return *l.bad(l.pos, l.pos+1, Problem{Code: "bad-escape", Message: "expected a character after the backslash"})
			}
			t.plain = false
			b.WriteString(l.src[l.pos+1 : l.pos+1+n])
			l.pos += 1 + n
			continue
		}
		if !isNameRune(r, l.pos == t.start) || r == '$' && strings.HasPrefix(l.src[l.pos:], "${") {
			break
		}
		b.WriteString(l.src[l.pos : l.pos+size])
		l.pos += size
	}
	t.text, t.end = b.String(), l.pos
	return t
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f }

// quotedName reads ${…}: everything up to the closing brace belongs to the
// name, a dot without a backslash leads to a member.
func (l *lexer) quotedName() token {
	t := token{kind: tokQuoted, start: l.pos}
	var b strings.Builder
	for i := l.pos + 2; i < len(l.src); i++ {
		switch c := l.src[i]; {
		case c == '\\' && i+1 < len(l.src) && !isControl(rune(l.src[i+1])):
			i++
			b.WriteByte(l.src[i])
		case c == '.' || c == '}':
			if b.Len() == 0 {
				return *l.bad(l.pos, i+1, Problem{Code: "empty-name", Message: "expected a name in `${…}`, found none",
					Help: `a dot that belongs to the name is written \.`})
			}
			t.path = append(t.path, b.String())
			b.Reset()
			if c == '}' {
				l.pos = i + 1
				t.end = l.pos
				return t
			}
		case isControl(rune(c)):
			return *l.bad(l.pos, i, Problem{Code: "unclosed-name", Message: "the name that begins with `${` is not closed on its line", Help: "end it with `}`"})
		default:
			b.WriteByte(c)
		}
	}
	return *l.bad(l.pos, l.pos+2, Problem{Code: "unclosed-name", Message: "the name that begins with `${` is never closed", Help: "end it with `}`"})
}

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
	if l.pos < len(l.src) {
		suffixes := "lLhHfFdDbB"
		if real {
			suffixes = "fFdDbB"
		} else if len(rest) > 1 && (rest[1] == 'x' || rest[1] == 'X') {
			suffixes = "lLhH"
		}
		if strings.IndexByte(suffixes, l.src[l.pos]) >= 0 {
			l.pos++
		}
	}
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
			p.Help = "a column whose name begins with a digit is written " + QuoteAttribute(word)
			p.Replacement = QuoteAttribute(word)
		}
		return *l.bad(start, end, p)
	}
	if !ok {
		return *l.bad(start, end, Problem{Code: "bad-number", Message: fmt.Sprintf("expected a number, found `%s`", word),
			Help: "a number that begins with 0 is octal, with 0x hexadecimal"})
	}
	return token{kind: tokNumber, text: word, start: start, end: end}
}

// exponent moves behind `e`, `e+` or `e-` when digits follow.
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
// stand for is kept, as JEXL does: regular expressions rely on it.
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
			return *l.bad(l.pos, i, Problem{Code: "unclosed-text", Message: "the text is not closed on its line",
				Help: fmt.Sprintf("end it with `%c`; a line break inside a text is written \\n", quote)})
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
	return *l.bad(l.pos, l.pos+1, Problem{Code: "unclosed-text", Message: fmt.Sprintf("the text that begins with `%c` is never closed", quote),
		Help: fmt.Sprintf("end it with `%c`", quote)})
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
	if !ok {
		return 0, l.bad(i, min(i+2, len(l.src)), Problem{Code: "bad-escape", Message: `expected four hexadecimal digits after \u`})
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
	return 0, l.bad(i, i+6, Problem{Code: "bad-escape", Message: fmt.Sprintf("expected a character, found half of a surrogate pair `%s`", l.src[i:i+6])})
}
