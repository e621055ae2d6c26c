package view

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/planner"
)

func TestCalendar(t *testing.T) {
	day := func(date string, list ...planner.ConnectionHours) planner.Day {
		return planner.Day{Date: date, Connections: list}
	}
	crm := planner.ConnectionHours{Connection: "connection.crm", Hours: [24]int{0: 1, 9: 9, 10: 10, 23: 2}, Runs: 22}
	shop := planner.ConnectionHours{
		Connection: "connection.a-shop-with-a-name-that-is-long", Hours: [24]int{4: 1}, Runs: 1,
	}
	c := planner.Calendar{Zone: "Europe/Paris", Days: []planner.Day{
		day("2027-01-01", crm, shop), day("2027-01-02", crm), day("2027-01-03", crm), day("2027-01-04"),
	}}
	var b bytes.Buffer
	if err := Calendar(&b, c, Options{Width: 80}); err != nil {
		t.Fatal(err)
	}
	const want = `Runs that begin in each hour, Europe/Paris

Fri 2027-01-01
                           00    03    06    09    12    15    18    21    runs
  connection.crm           1 · · · · · · · · 9 + · · · · · · · · · · · · 2 22
  connection.a-shop-with…  · · · · 1 · · · · · · · · · · · · · · · · · · · 1

Sat 2027-01-02 to Sun 2027-01-03
                  00    03    06    09    12    15    18    21    runs
  connection.crm  1 · · · · · · · · 9 + · · · · · · · · · · · · 2 22

Mon 2027-01-04
  no runs
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
	for line := range strings.Lines(b.String()) {
		if output.Width(strings.TrimSuffix(line, "\n")) > 80 {
			t.Errorf("%d columns: %s", output.Width(line), line)
		}
	}
}
