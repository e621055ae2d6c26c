package dataprep

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/specs"
)

// The mapping language as far as an answer needs no evaluation: is it well
// formed, which functions and attributes does it name.

const maxExpression = 4096

var indexes = regexp.MustCompile(`\[(\d+|\*)\]`)

// word is one token of an expression.
type word struct {
	kind byte // i identifier, q ${quoted}, s string, n number, o operator, ( ) [ ] { } , : . ?
	text string
}

func scanExpression(src string) ([]word, error) {
	var out []word
	for i := 0; i < len(src); {
		r, n := utf8.DecodeRuneInString(src[i:])
		rest := src[i:]
		switch {
		case unicode.IsSpace(r):
			i += n
		case strings.HasPrefix(rest, "${"):
			end := strings.IndexByte(rest, '}')
			if end < 3 {
				return nil, fmt.Errorf("attribute at %d is not closed", i)
			}
			out = append(out, word{'q', rest[2:end]})
			i += end + 1
		case unicode.IsLetter(r) || r == '_' || r == '$':
			j := i
			for j < len(src) {
				r, n := utf8.DecodeRuneInString(src[j:])
				if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '$' {
					break
				}
				j += n
			}
			out = append(out, word{'i', src[i:j]})
			i = j
		case '0' <= r && r <= '9':
			m := numberForm.FindString(rest)
			out = append(out, word{'n', m})
			i += len(m)
		case r == '"' || r == '\'':
			j := i + 1
			for j < len(src) && src[j] != byte(r) {
				if src[j] == '\\' {
					j++
				}
				j++
			}
			if j >= len(src) {
				return nil, fmt.Errorf("text at %d is not closed", i)
			}
			out = append(out, word{'s', src[i : j+1]})
			i = j + 1
		case strings.ContainsRune("()[]{},:.?", r):
			if op := operatorAt(rest); op != "" {
				out = append(out, word{'o', op})
				i += len(op)
				continue
			}
			out = append(out, word{byte(r), string(r)})
			i += n
		default:
			op := operatorAt(rest)
			if op == "" {
				return nil, fmt.Errorf("%q at %d has no meaning here", r, i)
			}
			out = append(out, word{'o', op})
			i += len(op)
		}
	}
	return out, nil
}

var numberForm = regexp.MustCompile(`^(0[xX][0-9a-fA-F]+|\d+(\.\d+)?([eE][+-]?\d+)?)[LHfdbLHFDB]?`)

// operators, longest first.
var operators = []string{
	">>>", "===", "!==", "->", "==", "!=", "<=", ">=", "=~", "!~", "=^", "!^", "=$", "!$", "&&", "||", "??", "?:", "<<",
	">>", "..", "+", "-", "*", "/", "%", "<", ">", "!", "~", "&", "|", "^",
}

func operatorAt(s string) string {
	for _, op := range operators {
		if strings.HasPrefix(s, op) {
			return op
		}
	}
	return ""
}

var wordOperators = []string{"or", "and", "eq", "ne", "lt", "gt", "le", "ge", "div", "mod"}

// expressionParser is a recognizer: it knows no precedence, because being well
// formed does not depend on it.
type expressionParser struct {
	words []word
	at    int
	depth int

	attributes []string
	bound      []string // parameters of lambdas around
}

func (p *expressionParser) peek() word {
	if p.at < len(p.words) {
		return p.words[p.at]
	}
	return word{}
}

func (p *expressionParser) take(kind byte) bool {
	if p.peek().kind == kind && kind != 0 {
		p.at++
		return true
	}
	return false
}

func (p *expressionParser) unexpected() error {
	if w := p.peek(); w.kind != 0 {
		return fmt.Errorf("unexpected %s", w.text)
	}
	return fmt.Errorf("unexpected end of the expression")
}

func (p *expressionParser) expression() error {
	if p.depth++; p.depth > 200 {
		return fmt.Errorf("the expression is nested too deeply")
	}
	defer func() { p.depth-- }()
	for {
		if err := p.operand(); err != nil {
			return err
		}
		w := p.peek()
		switch {
		case w.kind == 'o' && w.text != "!" && w.text != "~" && w.text != "->", w.kind == 'i' &&
			slices.Contains(wordOperators, w.text):
			p.at++
		case w.kind == '?':
			p.at++
			if err := p.expression(); err != nil {
				return err
			}
			if !p.take(':') {
				return p.unexpected()
			}
		default:
			return nil
		}
	}
}

func (p *expressionParser) operand() error {
	for w := p.peek(); w.kind == 'o' && strings.Contains("+-!~", w.text) || w.kind == 'i' &&
		(w.text == "not" || w.text == "empty" && p.next().kind != '('); w = p.peek() {
		p.at++
	}
	w := p.peek()
	p.at++
	switch w.kind {
	case 's', 'n':
	case 'q':
		p.attribute(strings.ReplaceAll(w.text, `\.`, "."))
	case 'i':
		if err := p.name(w.text); err != nil {
			return err
		}
	case '(':
		if err := p.expression(); err != nil {
			return err
		}
		if !p.take(')') {
			return p.unexpected()
		}
	case '[':
		if err := p.sequence(']', false); err != nil {
			return err
		}
	case '{':
		if err := p.sequence('}', true); err != nil {
			return err
		}
	default:
		p.at--
		return p.unexpected()
	}
	return p.suffixes()
}

func (p *expressionParser) next() word {
	if p.at+1 < len(p.words) {
		return p.words[p.at+1]
	}
	return word{}
}

// name is an attribute, a literal, a call, or a lambda's parameter.
func (p *expressionParser) name(s string) error {
	switch {
	case slices.Contains([]string{"var", "if", "for", "while", "return", "function", "do", "else", "new", "break",
		"continue"}, s):
		return fmt.Errorf("%s starts a statement; a mapping is one expression", s)
	case p.peek().kind == '(':
		if _, known := specs.FunctionByName(s); !known {
			return fmt.Errorf("function %s is not known", s)
		}
		p.at++
		return p.sequence(')', false)
	case p.peek().kind == 'o' && p.peek().text == "->":
		p.at++
		p.bound = append(p.bound, s)
		err := p.expression()
		p.bound = p.bound[:len(p.bound)-1]
		return err
	case slices.Contains([]string{"true", "false", "null"}, s) || slices.Contains(p.bound, s):
		return nil
	}
	p.attribute(s)
	return nil
}

func (p *expressionParser) attribute(s string) {
	if !slices.Contains(p.attributes, s) {
		p.attributes = append(p.attributes, s)
	}
}

func (p *expressionParser) sequence(end byte, pairs bool) error {
	if p.take(end) {
		return nil
	}
	for {
		if err := p.expression(); err != nil {
			return err
		}
		if pairs {
			if !p.take(':') {
				return p.unexpected()
			}
			if err := p.expression(); err != nil {
				return err
			}
		}
		if p.take(end) {
			return nil
		}
		if !p.take(',') {
			return p.unexpected()
		}
	}
}

func (p *expressionParser) suffixes() error {
	for {
		switch {
		case p.take('.'):
			if !p.take('i') && !p.take('q') {
				return p.unexpected()
			}
			if p.take('(') {
				if err := p.sequence(')', false); err != nil {
					return err
				}
			}
		case p.take('['):
			if w := p.peek(); w.kind == 'o' && w.text == "*" { // every element
				p.at++
			} else if err := p.expression(); err != nil {
				return err
			}
			if !p.take(']') {
				return p.unexpected()
			}
		default:
			return nil
		}
	}
}

func parseExpression(src string) (*expressionParser, error) {
	words, err := scanExpression(src)
	if err != nil {
		return nil, err
	}
	p := &expressionParser{words: words}
	if err := p.expression(); err != nil {
		return nil, err
	}
	if p.at < len(p.words) {
		return nil, p.unexpected()
	}
	return p, nil
}

// CheckExpression says what is wrong with an expression, nil when nothing is.
func CheckExpression(src string) error {
	_, err := parseExpression(src)
	return err
}

func expressionAttributes(src string) []string {
	p, err := parseExpression(src)
	if err != nil {
		return nil
	}
	return p.attributes
}

func listFunctions(c *core.Call) (core.Answer, error) {
	out := []any{}
	for _, f := range specs.Functions() {
		params := []any{}
		for i, p := range f.Params {
			params = append(params, object{"name": p.Name, "description": p.Name, "type": p.Type, "dataType": javaType(p.Type),
				"position": i + 1})
		}
		o := object{
			"category": f.Group, "function": f.Name, "description": f.Syntax, "syntax": f.Syntax, "returns": f.Returns,
			"returnType": javaType(f.Returns), "params": params, "since": 1, "example": "", "result": "",
		}
		if len(f.Examples) > 0 {
			o["example"], o["result"] = f.Examples[0].Expr, string(f.Examples[0].Result)
		}
		out = append(out, o)
	}
	return core.OK(out)
}

func javaType(t string) string {
	for _, j := range [][2]string{
		{"string", "java.lang.String"}, {"integer", "java.lang.Integer"}, {"long", "java.lang.Long"},
		{"number", "java.lang.Double"}, {"double", "java.lang.Double"}, {"boolean", "java.lang.Boolean"},
		{"date-time", "java.time.ZonedDateTime"}, {"array", "java.util.List"}, {"map", "java.util.Map"},
		{"object", "java.util.Map"},
	} {
		if strings.HasPrefix(t, j[0]) {
			return j[1]
		}
	}
	return "java.lang.Object"
}

func listOperators(c *core.Call) (core.Answer, error) {
	out := []any{}
	for _, o := range []struct {
		symbol, method string
		operands       int
	}{
		{"+", "add", 2}, {"-", "subtract", 2}, {"*", "multiply", 2}, {"/", "divide", 2}, {"%", "mod", 2},
		{"~", "complement", 1}, {"-", "negate", 1}, {"!", "not", 1}, {"&", "and", 2}, {"|", "or", 2}, {"^", "xor", 2},
		{">>", "shiftRight", 2}, {">>>", "shiftRightUnsigned", 2}, {"<<", "shiftLeft", 2}, {"==", "equals", 2},
		{"===", "strictEquals", 2}, {"<", "lessThan", 2}, {"<=", "lessThanOrEqual", 2}, {">", "greaterThan", 2},
		{">=", "greaterThanOrEqual", 2}, {"=~", "contains", 2}, {"=^", "startsWith", 2}, {"=$", "endsWith", 2},
		{"empty", "empty", 1}, {"size", "size", 1},
	} {
		example := "x " + o.symbol + " y"
		if o.operands == 1 {
			example = o.symbol + " x"
		}
		out = append(out, object{"operatorSymbol": o.symbol, "methodName": o.method, "numberOfOperands": o.operands,
			"description": o.method, "example": example})
	}
	return core.OK(out)
}
