package rowfilter

import (
	"fmt"
	"slices"
	"strings"
)

// maxDepth is how deep parentheses and `not` may nest.
const maxDepth = 100

// Parse reads a filter.
func Parse(text string) (Node, *Fault) {
	p := &parser{lexer: lexer{text: text}}
	if p.next(); p.fault == nil {
		n := p.or(scope{})
		if p.fault == nil && p.tok.kind != tokEnd {
			p.unexpected("`and`, `or`, or the end")
		}
		if p.fault == nil {
			return n, nil
		}
	}
	return nil, p.fault
}

// parser reads a token ahead. After the first fault it sees the end of the text.
type parser struct {
	lexer
	tok   token
	fault *Fault
}

func (p *parser) next() {
	if p.fault == nil {
		p.tok, p.fault = p.lexer.next()
	}
	if p.fault != nil {
		p.tok = token{start: len(p.text), end: len(p.text)}
	}
}

func (p *parser) fail(start, end int, help, format string, args ...any) {
	if p.fault == nil {
		p.fault = &Fault{start, end, fmt.Sprintf(format, args...), help}
	}
	p.tok = token{start: len(p.text), end: len(p.text)}
}

// habits are words and signs of other languages, and what to write instead.
var habits = map[string]string{
	"=": "`==`", "<>": "`!=`", "&&": "`and`", "&": "`and`", "||": "`or`", "|": "`or`",
	"!": "`not`", "is": "isNull(COLUMN)",
	"AND": "`and`", "OR": "`or`", "NOT": "`not`", "IN": "`in`", "LIKE": "`like`", "IS": "isNull(COLUMN)",
	"null": "isNull(COLUMN)", "NULL": "isNull(COLUMN)", "TRUE": "`true`", "FALSE": "`false`",
	"between": "two comparisons and `and`", "BETWEEN": "two comparisons and `and`",
}

func (p *parser) unexpected(want string) {
	got, help := "`"+p.text[p.tok.start:p.tok.end]+"`", ""
	if p.tok.kind == tokEnd {
		got = "the end"
	}
	if instead, ok := habits[p.tok.text]; ok && p.tok.kind != tokText {
		help = "write " + instead
	} else if p.tok.text == "not" {
		help = "write `not` before the column: not city like \"L%\""
	}
	p.fail(p.tok.start, p.tok.end, help, "expected %s, found %s", want, got)
}

func (p *parser) isWord(words ...string) bool {
	return p.tok.kind == tokName && slices.Contains(words, p.tok.text)
}

func (p *parser) isSign(sign string) bool { return p.tok.kind == tokSign && p.tok.text == sign }

// scope is what is around a condition: how deep it nests, and whether an odd number of
// `not` comes before it.
type scope struct {
	depth  int
	negate bool
}

// opposite is what `not` makes of an operator.
var opposite = map[string]string{
	"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "and": "or", "or": "and",
}

func (p *parser) or(in scope) Node { return p.junction("or", in, p.and) }

func (p *parser) and(in scope) Node { return p.junction("and", in, p.not) }

func (p *parser) junction(op string, in scope, term func(scope) Node) Node {
	first := term(in)
	if !p.isWord(op) {
		return first
	}
	j := &Junction{Op: op, Terms: []Node{first}}
	for p.isWord(op) {
		p.next()
		j.Terms = append(j.Terms, term(in))
	}
	if in.negate {
		j.Op = opposite[op]
	}
	return j
}

func (p *parser) not(in scope) Node {
	if in.depth > maxDepth {
		p.fail(p.tok.start, p.tok.end, "write it flatter, or as `pql`", "conditions nest more than %d levels deep", maxDepth)
		return nil
	}
	switch {
	case p.isWord("not"):
		p.next()
		return p.not(scope{in.depth + 1, !in.negate})
	case p.isSign("("):
		p.next()
		n := p.or(scope{in.depth + 1, in.negate})
		p.sign(")")
		return n
	case p.isWord("isNull", "isNotNull"):
		return p.nullTest(in)
	}
	return p.comparison(in)
}

func (p *parser) sign(s string) {
	if !p.isSign(s) {
		p.unexpected("`" + s + "`")
		return
	}
	p.next()
}

func (p *parser) nullTest(in scope) Node {
	t := &NullTest{Not: (p.tok.text == "isNotNull") != in.negate}
	p.next()
	p.sign("(")
	t.Column = p.column()
	p.sign(")")
	return t
}

func (p *parser) column() Name {
	if p.tok.kind != tokName && p.tok.kind != tokQuoted || p.isWord("and", "or", "in", "like", "true", "false") {
		p.unexpected("a column")
		return Name{}
	}
	n := Name{p.tok.text, p.tok.start, p.tok.end}
	p.next()
	return n
}

var comparisons = []string{"==", "!=", "<", "<=", ">", ">="}

func (p *parser) comparison(in scope) Node {
	c := &Comparison{Column: p.column(), Op: p.tok.text}
	switch {
	case p.tok.kind == tokSign && slices.Contains(comparisons, c.Op), p.isWord("like"):
		p.next()
		c.Literals = []Literal{p.literal()}
	case p.isWord("in"):
		p.next()
		p.sign("[")
		for p.fault == nil {
			c.Literals = append(c.Literals, p.literal())
			if !p.isSign(",") {
				break
			}
			p.next()
		}
		p.sign("]")
	default:
		p.unexpected("an operator such as `==`, `like`, or `in`")
	}
	if op, ok := opposite[c.Op]; ok && in.negate {
		c.Op = op
	} else {
		c.Not = in.negate
	}
	return c
}

func (p *parser) literal() Literal {
	l := Literal{Text: p.tok.text, Start: p.tok.start, End: p.tok.end}
	switch {
	case p.tok.kind == tokText:
	case p.tok.kind == tokNumber:
		l.Kind = Number
	case p.tok.kind == tokTime:
		l.Kind = Time
	case p.isWord("true", "false"):
		l.Kind = Boolean
	case p.tok.kind == tokName && habits[p.tok.text] == "":
		p.fail(l.Start, l.End, "put text in quotes: \""+strings.ReplaceAll(l.Text, `"`, "'")+"\"",
			"expected a literal, found a name")
	default:
		p.unexpected("a literal")
	}
	p.next()
	return l
}
