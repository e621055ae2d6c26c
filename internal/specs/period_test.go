package specs

import (
	"testing"
	"time"
)

func TestPeriods(t *testing.T) {
	for text, want := range map[string]Period{
		"P90D": {0, 90}, "P3M": {3, 0}, "P1Y": {12, 0}, "P1Y6M": {18, 0}, "P2W": {0, 14}, "P1Y2M3W4D": {14, 25}, "P0D": {},
	} {
		if got, ok := ParsePeriod(text); !ok || got != want {
			t.Errorf("%s: %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "P", "90", "90d", "P90", "P90d", "p90D", "PT24H", "P1DT1H", "P-1D", "P1.5D", "P1D2M",
		"P123456D", " P1D", "P1D\n", "P٣D"} {
		if p, ok := ParsePeriod(text); ok {
			t.Errorf("%q is %v", text, p)
		}
	}
}

// TestPeriodOrder compares with the calendar: from every day of five years, a period that
// is at least another one ends no earlier.
func TestPeriodOrder(t *testing.T) {
	texts := []string{"P0D", "P30D", "P31D", "P1M", "P28D", "P59D", "P62D", "P2M", "P11M", "P364D", "P365D", "P366D",
		"P1Y",
		"P12M", "P52W", "P1Y1D", "P2Y", "P731D", "P4Y", "P1461D", "P1M30D"}
	end := func(at time.Time, p Period) time.Time {
		first := time.Date(at.Year(), at.Month()+time.Month(p.Months), 1, 0, 0, 0, 0, time.UTC)
		last := first.AddDate(0, 1, -1).Day()
		return first.AddDate(0, 0, min(at.Day(), last)-1+p.Days)
	}
	for _, a := range texts {
		for _, b := range texts {
			p, _ := ParsePeriod(a)
			q, _ := ParsePeriod(b)
			if !p.IsAtLeast(q) {
				continue
			}
			for at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2032; at = at.AddDate(0, 0, 1) {
				if end(at, p).Before(end(at, q)) {
					t.Fatalf("from %s on, %s ends before %s", at.Format(time.DateOnly), a, b)
				}
			}
		}
	}
	for _, pair := range [][2]string{{"P12M", "P1Y"}, {"P1Y", "P12M"}, {"P365D", "P364D"}, {"P1Y", "P365D"},
		{"P366D", "P1Y"}, {"P31D", "P1M"}, {"P3M", "P88D"}, {"P2W", "P14D"}} {
		p, _ := ParsePeriod(pair[0])
		if q, _ := ParsePeriod(pair[1]); !p.IsAtLeast(q) {
			t.Errorf("%s is not at least %s", pair[0], pair[1])
		}
	}
}
