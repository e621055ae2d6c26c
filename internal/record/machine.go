package record

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/dataprep/eval"
	"github.com/aepflow/aepflow/internal/xdm"
)

// Machine makes records, one after the other. It is not safe for concurrent use. What
// it returns is valid until the next row.
type Machine struct {
	set      *Set
	eval     *eval.Machine
	row      []eval.Value // by slot
	places   []int        // by slot: the field of a row, see Header
	columns  []declared   // by slot
	present  []bool       // by slot: whether a row or the header had it
	outcomes []Outcome
	faults   []Fault
	tree     tree
	root     *level
	targets  []target // of each mapping
	writer   writer
	size     int   // of the record so far
	unknown  []int // the mappings of the row that cannot be evaluated
	work     int64 // besides that of eval
	most     int64
	ctx      context.Context
}

// ErrWork is why no record is made: the machine has done all the work that it may do.
var ErrWork = errors.New("making the records needs too much work")

// Bound limits the work of the machine on all its rows, and ends it with the context. A row that is not done then has
// ErrWork, or the error of the context.
func (m *Machine) Bound(ctx context.Context, most int64) { m.ctx, m.most = ctx, most }

// SetRandom gives the machine a random source of its own.
func (m *Machine) SetRandom(r io.Reader) { m.eval.SetRandom(r) }

// Work is the work so far, in the units of package eval: for each mapping and value one more, and for 16 bytes of a row
// or record.
func (m *Machine) Work() int64 { return m.eval.Work() + m.work }

// over is why the machine makes no more records.
func (m *Machine) over() error {
	if m.Work() > m.most {
		return ErrWork
	}
	return m.ctx.Err()
}

// declared is what the dataflow declares of a column.
type declared struct {
	typ string
	ok  bool
}

// target is how far the way to a destination is the same for each row.
type target struct {
	path    []place
	level   *level
	rest    []step // from the first [*] on
	padding int    // elements before those that the path names
}

func (m *Machine) target(steps []step) target {
	t := target{level: m.root, rest: steps}
	for len(t.rest) > 0 && t.rest[0].index != every {
		p := place{index: t.rest[0].index}
		if p.index == member {
			t.level = t.level.kid(t.rest[0].name)
			p.level = t.level
		} else {
			t.level = t.level.item()
			t.padding += p.index
		}
		t.path, t.rest = append(t.path, p), t.rest[1:]
	}
	t.path = slices.Clip(t.path)
	return t
}

// NewMachine returns a machine for the mappings of a set.
func NewMachine(s *Set) *Machine {
	m := &Machine{set: s, eval: eval.NewMachine(s.eval), outcomes: make([]Outcome, len(s.mappings)),
		most: math.MaxInt64, ctx: context.Background()}
	m.row = make([]eval.Value, len(s.eval.Names()))
	m.places, m.present = make([]int, len(m.row)), make([]bool, len(m.row))
	for _, name := range s.eval.Names() {
		typ, ok := s.columns[name]
		m.columns = append(m.columns, declared{typ, ok})
	}
	m.root = newLevel(s.schema, "", "")
	for _, p := range s.mappings {
		m.targets = append(m.targets, m.target(p.steps))
	}
	m.Header(nil)
	return m
}

// Header names the fields of the rows that Fields takes. Of two fields with one name
// the last counts.
func (m *Machine) Header(names []string) {
	at := make(map[string]int, len(names))
	for i, name := range names {
		at[name] = i
	}
	for slot, name := range m.set.eval.Names() {
		m.places[slot] = -1
		if i, ok := at[name]; ok {
			m.places[slot], m.present[slot] = i, true
		}
	}
}

// Fields makes the record of a row of texts, in the order of the header.
func (m *Machine) Fields(fields []string) error {
	for slot, column := range m.columns {
		switch place := m.places[slot]; {
		case place >= 0 && place < len(fields):
			m.work += int64(len(fields[place]) / 16)
			m.row[slot] = typed(fields[place], column.typ)
		case column.ok:
			m.row[slot] = eval.Value{}
		default:
			m.row[slot] = eval.Missing
		}
	}
	m.eval.SetRow(m.row, nil)
	return m.run()
}

// JSON makes the record of a row that is written as an object of JSON.
func (m *Machine) JSON(text []byte) error {
	m.work += int64(len(text) / 16)
	v, err := eval.ParseJSON(string(text))
	if err != nil || v.Kind() != eval.Object {
		return errors.New("expected an object of JSON")
	}
	return m.Object(v.Object())
}

// Object makes the record of a row.
func (m *Machine) Object(row *eval.Map) error {
	for slot, name := range m.set.eval.Names() {
		v, ok := row.Get(name)
		m.present[slot] = m.present[slot] || ok
		switch column := m.columns[slot]; {
		case !ok && !column.ok:
			v = eval.Missing
		case column.ok:
			v = widened(v, column.typ)
		}
		m.row[slot] = v
	}
	m.eval.SetRow(m.row, row)
	return m.run()
}

// widened is a whole number of JSON as a value of a declared column.
func widened(v eval.Value, typ string) eval.Value {
	switch {
	case v.Kind() != eval.Int:
	case typ == "long":
		return eval.OfLong(v.Int64())
	case typ == "double":
		return eval.OfDouble(float64(v.Int64()))
	}
	return v
}

// typed is a text as a value of a declared column; other texts stay texts.
func typed(text, typ string) eval.Value {
	if text == "" && typ != "" && typ != "string" {
		return eval.Value{}
	}
	switch typ {
	case "integer", "long":
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			if typ == "long" {
				return eval.OfLong(n)
			}
			return eval.OfInt(n)
		}
	case "double":
		if f, ok := xdm.ParseNumber(text); ok {
			return eval.OfDouble(f)
		}
	case "boolean":
		if b, ok := xdm.IsBooleanText(text); ok {
			return eval.OfBool(b)
		}
	}
	return eval.OfText(text)
}

// Outcomes are what each mapping did to the row.
func (m *Machine) Outcomes() []Outcome { return m.outcomes }

// Faults are why the platform would reject the row; none if it would take it.
func (m *Machine) Faults() []Fault { return m.faults }

// FaultsOf are those of the faults that the value of a mapping causes.
func (m *Machine) FaultsOf(mapping int) []Fault {
	o := m.outcomes[mapping]
	return m.faults[o.from:o.to]
}

// AppendJSON writes the record.
func (m *Machine) AppendJSON(b []byte) []byte { return m.tree.root.appendJSON(b) }

func (m *Machine) run() error {
	m.faults, m.unknown, m.size = m.faults[:0], m.unknown[:0], 0
	m.tree.reset(m.root)
	m.work++
	for _, i := range m.set.order {
		m.work++
		if err := m.over(); err != nil {
			return err
		}
		m.outcomes[i] = m.apply(&m.set.mappings[i], &m.targets[i])
		if m.outcomes[i].State == Unknown {
			m.unknown = append(m.unknown, i)
		}
	}
	m.require(m.tree.root, 0)
	return m.over()
}

// apply runs a mapping and writes what it gives.
func (m *Machine) apply(p *mapping, to *target) Outcome {
	v, fault := m.value(p)
	switch {
	case fault != nil && fault.Code == eval.CannotEvaluate:
		return Outcome{State: Unknown, Code: string(fault.Code), Message: fault.Message}
	case fault != nil:
		return Outcome{State: Failed, Code: string(fault.Code), Message: fault.Message}
	case v.IsNull():
		return Outcome{}
	}
	w, size := &m.writer, m.size
	*w = writer{m: m, writes: w.writes[:0], faults: w.faults[:0], padding: to.padding}
	out, wrote := w.spread(to.path, to.level, to.rest, v, len(to.path))
	switch {
	case w.failure != nil:
		m.size = size
		return Outcome{State: Failed, Code: w.failure.Code, Message: w.failure.Message}
	case !wrote:
		return Outcome{}
	}
	w.commit()
	from := len(m.faults)
	m.faults = append(m.faults, w.faults...)
	return Outcome{State: Filled, Value: out, from: from, to: len(m.faults)}
}

func (m *Machine) value(p *mapping) (eval.Value, *eval.Error) {
	switch p.Form {
	case Constant:
		return eval.OfText(p.Source), nil
	case Expression:
		return m.eval.Run(p.program)
	}
	v := m.row[p.slot]
	if v == eval.Missing {
		return v, &eval.Error{Code: eval.MissingAttribute, Message: fmt.Sprintf("the row has no `%s`", p.path[0].Name)}
	}
	return m.follow(v, p.path[0].Indexes, p.path[1:]), nil
}

// follow goes down a path in a row. What is not there is null.
func (m *Machine) follow(v eval.Value, indexes []string, path []xdm.Step) eval.Value {
	m.work++
	for i, index := range indexes {
		if v.Kind() != eval.List {
			return eval.Value{}
		}
		items := v.Items()
		if index == "*" {
			out := make([]eval.Value, len(items))
			for j, item := range items {
				out[j] = m.follow(item, indexes[i+1:], path)
			}
			return eval.OfList(out)
		}
		n, err := strconv.Atoi(index)
		if err != nil || n >= len(items) {
			return eval.Value{}
		}
		v = items[n]
	}
	if len(path) == 0 {
		return v
	}
	if v.Kind() != eval.Object {
		return eval.Value{}
	}
	v, _ = v.Object().Get(path[0].Name)
	return m.follow(v, path[0].Indexes, path[1:])
}

// require notes the required members that the objects of a record lack.
func (m *Machine) require(n *node, depth int) {
	if n.kind == object {
		needs := n.level.required()
		m.work += int64(len(needs))
		for _, name := range needs {
			if k := n.member(name); (k == nil || k.kind == nothing) && !m.mayFill(xdm.Join(n.level.general, name)) {
				path := xdm.Join(n.level.path, name)
				m.faults = append(m.faults, Fault{path, MissingField, "the schema requires this field"})
			}
		}
	}
	if depth < maxDepth {
		for _, k := range n.kids {
			m.require(k, depth+1)
		}
	}
}

// CauseOf is the mapping whose failure leaves a required field out; false if there is none.
func (m *Machine) CauseOf(f Fault) (mapping int, ok bool) {
	for i, out := range m.outcomes {
		if d := m.set.mappings[i].general; out.State == Failed && f.Code == MissingField && related(d, f.Path) {
			return i, true
		}
	}
	return 0, false
}

// mayFill reports whether a mapping that cannot be evaluated may have filled a field.
func (m *Machine) mayFill(path string) bool {
	m.work += int64(len(m.unknown))
	return slices.ContainsFunc(m.unknown, func(i int) bool { return related(m.set.mappings[i].general, path) })
}

// related reports whether one path is the other one or lies below it.
func related(a, b string) bool { return within(a, b) || within(b, a) }

// within reports whether a path is another one or lies below it.
func within(path, above string) bool {
	rest, ok := strings.CutPrefix(path, above)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
