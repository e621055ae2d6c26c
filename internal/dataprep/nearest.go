package dataprep

import (
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Nearest returns the candidate that word was most likely meant to be, "" when
// none is near: equal but for case, or few edits away for its length. Among
// equally near ones the first in order wins.
func Nearest(word string, candidates []string) string {
	sorted := slices.Sorted(slices.Values(candidates))
	best, least := "", 0
	folded := strings.ToLower(word)
	// With more than a third of the letters wrong it is another word.
	limit := len([]rune(word)) / 3
	for _, c := range sorted {
		if c == word {
			continue
		}
		d := levenshtein.Distance(folded, strings.ToLower(c), nil)
		if d <= limit && (best == "" || d < least) {
			best, least = c, d
		}
	}
	return best
}
