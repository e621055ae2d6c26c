package dataprep

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
)

// patternLetters are the letters that mean something in a date pattern:
// Java's DateTimeFormatter and, for `u` and `F`, its predecessor.
const patternLetters = "GuyYDMLdQqwWEecFaBhKkHmsSAnNVvzOXxZp"

// run is one letter repeated in a pattern.
type run struct {
	letter     byte
	start, end int
}

// CheckPattern checks a date pattern like yyyy-MM-dd HH:mm:ss. Offsets are those
// of the pattern.
func CheckPattern(pattern string) []Problem {
	if java, is := fromStrftime(pattern); is {
		p := Problem{Code: "date-pattern", Severity: diag.Warning, End: len(pattern), Replacement: java,
			Message: "the date pattern is written for strftime", Help: "write letters, such as yyyy-MM-dd HH:mm:ss"}
		if java != "" {
			p.Help = "write `" + java + "`"
		}
		return []Problem{p}
	}
	runs, problems := patternRuns(pattern)
	has := func(letters string) bool {
		for _, r := range runs {
			if strings.IndexByte(letters, r.letter) >= 0 {
				return true
			}
		}
		return false
	}
	warn := func(r run, message, help, replacement string) {
		if replacement != "" {
			replacement = strings.Repeat(replacement, r.end-r.start)
		}
		problems = append(problems, Problem{Code: "date-pattern", Severity: diag.Warning, Start: r.start, End: r.end,
			Message: message, Help: help, Replacement: replacement})
	}
	for _, r := range runs {
		word := pattern[r.start:r.end]
		switch {
		case r.letter == 'Y' && !has("w"):
			warn(r, fmt.Sprintf("`%s` is the week year, which differs from the year around New Year", word),
				fmt.Sprintf("write `%s`", strings.ToLower(word)), "y")
		case r.letter == 'D' && has("ML") && !has("d"):
			warn(r, fmt.Sprintf("`%s` is the day of the year", word),
				fmt.Sprintf("write `%s` for the day of the month", strings.ToLower(word)), "d")
		case r.letter == 'm' && has("yYu") && has("dD") && !has("MLHhKks"):
			warn(r, fmt.Sprintf("`%s` is the minute", word),
				fmt.Sprintf("write `%s` for the month", strings.ToUpper(word)), "M")
		case r.letter == 'M' && r.start > 0 && pattern[r.start-1] == ':' && !has("m"):
			warn(r, fmt.Sprintf("`%s` is the month", word),
				fmt.Sprintf("write `%s` for the minute", strings.ToLower(word)), "m")
		case (r.letter == 'h' || r.letter == 'K') && !has("aB"):
			warn(r, fmt.Sprintf("`%s` is an hour of a 12-hour clock, but AM or PM is missing", word),
				"write `HH` for 0 to 23, or add `a`", "")
		case r.letter == 'S' && has("y") && has("m") && !has("s"):
			warn(r, fmt.Sprintf("`%s` is a fraction of a second", word),
				fmt.Sprintf("write `%s` for the second", strings.ToLower(word)), "s")
		}
	}
	return problems
}

// directives are what strftime has after a percent sign, as letters of a pattern.
var directives = map[byte]string{
	'Y': "yyyy", 'y': "yy", 'm': "MM", 'd': "dd", 'j': "DDD", 'b': "MMM", 'B': "MMMM", 'a': "EEE", 'A': "EEEE",
	'H': "HH", 'I': "hh", 'M': "mm", 'S': "ss", 'f': "SSSSSS", 'p': "a", 'z': "xx", 'Z': "z",
	'F': "yyyy-MM-dd", 'T': "HH:mm:ss", 'D': "MM/dd/yy", '%': "%",
}

// fromStrftime reports whether a pattern is written for strftime, and returns the one that means the same, "" if there
// is none.
func fromStrftime(pattern string) (java string, is bool) {
	if !strings.Contains(pattern, "%Y") && !strings.Contains(pattern, "%m") && !strings.Contains(pattern, "%d") &&
		!strings.Contains(pattern, "%H") {
		return "", false
	}
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		switch {
		case c == '%' && i+1 < len(pattern):
			i++
			letters, known := directives[pattern[i]]
			if !known {
				return "", true
			}
			b.WriteString(letters)
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			b.WriteString("'" + string(c) + "'")
		case c == '\'':
			return "", true
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), true
}

// patternRuns cuts a pattern at the changes of letter; text between
// single quotes is text.
func patternRuns(pattern string) ([]run, []Problem) {
	var runs []run
	var problems []Problem
	for i := 0; i < len(pattern); {
		c := pattern[i]
		switch {
		case c == '\'':
			end := strings.IndexByte(pattern[i+1:], '\'')
			if end < 0 {
				return runs, append(problems,
					Problem{Code: "date-pattern", Severity: diag.Error, Start: i, End: i + 1,
						Message: "missing closing quote in the date pattern"})
			}
			i += end + 2
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			r := run{c, i, i + 1}
			for r.end < len(pattern) && pattern[r.end] == c {
				r.end++
			}
			if strings.IndexByte(patternLetters, c) < 0 {
				word := pattern[r.start:r.end]
				problems = append(problems, Problem{Code: "date-pattern", Severity: diag.Error, Start: r.start,
					End:     r.end,
					Message: fmt.Sprintf("unknown letter `%s` in a date pattern", word),
					Help:    fmt.Sprintf("write text as '%s'", word), Replacement: "'" + word + "'"})
			} else {
				runs = append(runs, r)
			}
			i = r.end
		default:
			i++
		}
	}
	return runs, problems
}
