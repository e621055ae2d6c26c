package record

import (
	"hash/maphash"
	"slices"

	"github.com/aepflow/aepflow/internal/dataprep/eval"
)

// MostDistinct is up to how many different values of a field are counted.
const MostDistinct = 10_000

const (
	mostExamples = 3
	mostReasons  = 1000
)

// Tally counts what the mappings did to many rows. Its size does not grow with their
// number.
type Tally struct {
	Rows     int64
	Rejected int64 // rows that the platform would reject
	Warned   int64 // other rows with a mapping that failed
	Mappings []Count
	reasons  map[Fault]*Reason
	details  bool
}

// Count is what one mapping did.
type Count struct {
	Filled, Empty, Failed, Unknown int64

	Distinct int             // different values, at most MostDistinct
	Examples []string        // of different values, as JSON
	seen     map[uint64]bool // hashes of the values
}

// Reason is why rows are rejected or warned of. The fault is that of the first row.
type Reason struct {
	Fault
	Rejects bool
	Rows    int64
	First   int64 // number of the first row
}

// NewTally counts for a set. With details, it also counts different values.
func NewTally(s *Set, details bool) *Tally {
	return &Tally{Mappings: make([]Count, len(s.mappings)), reasons: map[Fault]*Reason{}, details: details}
}

var seed = maphash.MakeSeed()

// Add counts the row that a machine has just made a record of.
func (t *Tally) Add(m *Machine) {
	t.Rows++
	warned := false
	for i, o := range m.outcomes {
		c := &t.Mappings[i]
		switch o.State {
		case Filled:
			c.Filled++
			if t.details {
				c.look(o.Value)
			}
		case Empty:
			c.Empty++
		case Unknown:
			c.Unknown++
		default:
			c.Failed++
			warned = true
			t.reason(Fault{m.set.mappings[i].Destination, o.Code, o.Message}, false)
		}
	}
	for _, f := range m.faults {
		t.reason(f, true)
	}
	switch {
	case len(m.faults) > 0:
		t.Rejected++
	case warned:
		t.Warned++
	}
}

func (c *Count) look(v eval.Value) {
	if c.Distinct == MostDistinct {
		return
	}
	text := eval.AppendJSON(nil, v)
	hash := maphash.Bytes(seed, text)
	if c.seen[hash] {
		return
	}
	if c.seen == nil {
		c.seen = map[uint64]bool{}
	}
	c.seen[hash] = true
	if c.Distinct++; c.Distinct <= mostExamples {
		c.Examples = append(c.Examples, string(text))
	}
}

func (t *Tally) reason(f Fault, rejects bool) {
	key := Fault{Path: f.Path, Code: f.Code}
	r := t.reasons[key]
	if r == nil {
		if len(t.reasons) == mostReasons {
			return
		}
		r = &Reason{Fault: f, Rejects: rejects, First: t.Rows}
		t.reasons[key] = r
	}
	r.Rows++
}

// Reasons are why rows are rejected, then why rows have warnings, the most frequent first.
func (t *Tally) Reasons() []Reason {
	out := make([]Reason, 0, len(t.reasons))
	for _, r := range t.reasons {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Reason) int {
		switch {
		case a.Rejects != b.Rejects && a.Rejects:
			return -1
		case a.Rejects != b.Rejects:
			return 1
		case a.Rows != b.Rows:
			return int(min(max(b.Rows-a.Rows, -1), 1))
		case a.Path < b.Path || a.Path == b.Path && a.Code < b.Code:
			return -1
		}
		return 1
	})
	return out
}
