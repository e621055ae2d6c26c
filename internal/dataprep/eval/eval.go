// Package eval runs expressions of the mapping language on rows.
//
// In: the tree of an expression and a row of values. Out: a value, or an error with
// a position in the expression. Compile turns a tree into closures once; they then
// run on any number of rows. The language is that of Apache Commons JEXL 3.3 in its
// strict mode with the functions of Data Prep on Java's values; where publications
// leave a behaviour open, Choices says what this package does.
//
// Laws: no expression and no row makes a function panic; the work on a row is
// bounded; the same inputs give the same value; the clock, the random source, and
// the variables of the platform are inputs.
package eval

import (
	"fmt"
	"io"
	"time"

	"github.com/aepflow/aepflow/internal/dataprep"
)

// MaxWork bounds the work on one expression and row: a step of the evaluation, or 16
// bytes of a text or an element of a list that a function makes.
const MaxWork = 2_000_000

// Code says what kind of error stopped an evaluation.
type Code string

// The kinds of errors.
const (
	MissingAttribute Code = "missing-attribute" // the row has no such attribute
	NullOperand      Code = "null-operand"
	NoProperty       Code = "no-property" // no such member, element, or method
	Arithmetic       Code = "arithmetic"
	BadArgument      Code = "bad-argument"
	RegexTooSlow     Code = "regex-too-slow"
	TooMuchWork      Code = "too-much-work"
	CannotEvaluate   Code = "cannot-evaluate" // the behavior of the platform is not published
)

// Error is why an expression has no value on a row. Start and End are byte offsets
// into its text.
type Error struct {
	Code       Code
	Message    string
	Start, End int
	raw        bool // in JEXL 3.1 an exception of Java that it does not know, as for a text that is not a number
}

func (e *Error) Error() string { return e.Message }

// Dialect is a version of the engine and its mode.
type Dialect uint8

// The dialects. Default is that of the product; the others are for tests.
const (
	Default     Dialect = iota // JEXL 3.3, strict
	Lenient                    // JEXL 3.3, lenient
	Old                        // JEXL 3.1, strict
	OldLenient                 // JEXL 3.1, lenient
	LastDialect = OldLenient
)

func (d Dialect) old() bool    { return d == Old || d == OldLenient }
func (d Dialect) strict() bool { return d == Default || d == Old }

// Inputs is what an expression reads besides the row.
type Inputs struct {
	Now    func() time.Time
	Random io.Reader
	// Variables replace `${NAME}` inside of texts, such as CRM_ORG_ID.
	Variables map[string]string
}

// Program is a compiled expression.
type Program struct {
	run fn
	set *Set
}

// fn is a compiled node. After an error it returns a value of kind failed, and the
// error is in the machine.
type fn func(*Machine) Value

// Set holds the attributes that a group of programs reads: each has one slot in a row.
type Set struct {
	dialect Dialect
	inputs  Inputs
	names   []string
	slots   map[string]int
}

// NewSet returns an empty set.
func NewSet(dialect Dialect, inputs Inputs) *Set {
	return &Set{dialect: dialect, inputs: inputs, slots: map[string]int{}}
}

// Slot returns the place of an attribute in the rows of the set.
func (s *Set) Slot(name string) int {
	i, ok := s.slots[name]
	if !ok {
		i = len(s.names)
		s.names = append(s.names, name)
		s.slots[name] = i
	}
	return i
}

// Names lists the attributes by slot.
func (s *Set) Names() []string { return s.names }

// Compile turns an expression into a program. The error says what can never run.
func (s *Set) Compile(e dataprep.Expr) (*Program, *Error) {
	c := &compiler{set: s, dialect: s.dialect}
	run := c.expr(e)
	if c.err != nil {
		return nil, c.err
	}
	return &Program{run: run, set: s}, nil
}

// Machine runs programs of one set, one after the other. It is not safe for
// concurrent use.
type Machine struct {
	set        *Set
	random     io.Reader
	row        []Value // by slot
	extra      *Map    // attributes without a slot
	args       []Value // of the calls around the current node
	local      []Value // parameters of lambdas
	most, work int     // of the run, and what is left of it
	total      int64   // work of all runs
	runs       int     // so far
	err        *Error
	at         dataprep.At   // of the call in progress
	slow       time.Duration // that regular expressions with backtracking took
	regex      regexCache
	dates      patternCache
	wroteArray bool // an array or a range became a text, which in Java shows an address
}

// NewMachine returns a machine for the programs of a set.
func NewMachine(s *Set) *Machine { return &Machine{set: s, random: s.inputs.Random} }

// SetRandom gives the machine a random source of its own, instead of that of the inputs.
func (m *Machine) SetRandom(r io.Reader) { m.random = r }

// SetRow gives the machine a row with a value for each slot of the set; a missing
// attribute is the value Missing. Extra has the attributes without a slot and may be nil.
func (m *Machine) SetRow(row []Value, extra *Map) { m.row, m.extra = row, extra }

// SetObject gives the machine a row as an object.
func (m *Machine) SetObject(row *Map) {
	m.row = m.row[:0]
	for _, name := range m.set.names {
		v, ok := row.Get(name)
		if !ok {
			v = Missing
		}
		m.row = append(m.row, v)
	}
	m.extra = row
}

// Run evaluates a program on the row.
func (m *Machine) Run(p *Program) (Value, *Error) { return m.RunWithin(p, MaxWork) }

// Work is the work of all runs so far.
func (m *Machine) Work() int64 { return m.total }

// RunWithin is Run with another bound of the work.
func (m *Machine) RunWithin(p *Program, most int) (Value, *Error) {
	for len(m.row) < len(m.set.names) { // slots that were added since
		m.row = append(m.row, Missing)
	}
	m.most, m.work, m.err, m.args, m.local = most, most, nil, m.args[:0], m.local[:0]
	m.wroteArray, m.slow = false, 0
	m.runs++
	v := p.run(m)
	m.total += int64(most - max(m.work, 0))
	if v.kind == failed {
		return Value{}, m.err
	}
	return v, nil
}

// attribute finds a top-level attribute by name.
func (m *Machine) attribute(name string) (Value, bool) {
	if i, ok := m.set.slots[name]; ok && i < len(m.row) {
		return m.row[i], m.row[i].kind != missing
	}
	if m.extra != nil {
		return m.extra.Get(name)
	}
	return Value{}, false
}

// spend takes work; it fails the evaluation when none is left.
func (m *Machine) spend(n int) bool {
	if m.work -= n; m.work < 0 || n < 0 {
		m.work = -1
		m.fail(TooMuchWork, "the expression needs more than %d steps on this row", m.most)
		return false
	}
	return true
}

// fail notes the first error, at the node in progress.
func (m *Machine) fail(code Code, format string, args ...any) Value {
	if m.err == nil {
		m.err = &Error{Code: code, Message: fmt.Sprintf(format, args...), Start: m.at.Start, End: m.at.End}
	}
	return failure
}

// failAt notes the first error, at a node.
func (m *Machine) failAt(at dataprep.At, code Code, format string, args ...any) Value {
	m.at = at
	return m.fail(code, format, args...)
}

// forget drops the error, for the operators that catch it.
func (m *Machine) forget() { m.err = nil }
