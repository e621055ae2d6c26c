package dataprep

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/diag"
)

// fail records the first problem; tokens that could not be read bring their own.
func (p *parser) fail(t token, pr Problem) {
	if p.problem != nil {
		return
	}
	if t.kind == tokBad {
		p.problem = t.problem
		return
	}
	pr.Severity = diag.Error
	if pr.Code == "" {
		pr.Code = "expression-syntax"
	}
	if pr.End == 0 {
		pr.Start, pr.End = t.start, t.end
	}
	p.problem = &pr
}

func (p *parser) expected(what string) {
	t := p.tok()
	p.fail(t, Problem{Message: "expected " + what + ", found " + p.found(t)})
}

// found names a token as a reader sees it.
func (p *tokens) found(t token) string {
	switch t.kind {
	case tokEOF:
		return "the end"
	case tokText:
		return "text " + short(p.src[t.start:t.end])
	case tokNumber:
		return "number " + t.text
	default:
		return "`" + short(p.src[t.start:t.end]) + "`"
	}
}

func short(s string) string {
	const most = 24
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	r := []rune(s)
	return string(r[:most-1]) + "…"
}

// reserved explains a word of the language where a value was expected.
func (p *parser) reserved(t token) {
	quoted := QuoteAttribute(t.text)
	next := p.peek(1)
	pr := Problem{Code: "reserved-name", Message: fmt.Sprintf("expected a value, found the reserved word `%s`", t.text),
		Help: fmt.Sprintf("write a column with this name as %s", quoted), Replacement: quoted}
	switch t.text {
	case "if":
		if next.text == "(" {
			pr = Problem{Code: "statement-not-allowed", Message: "expected an expression, found the statement `if`",
				Help: "write iif(condition, value, otherwise)", Replacement: "iif"}
		}
	case "var", "for", "while", "do", "return", "function", "new", "break", "continue", "else":
		if p.startsValue(next) && next.text != "[" {
			pr = Problem{Code: "statement-not-allowed",
				Message: fmt.Sprintf("expected an expression, found the statement `%s`", t.text),
				Help:    "a mapping is a single value; statements are not supported"}
		}
	}
	p.fail(t, pr)
}

// sqlWords are what people who write SQL all day write here.
var sqlWords = map[string]string{"AND": "and", "OR": "or", "NOT": "not", "IS": "==", "MOD": "mod", "DIV": "div"}

// sqlForms are words of SQL after a value, and how the language says it.
var sqlForms = map[string]string{
	"AS":    "to_integer(…), to_decimal(…), or date(…) to convert a value",
	"LIKE":  "=~ and a regular expression: name =~ \"A.*\"",
	"ILIKE": "=~ and a regular expression: name =~ \"(?i)a.*\"", "RLIKE": "=~ and a regular expression",
	"IN":      "=~ and a list: name =~ [\"a\", \"b\"]",
	"BETWEEN": "two comparisons: amount >= 1 && amount <= 5",
	"OVER":    "a value of one row: there are no window functions",
}

// operatorExpected explains a token after the end of a value.
func (p *parser) operatorExpected(what string) {
	t := p.tok()
	pr := Problem{Message: "expected " + what + ", found " + p.found(t)}
	switch {
	case t.kind == tokName:
		p.wordExpected(t, &pr)
	case t.kind != tokOp:
	case t.text == ";":
		pr.Code, pr.Help = "statement-not-allowed", "a mapping is a single value; statements are not supported"
	case t.text == "=":
		pr.Code, pr.Message = "assignment-not-allowed", "expected a comparison, found the assignment `=`"
		pr.Help, pr.Replacement = "write `==` to compare", "=="
	case t.text == "<>":
		pr.Help, pr.Replacement = "write `!=`", "!="
	case strings.HasSuffix(t.text, "=") && len(t.text) > 1 && binaryOps[Op(t.text)] == 0:
		pr.Code, pr.Message = "assignment-not-allowed", "expected an operator, found the assignment `"+t.text+"`"
	case t.text == "->", t.text == "=>":
		pr.Code = "lambda-not-allowed"
		pr.Help = "a lambda `x -> …` is only allowed as an argument"
	}
	p.fail(t, pr)
}

// wordExpected explains a word after a value: another language's operator, or
// the rest of a name with a space.
func (p *parser) wordExpected(t token, pr *Problem) {
	before := p.all[max(p.pos-1, 0)]
	switch {
	case sqlWords[strings.ToUpper(t.text)] != "":
		pr.Replacement = sqlWords[strings.ToUpper(t.text)]
		pr.Help = "write `" + pr.Replacement + "`"
	case sqlForms[strings.ToUpper(t.text)] != "":
		pr.Help = "write " + sqlForms[strings.ToUpper(t.text)]
	case before.kind != tokName || !before.plain || p.pos == 0:
	case strings.EqualFold(before.text, "not"):
		pr.Message = "expected a value or an operator, found `" + before.text + "`"
		pr.Start, pr.End = before.start, before.end
		pr.Help, pr.Replacement = "write `not`", "not"
	case strings.EqualFold(before.text, "case"):
		pr.Message = "expected a value, found `" + before.text + "`"
		pr.Start, pr.End = before.start, before.end
		pr.Help = "write iif(condition, value, otherwise) or decode(value, key, result, …)"
	default:
		pr.Help = "write a column with a space in its name as " + QuoteAttribute(p.src[before.start:t.end])
	}
}
