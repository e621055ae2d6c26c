package eval

import (
	"math"
	"math/big"
	"math/bits"

	"github.com/aepflow/aepflow/internal/dataprep"
)

// divisionByZero is also what the checker warns of.
const divisionByZero = "division by zero"

// calculate is + - * / % of two values.
func (m *Machine) calculate(op dataprep.Op, x, y Value) Value {
	old := m.set.dialect.old()
	if (x.IsNull() || y.IsNull()) && (!old || x.IsNull() && y.IsNull()) && !m.null() {
		return failure
	}
	if x.IsNull() && y.IsNull() {
		return OfInt(0)
	}
	if op != "+" {
		return m.numbers(op, x, y)
	}
	strict := m.set.dialect.strict()
	texts := x.kind == Text && y.kind == Text || strict && (x.kind == Text || y.kind == Text)
	if !texts {
		v := m.numbers(op, x, y)
		if v.kind != failed || m.err.Code != Arithmetic || old && !m.err.raw {
			return v
		}
		m.forget()
	}
	return m.join(x, y)
}

func (m *Machine) join(x, y Value) Value {
	text := func(v Value) (string, bool) {
		if v.IsNull() && !m.set.dialect.old() {
			return "", true
		}
		return m.concatText(v)
	}
	a, ok := text(x)
	if !ok {
		return failure
	}
	b, ok := text(y)
	if !ok || !m.spend((len(a)+len(b))/16) {
		return failure
	}
	return OfText(a + b)
}

// numbers calculates with the widest type of the operands.
func (m *Machine) numbers(op dataprep.Op, x, y Value) Value {
	if x.isWhole() && y.isWhole() {
		if v := whole(op, x, y, m.set.dialect.old()); v.kind != failed {
			return v
		}
		if y.n == 0 && (op == "/" || op == "%") {
			return m.fail(Arithmetic, divisionByZero)
		}
	}
	switch {
	case x.kind == Decimal || y.kind == Decimal:
		return m.decimals(op, x, y)
	case likeFloat(x) || likeFloat(y):
		a, ok := m.toDouble(x)
		if !ok {
			return failure
		}
		b, ok := m.toDouble(y)
		if !ok {
			return failure
		}
		return m.doubles(op, a, b)
	}
	return m.bigs(op, x, y)
}

// whole calculates with longs; it fails when the result needs more bits or there is none.
func whole(op dataprep.Op, x, y Value, old bool) Value {
	a, b := x.n, y.n
	r := int64(0)
	switch op {
	case "+":
		if r = a + b; (a^r)&(b^r) < 0 {
			return failure
		}
	case "-":
		if r = a - b; (a^b)&(a^r) < 0 {
			return failure
		}
	case "*":
		hi, lo := bits.Mul64(uint64(a), uint64(b))
		if a < 0 {
			hi -= uint64(b)
		}
		if b < 0 {
			hi -= uint64(a)
		}
		if r = int64(lo); int64(hi) != r>>63 {
			return failure
		}
	default:
		if b == 0 || old && (op == "%" && b < 0 || a == math.MinInt64 && b == -1) {
			return failure
		}
		if r = a / b; op == "%" {
			r = a % b
			if old && r < 0 { // 3.1 takes the remainder that is not negative
				r += b
			}
		}
	}
	if x.kind == Long || y.kind == Long {
		return OfLong(r)
	}
	return OfInt(r)
}

func (m *Machine) doubles(op dataprep.Op, a, b float64) Value {
	switch op {
	case "+":
		return OfDouble(a + b)
	case "-":
		return OfDouble(a - b)
	case "*":
		return OfDouble(a * b)
	}
	if b == 0 {
		return m.fail(Arithmetic, divisionByZero)
	}
	if op == "/" {
		return OfDouble(a / b)
	}
	return OfDouble(math.Mod(a, b))
}

func (m *Machine) bigs(op dataprep.Op, x, y Value) Value {
	a, ok := m.toBig(x)
	if !ok {
		return failure
	}
	b, ok := m.toBig(y)
	if !ok {
		return failure
	}
	if !m.spend((a.BitLen() + b.BitLen()) / 8) {
		return failure
	}
	r := new(big.Int)
	switch op {
	case "+":
		r.Add(a, b)
	case "-":
		r.Sub(a, b)
	case "*":
		if a.BitLen()+b.BitLen() > maxScale*4 {
			return m.fail(TooMuchWork, "the number is too large")
		}
		r.Mul(a, b)
	case "/":
		if b.Sign() == 0 {
			return m.fail(Arithmetic, divisionByZero)
		}
		r.Quo(a, b)
	default:
		if b.Sign() <= 0 { // Java's BigInteger.mod
			return m.fail(Arithmetic, "the divisor of %% is not positive")
		}
		r.Mod(a, b)
	}
	return narrowBig(x, y, r, m.set.dialect.old())
}

func numberable(v Value) bool { return v.kind == Int || v.kind == Long }

// narrowBig makes the result as small as the operands were.
func narrowBig(x, y Value, r *big.Int, old bool) Value {
	small := numberable(x) || numberable(y)
	if old {
		small = x.kind != Big && y.kind != Big
	}
	if !small || !r.IsInt64() {
		return OfBig(r)
	}
	if x.kind == Long || y.kind == Long {
		return OfLong(r.Int64())
	}
	return OfInt(r.Int64())
}

func (m *Machine) decimals(op dataprep.Op, x, y Value) Value {
	a, ok := m.toDecimal(x)
	if !ok {
		return failure
	}
	b, ok := m.toDecimal(y)
	if !ok {
		return failure
	}
	if a.scale > maxScale || a.scale < -maxScale || b.scale > maxScale || b.scale < -maxScale || !m.spend(40) {
		return m.fail(TooMuchWork, "the number is too large")
	}
	var r *decimal
	switch op {
	case "+":
		r = a.add(b)
	case "-":
		r = a.add(b.neg())
	case "*":
		r = a.mul(b)
	default:
		if b.unscaled.Sign() == 0 {
			return m.fail(Arithmetic, divisionByZero)
		}
		if op == "/" {
			r = a.div(b)
		} else if r, ok = a.rem(b); !ok {
			return m.fail(Arithmetic, "division impossible")
		}
	}
	if numberable(x) || numberable(y) {
		if n, ok := r.exact(); ok {
			return OfInt(n)
		}
	}
	return ofDecimal(r)
}

// negate is the operator - before a value.
func (m *Machine) negate(v Value) Value {
	switch v.kind {
	case Int:
		return Value{kind: Int, n: int64(int32(-v.n))}
	case Long:
		return OfLong(-v.n)
	case Double:
		return OfDouble(-v.Float64())
	case Float:
		return OfFloat(-v.float())
	case Big:
		return OfBig(new(big.Int).Neg(v.big()))
	case Decimal:
		return ofDecimal(v.decimal().neg())
	case Bool:
		return OfBool(v.n == 0)
	case Null, missing:
		if !m.set.dialect.old() {
			if !m.null() {
				return failure
			}
			return Value{}
		}
	}
	m.notA(v, "number")
	m.err.raw = false // JEXL itself refuses it, not a conversion of Java's
	return failure
}

// positive is the operator + before a value.
func (m *Machine) positive(v Value) Value {
	switch {
	case v.IsNull():
		if !m.null() {
			return failure
		}
		return Value{}
	case v.isNumber(), v.kind == Bool:
		return v
	}
	m.notA(v, "number")
	return failure
}

// bitwise is & | ^ << >> >>> of two values.
func (m *Machine) bitwise(op dataprep.Op, x, y Value) Value {
	a, ok := m.toLong(x)
	if !ok {
		return failure
	}
	b, ok := m.toLong(y)
	if !ok {
		return failure
	}
	switch op {
	case "&":
		return OfLong(a & b)
	case "|":
		return OfLong(a | b)
	case "^":
		return OfLong(a ^ b)
	}
	n, ok := m.toInt(y)
	if !ok {
		return failure
	}
	shift := uint(n) & 63
	switch op {
	case "<<":
		return OfLong(a << shift)
	case ">>":
		return OfLong(a >> shift)
	}
	return OfLong(int64(uint64(a) >> shift))
}
