package eval

import (
	"strings"
	"unicode"
)

// unary makes a function of one text; null stays null.
func unary(f func(m *Machine, s string) Value) function {
	return function{1, 1, func(m *Machine, a []Value) Value {
		if a[0].IsNull() {
			return Value{}
		}
		s, ok := m.str(a[0])
		if !ok {
			return failure
		}
		return f(m, s)
	}}
}

func mapped(f func(string) string) function {
	return unary(func(m *Machine, s string) Value { return m.made(f(s)) })
}

var textFunctions = map[string]function{
	"concat":     {1, -1, concat},
	"lower":      mapped(toLower),
	"upper":      mapped(toUpper),
	"trim":       mapped(func(s string) string { return strings.TrimFunc(s, javaBlank) }),
	"ltrim":      mapped(func(s string) string { return strings.TrimLeftFunc(s, javaBlank) }),
	"rtrim":      mapped(func(s string) string { return strings.TrimRightFunc(s, javaBlank) }),
	"instr":      {2, 4, instr},
	"replacestr": {3, 3, replace},
	"substr":     {3, 3, substring},
	"split":      {2, 2, split},
	"join":       {2, -1, join},
	"lpad":       {3, 3, func(m *Machine, a []Value) Value { return m.pad(a, true) }},
	"rpad":       {3, 3, func(m *Machine, a []Value) Value { return m.pad(a, false) }},
	"left":       {2, 2, func(m *Machine, a []Value) Value { return m.end(a, true) }},
	"right":      {2, 2, func(m *Machine, a []Value) Value { return m.end(a, false) }},
}

// javaBlank is Java's Character.isWhitespace.
func javaBlank(r rune) bool {
	switch {
	case r >= '\t' && r <= '\r', r >= 0x1c && r <= ' ':
		return true
	case r == 0xa0, r == 0x2007, r == 0x202f:
		return false
	}
	return r > 0x7f && unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp)
}

func concat(m *Machine, a []Value) Value {
	parts, ok := m.spread(a)
	if !ok {
		return failure
	}
	if len(parts) == 1 && parts[0].kind == Text {
		return parts[0]
	}
	var scratch [128]byte
	b := scratch[:0]
	for _, p := range parts {
		switch p.kind {
		case Null:
		case Text:
			b = append(b, p.s...)
		default:
			if b, ok = m.write(b, p, 0); !ok {
				return failure
			}
		}
		if !m.spend(1 + len(p.s)/16) {
			return failure
		}
	}
	return OfText(string(b))
}

func instr(m *Machine, a []Value) Value {
	from, occurrence, ok := 0, 1, true
	if len(a) > 2 {
		if from, ok = m.integer(a[2]); !ok {
			return failure
		}
	}
	if len(a) > 3 {
		if occurrence, ok = m.integer(a[3]); !ok {
			return failure
		}
	}
	if a[0].IsNull() || a[1].IsNull() {
		return OfInt(-1)
	}
	s, ok := m.str(a[0])
	if !ok {
		return failure
	}
	sought, ok := m.str(a[1])
	if !ok {
		return failure
	}
	at := indexUnits(s, sought, from)
	for n := 1; n < occurrence && at >= 0; n++ {
		if !m.spend(1 + len(s)/16) {
			return failure
		}
		next := indexUnits(s, sought, at+1)
		if next == at { // the empty text at the end is found again and again
			break
		}
		at = next
	}
	return OfInt(int64(at))
}

func replace(m *Machine, a []Value) Value {
	if a[0].IsNull() {
		return Value{}
	}
	s, ok := m.str(a[0])
	if !ok {
		return failure
	}
	if a[1].IsNull() || a[2].IsNull() {
		return OfText(s)
	}
	sought, ok := m.str(a[1])
	if !ok {
		return failure
	}
	with, ok := m.str(a[2])
	if !ok {
		return failure
	}
	if s == "" || sought == "" {
		return OfText(s)
	}
	n := strings.Count(s, sought)
	if !m.spend((len(s) + n*len(with)) / 16) {
		return failure
	}
	return OfText(strings.ReplaceAll(s, sought, with))
}

func substring(m *Machine, a []Value) Value {
	start, ok := m.integer(a[1])
	if !ok {
		return failure
	}
	length, ok := m.integer(a[2])
	if !ok {
		return failure
	}
	if a[0].IsNull() {
		return Value{}
	}
	s, ok := m.str(a[0])
	if !ok {
		return failure
	}
	n := unitsLen(s)
	if length < 0 || start > n {
		return OfText("")
	}
	start = max(start, 0)
	if end := int64(start) + int64(length); end != int64(int32(end)) {
		return m.fail(BadArgument, "the length %d is too large", length)
	}
	return OfText(cut(s, start, min(start+length, n)))
}

func split(m *Machine, a []Value) Value {
	if a[0].IsNull() {
		return Value{}
	}
	s, ok := m.str(a[0])
	if !ok {
		return failure
	}
	between := javaBlank
	if !a[1].IsNull() {
		set, ok := m.str(a[1])
		if !ok {
			return failure
		}
		between = func(r rune) bool { return strings.ContainsRune(set, r) }
	}
	parts := strings.FieldsFunc(s, between)
	return m.texts(parts)
}

// texts is a list of texts.
func (m *Machine) texts(parts []string) Value {
	if !m.spend(len(parts)) {
		return failure
	}
	items := make([]Value, len(parts))
	for i, p := range parts {
		items[i] = OfText(p)
	}
	return OfList(items)
}

func join(m *Machine, a []Value) Value {
	separator, ok := "", true
	if !a[0].IsNull() {
		if separator, ok = m.str(a[0]); !ok {
			return failure
		}
	}
	parts, ok := m.spread(a[1:])
	if !ok {
		return failure
	}
	var b []byte
	for i, p := range parts {
		if i > 0 {
			b = append(b, separator...)
		}
		if !m.spend(1 + len(separator)/16) {
			return failure
		}
		if p.kind == Null {
			continue
		}
		if b, ok = m.write(b, p, 0); !ok {
			return failure
		}
	}
	return OfText(string(b))
}

// pad fills up a text to a length, on the left or on the right.
func (m *Machine) pad(a []Value, left bool) Value {
	length, ok := m.integer(a[1])
	if !ok {
		return failure
	}
	if a[0].IsNull() {
		return Value{}
	}
	s, ok := m.str(a[0])
	if !ok {
		return failure
	}
	with, ok := m.strOr(a, 2, " ")
	if !ok {
		return failure
	}
	n := int(int32(length - unitsLen(s))) // as Java's, which wraps around
	if n <= 0 {
		return OfText(s)
	}
	if !m.spend(n / 8) {
		return failure
	}
	units := unitsLen(with)
	fill := strings.Repeat(with, n/units) + cut(with, 0, n%units)
	if left {
		return OfText(fill + s)
	}
	return OfText(s + fill)
}

// end is the first or the last units of a text.
func (m *Machine) end(a []Value, left bool) Value {
	count, ok := m.integer(a[1])
	if !ok {
		return failure
	}
	if a[0].IsNull() {
		return Value{}
	}
	s, ok := m.str(a[0])
	if !ok {
		return failure
	}
	n := unitsLen(s)
	count = min(max(count, 0), n)
	if left {
		return OfText(cut(s, 0, count))
	}
	return OfText(cut(s, n-count, n))
}
