package dataprep

import "strings"

// At is the position of a node: the half-open range [Start, End) of bytes of the
// expression's text. Parentheses around a node belong to it.
type At struct{ Start, End int }

// Where returns the range itself; it makes every node an Expr.
func (a At) Where() At { return a }

func (a *At) widen(start, end int) { a.Start, a.End = start, end }

// Expr is a node of an expression: one of the pointer types of this file.
type Expr interface {
	Where() At
	widen(start, end int)
}

// Null is the literal null.
type Null struct{ At }

// Bool is true or false.
type Bool struct {
	At
	Value bool
}

// Number is a numeric literal as written: 12, 0x1F, 017, 5L, 1.5, 1e3, 2.5b.
type Number struct {
	At
	Text string
}

// Text is a string literal. Value has its escapes resolved; Verbatim says that
// it had none, so that offset i of Value is offset Start+1+i of the expression.
type Text struct {
	At
	Value    string
	Verbatim bool
	Quote    byte // around it
}

// Name is an attribute of the source row or a parameter of a lambda around it.
// Quoted says that it was written as `${…}` or with a backslash, which is
// never a function.
type Name struct {
	At
	Name   string
	Quoted bool
}

// Member is Of.Name.
type Member struct {
	At
	Of   Expr
	Name string
	// NameAt is the range of the name alone.
	NameAt At
}

// Element is Of[Index]; a nil Index is `[*]`, every element.
type Element struct {
	At
	Of    Expr
	Index Expr
}

// Call is Name(Args…).
type Call struct {
	At
	Name   string
	NameAt At
	Args   []Expr
}

// Method is On.Name(Args…).
type Method struct {
	At
	On     Expr
	Name   string
	NameAt At
	Args   []Expr
}

// Unary is an operator before its operand: `-`, `+`, `~`, `!`, `empty`, `size`.
type Unary struct {
	At
	Op Op
	X  Expr
}

// Binary is an operator between two operands. Op is the canonical spelling:
// `&&` also where the text says `and`.
type Binary struct {
	At
	Op   Op
	OpAt At
	X, Y Expr
}

// Choice is If ? Then : Else.
type Choice struct {
	At
	If, Then, Else Expr
}

// Lambda is a function that is passed to another: x -> Body, (x, y) -> Body.
type Lambda struct {
	At
	Params []string
	Body   Expr
}

// List is [a, b].
type List struct {
	At
	Items []Expr
}

// Map is {key: value}.
type Map struct {
	At
	Entries []Entry
}

// Entry is one key and value of a Map.
type Entry struct{ Key, Value Expr }

// Walk calls f for e and everything below it in the order of the text, parents
// first; f returns whether to go below its node.
func Walk(e Expr, f func(Expr) bool) {
	if e == nil || !f(e) {
		return
	}
	all := func(list []Expr) {
		for _, x := range list {
			Walk(x, f)
		}
	}
	switch e := e.(type) {
	case *Member:
		Walk(e.Of, f)
	case *Element:
		Walk(e.Of, f)
		Walk(e.Index, f)
	case *Call:
		all(e.Args)
	case *Method:
		Walk(e.On, f)
		all(e.Args)
	case *Unary:
		Walk(e.X, f)
	case *Binary:
		Walk(e.X, f)
		Walk(e.Y, f)
	case *Choice:
		Walk(e.If, f)
		Walk(e.Then, f)
		Walk(e.Else, f)
	case *Lambda:
		Walk(e.Body, f)
	case *List:
		all(e.Items)
	case *Map:
		for _, entry := range e.Entries {
			Walk(entry.Key, f)
			Walk(entry.Value, f)
		}
	}
}

// Real reports whether n has a fraction or an exponent, or a suffix that asks
// for floating point or a big decimal.
func (n *Number) Real() bool {
	return !n.hex() && strings.ContainsAny(n.Text, ".eEfFdDbB")
}

func (n *Number) hex() bool {
	return strings.HasPrefix(n.Text, "0x") || strings.HasPrefix(n.Text, "0X")
}
