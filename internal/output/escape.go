// Package output is the only way for text to leave the program: it decides which
// characters are printed, how the others are shown, and what controls a terminal.
//
// In: text that quotes documents, file names, lockfiles, and answers of the platform.
// Out: valid UTF-8 without characters that control a terminal, are invisible, or change
// the direction of text, and without lines that a pipeline takes for commands. Laws:
// hidden characters show as <U+001B>, or as the escape of the surrounding language (JSON,
// YAML, a shell); escaping twice changes nothing; colors and the status line are
// requested by type, never by bytes of a text.
package output

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Hidden reports whether a character is never printed as it is: controls, changes of
// direction, invisible characters, and noncharacters.
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

// Escape returns the escape of the first character of s and its size in bytes, 0 if it is
// printed as it is. A byte that is not UTF-8 becomes U+FFFD; the start of a command that
// pipelines run anywhere in a line is escaped too.
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

// commandMarks start a command anywhere in a line of a pipeline's log: the old form of
// GitHub, and that of Azure.
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

// Joined returns the errors that errors.Join joined, or the error itself.
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

// plainText reports whether Escape changes nothing in s.
func plainText(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7F || s[i] == '#' {
			return false
		}
	}
	return true
}
