package output

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// Style is a way to paint text on a terminal.
type Style uint8

const (
	Plain Style = iota
	Bold
	Dim
	Red
	Green
	Yellow
	Magenta
	Cyan
	BoldRed
	BoldYellow
	BoldBlue
	BoldCyan
	Added   // the changed words within an added line
	Removed // the changed words within a removed line
)

var sgr = [...]string{"", "1", "2", "31", "32", "33", "35", "36", "1;31", "1;33", "1;34", "1;36", "1;4;32", "1;4;31"}

// In strings a style is a noncharacter, which is hidden in all text, so that only the
// writer makes escape sequences, and only for a terminal.
const (
	firstMark rune = 0xFDD0
	endMark   rune = 0xFDEF
)

// Paint returns s, made safe as one line, in a style.
func Paint(st Style, s string) string {
	s = Line(s)
	if st == Plain || s == "" {
		return s
	}
	return string(firstMark+rune(st)) + s + string(endMark)
}

// sequence is the escape sequence of a mark, "" for other characters.
func sequence(r rune) string {
	switch {
	case r == endMark:
		return "\x1b[0m"
	case r > firstMark && int(r-firstMark) < len(sgr):
		return "\x1b[" + sgr[r-firstMark] + "m"
	}
	return ""
}

// Room is how many cells a line of text may take on a stream of that many columns: 100
// where the columns are unknown (0), and never fewer than 60.
func Room(columns int) int {
	if columns <= 0 {
		return 100
	}
	return max(columns, 60)
}

// cells measures text as a terminal shows it. The library's global condition depends on
// the locale; the same input must give the same output everywhere.
var cells = &runewidth.Condition{StrictEmojiNeutral: true}

// Width is how many cells of a terminal s takes; styles take none.
func Width(s string) int {
	if strings.ContainsFunc(s, isMark) {
		s = strings.Map(func(r rune) rune {
			if isMark(r) {
				return -1
			}
			return r
		}, s)
	}
	return cells.StringWidth(s)
}

func isMark(r rune) bool { return firstMark <= r && r <= endMark }
