package eval

import (
	"errors"
	"time"

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
		var parts []string
		if !m.search(re, s, false, func() (err error) { parts, err = re.Split(s); return err }) {
			return failure
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
		var found []int
		if !m.search(re, s, re.Linear(), func() (err error) { found, err = re.Find(s); return err }) {
			return failure
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
		var is bool
		if !m.search(re, s, re.Linear(), func() (err error) { is, err = re.Match(s); return err }) {
			return failure
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
	ok = m.search(re, s, re.Linear(), func() (err error) { is, err = re.Match(s); return err })
	return is, ok
}

// A search that may take more than linear time counts as work by its time, from slowSearch on. Below that, the work is
// the same on every machine.
const (
	slowSearch    = time.Millisecond
	workPerSecond = 10_000_000
)

// search looks for a pattern in a text. All searches of a run together that may not be linear take no longer than one
// may.
func (m *Machine) search(re *javaregex.Regexp, s string, linear bool, look func() error) bool {
	if !m.spend(re.Steps(len(s))) {
		return false
	}
	if linear {
		return m.searched(look())
	}
	if m.slow > javaregex.MaxTime {
		return m.searched(javaregex.ErrSlow)
	}
	start := time.Now()
	err := look()
	if took := time.Since(start); took >= slowSearch {
		m.slow += took
		m.total += int64(took.Seconds() * workPerSecond)
	}
	return m.searched(err)
}

func (m *Machine) searched(err error) bool {
	if err == nil {
		return true
	}
	code := BadArgument
	if errors.Is(err, javaregex.ErrSlow) || errors.Is(err, javaregex.ErrLong) {
		code = RegexTooSlow
	}
	m.fail(code, "%s", err)
	return false
}

// regexCache and patternCache keep what rows ask for again and again; they start
// anew when they are full, since patterns may come from rows. Each run pays for the
// patterns that it uses, so that its work does not depend on the rows before it.
type regexCache struct {
	known map[string]*compiledRegex
	size  int // of all
}

type compiledRegex struct {
	re   *javaregex.Regexp
	err  error
	paid int // the run that paid last
}

// The most patterns that are kept, and the most of their sizes together.
const (
	cached     = 256
	cachedSize = 100_000
)

func (m *Machine) pattern(pattern string) (*javaregex.Regexp, bool) {
	c := m.regex.known[pattern]
	fresh := c == nil || c.paid != m.runs
	if fresh && !m.spend(100+10*len(pattern)) {
		return nil, false
	}
	if c == nil {
		c = &compiledRegex{}
		c.re, c.err = javaregex.Compile(pattern)
		m.regex.add(pattern, c)
	}
	c.paid = m.runs
	if c.err != nil {
		m.fail(BadArgument, "%s", c.err)
		return nil, false
	}
	return c.re, !fresh || m.spend(c.re.Size())
}

func (c *regexCache) add(pattern string, re *compiledRegex) {
	if c.known == nil || len(c.known) >= cached || c.size >= cachedSize {
		*c = regexCache{known: map[string]*compiledRegex{}}
	}
	c.known[pattern] = re
	if re.re != nil {
		c.size += re.re.Size()
	}
}
