package eval

var listFunctions = map[string]function{
	"coalesce": {0, -1, func(m *Machine, a []Value) Value {
		list, ok := m.spread(a)
		if !ok {
			return failure
		}
		for _, v := range list {
			if v.kind != Null {
				return v
			}
		}
		return Value{}
	}},
	"first": {0, -1, func(m *Machine, a []Value) Value {
		list, ok := m.spread(a)
		switch {
		case !ok:
			return failure
		case len(list) == 0:
			return Value{}
		}
		return list[0]
	}},
	"last": {0, -1, func(m *Machine, a []Value) Value {
		list, ok := m.spread(a)
		switch {
		case !ok:
			return failure
		case len(list) == 0:
			return Value{}
		}
		return list[len(list)-1]
	}},
	"add_to_array": {1, -1, func(m *Machine, a []Value) Value {
		var list []Value
		if a[0].kind != Null {
			items, ok := m.items(a[0])
			if !ok {
				return failure
			}
			list = items
		}
		all := make([]Value, 0, len(list)+len(a))
		return OfList(append(append(all, list...), a[1:]...))
	}},
	"join_arrays": {1, -1, func(m *Machine, a []Value) Value {
		var all []Value
		for _, one := range a {
			if one.kind == Null {
				continue
			}
			list, ok := m.items(one)
			if !ok {
				return failure
			}
			all = append(all, list...)
		}
		return OfList(all)
	}},
	"to_array": {1, -1, func(m *Machine, a []Value) Value {
		list, ok := m.spread(a[1:])
		if !ok {
			return failure
		}
		nulls := lenientTruth(a[0])
		all := make([]Value, 0, len(list))
		for _, v := range list {
			if nulls || v.kind != Null {
				all = append(all, v)
			}
		}
		return OfList(all)
	}},
	"size_of":              {1, 1, sizeOf},
	"upsert_array_append":  {1, 1, func(_ *Machine, a []Value) Value { return a[0] }},
	"upsert_array_replace": {1, 2, func(_ *Machine, a []Value) Value { return a[0] }},
	"array_to_string":      {2, 2, arrayToString},
	"filterArray": {2, 2, func(m *Machine, a []Value) Value {
		return m.each(a, func(out []Value, x, y Value) []Value {
			if lenientTruth(y) {
				out = append(out, x)
			}
			return out
		})
	}},
	"transformArray": {2, 2, func(m *Machine, a []Value) Value {
		return m.each(a, func(out []Value, _, y Value) []Value { return append(out, y) })
	}},
	"flattenArray": {1, 1, func(m *Machine, a []Value) Value {
		if a[0].kind == Null {
			return Value{}
		}
		list, ok := m.items(a[0])
		if !ok {
			return failure
		}
		flat, ok := m.flat(nil, list, 0)
		if !ok {
			return failure
		}
		return OfList(flat)
	}},
}

// each calls a lambda with each element of a list.
func (m *Machine) each(a []Value, collect func(out []Value, x, y Value) []Value) Value {
	if a[0].kind == Null {
		return Value{}
	}
	list, ok := m.items(a[0])
	if !ok {
		return failure
	}
	f, at := a[1], m.at
	out := make([]Value, 0, len(list))
	for _, x := range list {
		if f.kind != lambda {
			return m.fail(BadArgument, "expected a lambda such as x -> x > 0, found %s", m.show(f))
		}
		y := m.apply(f.ref.(*closure), x)
		if y.kind == failed {
			return failure
		}
		m.at = at
		out = collect(out, x, y)
	}
	return OfList(out)
}

func (m *Machine) flat(into, list []Value, depth int) ([]Value, bool) {
	if depth > maxNesting || !m.spend(len(list)) {
		m.fail(TooMuchWork, "the list is nested too deeply")
		return nil, false
	}
	for _, v := range list {
		if v.kind != List {
			into = append(into, v)
			continue
		}
		inner, ok := m.items(v)
		if !ok {
			return nil, false
		}
		if into, ok = m.flat(into, inner, depth+1); !ok {
			return nil, false
		}
	}
	return into, true
}

func sizeOf(m *Machine, a []Value) Value {
	switch a[0].kind {
	case Null, Text, Object, List:
		if !m.spend(len(a[0].s) / 16) {
			return failure
		}
		return OfInt(int64(size(a[0])))
	}
	return m.fail(BadArgument, "expected a text, a list, or an object, found %s", m.show(a[0]))
}

// arrayToString joins what is in a list and the lists inside of it; objects look
// like {'name':'value'}.
func arrayToString(m *Machine, a []Value) Value {
	if a[1].kind == Null {
		return Value{}
	}
	list, ok := m.items(a[1])
	if !ok {
		return failure
	}
	separator, ok := m.str(a[0])
	if !ok {
		return failure
	}
	flat, ok := m.flat(nil, list, 0)
	if !ok {
		return failure
	}
	var b []byte
	for i, v := range flat {
		if i > 0 {
			b = append(b, separator...)
		}
		if v.kind == Object {
			b, ok = m.quoted(b, v.Object())
		} else {
			b, ok = m.write(b, v, 0)
		}
		if !ok || !m.spend(1+len(separator)/16) {
			return failure
		}
	}
	return OfText(string(b))
}

func (m *Machine) quoted(b []byte, o *Map) ([]byte, bool) {
	b = append(b, '{')
	ok := true
	for i, k := range o.keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '\'')
		if b, ok = m.write(b, k, 0); !ok {
			return b, false
		}
		b = append(b, "':"...)
		quote := o.values[i].kind == Text
		if quote {
			b = append(b, '\'')
		}
		if b, ok = m.write(b, o.values[i], 0); !ok {
			return b, false
		}
		if quote {
			b = append(b, '\'')
		}
	}
	return append(b, '}'), true
}
