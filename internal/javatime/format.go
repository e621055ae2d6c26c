package javatime

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// field is a number that a pattern reads or writes.
type field uint8

const (
	noField field = iota
	era
	year
	yearOfEra
	weekYear
	quarter
	month
	weekOfYear
	weekOfMonth
	day
	dayOfYear
	alignedWeekday
	weekday
	localWeekday
	julianDay
	amPM // this and what follows are of the time of the day
	hourOfAmPM
	clockHourOfAmPM
	clockHour
	hour
	minute
	second
	nano
	milliOfDay
	nanoOfDay
	fields
)

var fieldOf = map[byte]field{
	'M': month, 'L': month, 'Q': quarter, 'q': quarter, 'E': weekday, 'e': weekday, 'c': weekday,
	'd': day, 'h': clockHourOfAmPM, 'H': hour, 'k': clockHour, 'K': hourOfAmPM, 'm': minute, 's': second,
	'A': milliOfDay, 'n': nano, 'N': nanoOfDay,
}

// get returns a field of a time; weeks are those of the United States.
func get(t time.Time, f field) int64 {
	if f >= amPM {
		return getTime(t, f)
	}
	n := 0
	switch f {
	case era:
		if t.Year() > 0 {
			n = 1
		}
	case year:
		n = t.Year()
	case yearOfEra:
		if n = t.Year(); n <= 0 {
			n = 1 - n
		}
	case weekYear, weekOfYear:
		y, w := week(t)
		if n = y; f == weekOfYear {
			n = w
		}
	case quarter:
		n = (int(t.Month()) + 2) / 3
	case month:
		n = int(t.Month())
	case weekOfMonth:
		first := t.AddDate(0, 0, 1-t.Day())
		n = (int(first.Weekday())+t.Day()-1)/7 + 1
	case day:
		n = t.Day()
	case dayOfYear:
		n = t.YearDay()
	case alignedWeekday:
		n = (t.Day()-1)%7 + 1
	case weekday:
		n = isoWeekday(t)
	case localWeekday:
		n = int(t.Weekday()) + 1
	case julianDay:
		return epochDay(t) + 40587
	}
	return int64(n)
}

// getTime returns a field of the time of the day.
func getTime(t time.Time, f field) int64 {
	h := t.Hour()
	sinceMidnight := int64(h*3600+t.Minute()*60+t.Second())*1_000_000_000 + int64(t.Nanosecond())
	n := 0
	switch f {
	case amPM:
		n = h / 12
	case hourOfAmPM:
		n = h % 12
	case clockHourOfAmPM:
		n = (h+11)%12 + 1
	case clockHour:
		n = (h+23)%24 + 1
	case hour:
		n = h
	case minute:
		n = t.Minute()
	case second:
		n = t.Second()
	case nano:
		n = t.Nanosecond()
	case milliOfDay:
		return sinceMidnight / 1_000_000
	case nanoOfDay:
		return sinceMidnight
	}
	return int64(n)
}

func epochDay(t time.Time) int64 {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// week returns year and number of a week that begins on Sunday, where the first
// week of a year is the one with January 1st.
func week(t time.Time) (int, int) {
	newYear := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }
	start := func(y int) int { return 1 - int(newYear(y).Weekday()) } // day of the year, may be below 1
	y, d := t.Year(), t.YearDay()
	length := 365
	if leap(y) {
		length++
	}
	if next := length + start(y+1); d >= next {
		return y + 1, 1
	}
	return y, (d-start(y))/7 + 1
}

// Format writes a time.
func (p *Pattern) Format(t Time) (string, error) {
	var b strings.Builder
	err := format(&b, p.items, t)
	return b.String(), err
}

func format(b *strings.Builder, items []item, t Time) error {
	for i := range items {
		it := &items[i]
		start := b.Len()
		if err := it.format(b, t); err != nil {
			return err
		}
		if it.pad == 0 {
			continue
		}
		s := b.String()
		width := len(s) - start
		if width > it.pad {
			return fmt.Errorf("cannot print `%s` in %d characters", s[start:], it.pad)
		}
		b.Reset()
		b.WriteString(s[:start] + strings.Repeat(" ", it.pad-width) + s[start:])
	}
	return nil
}

func (it *item) format(b *strings.Builder, t Time) error {
	switch it.kind {
	case literal:
		b.WriteString(it.text)
	case optional:
		return format(b, it.items, t)
	case number:
		return it.formatNumber(b, get(t.at, it.field))
	case fraction:
		b.WriteString(fmt.Sprintf("%09d", t.at.Nanosecond())[:it.most])
	case word:
		b.WriteString(names(it.field, it.width)[int(get(t.at, it.field))-firstOf(it.field)])
	case offset:
		b.WriteString(offsetText(t.offset(), it.text, it.zero))
	case localizedOffset:
		b.WriteString(localized(t.offset(), it.width))
	case zoneID:
		b.WriteString(t.zone.id)
	case zoneName:
		b.WriteString(t.zoneName(it.width))
	case dayPeriod:
		b.WriteString(periodOf(t.at))
	}
	return nil
}

func (it *item) formatNumber(b *strings.Builder, n int64) error {
	negative := n < 0
	if negative {
		n = -n
	}
	if it.reduced {
		n %= 100
	}
	s := strconv.FormatInt(n, 10)
	switch {
	case len(s) > it.most:
		return fmt.Errorf("cannot print %s in %d characters", s, it.most)
	case negative && it.sign == notNegative && !it.reduced:
		return fmt.Errorf("cannot print the negative number -%s", s)
	case negative && !it.reduced:
		b.WriteByte('-')
	case it.sign == exceedsPad && len(s) > it.least:
		b.WriteByte('+')
	}
	for n := len(s); n < it.least; n++ {
		b.WriteByte('0')
	}
	b.WriteString(s)
	return nil
}

func localized(seconds int, width textWidth) string {
	if seconds == 0 {
		return "GMT"
	}
	s := offsetText(seconds, "+HH:MM:ss", "")
	if width == full {
		return "GMT" + s
	}
	if s[1] == '0' {
		s = s[:1] + s[2:]
	}
	return "GMT" + strings.TrimSuffix(s, ":00")
}

func periodOf(t time.Time) string {
	h := t.Hour()
	exact := t.Minute() == 0 && t.Second() == 0 && t.Nanosecond() == 0
	switch {
	case h == 0 && exact:
		return "midnight"
	case h == 12 && exact:
		return "noon"
	case h < 6 || h >= 21:
		return "at night"
	case h < 12:
		return "in the morning"
	case h < 18:
		return "in the afternoon"
	}
	return "in the evening"
}

// firstOf is the number of the first name of a field.
func firstOf(f field) int {
	if f == era || f == amPM {
		return 0
	}
	return 1
}

var nameTable = map[field][3][]string{
	era:  {{"BC", "AD"}, {"Before Christ", "Anno Domini"}, {"B", "A"}},
	amPM: {{"AM", "PM"}, {"AM", "PM"}, {"a", "p"}},
	quarter: {{"Q1", "Q2", "Q3", "Q4"}, {"1st quarter", "2nd quarter", "3rd quarter", "4th quarter"},
		{"1", "2", "3", "4"}},
	month: {{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
			"November", "December"},
		{"J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D"}},
	weekday: {{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
		{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
		{"M", "T", "W", "T", "F", "S", "S"}},
}

func names(f field, width textWidth) []string { return nameTable[f][width] }

// zoneName is the short or full name of the zone at that time.
func (t Time) zoneName(width textWidth) string {
	if !t.zone.region {
		return t.zone.id
	}
	abbreviation, _ := t.at.Zone()
	switch {
	case t.zone.loc == time.UTC:
		abbreviation = t.zone.id
	case strings.Contains(t.zone.id, "+"), strings.Contains(t.zone.id[1:], "-") && !strings.Contains(t.zone.id, "/"):
		return t.zone.id
	case abbreviation == "LMT": // before there were time zones
		abbreviation, _ = time.Date(2000, 1, 1, 0, 0, 0, 0, t.zone.loc).Zone()
	}
	if strings.HasPrefix(abbreviation, "+") || strings.HasPrefix(abbreviation, "-") {
		return localized(t.offset(), full)
	}
	ambiguous := strings.HasPrefix(t.zone.id, "Asia/") && (abbreviation == "CST" || abbreviation == "PST")
	if name := fullZoneNames[abbreviation]; width == full && name != "" && !ambiguous {
		return name
	}
	return abbreviation
}

// fullZoneNames gives the names of the zones that people write out; any other
// zone has its abbreviation.
var fullZoneNames = map[string]string{
	"UTC": "Coordinated Universal Time", "GMT": "Greenwich Mean Time",
	"PST": "Pacific Standard Time", "PDT": "Pacific Daylight Time",
	"MST": "Mountain Standard Time", "MDT": "Mountain Daylight Time",
	"CET": "Central European Standard Time", "CEST": "Central European Summer Time",
	"EET": "Eastern European Standard Time", "EEST": "Eastern European Summer Time",
	"WET": "Western European Standard Time", "WEST": "Western European Summer Time",
	"BST": "British Summer Time", "JST": "Japan Standard Time",
	"EST": "Eastern Standard Time", "EDT": "Eastern Daylight Time",
	"CST": "Central Standard Time", "CDT": "Central Daylight Time",
}
