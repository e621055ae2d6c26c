package eval

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/aepflow/aepflow/internal/dataprep"
)

// compiler turns nodes into closures. Params are those of the lambdas around the
// node; guarded says that a missing attribute is null here: the condition of a choice.
type compiler struct {
	set     *Set
	dialect Dialect
	params  []string
	err     *Error
}

func (c *compiler) refuse(at dataprep.At, code Code, format string, args ...any) fn {
	if c.err == nil {
		c.err = &Error{Code: code, Message: fmt.Sprintf(format, args...), Start: at.Start, End: at.End}
	}
	return nil
}

func constant(v Value) fn { return func(*Machine) Value { return v } }

func (c *compiler) expr(e dataprep.Expr) fn { return c.node(e, false) }

// node compiles e; guarded is true for the condition of a choice, where a missing
// attribute is null.
func (c *compiler) node(e dataprep.Expr, guarded bool) fn {
	switch e := e.(type) {
	case *dataprep.Null:
		return constant(Value{})
	case *dataprep.Bool:
		return constant(OfBool(e.Value))
	case *dataprep.Number:
		return c.number(e)
	case *dataprep.Text:
		return constant(OfText(c.variables(e.Value)))
	case *dataprep.Name, *dataprep.Member, *dataprep.Element, *dataprep.Method:
		return c.chain(e, guarded)
	case *dataprep.Call:
		return c.call(e)
	case *dataprep.Unary:
		return c.unary(e)
	case *dataprep.Binary:
		return c.binary(e)
	case *dataprep.Choice:
		return c.choice(e)
	case *dataprep.Lambda:
		return c.lambda(e)
	case *dataprep.List:
		return c.list(e)
	case *dataprep.Map:
		return c.object(e)
	}
	return c.refuse(e.Where(), CannotEvaluate, "cannot evaluate this expression")
}

// variables replaces `${NAME}` in a text by the variables of the platform.
func (c *compiler) variables(s string) string {
	for name, value := range c.set.inputs.Variables {
		s = strings.ReplaceAll(s, "${"+name+"}", value)
	}
	return s
}

func (c *compiler) number(e *dataprep.Number) fn {
	v, ok := literal(e)
	if !ok {
		return c.refuse(e.At, Arithmetic, "the number %s is out of range", e.Text)
	}
	return constant(v)
}

// literal is the value of a numeric literal, by its suffix or its size.
func literal(e *dataprep.Number) (Value, bool) {
	text := e.Text
	suffix := byte(0)
	if last := text[len(text)-1] | 0x20; strings.IndexByte("lhfdb", last) >= 0 {
		if !strings.HasPrefix(strings.ToLower(text), "0x") || last == 'l' || last == 'h' {
			suffix, text = last, text[:len(text)-1]
		}
	}
	if e.Real() {
		switch suffix {
		case 'b':
			d, ok := parseDecimal(text)
			if !ok {
				return Value{}, false
			}
			return ofDecimal(d), true
		case 'f':
			f, ok := parseFloat(text, 32)
			return OfFloat(float32(f)), ok
		}
		f, ok := parseFloat(text, 64)
		return OfDouble(f), ok
	}
	base := 10
	switch {
	case strings.HasPrefix(text, "0x"), strings.HasPrefix(text, "0X"):
		base, text = 16, text[2:]
	case strings.HasPrefix(text, "0") && len(text) > 1:
		base = 8
	}
	n, ok := new(big.Int).SetString(text, base)
	switch {
	case !ok:
		return Value{}, false
	case suffix == 'h':
		return OfBig(n), true
	case suffix == 'l':
		return OfLong(n.Int64()), n.IsInt64()
	case n.IsInt64():
		return OfInt(n.Int64()), true
	}
	return OfBig(n), true
}

func (c *compiler) unary(e *dataprep.Unary) fn {
	x := c.expr(e.X)
	at := e.At
	old := c.dialect.old()
	switch e.Op {
	case "empty":
		return func(m *Machine) Value {
			v := x(m)
			if v.kind == failed {
				if !m.excused() {
					return failure
				}
				return trueValue
			}
			return OfBool(empty(v))
		}
	case "size":
		return func(m *Machine) Value {
			v := x(m)
			if v.kind == failed {
				if !m.excused() {
					return failure
				}
				return OfInt(0)
			}
			if old && (v.kind != Null && v.kind < Text || v.kind == Date) {
				return Value{}
			}
			if !m.spend(1 + len(v.s)/16) {
				return failure
			}
			return OfInt(int64(size(v)))
		}
	}
	if e.Op == "!" || e.Op == "~" {
		x = c.operand(e.X, x)
	}
	_, isNumber := e.X.(*dataprep.Number)
	return func(m *Machine) Value {
		v := x(m)
		if v.kind == failed || !m.spend(1) {
			return failure
		}
		m.at = at
		switch e.Op {
		case "!":
			is, ok := m.truth(v)
			if !ok {
				return failure
			}
			return OfBool(!is)
		case "~":
			n, ok := m.toLong(v)
			if !ok {
				return failure
			}
			return OfLong(^n)
		case "+":
			return m.positive(v)
		}
		r := m.negate(v)
		if isNumber {
			r = narrowLiteral(r, v)
		}
		return r
	}
}

// excused drops the error of an operand of `empty` or `size`. JEXL 3.1 does not catch
// what Java says about a text that is not a number.
func (m *Machine) excused() bool {
	if m.err.Code == TooMuchWork || m.err.raw && m.set.dialect.old() {
		return false
	}
	m.forget()
	return true
}

// narrowLiteral makes -2147483648 the Integer that it is.
func narrowLiteral(r, literal Value) Value {
	switch {
	case r.kind == Long && literal.kind == Long && literal.n == 1<<31:
		return OfInt(r.n)
	}
	return r
}

// empty is the operator and the test of functions: null, zero, and what has no length.
func empty(v Value) bool {
	switch v.kind {
	case Null, missing:
		return true
	case Text:
		return v.s == ""
	case List:
		return len(v.Items()) == 0
	case Object:
		return v.Object().Len() == 0
	}
	if v.isNumber() {
		f := v.double()
		return f == 0 || f != f
	}
	return false
}

// size is the operator: the length of a text, a list, or an object, else 0.
func size(v Value) int {
	switch v.kind {
	case Text:
		return unitsLen(v.s)
	case List:
		return len(v.Items())
	case Object:
		return v.Object().Len()
	}
	return 0
}

func (c *compiler) choice(e *dataprep.Choice) fn {
	condition, then, other := c.node(e.If, true), c.expr(e.Then), c.expr(e.Else)
	return func(m *Machine) Value {
		_, is, ok := m.condition(condition)
		switch {
		case !ok:
			return failure
		case is:
			return then(m)
		}
		return other(m)
	}
}

// condition evaluates what decides; 3.3 takes an operand that is null for null there.
func (m *Machine) condition(x fn) (v Value, is, ok bool) {
	v = x(m)
	if v.kind == failed {
		if m.set.dialect.old() || m.err.Code != NullOperand {
			return v, false, false
		}
		m.forget()
		v = Value{}
	}
	if v.IsNull() {
		return v, false, m.spend(1)
	}
	is, ok = m.truth(v)
	return v, is, ok && m.spend(1)
}

func (c *compiler) list(e *dataprep.List) fn {
	items := make([]fn, len(e.Items))
	for i, x := range e.Items {
		items[i] = c.expr(x)
	}
	return func(m *Machine) Value {
		if !m.spend(1 + len(items)) {
			return failure
		}
		values := make([]Value, len(items))
		for i, x := range items {
			if values[i] = x(m).known(); values[i].kind == failed {
				return failure
			}
		}
		return Value{kind: List, ref: &list{items: values, array: true}}
	}
}

// known turns a missing value into null.
func (v Value) known() Value {
	if v.kind == missing {
		return Value{}
	}
	return v
}

func (c *compiler) object(e *dataprep.Map) fn {
	keys, values := make([]fn, len(e.Entries)), make([]fn, len(e.Entries))
	for i, entry := range e.Entries {
		keys[i], values[i] = c.expr(entry.Key), c.expr(entry.Value)
	}
	return func(m *Machine) Value {
		if !m.spend(1 + len(keys)) {
			return failure
		}
		o := &Map{}
		for i := range keys {
			k := keys[i](m).known()
			if k.kind == failed {
				return failure
			}
			v := values[i](m).known()
			if v.kind == failed {
				return failure
			}
			o.put(k, v)
		}
		return OfObject(o)
	}
}

// closure is a lambda with the parameters of those around it.
type closure struct {
	body   fn
	params int
	outer  []Value
}

func (c *compiler) lambda(e *dataprep.Lambda) fn {
	before := c.params
	c.params = append(before[:len(before):len(before)], e.Params...)
	body := c.expr(e.Body)
	c.params = before
	n := len(e.Params)
	return func(m *Machine) Value {
		outer := append([]Value(nil), m.local...)
		return Value{kind: lambda, ref: &closure{body, n, outer}}
	}
}

// apply calls a lambda with one argument; further parameters are null.
func (m *Machine) apply(f *closure, x Value) Value {
	before := m.local
	m.local = append(append([]Value(nil), f.outer...), x)
	for i := 1; i < f.params; i++ {
		m.local = append(m.local, Value{})
	}
	v := failure
	if m.spend(1 + len(m.local)) {
		v = f.body(m).known()
	}
	if v.kind == failed {
		m.err.raw = false // a lambda wraps what Java throws
	}
	m.local = before
	return v
}
