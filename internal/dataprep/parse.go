package dataprep

import (
	"fmt"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/diag"
)

// Parse reads one expression. When it is not one, the tree is nil and there is
// exactly one error, at the first place where it goes wrong.
func Parse(text string) (Expr, []Problem) {
	if n := utf8.RuneCountInString(text); n > maxLength {
		return nil, []Problem{{Code: "expression-too-long", Severity: diag.Error, Start: 0, End: len(text),
			Message: fmt.Sprintf("expected at most %d characters, found %d", maxLength, n)}}
	}
	p := &parser{tokens: tokens{src: text, all: lex(text)}}
	if p.tok().kind == tokEOF {
		return nil, []Problem{{Code: "expression-empty", Severity: diag.Error, Start: 0, End: len(text),
			Message: "expected an expression, found nothing", Help: `write empty text as ""`}}
	}
	e := p.expr()
	p.end()
	if p.problem != nil {
		return nil, []Problem{*p.problem}
	}
	return e, nil
}

// tokens are the tokens of an expression, read from left to right. After the first
// problem every token is the end, so that all loops stop.
type tokens struct {
	src     string
	all     []token
	pos     int
	problem *Problem
}

// parser is a recursive descent over tokens. What it returns after a problem is dropped.
type parser struct {
	tokens
	depth int
}

func (p *tokens) tok() token {
	if p.problem != nil {
		return token{kind: tokEOF, start: len(p.src), end: len(p.src)}
	}
	return p.all[min(p.pos, len(p.all)-1)]
}

func (p *tokens) peek(n int) token { return p.all[min(p.pos+n, len(p.all)-1)] }

func (p *tokens) take() token {
	t := p.tok()
	if t.kind != tokEOF && t.kind != tokBad {
		p.pos++
	}
	return t
}

func (p *tokens) is(op string) bool {
	t := p.tok()
	return t.kind == tokOp && t.text == op
}

func (p *tokens) accept(op string) bool {
	if !p.is(op) {
		return false
	}
	p.pos++
	return true
}

func (p *parser) enter() bool {
	if p.depth++; p.depth <= maxDepth {
		return true
	}
	p.fail(p.tok(), Problem{Code: "expression-too-deep",
		Message: fmt.Sprintf("expected at most %d levels of nesting", maxDepth)})
	return false
}

func (p *parser) leave() { p.depth-- }

// expr reads level 1: the operators that choose, from the right.
func (p *parser) expr() Expr {
	if !p.enter() {
		return &Null{}
	}
	defer p.leave()
	x := p.binary(levelOr)
	t := p.tok()
	switch {
	case p.accept("?"):
		then := p.expr()
		if !p.accept(":") {
			p.expected("`:` and the value otherwise")
		}
		other := p.expr()
		return &Choice{At{x.Where().Start, other.Where().End}, x, then, other}
	case p.accept("?:"), p.accept("??"):
		y := p.expr()
		return &Binary{At{x.Where().Start, y.Where().End}, Op(t.text), At{t.start, t.end}, x, y}
	}
	return x
}

// operator returns the binary operator that the current token is.
func (p *parser) operator() (Op, int) {
	t := p.tok()
	switch {
	case t.kind == tokOp:
		op := Op(t.text)
		return op, binaryOps[op]
	case t.kind == tokName && t.plain:
		op := wordOps[t.text]
		return op, binaryOps[op]
	}
	return "", 0
}

// binary reads operators that bind at least as tightly as level.
func (p *parser) binary(level int) Expr {
	x := p.unary()
	last := 0
	for {
		op, n := p.operator()
		if n == 0 || n < level {
			return x
		}
		t := p.take()
		if n == last && !chains(n) {
			p.fail(t, Problem{Code: "chained-comparison",
				Message: fmt.Sprintf("chained comparison with `%s`", p.src[t.start:t.end]),
				Help:    "combine comparisons with &&, or put parentheses around the first"})
		}
		y := p.binary(n + 1)
		x = &Binary{At{x.Where().Start, y.Where().End}, op, At{t.start, t.end}, x, y}
		last = n
	}
}

func (p *parser) unary() Expr {
	t := p.tok()
	op := Op("")
	switch {
	case t.kind == tokOp && isPrefix(Op(t.text)):
		op = Op(t.text)
	case t.kind == tokName && t.plain && wordPrefixes[t.text] != "":
		next := p.peek(1)
		negated := t.text == "not" && (next.text == "-" || next.text == "+")
		if !p.startsValue(next) && !negated {
			p.reserved(t)
			return &Null{}
		}
		op = wordPrefixes[t.text]
	default:
		return p.postfix()
	}
	if !p.enter() {
		return &Null{}
	}
	defer p.leave()
	p.take()
	x := p.unary()
	return &Unary{At{t.start, x.Where().End}, op, x}
}

// startsValue reports whether an operand can begin with t.
func (p *parser) startsValue(t token) bool {
	switch t.kind {
	case tokName:
		return !t.plain || wordOps[t.text] == ""
	case tokQuoted, tokText, tokNumber, tokBad:
		return true
	case tokOp:
		return isPrefix(Op(t.text)) && t.text != "-" && t.text != "+" || t.text == "(" || t.text == "[" || t.text == "{"
	}
	return false
}

// postfix reads a value and what hangs on it: members, elements, methods.
func (p *parser) postfix() Expr {
	x := p.primary()
	for {
		switch {
		case p.accept("."):
			x = p.member(x)
		case p.accept("["):
			x = p.element(x)
		case p.is("("):
			p.fail(p.tok(), Problem{Message: "expected an operator, found `(`",
				Help: "only a function name can be called"})
			return x
		case p.is("?."):
			p.fail(p.tok(), Problem{Message: "expected `.`, found `?.`", Help: "a missing member is already null",
				Replacement: "."})
			return x
		default:
			return x
		}
	}
}

func (p *parser) member(x Expr) Expr {
	t := p.tok()
	start := x.Where().Start
	switch t.kind {
	case tokName:
		p.take()
		if p.is("(") {
			args, end := p.args()
			return &Method{At{start, end}, x, t.text, At{t.start, t.end}, args}
		}
		return &Member{At{start, t.end}, x, t.text, At{t.start, t.end}}
	case tokQuoted:
		p.take()
		for _, name := range t.path {
			x = &Member{At{start, t.end}, x, name, At{t.start, t.end}}
		}
		return x
	case tokNumber:
		p.fail(t, Problem{Message: fmt.Sprintf("expected a name after `.`, found the number %s", t.text),
			Help: "write an element of an array as [" + t.text + "]"})
	default:
		p.expected("a name after `.`")
	}
	return x
}

func (p *parser) element(x Expr) Expr {
	open := p.all[p.pos-1]
	var index Expr
	if p.is("*") && p.peek(1).kind == tokOp && p.peek(1).text == "]" {
		p.take()
	} else {
		index = p.expr()
	}
	end := p.close(open, "]")
	return &Element{At{x.Where().Start, end}, x, index}
}

// close takes the bracket that ends what open began and returns its end.
func (p *parser) close(open token, with string) int {
	t := p.tok()
	if p.accept(with) {
		return t.end
	}
	if t.kind == tokEOF {
		p.fail(open, Problem{Code: "unclosed-bracket", Message: fmt.Sprintf("missing closing `%s`", with),
			Help: "add `" + with + "`"})
		return t.end
	}
	p.operatorExpected("`" + with + "` or an operator")
	return t.end
}

func (p *parser) args() ([]Expr, int) {
	open := p.take()
	t := p.tok()
	if p.accept(")") {
		return nil, t.end
	}
	var args []Expr
	for {
		args = append(args, p.arg())
		if !p.accept(",") {
			break
		}
	}
	t = p.tok()
	if t.kind == tokOp && t.text == ")" || t.kind == tokEOF {
		return args, p.close(open, ")")
	}
	p.operatorExpected("`,`, `)` or an operator")
	return args, t.end
}

// arg reads an argument: an expression or, only here, a lambda.
func (p *parser) arg() Expr {
	params, n := p.lambdaHead()
	if n == 0 {
		return p.expr()
	}
	start := p.tok().start
	p.pos += n
	if p.is("{") {
		p.fail(p.tok(), Problem{Code: "statement-not-allowed",
			Message: "expected an expression after `->`, found a block", Help: "write only the value: x -> x > 0"})
	}
	if !p.enter() {
		return &Null{}
	}
	defer p.leave()
	body := p.expr()
	return &Lambda{At{start, body.Where().End}, params, body}
}

// lambdaHead recognises `x ->` and `(x, y) ->` and returns how many tokens they are.
func (p *parser) lambdaHead() ([]string, int) {
	if p.problem != nil {
		return nil, 0
	}
	isOp := func(n int, op string) bool { t := p.peek(n); return t.kind == tokOp && t.text == op }
	isParam := func(n int) bool {
		t := p.peek(n)
		return t.kind == tokName && t.plain && !reservedWords[t.text]
	}
	if isParam(0) && isOp(1, "->") {
		return []string{p.peek(0).text}, 2
	}
	if !isOp(0, "(") {
		return nil, 0
	}
	var params []string
	n := 1
	for isParam(n) {
		params = append(params, p.peek(n).text)
		n++
		if !isOp(n, ",") {
			break
		}
		n++
	}
	if len(params) > 0 && isOp(n, ")") && isOp(n+1, "->") {
		return params, n + 2
	}
	return nil, 0
}

func (p *parser) primary() Expr {
	t := p.tok()
	at := At{t.start, t.end}
	switch t.kind {
	case tokText:
		p.take()
		return &Text{at, t.text, t.plain, p.src[t.start]}
	case tokNumber:
		p.take()
		return &Number{at, t.text}
	case tokQuoted:
		p.take()
		var x Expr = &Name{at, t.path[0], true}
		for _, name := range t.path[1:] {
			x = &Member{at, x, name, at}
		}
		return x
	case tokName:
		return p.name(t, at)
	case tokOp:
		switch t.text {
		case "(":
			p.take()
			x := p.expr()
			end := p.close(t, ")")
			x.widen(t.start, end)
			return x
		case "[":
			p.take()
			return p.list(t)
		case "{":
			p.take()
			return p.mapping(t)
		case ")", "]", "}":
			p.fail(t, Problem{Message: "expected a value, found `" + t.text + "`"})
		}
	}
	p.expected("a value")
	return &Null{}
}

func (p *parser) name(t token, at At) Expr {
	next := p.peek(1)
	called := next.kind == tokOp && next.text == "("
	if t.plain {
		switch t.text {
		case "null":
			p.take()
			return &Null{at}
		case "true", "false":
			p.take()
			return &Bool{at, t.text == "true"}
		}
		if reservedWords[t.text] {
			p.reserved(t)
			return &Null{}
		}
	}
	p.take()
	if called && t.plain {
		args, end := p.args()
		return &Call{At{t.start, end}, t.text, at, args}
	}
	return &Name{at, t.text, !t.plain}
}

func (p *parser) list(open token) Expr {
	var items []Expr
	if !p.is("]") {
		for {
			items = append(items, p.expr())
			if !p.accept(",") {
				break
			}
		}
	}
	return &List{At{open.start, p.close(open, "]")}, items}
}

func (p *parser) mapping(open token) Expr {
	var entries []Entry
	if p.is(":") && p.peek(1).text == "}" { // JEXL's empty map
		p.take()
	}
	if !p.is("}") {
		for {
			key := p.expr()
			if t := p.tok(); !p.accept(":") {
				if t.kind == tokOp && (t.text == "}" || t.text == ",") {
					p.fail(t, Problem{Message: fmt.Sprintf("expected `:` and a value, found `%s`", t.text),
						Help: "write a list as [a, b]"})
				}
				p.expected("`:` and a value")
			}
			entries = append(entries, Entry{key, p.expr()})
			if !p.accept(",") {
				break
			}
		}
	}
	return &Map{At{open.start, p.close(open, "}")}, entries}
}

// end expects that nothing is left.
func (p *parser) end() {
	if p.tok().kind != tokEOF {
		p.operatorExpected("an operator or the end")
	}
}
