// Package record turns rows into XDM records as the platform's mappings do.
//
// In: the mappings of a dataflow and the fields of its schema, compiled once; then
// rows. Out: a record for each row, what each mapping did, and why the platform would
// reject the row.
//
// Laws: no mapping and no row makes a function panic; the same rows and inputs give the
// same records.
package record

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/dataprep/eval"
	"github.com/aepflow/aepflow/internal/xdm"
)

// Form is how a mapping gives a value.
type Form uint8

// The forms of mappings.
const (
	Attribute  Form = iota // Source is a path: a, a.b[0].c, a[*].b
	Expression             // Source is an expression
	Constant               // Source is the value
)

// Mapping fills a field.
type Mapping struct {
	Destination string
	Form        Form
	Source      string
}

// Column is a declared column of the source: the level of the row that it is in, and
// the word for its type.
type Column struct{ Name, Type string }

// State says what a mapping did to a row.
type State uint8

// The states of an outcome.
const (
	Empty   State = iota // the value is null: the field is left out
	Filled               // the field has a value
	Failed               // there is no value: the field is left out, with a warning
	Unknown              // the behavior of the platform is not published
)

func (s State) String() string { return [...]string{"empty", "filled", "failed", "unknown"}[s] }

// Codes of failures besides those of packages eval and xdm.
const (
	NotAText     = "not-a-text"
	NotAnObject  = "not-an-object"
	NotAList     = "not-a-list"
	TooDeep      = "too-deep"
	TooLarge     = "too-large"
	MissingField = "required-field"
	CorruptRow   = "corrupt-row" // of a whole row: it has no path
)

// Outcome is what a mapping did to a row. Value is what it wrote.
type Outcome struct {
	State         State
	Code, Message string
	Value         eval.Value
	from, to      int // of the faults of the row, those of the value
}

// Fault is a reason why the platform would reject the row.
type Fault struct{ Path, Code, Message string }

// Set is the compiled mappings of a dataflow.
type Set struct {
	schema   *xdm.Schema
	mappings []mapping
	order    []int // the more specific ones last: they win
	columns  map[string]string
	eval     *eval.Set
}

type mapping struct {
	Mapping
	steps   []step
	general string // the destination with every index as [*]
	program *eval.Program
	path    []xdm.Step // of an attribute
	slot    int        // of its first level
}

// step is a level of a destination: a member, an element by number, or every element.
type step struct {
	name  string
	index int // member, every, or a number
}

const (
	member = -1
	every  = -2
)

// maxIndex is the highest index of an element that a destination may name.
const maxIndex = 9999

// Compile prepares the mappings. The error is for a mapping that can never run.
func Compile(schema *xdm.Schema, columns []Column, mappings []Mapping, inputs eval.Inputs) (*Set, error) {
	s := &Set{schema: schema, columns: make(map[string]string, len(columns)), eval: eval.NewSet(eval.Default, inputs)}
	for _, c := range columns {
		s.columns[c.Name] = c.Type
	}
	for i, m := range mappings {
		compiled, err := s.compile(m)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Destination, err)
		}
		s.mappings = append(s.mappings, compiled)
		s.order = append(s.order, i)
	}
	slices.SortStableFunc(s.order, func(a, b int) int {
		return cmp.Or(len(s.mappings[a].steps)-len(s.mappings[b].steps), s.mappings[b].wildcards()-s.mappings[a].wildcards())
	})
	return s, nil
}

// wildcards are the steps that lead to every element. A number of an element is more specific.
func (m *mapping) wildcards() (n int) {
	for _, s := range m.steps {
		if s.index == every {
			n++
		}
	}
	return n
}

func (s *Set) compile(m Mapping) (mapping, error) {
	out := mapping{Mapping: m}
	var err error
	if out.steps, out.general, err = s.destination(m.Destination); err != nil {
		return out, err
	}
	switch m.Form {
	case Attribute:
		path, fault := xdm.Steps(m.Source)
		if fault != nil {
			return out, fmt.Errorf("%q is not a path", m.Source)
		}
		out.path, out.slot = path, s.eval.Slot(path[0].Name)
	case Expression:
		tree, problems := dataprep.Parse(m.Source)
		if dataprep.HasErrors(problems) || tree == nil {
			return out, fmt.Errorf("%q is not an expression", m.Source)
		}
		program, fault := s.eval.Compile(tree)
		if fault != nil {
			return out, fault
		}
		out.program = program
	}
	return out, nil
}

// destination cuts a path. An array without an index is its first element.
func (s *Set) destination(path string) (out []step, general string, err error) {
	levels, fault := xdm.Steps(path)
	if fault != nil {
		return nil, "", fmt.Errorf("not a path of a field")
	}
	for i, l := range levels {
		out = append(out, step{l.Name, member})
		general = xdm.Join(general, l.Name)
		indexes := l.Indexes
		if i < len(levels)-1 && len(indexes) == 0 {
			if f, fault := s.schema.Find(general); fault == nil && f.Kind == xdm.Array {
				indexes = []string{"0"}
			}
		}
		for _, index := range indexes {
			general += "[*]"
			if index == "*" {
				out = append(out, step{index: every})
				continue
			}
			n, err := strconv.Atoi(index)
			if err != nil || n > maxIndex {
				return nil, "", fmt.Errorf("index %s: at most %d", index, maxIndex)
			}
			out = append(out, step{index: n})
		}
	}
	return out, general, nil
}

// Mappings are the mappings in the order in which they were given.
func (s *Set) Mappings() []Mapping {
	out := make([]Mapping, len(s.mappings))
	for i, m := range s.mappings {
		out[i] = m.Mapping
	}
	return out
}
