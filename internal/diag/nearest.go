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
