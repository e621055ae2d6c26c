package runs

import (
	"testing"
	"time"
)

// Only runs that succeeded and counted their rows are in an estimate.
func TestHistory(t *testing.T) {
	got := History([]Run{
		{Result: Success, Records: Records{Read: count(10)}}, {Result: Partial, Records: Records{Read: count(5)}},
		{Result: Failed, Records: Records{Read: count(100)}}, {Result: Success}, {Result: InProgress},
	})
	if want := (Read{Runs: 2, Sum: 15, Windows: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A schedule has had a run at its start, and then one each period.
func TestWindows(t *testing.T) {
	start := at("2027-01-02 00:00:00")
	for _, tt := range []struct {
		start time.Time
		every time.Duration
		at    string
		want  int
	}{
		{start, time.Hour, "2027-01-01 23:59:59", 0},
		{start, time.Hour, "2027-01-02 00:00:00", 1},
		{start, time.Hour, "2027-01-02 00:59:59", 1},
		{start, time.Hour, "2027-01-02 01:00:00", 2},
		{start, 0, "2028-01-01 00:00:00", 1},
		{time.Time{}, time.Hour, "2027-01-02 00:00:00", 0},
		{at("1970-01-01 00:00:01"), time.Second, "2262-01-01 00:00:00", mostWindows},
	} {
		if got := (Live{Start: tt.start, Every: tt.every}).Windows(at(tt.at)); got != tt.want {
			t.Errorf("%+v: %d", tt, got)
		}
	}
}
