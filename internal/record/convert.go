package record

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/dataprep/eval"
	"github.com/aepflow/aepflow/internal/javatime"
	"github.com/aepflow/aepflow/internal/xdm"
)

// maxDepth bounds the depth of values that are written.
const maxDepth = 64

// writer collects what a mapping writes, so that one that fails writes nothing.
type writer struct {
	m       *Machine
	writes  []write
	faults  []Fault
	failure *Fault
	padding int // elements before those that the path to the next value names
}

type write struct {
	path  []place
	value eval.Value
}

// place is a step to a node: to a member of that level, or to an element.
type place struct {
	level *level
	index int
}

func (w *writer) commit() {
	t := &w.m.tree
	for _, write := range w.writes {
		n := t.root
		for _, p := range write.path {
			if p.level != nil {
				n = t.into(n, p.level)
			} else {
				n = t.at(n, p.index)
			}
		}
		if write.value.Kind() == eval.Null { // an element without a value
			continue
		}
		n.become(leaf)
		n.value = write.value
	}
}

func (w *writer) fail(l *level, code, format string, args ...any) {
	if w.failure == nil {
		w.failure = &Fault{l.path, code, fmt.Sprintf(format, args...)}
	}
}

// spread writes a value to the destination that the steps lead to. The value of a step
// [*] is a list with a value for each element; any other is that of the first one.
func (w *writer) spread(path []place, l *level, steps []step, v eval.Value, depth int) (eval.Value, bool) {
	if len(steps) == 0 {
		return w.write(path, l, v, depth)
	}
	switch s := steps[0]; s.index {
	case member:
		k := l.kid(s.name)
		return w.spread(append(path, place{level: k}), k, steps[1:], v, depth+1)
	case every:
		items := []eval.Value{v}
		if v.Kind() == eval.List {
			items = v.Items()
		}
		out, wrote := make([]eval.Value, 0, len(items)), false
		w.m.work += int64(len(items))
		for i, item := range items {
			if item.IsNull() && len(steps) == 1 {
				continue
			}
			at := append(slices.Clip(path), place{index: i})
			if len(steps) == 1 {
				at[len(at)-1].index = len(out)
			}
			value, ok := eval.Value{}, false
			if !item.IsNull() {
				value, ok = w.spread(at, l.item(), steps[1:], item, depth+1)
			}
			if !ok && len(steps) > 1 {
				w.put(at, l.item(), eval.Value{})
			}
			if ok || len(steps) > 1 {
				out = append(out, value)
			}
			wrote = wrote || ok
		}
		return eval.OfList(out), wrote
	default:
		w.padding += s.index
		defer func() { w.padding -= s.index }()
		return w.spread(append(path, place{index: s.index}), l.item(), steps[1:], v, depth+1)
	}
}

// maxSize bounds a record, which is in memory as a whole: a value, an element before one that a mapping names, and 256
// bytes of a text.
const (
	maxSize  = 250_000
	textUnit = 256
)

// put notes a write, unless the record gets too large.
func (w *writer) put(path []place, l *level, v eval.Value) bool {
	cost := 1 + w.padding
	w.m.work += int64(cost)
	if v.Kind() == eval.Text {
		cost += len(v.Str()) / textUnit
	}
	if w.m.size += cost; w.m.size > maxSize {
		w.fail(l, TooLarge, "the record is too large: more than %d values, or %d MB of texts", maxSize,
			maxSize*textUnit/1_000_000)
		return false
	}
	w.writes = append(w.writes, write{path, v})
	return true
}

// write converts a value to the type of its field and writes it; false if nothing is left.
func (w *writer) write(path []place, l *level, v eval.Value, depth int) (eval.Value, bool) {
	switch {
	case v.IsNull() || l.absent:
		return eval.Value{}, false
	case depth > maxDepth:
		w.fail(l, TooDeep, "the value is nested too deeply")
		return eval.Value{}, false
	case !l.field.Checked && v.Kind() == eval.Object, l.field.Kind == xdm.Object, l.field.Kind == xdm.Map:
		return w.object(path, l, v, depth)
	case !l.field.Checked && v.Kind() == eval.List, l.field.Kind == xdm.Array:
		return w.list(path, l, v, depth)
	}
	if v.Kind() == eval.Text {
		w.m.work += int64(len(v.Str()) / 16)
	}
	out, ok := w.scalar(l, v)
	return out, ok && w.put(path, l, out)
}

// object writes the members that the schema has; others are dropped.
func (w *writer) object(path []place, l *level, v eval.Value, depth int) (eval.Value, bool) {
	if v.Kind() != eval.Object {
		w.fail(l, NotAnObject, "expected an object, found %s", nameOf(v))
		return v, false
	}
	out := &eval.Map{}
	for i := range v.Object().Len() {
		key, value := v.Object().At(i)
		name := key.Scalar()
		if name == "" {
			continue
		}
		k := l.kid(name)
		if value, ok := w.write(append(slices.Clip(path), place{level: k}), k, value, depth+1); ok {
			out.Put(name, value)
		}
	}
	return eval.OfObject(out), out.Len() > 0
}

// list writes the elements that have a value.
func (w *writer) list(path []place, l *level, v eval.Value, depth int) (eval.Value, bool) {
	if v.Kind() != eval.List {
		w.fail(l, NotAList, "expected a list, found %s", nameOf(v))
		return v, false
	}
	var out []eval.Value
	for _, item := range v.Items() {
		at := append(slices.Clip(path), place{index: len(out)})
		if value, ok := w.write(at, l.item(), item, depth+1); ok {
			out = append(out, value)
		}
	}
	return eval.OfList(out), len(out) > 0
}

func nameOf(v eval.Value) string {
	text := ""
	switch v.Kind() {
	case eval.List, eval.Object:
		return "a value of type " + v.Kind().String()
	case eval.Text:
		text = v.Str()
	default:
		text = v.Scalar()
	}
	const most = 60
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "…"
	}
	return strconv.Quote(text)
}

// scalar converts a single value. What breaks a limit of the field is written, and the
// platform rejects the row.
func (w *writer) scalar(l *level, v eval.Value) (eval.Value, bool) {
	f := &l.field
	text := v.Kind() == eval.Text
	switch {
	case !f.Checked && v.Kind() == eval.Date:
		return eval.OfText(v.Time().ISO()), true
	case !f.Checked:
		return v, true
	case v.Kind() == eval.List, v.Kind() == eval.Object:
		w.fail(l, NotAText, "expected a single value, found %s", nameOf(v))
		return v, false
	case text && v.Str() == "" && f.Type != "string":
		return v, false
	}
	switch f.Type {
	case "boolean":
		return w.boolean(l, v)
	case "byte", "short", "int", "long":
		return w.whole(l, v)
	case "number":
		return w.number(l, v)
	case "date", "date-time":
		return w.date(l, v)
	}
	out := v
	switch {
	case v.Kind() == eval.Date:
		out = eval.OfText(v.Time().ISO())
	case !text:
		out = eval.OfText(v.Scalar())
	}
	w.check(l, xdm.CheckText(out.Str(), f), out)
	return out, true
}

func (w *writer) boolean(l *level, v eval.Value) (eval.Value, bool) {
	switch v.Kind() {
	case eval.Bool:
		return v, true
	case eval.Text:
		if b, ok := xdm.IsBooleanText(v.Str()); ok {
			return eval.OfBool(b), true
		}
	}
	w.fail(l, xdm.NotABoolean, "expected true or false, found %s", nameOf(v))
	return v, false
}

func isNumber(v eval.Value) bool { return v.Kind() >= eval.Int && v.Kind() <= eval.Decimal }

// whole writes whole numbers of any size; those that are out of range reject the row.
func (w *writer) whole(l *level, v eval.Value) (eval.Value, bool) {
	n, ok := 0.0, false
	switch {
	case v.Kind() == eval.Int, v.Kind() == eval.Long:
		n, ok = float64(v.Int64()), true
	case v.Kind() == eval.Text:
		if n, ok = xdm.ParseWhole(v.Str()); ok && math.Abs(n) < 1<<63 {
			whole, _ := strconv.ParseInt(v.Str(), 10, 64)
			v = eval.OfInt(whole)
		}
	case isNumber(v):
		if n, ok = xdm.ParseNumber(v.Scalar()); ok && v.Kind() != eval.Big {
			if n = math.Trunc(n); math.Abs(n) < 1<<63 {
				v = eval.OfInt(int64(n))
			}
		}
	}
	if !ok {
		w.fail(l, xdm.NotANumber, "expected a whole number, found %s", nameOf(v))
		return v, false
	}
	w.check(l, xdm.CheckNumber(n, &l.field), v)
	return v, true
}

func (w *writer) number(l *level, v eval.Value) (eval.Value, bool) {
	n, ok := 0.0, false
	if isNumber(v) || v.Kind() == eval.Text {
		n, ok = xdm.ParseNumber(v.Scalar())
	}
	if !ok {
		w.fail(l, xdm.NotANumber, "expected a number, found %s", nameOf(v))
		return v, false
	}
	w.check(l, xdm.CheckNumber(n, &l.field), v)
	if v.Kind() == eval.Text {
		v = eval.OfDouble(n)
	}
	return v, true
}

func (w *writer) date(l *level, v eval.Value) (eval.Value, bool) {
	t, ok := v, v.Kind() == eval.Date
	if v.Kind() == eval.Text {
		parsed, isDate := javatime.ParseForm(v.Str())
		if ok = isDate; ok {
			t = eval.OfDate(parsed)
		}
	}
	if !ok {
		w.fail(l, xdm.NotADate, "expected a date, found %s", nameOf(v))
		return v, false
	}
	text := t.Time().ISO()
	if l.field.Type == "date" {
		text, _, _ = strings.Cut(text, "T")
	}
	return eval.OfText(text), true
}

// check notes that a value breaks a limit of its field.
func (w *writer) check(l *level, fault *xdm.ConstantFault, v eval.Value) {
	if fault == nil {
		return
	}
	f, found := l.field, nameOf(v)
	message := map[string]string{
		xdm.NotInEnum:    found + " is not one of the values of the field",
		xdm.NotAPattern:  found + " does not match " + f.Pattern,
		xdm.TooLong:      fmt.Sprintf("%s has more than %d characters", found, f.MaxLength),
		xdm.TooShort:     fmt.Sprintf("%s has less than %d characters", found, f.MinLength),
		xdm.BelowMinimum: found + " is less than the field takes",
		xdm.AboveMaximum: found + " is more than the field takes",
	}[fault.Code]
	w.faults = append(w.faults, Fault{l.path, fault.Code, message})
}
