package eval

import (
	"math"
	"strings"

	"github.com/aepflow/aepflow/internal/dataprep"
)

// equal is JEXL's ==.
func (m *Machine) equal(x, y Value) (is, ok bool) {
	switch {
	case identical(x, y):
		return true, true
	case x.IsNull() || y.IsNull():
		return false, true
	case x.kind == Text && y.kind == Text:
		return x.s == y.s, true
	case x.kind == Bool || y.kind == Bool:
		a, ok := m.truth(x)
		if !ok {
			return false, false
		}
		b, ok := m.truth(y)
		return a == b, ok
	}
	c, ok := m.compare(x, y, true)
	return c == 0, ok
}

// order is < > <= >= of two values.
func (m *Machine) order(op dataprep.Op, x, y Value) Value {
	if !m.set.dialect.old() && (x.IsNull() || y.IsNull()) && !m.null() {
		return failure
	}
	inclusive := op == "<=" || op == ">="
	switch {
	case identical(x, y):
		return OfBool(inclusive)
	case x.IsNull() || y.IsNull():
		return falseVal
	}
	c, ok := m.compare(x, y, false)
	switch {
	case !ok:
		return failure
	case c == 0:
		return OfBool(inclusive)
	case c < 0:
		return OfBool(op == "<" || op == "<=")
	}
	return OfBool(op == ">" || op == ">=")
}

// compare orders two values by the widest type of both; equal says that it is for ==.
func (m *Machine) compare(x, y Value, equal bool) (c int, ok bool) {
	retry := func() bool { // 3.3 goes on when a text is not a whole number
		if m.set.dialect.old() || m.err.Code != Arithmetic {
			return false
		}
		m.forget()
		return true
	}
	switch {
	case x.kind == Decimal || y.kind == Decimal:
		a, ok := m.toDecimal(x)
		if !ok {
			return 0, false
		}
		b, ok := m.toDecimal(y)
		if !ok {
			return 0, false
		}
		return a.cmp(b), true
	case x.kind == Big || y.kind == Big:
		if a, ok := m.toBig(x); ok {
			if b, ok := m.toBig(y); ok {
				return a.Cmp(b), true
			}
		}
		if !retry() {
			return 0, false
		}
	}
	switch {
	case x.isFloating() || y.isFloating():
		a, ok := m.toDouble(x)
		if !ok {
			return 0, false
		}
		b, ok := m.toDouble(y)
		if !ok {
			return 0, false
		}
		return compareDoubles(a, b, m.set.dialect.old()), true
	case numberable(x) || numberable(y):
		if a, ok := m.toLong(x); ok {
			if b, ok := m.toLong(y); ok {
				return compareLongs(a, b), true
			}
		}
		if !retry() {
			return 0, false
		}
	}
	return m.compareObjects(x, y, equal)
}

func (m *Machine) compareObjects(x, y Value, equal bool) (int, bool) {
	switch {
	case x.kind == Text || y.kind == Text:
		a, ok := m.concatText(x)
		if !ok {
			return 0, false
		}
		b, ok := m.concatText(y)
		return compareTexts(a, b), ok
	case equal:
		if same(x, y) {
			return 0, true
		}
		return -1, true
	}
	if c, ok := natural(x, y); ok {
		return c, true
	}
	m.fail(Arithmetic, "cannot compare %s with %s", m.show(x), m.show(y))
	m.err.raw = x.kind < List || y.kind < List
	return 0, false
}

// natural is Java's compareTo of two values of one type.
func natural(x, y Value) (int, bool) {
	if x.kind != y.kind {
		return 0, false
	}
	switch x.kind {
	case Bool, Int, Long:
		return compareLongs(x.n, y.n), true
	case Float, Double:
		return compareDoubles(x.Float64(), y.Float64(), false), true
	case Big:
		return x.big().Cmp(y.big()), true
	case Decimal:
		return x.decimal().cmp(y.decimal()), true
	case Text:
		return compareTexts(x.s, y.s), true
	case Date:
		return x.date().Compare(y.date()), true
	}
	return 0, false
}

func compareLongs(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// compareDoubles puts NaN first for operators; 3.3 orders -0.0 before 0.0.
func compareDoubles(a, b float64, old bool) int {
	switch {
	case math.IsNaN(a) && math.IsNaN(b):
		return 0
	case math.IsNaN(a):
		return -1
	case math.IsNaN(b):
		return 1
	case a < b:
		return -1
	case a > b:
		return 1
	case a == 0 && !old && math.Signbit(a) != math.Signbit(b):
		if math.Signbit(a) {
			return -1
		}
		return 1
	}
	return 0
}

// compareTexts orders by UTF-16 units.
func compareTexts(a, b string) int {
	n := min(len(a), len(b))
	i := 0
	for i < n && a[i] == b[i] {
		i++
	}
	if i < n && a[i] >= 0xEE && b[i] >= 0xEE && (a[i] >= 0xF0) != (b[i] >= 0xF0) {
		// A pair of surrogates sorts before U+E000 to U+FFFF.
		return strings.Compare(b[i:], a[i:])
	}
	return strings.Compare(a[i:], b[i:])
}

// contains is x =~ container.
func (m *Machine) contains(x, container Value) (is, ok bool) {
	switch {
	case x.IsNull() && container.IsNull():
		return true, true
	case x.IsNull() || container.IsNull():
		return false, true
	}
	switch container.kind {
	case Text:
		s, ok := m.text(x)
		if !ok {
			return false, false
		}
		return m.matches(container.s, s)
	case Object:
		if x.kind == Object {
			for _, k := range x.Object().keys {
				if container.Object().find(k) < 0 {
					return false, true
				}
			}
			return true, m.spend(x.Object().Len())
		}
		return container.Object().find(x) >= 0, true
	case List:
		if !m.spend(len(container.Items())) {
			return false, false
		}
		// JEXL 3.1 takes an array, which a literal makes, for one element.
		if x.kind == List && (!m.set.dialect.old() || !x.isArray() && !container.isArray()) {
			for _, e := range x.Items() {
				if !m.spend(len(container.Items())) {
					return false, false
				}
				if !m.holds(container, e) {
					return false, true
				}
			}
			return true, true
		}
		return m.holds(container, x), true
	}
	return m.equal(container, x)
}

// holds is Java's contains. A range turns a number into one of its own type first: it
// holds 2.9 if it holds 2.
func (m *Machine) holds(container, x Value) bool {
	items := container.Items()
	if container.list().span {
		if !x.isNumber() {
			return false
		}
		n, _ := m.toLong(x)
		if items[0].kind == Int {
			small, _ := m.toInt(x)
			n = int64(small)
		}
		from, to := items[0].n, items[len(items)-1].n
		return min(from, to) <= n && n <= max(from, to)
	}
	for _, e := range items {
		if same(e, x) {
			return true
		}
	}
	return false
}

// affix is x =^ y and x =$ y.
func (m *Machine) affix(x, y Value, test func(s, part string) bool) (is, ok bool) {
	if !m.set.dialect.old() && (x.IsNull() || y.IsNull()) && !m.null() {
		return false, false
	}
	switch {
	case x.IsNull() && y.IsNull():
		return true, true
	case x.IsNull() || y.IsNull():
		return false, true
	case x.kind != Text:
		return m.equal(x, y)
	}
	s, ok := m.concatText(y)
	return test(x.s, s), ok
}
