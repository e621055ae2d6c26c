package eval

import (
	"strings"

	"github.com/aepflow/aepflow/internal/dataprep"
)

// operator is what a binary operator does with its values.
type operator func(m *Machine, x, y Value) Value

func (c *compiler) binary(e *dataprep.Binary) fn {
	switch e.Op {
	case "?:":
		condition, other := c.node(e.X, true), c.node(e.Y, c.dialect.old())
		return func(m *Machine) Value {
			v, is, ok := m.condition(condition)
			switch {
			case !ok:
				return failure
			case is:
				return v
			}
			return other(m)
		}
	case "??":
		return c.otherwise(c.node(e.X, true), c.expr(e.Y))
	case "&&", "||":
		return c.logical(e)
	}
	op := operators[e.Op]
	if op == nil {
		op = func(m *Machine, x, y Value) Value { return m.calculate(e.Op, x, y) }
	}
	x, y := c.expr(e.X), c.expr(e.Y)
	if !toleratesNull[e.Op] {
		x, y = c.operand(e.X, x), c.operand(e.Y, y)
	}
	at := e.At
	division := e.Op == "/" || e.Op == "%"
	lenient := !c.dialect.strict()
	return func(m *Machine) Value {
		a := x(m)
		if a.kind == failed {
			return failure
		}
		b := y(m)
		if b.kind == failed || !m.spend(1+(len(a.s)+len(b.s))/16) {
			return failure
		}
		m.at = at
		v := op(m, a, b)
		if v.kind == failed && division && lenient && m.err.Code == Arithmetic {
			if m.set.dialect.old() && m.err.raw { // another kind of exception
				return failure
			}
			m.forget()
			return OfDouble(0)
		}
		return v
	}
}

// toleratesNull are the operators for which a null operand is a value like others;
// a shift leaves the test to its conversion.
var toleratesNull = map[dataprep.Op]bool{
	"==": true, "!=": true, "===": true, "!==": true, "=~": true, "!~": true, "..": true,
	"<<": true, ">>": true, ">>>": true,
}

// operand names the attribute that is null in the error: `??` and `?:` do not excuse
// that one, only a null that was calculated.
func (c *compiler) operand(e dataprep.Expr, x fn) fn {
	name, ok := e.(*dataprep.Name)
	if !ok || c.dialect != Default {
		return x
	}
	return func(m *Machine) Value {
		v := x(m)
		if v.kind == Null {
			return m.failAt(name.At, MissingAttribute, "`%s` is null", name.Name)
		}
		return v
	}
}

func (c *compiler) otherwise(x, y fn) fn {
	return func(m *Machine) Value {
		v := x(m)
		if v.kind == failed {
			if m.err.Code != NullOperand {
				return failure
			}
			m.forget()
			v = Value{}
		}
		if !v.IsNull() {
			return v
		}
		return y(m)
	}
}

func (c *compiler) logical(e *dataprep.Binary) fn {
	x, y := c.expr(e.X), c.expr(e.Y)
	stop := e.Op == "||"
	at := e.At
	return func(m *Machine) Value {
		for _, operand := range [2]fn{x, y} {
			v := operand(m)
			if v.kind == failed || !m.spend(1) {
				return failure
			}
			m.at = at
			is, ok := m.truth(v)
			if !ok {
				return failure
			}
			if is == stop {
				return OfBool(stop)
			}
		}
		return OfBool(!stop)
	}
}

// negated turns a test into the operator and its negation.
func negated(test func(m *Machine, x, y Value) (is, ok bool), want bool) operator {
	return func(m *Machine, x, y Value) Value {
		is, ok := test(m, x, y)
		if !ok {
			return failure
		}
		return OfBool(is == want)
	}
}

func prefix(m *Machine, x, y Value) (bool, bool) { return m.affix(x, y, strings.HasPrefix) }
func suffix(m *Machine, x, y Value) (bool, bool) { return m.affix(x, y, strings.HasSuffix) }

func strictEqual(_ *Machine, x, y Value) (bool, bool) { return identical(x, y) || same(x, y), true }

// operators are those that do not calculate.
var operators = map[dataprep.Op]operator{
	"==": negated((*Machine).equal, true), "!=": negated((*Machine).equal, false),
	"===": negated(strictEqual, true), "!==": negated(strictEqual, false),
	"=~": negated((*Machine).contains, true), "!~": negated((*Machine).contains, false),
	"=^": negated(prefix, true), "!^": negated(prefix, false),
	"=$": negated(suffix, true), "!$": negated(suffix, false),
	"<":   func(m *Machine, x, y Value) Value { return m.order("<", x, y) },
	">":   func(m *Machine, x, y Value) Value { return m.order(">", x, y) },
	"<=":  func(m *Machine, x, y Value) Value { return m.order("<=", x, y) },
	">=":  func(m *Machine, x, y Value) Value { return m.order(">=", x, y) },
	"&":   func(m *Machine, x, y Value) Value { return m.bitwise("&", x, y) },
	"|":   func(m *Machine, x, y Value) Value { return m.bitwise("|", x, y) },
	"^":   func(m *Machine, x, y Value) Value { return m.bitwise("^", x, y) },
	"<<":  func(m *Machine, x, y Value) Value { return m.bitwise("<<", x, y) },
	">>":  func(m *Machine, x, y Value) Value { return m.bitwise(">>", x, y) },
	">>>": func(m *Machine, x, y Value) Value { return m.bitwise(">>>", x, y) },
	"..":  (*Machine).span,
}

// span is the range x..y, which may go down.
func (m *Machine) span(x, y Value) Value {
	from, ok := m.toLong(x)
	if !ok {
		return failure
	}
	to, ok := m.toLong(y)
	if !ok {
		return failure
	}
	n := to - from
	if n < 0 {
		n = -n
	}
	if n < 0 || n > MaxWork || !m.spend(int(n)) {
		return m.fail(TooMuchWork, "the range from %d to %d is too long", from, to)
	}
	one := OfLong
	if from == int64(int32(from)) && to == int64(int32(to)) {
		one = OfInt
	}
	items := make([]Value, 0, n+1)
	for i := from; ; {
		items = append(items, one(i))
		switch {
		case i < to:
			i++
		case i > to:
			i--
		default:
			return Value{kind: List, ref: &list{items: items, span: true}}
		}
	}
}
