package xdm

import (
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// nearest returns the candidate that word was most likely meant to be, "" when
// more than a third of its letters would have to change.
func nearest(word string, candidates []string) string {
	best, least := "", 0
	folded := strings.ToLower(word)
	limit := len([]rune(word)) / 3
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		// The difference in length is a lower bound; most candidates end here.
		if n := len(c) - len(word); c == word || n > limit || -n > limit {
			continue
		}
		if d := levenshtein.Distance(folded, strings.ToLower(c), nil); d <= limit && (best == "" || d < least) {
			best, least = c, d
		}
	}
	return best
}
