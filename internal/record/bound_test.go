package record_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/record"
)

// TestBound: a machine does as much work as it may, and then says so, also in the middle of a row.
func TestBound(t *testing.T) {
	set, err := record.Compile(fields(t), nil, []record.Mapping{
		{Destination: "_acme.text", Form: record.Expression, Source: `size(lpad("", 1000, "x"))`},
		{Destination: "_acme.tags", Source: "tags[*].x"},
		{Destination: "_acme.count", Source: "n"},
	}, inputs)
	if err != nil {
		t.Fatal(err)
	}
	row := []byte(`{"n": 1, "tags": [{"x": "` + strings.Repeat("y", 160) + `"}, {}]}`)
	run := func(ctx context.Context, most int64, rows int) (work int64, err error) {
		m := record.NewMachine(set)
		m.Bound(ctx, most)
		for range rows {
			if err = m.JSON(row); err != nil {
				break
			}
		}
		return m.Work(), err
	}
	background := context.Background()
	one, err := run(background, math.MaxInt64, 1)
	// The expression takes 1000/8 and some, the texts of the row and of the record 10 each.
	if err != nil || one < 125+20 || one > 400 {
		t.Fatalf("%d, %v", one, err)
	}
	if ten, err := run(background, 10*one, 10); err != nil || ten != 10*one {
		t.Errorf("ten rows with just enough work: %d of %d, %v", ten, 10*one, err)
	}
	if ten, err := run(background, 10*one-1, 10); !errors.Is(err, record.ErrWork) {
		t.Errorf("ten rows with one less: %d of %d, %v", ten, 10*one, err)
	}
	if done, err := run(background, 20, 1); !errors.Is(err, record.ErrWork) || done >= one {
		t.Errorf("stopped after the first mapping: %d of %d, %v", done, one, err)
	}
	ctx, cancel := context.WithCancel(background)
	cancel()
	if done, err := run(ctx, math.MaxInt64, 1); !errors.Is(err, context.Canceled) || done >= one {
		t.Errorf("canceled: %d of %d, %v", done, one, err)
	}
}

// TestManyMembers: the time of an object does not grow faster than its members.
func TestManyMembers(t *testing.T) {
	const many = 100_000
	row := bytes.NewBufferString(`{"labels": {`)
	for i := range many {
		fmt.Fprintf(row, `"k%d": "v",`, i)
	}
	row.WriteString(`"last": "v"}}`)
	set, err := record.Compile(fields(t), nil, []record.Mapping{{Destination: "_acme.labels", Source: "labels"}}, inputs)
	if err != nil {
		t.Fatal(err)
	}
	m := record.NewMachine(set)
	began := time.Now()
	for range 2 {
		if err := m.JSON(row.Bytes()); err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(m.AppendJSON(nil), []byte(`":"v"`)); n != many+1 {
			t.Errorf("%d members, want %d", n, many+1)
		}
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}
