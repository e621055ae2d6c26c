package eval

import (
	"math"
	"math/big"
	"regexp"
	"strings"
)

// null answers for an operand that is null: an error in strict mode.
func (m *Machine) null() bool {
	if m.set.dialect.strict() {
		m.fail(NullOperand, "an operand is null")
		return false
	}
	return true
}

func (m *Machine) notA(v Value, what string) {
	m.fail(Arithmetic, "expected a %s, found %s", what, m.show(v))
	m.err.raw = v.kind == Text
}

// show names a value in a message.
func (m *Machine) show(v Value) string {
	switch v.kind {
	case Null, missing:
		return "null"
	case List, Object, lambda:
		return "a " + v.kind.String()
	}
	s := v.scalar()
	if runes := []rune(s); len(runes) > 40 {
		s = string(runes[:39]) + "…"
	}
	if v.kind == Text {
		return "text \"" + s + "\""
	}
	return v.kind.String() + " " + s
}

// truth is JEXL's conversion to a boolean.
func (m *Machine) truth(v Value) (is, ok bool) {
	switch v.kind {
	case Null, missing:
		return false, m.null()
	case Bool:
		return v.n != 0, true
	case Text:
		return v.s != "" && v.s != "false", true
	case Int, Long, Big, Float, Double, Decimal:
		f := v.double()
		return f != 0 && !math.IsNaN(f), true
	}
	return true, true
}

// lenientTruth is the conversion of functions, where null is false.
func lenientTruth(v Value) bool {
	if v.IsNull() {
		return false
	}
	is, _ := (*Machine)(nil).truth(v)
	return is
}

// double is a number as a double; a float goes through its text, as in Java.
func (v Value) double() float64 {
	switch v.kind {
	case Int, Long:
		return float64(v.n)
	case Double:
		return v.Float64()
	case Float:
		f, _ := parseFloat(floatText(v.Float64(), 32), 64)
		return f
	case Big:
		f, _ := new(big.Float).SetInt(v.big()).Float64()
		return f
	case Decimal:
		return v.decimal().float()
	}
	return 0
}

func (m *Machine) toDouble(v Value) (float64, bool) {
	switch v.kind {
	case Null, missing:
		return 0, m.null()
	case Bool:
		return float64(v.n), true
	case Text:
		if v.s == "" {
			return math.NaN(), true
		}
		if f, ok := parseFloat(v.s, 64); ok {
			return f, true
		}
		m.notA(v, "number")
		return 0, false
	case List, Object, Date, lambda:
		m.notA(v, "number")
		return 0, false
	}
	return v.double(), true
}

func (m *Machine) toLong(v Value) (int64, bool) {
	switch v.kind {
	case Null, missing:
		return 0, m.null()
	case Bool, Int, Long:
		return v.n, true
	case Double, Float:
		return saturate(v.Float64()), true
	case Big:
		return low(v.big()), true
	case Decimal:
		return low(v.decimal().whole()), true
	case Text:
		if n, ok := m.wholeText(v.s); ok {
			return n, true
		}
	}
	m.notA(v, "whole number")
	return 0, false
}

// toInt is a shift: a number of 32 bits.
func (m *Machine) toInt(v Value) (int32, bool) {
	n, ok := m.toLong(v)
	switch {
	case v.isFloating():
		n = min(max(n, math.MinInt32), math.MaxInt32)
	case v.kind == Text && n != int64(int32(n)):
		m.notA(v, "whole number of 32 bits")
		return 0, false
	}
	return int32(n), ok
}

// wholeText reads a whole number as the dialect does: 3.3 also takes 1e3 and 5.0.
func (m *Machine) wholeText(s string) (int64, bool) {
	if s == "" {
		return 0, true
	}
	if m.set.dialect.old() {
		return parseWhole(s, 64)
	}
	f, ok := parseFloat(s, 64)
	switch {
	case !ok:
		return 0, false
	case math.IsNaN(f):
		return 0, true
	}
	return saturate(f), f == math.Floor(f)
}

// low is Java's longValue of a BigInteger: its last 64 bits.
func low(n *big.Int) int64 {
	if n.IsInt64() {
		return n.Int64()
	}
	mod := new(big.Int).And(n, new(big.Int).SetUint64(math.MaxUint64))
	return int64(mod.Uint64())
}

func (m *Machine) toBig(v Value) (*big.Int, bool) {
	switch v.kind {
	case Null, missing:
		return new(big.Int), m.null()
	case Bool, Int, Long:
		return big.NewInt(v.n), true
	case Double, Float:
		return big.NewInt(saturate(v.Float64())), true
	case Big:
		return v.big(), true
	case Decimal:
		return v.decimal().whole(), true
	case Text:
		if v.s == "" {
			return new(big.Int), true
		}
		if n, ok := parseBig(v.s); ok {
			return n, true
		}
		if n, ok := m.wholeText(v.s); ok && !m.set.dialect.old() {
			return big.NewInt(n), true
		}
	}
	m.notA(v, "whole number")
	return nil, false
}

func (m *Machine) toDecimal(v Value) (*decimal, bool) {
	switch v.kind {
	case Null, missing:
		return decimalOf(0), m.null()
	case Bool:
		return &decimal{big.NewInt(10 * v.n), 1}, true
	case Int, Long:
		return decimalOf(v.n), true
	case Big:
		return (&decimal{v.big(), 0}).round(), true
	case Decimal:
		return v.decimal(), true
	case Double, Float:
		if math.IsNaN(v.Float64()) && v.kind == Double {
			return decimalOf(0), true
		}
		if d, ok := parseDecimal(v.scalar()); ok {
			return d.round(), true
		}
	case Text:
		if v.s == "" {
			return decimalOf(0), true
		}
		if d, ok := parseDecimal(v.s); ok {
			return d.round(), true
		}
	}
	m.notA(v, "number")
	return nil, false
}

// concatText is JEXL's text of a value in a sum.
func (m *Machine) concatText(v Value) (string, bool) {
	switch {
	case v.IsNull():
		return "", m.null()
	case v.kind == Double && math.IsNaN(v.Float64()):
		return "", true
	}
	return m.text(v)
}

var floatPattern = regexp.MustCompile(`^[+-]?\d*(\.\d*)?([eE][+-]?\d+)?$`)

// likeFloat is JEXL's test whether an operand makes a sum one of doubles.
func likeFloat(v Value) bool {
	if v.isFloating() {
		return true
	}
	if v.kind != Text || !strings.ContainsAny(v.s, ".eE") {
		return false
	}
	return floatPattern.MatchString(v.s)
}
