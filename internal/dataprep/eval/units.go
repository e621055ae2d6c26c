package eval

import (
	"strings"
	"unicode"
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
	lower := cases.Lower(language.Und, cases.HandleFinalSigma(false)).String
	var b strings.Builder
	rest := 0
	for i, r := range s {
		if r != 'Σ' {
			continue
		}
		b.WriteString(lower(s[rest:i]))
		rest = i + len("Σ")
		if hasCased(s[:i], backward) && !hasCased(s[rest:], forward) {
			b.WriteString("ς")
		} else {
			b.WriteString("σ")
		}
	}
	if rest == 0 {
		return lower(s)
	}
	return b.String() + lower(s[rest:])
}

// forward and backward take the next rune of a text off one of its ends.
func forward(s string) (rune, string) {
	r, n := utf8.DecodeRuneInString(s)
	return r, s[n:]
}

func backward(s string) (rune, string) {
	r, n := utf8.DecodeLastRuneInString(s)
	return r, s[:len(s)-n]
}

// hasCased reports whether the word at an end of a text has a letter in upper or lower case. Words are those of
// Java's BreakIterator, which also decide what a final sigma is: digits belong to them, and `.`, `-`, or a quote
// between two letters.
func hasCased(s string, next func(string) (rune, string)) bool {
	before := 'Σ'
	for s != "" {
		var r rune
		if r, s = next(s); unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) {
			continue
		}
		if !inWord(r) {
			after, _ := next(s)
			letters := unicode.IsLetter(before) && unicode.IsLetter(after) && strings.ContainsRune(`.-'"`, r)
			digits := unicode.IsDigit(before) && unicode.IsDigit(after) && strings.ContainsRune(".,", r)
			if !letters && !digits {
				return false
			}
		}
		if unicode.IsUpper(r) || unicode.IsLower(r) || unicode.IsTitle(r) {
			return true
		}
		before = r
	}
	return false
}

// inWord reports whether a character is part of words wherever it is.
func inWord(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.Pc) &&
		!unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}
