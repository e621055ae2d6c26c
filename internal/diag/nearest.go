package diag

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agext/levenshtein"
)

// Nearest returns the candidate that a misspelt name most likely means, false
// when none is near. The order of the candidates does not matter.
func Nearest(name string, candidates []string) (string, bool) {
	all := NearestAll(name, candidates)
	if len(all) == 0 {
		return "", false
	}
	return all[0], true
}

// NearestAll returns every candidate that is equally near, sorted. A repair
// without asking is safe only when there is exactly one.
func NearestAll(name string, candidates []string) []string {
	best := 1 + farthest(name)
	var out []string
	for _, c := range candidates {
		if c == name || c == "" {
			continue
		}
		switch d := distance(name, c); {
		case d < best:
			best = d
			out = append(out[:0], c)
		case d == best && d <= farthest(name):
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Mistyped reports whether name is candidate with a slip of the hand: spelled
// alike but for case, dashes and underscores, two neighbours swapped, or in a
// name of six letters and more one letter wrong, left out or added. Digits tell
// names apart: id_1 is never a slip of id_2.
func Mistyped(name, candidate string) bool {
	const shortest = 6
	a, b := fold(name), fold(candidate)
	switch {
	case candidate == "" || digits(a) != digits(b):
		return false
	case a == b || swapped(a, b):
		return true
	}
	return utf8.RuneCountInString(a) >= shortest && levenshtein.Distance(a, b, nil) == 1
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// farthest is how many slips still count as a misspelling: more in long names,
// none in names so short that everything is near.
func farthest(name string) int {
	switch n := utf8.RuneCountInString(name); {
	case n < 2:
		return 0
	case n <= 4:
		return 1
	case n <= 8:
		return 2
	default:
		return 3
	}
}

// distance counts slips: letters added, left out or changed, two neighbours
// swapped. Case, dashes and underscores do not count; a beginning of at least
// three letters counts as one slip.
func distance(name, candidate string) int {
	a, b := fold(name), fold(candidate)
	switch {
	case a == b:
		return 0
	case swapped(a, b):
		return 1
	}
	d := levenshtein.Distance(a, b, nil)
	if utf8.RuneCountInString(a) >= 3 && strings.HasPrefix(b, a) {
		d = min(d, 1)
	}
	return d
}

func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return -1
		}
		return r
	}, strings.ToLower(s))
}

// swapped reports whether b is a with two neighbours in the other order.
func swapped(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) != len(y) {
		return false
	}
	for i := 0; i+1 < len(x); i++ {
		if x[i] != y[i] {
			return x[i] == y[i+1] && x[i+1] == y[i] && slices.Equal(x[i+2:], y[i+2:])
		}
	}
	return false
}
