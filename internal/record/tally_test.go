package record_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/raced"
	"github.com/aepflow/aepflow/internal/record"
)

func TestTally(t *testing.T) {
	set, err := record.Compile(fields(t), nil, []record.Mapping{attribute("_acme.text", "a"),
		attribute("_acme.count", "a"), attribute("_acme.code", "c")}, inputs)
	if err != nil {
		t.Fatal(err)
	}
	m, tally := record.NewMachine(set), record.NewTally(set, true)
	m.Header([]string{"a", "c"})
	for i := range record.MostDistinct + 2 {
		m.Fields([]string{strconv.Itoa(i), "x"})
		tally.Add(m)
	}
	m.Fields([]string{"y", "x"})
	tally.Add(m)
	m.Fields([]string{"y", "long"})
	tally.Add(m)
	n := tally.Mappings
	if tally.Rows != record.MostDistinct+4 || tally.Rejected != 1 || tally.Warned != 1 ||
		n[0].Distinct != record.MostDistinct || len(n[0].Examples) != 3 || n[1].Failed != 2 || n[2].Distinct != 2 {
		t.Errorf("%d rows, %d rejected, %d warned, %+v", tally.Rows, tally.Rejected, tally.Warned, n[2])
	}
	reasons := tally.Reasons()
	if len(reasons) != 2 || !reasons[0].Rejects || reasons[0].Code != "too-long" || reasons[0].First != tally.Rows ||
		reasons[1].Rejects || reasons[1].Rows != 2 || reasons[1].First != tally.Rows-1 {
		t.Errorf("%+v", reasons)
	}
}

// failing is n rows, some of which fail.
func failing(n int) func() (record.Row, error) {
	i := 0
	fields := make([]string, 2)
	return func() (record.Row, error) {
		if i++; i > n {
			return record.Row{}, io.EOF
		}
		fields[0], fields[1] = strconv.Itoa(i%11_000), "x"
		if i%7 == 0 {
			fields[1] = "long"
		}
		if i%1_501 == 0 {
			fields[0] = "y"
		}
		if i%1_000 == 0 {
			return record.Row{Corrupt: fmt.Errorf("line %d is broken", i)}, nil
		}
		if i%30 == 0 {
			return record.Row{Object: fmt.Appendf(nil, `{"a": "%d", "c": "x"}`, i%5)}, nil
		}
		return record.Row{Fields: fields}, nil
	}
}

// counted is all that a tally says.
func counted(tally *record.Tally) string {
	out := fmt.Sprintln(tally.Rows, tally.Rejected, tally.Warned)
	for _, c := range tally.Mappings {
		out += fmt.Sprintln(c.Filled, c.Empty, c.Failed, c.Unknown, c.Distinct, c.Examples)
	}
	for _, r := range tally.Reasons() {
		out += fmt.Sprintln(r)
	}
	return out
}

// onAnyCores checks that the number of cores changes nothing of what is counted, and returns the tally.
func onAnyCores(t *testing.T, set *record.Set, header []string, rows func() func() (record.Row, error)) *record.Tally {
	t.Helper()
	m, one := record.NewMachine(set), record.NewTally(set, true)
	m.Header(header)
	next := rows()
	for row, err := next(); err == nil; row, err = next() {
		if row.Corrupt != nil {
			one.AddCorrupt(row.Corrupt)
			continue
		}
		if err := m.Row(row); err != nil {
			t.Fatal(err)
		}
		one.Add(m)
	}
	want := counted(one)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, cores := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(cores)
		all := record.NewTally(set, true)
		looks := int64(0)
		err := all.AddAll(set, header, rows(), func() error { looks++; return nil })
		if got := counted(all); err != nil || got != want || looks < one.Rows/1024 {
			t.Errorf("%d cores: %v, %d looks\n%s\nwant\n%s", cores, err, looks, got, want)
		}
	}
	return one
}

var twoColumns = []string{"a", "c"}

func twoMappings(t *testing.T) *record.Set {
	t.Helper()
	set, err := record.Compile(fields(t), nil, []record.Mapping{attribute("_acme.text", "a"),
		attribute("_acme.count", "a"), attribute("_acme.code", "c")}, inputs)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestAddAll(t *testing.T) {
	tally := onAnyCores(t, twoMappings(t), twoColumns, func() func() (record.Row, error) { return failing(13_000) })
	if len(tally.Reasons()) != 3 || tally.Mappings[0].Distinct != record.MostDistinct || tally.Warned == 0 {
		t.Errorf("%+v", counted(tally))
	}
}

// TestAddAllReasons has more reasons than are kept, also among the rows of one batch.
func TestAddAllReasons(t *testing.T) {
	if raced.Enabled {
		t.Skip("the other tests use the cores in the same way")
	}
	const ways = 1200
	var mappings []record.Mapping
	var columns []record.Column
	for i := range ways {
		name := fmt.Sprintf("k%d", i)
		columns = append(columns, record.Column{Name: name, Type: "string"})
		mappings = append(mappings, attribute(fmt.Sprintf("_acme.lines[%d].qty", i), name))
	}
	set, err := record.Compile(fields(t), columns, mappings, inputs)
	if err != nil {
		t.Fatal(err)
	}
	tally := onAnyCores(t, set, nil, func() func() (record.Row, error) {
		i := 0
		return func() (record.Row, error) {
			if i++; i > 500 {
				return record.Row{}, io.EOF
			}
			row := []byte("{")
			for j := range 6 {
				row = fmt.Appendf(row, `"k%d": "x", `, (6*i+j)%ways)
			}
			return record.Row{Object: append(row, `"last": 1}`...)}, nil
		}
	})
	if n := len(tally.Reasons()); n != 1000 {
		t.Errorf("%d reasons", n)
	}
}

// TestAddAllEnds: the first row that cannot be read ends it, whatever the cores have done by then, and little is read
// after it.
func TestAddAllEnds(t *testing.T) {
	set := twoMappings(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, cores := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(cores)
		for _, bad := range []int{1, 256, 257, 700} {
			rows, i := failing(1<<40), 0
			tally := record.NewTally(set, true)
			err := tally.AddAll(set, twoColumns, func() (record.Row, error) {
				if i++; i == bad || i == bad+300 {
					return record.Row{Object: []byte("[]")}, nil
				}
				if i == bad+600 {
					return record.Row{}, errors.New("cut off")
				}
				return rows()
			}, func() error { return nil })
			if err == nil || !strings.Contains(err.Error(), "object") || tally.Rows != int64(bad-1) {
				t.Errorf("%d cores, row %d: %v after %d rows, %d read", cores, bad, err, tally.Rows, i)
			}
		}
		read := 0
		rows, stop := failing(1<<40), errors.New("stop")
		err := record.NewTally(set, true).AddAll(set, twoColumns, func() (record.Row, error) { read++; return rows() },
			func() error { return stop })
		if !errors.Is(err, stop) || read > 2*cores*256 {
			t.Errorf("%d cores: %v after %d rows were read", cores, err, read)
		}
	}
}

// TestAddAllManyColumns: rows with many columns are not held in memory by the hundred, even if their values are empty.
func TestAddAllManyColumns(t *testing.T) {
	set, err := record.Compile(fields(t), nil, []record.Mapping{{Destination: "_acme.text", Source: "a"}}, inputs)
	if err != nil {
		t.Fatal(err)
	}
	read, looked := 0, false
	empty := make([]string, 100_000)
	err = record.NewTally(set, false).AddAll(set, nil, func() (record.Row, error) {
		if read++; read > 100 {
			return record.Row{}, io.EOF
		}
		return record.Row{Fields: empty}, nil
	}, func() error {
		if !looked && read > 4*runtime.GOMAXPROCS(0) {
			t.Errorf("%d rows were read before the first were done", read)
		}
		looked = true
		return nil
	})
	if err != nil || read != 101 {
		t.Errorf("%d rows, %v", read, err)
	}
}

// A corrupt row is rejected, has no path, and says nothing about columns.
func TestCorruptRows(t *testing.T) {
	set, err := record.Compile(fields(t), []record.Column{{Name: "a", Type: "string"}},
		[]record.Mapping{attribute("_acme.text", "a")}, inputs)
	if err != nil {
		t.Fatal(err)
	}
	broken := record.Row{Corrupt: errors.New("line 2 is broken"), Text: []byte("x")}
	m, tally := record.NewMachine(set), record.NewTally(set, false)
	if err := m.Row(broken); !errors.Is(err, broken.Corrupt) {
		t.Errorf("a record of a corrupt row: %v", err)
	}
	rows := []record.Row{broken, broken, {Object: []byte("{}")}}
	for i, absent := range []int{0, 0, 1} {
		list := rows[i : i+1]
		err := tally.AddAll(set, nil, func() (record.Row, error) {
			if len(list) == 0 {
				return record.Row{}, io.EOF
			}
			row := list[0]
			list = nil
			return row, nil
		}, func() error { return nil })
		if got := tally.Absent(set); err != nil || len(got) != absent {
			t.Errorf("after row %d no row has %q; %v", i+1, got, err)
		}
	}
	want := record.Reason{Fault: record.Fault{Code: record.CorruptRow, Message: "line 2 is broken"}, Rejects: true,
		Rows: 2, First: 1}
	if reasons := tally.Reasons(); tally.Rows != 3 || tally.Rejected != 2 || len(reasons) != 1 || reasons[0] != want {
		t.Errorf("%d rows, %d rejected, %+v", tally.Rows, tally.Rejected, reasons)
	}
}
