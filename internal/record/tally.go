package record

import (
	"hash/maphash"
	"math"
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
	corrupt  int64 // of these, rows that cannot be read
	Warned   int64 // other rows with a mapping that failed
	Mappings []Count
	present  []bool        // by column that the mappings read: whether a row has it
	reasons  []Reason      // in the order of their first rows
	known    map[Fault]int // places in reasons
	most     int           // reasons
	details  bool
}

// Count is what one mapping did.
type Count struct {
	Filled, Empty, Failed, Unknown int64

	Distinct int             // different values, at most MostDistinct
	Examples []string        // of different values, as JSON
	seen     map[uint64]bool // hashes of the values
	order    []uint64        // the hashes as they came
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
	return &Tally{
		Mappings: make([]Count, len(s.mappings)), present: make([]bool, len(s.eval.Names())),
		known: map[Fault]int{}, most: mostReasons, details: details,
	}
}

// part is an empty tally of the next rows, for join. It counts no values that t would not count, and all reasons, since
// t may know them.
func (t *Tally) part() *Tally {
	p := &Tally{
		Mappings: make([]Count, len(t.Mappings)), present: make([]bool, len(t.present)),
		known: map[Fault]int{}, most: math.MaxInt, details: t.details,
	}
	for i := range p.Mappings {
		if t.Mappings[i].Distinct == MostDistinct {
			p.Mappings[i].Distinct = MostDistinct
		}
	}
	return p
}

// join adds what a part counted, as if its rows were added to t.
func (t *Tally) join(part *Tally) {
	for i := range part.Mappings {
		t.Mappings[i].join(&part.Mappings[i])
	}
	t.has(part.present)
	for _, r := range part.reasons {
		r.First += t.Rows
		t.reason(r)
	}
	t.Rows += part.Rows
	t.Rejected += part.Rejected
	t.corrupt += part.corrupt
	t.Warned += part.Warned
}

func (c *Count) join(part *Count) {
	c.Filled += part.Filled
	c.Empty += part.Empty
	c.Failed += part.Failed
	c.Unknown += part.Unknown
	for i, hash := range part.order {
		if c.isNew(hash) && c.Distinct <= mostExamples { // then it is one of the first values of the part
			c.Examples = append(c.Examples, part.Examples[i])
		}
	}
}

var seed = maphash.MakeSeed()

// Add counts the row that a machine has just made a record of.
func (t *Tally) Add(m *Machine) {
	t.Rows++
	t.has(m.present)
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
			t.reason(Reason{Fault{m.set.mappings[i].Destination, o.Code, o.Message}, false, 1, t.Rows})
		}
	}
	for _, f := range m.faults {
		t.reason(Reason{f, true, 1, t.Rows})
	}
	switch {
	case len(m.faults) > 0:
		t.Rejected++
	case warned:
		t.Warned++
	}
}

// AddCorrupt counts a row that cannot be read. The platform rejects it.
func (t *Tally) AddCorrupt(why error) {
	t.Rows++
	t.Rejected++
	t.corrupt++
	t.reason(Reason{Fault{Code: CorruptRow, Message: why.Error()}, true, 1, t.Rows})
}

// has notes columns that rows have.
func (t *Tally) has(present []bool) {
	for i, is := range present {
		t.present[i] = t.present[i] || is
	}
}

// Absent are the declared columns that the mappings of the set read, and that no row has.
func (t *Tally) Absent(s *Set) (names []string) {
	if t.Rows == t.corrupt {
		return nil
	}
	for i, name := range s.eval.Names() {
		if _, declared := s.columns[name]; declared && !t.present[i] {
			names = append(names, name)
		}
	}
	return names
}

func (c *Count) look(v eval.Value) {
	if c.Distinct == MostDistinct {
		return
	}
	text := eval.AppendJSON(nil, v)
	if c.isNew(maphash.Bytes(seed, text)) && c.Distinct <= mostExamples {
		c.Examples = append(c.Examples, string(text))
	}
}

// isNew counts a value, by its hash, and reports whether it is the first one of its kind.
func (c *Count) isNew(hash uint64) bool {
	if c.Distinct == MostDistinct || c.seen[hash] {
		return false
	}
	if c.seen == nil {
		c.seen = map[uint64]bool{}
	}
	c.seen[hash] = true
	c.order = append(c.order, hash)
	c.Distinct++
	return true
}

// reason counts the rows of a reason.
func (t *Tally) reason(r Reason) {
	key := Fault{Path: r.Path, Code: r.Code}
	i, ok := t.known[key]
	switch {
	case ok:
		t.reasons[i].Rows += r.Rows
	case len(t.reasons) < t.most:
		t.known[key] = len(t.reasons)
		t.reasons = append(t.reasons, r)
	}
}

// Reasons are why rows are rejected, then why rows have warnings, the most frequent first.
func (t *Tally) Reasons() []Reason {
	out := slices.Clone(t.reasons)
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
