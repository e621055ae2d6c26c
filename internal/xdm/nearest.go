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
	limit := (len([]rune(word)) + 1) / 3
	if len(word) < 3 {
		limit = 0
	}
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		// The difference in length is a lower bound; most candidates end here.
		if n := len(c) - len(word); c == word || n > limit || -n > limit {
			continue
		}
		if d := distance(folded, strings.ToLower(c)); d <= limit && (best == "" || d < least) {
			best, least = c, d
		}
	}
	return best
}

// distance counts edits; two neighbours that changed places are one.
func distance(a, b string) int {
	d := levenshtein.Distance(a, b, nil)
	if d == 2 && len(a) == len(b) {
		for i := range len(a) - 1 {
			if a[i] != b[i] {
				if a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:] {
					return 1
				}
				break
			}
		}
	}
	return d
}
