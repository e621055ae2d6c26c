package eval

import (
	"errors"

	"github.com/aepflow/aepflow/internal/javaregex"
)

var patternFunctions = map[string]function{
	"explode": {1, 2, func(m *Machine, a []Value) Value {
		if a[0].IsNull() {
			return Value{}
		}
		s, ok := m.str(a[0])
		if !ok {
			return failure
		}
		pattern := ","
		if len(a) == 2 {
			if pattern, ok = m.str(a[1]); !ok {
				return failure
			}
		}
		re, ok := m.pattern(pattern)
		if !ok {
			return failure
		}
		parts, err := re.Split(s)
		if err != nil {
			return m.regexFault(err)
		}
		return m.texts(parts)
	}},
	"extract_regex": {2, 2, func(m *Machine, a []Value) Value {
		if a[0].IsNull() {
			return Value{}
		}
		re, s, ok := m.patternAndText(a)
		if !ok {
			return failure
		}
		found, err := re.Find(s)
		if err != nil {
			return m.regexFault(err)
		}
		groups := make([]Value, 0, len(found)/2)
		for i := 0; i < len(found); i += 2 {
			v := Value{}
			if found[i] >= 0 {
				v = OfText(s[found[i]:found[i+1]])
			}
			groups = append(groups, v)
		}
		return OfList(groups)
	}},
	"matches_regex": {2, 2, func(m *Machine, a []Value) Value {
		if a[0].IsNull() {
			return falseVal
		}
		re, s, ok := m.patternAndText(a)
		if !ok {
			return failure
		}
		is, err := re.Match(s)
		if err != nil {
			return m.regexFault(err)
		}
		return OfBool(is)
	}},
}

func (m *Machine) patternAndText(a []Value) (*javaregex.Regexp, string, bool) {
	pattern, ok := m.str(a[1])
	if !ok {
		return nil, "", false
	}
	s, ok := m.str(a[0])
	if !ok {
		return nil, "", false
	}
	re, ok := m.pattern(pattern)
	return re, s, ok
}

// matches reports whether a pattern matches a whole text.
func (m *Machine) matches(pattern, s string) (is, ok bool) {
	re, ok := m.pattern(pattern)
	if !ok {
		m.err.raw = true
		return false, false
	}
	if !m.spend(len(s) / 16) {
		return false, false
	}
	is, err := re.Match(s)
	if err != nil {
		m.regexFault(err)
		return false, false
	}
	return is, true
}

// regexCache and patternCache keep what rows ask for again and again; they start
// anew when they are full, since patterns may come from rows. Each run pays for the
// patterns that it uses, so that its work does not depend on the rows before it.
type regexCache map[string]*compiledRegex

type compiledRegex struct {
	re   *javaregex.Regexp
	err  error
	paid int // the run that paid last
}

const cached = 256

func (m *Machine) pattern(pattern string) (*javaregex.Regexp, bool) {
	c := m.regex[pattern]
	if (c == nil || c.paid != m.runs) && !m.spend(100+10*len(pattern)) {
		return nil, false
	}
	if c == nil {
		c = &compiledRegex{}
		c.re, c.err = javaregex.Compile(pattern)
		if m.regex == nil || len(m.regex) >= cached {
			m.regex = regexCache{}
		}
		m.regex[pattern] = c
	}
	c.paid = m.runs
	if c.err != nil {
		m.fail(BadArgument, "%s", c.err)
		return nil, false
	}
	return c.re, true
}

func (m *Machine) regexFault(err error) Value {
	code := BadArgument
	if errors.Is(err, javaregex.ErrSlow) || errors.Is(err, javaregex.ErrLong) {
		code = RegexTooSlow
	}
	return m.fail(code, "%s", err)
}
