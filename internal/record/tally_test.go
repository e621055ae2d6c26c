package record_test

import (
	"strconv"
	"testing"

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
