package eval

import "strings"

// analyticsFunctions read the event and product strings of Adobe Analytics:
// name=value:id,… and category;product;quantity;price;event|event;evar|evar,…
var analyticsFunctions = map[string]function{
	"aa_get_event_id":    ofEvents(func(e event) Value { return e.id }),
	"aa_get_event_value": ofEvents(func(e event) Value { return e.value }),

	"aa_get_product_categories": ofProducts(0),
	"aa_get_product_names":      ofProducts(1),
	"aa_get_product_quantities": ofProducts(2),
	"aa_get_product_prices":     ofProducts(3),
	"aa_get_product_evars":      ofProductEvents(5, func(e event) Value { return e.value }),

	"aa_get_product_event_values": ofProductEvents(4, func(e event) Value { return e.value }),
	"aa_get_product_event_ids":    ofProductEvents(4, func(e event) Value { return e.id }),
	"aa_get_product_events": ofProductEvents(4, func(e event) Value {
		o := &Map{}
		o.Put("id", e.id)
		o.Put("value", e.value)
		return OfObject(o)
	}),
}

// event is name=value:id, of which value and id may be missing.
type event struct {
	name      string
	value, id Value
}

func parseEvent(s string) event {
	name, rest, ok := strings.Cut(strings.TrimSpace(s), "=")
	if !ok {
		name, id, hasID := strings.Cut(name, ":")
		return event{name, Value{}, optional(id, hasID)}
	}
	value, id, hasID := strings.Cut(rest, ":")
	return event{name, OfText(value), optional(id, hasID)}
}

func ofEvents(get func(event) Value) function {
	return function{2, 2, func(m *Machine, a []Value) Value {
		if a[0].IsNull() {
			return Value{}
		}
		s, ok := m.str(a[0])
		if !ok {
			return failure
		}
		name, ok := m.str(a[1])
		if !ok || !m.spend(len(s)) {
			return failure
		}
		for _, part := range strings.Split(s, ",") {
			if e := parseEvent(part); e.name == name {
				return get(e)
			}
		}
		return Value{}
	}}
}

// products are the parts of each product.
func (m *Machine) products(v Value) ([][]string, bool) {
	s, ok := m.str(v)
	if !ok || !m.spend(len(s)) {
		return nil, false
	}
	var out [][]string
	for _, p := range strings.Split(s, ",") {
		out = append(out, strings.Split(p, ";"))
	}
	return out, true
}

func ofProducts(i int) function {
	return function{1, 1, func(m *Machine, a []Value) Value {
		if a[0].IsNull() {
			return Value{}
		}
		products, ok := m.products(a[0])
		if !ok {
			return failure
		}
		var out []Value
		for _, p := range products {
			v := Value{}
			if i < len(p) && p[i] != "" {
				v = OfText(p[i])
			}
			out = append(out, v)
		}
		return OfList(out)
	}}
}

func ofProductEvents(i int, get func(event) Value) function {
	return function{2, 2, func(m *Machine, a []Value) Value {
		if a[0].IsNull() {
			return Value{}
		}
		products, ok := m.products(a[0])
		if !ok {
			return failure
		}
		name, ok := m.str(a[1])
		if !ok {
			return failure
		}
		out := []Value{}
		for _, p := range products {
			if i >= len(p) {
				continue
			}
			for _, part := range strings.Split(p[i], "|") {
				if e := parseEvent(part); e.name == name {
					out = append(out, get(e))
				}
			}
		}
		return OfList(out)
	}}
}
