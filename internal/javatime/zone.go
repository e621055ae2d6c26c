package javatime

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // a machine without a database of zones computes the same
)

// Zone is a region such as Europe/Berlin or an offset such as +02:00.
type Zone struct {
	id  string // as Java prints it
	loc *time.Location
	// region says that the zone is more than an offset, and is printed in brackets.
	region bool
}

// UTC is the region of texts without a zone.
var UTC = Zone{"UTC", time.UTC, true}

// maxOffset is the largest offset from UTC, in seconds.
const maxOffset = 18 * 3600

// shortIDs are the zones of three letters that Java still knows.
var shortIDs = map[string]string{
	"EST": "-05:00", "HST": "-10:00", "MST": "-07:00", "ACT": "Australia/Darwin", "AET": "Australia/Sydney",
	"AGT": "America/Argentina/Buenos_Aires", "ART": "Africa/Cairo", "AST": "America/Anchorage",
	"BET": "America/Sao_Paulo", "BST": "Asia/Dhaka", "CAT": "Africa/Harare", "CNT": "America/St_Johns",
	"CST": "America/Chicago", "CTT": "Asia/Shanghai", "EAT": "Africa/Addis_Ababa", "ECT": "Europe/Paris",
	"IET": "America/Indiana/Indianapolis", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo", "MIT": "Pacific/Apia",
	"NET": "Asia/Yerevan", "NST": "Pacific/Auckland", "PLT": "Asia/Karachi", "PNT": "America/Phoenix",
	"PRT": "America/Puerto_Rico", "PST": "America/Los_Angeles", "SST": "Pacific/Guadalcanal",
	"VST": "Asia/Ho_Chi_Minh",
}

// ZoneOf finds a zone by its ID: a region, an offset, or one of the old
// three-letter names.
func ZoneOf(id string) (Zone, error) {
	if long, ok := shortIDs[id]; ok {
		id = long
	}
	z, ok := zoneOf(id)
	if !ok {
		return Zone{}, fmt.Errorf("unknown time zone `%s`", id)
	}
	return z, nil
}

func zoneOf(id string) (Zone, bool) {
	switch {
	case id == "Z":
		return offsetZone(0), true
	case strings.HasPrefix(id, "+"), strings.HasPrefix(id, "-"):
		n, ok := parseOffset(id)
		return offsetZone(n), ok
	case id == "UTC", id == "GMT", id == "UT":
		return Zone{id, time.UTC, true}, true
	}
	for _, prefix := range []string{"UTC", "GMT", "UT"} {
		rest, ok := strings.CutPrefix(id, prefix)
		if !ok || rest == "" || rest[0] != '+' && rest[0] != '-' {
			continue
		}
		n, ok := parseOffset(rest)
		z := offsetZone(n)
		if n == 0 {
			return Zone{prefix, time.UTC, true}, ok
		}
		return Zone{prefix + z.id, z.loc, true}, ok
	}
	if !regionName(id) {
		return Zone{}, false
	}
	if known, ok := regions.Load(id); ok {
		return known.(Zone), true
	}
	loc, err := time.LoadLocation(id)
	if err != nil {
		return Zone{}, false
	}
	z := Zone{strings.Clone(id), loc, true}
	regions.Store(z.id, z)
	return z, true
}

// regions are the zones that were read, by ID. There are some 600.
var regions sync.Map

// regionName keeps what is not an ID of a region away from the file system.
func regionName(id string) bool {
	if len(id) < 2 || id == "Local" || strings.Contains(id, "..") {
		return false
	}
	for i := range len(id) {
		c := id[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || strings.IndexByte("/._~+-", c) >= 0)) {
			return false
		}
	}
	return id[0] <= 'Z'
}

// parseOffset reads +h, +hh, +hh:mm, +hhmm, +hh:mm:ss, and +hhmmss.
func parseOffset(s string) (int, bool) {
	digits := strings.ReplaceAll(s[1:], ":", "")
	switch len(s) {
	case 2:
		digits = "0" + digits
	case 3, 5, 7:
		if strings.Contains(s, ":") {
			return 0, false
		}
	case 6:
		if s[3] != ':' {
			return 0, false
		}
	case 9:
		if s[3] != ':' || s[6] != ':' {
			return 0, false
		}
	default:
		return 0, false
	}
	if strings.Trim(digits, "0123456789") != "" || len(digits)%2 != 0 {
		return 0, false
	}
	digits += "0000"
	h, _ := strconv.Atoi(digits[:2])
	m, _ := strconv.Atoi(digits[2:4])
	sec, _ := strconv.Atoi(digits[4:6])
	n := h*3600 + m*60 + sec
	if s[0] == '-' {
		n = -n
	}
	return n, m < 60 && sec < 60 && isOffset(n)
}

func isOffset(seconds int) bool { return seconds >= -maxOffset && seconds <= maxOffset }

func offsetZone(seconds int) Zone {
	if seconds == 0 {
		return Zone{"Z", time.UTC, false}
	}
	id := offsetText(seconds, "+HH:MM:ss", "Z")
	return Zone{id, time.FixedZone(id, seconds), false}
}

// offsetText writes an offset in one of Java's forms: H, M, and s stand for the
// parts, a lowercase one for a part that is left out when it is zero.
func offsetText(seconds int, form, zero string) string {
	if seconds == 0 {
		return zero
	}
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	h, m, s := seconds/3600, seconds/60%60, seconds%60
	colon := ""
	if strings.Contains(form, ":") {
		colon = ":"
	}
	b := fmt.Sprintf("%s%02d", sign, h)
	if strings.Contains(form, "MM") || m != 0 {
		b += fmt.Sprintf("%s%02d", colon, m)
		if s != 0 && strings.Contains(form, "ss") {
			b += fmt.Sprintf("%s%02d", colon, s)
		}
	}
	return b
}
