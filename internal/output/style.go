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

// Wrap joins words into lines of at most width cells; it breaks no word.
func Wrap(words []string, width int) []string {
	var out []string
	line := ""
	for _, w := range words {
		switch {
		case line == "":
			line = w
		case Width(line)+1+Width(w) <= width:
			line += " " + w
		default:
			out = append(out, line)
			line = w
		}
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}

// Fold breaks each line of a text that is wider than a terminal between words. The rest of a line goes
// below its last column, which begins after two spaces or more. Unknown columns (0) leave the text as it is.
func Fold(text string, columns int) string {
	if columns <= 0 {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if Width(line) <= Room(columns) {
			b.WriteString(line + "\n")
			continue
		}
		from := strings.LastIndex(line, "  ") + 1
		from += len(line[from:]) - len(strings.TrimLeft(line[from:], " "))
		head := line[:from]
		for _, l := range Wrap(strings.Split(line[from:], " "), Room(columns)-Width(head)) {
			b.WriteString(head + l + "\n")
			head = strings.Repeat(" ", Width(head))
		}
	}
	return b.String()
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
