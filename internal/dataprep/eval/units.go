package eval

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// Java counts in UTF-16 units. Half of a pair, which a Go string cannot hold,
// becomes U+FFFD.

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func unitsLen(s string) int {
	n := 0
	for _, r := range s {
		if n++; r > 0xffff {
			n++
		}
	}
	return n
}

// cut is the text from one unit to another; both lie inside of the text.
func cut(s string, from, to int) string {
	if ascii(s) {
		return s[from:to]
	}
	return string(utf16.Decode(utf16.Encode([]rune(s))[from:to]))
}

// indexUnits finds a text at or after a unit, as Java's indexOf does.
func indexUnits(s, sought string, from int) int {
	n := unitsLen(s)
	from = max(from, 0)
	if from >= n {
		if sought == "" {
			return n
		}
		return -1
	}
	offset := byteOf(s, from)
	i := strings.Index(s[offset:], sought)
	if i < 0 {
		return -1
	}
	return unitsLen(s[:offset+i])
}

// byteOf is the offset of a unit; the second half of a pair is behind the pair.
func byteOf(s string, unit int) int {
	n := 0
	for i, r := range s {
		if n >= unit {
			return i
		}
		if n++; r > 0xffff {
			n++
		}
	}
	return len(s)
}

// toUpper and toLower map whole texts: ß to SS, a last Σ to ς.
func toUpper(s string) string {
	if ascii(s) {
		return strings.ToUpper(s)
	}
	return cases.Upper(language.Und).String(s)
}

func toLower(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	return cases.Lower(language.Und).String(s)
}
