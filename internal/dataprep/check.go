package dataprep

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/nearest"
)

// Check compares what e says with what exists: columns, functions, arguments,
// types. Its problems come in the order of the text; one fault gives one.
func Check(e Expr, env Env) []Problem {
	c := &checker{found: new(problems)}
	if at := e.Where(); at.End-at.Start >= memoFrom {
		env.memo = map[Expr]string{}
	}
	c.expr(e, env)
	slices.SortStableFunc(*c.found, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(b.Severity, a.Severity))
	})
	return *c.found
}

// checker walks an expression. Rules that look at one node are functions.
type checker struct {
	found  *problems
	inCall int // calls of functions around what is checked
}

type problems []Problem

func (f *problems) add(at At, severity diag.Severity, p Problem) {
	p.Severity, p.Start, p.End = severity, at.Start, at.End
	*f = append(*f, p)
}

func (c *checker) all(list []Expr, env Env) {
	for _, x := range list {
		c.expr(x, env)
	}
}

func (c *checker) expr(e Expr, env Env) {
	switch e := e.(type) {
	case *Name, *Member, *Element:
		c.chain(e, env)
	case *Call:
		c.call(e, env)
	case *Method:
		c.method(e, env)
	case *Unary:
		c.expr(e.X, env)
		if isPrefix(e.Op) && e.Op != "!" {
			checkOperand(e.X, string(e.Op), env, c.found)
		}
	case *Binary:
		c.binary(e, env)
	case *Choice:
		c.all([]Expr{e.If, e.Then, e.Else}, env)
	case *Lambda:
		c.expr(e.Body, env.with(e.Params))
	case *List:
		c.all(e.Items, env)
	case *Map:
		for _, entry := range e.Entries {
			c.expr(entry.Key, env)
			c.expr(entry.Value, env)
		}
	}
}

// chain checks a name with what hangs on it: the name must be a column, and a
// column of a scalar type has no members.
func (c *checker) chain(e Expr, env Env) {
	var steps []Expr // from the name outwards
	for x := e; ; {
		switch n := x.(type) {
		case *Name:
			slices.Reverse(steps)
			c.column(n, steps, env)
			return
		case *Member:
			steps = append(steps, n)
			x = n.Of
			checkReserved(n, c.found)
		case *Element:
			steps = append(steps, n)
			if n.Index != nil {
				c.expr(n.Index, env)
			} else if c.inCall > 0 {
				c.found.add(At{n.Of.Where().End, n.End}, diag.Warning,
					Problem{Code: "wildcard-in-function", Message: "wildcard inside a function",
						Help: "map the array itself, or transform it with transformArray(ARRAY, x -> …)"})
			}
			x = n.Of
		default:
			c.expr(x, env)
			return
		}
	}
}

// checkReserved warns of a word of the language after a dot. In `${a.size}`,
// where the name's range is that of the whole, it is harmless.
func checkReserved(n *Member, found *problems) {
	if reservedWords[n.Name] && n.NameAt.End-n.NameAt.Start == len(n.Name) {
		found.add(n.NameAt, diag.Warning, Problem{Code: "reserved-name",
			Message: fmt.Sprintf("member `%s` is a reserved word", n.Name),
			Help:    "write a path with a reserved word as ${…}"})
	}
}

func (c *checker) column(n *Name, steps []Expr, env Env) {
	if !n.Quoted && env.isParam(n.Name) {
		return
	}
	if _, declared := env.Columns[n.Name]; !n.Quoted && !declared && isFunction(n.Name) {
		c.found.add(n.At, diag.Error, Problem{Code: "reserved-name",
			Message:     fmt.Sprintf("expected a value, found the name of the function `%s`", n.Name),
			Help:        fmt.Sprintf("write %s for a column, or %s(…) for a function", QuoteAttribute(n.Name), n.Name),
			Replacement: QuoteAttribute(n.Name)})
		return
	}
	if env.Columns == nil {
		return
	}
	t, ok := env.Columns[n.Name]
	if !ok {
		unknownColumn(n, steps, env, c.found)
		return
	}
	if env.Paths != nil {
		nestedColumn(n, steps, env, c.found)
		return
	}
	if len(steps) == 0 || !isScalar(t) {
		return
	}
	switch step := steps[0].(type) {
	case *Member:
		c.found.add(step.NameAt, diag.Error, Problem{Code: "member-of-scalar",
			Message: fmt.Sprintf("column `%s` has type %s, which has no member `%s`", n.Name, t, step.Name)})
	case *Element:
		c.found.add(At{n.End, step.End}, diag.Error, Problem{Code: "element-of-scalar",
			Message: fmt.Sprintf("column `%s` has type %s, which has no elements", n.Name, t)})
	}
}

// nestedColumn checks a path into a nested column: the first step that is not there
// is the fault.
func nestedColumn(n *Name, steps []Expr, env Env, found *problems) {
	path, at := escape(n.Name, `.\`), n.At
	for _, s := range steps {
		t := env.Paths[path]
		switch s := s.(type) {
		case *Member:
			if isScalar(t) || isArray(t) {
				found.add(s.NameAt, diag.Error, Problem{Code: "member-of-scalar",
					Message: fmt.Sprintf("`%s` is %s, which has no member `%s`", path, phrase(t), s.Name)})
				return
			}
			path, at = path+"."+escape(s.Name, `.\`), s.NameAt
			if _, ok := env.Paths[path]; !ok {
				p := Problem{Code: "unknown-column", Message: fmt.Sprintf("unknown column `%s`", path)}
				p.suggest(env.Names.All(path), nil)
				p.Replacement = ""
				found.add(at, diag.Error, p)
				return
			}
		case *Element:
			if !isArray(t) {
				found.add(At{at.Start, s.End}, diag.Error, Problem{Code: "element-of-scalar",
					Message: fmt.Sprintf("`%s` is %s, which has no elements", path, phrase(t))})
				return
			}
			path += "[]"
		}
	}
}

func unknownColumn(n *Name, steps []Expr, env Env, found *problems) {
	p := Problem{Code: "unknown-column", Message: fmt.Sprintf("unknown column `%s`", n.Name)}
	at := n.At
	// a.b where the column is called `a.b`
	name := n.Name
	for _, s := range steps {
		m, ok := s.(*Member)
		if !ok {
			break
		}
		name += "." + m.Name
		if _, ok := env.Columns[name]; ok {
			at = At{n.Start, m.End}
			p.Message = fmt.Sprintf("expected column `%s`, found member `%s` of `%s`", name, m.Name, n.Name)
			p.Replacement = QuoteAttribute(name)
			p.Help = `escape a dot in a name: ` + p.Replacement
			break
		}
	}
	if p.Replacement == "" {
		names := env.Names
		if names == nil {
			names = nearest.Of(slices.Collect(maps.Keys(env.Columns)))
		}
		switch {
		case p.suggest(names.All(n.Name), QuoteAttribute):
		case isLiteral(strings.ToLower(n.Name)):
			p.suggest([]string{strings.ToLower(n.Name)}, nil)
		case len(steps) == 0:
			p.Help = fmt.Sprintf(`write text as "%s"`, n.Name)
		}
	}
	found.add(at, diag.Error, p)
}

// suggest offers candidates, and as a replacement the only one. spell, when not
// nil, writes a candidate as an expression has to.
func (p *Problem) suggest(candidates []string, spell func(string) string) bool {
	if len(candidates) == 0 {
		return false
	}
	var words []string
	for _, c := range candidates[:min(len(candidates), 3)] {
		if spell != nil {
			c = spell(c)
		}
		words = append(words, c)
	}
	p.Help = "did you mean `" + strings.Join(words, "` or `") + "`?"
	if len(candidates) == 1 {
		p.Replacement = words[0]
	}
	return true
}

func isLiteral(word string) bool { return word == "null" || word == "true" || word == "false" }

func (c *checker) binary(e *Binary, env Env) {
	if dashedName(e, env, c.found) {
		return
	}
	c.expr(e.X, env)
	c.expr(e.Y, env)
	switch {
	case e.Op.Arithmetic():
		checkArithmetic(e, env, c.found)
	case joinsTexts(e, env):
		if x, ok := e.X.(*Binary); ok && joinsTexts(x, env) {
			return // said there
		}
		c.found.add(e.OpAt, diag.Warning, Problem{Code: "text-as-condition",
			Message: "`||` expects boolean operands, found text", Help: "join text with concat(…)"})
	case (e.Op == "&" || e.Op == "|") && TypeOf(e.X, env) == "boolean" && TypeOf(e.Y, env) == "boolean":
		c.found.add(e.OpAt, diag.Warning, Problem{Code: "bitwise-condition",
			Message:     fmt.Sprintf("`%s` is bitwise, but both operands are boolean", e.Op),
			Help:        fmt.Sprintf("write `%s%s`", e.Op, e.Op),
			Replacement: string(e.Op + e.Op)})
	case e.Op == "=~" || e.Op == "!~":
		if t := TypeOf(e.Y, env); isNumber(t) || t == "boolean" || isDate(t) {
			c.found.add(e.Y.Where(), diag.Warning, Problem{Code: "argument-type",
				Message: fmt.Sprintf("expected a list or a regular expression after `%s`, found %s", e.Op, phrase(t))})
		}
	}
}

// joinsTexts recognises the operator that joins texts in SQL.
func joinsTexts(e *Binary, env Env) bool {
	return e.Op == "||" && (isText(TypeOf(e.X, env)) || isText(TypeOf(e.Y, env)))
}

// dashedName recognises first-name, which subtracts, where a column is called
// `first-name`.
func dashedName(e *Binary, env Env, found *problems) bool {
	if e.Op != "-" {
		return false
	}
	name, ok := dashed(e, 8)
	if !ok {
		return false
	}
	if _, ok = env.Columns[name]; !ok {
		return false
	}
	found.add(e.At, diag.Error, Problem{Code: "unknown-column",
		Message:     fmt.Sprintf("expected column `%s`, found a subtraction", name),
		Help:        "write a name with a dash as " + QuoteAttribute(name),
		Replacement: QuoteAttribute(name)})
	return true
}

// dashed spells a subtraction of bare names as one name. parts bounds the work
// on a long sum, which is looked at once per operator.
func dashed(e Expr, parts int) (string, bool) {
	switch e := e.(type) {
	case *Name:
		return e.Name, !e.Quoted
	case *Number:
		return e.Text, true
	case *Binary:
		if e.Op != "-" || parts == 1 {
			return "", false
		}
		x, ok := dashed(e.X, parts-1)
		y, ok2 := dashed(e.Y, 1)
		return x + "-" + y, ok && ok2
	}
	return "", false
}

func checkArithmetic(e *Binary, env Env, found *problems) {
	x, y := TypeOf(e.X, env), TypeOf(e.Y, env)
	if e.Op == "+" && (isText(x) && isNumber(y) || isNumber(x) && isText(y)) {
		found.add(e.OpAt, diag.Warning, Problem{Code: "text-plus-number",
			Message: "`+` between text and a number is ambiguous",
			Help:    "use concat(…) to join, or to_integer(…) or to_decimal(…) to add"})
		return
	}
	if e.Op == "+" && (isText(x) || isText(y)) {
		checkJoint(e, x, y, found)
		return
	}
	checkOperand(e.X, string(e.Op), env, found)
	checkOperand(e.Y, string(e.Op), env, found)
	if n, ok := e.Y.(*Number); ok && (e.Op == "/" || e.Op == "%") && zero(n) {
		found.add(n.At, diag.Warning, Problem{Code: "division-by-zero", Message: "division by zero leaves the field empty"})
		return
	}
	if e.Op == "/" && wholeNumber(x) && wholeNumber(y) {
		found.add(e.OpAt, diag.Note, Problem{Code: "integer-division", Message: "integer division drops the fraction",
			Help: "to keep it, make one operand a decimal: x / 2.0"})
	}
}

// checkJoint warns of a text and something that is neither text nor number.
func checkJoint(e *Binary, x, y string, found *problems) {
	other, at := y, e.Y.Where()
	if isText(y) {
		other, at = x, e.X.Where()
	}
	if isText(other) || other == "" {
		return
	}
	found.add(at, diag.Warning, Problem{Code: "argument-type",
		Message: fmt.Sprintf("expected text as operand of `+`, found %s", phrase(other)), Help: "join with concat(…)"})
}

func checkOperand(e Expr, op string, env Env, found *problems) {
	t := TypeOf(e, env)
	if t == "" || isNumber(t) {
		return
	}
	p := Problem{Code: "argument-type", Message: fmt.Sprintf("expected a number as operand of `%s`, found %s", op,
		phrase(t))}
	switch {
	case isText(t):
		p.Help = "convert it with to_integer(…) or to_decimal(…)"
	case isDate(t):
		p.Help = "extract a part with date_part(…)"
	}
	found.add(e.Where(), diag.Warning, p)
}

func wholeNumber(t string) bool { return t == "integer" || t == "long" }

func zero(n *Number) bool { return strings.Trim(n.Text, "0xX.lLhHfFdDbB") == "" }

// phrase names a type in a sentence.
func phrase(t string) string {
	switch {
	case t == "null":
		return "null"
	case t == "lambda":
		return "a lambda"
	case isText(t):
		return "text"
	case t == "boolean":
		return "a boolean"
	case t == "integer":
		return "an integer"
	case t == "long":
		return "a long integer"
	case t == "double":
		return "a decimal"
	case t == "date":
		return "a date"
	case t == "date-time":
		return "a date and time"
	case isArray(t):
		return "an array"
	case t == "object":
		return "an object"
	}
	return "a " + t
}
