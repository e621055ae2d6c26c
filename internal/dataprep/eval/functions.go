package eval

import (
	"fmt"
	"slices"

	"github.com/aepflow/aepflow/internal/dataprep"
)

// function is one of Data Prep's functions. Most is -1 for any number of arguments.
type function struct {
	least, most int
	body        func(m *Machine, a []Value) Value
}

var functions map[string]function

func init() {
	functions = map[string]function{}
	for _, group := range []map[string]function{
		textFunctions, patternFunctions, hashFunctions, urlFunctions, dateFunctions, objectFunctions, listFunctions,
		numberFunctions, otherFunctions, analyticsFunctions,
	} {
		for name, f := range group {
			functions[name] = f
		}
	}
	for alias, name := range map[string]string{
		"lcase": "lower", "ucase": "upper", "arrays_to_object": "arrays_to_objects", "is_set": "contains_key",
		"make_timestamp": "make_date_time", "guid": "uuid", "aa_get_product_price": "aa_get_product_prices",
		"aa_get_product_quantity": "aa_get_product_quantities",
	} {
		functions[alias] = functions[name]
	}
	for _, name := range []string{
		"ua_os_name", "ua_os_version_major", "ua_os_version_majors", "ua_os_version", "ua_os_name_version",
		"ua_agent_version", "ua_agent_version_major", "ua_agent_name", "ua_device_class", "fpid_to_ecid",
	} {
		functions[name] = function{1, 1, func(m *Machine, _ []Value) Value {
			return m.fail(CannotEvaluate, "cannot evaluate %s: what it returns is not published", name)
		}}
	}
}

// FunctionNames lists the functions and aliases that the package knows.
func FunctionNames() []string {
	var names []string
	for name := range functions {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (c *compiler) call(e *dataprep.Call) fn {
	f, ok := functions[e.Name]
	if !ok {
		return c.refuse(e.NameAt, CannotEvaluate, "unknown function `%s`", e.Name)
	}
	args := make([]fn, len(e.Args))
	for i, a := range e.Args {
		args[i] = c.expr(a)
	}
	wrong := ""
	if n := len(args); n < f.least || f.most >= 0 && n > f.most {
		wrong = fmt.Sprintf("expected %s of %s, found %d", f.arguments(), e.Name, n)
	}
	at, body := e.At, f.body
	return func(m *Machine) Value {
		base := len(m.args)
		for _, a := range args {
			v := a(m).known()
			if v.kind == failed {
				m.args = m.args[:base]
				return failure
			}
			m.args = append(m.args, v)
		}
		m.at = at
		if wrong != "" {
			m.args = m.args[:base]
			return m.fail(BadArgument, "%s", wrong)
		}
		v := failure
		if m.spend(1 + len(args)) {
			v = body(m, m.args[base:])
		}
		m.args = m.args[:base]
		return v
	}
}

func (f function) arguments() string {
	switch {
	case f.most < 0:
		return fmt.Sprintf("at least %d arguments", f.least)
	case f.least == f.most && f.least == 1:
		return "1 argument"
	case f.least == f.most:
		return fmt.Sprintf("%d arguments", f.least)
	}
	return fmt.Sprintf("%d to %d arguments", f.least, f.most)
}

// str is the text of an argument; the work is that of the text.
func (m *Machine) str(v Value) (string, bool) {
	if v.IsNull() {
		m.fail(BadArgument, "expected a text, found null")
		return "", false
	}
	if v.kind == Text {
		return v.s, m.spend(len(v.s) / 16)
	}
	return m.text(v)
}

// strOr is like str, but null and, where blank counts too, the empty text give a default.
func (m *Machine) strOr(a []Value, i int, otherwise string) (string, bool) {
	if i >= len(a) || a[i].IsNull() {
		return otherwise, true
	}
	s, ok := m.str(a[i])
	if s == "" {
		s = otherwise
	}
	return s, ok
}

// integer is a whole number of 32 bits.
func (m *Machine) integer(v Value) (int, bool) {
	n, ok := int64(0), false
	switch v.kind {
	case Int, Long:
		n, ok = v.n, true
	case Big:
		n, ok = v.big().Int64(), v.big().IsInt64()
	}
	if !ok || n != int64(int32(n)) {
		m.fail(BadArgument, "expected a whole number, found %s", m.show(v))
		return 0, false
	}
	return int(n), true
}

// items are the elements of a list as functions take them: Java copies a range that
// goes down from its small end.
func (m *Machine) items(v Value) ([]Value, bool) {
	if v.kind != List {
		m.fail(BadArgument, "expected a list, found %s", m.show(v))
		return nil, false
	}
	items := v.Items()
	if v.list().span && items[0].n > items[len(items)-1].n {
		items = slices.Clone(items)
		slices.Reverse(items)
	}
	return items, m.spend(len(items))
}

// spread is the arguments, or the elements of a list that is the only one.
func (m *Machine) spread(a []Value) ([]Value, bool) {
	if len(a) == 1 && a[0].kind == List {
		return m.items(a[0])
	}
	return a, true
}

// object is a map; null is an empty one and false.
func (m *Machine) object(v Value) (o *Map, ok bool) {
	switch v.kind {
	case Object:
		return v.Object(), true
	case Null:
		return nil, true
	}
	m.fail(BadArgument, "expected an object, found %s", m.show(v))
	return nil, false
}

// made is a text that a function made.
func (m *Machine) made(s string) Value {
	if !m.spend(len(s) / 16) {
		return failure
	}
	return OfText(s)
}

// otherFunctions read the inputs, or decide.
var otherFunctions = map[string]function{
	"now": {0, 0, func(m *Machine, _ []Value) Value {
		if m.set.inputs.Now == nil {
			return m.fail(CannotEvaluate, "there is no clock")
		}
		return OfDate(now(m))
	}},
	"timestamp": {0, 0, func(m *Machine, _ []Value) Value {
		if m.set.inputs.Now == nil {
			return m.fail(CannotEvaluate, "there is no clock")
		}
		return OfLong(m.set.inputs.Now().UnixMilli())
	}},
	"uuid":    {0, 0, uuid},
	"nullify": {0, 0, func(*Machine, []Value) Value { return Value{} }},
	"iif": {3, 3, func(_ *Machine, a []Value) Value {
		if lenientTruth(a[0]) {
			return a[1]
		}
		return a[2]
	}},
	"decode": {2, -1, func(m *Machine, a []Value) Value {
		options, ok := m.spread(a[1:])
		if !ok {
			return failure
		}
		for i := 0; i+1 < len(options); i += 2 {
			if !m.spend(1) {
				return failure
			}
			if same(a[0], options[i]) {
				return options[i+1]
			}
		}
		if len(options)%2 == 1 {
			return options[len(options)-1]
		}
		return Value{}
	}},
}

// uuid is a random UUID of version 4.
func uuid(m *Machine, _ []Value) Value {
	var b [16]byte
	if m.random == nil {
		return m.fail(CannotEvaluate, "there is no random source")
	}
	if n, err := m.random.Read(b[:]); n < len(b) || err != nil {
		return m.fail(CannotEvaluate, "the random source gives nothing")
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return OfText(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
}
