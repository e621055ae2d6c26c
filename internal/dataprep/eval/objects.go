package eval

import (
	"strconv"
	"strings"
)

var objectFunctions = map[string]function{
	"is_empty": {1, 1, func(_ *Machine, a []Value) Value {
		switch a[0].kind {
		case Null, Text, List, Object:
			return OfBool(empty(a[0]))
		}
		return falseVal
	}},
	"arrays_to_objects": {2, -1, arraysToObjects},
	"to_object":         {0, -1, func(m *Machine, a []Value) Value { return m.pairs(a) }},
	"to_map": {0, -1, func(m *Machine, a []Value) Value {
		if len(a) == 1 && a[0].kind == Null {
			return Value{}
		}
		return m.pairs(a)
	}},
	"object_to_map": {1, -1, func(m *Machine, a []Value) Value {
		switch {
		case a[0].kind == Null:
			return Value{}
		case len(a) == 1 && a[0].kind == Object:
			return a[0]
		case len(a) == 2 && a[0].kind == List:
			return m.byKey(a)
		}
		return m.pairs(a)
	}},
	"array_to_map": {2, 2, func(m *Machine, a []Value) Value {
		if a[0].kind == Null {
			return Value{}
		}
		return m.byKey(a)
	}},
	"str_to_object": {1, 3, func(m *Machine, a []Value) Value {
		if a[0].kind == Null {
			return Value{}
		}
		o, ok := m.parts(a[0], a, 1)
		if !ok {
			return failure
		}
		return OfObject(o)
	}},
	"get_values": {2, 4, func(m *Machine, a []Value) Value {
		if a[0].kind == Null {
			return Value{}
		}
		o, ok := m.parts(a[0], a, 2)
		if !ok {
			return failure
		}
		if a[1].kind == Null {
			return Value{}
		}
		key, ok := m.str(a[1])
		if !ok {
			return failure
		}
		v, _ := o.Get(key)
		return v
	}},
	"contains_key": {1, 1, func(m *Machine, a []Value) Value {
		path, ok := m.str(a[0])
		if !ok {
			return failure
		}
		return OfBool(m.present(path))
	}},
	"get_keys": {1, 1, func(m *Machine, a []Value) Value {
		o, ok := m.object(a[0])
		switch {
		case !ok || o != nil && !m.spend(o.Len()):
			return failure
		case o == nil:
			return Value{}
		}
		return OfList(append([]Value{}, o.keys...))
	}},
	"map_get_values": {2, 2, mapGetValues},
	"map_has_keys": {2, 2, func(m *Machine, a []Value) Value {
		o, ok := m.object(a[0])
		if !ok {
			return failure
		}
		keys, ok := m.spread(a[1:])
		if !ok {
			return failure
		}
		for _, k := range keys {
			s, ok := m.key(k)
			if !ok {
				return failure
			}
			if o != nil && o.find(s) >= 0 {
				return trueValue
			}
		}
		return falseVal
	}},
	"add_to_map": {2, -1, func(m *Machine, a []Value) Value {
		all := &Map{}
		for _, one := range a {
			o, ok := m.object(one)
			if !ok || o != nil && !m.spend(o.Len()) {
				return failure
			}
			for i := 0; o != nil && i < o.Len(); i++ {
				if all.find(o.keys[i]) < 0 {
					all.put(o.keys[i], o.values[i])
				}
			}
		}
		return OfObject(all)
	}},
	"json_to_object": unary(func(m *Machine, s string) Value {
		if !m.spend(len(s)) {
			return failure
		}
		v, err := ParseJSON(s)
		if err != nil {
			return m.fail(BadArgument, "expected JSON, found %s", m.show(OfText(s)))
		}
		return v
	}),
}

// key is the text by which a member is found, also for what is not text.
func (m *Machine) key(v Value) (Value, bool) {
	if v.kind == Null {
		return OfText("null"), true
	}
	s, ok := m.text(v)
	return OfText(s), ok && m.spend(1)
}

// pairs makes an object of keys and values.
func (m *Machine) pairs(a []Value) Value {
	if len(a)%2 != 0 {
		return m.fail(BadArgument, "the last key has no value")
	}
	o := &Map{}
	for i := 0; i < len(a); i += 2 {
		k, ok := m.key(a[i])
		if !ok {
			return failure
		}
		o.put(k, a[i+1])
	}
	return OfObject(o)
}

// byKey makes an object of a list of objects, by one of their members.
func (m *Machine) byKey(a []Value) Value {
	list, ok := m.items(a[0])
	if !ok {
		return failure
	}
	name, ok := m.key(a[1])
	if !ok {
		return failure
	}
	out := &Map{}
	for _, element := range list {
		o, ok := m.object(element)
		if !ok || o == nil {
			return m.fail(BadArgument, "expected objects in the list, found %s", m.show(element))
		}
		k, ok := m.key(o.get(name))
		if !ok {
			return failure
		}
		out.put(k, element)
	}
	return OfObject(out)
}

func arraysToObjects(m *Machine, a []Value) Value {
	if len(a)%2 != 0 {
		return m.fail(BadArgument, "the last key has no list")
	}
	size := 0
	lists := make([][]Value, len(a))
	for i := 1; i < len(a); i += 2 {
		if a[i].kind == Null {
			continue
		}
		ok := false
		if lists[i], ok = m.items(a[i]); !ok {
			return failure
		}
		size = max(size, len(lists[i]))
	}
	if !m.spend(size * len(a)) {
		return failure
	}
	objects := make([]Value, size)
	for n := range objects {
		o := &Map{}
		for i := 0; i < len(a); i += 2 {
			k := a[i]
			if k.kind != Null {
				s, ok := m.str(k)
				if !ok {
					return failure
				}
				k = OfText(s)
			}
			v := Value{}
			if n < len(lists[i+1]) {
				v = lists[i+1][n]
			}
			o.put(k, v)
		}
		objects[n] = OfObject(o)
	}
	return OfList(objects)
}

// parts reads key:value,key:value; the delimiters are a[from] and a[from+1].
func (m *Machine) parts(text Value, a []Value, from int) (*Map, bool) {
	s, ok := m.str(text)
	if !ok {
		return nil, false
	}
	between, ok := m.strOr(a, from, ":")
	if !ok {
		return nil, false
	}
	after, ok := m.strOr(a, from+1, ",")
	if !ok {
		return nil, false
	}
	blank := func(s string) string { return strings.TrimFunc(s, func(r rune) bool { return r <= ' ' }) }
	o := &Map{}
	all := strings.Split(s, after)
	for i, part := range all {
		if part == "" && (i < len(all)-1 || s == "") { // only what follows the last delimiter may be empty
			continue
		}
		if !m.spend(1) {
			return nil, false
		}
		k, v, ok := strings.Cut(part, between)
		if ok {
			o.Put(blank(k), OfText(blank(v)))
		} else {
			o.Put(blank(part), Value{})
		}
	}
	return o, true
}

func mapGetValues(m *Machine, a []Value) Value {
	o, ok := m.object(a[0])
	switch {
	case !ok:
		return failure
	case o == nil:
		return Value{}
	case a[1].kind != List:
		k, ok := m.key(a[1])
		if !ok {
			return failure
		}
		return o.get(k)
	}
	wanted, ok := m.items(a[1])
	if !ok {
		return failure
	}
	var keys []Value
	var out []Value
	for _, k := range wanted {
		s, ok := m.key(k)
		if !ok {
			return failure
		}
		i := o.find(s)
		if i < 0 || contains(keys, s) {
			continue
		}
		keys = append(keys, s)
		if !m.spend(len(out)) {
			return failure
		}
		if !contains(out, o.values[i]) {
			out = append(out, o.values[i])
		}
	}
	return OfList(out)
}

func contains(list []Value, v Value) bool {
	for _, x := range list {
		if same(x, v) {
			return true
		}
	}
	return false
}

// present reports whether a path leads somewhere in the row.
func (m *Machine) present(path string) bool {
	at := Value{kind: failed} // the row itself
	for _, s := range pathSegments(path) {
		index, isIndex := strings.CutPrefix(s, "[")
		switch {
		case at.kind == failed:
			v, ok := m.attribute(s)
			if !ok {
				return false
			}
			at = v
		case at.kind == Object:
			v, ok := at.Object().Get(s)
			if !ok {
				return false
			}
			at = v
		case at.kind == List && isIndex:
			n, err := strconv.Atoi(index)
			if err != nil || n >= len(at.Items()) || at.list().array {
				return false
			}
			at = at.Items()[n]
		default:
			return false
		}
	}
	return true
}

// pathSegments cuts a path at dots; an index such as [0] is a segment `[0`, and a
// backslash keeps the dot after it in the name.
func pathSegments(path string) []string {
	var out []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			out = append(out, b.String())
			b.Reset()
		}
	}
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '\\' && i+1 < len(path):
			i++
			b.WriteByte(path[i])
		case c == '.':
			flush()
		case c == '[' && indexEnd(path[i+1:]) > 0:
			flush()
			end := i + 1 + indexEnd(path[i+1:])
			out = append(out, path[i:end])
			i = end
		default:
			b.WriteByte(c)
		}
	}
	flush()
	return out
}

// indexEnd is the length of the digits before a closing bracket, or 0.
func indexEnd(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n < len(s) && s[n] == ']' {
		return n
	}
	return 0
}
