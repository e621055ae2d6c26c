package specs

import (
	"regexp"
	"strconv"
)

// Period is a time span in the calendar, such as P90D or P1Y6M: what ISO 8601 calls a
// duration, without a time of day.
type Period struct{ Months, Days int }

// The shortest and the longest time that Catalog keeps the rows of a dataset that expire.
// An org may have a license for another longest one.
var (
	ShortestExpiration = Period{Days: 30}
	LongestExpiration  = Period{Months: 120}
)

var periodForm = regexp.MustCompile(`^P(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,5})D)?$`)

// ParsePeriod reads a period. ok is false for anything else, such as `90d` and PT24H.
func ParsePeriod(text string) (p Period, ok bool) {
	parts := periodForm.FindStringSubmatch(text)
	if parts == nil || text == "P" {
		return Period{}, false
	}
	n := func(i int) int { v, _ := strconv.Atoi(parts[i]); return v }
	return Period{Months: 12*n(1) + n(2), Days: 7*n(3) + n(4)}, true
}

// IsAtLeast reports whether p is never shorter than q, whatever months it begins in.
func (p Period) IsAtLeast(q Period) bool {
	months, days := p.Months-q.Months, p.Days-q.Days
	if months < 0 {
		return days >= mostDays(-months)
	}
	return leastDays(months)+days >= 0
}

// leastDays is how many days a number of months has at least, or one to two fewer.
func leastDays(months int) int {
	years, rest := months/12, months%12
	if rest == 0 {
		return 365 * years
	}
	return 365*years + 30*rest - 2
}

// mostDays is how many days a number of months has at most, or a few more.
func mostDays(months int) int {
	years, rest := months/12, months%12
	return 365*years + (years+3)/4 + 31*rest
}
