package record_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/record"
	"github.com/aepflow/aepflow/internal/rows"
)

// lines is a file of n rows, each of about a KiB and with its own values, that is never in memory as a whole.
type lines struct {
	format string
	n, at  int
	rest   string
}

func (l *lines) Read(b []byte) (int, error) {
	if l.rest == "" {
		if l.at == l.n {
			return 0, io.EOF
		}
		l.at++
		l.rest = fmt.Sprintf(l.format, l.at, strings.Repeat("x", 1000))
	}
	n := copy(b, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// TestMemory: memory does not grow with the number of rows, from the file to what is counted.
func TestMemory(t *testing.T) {
	for _, format := range []string{"%d,%s\n", `{"a":"%d","c":"%s"}` + "\n"} {
		peak := func(n int) (most uint64) {
			runtime.GC()
			head := ""
			if format[0] == '%' {
				head = "a,c\n"
			}
			r, err := rows.Open("", io.MultiReader(strings.NewReader(head), &lines{format: format, n: n}), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			set := twoMappings(t)
			tally := record.NewTally(set, true)
			next := func() (record.Row, error) { row, err := r.Next(); return record.Row(row), err }
			looks := 0
			err = tally.AddAll(set, r.Columns, next, func() error {
				if looks++; looks%4 == 0 {
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					most = max(most, m.HeapAlloc)
				}
				return nil
			})
			if err != nil || tally.Rows != int64(n) {
				t.Fatal(tally.Rows, err)
			}
			return most
		}
		few, many := peak(2_000), peak(30_000)
		if many > few+few/2+8<<20 {
			t.Errorf("%.10q: %d KiB for few rows, %d KiB for 15 times as many", format, few>>10, many>>10)
		}
	}
}
