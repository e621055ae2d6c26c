package eval

import (
	"strings"

	"github.com/aepflow/aepflow/internal/javatime"
)

func now(m *Machine) javatime.Time { return javatime.From(m.set.inputs.Now()) }

// toDate is a date or a text that is one.
func (m *Machine) toDate(v Value) (javatime.Time, bool) {
	if v.kind == Date {
		return v.date(), true
	}
	s, ok := m.str(v)
	if !ok || !m.spend(100) {
		return javatime.Time{}, false
	}
	t, ok := javatime.ParseForm(s)
	if !ok {
		m.fail(BadArgument, "expected a date in one of the platform's forms, found %s", m.show(v))
	}
	return t, ok
}

type patternCache map[string]*compiledPattern

type compiledPattern struct {
	p    *javatime.Pattern
	err  error
	paid int // the run that paid last
}

func (m *Machine) datePattern(v Value) (*javatime.Pattern, bool) {
	pattern, ok := m.str(v)
	if !ok {
		return nil, false
	}
	c := m.dates[pattern]
	if (c == nil || c.paid != m.runs) && !m.spend(10+len(pattern)) {
		return nil, false
	}
	if c == nil {
		c = &compiledPattern{}
		c.p, c.err = javatime.Compile(pattern)
		if m.dates == nil || len(m.dates) >= cached {
			m.dates = patternCache{}
		}
		m.dates[pattern] = c
	}
	c.paid = m.runs
	if c.err != nil {
		m.fail(BadArgument, "%s", c.err)
		return nil, false
	}
	return c.p, true
}

func (m *Machine) zone(v Value) (javatime.Zone, bool) {
	id, ok := m.str(v)
	if !ok {
		return javatime.Zone{}, false
	}
	z, err := javatime.ZoneOf(id)
	if err != nil {
		m.fail(BadArgument, "%s", err)
		return z, false
	}
	return z, true
}

func (m *Machine) formatDate(t javatime.Time, pattern Value) Value {
	p, ok := m.datePattern(pattern)
	if !ok {
		return failure
	}
	s, err := p.Format(t)
	if err != nil {
		return m.fail(BadArgument, "%s", err)
	}
	return OfText(s)
}

var dateFunctions = map[string]function{
	"date": {1, 3, readDate},
	"format": {2, 2, func(m *Machine, a []Value) Value {
		if a[0].IsNull() {
			return Value{}
		}
		t, ok := m.toDate(a[0])
		if !ok {
			return failure
		}
		return m.formatDate(t, a[1])
	}},
	"dformat": {2, 2, func(m *Machine, a []Value) Value {
		if a[0].IsNull() {
			return Value{}
		}
		s, ok := m.str(a[0])
		if !ok {
			return failure
		}
		ms, ok := parseWhole(s, 64)
		if !ok {
			return m.fail(BadArgument, "expected milliseconds since 1970, found %s", m.show(a[0]))
		}
		return m.formatDate(javatime.FromMilli(ms, javatime.UTC), a[1])
	}},
	"date_part": {2, 2, func(m *Machine, a []Value) Value {
		if a[1].IsNull() {
			return Value{}
		}
		name, ok := m.str(a[0])
		if !ok {
			return failure
		}
		t, ok := m.toDate(a[1])
		if !ok {
			return failure
		}
		n, ok := t.Part(name)
		if !ok {
			return m.fail(BadArgument, "unknown part `%s` of a date: expected year, quarter, month, dayofyear, day, week, "+
				"weekday, hour, minute, second, or millisecond", name)
		}
		return OfInt(int64(n))
	}},
	"set_date_part": {3, 3, setDatePart}, "make_date_time": {8, 8, makeDate},
	"zone_date_to_utc": {1, 1, func(m *Machine, a []Value) Value {
		if a[0].IsNull() {
			return Value{}
		}
		t, ok := m.toDate(a[0])
		if !ok {
			return failure
		}
		return OfDate(t.In(javatime.UTC))
	}},
	"zone_date_to_zone": {2, 2, func(m *Machine, a []Value) Value {
		if a[0].IsNull() {
			return Value{}
		}
		t, ok := m.toDate(a[0])
		if !ok {
			return failure
		}
		z, ok := m.zone(a[1])
		if !ok {
			return failure
		}
		return OfDate(t.In(z))
	}},
}

func readDate(m *Machine, a []Value) Value {
	if a[0].IsNull() || a[0].kind == Text && a[0].s == "" {
		if len(a) == 3 {
			return a[2]
		}
		return Value{}
	}
	if len(a) == 1 {
		t, ok := m.toDate(a[0])
		if !ok {
			return failure
		}
		return OfDate(t)
	}
	s, ok := m.str(a[0])
	if !ok {
		return failure
	}
	p, ok := m.datePattern(a[1])
	if !ok {
		return failure
	}
	t, err := p.Parse(s)
	if err != nil {
		return m.fail(BadArgument, "%s is not a date of the form `%s`: %s", m.show(a[0]), strings.TrimSpace(a[1].s), err)
	}
	return OfDate(t)
}

func setDatePart(m *Machine, a []Value) Value {
	if a[2].IsNull() {
		return Value{}
	}
	name, ok := m.str(a[0])
	if !ok {
		return failure
	}
	n, ok := m.integer(a[1])
	if !ok {
		return failure
	}
	t, ok := m.toDate(a[2])
	if !ok {
		return failure
	}
	changed, known, err := t.With(name, n)
	switch {
	case !known:
		return m.fail(BadArgument, "unknown part `%s` of a date: expected year, month, day, hour, minute, or second", name)
	case err != nil:
		return m.fail(BadArgument, "%s", err)
	}
	return OfDate(changed)
}

func makeDate(m *Machine, a []Value) Value {
	var n [7]int
	for i := range n {
		v, ok := m.integer(a[i])
		if !ok {
			return failure
		}
		n[i] = v
	}
	z, ok := m.zone(a[7])
	if !ok {
		return failure
	}
	t, err := javatime.Of(n[0], n[1], n[2], n[3], n[4], n[5], n[6], z)
	if err != nil {
		return m.fail(BadArgument, "%s", err)
	}
	return OfDate(t)
}

var numberFunctions = map[string]function{
	"to_integer": unary(func(m *Machine, s string) Value {
		n, ok := parseWhole(s, 32)
		if !ok {
			return m.fail(BadArgument, "expected a whole number of 32 bits, found %s", m.show(OfText(s)))
		}
		return OfInt(n)
	}),
	"to_decimal": unary(func(m *Machine, s string) Value {
		f, ok := parseFloat(s, 64)
		if !ok {
			return m.fail(BadArgument, "expected a number, found %s", m.show(OfText(s)))
		}
		return OfDouble(f)
	}),
	"to_float": unary(func(m *Machine, s string) Value {
		f, ok := parseFloat(s, 32)
		if !ok {
			return m.fail(BadArgument, "expected a number, found %s", m.show(OfText(s)))
		}
		return OfFloat(float32(f))
	}),
	"to_bigint": unary(func(m *Machine, s string) Value {
		d, ok := parseDecimal(s)
		if !ok || !m.spend(len(s)+int(max(-d.scale, 0))) {
			return m.fail(BadArgument, "expected a number, found %s", m.show(OfText(s)))
		}
		return OfBig(d.whole())
	}),
	"min": {1, -1, func(m *Machine, a []Value) Value { return m.extreme(a, -1) }},
	"max": {1, -1, func(m *Machine, a []Value) Value { return m.extreme(a, 1) }},
}

// extreme is the smallest or largest of values of one type.
func (m *Machine) extreme(a []Value, sign int) Value {
	list, ok := m.spread(a)
	if !ok {
		return failure
	}
	best := Value{}
	for i, v := range list {
		if v.kind == Null {
			return m.fail(BadArgument, "cannot compare null")
		}
		if i == 0 {
			best = v
			continue
		}
		c, ok := natural(best, v)
		if !ok {
			return m.fail(BadArgument, "cannot compare %s with %s", m.show(best), m.show(v))
		}
		if c*sign < 0 {
			best = v
		}
	}
	return best
}
