package record

import (
	"errors"
	"io"

	"github.com/aepflow/aepflow/internal/parallel"
)

// Row is a row of a file: texts in the order of the header, or an object of JSON.
type Row struct {
	Fields  []string
	Object  []byte
	Corrupt error  // why the row has neither, nil if it has
	Text    []byte // the beginning of a corrupt row, if it is known
}

// Row makes the record of a row. Of a corrupt one it returns why.
func (m *Machine) Row(r Row) error {
	if r.Corrupt != nil {
		return r.Corrupt
	}
	if r.Object != nil {
		return m.JSON(r.Object)
	}
	return m.Fields(r.Fields)
}

// The limits of a batch, which bound what is in memory at a time.
const (
	batchRows  = 256
	batchBytes = 1 << 20
	fieldBytes = 16 // that a field takes besides its text
)

// batch is rows that one core makes records of.
type batch struct {
	rows   []Row
	fields []string // of all rows
	text   []byte   // of all objects
	tally  *Tally
	err    error // why the row after those of the tally cannot be read; io.EOF after the last one
}

// AddAll makes records of the rows that next returns until io.EOF, on all cores, and counts them as if they were
// added one after the other. An error of next or of a row ends it: it is about row t.Rows+1. look is
// called now and then, with the rows that are counted; its error ends it, too. The random source of the
// set must be safe for concurrent use.
func (t *Tally) AddAll(s *Set, header []string, next func() (Row, error), look func() error) error {
	worker := func() func(*batch) {
		m := NewMachine(s)
		m.Header(header)
		return func(b *batch) { b.run(m) }
	}
	fill := func(b *batch) bool {
		b.tally = t.part()
		b.fill(next)
		return b.err == nil
	}
	err := parallel.InOrder(worker, fill, func(b *batch) error {
		t.join(b.tally)
		if b.err != nil {
			return b.err
		}
		return look()
	})
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (b *batch) fill(next func() (Row, error)) {
	b.rows, b.fields, b.text, b.err = b.rows[:0], b.fields[:0], b.text[:0], nil
	for size := 0; len(b.rows) < batchRows && size < batchBytes; {
		row, err := next()
		if err != nil {
			b.err = err
			return
		}
		if row.Object != nil {
			begin := len(b.text)
			b.text = append(b.text, row.Object...)
			row.Object = b.text[begin:]
			size += len(row.Object)
		}
		row.Text = nil // nothing reads it
		begin := len(b.fields)
		b.fields = append(b.fields, row.Fields...)
		row.Fields = b.fields[begin:]
		for _, f := range row.Fields {
			size += fieldBytes + len(f)
		}
		b.rows = append(b.rows, row)
	}
}

func (b *batch) run(m *Machine) {
	for _, row := range b.rows {
		if row.Corrupt != nil {
			b.tally.AddCorrupt(row.Corrupt)
			continue
		}
		if err := m.Row(row); err != nil {
			b.err = err
			return
		}
		b.tally.Add(m)
	}
}
