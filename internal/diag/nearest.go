package diag

import (
	"strings"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/nearest"
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
	return nearest.Of(candidates).AllBegun(name)
}

// Mistyped reports whether name is candidate with a slip of the hand: spelled
// alike but for case, dashes and underscores, two neighbors swapped, or in a
// name of six letters and more one letter wrong, left out or added. Digits distinguish
// names: id_1 is never a slip of id_2.
func Mistyped(name, candidate string) bool {
	const shortest = 6
	a, b := nearest.Fold(name), nearest.Fold(candidate)
	switch {
	case candidate == "" || digits(a) != digits(b):
		return false
	case a == b || nearest.Swapped(a, b):
		return true
	}
	return utf8.RuneCountInString(a) >= shortest && nearest.OneSlip(a, b)
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
