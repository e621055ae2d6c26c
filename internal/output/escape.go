// Package output is the one way for text to leave the program: it decides which
// characters are printed, how the others are shown, and what a terminal is told.
//
// In: text of ours that quotes documents, file names, lockfiles and answers of the
// platform. Out: valid UTF-8 without a character that steers a terminal, hides, or
// turns the direction of writing, and without a line that a pipeline takes for a
// command. Laws: what is hidden shows as <U+001B>, or as the escape of the language
// it is in (JSON, YAML, a shell); escaping twice changes nothing; colours and
// the status line are asked for by type, never by bytes in a text.
package output

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Hidden reports whether a character is never printed as it is: controls, what
// changes the direction of text, what has no shape, and noncharacters.
func Hidden(r rune) bool {
	switch {
	case r < ' ':
		return true
	case r < 0x7F:
		return false
	case r <= 0x9F:
		return true
	case r == 0xFE0E, r == 0xFE0F: // they choose between text and emoji
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector,
		unicode.Other_Default_Ignorable_Code_Point) ||
		0xFDD0 <= r && r <= 0xFDEF || r&0xFFFE == 0xFFFE
}

// Escape returns how the first character of s is shown when it is not printed as it
// is, and its size in bytes; 0 when it is printed. A byte that is not UTF-8 shows as
// U+FFFD; the start of a mark that pipelines obey anywhere in a line is escaped too.
func Escape(s string) (shown string, size int) {
	if s == "" {
		return "", 0
	}
	if c := s[0]; ' ' <= c && c < 0x7F {
		if c == '#' && hasCommandMark(s) {
			return codePoint('#'), 1
		}
		return "", 0
	}
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && size == 1:
		return "\uFFFD", 1
	case Hidden(r):
		return codePoint(r), size
	}
	return "", 0
}

// commandMarks begin a command in the log of a pipeline, wherever in a line they
// are: GitHub's first form and Azure's.
var commandMarks = [...]string{"##[", "##vso["}

func hasCommandMark(s string) bool {
	return strings.HasPrefix(s, commandMarks[0]) || strings.HasPrefix(s, commandMarks[1])
}

func codePoint(r rune) string { return fmt.Sprintf("<U+%04X>", r) }

// Line returns s as text of one line.
func Line(s string) string { return escaped(s, func(rune) bool { return false }) }

// Text returns s as text that keeps its own line breaks and tabs.
func Text(s string) string {
	return escaped(s, func(r rune) bool { return r == '\n' || r == '\t' })
}

// Painted returns s as text of one line that keeps its styles.
func Painted(s string) string { return escaped(s, isMark) }

func escaped(s string, kept func(rune) bool) string {
	if plainText(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		shown, size := Escape(s[i:])
		if r, n := utf8.DecodeRuneInString(s[i:]); size == 0 || kept(r) {
			shown, size = s[i:i+n], n
		}
		b.WriteString(shown)
		i += size
	}
	return b.String()
}

// Joined returns the errors that errors.Join put together, one by one; of another
// error itself. Each is one line, whatever is in it.
func Joined(err error) []error {
	several, ok := err.(interface{ Unwrap() []error })
	if !ok || errors.Join(several.Unwrap()...).Error() != err.Error() {
		return []error{err}
	}
	var out []error
	for _, one := range several.Unwrap() {
		out = append(out, Joined(one)...)
	}
	return out
}

// plainText reports whether s holds nothing that Escape could change.
func plainText(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7F || s[i] == '#' {
			return false
		}
	}
	return true
}
