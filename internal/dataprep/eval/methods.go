package eval

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// method is a call on a value, for the methods of Java that mappings use.
func (m *Machine) method(name string, v Value, args []Value) Value {
	switch {
	case name == "equals" && len(args) == 1:
		return OfBool(same(v, args[0]))
	case name == "toString" && len(args) == 0:
		s, ok := m.text(v)
		if !ok {
			return failure
		}
		return OfText(s)
	case v.kind == Text:
		if !m.spend(len(v.s) / 16) {
			return failure
		}
		return m.textMethod(name, v.s, args)
	case v.kind == Object:
		return m.objectMethod(name, v.Object(), args)
	case v.kind == List:
		return m.listMethod(name, v, args)
	}
	return m.noMethod(name, v, args)
}

// noMethod: nothing is known of other methods of Java.
func (m *Machine) noMethod(name string, v Value, args []Value) Value {
	return m.fail(CannotEvaluate, "cannot evaluate the method %s of %s with %d arguments", name, m.show(v), len(args))
}

// noSuchMethod: a known method does not take these arguments. JEXL 3.3 gives null.
func (m *Machine) noSuchMethod(name string, v Value) Value {
	if m.set.dialect != Old {
		return Value{}
	}
	return m.fail(NoProperty, "the method %s of %s takes other arguments", name, m.show(v))
}

func (m *Machine) textMethod(name, s string, args []Value) Value {
	switch len(args) {
	case 0:
		switch name {
		case "length":
			return OfInt(int64(unitsLen(s)))
		case "isEmpty":
			return OfBool(s == "")
		case "toUpperCase":
			return OfText(toUpper(s))
		case "toLowerCase":
			return OfText(toLower(s))
		case "trim":
			return OfText(strings.TrimFunc(s, func(r rune) bool { return r <= ' ' }))
		}
	case 1:
		if name == "equalsIgnoreCase" && args[0].kind == Null {
			return falseVal
		}
		if args[0].kind != Text {
			return m.noSuchMethod(name, OfText(s))
		}
		switch arg := args[0].s; name {
		case "equalsIgnoreCase":
			return OfBool(equalFold(s, arg))
		case "contains":
			return OfBool(strings.Contains(s, arg))
		case "startsWith":
			return OfBool(strings.HasPrefix(s, arg))
		case "endsWith":
			return OfBool(strings.HasSuffix(s, arg))
		}
	}
	return m.noMethod(name, OfText(s), args)
}

func (m *Machine) objectMethod(name string, o *Map, args []Value) Value {
	switch {
	case name == "get" && len(args) == 1:
		return o.get(args[0])
	case name == "containsKey" && len(args) == 1:
		return OfBool(o.find(args[0]) >= 0)
	case name == "size" && len(args) == 0:
		return OfInt(int64(o.Len()))
	case name == "isEmpty" && len(args) == 0:
		return OfBool(o.Len() == 0)
	}
	return m.noMethod(name, OfObject(o), args)
}

func (m *Machine) listMethod(name string, v Value, args []Value) Value {
	items := v.Items()
	switch {
	case name == "get" && len(args) == 1 && numberable(args[0]):
		if n := args[0].n; n >= 0 && n < int64(len(items)) {
			return items[n]
		}
		return m.fail(NoProperty, "a list of %d has no element %d", len(items), args[0].n)
	case name == "contains" && len(args) == 1:
		if !m.spend(len(items)) {
			return failure
		}
		return OfBool(m.holds(v, args[0]))
	case name == "size" && len(args) == 0:
		return OfInt(int64(len(items)))
	case name == "isEmpty" && len(args) == 0:
		return OfBool(len(items) == 0)
	}
	return m.noMethod(name, v, args)
}

// equalFold compares as Java's equalsIgnoreCase: unit by unit, in upper and then in
// lower case.
func equalFold(a, b string) bool {
	for a != "" && b != "" {
		x, n := utf8.DecodeRuneInString(a)
		y, k := utf8.DecodeRuneInString(b)
		if x != y && (x > 0xffff || y > 0xffff || fold(x) != fold(y)) {
			return false
		}
		a, b = a[n:], b[k:]
	}
	return a == b
}

func fold(r rune) rune {
	if r == 'İ' || r == 'ı' { // Go folds these for Turkish only
		return 'i'
	}
	return unicode.ToLower(unicode.ToUpper(r))
}
