package javatime

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// read calls f with each line of a file of what Java 17 answered.
func read[T any](t testing.TB, name string, f func(T)) {
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var row T
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		f(row)
	}
}

func compile(t testing.TB, pattern string) *Pattern {
	p, err := Compile(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func zone(t testing.TB, id string) Zone {
	z, err := ZoneOf(id)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

type formatted struct {
	Date, Zone, Pattern, Text string
	Error                     bool
	Why                       string
}

func TestFormat(t *testing.T) {
	iso := compile(t, "uuuu-MM-dd'T'HH:mm:ss[.SSSSSSSSS][.S]XXXXX")
	read(t, "format.jsonl", func(row formatted) {
		date, err := iso.Parse(row.Date)
		if err != nil {
			t.Fatal(row.Date, err)
		}
		if row.Zone != "" {
			date = date.In(zone(t, row.Zone))
		}
		p, err := Compile(row.Pattern)
		text := ""
		if err == nil {
			text, err = p.Format(date)
		}
		same := (err != nil) == row.Error && (err != nil || text == row.Text)
		if same != (row.Why == "") {
			t.Errorf("%s %s by %q: %q (%v), Java %q, reason %q", row.Date, row.Zone, row.Pattern, text, err, row.Text, row.Why)
		}
	})
}

type read1 struct {
	Pattern, Text, Iso, String string
	Error                      bool
	Why                        string
}

func TestParse(t *testing.T) {
	read(t, "parse.jsonl", func(row read1) {
		p, err := Compile(row.Pattern)
		var date Time
		if err == nil {
			date, err = p.Parse(row.Text)
		}
		same := (err != nil) == row.Error && (err != nil || date.ISO() == row.Iso && date.String() == row.String)
		if same != (row.Why == "") {
			t.Errorf("%q by %q: %v (%v), Java %v, reason %q", row.Text, row.Pattern, date, err, row.String, row.Why)
		}
	})
}

// TestOf: clocks skip an hour or show it twice.
func TestOf(t *testing.T) {
	for _, tt := range []struct {
		month, day, hour, minute int
		zone, want               string
	}{
		{3, 31, 1, 59, "Europe/Berlin", "2024-03-31T01:59+01:00[Europe/Berlin]"},
		{3, 31, 2, 30, "Europe/Berlin", "2024-03-31T03:30+02:00[Europe/Berlin]"},
		{3, 31, 3, 0, "Europe/Berlin", "2024-03-31T03:00+02:00[Europe/Berlin]"},
		{10, 27, 2, 30, "Europe/Berlin", "2024-10-27T02:30+02:00[Europe/Berlin]"},
		{10, 27, 3, 0, "Europe/Berlin", "2024-10-27T03:00+01:00[Europe/Berlin]"},
		{3, 10, 2, 30, "PST", "2024-03-10T03:30-07:00[America/Los_Angeles]"},
		{1, 1, 0, 0, "EST", "2024-01-01T00:00-05:00"},
		{1, 1, 0, 0, "Z", "2024-01-01T00:00Z"},
		{1, 1, 0, 0, "UTC", "2024-01-01T00:00Z[UTC]"},
		{1, 1, 0, 0, "GMT+2", "2024-01-01T00:00+02:00[GMT+02:00]"},
	} {
		got, err := Of(2024, tt.month, tt.day, tt.hour, tt.minute, 0, 0, zone(t, tt.zone))
		if err != nil || got.String() != tt.want {
			t.Errorf("%+v: %v, %v", tt, got, err)
		}
	}
}

func TestOfRefuses(t *testing.T) {
	good := [7]int{2024, 2, 29, 23, 59, 59, 999_999_999}
	of := func(v [7]int) error { _, err := Of(v[0], v[1], v[2], v[3], v[4], v[5], v[6], UTC); return err }
	if err := of(good); err != nil {
		t.Error(err)
	}
	for i, bad := range []int{maxYear + 1, 13, 30, 24, 60, 60, 1_000_000_000} {
		v := good
		if v[i] = bad; of(v) == nil {
			t.Errorf("%v is accepted", v)
		}
	}
	for i, bad := range []int{minYear - 1, 0, 0, -1, -1, -1, -1} {
		v := good
		if v[i] = bad; of(v) == nil {
			t.Errorf("%v is accepted", v)
		}
	}
}

func TestZoneOf(t *testing.T) {
	for _, id := range []string{"Europe/Berlin", "+18:00", "-18:00", "+1", "+0130", "UTC+18", "EST5EDT", "Z", "IST"} {
		if _, err := ZoneOf(id); err != nil {
			t.Error(err)
		}
	}
	for _, id := range []string{
		"", "Local", "+18:01", "+19", "+1:30", "berlin", "Europe/berlin", "../etc/passwd", "/UTC", "UTC+", "UTC+19",
		"CEST", "z", "+", "+000000000",
	} {
		if z, err := ZoneOf(id); err == nil {
			t.Errorf("%q is %v", id, z)
		}
	}
}

// TestZoneIsReadOnce: rows ask for the same zone again and again.
func TestZoneIsReadOnce(t *testing.T) {
	zone(t, "Europe/Berlin")
	if n := testing.AllocsPerRun(100, func() { zone(t, "Europe/Berlin") }); n > 2 {
		t.Errorf("%v allocations for a zone that is known", n)
	}
}

func TestWith(t *testing.T) {
	base, err := Of(2024, 2, 29, 13, 5, 9, 7, zone(t, "Europe/Berlin"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		n    int
		want string
	}{
		{"year", 2023, "2023-02-28T13:05:09.000000007+01:00"}, {"YYYY", 2028, "2028-02-29T13:05:09.000000007+01:00"},
		{"m", 4, "2024-04-29T13:05:09.000000007+02:00"}, {"mm", 13, "error"}, {"m", 0, "error"},
		{"d", 29, "2024-02-29T13:05:09.000000007+01:00"}, {"day", 30, "error"},
		{"hour", 0, "2024-02-29T00:05:09.000000007+01:00"}, {"hh", 24, "error"},
		{"minute", 59, "2024-02-29T13:59:09.000000007+01:00"}, {"n", 60, "error"},
		{"s", 59, "2024-02-29T13:05:59.000000007+01:00"}, {"ss", -1, "error"}, {"week", 1, "unknown"},
	} {
		got, known, err := base.With(tt.name, tt.n)
		s := got.ISO()
		switch {
		case !known:
			s = "unknown"
		case err != nil:
			s = "error"
		}
		if s != tt.want {
			t.Errorf("%s %d: %s (%v), want %s", tt.name, tt.n, s, err, tt.want)
		}
	}
}

func TestPart(t *testing.T) {
	date, err := Of(2024, 12, 31, 13, 5, 9, 678_000_000, UTC)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	names := "year quarter month dayofyear day week weekday hour hh12 minute second millisecond era"
	for _, name := range strings.Fields(names) {
		n, ok := date.Part(name)
		got = append(got, fmt.Sprint(n, ok))
	}
	want := "2024 true,4 true,12 true,366 true,31 true,1 true,2 true,13 true,1 true,5 true,9 true,678 true,0 false"
	if strings.Join(got, ",") != want {
		t.Errorf("%v", got)
	}
	if midnight, _ := Of(2024, 1, 1, 0, 0, 0, 0, UTC); midnight.zone != UTC {
		t.Error("zone")
	} else if n, _ := midnight.Part("hh12"); n != 12 {
		t.Errorf("midnight is %d o'clock", n)
	}
}

func TestPatternLimits(t *testing.T) {
	if _, err := Compile(strings.Repeat("-", MaxPattern)); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{
		strings.Repeat("-", MaxPattern+1), strings.Repeat("[", maxOptional+1), "yyyy]", "'", "{", "pp", "jj", "v", "vvvv",
		"ppHm",
	} {
		if _, err := Compile(bad); err == nil {
			t.Errorf("%.20q is accepted", bad)
		}
	}
	if _, err := Compile(strings.Repeat("[", maxOptional)); err != nil {
		t.Error(err)
	}
}

// TestDayPeriod: docs/mappings.md says that `B` is only written.
func TestDayPeriod(t *testing.T) {
	p := compile(t, "yyyy-MM-dd HH:mm B")
	date := compile(t, "yyyy-MM-dd HH:mm")
	at, err := date.Parse("2024-05-05 12:00")
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.Format(at)
	if err != nil || s != "2024-05-05 12:00 noon" {
		t.Errorf("%q, %v", s, err)
	}
	if _, err := p.Parse(s); err == nil {
		t.Error("it is read, too")
	}
}

// FuzzPattern: no panic, and a date that a pattern wrote is read back by ISO.
func FuzzPattern(f *testing.F) {
	read(f, "parse.jsonl", func(row read1) { f.Add(row.Pattern, row.Text) })
	read(f, "format.jsonl", func(row formatted) { f.Add(row.Pattern, row.Text) })
	iso := compile(f, "uuuu-MM-dd'T'HH:mm:ss[.SSSSSSSSS]XXXXX")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		p, err := Compile(pattern)
		if err != nil {
			return
		}
		date, err := p.Parse(text)
		if err != nil {
			return
		}
		if _, err := p.Format(date); err != nil && !strings.Contains(err.Error(), "cannot print") {
			t.Errorf("%v by %q: %v", date, pattern, err)
		}
		s, err := iso.Format(date)
		if err != nil {
			return
		}
		if again, err := iso.Parse(s); err != nil || !again.at.Equal(date.at) {
			t.Errorf("%v is written %q and read as %v, %v", date, s, again, err)
		}
	})
}
