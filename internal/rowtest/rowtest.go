// Package rowtest runs the tests of mappings: rows go in, and what their records have is compared with what a test
// expects.
//
// In: compiled mappings, rows, and an expectation. Out: the differences. Laws: the same test gives the same result; no
// test makes a function panic.
package rowtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/aepflow/aepflow/internal/dataprep/eval"
	"github.com/aepflow/aepflow/internal/record"
	"github.com/aepflow/aepflow/internal/xdm"
)

// Test is one test of the mappings of a dataflow.
type Test struct {
	// Next makes the record of the next row; false after the last one. Its error says which row it is about.
	Next        func(*record.Machine) (bool, error)
	Expect      []byte // JSON, nil for nothing: an object for every record, or a list with one for each
	ExpectError string // the path of a field, "" for none
	Exactly     bool
	Random      io.Reader // what is random in its records
	Most        int64     // work, in the units of package record
}

// Code says in which way a record is not as expected.
type Code string

// The codes of differences.
const (
	Different  Code = "different"  // another value
	Missing    Code = "missing"    // no value
	Unexpected Code = "unexpected" // a value where none is expected
	Rejected   Code = "rejected"   // the platform would reject the row
	NoFailure  Code = "no-failure" // the field of expectError has no failure
	RowCount   Code = "row-count"  // as many rows as items are expected
)

// Difference is one place where a record is not as expected.
type Difference struct {
	Row     int // from 1; 0 for the test as a whole
	Path    string
	Code    Code
	Want    string   // JSON, "" for nothing
	Got     string   // JSON, "" for nothing
	Message string   // why there is no value, or why the row is rejected
	Where   []string // keys and indexes of the value in Expect, nil if it has none
}

// most is how many differences of a test are kept.
const most = 20

// Result is what a test gave.
type Result struct {
	Rows        int
	Differences []Difference // the first ones
	More        int          // other differences
	Broken      string       // why the test cannot say anything, "" if it can
	Touched     []bool       // by mapping: whether the test says what it does
	Work        int64        // more than the most: the test was not run to its end
}

// Passed reports whether everything is as expected.
func (r *Result) Passed() bool { return r.Broken == "" && len(r.Differences) == 0 }

func (r *Result) add(d Difference) {
	if len(r.Differences) == most {
		r.More++
		return
	}
	r.Differences = append(r.Differences, d)
}

// run is a test in progress.
type run struct {
	*Result
	test     Test
	machine  *record.Machine
	mappings []record.Mapping
	expect   eval.Value
	errors   paths // the field of expectError
	row      int
}

// Run runs a test. Its error is that of the context.
func Run(ctx context.Context, set *record.Set, t Test) (Result, error) {
	r := run{Result: &Result{}, test: t, machine: record.NewMachine(set), mappings: set.Mappings()}
	r.machine.SetRandom(t.Random)
	r.machine.Bound(ctx, t.Most)
	r.errors = pathsOf(t.ExpectError)
	r.Touched = make([]bool, len(r.mappings))
	r.Work = int64(len(t.Expect)/16 + len(r.mappings))
	r.run(ctx)
	r.Work += r.machine.Work()
	return *r.Result, ctx.Err()
}

func (r *run) run(ctx context.Context) {
	t := &r.test
	if t.Expect != nil {
		v, err := eval.ParseJSON(string(t.Expect))
		if err != nil {
			r.Broken = "what is expected has too many levels, or numbers that are too large"
			return
		}
		r.expect = v
	}
	r.touch()
	for {
		r.row++
		more, err := t.Next(r.machine)
		if errors.Is(err, record.ErrWork) || ctx.Err() != nil {
			return
		}
		if err != nil {
			r.Broken = err.Error()
			return
		}
		if !more {
			break
		}
		r.Rows = r.row
		if r.check(); r.Broken != "" || r.Work+r.machine.Work() > t.Most {
			return
		}
	}
	switch items, isList := r.items(); {
	case r.Rows == 0:
		r.Broken = "there are no rows"
	case isList && len(items) != r.Rows:
		r.add(Difference{Code: RowCount, Want: strconv.Itoa(len(items)), Got: strconv.Itoa(r.Rows)})
	}
}

func (r *run) items() ([]eval.Value, bool) {
	if r.expect.Kind() != eval.List {
		return nil, false
	}
	return r.expect.Items(), true
}

// expected is what the record of the current row should have.
func (r *run) expected() (want *eval.Map, where []string) {
	v := r.expect
	if items, isList := r.items(); isList {
		if r.row > len(items) {
			return nil, nil // counted at the end
		}
		v, where = items[r.row-1], []string{strconv.Itoa(r.row - 1)}
	}
	if v.Kind() != eval.Object {
		return nil, nil
	}
	return v.Object(), where
}

// touch notes which mappings the test says something about.
func (r *run) touch() {
	records := []eval.Value{r.expect}
	if items, isList := r.items(); isList {
		records = items
	}
	list := []string{r.test.ExpectError}
	for _, v := range records {
		list = leaves(list, "", v)
	}
	says := pathsOf(list...)
	for i, m := range r.mappings {
		r.Touched[i] = r.test.Exactly || says.related(m.Destination)
	}
}

// leaves appends the paths of what an expected record says.
func leaves(paths []string, above string, v eval.Value) []string {
	if v.Kind() != eval.Object || above != "" && v.Object().Len() == 0 {
		if above == "" {
			return paths
		}
		return append(paths, above)
	}
	for i := range v.Object().Len() {
		key, value := v.Object().At(i)
		paths = leaves(paths, joined(above, key.Str()), value)
	}
	return paths
}

// joined is a path in an expected record: keys at the top are paths, those below are names.
func joined(above, key string) string {
	if above == "" {
		return key
	}
	return xdm.Join(above, key)
}

// check compares the record of the current row.
func (r *run) check() {
	outcomes := r.machine.Outcomes()
	for i, o := range outcomes {
		if o.State == record.Unknown && r.Touched[i] {
			r.Broken = fmt.Sprintf("row %d: %s: %s", r.row, r.mappings[i].Destination, o.Message)
			return
		}
	}
	text := r.machine.AppendJSON(nil)
	r.Work += int64(len(text) / 16)
	rec, err := eval.ParseJSON(string(text))
	if err != nil {
		r.Broken = fmt.Sprintf("row %d: the record has too many levels", r.row)
		return
	}
	if r.test.ExpectError != "" && !r.fails() {
		got := ""
		if v, _, ok := find(rec, "", r.test.ExpectError); ok {
			got = jsonText(v)
		}
		r.add(Difference{Row: r.row, Path: r.test.ExpectError, Code: NoFailure, Got: got})
	}
	want, where := r.expected()
	if want == nil {
		return
	}
	for _, f := range r.machine.Faults() {
		if r.test.ExpectError == "" || !r.errors.related(f.Path) {
			r.add(Difference{Row: r.row, Path: f.Path, Code: Rejected, Message: f.Message})
		}
	}
	c := comparison{run: r}
	for i := range want.Len() {
		key, value := want.At(i)
		got, path, ok := find(rec, "", key.Str())
		c.value(append(slices.Clip(where), key.Str()), path, value, got, ok)
	}
	if r.test.Exactly {
		c.rest(append(slices.Clip(where), ""), "", rec)
	}
}

// fails reports whether the current row has a failure at the field of expectError.
func (r *run) fails() bool {
	return slices.ContainsFunc(r.machine.Faults(), func(f record.Fault) bool { return r.errors.related(f.Path) }) ||
		r.failed(r.errors) != nil
}

// failed is the first mapping that failed on the current row, of those that fill one of the paths.
func (r *run) failed(p paths) *record.Outcome {
	for i, o := range r.machine.Outcomes() {
		if o.State == record.Failed && p.related(r.mappings[i].Destination) {
			return &o
		}
	}
	return nil
}

// failure is why there is no value at a path, "" if that is not known, or not kept.
func (r *run) failure(path string) string {
	if len(r.Differences) == most {
		return ""
	}
	if o := r.failed(pathsOf(path)); o != nil {
		return o.Message
	}
	return ""
}
