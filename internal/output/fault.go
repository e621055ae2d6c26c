package output

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Fault says what must not be in a printed text, "" for nothing. Tests of renderers use it.
func Fault(text string) string {
	if !utf8.ValidString(text) {
		return "not UTF-8"
	}
	for _, r := range text {
		if Hidden(r) && r != '\n' && r != '\t' {
			return fmt.Sprintf("contains %U", r)
		}
	}
	for _, mark := range commandMarks {
		if strings.Contains(text, mark) {
			return "contains " + mark
		}
	}
	return ""
}

// StartsCommand reports whether a line of text is a workflow command.
func StartsCommand(text string) bool {
	for line := range strings.Lines(text) {
		if isCommand(strings.TrimSpace(line)) {
			return true
		}
	}
	return false
}
