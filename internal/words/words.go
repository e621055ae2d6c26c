// Package words counts and lists things in sentences.
package words

import (
	"strconv"
	"strings"
)

// Count is a number with its noun: `1 field`, `2 fields`.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + plural(noun)
}

// Spelled is Count with a word for one: `one key`, `2 keys`.
func Spelled(n int, noun string) string {
	if n == 1 {
		return "one " + noun
	}
	return Count(n, noun)
}

func plural(noun string) string {
	switch {
	case strings.HasSuffix(noun, "s"):
		return noun + "es"
	case strings.HasSuffix(noun, "y") && !strings.HasSuffix(noun, "ay") && !strings.HasSuffix(noun, "ey"):
		return strings.TrimSuffix(noun, "y") + "ies"
	default:
		return noun + "s"
	}
}

// List joins names with a word before the last one: `a, b or c`. Long lists are cut.
func List(names []string, and string) string {
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + " …"
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + and + " " + names[len(names)-1]
}

// Quoted is List with each name in backticks.
func Quoted(names []string, and string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = "`" + n + "`"
	}
	return List(out, and)
}

// Few names a few of many: `a, b, c, and 2 more`.
func Few(names []string) string {
	const few = 3
	if len(names) > few {
		return strings.Join(names[:few], ", ") + ", and " + strconv.Itoa(len(names)-few) + " more"
	}
	return strings.Join(names, ", ")
}
