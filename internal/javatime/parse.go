package javatime

import (
	"cmp"
	"errors"
	"strings"
	"time"
)

var errText = errors.New("does not fit the date pattern")

// Parse reads a text that has the form of the pattern from its first to its last
// character. Without a zone it is UTC, without a time it is midnight; without a
// date it is an error.
func (p *Pattern) Parse(s string) (Time, error) {
	r := &reader{s: s}
	end := r.read(p.items, 0)
	if end < 0 || end != len(s) {
		return Time{}, errText
	}
	return r.resolve()
}

// reader collects what a text says.
type reader struct {
	s string
	parsed
}

type parsed struct {
	set    [fields]bool
	values [fields]int64
	offset *int
	zone   *Zone
}

// put notes a value; a second one must be the same.
func (r *reader) put(f field, n int64, end int) int {
	if r.set[f] && r.values[f] != n {
		return -1
	}
	r.set[f], r.values[f] = true, n
	return end
}

// read reads items from pos on and returns where they end, or -1.
func (r *reader) read(items []item, pos int) int {
	for i := range items {
		it := &items[i]
		if it.pad > 0 {
			pos = r.padded(it, pos)
		} else {
			pos = r.item(it, pos)
		}
		if pos < 0 {
			return -1
		}
	}
	return pos
}

func (r *reader) padded(it *item, pos int) int {
	end := pos + it.pad
	if end > len(r.s) {
		return -1
	}
	for pos < end && r.s[pos] == ' ' {
		pos++
	}
	inner := &reader{s: r.s[:end], parsed: r.parsed}
	n := inner.item(it, pos)
	r.parsed = inner.parsed
	if n != end {
		return -1
	}
	return n
}

func (r *reader) item(it *item, pos int) int {
	switch it.kind {
	case literal:
		if !strings.HasPrefix(r.s[pos:], it.text) {
			return -1
		}
		return pos + len(it.text)
	case optional:
		before := r.parsed
		if end := r.read(it.items, pos); end >= 0 {
			return end
		}
		r.parsed = before
		return pos
	case number:
		return r.number(it, pos)
	case fraction:
		return r.fraction(it, pos)
	case word:
		return r.word(it, pos)
	case offset:
		return r.offsetAt(it.text, it.zero, pos)
	case localizedOffset:
		return r.localizedOffset(it.width, pos)
	case zoneID:
		return r.zoneAt(false, short, pos)
	case zoneName:
		return r.zoneAt(true, it.width, pos)
	}
	return -1 // the period of a day is only written
}

func (r *reader) number(it *item, pos int) int {
	negative, positive := false, false
	if pos < len(r.s) && (r.s[pos] == '+' || r.s[pos] == '-') {
		positive = r.s[pos] == '+'
		negative = !positive
		if it.sign == notNegative || positive && it.sign == normalSign {
			return -1
		}
		pos++
	}
	most := it.most + max(it.after, 0)
	end := r.digits(pos, most)
	if it.after > 0 {
		end = r.digits(pos, max(it.least, end-pos-it.after))
	}
	if end-pos < it.least || end == pos {
		return -1
	}
	n, ok := integer(r.s[pos:end])
	switch width := end - pos; {
	case !ok, negative && n == 0:
		return -1
	case negative:
		n = -n
	case it.sign == exceedsPad && positive != (width > it.least):
		return -1
	case it.reduced && width == it.least:
		n += 2000
	}
	return r.put(it.field, n, end)
}

// digits returns the end of the digits from pos on, of which there are at most n.
func (r *reader) digits(pos, n int) int {
	end := pos
	for end < len(r.s) && end-pos < n && r.s[end] >= '0' && r.s[end] <= '9' {
		end++
	}
	return end
}

func integer(s string) (int64, bool) {
	if len(s) > 18 {
		return 0, false
	}
	n := int64(0)
	for i := range len(s) {
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}

func (r *reader) fraction(it *item, pos int) int {
	end := r.digits(pos, it.most)
	if end-pos < it.least {
		return -1
	}
	n, _ := integer((r.s[pos:end] + "000000000")[:9])
	return r.put(nano, n, end)
}

func (r *reader) word(it *item, pos int) int {
	list := names(it.field, it.width)
	best, found := 0, -1
	for i, name := range list { // of ambiguous letters, Java takes the last
		if strings.HasPrefix(r.s[pos:], name) && len(name) >= best {
			best, found = len(name), i
		}
	}
	if found < 0 {
		return -1
	}
	return r.put(it.field, int64(found+firstOf(it.field)), pos+best)
}

// offsetAt reads an offset in one of Java's forms.
func (r *reader) offsetAt(form, zero string, pos int) int {
	rest := r.s[pos:]
	if strings.HasPrefix(rest, zero) {
		return r.putOffset(0, pos+len(zero))
	}
	n, size, ok := scanOffset(rest, form)
	if !ok {
		return -1
	}
	return r.putOffset(n, pos+size)
}

func scanOffset(s, form string) (seconds, size int, ok bool) {
	if s == "" || s[0] != '+' && s[0] != '-' {
		return 0, 0, false
	}
	colon := strings.Contains(form, ":")
	pos := 1
	var parts [3]int
	for i := range parts {
		at := pos
		if i > 0 && colon {
			if at == len(s) || s[at] != ':' {
				break
			}
			at++
		}
		if len(s) < at+2 || s[at] < '0' || s[at] > '5' || s[at+1] < '0' || s[at+1] > '9' {
			break
		}
		parts[i] = int(s[at]-'0')*10 + int(s[at+1]-'0')
		pos = at + 2
		if i == 1 && !strings.Contains(form, "ss") {
			break
		}
		ok = true
	}
	minutes := pos > 3
	if !ok && pos == 1 || strings.Contains(form, "MM") && !minutes {
		return 0, 0, false
	}
	if parts[0] > 23 {
		return 0, 0, false
	}
	n := parts[0]*3600 + parts[1]*60 + parts[2]
	if s[0] == '-' {
		n = -n
	}
	return n, pos, true
}

func (r *reader) putOffset(n, end int) int {
	if r.offset != nil && *r.offset != n {
		return -1
	}
	r.offset = &n
	return end
}

func (r *reader) localizedOffset(width textWidth, pos int) int {
	rest, ok := strings.CutPrefix(r.s[pos:], "GMT")
	if !ok {
		return -1
	}
	pos += 3
	if rest == "" || rest[0] != '+' && rest[0] != '-' {
		return r.putOffset(0, pos)
	}
	if width == short && len(rest) > 1 && (len(rest) == 2 || rest[2] < '0' || rest[2] > '9') {
		rest = rest[:1] + "0" + rest[1:]
		pos--
	}
	n, size, ok := scanOffset(rest, "+HH:mm:ss")
	if !ok || width == full && size < 6 {
		return -1
	}
	return r.putOffset(n, pos+size)
}

// zoneAt reads the longest ID of a zone, with names also the abbreviations or the full names.
func (r *reader) zoneAt(names bool, width textWidth, pos int) int {
	rest := r.s[pos:]
	if rest == "" {
		return -1
	}
	put := func(z Zone, size int) int {
		r.zone = &z
		return pos + size
	}
	if names && width == full {
		if region, size := regionOfName(rest); size > 0 {
			z, _ := zoneOf(region)
			return put(z, size)
		}
	}
	if rest[0] == '+' || rest[0] == '-' {
		n, size, ok := scanOffset(rest, "+HH:MM:ss")
		if !ok || !isOffset(n) {
			return -1
		}
		return put(offsetZone(n), size)
	}
	if strings.HasPrefix(rest, "GMT0") {
		z, _ := zoneOf("GMT0")
		return put(z, 4)
	}
	for _, prefix := range []string{"UTC", "GMT", "UT"} {
		if after, ok := strings.CutPrefix(rest, prefix); ok && (after == "" || !letter(after[0]) && after[0] != '/') {
			n, size, ok := scanOffset(after, "+HH:MM:ss")
			if !ok || !isOffset(n) {
				return put(Zone{prefix, time.UTC, true}, len(prefix))
			}
			z, _ := zoneOf(prefix + offsetZone(n).id)
			if n == 0 {
				z = Zone{prefix, time.UTC, true}
			}
			return put(z, len(prefix)+size)
		}
	}
	const longest = 40
	end := 0
	for end < len(rest) && end < longest && (letter(rest[end]) || strings.IndexByte("0123456789/_+-~.", rest[end]) >= 0) {
		end++
	}
	for ; end > 1; end-- {
		id := rest[:end]
		if region := abbreviations[id]; names && width == short && region != "" {
			id = region
		}
		if z, ok := zoneOf(id); ok && z.region {
			return put(z, end)
		}
	}
	if rest[0] == 'Z' {
		return put(offsetZone(0), 1)
	}
	return -1
}

// abbreviations are short names of zones that a text may have for `z`.
var abbreviations = map[string]string{
	"PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "MST": "America/Denver", "MDT": "America/Denver",
	"CST": "America/Chicago", "CDT": "America/Chicago", "EST": "America/New_York", "EDT": "America/New_York",
	"AKST": "America/Juneau", "AKDT": "America/Juneau", "HST": "Pacific/Honolulu", "HDT": "Pacific/Honolulu",
	"AST": "America/Halifax", "ADT": "America/Halifax", "NST": "America/St_Johns", "NDT": "America/St_Johns",
	"CET": "Europe/Paris", "CEST": "Europe/Paris", "EET": "Europe/Bucharest", "EEST": "Europe/Bucharest",
	"WET": "Europe/Lisbon", "WEST": "Europe/Lisbon", "BST": "Europe/London", "MSK": "Europe/Moscow",
	"SAST": "Africa/Johannesburg", "IST": "Asia/Kolkata", "SGT": "Asia/Singapore", "HKT": "Asia/Hong_Kong",
	"JST": "Asia/Tokyo", "KST": "Asia/Seoul", "AWST": "Australia/Perth", "ACDT": "Australia/Adelaide",
	"AEST": "Australia/Sydney", "AEDT": "Australia/Sydney", "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland",
	"BRT": "America/Sao_Paulo", "ART": "America/Argentina/Buenos_Aires",
}

// regionOfName finds the zone whose full name a text begins with.
func regionOfName(s string) (region string, size int) {
	for short, name := range fullZoneNames {
		if strings.HasPrefix(s, name) && len(name) > size {
			region, size = cmp.Or(abbreviations[short], short), len(name)
		}
	}
	return region, size
}
