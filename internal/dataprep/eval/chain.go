package eval

import (
	"slices"

	"github.com/aepflow/aepflow/internal/dataprep"
)

// chain is a value and what hangs on it: members, elements, calls of methods.
type chain struct {
	root    fn
	name    string // of the attribute that the root is, else ""
	local   bool   // the root is a parameter of a lambda
	steps   []step
	guarded bool
	at      dataprep.At
}

// step is .member, [index], or .method(…); none of the three is [*].
type step struct {
	at     dataprep.At
	member string
	index  fn
	method string
	args   []fn
	every  bool
	// dotted is the path up to here, when all of it are names: an attribute may have
	// dots in its own name.
	dotted string
}

func (c *compiler) chain(e dataprep.Expr, guarded bool) fn {
	ch := &chain{guarded: guarded, at: e.Where()}
	root := e
	for {
		s := step{at: root.Where()}
		switch n := root.(type) {
		case *dataprep.Member:
			s.member = n.Name
			root = n.Of
		case *dataprep.Element:
			if s.every = n.Index == nil; !s.every {
				s.index = c.expr(n.Index)
			}
			root = n.Of
		case *dataprep.Method:
			s.method = n.Name
			for _, a := range n.Args {
				s.args = append(s.args, c.expr(a))
			}
			root = n.On
		default:
			slices.Reverse(ch.steps)
			return c.rooted(ch, root)
		}
		ch.steps = append(ch.steps, s)
	}
}

func (c *compiler) rooted(ch *chain, root dataprep.Expr) fn {
	name, ok := root.(*dataprep.Name)
	if !ok {
		ch.root = c.expr(root)
		return ch.run
	}
	if i := lastIndex(c.params, name.Name); i >= 0 && !name.Quoted {
		ch.local = true
		ch.root = func(m *Machine) Value { return m.local[i] }
	} else {
		slot := c.set.Slot(name.Name)
		ch.name = name.Name
		ch.root = func(m *Machine) Value { return m.row[slot] }
	}
	if len(ch.steps) == 0 {
		return ch.alone(c.dialect)
	}
	dotted := ch.name
	for i := range ch.steps {
		if ch.steps[i].member == "" || dotted == "" {
			break
		}
		dotted += "." + ch.steps[i].member
		ch.steps[i].dotted = dotted
	}
	return ch.run
}

func lastIndex(list []string, s string) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] == s {
			return i
		}
	}
	return -1
}

// alone is an attribute or a parameter by itself.
func (ch *chain) alone(d Dialect) fn {
	root := ch.root
	if ch.local {
		return root
	}
	mayMiss := ch.guarded || !d.strict()
	return func(m *Machine) Value {
		v := root(m)
		if v.kind != missing {
			return v
		}
		if mayMiss {
			return Value{}
		}
		return m.failAt(ch.at, MissingAttribute, "the row has no attribute `%s`", ch.name)
	}
}

func (ch *chain) run(m *Machine) Value {
	v := ch.root(m)
	if v.kind == failed {
		return failure
	}
	return ch.from(m, v.known(), 0, v.IsNull())
}

// from goes on with step i; fresh says that nothing on the way had a value yet.
func (ch *chain) from(m *Machine, v Value, i int, fresh bool) Value {
	for ; i < len(ch.steps); i++ {
		s := &ch.steps[i]
		if !m.spend(1) {
			return failure
		}
		m.at = s.at
		if s.every {
			return ch.every(m, v, i)
		}
		if v.kind == Null {
			if s.dotted != "" && fresh {
				found, _ := m.attribute(s.dotted)
				if v = found.known(); v.kind != Null {
					fresh = false
				}
				continue
			}
			return ch.nothing(m, i, fresh)
		}
		if v = ch.take(m, s, v).known(); v.kind == failed {
			return failure
		}
		fresh = fresh && v.kind == Null
	}
	if v.kind == Null {
		return ch.nothing(m, i, fresh)
	}
	return v
}

// nothing is the outcome of a chain whose value is null before step i: an error in
// strict mode where JEXL has one, else null.
func (ch *chain) nothing(m *Machine, i int, fresh bool) Value {
	d := m.set.dialect
	fault := false
	if d.old() {
		fault = fresh && !ch.local
	} else {
		fault = i == len(ch.steps)-1 && ch.steps[i].index != nil
	}
	if !fault || !d.strict() || ch.guarded {
		return Value{}
	}
	m.at = ch.at
	if ch.name != "" {
		return m.fail(MissingAttribute, "`%s` is null", ch.name)
	}
	return m.fail(NoProperty, "the value before the member or element is null")
}

// every is [*]: the rest of the chain for each element.
func (ch *chain) every(m *Machine, v Value, i int) Value {
	if v.kind == Null {
		return Value{}
	}
	if v.kind != List {
		return m.fail(NoProperty, "expected a list before [*], found %s", m.show(v))
	}
	out := make([]Value, 0, len(v.Items()))
	for _, x := range v.Items() {
		y := ch.from(m, x, i+1, false)
		if y.kind == failed {
			return failure
		}
		out = append(out, y)
	}
	return OfList(out)
}

// take makes one step from a value that is not null.
func (ch *chain) take(m *Machine, s *step, v Value) Value {
	switch {
	case s.method != "":
		base := len(m.args)
		for _, a := range s.args {
			x := a(m).known()
			if x.kind == failed {
				m.args = m.args[:base]
				return failure
			}
			m.args = append(m.args, x)
		}
		m.at = s.at
		r := m.method(s.method, v, m.args[base:])
		m.args = m.args[:base]
		return r
	case s.index != nil:
		key := s.index(m).known()
		if key.kind == failed {
			return failure
		}
		m.at = s.at
		return ch.property(m, v, key)
	}
	return ch.property(m, v, OfText(s.member))
}

// property is the value of a member or an element.
func (ch *chain) property(m *Machine, v, key Value) Value {
	switch v.kind {
	case Object:
		if !m.spend(min(v.Object().Len(), indexFrom)) {
			return failure
		}
		return v.Object().get(key)
	case List:
		if !key.isNumber() || v.list().span {
			break
		}
		n, ok := m.toLong(key)
		if i := int64(int32(n)); ok && i >= 0 && i < int64(len(v.Items())) {
			return v.Items()[i]
		}
	}
	d := m.set.dialect
	if !d.strict() || ch.guarded && !d.old() {
		return Value{}
	}
	if v.kind == List && key.isNumber() {
		return m.fail(NoProperty, "a list of %d has no element %s", len(v.Items()), key.scalar())
	}
	return m.fail(NoProperty, "%s has no member %s", m.show(v), m.show(key))
}
