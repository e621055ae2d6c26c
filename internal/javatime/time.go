// Package javatime computes with dates as Java's java.time does: zoned times,
// patterns of DateTimeFormatter in US English, and the time zones that Java knows.
//
// Law: whatever text, pattern, or number comes in, the functions answer with a
// value or an error.
package javatime

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Time is a ZonedDateTime: an instant and the zone in which it is shown.
type Time struct {
	at   time.Time // in the location of zone
	zone Zone
}

// Years that Java can represent.
const (
	minYear = -999_999_999
	maxYear = 999_999_999
)

var errRange = errors.New("date out of range")

// FromMilli returns the instant that many milliseconds after 1970.
func FromMilli(ms int64, zone Zone) Time { return Time{time.UnixMilli(ms).In(zone.loc), zone} }

// From shows a Go time in UTC.
func From(t time.Time) Time { return Time{t.UTC(), UTC} }

// Of returns the time that clocks of a zone show. A time that they skip moves
// forward by what they skip; one that they show twice is the earlier one.
func Of(year, month, day, hour, minute, second, nano int, zone Zone) (Time, error) {
	if err := checkDate(year, month, day); err != nil {
		return Time{}, err
	}
	for _, f := range []struct {
		name      string
		value, to int
	}{{"hour", hour, 23}, {"minute", minute, 59}, {"second", second, 59}, {"nanosecond", nano, 999_999_999}} {
		if f.value < 0 || f.value > f.to {
			return Time{}, fmt.Errorf("expected %s 0 to %d, found %d", f.name, f.to, f.value)
		}
	}
	local := time.Date(year, time.Month(month), day, hour, minute, second, nano, time.UTC)
	return ofLocal(local, zone, nil), nil
}

func checkDate(year, month, day int) error {
	switch {
	case year < minYear || year > maxYear:
		return errRange
	case month < 1 || month > 12:
		return fmt.Errorf("expected month 1 to 12, found %d", month)
	case day < 1 || day > daysIn(year, month):
		return fmt.Errorf("expected day 1 to %d of month %d, found %d", daysIn(year, month), month, day)
	}
	return nil
}

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func daysIn(year, month int) int {
	switch month {
	case 2:
		if leap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// ofLocal finds the instant at which clocks of a zone show what local shows in
// UTC. An offset that was in force before is kept when it is possible.
func ofLocal(local time.Time, zone Zone, keep *int) Time {
	offsetAt := func(t time.Time) int { _, n := t.In(zone.loc).Zone(); return n }
	at := func(offset int) time.Time { return local.Add(-time.Duration(offset) * time.Second) }
	valid := func(offset int) bool { return offsetAt(at(offset)) == offset }
	before, after := offsetAt(local.Add(-24*time.Hour)), offsetAt(local.Add(24*time.Hour))
	offset := before // also in a gap: the instant is then that much later
	switch {
	case keep != nil && valid(*keep):
		offset = *keep
	case !valid(before) && valid(after):
		offset = after
	}
	return Time{at(offset).In(zone.loc), zone}
}

// In shows the same instant in another zone.
func (t Time) In(zone Zone) Time { return Time{t.at.In(zone.loc), zone} }

// Go returns the instant as Go's time.
func (t Time) Go() time.Time { return t.at }

// Compare orders times as Java does: by instant, local time, and zone.
func (t Time) Compare(u Time) int {
	if c := t.at.Compare(u.at); c != 0 {
		return c
	}
	if c := t.local().Compare(u.local()); c != 0 {
		return c
	}
	return strings.Compare(t.zone.id, u.zone.id)
}

// Equal reports whether instant and zone are the same.
func (t Time) Equal(u Time) bool { return t.at.Equal(u.at) && t.zone.id == u.zone.id }

func (t Time) offset() int { _, n := t.at.Zone(); return n }

// local is what clocks show, as if in UTC.
func (t Time) local() time.Time { return t.at.UTC().Add(time.Duration(t.offset()) * time.Second) }

// ISO writes the time in ISO 8601 with offset: 2024-05-05T20:39:00.5+02:00.
func (t Time) ISO() string {
	if t.at.Nanosecond() == 0 && t.offset() == 0 && t.hasPlainYear() { // most are: one allocation instead of three
		return t.at.Format("2006-01-02T15:04:05Z")
	}
	s := t.date() + t.at.Format("T15:04:05")
	if n := t.at.Nanosecond(); n != 0 {
		s += strings.TrimRight(fmt.Sprintf(".%09d", n), "0")
	}
	return s + offsetText(t.offset(), "+HH:MM:ss", "Z")
}

func (t Time) hasPlainYear() bool { year := t.at.Year(); return year >= 0 && year <= 9999 }

func (t Time) date() string {
	if t.hasPlainYear() {
		return t.at.Format(time.DateOnly)
	}
	return yearText(t.at.Year()) + fmt.Sprintf("-%02d-%02d", int(t.at.Month()), t.at.Day())
}

func yearText(year int) string {
	switch {
	case year > 9999:
		return "+" + strconv.Itoa(year)
	case year < 0:
		return fmt.Sprintf("-%04d", -year)
	}
	return fmt.Sprintf("%04d", year)
}

// String writes the time as Java's toString does: without seconds that are zero,
// a fraction of three, six, or nine digits, and a region in brackets.
func (t Time) String() string {
	s := t.date() + t.at.Format("T15:04")
	if n := t.at.Nanosecond(); n != 0 || t.at.Second() != 0 {
		s += t.at.Format(":05")
		switch {
		case n == 0:
		case n%1_000_000 == 0:
			s += fmt.Sprintf(".%03d", n/1_000_000)
		case n%1000 == 0:
			s += fmt.Sprintf(".%06d", n/1000)
		default:
			s += fmt.Sprintf(".%09d", n)
		}
	}
	s += offsetText(t.offset(), "+HH:MM:ss", "Z")
	if t.zone.region {
		s += "[" + t.zone.id + "]"
	}
	return s
}

// Part returns one number of the time by the name that date_part has for it.
func (t Time) Part(name string) (int, bool) {
	switch strings.ToLower(name) {
	case "year", "yyyy", "yy":
		return t.at.Year(), true
	case "quarter", "qq", "q":
		return (int(t.at.Month()) + 2) / 3, true
	case "month", "mm", "m":
		return int(t.at.Month()), true
	case "dayofyear", "dy", "y":
		return t.at.YearDay(), true
	case "day", "dd", "d":
		return t.at.Day(), true
	case "week", "ww", "w":
		_, week := t.at.ISOWeek()
		return week, true
	case "weekday", "dw":
		return isoWeekday(t.at), true
	case "hour", "hh", "hh24":
		return t.at.Hour(), true
	case "hh12":
		return (t.at.Hour()+11)%12 + 1, true
	case "minute", "mi", "n":
		return t.at.Minute(), true
	case "second", "ss", "s":
		return t.at.Second(), true
	case "millisecond", "sss", "ms":
		return t.at.Nanosecond() / 1_000_000, true
	}
	return 0, false
}

func isoWeekday(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

// With replaces one number of the time; a day that a month or year lacks becomes
// its last one. The name is false for what cannot be replaced.
func (t Time) With(name string, n int) (_ Time, known bool, _ error) {
	l := t.local()
	year, month, day := l.Year(), int(l.Month()), l.Day()
	hour, minute, second := l.Hour(), l.Minute(), l.Second()
	clamp := false
	switch strings.ToLower(name) {
	case "year", "yyyy", "yy":
		year, clamp = n, true
	case "month", "mm", "m":
		month, clamp = n, true
	case "day", "dd", "d":
		day = n
	case "hour", "hh":
		hour = n
	case "minute", "mi", "n":
		minute = n
	case "second", "ss", "s":
		second = n
	default:
		return Time{}, false, nil
	}
	if clamp && month >= 1 && month <= 12 && year >= minYear && year <= maxYear {
		day = min(day, daysIn(year, month))
	}
	if _, err := Of(year, month, day, hour, minute, second, l.Nanosecond(), UTC); err != nil {
		return Time{}, true, err
	}
	keep := t.offset()
	local := time.Date(year, time.Month(month), day, hour, minute, second, l.Nanosecond(), time.UTC)
	return ofLocal(local, t.zone, &keep), true, nil
}
