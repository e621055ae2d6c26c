package dataprep

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/diag"
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
	">>>=", "===", "!==", ">>>", "<<=", ">>=", "<>", "==", "!=", "=~", "!~", "=^", "!^", "=$", "!$", "<=", ">=", "<<",
	">>",
	"&&", "||", "->", "=>", "..", "?:", "??", "?.", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=",
	"<", ">", "+", "-", "*", "/", "%", "&", "|", "^", "~", "!", "?", ":", ",", ".", "(", ")", "[", "]", "{", "}", ";",
	"=",
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
					Message: "missing closing `*/`", Help: "end the comment with `*/`"})
			}
			l.pos += n + 4
		default:
			return nil
		}
	}
	return nil
}

func (l *lexer) bad(start, end int, p Problem) *token {
	p.Severity, p.Start, p.End = diag.Error, start, end
	return &token{kind: tokBad, start: start, end: end, problem: &p}
}

func (l *lexer) unknown(r rune) token {
	start := l.pos
	_, size := utf8.DecodeRuneInString(l.src[start:])
	end := start + size
	p := Problem{Code: "unknown-character", Message: fmt.Sprintf("expected a value or an operator, found `%s`",
		l.src[start:end])}
	switch {
	case typographic[r] != "":
		p.Message = fmt.Sprintf("expected `%s`, found the typographic character `%c`", typographic[r], r)
		p.Replacement = typographic[r]
		if text, n := l.typographicText(typographic[r]); n > 0 {
			p.Replacement, end = text, start+n
		}
	case r == '`':
		p.Message = "expected a value or an operator, found a backtick"
		p.Help = "templates are not supported; join the parts with concat(…)"
	case r == '@' || r == '#':
		p.Help = fmt.Sprintf("write a column with `%c` in its name as ${…}", r)
	case unicode.IsSpace(r):
		p.Message = fmt.Sprintf("expected a space, found the character %U", r)
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
					Help: `escape a dot in a name: \.`})
			}
			t.path = append(t.path, b.String())
			b.Reset()
			if c == '}' {
				l.pos = i + 1
				t.end = l.pos
				return t
			}
		case isControl(rune(c)):
			return *l.bad(l.pos, i, Problem{Code: "unclosed-name", Message: "missing closing `}` on this line", Help: "close the name with `}`"})
		default:
			b.WriteByte(c)
		}
	}
	return *l.bad(l.pos, l.pos+2, Problem{Code: "unclosed-name", Message: "missing closing `}`", Help: "close the name with `}`"})
}
