package javatime

import (
	"errors"
	"fmt"
	"time"
)

var errNoDate = errors.New("the date pattern gives no date")

// limits of the fields that a text may give.
var limits = [fields][2]int64{
	era: {0, 1}, year: {minYear, maxYear}, yearOfEra: {1, maxYear + 1}, weekYear: {minYear, maxYear},
	quarter: {1, 4}, month: {1, 12}, weekOfYear: {1, 53}, weekOfMonth: {0, 6}, day: {1, 31},
	dayOfYear: {1, 366}, alignedWeekday: {1, 7}, weekday: {1, 7}, localWeekday: {1, 7},
	julianDay: {-365_243_219_162 + 40587, 365_241_780_471 + 40587}, amPM: {0, 1}, hourOfAmPM: {0, 11},
	clockHourOfAmPM: {0, 12}, clockHour: {0, 24}, hour: {0, 24}, minute: {0, 59}, second: {0, 59},
	nano: {0, 999_999_999}, milliOfDay: {0, 86_399_999}, nanoOfDay: {0, 86_399_999_999_999},
}

var fieldNames = [fields]string{
	era: "era", year: "year", yearOfEra: "year", weekYear: "year", quarter: "quarter", month: "month", weekOfYear: "week",
	weekOfMonth: "week", day: "day", dayOfYear: "day", alignedWeekday: "weekday", weekday: "weekday",
	localWeekday: "weekday", julianDay: "day", amPM: "half of the day", hourOfAmPM: "hour", clockHourOfAmPM: "hour",
	clockHour: "hour", hour: "hour", minute: "minute", second: "second", nano: "nanosecond",
	milliOfDay: "millisecond", nanoOfDay: "nanosecond",
}

// resolve joins the fields to a time the way Java's smart style does.
func (r *reader) resolve() (Time, error) {
	for f := era; f < fields; f++ {
		if f >= hour && f <= nano && r.brokenTime() { // Java does not look at them
			continue
		}
		if n := r.values[f]; r.set[f] && (n < limits[f][0] || n > limits[f][1]) {
			return Time{}, fmt.Errorf("expected %s %d to %d, found %d", fieldNames[f], limits[f][0], limits[f][1], n)
		}
	}
	date, err := r.date()
	if err != nil {
		return Time{}, err
	}
	clock, excess, hasTime, err := r.clock()
	if err != nil {
		return Time{}, err
	}
	if err := r.crossCheck(date, clock, hasTime); err != nil {
		return Time{}, err
	}
	zone := UTC
	switch {
	case r.zone != nil:
		zone = *r.zone
	case r.offset != nil && isOffset(*r.offset):
		zone = offsetZone(*r.offset)
	}
	if !hasTime {
		return Time{date, UTC}, nil
	}
	if r.offset != nil && !isOffset(*r.offset) {
		return Time{}, errText
	}
	local := date.AddDate(0, 0, excess).Add(clock)
	if r.zone != nil && r.offset != nil {
		at := local.Add(-time.Duration(*r.offset) * time.Second)
		return Time{at.In(zone.loc), zone}, nil
	}
	return ofLocal(local, zone, nil), nil
}

// brokenTime reports whether the time of the day has an hour, and then a gap.
func (r *reader) brokenTime() bool {
	if !r.set[minute] {
		return r.set[hour] && (r.set[second] || r.set[nano])
	}
	return r.set[hour] && !r.set[second] && r.set[nano]
}

func (r *reader) has(fs ...field) bool {
	for _, f := range fs {
		if !r.set[f] {
			return false
		}
	}
	return true
}

// use returns a field and takes it from those that are still to be checked.
func (r *reader) use(f field) int {
	r.set[f] = false
	return int(r.values[f])
}

func (r *reader) date() (time.Time, error) {
	none := time.Time{}
	if r.set[localWeekday] {
		n := (r.use(localWeekday)+5)%7 + 1
		if r.put(weekday, int64(n), 0) < 0 {
			return none, errText
		}
	}
	if r.set[yearOfEra] {
		y := r.use(yearOfEra)
		if r.set[era] && r.use(era) == 0 || !r.set[era] && r.set[year] && r.values[year] <= 0 {
			y = 1 - y
		}
		if r.put(year, int64(y), 0) < 0 {
			return none, errText
		}
	}
	utc := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	switch {
	case r.set[julianDay]:
		return time.Unix((int64(r.use(julianDay))-40587)*86400, 0).UTC(), nil
	case r.has(year, month, day):
		y, m, d := r.use(year), r.use(month), r.use(day)
		return utc(y, m, min(d, lastDay(y, m, d))), nil
	case r.has(year, dayOfYear):
		y, d := r.use(year), r.use(dayOfYear)
		if d == 366 && !leap(y) {
			return none, fmt.Errorf("day 366 in the year %d", y)
		}
		return utc(y, 1, d), nil
	case r.has(weekYear, weekOfYear, weekday) && !r.set[year]: // Java wants one year or the other
		y, w, d := r.use(weekYear), r.use(weekOfYear), r.use(weekday)
		start := func(y int) time.Time { return utc(y, 1, 1-int(utc(y, 1, 1).Weekday())) }
		weeks := int(start(y+1).Sub(start(y)).Hours()) / (7 * 24)
		return start(y).AddDate(0, 0, (min(w, weeks)-1)*7+d%7), nil
	case r.has(year, month, weekOfMonth, weekday):
		y, m, w, d := r.use(year), r.use(month), r.use(weekOfMonth), r.use(weekday)
		first := utc(y, m, 1)
		date := utc(y, m, 1-int(first.Weekday())+(w-1)*7+d%7)
		return date, nil
	}
	return none, errNoDate
}

// lastDay is the day that d is cut to: months have a last day, but no month has a 32nd.
func lastDay(y, m, d int) int {
	if d <= 31 {
		return daysIn(y, m)
	}
	return d
}

// clock returns the time of the day and days beyond it.
func (r *reader) clock() (_ time.Duration, excess int, ok bool, _ error) {
	if r.set[clockHour] {
		if r.put(hour, int64(r.use(clockHour)%24), 0) < 0 {
			return 0, 0, false, errText
		}
	}
	if r.set[clockHourOfAmPM] {
		if r.put(hourOfAmPM, int64(r.use(clockHourOfAmPM)%12), 0) < 0 {
			return 0, 0, false, errText
		}
	}
	if r.has(amPM, hourOfAmPM) {
		if r.put(hour, int64(r.use(amPM)*12+r.use(hourOfAmPM)), 0) < 0 {
			return 0, 0, false, errText
		}
	}
	switch {
	case r.set[nanoOfDay]:
		return time.Duration(r.use(nanoOfDay)), 0, true, nil
	case r.set[milliOfDay]:
		d := time.Duration(r.use(milliOfDay)) * time.Millisecond
		if r.set[nano] {
			n := time.Duration(r.use(nano))
			if d%time.Second/time.Millisecond != n/time.Millisecond {
				return 0, 0, false, errText
			}
			d += n % time.Millisecond
		}
		return d, 0, true, nil
	case r.set[amPM] && !r.set[hour] && !r.set[minute] && !r.set[second] && !r.set[nano]:
		return time.Duration(r.use(amPM)*12+6) * time.Hour, 0, true, nil // the middle of that half
	case !r.set[hour], r.brokenTime():
		return 0, 0, false, nil
	}
	h, m, s, n := r.use(hour), 0, 0, 0
	if r.set[minute] {
		m = r.use(minute)
	}
	if r.set[second] {
		s = r.use(second)
	}
	if r.set[nano] {
		n = r.use(nano)
	}
	if h == 24 {
		if m != 0 || s != 0 || n != 0 {
			return 0, 0, false, errors.New("a time after 24:00")
		}
		h, excess = 0, 1
	}
	return time.Duration(h*3600+m*60+s)*time.Second + time.Duration(n), excess, true, nil
}

// crossCheck compares what the text says besides with the date and the time.
func (r *reader) crossCheck(date time.Time, clock time.Duration, hasTime bool) error {
	at := date.Add(clock)
	for f := era; f < fields; f++ {
		if !r.set[f] || f >= amPM && !hasTime {
			continue
		}
		if get(at, f) == r.values[f] {
			continue
		}
		return errors.New("the parts of the date contradict each other")
	}
	return nil
}
